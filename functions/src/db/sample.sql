-- Takes the sample shop out again, a page of customers at a time.

-- name: sample_page
select json_group_array(customer_id) as ids, count(*) as n
from (select customer_id from facets where sample = 1 and customer_id > ?1 order by customer_id limit ?2);

-- name: remove_orders
delete from orders where (source, external_id) in (
  select o.source, o.external_id from json_each(?1) j cross join orders o on o.customer_id = j.value
);

-- name: remove_events
delete from events where (source, external_id) in (
  select e.source, e.external_id from json_each(?1) j cross join events e on e.customer_id = j.value
);

-- name: remove_consents
delete from consents where contact_id in (select k.id from json_each(?1) j cross join contacts k on k.customer_id = j.value);

-- name: remove_contacts
delete from contacts where id in (select k.id from json_each(?1) j cross join contacts k on k.customer_id = j.value);

-- name: remove_notes
delete from notes where id in (select n.id from json_each(?1) j cross join notes n on n.customer_id = j.value);

-- name: remove_tests
-- Messages with their facts that somebody of the team got as a test.
delete from outbox where id in (select o.id from json_each(?1) j cross join outbox o on o.about = j.value);

-- name: remove_set_asides
delete from set_asides where id in (select a.id from json_each(?1) j cross join set_asides a on a.customer_id = j.value);

-- name: remove_segment_moves
delete from segment_moves where customer_id in (select value from json_each(?1));

-- name: remove_model_answers
delete from model_answers where digest in (
  select a.digest from json_each(?1) j cross join model_answers a on a.customer_id = j.value
);

-- name: forget_users_of_codes
-- Somebody else's code that one of them used.
update codes set redeemed_by = null, redeemed_order = 'erased' where redeemed_by in (select value from json_each(?1))
  and customer_id <> redeemed_by;

-- name: remove_codes
delete from codes where id in (select c.id from json_each(?1) j cross join codes c on c.customer_id = j.value);

-- name: remove_interventions
delete from interventions where id in (select i.id from json_each(?1) j cross join interventions i on i.customer_id = j.value);

-- name: remove_identities
delete from identities where (kind, value) in (
  select i.kind, i.value from json_each(?1) j cross join identities i on i.customer_id = j.value
);

-- name: remove_wishes
delete from wishes where customer_id in (select value from json_each(?1));

-- name: remove_tasks
delete from tasks where id in (select t.id from json_each(?1) j cross join tasks t on t.customer_id = j.value);

-- name: remove_in_app
delete from in_app where touch_id in (select i.touch_id from json_each(?1) j cross join in_app i on i.customer_id = j.value);

-- name: remove_assignments
delete from assignments where customer_id in (select value from json_each(?1));

-- name: remove_responses
delete from responses where key in (select r.key from json_each(?1) j cross join responses r on r.customer_id = j.value);

-- name: remove_touches
delete from touches where id in (select t.id from json_each(?1) j cross join touches t on t.customer_id = j.value);

-- name: remove_entries
delete from entries where id in (select e.id from json_each(?1) j cross join entries e on e.customer_id = j.value);

-- name: remove_states
delete from states where customer_id in (select value from json_each(?1));

-- name: remove_scores
delete from scores where customer_id in (select value from json_each(?1));

-- name: remove_facets
delete from facets where customer_id in (select value from json_each(?1));

-- name: remove_customers
delete from customers where id in (select value from json_each(?1)) and sample = 1;

-- name: end_sample
update shop set sample = null, updated_at = ?1 where id = 1 and sample is not null;

-- name: cancel_sample_imports
-- An unfinished import of the sample shop would bring it back.
update imports set status = 'cancelled', updated_at = ?1, finished_at = ?1
where source = 2 and status in ('receiving', 'paused');

-- name: any_sample
select exists (select 1 from facets where sample = 1) as yes;

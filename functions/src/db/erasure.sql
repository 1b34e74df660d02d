-- Forgetting people: finding what names them, and taking it away. ?1 is a JSON list of customers' numbers where nothing else is said.

-- name: root
-- The record that stands for this one: itself, or whichever it was merged into.
with recursive up (id, next) as (
  select id, merged_into from customers where public_id = ?1
  union all select c.id, c.merged_into from up join customers c on c.id = up.next
)
select u.id, c.public_id, c.sample from up u join customers c on c.id = u.id where u.next is null;

-- name: everybody
-- With all records that were merged into them.
with recursive them (id) as (
  select value from json_each(?1)
  union select m.loser from them join merges m on m.winner = them.id and m.undone_at is null
)
select c.id, c.public_id from them join customers c on c.id = them.id order by c.id;

-- name: keys
select i.kind, i.value from json_each(?1) j cross join identities i on i.customer_id = j.value
union select 'email', k.email from json_each(?1) j cross join contacts k on k.customer_id = j.value where k.email is not null
union select 'phone', k.phone from json_each(?1) j cross join contacts k on k.customer_id = j.value where k.phone is not null;

-- name: shared
-- ?2: [[kind, value], …]: those that somebody else has as well.
select j.value ->> 0 as kind, j.value ->> 1 as value
from json_each(?2) j
where j.value ->> 0 in ('email', 'phone') and exists (
  select 1 from contacts k join customers c on c.id = k.customer_id and c.sample = 0
  where case j.value ->> 0 when 'email' then k.email else k.phone end = j.value ->> 1
    and k.customer_id not in (select value from json_each(?1))
);

-- name: count_erasure
-- What was looked up before is looked up again: see suppressions.sql.
update intake set erasures = erasures + 1 where id = 1;

-- name: inbox_end
-- The end of the next ?3 messages behind ?1 that are applied already, up to ?2.
select max(id) as upto from (select id from inbox where id > ?1 and id <= ?2 order by id limit ?3);

-- name: inbox_page
-- Messages behind ?1 up to ?2 that hold one of the texts of ?3, no more than fit into ?4 characters (at least one).
select id, source, key, topic, body, received_at, sent_at, n from (
  select *, count(*) over () as n, sum(length(body)) over (order by id rows unbounded preceding) - length(body) as before
  from inbox
  where id > ?1 and id <= ?2 and topic <> 'erased'
    and exists (select 1 from json_each(?3) j where instr(lower(inbox.body), j.value) > 0)
) where before < ?4 order by id;

-- name: blank_messages
-- The row stays, so that the message is known when it comes again. Nothing is read from its topic.
update inbox set topic = 'erased', body = '{}' where id in (select value from json_each(?1));

-- name: blank_answered
-- The dead letters that were sent again as these messages.
update dead_letters set topic = 'erased', body = '{}', field = null, reason = 'It named somebody who was erased', fix = 'Nothing is left to do',
  status = 'dropped', version = version + 1, settled_at = ?2
where id in (select b.replay_of from json_each(?1) j cross join inbox b on b.id = j.value where b.replay_of is not null);

-- name: unpark_messages
delete from parked where inbox_id in (select value from json_each(?1));

-- name: letters_end
select max(id) as upto from (select id from dead_letters where id > ?1 and id <= ?2 order by id limit ?3);

-- name: letters_page
-- As inbox_page.
select id, source, key, topic, body, received_at, sent_at, n from (
  select *, count(*) over () as n, sum(length(body)) over (order by id rows unbounded preceding) - length(body) as before
  from dead_letters
  where id > ?1 and id <= ?2 and topic <> 'erased'
    and exists (select 1 from json_each(?3) j where instr(lower(dead_letters.body), j.value) > 0)
) where before < ?4 order by id;

-- name: blank_letters
update dead_letters set topic = 'erased', body = '{}', field = null, reason = 'It named somebody who was erased', fix = 'Nothing is left to do',
  status = 'dropped', version = version + 1, settled_at = coalesce(settled_at, ?2)
where id in (select value from json_each(?1));

-- name: newest_letter
select coalesce(max(id), 0) as upto from dead_letters;

-- name: applied
select applied as upto from intake where id = 1;

-- name: rejected_page
-- The next ?3 rejected rows behind (?1, ?2).
select r.import_id, r.line, r.raw, i.source from rejected_rows r join imports i on i.id = r.import_id
where (r.import_id, r.line) > (?1, ?2) order by r.import_id, r.line limit ?3;

-- name: blank_rejected
-- [import, line]
update rejected_rows set field = null, reason = 'The row named somebody who was erased', fix = 'Leave it out', raw = ''
where (import_id, line) in (select value ->> 0, value ->> 1 from json_each(?1));

-- name: blank_answers
-- ?1: texts.
update idempotency set body = '{"erased":true}'
where body is not null and exists (select 1 from json_each(?1) j where instr(lower(idempotency.body), j.value) > 0);

-- name: remove_outbox
-- ?1: addresses.
delete from outbox where lower(recipient) in (select value from json_each(?1));

-- name: remove_views
-- ?1: addresses that somebody searched for.
delete from views where exists (
  select 1 from json_each(?1) j where instr(lower(query), j.value) > 0 or instr(lower(query), replace(j.value, '@', '%40')) > 0
);

-- name: remove_parts
-- Of the next ?2 orders, which remove_orders takes away.
delete from order_parts where (source, order_id) in (
  select o.source, o.external_id from json_each(?1) j cross join orders o on o.customer_id = j.value order by 1, 2 limit ?2
);

-- name: remove_orders
delete from orders where (source, external_id) in (
  select o.source, o.external_id from json_each(?1) j cross join orders o on o.customer_id = j.value order by 1, 2 limit ?2
);

-- name: remove_events
delete from events where (source, external_id) in (
  select e.source, e.external_id from json_each(?1) j cross join events e on e.customer_id = j.value order by 1, 2 limit ?2
);

-- name: blank_touches
-- What was sent counts still; to whom, and in what words, nobody knows any more. What was not sent is not.
update touches set contact_id = null, inputs = null, evidence = null, choice = null, sender_id = null,
  state = case when state in ('planned', 'held', 'claimed') then 'skipped' else state end,
  reason = case when state in ('planned', 'held', 'claimed') then 'erased' else reason end,
  claim = case when state in ('planned', 'held', 'claimed') then null else claim end,
  claimed_until = case when state in ('planned', 'held', 'claimed') then null else claimed_until end
where id in (select t.id from json_each(?1) j cross join touches t on t.customer_id = j.value);

-- name: blank_entries
update entries set contact_id = null, evidence = null, ladder = null, next_at = null,
  reason = case when state = 'open' then 'erased' else reason end, ended_at = coalesce(ended_at, entered_at),
  state = case when state = 'open' then 'ended' else state end
where id in (select e.id from json_each(?1) j cross join entries e on e.customer_id = j.value);

-- name: blank_responses
update responses set detail = null, customer_id = null
where key in (select r.key from json_each(?1) j cross join responses r on r.customer_id = j.value);

-- name: remove_merged_rows
delete from merged_rows where merge_id in (
  select m.id from merges m where m.winner in (select value from json_each(?1)) or m.loser in (select value from json_each(?1))
);

-- name: remove_merges
delete from merges where winner in (select value from json_each(?1)) or loser in (select value from json_each(?1));

-- name: remove_parked
delete from parked where (source, anonymous_id) in (
  select substr(i.value, 1, instr(i.value, ':') - 1) + 0, substr(i.value, instr(i.value, ':') + 1)
  from json_each(?1) j cross join identities i on i.customer_id = j.value where i.kind = 'anonymous'
);

-- name: forget_released
update intake set released = (
  select json_group_array(json(r.value)) from json_each(intake.released) r
  where not exists (
    select 1 from json_each(?1) j cross join identities i on i.customer_id = j.value
    where i.kind = 'anonymous' and i.value = (r.value ->> 0) || ':' || (r.value ->> 1)
  )
) where id = 1;

-- name: remove_customers
delete from customers where id in (select value from json_each(?1));

-- name: forget_requests
-- What the register says of the person besides that they asked. ?2: the request that is granted now, ?3 now, ?4 what went.
update privacy_requests set customer_id = null, keys = null, note = case when id = ?2 then ?4 end, done_at = coalesce(done_at, ?3),
  version = version + 1
where id = ?2 or customer_id in (select value from json_each(?1));

-- name: of_source
-- Some of those who have an id, an order or an event of the source ?1, whose ids stand between ?2 and ?3. only_here: nothing else tells of them.
with theirs (customer_id) as (
  select * from (
    select customer_id from identities where kind in ('external', 'account', 'anonymous') and value >= ?2 and value < ?3 limit ?4
  )
  union select * from (select customer_id from orders where source = ?1 limit ?4)
  union select * from (select customer_id from events where source = ?1 limit ?4)
)
select t.customer_id, not exists (
    select 1 from identities i where i.customer_id = t.customer_id and i.kind in ('external', 'account') and not (i.value >= ?2 and i.value < ?3)
  )
  and not exists (select 1 from orders o where o.customer_id = t.customer_id and o.source <> ?1)
  and not exists (select 1 from events e where e.customer_id = t.customer_id and e.source <> ?1) as only_here
from theirs t order by 1 limit ?4;

-- name: blank_inbox_of
update inbox set topic = 'erased', body = '{}' where id in (select id from inbox where source = ?1 and topic <> 'erased' limit ?2);

-- name: remove_letters_of
delete from dead_letters where id in (select id from dead_letters where source = ?1 limit ?2);

-- name: remove_parked_of
delete from parked where (source, anonymous_id, inbox_id) in (select source, anonymous_id, inbox_id from parked where source = ?1 limit ?2);

-- name: remove_products_of
delete from products where (source, external_id) in (select source, external_id from products where source = ?1 limit ?2);

-- name: remove_parts_of
delete from order_parts where (source, order_id, external_id) in (
  select source, order_id, external_id from order_parts where source = ?1 limit ?2
);

-- name: remove_orders_of
-- Of the customers of ?2.
delete from orders where source = ?1 and customer_id in (select value from json_each(?2));

-- name: remove_events_of
delete from events where source = ?1 and customer_id in (select value from json_each(?2));

-- name: remove_identities_of
-- Ids between ?2 and ?3 of the customers of ?1.
delete from identities where kind in ('external', 'account', 'anonymous') and value >= ?2 and value < ?3
  and customer_id in (select value from json_each(?1));

-- name: remove_bases_of
-- What events told whose rows are gone is one sum over all sources: it cannot be taken apart.
update states set base = null where customer_id in (select value from json_each(?1)) and base is not null;

-- name: mark_dirty
update facets set dirty = min(dirty + 1, 2) where customer_id in (select value from json_each(?1));

-- What came of entries, and the sums of it.

-- name: look_again
-- The entries in ?1 at ?2 at the latest.
insert into outcomes (entry_id, look_at)
select j.value, ?2 from json_each(?1) j where true
on conflict (entry_id) do update set look_at = min(outcomes.look_at - 1, excluded.look_at)
where outcomes.look_at is null or outcomes.look_at <= ?3 or outcomes.look_at > excluded.look_at;

-- name: look_again_of_customers
-- Entries of the customers in ?1 that were looked at before, at ?2. One that is due by then may be under way.
update outcomes set look_at = min(coalesce(look_at - 1, ?2), ?2)
where entry_id in (select e.id from json_each(?1) j cross join entries e on e.customer_id = j.value) and told is not null;

-- name: forget
delete from outcomes where entry_id in (select id from entries where campaign_id = ?1);

-- name: forget_gone
delete from outcomes where not exists (select 1 from entries e where e.id = outcomes.entry_id);

-- name: forget_sums
delete from results;

-- name: look_at_all
-- What is frozen with them stays.
update outcomes set is_counted = 0, look_at = ?1;

-- name: any_due
select exists (select 1 from outcomes o where o.look_at <= ?1 and exists (select 1 from entries e where e.id = o.entry_id)) as yes;

-- name: due
select o.entry_id from outcomes o where o.look_at <= ?1 and exists (select 1 from entries e where e.id = o.entry_id) order by o.look_at limit ?2;

-- name: answered_upto
-- Up to when responses that came after ?1 are read: so many of them, and all of the same moment.
select coalesce((select received_at from responses where received_at > ?1 and received_at <= ?2 order by received_at limit 1 offset ?3), ?2) as upto;

-- name: answered
-- Entries to whose touches something came after ?1 and until ?2.
select distinct t.entry_id
from responses r cross join touches t on t.id = r.touch_id
where r.received_at > ?1 and r.received_at <= ?2;

-- name: any_answered
-- Since ?1, where that is before ?2.
select exists (select 1 from shop where responses_read_to < ?1 and exists (select 1 from responses r where r.received_at > shop.responses_read_to)) as yes;

-- name: read_to
select responses_read_to as at from shop;

-- name: set_read_to
update shop set responses_read_to = ?1;

-- name: entries
-- contaminated: somebody who was merged into the customer was in another arm. is_gone: they were erased, and with them all that they did.
select o.entry_id, o.told, o.is_counted, o.look_at, e.campaign_id, e.customer_id, e.arm, e.state, e.reason, e.tier, e.value_tier, e.reason_was, e.engagement,
  e.win_back, e.segment, e.ladder, e.entered_at, e.ended_at, n.plan ->> '$.kind' as kind, n.plan ->> '$.window_days' as window_days,
  f.deadline_day, f.last_day,
  exists (
    select 1 from entries x
    where x.campaign_id = e.campaign_id and x.customer_id = e.customer_id and x.arm <> e.arm and x.state <> 'left_out'
  ) as contaminated,
  not exists (select 1 from customers p where p.id = e.customer_id) as is_gone
from json_each(?1) j cross join outcomes o on o.entry_id = j.value join entries e on e.id = o.entry_id
left join campaigns c on c.id = e.campaign_id left join campaign_editions n on n.campaign_id = c.id and n.number = c.edition
left join facets f on f.customer_id = e.customer_id;

-- name: orders
-- Of [customer, since].
select o.customer_id, o.source || ':' || o.external_id as id, o.changed_at, o.ordered_at, o.amount, o.currency, o.refunded, o.discount, o.status,
  o.cancelled_at, o.codes
from json_each(?1) j cross join orders o on o.customer_id = j.value ->> 0 and o.ordered_at >= j.value ->> 1;

-- name: terms
-- Of [customer, since]: what was told of subscriptions and payments.
select e.customer_id, e.source || ':' || e.external_id as id, e.name, e.occurred_at, e.properties
from json_each(?1) j cross join events e on e.customer_id = j.value ->> 0 and e.occurred_at >= j.value ->> 1
where e.name like 'Subscription %' or e.name like 'Payment %' or e.name like 'Invoice %' or e.name = 'Account Deleted';

-- name: touches
-- Of the entries in ?1, in order.
select t.entry_id, t.id, t.step, t.variant, t.channel, t.state, t.due_at, t.sent_at, t.cost, t.choice, k.time_zone, k.country, k.phone, k.email
from json_each(?1) j cross join touches t on t.entry_id = j.value left join contacts k on k.id = t.contact_id
where t.state <> 'skipped' order by t.entry_id, t.due_at, t.id;

-- name: responses
-- To touches of the entries in ?1. machine: no person did it.
select t.entry_id, r.touch_id, r.kind, r.occurred_at,
  coalesce(r.detail ->> '$.machine', r.detail ->> '$.scanner') is not null as machine
from json_each(?1) j cross join touches t on t.entry_id = j.value cross join responses r on r.touch_id = t.id;

-- name: given
-- Offers that were promised in the entries in ?1.
select e.id as entry_id, i.offer, i.kind, i.depth, i.reserved, i.done_at, i.outcome, c.text as code
from json_each(?1) j cross join entries e on e.id = j.value
join interventions i on i.customer_id = e.customer_id and i.ladder = 'entry-' || e.id
left join codes c on c.id = i.code_id
where i.state <> 'cancelled';

-- name: cells
-- [campaign, day, dimension, arm, ripe].
select r.campaign_id, r.day, r.dimension, r.arm, r.ripe, r.figures
from json_each(?1) j cross join results r on r.campaign_id = j.value ->> 0 and r.day = j.value ->> 1 and r.dimension = j.value ->> 2
  and r.arm = j.value ->> 3 and r.ripe = j.value ->> 4;

-- name: put_cells
-- [campaign, day, dimension, arm, ripe, figures].
insert into results (campaign_id, day, dimension, arm, ripe, figures)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5 from json_each(?1) j where true
on conflict (campaign_id, dimension, day, arm, ripe) do update set figures = excluded.figures where results.figures <> excluded.figures;

-- name: drop_empty
-- [campaign, day, dimension, arm, ripe].
delete from results where figures = '{}' and exists (
  select 1 from json_each(?1) j
  where results.campaign_id = j.value ->> 0 and results.day = j.value ->> 1 and results.dimension = j.value ->> 2
    and results.arm = j.value ->> 3 and results.ripe = j.value ->> 4
);

-- name: tell
-- [entry, told, returned_at, look_at as it was read, look_at]: a look that was asked for meanwhile stays.
update outcomes set told = j.value ->> 1, is_counted = 1, returned_at = j.value ->> 2,
  look_at = case when outcomes.look_at is j.value ->> 3 then j.value ->> 4 else outcomes.look_at end
from json_each(?1) j where outcomes.entry_id = j.value ->> 0;

-- name: of_campaign
-- Sums of the campaign ?1 by day of entry from ?2 to ?3, both inside.
select r.campaign_id, r.day, r.dimension, r.arm, r.ripe, r.figures from results r
where r.campaign_id = ?1 and r.day >= ?2 and r.day <= ?3;

-- name: campaigns
-- Into which anybody came from ?2 to ?3, or ?1 alone, the newest first, with how many.
select c.id, c.public_id, c.name, n.plan ->> '$.kind' as kind, n.plan ->> '$.holdout' as holdout, c.launched_at, c.ended_at, r.day, r.arm, r.ripe, r.figures
from campaigns c
join campaign_editions n on n.campaign_id = c.id and n.number = c.edition
cross join results r on r.campaign_id = c.id and r.dimension = 'all' and r.day >= ?2 and r.day <= ?3
where ?1 is null or c.id = ?1
order by c.launched_at desc, c.id desc;

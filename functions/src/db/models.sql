-- Models: what scores rest on, and what a fit reads. One that a version without public ids made is named by its number.

-- name: live_model
select m.id, coalesce(m.public_id, printf('00000000-0000-7000-8000-%012x', m.id)) as public_id, m.parameters, m.card, m.created_at from models m where m.name = 'risk' and m.live = 1
order by m.id desc limit 1;

-- name: live_shown
-- What is told of the live one; its parameters may be long and stay where they are.
select card, coalesce(parameters ->> '$.definitions', '[]') as definitions
from models where name = 'risk' and live = 1 order by id desc limit 1;

-- name: versions
-- The newest ?1, the live one among them however old it is, with how many scores rest on each.
with shown as (
  select id from models where name = 'risk' order by live desc, id desc limit ?1
), resting as (
  select model_id, count(*) as n from scores group by model_id
)
select m.id, coalesce(m.public_id, printf('00000000-0000-7000-8000-%012x', m.id)) as public_id, m.live, m.source, m.created_at, m.comparison, m.card, coalesce(r.n, 0) as scores
from shown join models m on m.id = shown.id left join resting r on r.model_id = m.id
order by m.id desc;

-- name: version
select m.id, coalesce(m.public_id, printf('00000000-0000-7000-8000-%012x', m.id)) as public_id, m.live, m.source, m.created_at, m.comparison, m.card,
  (select count(*) from scores s where s.model_id = m.id) as scores
from models m where m.public_id = ?1 or (m.public_id is null and printf('00000000-0000-7000-8000-%012x', m.id) = ?1);

-- name: parameters
select parameters from models where id = ?1;

-- name: tried_at
-- When a model was last made, whether or not it went live.
select max(created_at) as at from models where name = 'risk';

-- name: oldest_kept
-- Scores rest on one of the newest ?1 that were live: whoever is scored by an older one is written anew, so that it can go.
select coalesce(min(id), 0) as id from (
  select id from models where name = 'risk' and (comparison is null or comparison ->> '$.accepted') order by id desc limit ?1
);

-- name: retire_models
update models set live = 0 where name = 'risk' and live = 1;

-- name: store_model
insert into models (public_id, name, parameters, card, comparison, source, live, created_at)
values (?1, 'risk', ?2, ?3, ?4, ?5, ?6, ?7) returning id;

-- name: refresh_model
update models set parameters = ?2, card = ?3 where id = ?1;

-- name: expect_live
-- Fails the batch on models.name unless ?1 is still the live one (0 for none): what follows was decided beside it.
update models set name = case
  when (select coalesce(max(l.id), 0) from models l where l.name = 'risk' and l.live = 1) = ?1 then name
end
where id = (select max(id) from models);

-- name: use_model
update models set live = 1 where id = ?1;

-- name: gather_groups
-- Purchase histories as groups, of the customers after ?2 up to ?3, as part ?1 of what a fit gathers: [repeats, recency, age, customers].
insert into fit_parts (part, body)
select ?1, json_group_array(json_array(repeats, recency, age, n))
from (
  select buy_days - 1 as repeats, last_day - first_day as recency, cast(?4 as integer) - first_day as age, count(*) as n
  from facets
  where customer_id > ?2 and customer_id <= ?3 and buy_days > 0 and first_day <= ?4
    and customer_id not in (select id from customers where objected_at is not null)
  group by 1, 2, 3
) where true
on conflict (part) do update set body = excluded.body;

-- name: parts
select body from fit_parts where part >= ?1 order by part limit ?2;

-- name: drop_parts
delete from fit_parts;

-- name: groups
-- As gather_groups has them, to be read at once.
select json_group_array(json_array(repeats, recency, age, n)) as groups
from (
  select buy_days - 1 as repeats, last_day - first_day as recency, cast(?3 as integer) - first_day as age, count(*) as n
  from facets
  where customer_id > ?1 and customer_id <= ?2 and buy_days > 0 and first_day <= ?3
    and customer_id not in (select id from customers where objected_at is not null)
  group by 1, 2, 3
);

-- name: customers_with_orders
select count(*) as n from facets where buy_days > 0;

-- name: customers
select count(*) as n from facets;

-- name: customers_between
select count(*) as n from facets where customer_id > ?1 and customer_id <= ?2;

-- name: sample_states
-- Spread over all: one customer in ?3. One in five is held back for good from what models learn, so that they can be compared on
-- customers whom none of them knows; which ones, a hash of their number says (Knuth's multiplier). ?5: 0 those to learn from, 1 those
-- held back, null both.
select t.state, (
    select json_group_array(json_array(a.reason, a.from_day, min(a.until_day, coalesce(a.lifted_at / 86400000 - 1, a.until_day))))
    from set_asides a
    where a.customer_id = t.customer_id and (a.lifted_at is null or a.lifted_at / 86400000 > a.from_day)
  ) as asides,
  (t.customer_id * 2654435761 / 65536) % 5 = 0 as held_back,
  json_array(c.traits, c.traits_at, c.traits_earlier, c.updated_at) as traits
from states t join customers c on c.id = t.customer_id
where t.customer_id > ?1 and t.customer_id <= ?2 and t.customer_id % ?3 = 0 and t.schema = ?4 and c.objected_at is null
  and (?5 is null or ((t.customer_id * 2654435761 / 65536) % 5 = 0) = ?5)
order by t.customer_id;

-- name: held_back_page
-- At most ?2 of those held back who bought, spread over all: every ?1-th of them by another digit of the same hash.
select t.state, (
    select json_group_array(json_array(a.reason, a.from_day, min(a.until_day, coalesce(a.lifted_at / 86400000 - 1, a.until_day))))
    from set_asides a
    where a.customer_id = t.customer_id and (a.lifted_at is null or a.lifted_at / 86400000 > a.from_day)
  ) as asides,
  1 as held_back,
  json_array(c.traits, c.traits_at, c.traits_earlier, c.updated_at) as traits
from facets f join states t on t.customer_id = f.customer_id join customers c on c.id = f.customer_id
where f.buy_days > 0 and (f.customer_id * 2654435761 / 65536) % 5 = 0 and (f.customer_id * 2654435761 / 327680) % ?1 = 0
  and t.schema = ?3 and c.objected_at is null
order by f.customer_id limit ?2;

-- name: prune_models
delete from models where live = 0 and id not in (select model_id from scores) and created_at < ?1;

-- Lists of customers: which ones in which order, then their rows; and how many are in each tier.
--
-- Tiers come as a JSON list of codes or null for all. A key sorts upwards whichever way the list runs, and the customer's number
-- breaks ties, so that a list can go on after any row.

-- name: ids_by_number
-- ?2 is what to sort by, ?3 is 1 or -1. By risk the lost stand below everybody who can still be kept, the latest lost first, and who
-- is not scored comes last. What is not known sorts last either way.
with keyed as (
  select customer_id, coalesce(?3 * case ?2
    when 'value' then value
    when 'last_order' then last_day
    when 'deadline' then deadline_day
    else case tier
      when 9 then -20000000
      when 4 then coalesce(deadline_day, 0) - 10000000
      else p30 * 100000000 + p60 * 10000 + p90 end
  end, 9000000000000000) as key
  from facets where ?1 is null or tier in (select value from json_each(?1))
)
select customer_id as id, key as number from keyed
where ?4 is null or key > ?4 or (key = ?4 and customer_id > ?5)
order by key, customer_id limit ?6 offset ?7;

-- name: ids_by_name
select c.id, c.name_key as text
from customers c cross join facets f on f.customer_id = c.id
where (?1 is null or f.tier in (select value from json_each(?1)))
  and (c.name_key, c.id) > (coalesce(?2, ''), coalesce(?3, -1))
order by c.name_key, c.id limit ?4 offset ?5;

-- name: ids_by_name_down
select c.id, c.name_key as text
from customers c cross join facets f on f.customer_id = c.id
where (?1 is null or f.tier in (select value from json_each(?1)))
  and c.name_key <= coalesce(?2, char(1114111)) and (?2 is null or c.name_key < ?2 or c.id > ?3)
order by c.name_key desc, c.id limit ?4 offset ?5;

-- name: ids_by_arrival
-- For an export: each page reads on from the one before, where a sort would read everybody anew.
select customer_id as id from facets
where customer_id > ?2 and (?1 is null or tier in (select value from json_each(?1)))
order by customer_id limit ?3;

-- name: found_by_arrival
with found as (
  select id as customer_id from customers where ?4 <> '' and name_key >= ?4 and name_key < ?4 || char(1114111)
  union
  select customer_id from identities where kind = 'email' and value >= ?5 and value < ?5 || char(1114111)
  union
  select i.customer_id from sources s cross join identities i
    on i.kind = 'external' and i.value >= s.id || ':' || ?6 and i.value < s.id || ':' || ?6 || char(1114111)
)
select f.customer_id as id from found cross join facets f on f.customer_id = found.customer_id
where found.customer_id > ?2 and (?1 is null or f.tier in (select value from json_each(?1)))
order by f.customer_id limit ?3;

-- name: found_by_number
-- As ids_by_number, of those whose name starts with ?8, address with ?9 or outside id with ?10.
with found as (
  select id as customer_id from customers where ?8 <> '' and name_key >= ?8 and name_key < ?8 || char(1114111)
  union
  select customer_id from identities where kind = 'email' and value >= ?9 and value < ?9 || char(1114111)
  union
  select i.customer_id from sources s cross join identities i
    on i.kind = 'external' and i.value >= s.id || ':' || ?10 and i.value < s.id || ':' || ?10 || char(1114111)
), keyed as (
  select f.customer_id, coalesce(?3 * case ?2
    when 'value' then f.value
    when 'last_order' then f.last_day
    when 'deadline' then f.deadline_day
    else case f.tier
      when 9 then -20000000
      when 4 then coalesce(f.deadline_day, 0) - 10000000
      else f.p30 * 100000000 + f.p60 * 10000 + f.p90 end
  end, 9000000000000000) as key
  from found cross join facets f on f.customer_id = found.customer_id
  where ?1 is null or f.tier in (select value from json_each(?1))
)
select customer_id as id, key as number from keyed
where ?4 is null or key > ?4 or (key = ?4 and customer_id > ?5)
order by key, customer_id limit ?6 offset ?7;

-- name: found_by_name
-- As ids_by_name; ?4 is 1 or -1 and the whole of what was found is sorted, since a search narrows it first.
with found as (
  select id as customer_id from customers where ?7 <> '' and name_key >= ?7 and name_key < ?7 || char(1114111)
  union
  select customer_id from identities where kind = 'email' and value >= ?8 and value < ?8 || char(1114111)
  union
  select i.customer_id from sources s cross join identities i
    on i.kind = 'external' and i.value >= s.id || ':' || ?9 and i.value < s.id || ':' || ?9 || char(1114111)
)
select c.id, c.name_key as text
from found cross join facets f on f.customer_id = found.customer_id cross join customers c on c.id = found.customer_id
where (?1 is null or f.tier in (select value from json_each(?1)))
  and (?2 is null or case when ?4 > 0 then c.name_key > ?2 else c.name_key < ?2 end or (c.name_key = ?2 and c.id > ?3))
order by case when ?4 > 0 then c.name_key end, case when ?4 < 0 then c.name_key end desc, c.id limit ?5 offset ?6;

-- name: count_found
-- Counts on to ?5 at most.
select count(*) as customers from (
  select 1 from (
    select id as customer_id from customers where ?2 <> '' and name_key >= ?2 and name_key < ?2 || char(1114111)
    union
    select customer_id from identities where kind = 'email' and value >= ?3 and value < ?3 || char(1114111)
    union
    select i.customer_id from sources s cross join identities i
      on i.kind = 'external' and i.value >= s.id || ':' || ?4 and i.value < s.id || ':' || ?4 || char(1114111)
  ) found cross join facets f on f.customer_id = found.customer_id
  where ?1 is null or f.tier in (select value from json_each(?1))
  limit ?5
);

-- name: rows
-- The rows of the numbers in ?1, in their order. The address is that of the first contact.
select c.id as row_id, c.public_id, c.external_id, c.kind, c.name, c.sample, k.email, coalesce(f.country, k.country) as country,
  f.tier, f.lifecycle, f.p30, f.p60, f.p90, f.value, f.last_day, f.deadline_day, f.orders,
  s.score ->> '$.triggers' as triggers, s.history, c.tags, o.public_id as owner_id, o.name as owner_name
from json_each(?1) j
cross join customers c on c.id = j.value
join facets f on f.customer_id = c.id
left join scores s on s.customer_id = c.id
left join users o on o.id = c.owner_id
left join contacts k on k.id = (select min(n.id) from contacts n where n.customer_id = c.id)
order by j.key;

-- name: tiers
-- [tier, customers, value, those whose value is not known] of each, in one pass: sorting them into groups would read everybody twice.
select sum(dirty > 0) as waiting, json_array(
  json_array(0, sum(tier = 0), sum(case tier when 0 then value end), sum(tier = 0 and value is null)),
  json_array(1, sum(tier = 1), sum(case tier when 1 then value end), sum(tier = 1 and value is null)),
  json_array(2, sum(tier = 2), sum(case tier when 2 then value end), sum(tier = 2 and value is null)),
  json_array(3, sum(tier = 3), sum(case tier when 3 then value end), sum(tier = 3 and value is null)),
  json_array(4, sum(tier = 4), sum(case tier when 4 then value end), sum(tier = 4 and value is null)),
  json_array(9, sum(tier = 9), sum(case tier when 9 then value end), sum(tier = 9 and value is null))
) as tiers
from facets;

-- name: main_triggers
-- How often each code stands first, among the first ?1 customers with a score.
select f.tier, json_extract(s.score, '$.triggers[0].code') as code, count(*) as customers
from (select customer_id, score from scores order by customer_id limit ?1) s
join facets f on f.customer_id = s.customer_id
where json_extract(s.score, '$.triggers[0].code') is not null
group by 1, 2 order by 3 desc, 2;

-- name: card
select card from models where name = 'risk' and live = 1 order by id desc limit 1;

-- name: scored_at
select finished_at from runs where job = 'score' and status = 'done' order by started_at desc limit 1;

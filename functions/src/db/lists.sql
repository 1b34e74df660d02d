-- Which customers a list has, in which order.
--
-- Tiers, lifecycles and countries come as JSON lists or null for all. A key sorts upwards whichever way the list runs, and the
-- customer's number breaks ties, so that a list can go on after any row.
--
-- There are three kinds. ids_*: narrowed by tiers alone. matching_*: by what stands in each customer's rows, so everybody is looked
-- at. found_*: by a search or by who looks after them, which indexes find first. Of the last two ?1 is tiers, ?2 lifecycles, ?3
-- countries, ?4 a tag and ?5 the number of who looks after them, 0 for nobody. Where the list is of a segment, its condition takes the place
-- of /*segment*/.

-- name: ids_by_number
-- ?2 is what to sort by, ?3 is 1 or -1. By risk the lost stand below everybody who can still be kept, the latest lost first, then who is
-- set aside, and who is not scored comes last. What is not known sorts last either way.
with keyed as (
  select customer_id, coalesce(?3 * case ?2
    when 'value' then value
    when 'last_order' then last_day
    when 'deadline' then deadline_day
    when 'waiting' then waiting
    when 'regain' then regain
    else case tier
      when 9 then -20000000
      when 5 then p90 - 15000000
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

-- name: matching_by_number
-- ?6 and ?7 as ?2 and ?3 of ids_by_number.
with keyed as (
  select f.customer_id, coalesce(?7 * case ?6
    when 'value' then f.value
    when 'last_order' then f.last_day
    when 'deadline' then f.deadline_day
    when 'waiting' then f.waiting
    when 'regain' then f.regain
    else case f.tier
      when 9 then -20000000
      when 5 then f.p90 - 15000000
      when 4 then coalesce(f.deadline_day, 0) - 10000000
      else f.p30 * 100000000 + f.p60 * 10000 + f.p90 end
  end, 9000000000000000) as key
  from facets f
  where /*segment*/ (?1 is null or f.tier in (select value from json_each(?1)))
    and (?2 is null or f.lifecycle in (select value from json_each(?2)))
    and (?3 is null or f.country in (select value from json_each(?3)))
    and ((?4 is null and ?5 is null) or exists (
      select 1 from customers n where n.id = f.customer_id and (?5 is null or coalesce(n.owner_id, 0) = ?5)
        and (?4 is null or exists (select 1 from json_each(n.tags) t where t.value = ?4 collate nocase))
    ))
)
select customer_id as id, key as number from keyed
where ?8 is null or key > ?8 or (key = ?8 and customer_id > ?9)
order by key, customer_id limit ?10 offset ?11;

-- name: matching_by_name
select c.id, c.name_key as text
from customers c cross join facets f on f.customer_id = c.id
where (c.name_key, c.id) > (coalesce(?6, ''), coalesce(?7, -1))
  and /*segment*/ (?1 is null or f.tier in (select value from json_each(?1)))
  and (?2 is null or f.lifecycle in (select value from json_each(?2)))
  and (?3 is null or f.country in (select value from json_each(?3)))
  and (?5 is null or coalesce(c.owner_id, 0) = ?5)
  and (?4 is null or exists (select 1 from json_each(c.tags) t where t.value = ?4 collate nocase))
order by c.name_key, c.id limit ?8 offset ?9;

-- name: matching_by_name_down
select c.id, c.name_key as text
from customers c cross join facets f on f.customer_id = c.id
where c.name_key <= coalesce(?6, char(1114111)) and (?6 is null or c.name_key < ?6 or c.id > ?7)
  and /*segment*/ (?1 is null or f.tier in (select value from json_each(?1)))
  and (?2 is null or f.lifecycle in (select value from json_each(?2)))
  and (?3 is null or f.country in (select value from json_each(?3)))
  and (?5 is null or coalesce(c.owner_id, 0) = ?5)
  and (?4 is null or exists (select 1 from json_each(c.tags) t where t.value = ?4 collate nocase))
order by c.name_key desc, c.id limit ?8 offset ?9;

-- name: matching_by_arrival
select f.customer_id as id from facets f
where f.customer_id > ?6
  and /*segment*/ (?1 is null or f.tier in (select value from json_each(?1)))
  and (?2 is null or f.lifecycle in (select value from json_each(?2)))
  and (?3 is null or f.country in (select value from json_each(?3)))
  and ((?4 is null and ?5 is null) or exists (
    select 1 from customers n where n.id = f.customer_id and (?5 is null or coalesce(n.owner_id, 0) = ?5)
      and (?4 is null or exists (select 1 from json_each(n.tags) t where t.value = ?4 collate nocase))
  ))
order by f.customer_id limit ?7;

-- name: count_matching
-- Counts on to ?6 at most.
select count(*) as customers from (
  select 1 from facets f
  where /*segment*/ (?1 is null or f.tier in (select value from json_each(?1)))
    and (?2 is null or f.lifecycle in (select value from json_each(?2)))
    and (?3 is null or f.country in (select value from json_each(?3)))
    and ((?4 is null and ?5 is null) or exists (
      select 1 from customers n where n.id = f.customer_id and (?5 is null or coalesce(n.owner_id, 0) = ?5)
        and (?4 is null or exists (select 1 from json_each(n.tags) t where t.value = ?4 collate nocase))
    ))
  limit ?6
);

-- name: found_by_number
-- As matching_by_number, of those whose name starts with ?12, address with ?13 or outside id with ?14, or of those whom ?5 looks
-- after where these are null.
with found as (
  select id as customer_id from customers where ?12 <> '' and name_key >= ?12 and name_key < ?12 || char(1114111)
  union
  select customer_id from identities where kind = 'email' and value >= ?13 and value < ?13 || char(1114111)
  union
  select i.customer_id from sources s cross join identities i
    on i.kind = 'external' and i.value >= s.id || ':' || ?14 and i.value < s.id || ':' || ?14 || char(1114111)
  union
  select id from customers where ?13 is null and owner_id = ?5
), keyed as (
  select f.customer_id, coalesce(?7 * case ?6
    when 'value' then f.value
    when 'last_order' then f.last_day
    when 'deadline' then f.deadline_day
    when 'waiting' then f.waiting
    when 'regain' then f.regain
    else case f.tier
      when 9 then -20000000
      when 5 then f.p90 - 15000000
      when 4 then coalesce(f.deadline_day, 0) - 10000000
      else f.p30 * 100000000 + f.p60 * 10000 + f.p90 end
  end, 9000000000000000) as key
  from found cross join facets f on f.customer_id = found.customer_id
  where /*segment*/ (?1 is null or f.tier in (select value from json_each(?1)))
    and (?2 is null or f.lifecycle in (select value from json_each(?2)))
    and (?3 is null or f.country in (select value from json_each(?3)))
    and ((?4 is null and ?5 is null) or exists (
      select 1 from customers n where n.id = f.customer_id and (?5 is null or coalesce(n.owner_id, 0) = ?5)
        and (?4 is null or exists (select 1 from json_each(n.tags) t where t.value = ?4 collate nocase))
    ))
)
select customer_id as id, key as number from keyed
where ?8 is null or key > ?8 or (key = ?8 and customer_id > ?9)
order by key, customer_id limit ?10 offset ?11;

-- name: found_by_name
-- ?8 is 1 or -1 and the whole of what was found is sorted, since it is a small part of everybody.
with found as (
  select id as customer_id from customers where ?11 <> '' and name_key >= ?11 and name_key < ?11 || char(1114111)
  union
  select customer_id from identities where kind = 'email' and value >= ?12 and value < ?12 || char(1114111)
  union
  select i.customer_id from sources s cross join identities i
    on i.kind = 'external' and i.value >= s.id || ':' || ?13 and i.value < s.id || ':' || ?13 || char(1114111)
  union
  select id from customers where ?12 is null and owner_id = ?5
)
select c.id, c.name_key as text
from found cross join facets f on f.customer_id = found.customer_id cross join customers c on c.id = found.customer_id
where (?6 is null or case when ?8 > 0 then c.name_key > ?6 else c.name_key < ?6 end or (c.name_key = ?6 and c.id > ?7))
  and /*segment*/ (?1 is null or f.tier in (select value from json_each(?1)))
  and (?2 is null or f.lifecycle in (select value from json_each(?2)))
  and (?3 is null or f.country in (select value from json_each(?3)))
  and (?5 is null or coalesce(c.owner_id, 0) = ?5)
  and (?4 is null or exists (select 1 from json_each(c.tags) t where t.value = ?4 collate nocase))
order by case when ?8 > 0 then c.name_key end, case when ?8 < 0 then c.name_key end desc, c.id limit ?9 offset ?10;

-- name: found_by_arrival
with found as (
  select id as customer_id from customers where ?8 <> '' and name_key >= ?8 and name_key < ?8 || char(1114111)
  union
  select customer_id from identities where kind = 'email' and value >= ?9 and value < ?9 || char(1114111)
  union
  select i.customer_id from sources s cross join identities i
    on i.kind = 'external' and i.value >= s.id || ':' || ?10 and i.value < s.id || ':' || ?10 || char(1114111)
  union
  select id from customers where ?9 is null and owner_id = ?5
)
select f.customer_id as id from found cross join facets f on f.customer_id = found.customer_id
where found.customer_id > ?6
  and /*segment*/ (?1 is null or f.tier in (select value from json_each(?1)))
  and (?2 is null or f.lifecycle in (select value from json_each(?2)))
  and (?3 is null or f.country in (select value from json_each(?3)))
  and ((?4 is null and ?5 is null) or exists (
    select 1 from customers n where n.id = f.customer_id and (?5 is null or coalesce(n.owner_id, 0) = ?5)
      and (?4 is null or exists (select 1 from json_each(n.tags) t where t.value = ?4 collate nocase))
  ))
order by f.customer_id limit ?7;

-- name: owned_by_arrival
-- The index of owners runs in the order of arrival, so that each page reads no more than itself.
select c.id from customers c cross join facets f on f.customer_id = c.id
where c.owner_id = ?5 and c.id > ?6
  and /*segment*/ (?1 is null or f.tier in (select value from json_each(?1)))
  and (?2 is null or f.lifecycle in (select value from json_each(?2)))
  and (?3 is null or f.country in (select value from json_each(?3)))
  and (?5 is null or coalesce(c.owner_id, 0) = ?5)
  and (?4 is null or exists (select 1 from json_each(c.tags) t where t.value = ?4 collate nocase))
order by c.id limit ?7;

-- name: count_found
-- Counts on to ?6 at most.
with found as (
  select id as customer_id from customers where ?7 <> '' and name_key >= ?7 and name_key < ?7 || char(1114111)
  union
  select customer_id from identities where kind = 'email' and value >= ?8 and value < ?8 || char(1114111)
  union
  select i.customer_id from sources s cross join identities i
    on i.kind = 'external' and i.value >= s.id || ':' || ?9 and i.value < s.id || ':' || ?9 || char(1114111)
  union
  select id from customers where ?8 is null and owner_id = ?5
)
select count(*) as customers from (
  select 1 from found cross join facets f on f.customer_id = found.customer_id
  where /*segment*/ (?1 is null or f.tier in (select value from json_each(?1)))
    and (?2 is null or f.lifecycle in (select value from json_each(?2)))
    and (?3 is null or f.country in (select value from json_each(?3)))
    and ((?4 is null and ?5 is null) or exists (
      select 1 from customers n where n.id = f.customer_id and (?5 is null or coalesce(n.owner_id, 0) = ?5)
        and (?4 is null or exists (select 1 from json_each(n.tags) t where t.value = ?4 collate nocase))
    ))
  limit ?6
);

-- name: ids_of
-- The numbers of public ids, in the order in which they came.
select distinct c.id from json_each(?1) j cross join customers c on c.public_id = j.value order by c.id;

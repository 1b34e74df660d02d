-- Roll-ups of a large shop: its sorted lists cut into runs of places, and figures that would take a scan of everybody each time. A
-- generation is written run by run and is seen once its row in rollups names it.

-- name: is_large
-- The highest number, which takes one row to read.
select coalesce(max(customer_id), 0) >= ?1 as yes from facets;

-- name: wake
-- After scoring: at once, or so long after the last time: ?1 milliseconds, or ?2 for each customer. It always moves the wake a little, so
-- that a roll-up at work does not settle it.
insert into wakes (job, due_at)
select 'rollup', cast(max(
  unixepoch('subsec') * 1000, coalesce((select made_at from rollups where name = 'lists'), 0)
    + max(?1, ?2 * (select max(customer_id) from facets))
) as integer)
where true
on conflict (job) do update set due_at = min(wakes.due_at - 1, excluded.due_at);

-- name: newest
-- Only while the shop is large enough to need them.
select generation, figures from rollups
where name = ?2 and (select max(customer_id) from facets) >= ?1;

-- name: next_generation
select coalesce(max(generation), 0) + 1 as generation from list_chunks;

-- name: cut_by_number
-- The list sorted as ids_by_number sorts it, ?4 places a run. Numbers are bound as reals, which would not divide into whole runs.
insert into list_chunks (generation, sort, chunk, tier, customers, ids)
select ?1, ?2, place / cast(?4 as integer), tier, count(*), json_group_array(json_array(place % cast(?4 as integer), customer_id))
from (
  select customer_id, tier, row_number() over (order by key, customer_id) - 1 as place
  from (
    select customer_id, tier, coalesce(?3 * case ?2
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
    from facets
  )
)
group by 3, 4;

-- name: cut_by_name
insert into list_chunks (generation, sort, chunk, tier, customers, ids)
select ?1, 'name', place / cast(?2 as integer), tier, count(*), json_group_array(json_array(place % cast(?2 as integer), customer_id))
from (
  select c.id as customer_id, f.tier, row_number() over (order by c.name_key, c.id) - 1 as place
  from customers c cross join facets f on f.customer_id = c.id
)
group by 3, 4;

-- name: publish
insert into rollups (name, generation, figures, made_at) values (?1, ?2, ?3, cast(unixepoch('subsec') * 1000 as integer))
on conflict (name) do update set generation = excluded.generation, figures = excluded.figures, made_at = excluded.made_at;

-- name: drop_older
-- Readers of the generation before may still go on in it.
delete from list_chunks where generation < ?1 - 1;

-- name: waiting
select case
  when exists (select 1 from wakes where job in ('score', 'rescore'))
    or exists (select 1 from leases where name = 'score' and cursor <> '{}')
  then (select count(*) from facets where dirty > 0)
  else 0
end as waiting;

-- name: place_by_number
-- Where a customer stands now in the list sorted as ids_by_number sorts it.
select customer_id as id, coalesce(?3 * case ?2
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
  end, 9000000000000000) as number
from facets where customer_id = ?1;

-- name: place_by_name
select id, name_key as text from customers where id = ?1;

-- name: runs_of_part
-- The runs that hold ?5 customers of tiers ?3 after the first ?4 of them, found by their counts. They are opened by the caller, since
-- each element of a list counts as a row read.
with counted as (
  select chunk, sum(customers) as n from list_chunks
  where generation = ?1 and sort = ?2 and (?3 is null or tier in (select value from json_each(?3)))
  group by chunk
), summed as (
  select chunk, n, sum(n) over (order by chunk) as upto from counted
), hit as (
  select chunk, upto - n as before from summed where upto > ?4 and upto - n < ?4 + ?5
)
select l.chunk, hit.before, l.ids
from hit
cross join list_chunks l on l.generation = ?1 and l.sort = ?2 and l.chunk = hit.chunk
  and (?3 is null or l.tier in (select value from json_each(?3)));

-- Where customers stand, and the segments that marketers define. Everything here reads facets; only moves are written.

-- name: settings
select s.cuts, s.map, s.exclusions, s.declared, s.version, s.figures, s.made_at,
  (select coalesce(max(customer_id), 0) from facets) >= ?1 as large
from segmentation s where s.id = 1;

-- name: exclusions
select exclusions from segmentation where id = 1;

-- name: wake
-- After scoring, at ?1: where it never ran, where the shop has grown by a quarter since, or where the last run lies ?2 milliseconds for
-- each customer behind. Else the next hour's cron sees to it.
insert into wakes (job, due_at)
select 'segments', cast(unixepoch('subsec') * 1000 as integer)
from segmentation s, (select coalesce(max(customer_id), 0) as top from facets) f
where s.made_at is null or f.top > 1.25 * s.top or ?1 - s.made_at >= ?2 * f.top
on conflict (job) do update set due_at = min(wakes.due_at - 1, excluded.due_at);

-- name: is_stale
-- Whether anybody was scored since the last run.
select coalesce((select finished_at from runs where job = 'score' and status = 'done' order by started_at desc limit 1) >
  coalesce((select made_at from segmentation), 0), 0) as yes;

-- name: cuts
-- The worth above which a third, and two thirds, of those stand who are worth anything.
with ranked as (
  select margin_back, ntile(3) over (order by margin_back) as third from facets where margin_back > 0
)
select max(case third when 1 then margin_back end) as mid, max(case third when 2 then margin_back end) as high from ranked;

-- name: cell_counts
-- By the cuts ?1 and ?2.
select case when margin_back > ?2 then 2 when margin_back > ?1 then 1 else 0 end * 72 + reason * 9 + engagement * 3 + win_back as cell,
  count(*) as customers
from facets group by 1;

-- name: put_map
update segmentation set cuts = ?1, map = ?2 where id = 1;

-- name: page_end
select max(customer_id) as upto from (select customer_id from facets where customer_id > ?1 order by customer_id limit ?2);

-- name: note_moves
-- Of the customers after ?1 up to ?2: who will be in another segment by the cuts ?3 and ?4 and the map ?5. ?6 is today.
insert into segment_moves (customer_id, day, was, became)
select customer_id, ?6, segment, became from (
  select customer_id, segment, ?5 ->> cast(
    case when margin_back > ?4 then 2 when margin_back > ?3 then 1 else 0 end * 72 + reason * 9 + engagement * 3 + win_back as integer
  ) as became
  from facets where customer_id > ?1 and customer_id <= ?2 and segment is not null
)
where segment <> became
on conflict (customer_id, day) do update set was = coalesce(segment_moves.was, excluded.was), became = excluded.became;

-- name: settle
-- Where scoring placed somebody by what was known then, and those whom it did not place yet.
update facets set
  value_tier = case when margin_back > ?4 then 2 when margin_back > ?3 then 1 else 0 end,
  segment = ?5 ->> cast(
    case when margin_back > ?4 then 2 when margin_back > ?3 then 1 else 0 end * 72 + reason * 9 + engagement * 3 + win_back as integer
  )
where customer_id > ?1 and customer_id <= ?2 and (
  value_tier <> case when margin_back > ?4 then 2 when margin_back > ?3 then 1 else 0 end
  or segment is not ?5 ->> cast(
    case when margin_back > ?4 then 2 when margin_back > ?3 then 1 else 0 end * 72 + reason * 9 + engagement * 3 + win_back as integer
  )
);

-- name: tallies
-- Everybody, or those of a condition in the place of /*segment*/, by segment and cell; ?1 is today. Sums over none are null.
select segment, value_tier * 72 + reason * 9 + engagement * 3 + win_back as cell, count(*) as customers, sum(excluded > 0) as excluded,
  coalesce(sum(value), 0) as value, coalesce(sum(margin_back), 0) as margin, count(margin_back) as valued,
  coalesce(sum(case when tier in (1, 2, 3) then value end), 0) as at_risk, sum(tier in (1, 2, 3)) as leaving, sum(tier = 4) as lost,
  sum(waiting) as waiting, sum(regain) as regain, coalesce(sum(contact), 0) as contact, coalesce(sum(alone), 0) as alone,
  count(contact) as scored, coalesce(sum(?1 - first_day), 0) as tenure, coalesce(sum(?1 - last_day), 0) as silent, count(last_day) as bought
from facets f where /*segment*/ true group by 1, 2;

-- name: count_of
-- Of the customers up to the number ?1: numbers follow each other, so that no more rows are looked at.
select count(*) as customers from facets f where /*segment*/ f.customer_id <= ?1;

-- name: left_out
select excluded as exclusion, count(*) as customers from facets where excluded > 0 group by 1;

-- name: groups
-- Like customers together, for the matrix: at most 24 rows x 3 x 9 x 6 of them. Who is not scored has no chance of either kind.
select value_tier * 8 + reason as line, engagement, round(avg(coalesce(contact, 0))) as contact, round(avg(coalesce(alone, 0))) as alone,
  round(avg(coalesce(margin_back, 0))) as margin, round(avg(coalesce(order_back, 0))) as first_order, sum(excluded = 0) as customers,
  sum(excluded > 0) as excluded
from facets
group by 1, 2,
  (contact > 20) + (contact > 40) + (contact > 60) + (contact > 80) + (contact > 120) + (contact > 200) + (contact > 400) + (contact > 700),
  (alone > 20) + (alone > 50) + (alone > 100) + (alone > 200) + (alone > 500);

-- name: put_figures
update segmentation set figures = ?1, made_at = ?2, top = (select coalesce(max(customer_id), 0) from facets) where id = 1;

-- name: put_days
-- [segment, customers, value, at_risk, regain] of the day ?2.
insert into segment_days (segment, day, customers, value, at_risk, regain)
select j.value ->> 0, ?2, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4 from json_each(?1) j where true
on conflict (segment, day) do update set customers = excluded.customers, value = excluded.value, at_risk = excluded.at_risk,
  regain = excluded.regain;

-- name: days
-- Of the segments in ?1 since ?2, together.
select day, sum(customers) as customers, sum(value) as value, sum(at_risk) as at_risk, sum(regain) as regain
from segment_days where segment in (select value from json_each(?1)) and day >= ?2 group by day order by day;

-- name: moves
-- Since ?2, between the segment ?1 and each other; a row's other is where they came from or went.
select 'in' as way, was as other, count(*) as customers from segment_moves where day >= ?2 and became = ?1 and was <> ?1 group by was
union all
select 'out', became, count(*) from segment_moves where day >= ?2 and was = ?1 and became <> ?1 group by became
order by 1, 3 desc;

-- name: set_settings
update segmentation set version = case when version = ?1 then version + 1 end, exclusions = ?2, declared = ?3, updated_at = ?4 where id = 1;

-- name: own
select id, public_id, name, filter, digest, counted, counted_at, version, created_at, updated_at from segments order by name collate nocase, id
limit ?1;

-- name: own_of
select id, public_id, name, filter, digest, counted, counted_at, version, created_at, updated_at from segments where public_id = ?1;

-- name: add_own
-- Not beyond ?8 of them.
insert into segments (public_id, name, filter, digest, counted, counted_at, created_by, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?6 where (select count(*) from segments) < ?8;

-- name: change_own
update segments set version = case when version = ?2 then version + 1 end, name = ?3, filter = ?4, digest = ?5, counted = ?6, counted_at = ?7,
  updated_at = ?7
where id = ?1;

-- name: hold_own
-- Before it is removed: fails where ?2 is not the newest version.
update segments set version = case when version = ?2 then version + 1 end where id = ?1;

-- name: remove_own
delete from segments where id = ?1;

-- name: count_anew
-- [id, customers] at the time ?2.
update segments set counted = j.value ->> 1, counted_at = ?2 from json_each(?1) j where segments.id = j.value ->> 0;

-- name: gone_tags
-- Those of ?1 that nobody has.
select j.value as name from json_each(?1) j
where not exists (select 1 from customers c cross join json_each(c.tags) t where c.tags <> '[]' and t.value = j.value collate nocase);

-- name: gone_people
select j.value as name from json_each(?1) j
where not exists (select 1 from users u where u.public_id = j.value and u.disabled_at is null);

-- name: gone_sources
select j.value as name from json_each(?1) j where not exists (select 1 from sources s where s.public_id = j.value);

-- name: top_id
select coalesce(max(customer_id), 0) as id from facets;

-- name: traits_in_use
-- Names of the shop's own columns, of the newest ?1 customers.
select t.key as name, count(*) as customers, min(t.value) as example
from (select traits from customers where traits <> '{}' order by id desc limit ?1) c cross join json_each(c.traits) t
group by 1 order by 2 desc, 1 limit 100;

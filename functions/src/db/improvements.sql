-- What the shop shipped or changed, and whom it would bring back.

-- name: list
select id, public_id, kind, title, text, shipped_day, reasons, features, announced_at, version
from improvements order by shipped_day desc, id desc limit ?1;

-- name: find
select id, public_id, kind, title, text, shipped_day, reasons, features, announced_at, version from improvements where public_id = ?1;

-- name: add
-- Not where there are ?11 already.
insert into improvements (public_id, kind, title, text, shipped_day, reasons, features, keys, numbers, created_by, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?12, ?12 where (select count(*) from improvements) < ?11;

-- name: change
update improvements set version = case when version = ?2 then version + 1 end, kind = ?3, title = ?4, text = ?5, shipped_day = ?6,
  reasons = ?7, features = ?8, keys = ?9, numbers = ?10, updated_at = ?11
where id = ?1;

-- name: hold
-- Before it is removed: fails where ?2 is not the newest version.
update improvements set version = case when version = ?2 then version + 1 end where id = ?1;

-- name: remove
delete from improvements where id = ?1;

-- name: announce
update improvements set version = case when version = ?2 then version + 1 end, announced_at = ?3, updated_at = ?3 where id = ?1;

-- name: leavers
-- Everybody who leaves (tiers 1 to 3) or left (4), by what for and since when, added up. One scan for all improvements.
select reason, tier = 4 as lost, last_day, count(*) as customers, sum(excluded > 0) as excluded, coalesce(sum(value), 0) as value
from facets where tier between 1 and 4 group by reason, lost, last_day;

-- name: askers
-- For each improvement of ?1, [[feature_key, …], shipped_day, [reason, …]]: those who leave or left and asked for one of the words by that
-- day, each once. `left` says that the reason matches too: they are among the leavers already.
select place, count(*) as customers, sum(tier = 4) as lost, sum(excluded > 0) as excluded, coalesce(sum(value), 0) as value,
  sum(left) as left, sum(left and tier = 4) as lost_left, sum(left and excluded > 0) as excluded_left,
  coalesce(sum(case when left then value end), 0) as value_left
from (
  select a.place, f.tier, f.excluded, f.value,
    f.reason in (select value from json_each(a.reasons)) and (f.tier < 4 or coalesce(f.last_day < a.day, 0)) as left
  from (
    select distinct i.key as place, i.value ->> 1 as day, i.value -> 2 as reasons, w.customer_id
    from json_each(?1) i, json_each(i.value, '$[0]') k
    join wishes w on w.feature_key = k.value and w.day <= i.value ->> 1
  ) a
  join facets f on f.customer_id = a.customer_id
  where f.tier between 1 and 4
)
group by place;

-- name: wishes
-- What is asked for most, but for what the improvements answer (?1).
select min(w.feature) as feature, count(*) as customers, sum(f.tier between 1 and 4) as leaving
from wishes w join facets f on f.customer_id = w.customer_id
where w.feature_key not in (select value from json_each(?1))
group by w.feature_key order by leaving desc, customers desc, w.feature_key limit ?2;

-- name: wishes_of
-- Of the customers in ?1.
select w.customer_id, w.feature, w.day from json_each(?1) j cross join wishes w on w.customer_id = j.value order by w.day, w.feature_key;

-- name: store_wishes
-- [customer_id, [[feature_key, feature, day], …]]: the wishes of these customers are these.
insert into wishes (feature_key, customer_id, feature, day)
select w.value ->> 0, j.value ->> 0, w.value ->> 1, w.value ->> 2 from json_each(?1) j, json_each(j.value, '$[1]') w where true
on conflict (feature_key, customer_id) do update set feature = excluded.feature, day = excluded.day
where wishes.feature <> excluded.feature or wishes.day <> excluded.day;

-- name: drop_wishes
-- Those of the same customers that are not told any more.
delete from wishes where customer_id in (select j.value ->> 0 from json_each(?1) j)
  and not exists (
    select 1 from json_each(?1) j, json_each(j.value, '$[1]') w where j.value ->> 0 = wishes.customer_id and w.value ->> 0 = wishes.feature_key
  );

-- The shop's own row and its rates.

-- name: shop
select name, home_currency, time_zone, plan, sample, thresholds from shop where id = 1;

-- name: change_shop
update shop set name = coalesce(?1, name), home_currency = coalesce(?2, home_currency), time_zone = coalesce(?3, time_zone),
  plan = coalesce(?4, plan), updated_at = ?5
where id = 1;

-- name: set_thresholds
update shop set thresholds = ?1, updated_at = ?2 where id = 1;

-- name: rates
select currency, day, rate from rates order by currency, day;

-- name: drop_rates
-- All but those in ?1: [currency, day].
delete from rates where not exists (select 1 from json_each(?1) j where j.value ->> 0 = rates.currency and j.value ->> 1 = rates.day);

-- name: put_rates
-- [currency, day, rate]; an equal one is not written.
insert into rates (currency, day, rate, created_at)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, ?2 from json_each(?1) j where true
on conflict (currency, day) do update set rate = excluded.rate, created_at = excluded.created_at where rates.rate <> excluded.rate;

-- name: dirty_by_currency
-- Everybody with an order in one of the currencies of ?1, or everybody where it is null. 2 tells a page of scoring that has read the
-- customer already to come back to it.
update facets set dirty = case when dirty = 0 then 1 else 2 end
where dirty < 2
  and (?1 is null or customer_id in (select customer_id from orders where currency in (select value from json_each(?1))));

-- name: rescore
-- Everybody that is not lost is due today.
update facets set rescore_day = ?1 where tier <> 4 and (rescore_day is null or rescore_day > ?1);

-- name: threshold_cells
-- Customers that can still be kept, by their three risks in per cent.
select p30 / 100 as p30, p60 / 100 as p60, p90 / 100 as p90, count(*) as customers
from facets where tier in (0, 1, 2, 3) group by 1, 2, 3;

-- name: model
select parameters, card from models where name = 'risk' and live = 1 order by id desc limit 1;

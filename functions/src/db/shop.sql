-- The shop's own row and its rates.

-- name: shop
select name, home_currency, time_zone, plan, sample, churn_days, thresholds from shop where id = 1;

-- name: change_shop
-- ?6 says whether the definition of churn is changed, to ?7 or to none.
update shop set name = coalesce(?1, name), home_currency = coalesce(?2, home_currency), time_zone = coalesce(?3, time_zone),
  plan = coalesce(?4, plan), churn_days = case when ?6 then ?7 else churn_days end, updated_at = ?5
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

-- name: threshold_cells
-- Customers that can still be kept, by their three risks in whole per cent, rounded as people see them.
select (p30 + 50) / 100 as p30, (p60 + 50) / 100 as p60, (p90 + 50) / 100 as p90, count(*) as customers
from facets where tier in (0, 1, 2, 3) group by 1, 2, 3;

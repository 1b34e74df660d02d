-- The shop's own row and its rates.

-- name: shop
select name, home_currency, time_zone, plan, sample, churn_days, thresholds, version, rates_version, thresholds_version, industry,
  business_model, active_customers, margin, margin_basis, acquisition_cost, set_up_at
from shop where id = 1;

-- name: change_shop
-- The batch fails where ?1 is not the newest version. Rates that go with the old home currency are another version of the rates.
update shop set version = case when version = ?1 then version + 1 end, updated_at = ?2, name = ?3,
  rates_version = rates_version + (home_currency <> ?4), home_currency = ?4, time_zone = ?5,
  plan = ?6, churn_days = ?7, industry = ?8, business_model = ?9, active_customers = ?10, margin = ?11, margin_basis = ?12,
  acquisition_cost = ?13, set_up_at = ?14
where id = 1;

-- name: set_thresholds
-- The batch fails where ?1 is not the newest version of the thresholds.
update shop set thresholds_version = case when thresholds_version = ?1 then thresholds_version + 1 end, thresholds = ?2,
  updated_at = ?3
where id = 1;

-- name: claim_rates
-- The batch fails where ?1 is not the newest version of the rates.
update shop set rates_version = case when rates_version = ?1 then rates_version + 1 end, updated_at = ?2 where id = 1;

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

-- The shop's own row and its rates.

-- name: shop
select name, home_currency, time_zone, plan, sample, thresholds from shop where id = 1;

-- name: rates
select currency, day, rate from rates order by currency, day;

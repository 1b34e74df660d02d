-- Margins by category and costs of products, and what the figures of the shop's economics rest on.

-- name: margins
select kind, name, share, margin, cost from margins order by kind, name;

-- name: touch_shop
-- Margins are part of the shop's settings: the batch fails where ?1 is not the newest version.
update shop set version = case when version = ?1 then version + 1 end, updated_at = ?2 where id = 1;

-- name: drop_margins
-- All but those in ?1: [kind, name].
delete from margins where not exists (select 1 from json_each(?1) j where j.value ->> 0 = margins.kind and j.value ->> 1 = margins.name);

-- name: put_margins
-- [kind, name, share, margin, cost]; an equal one is not written.
insert into margins (kind, name, share, margin, cost)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4 from json_each(?1) j where true
on conflict (kind, name) do update set share = excluded.share, margin = excluded.margin, cost = excluded.cost
where margins.share is not excluded.share or margins.margin is not excluded.margin or margins.cost is not excluded.cost;

-- name: drop_costs
delete from margins where kind = 'product';

-- name: measure_costs
-- Adds up the newest ?3 paid orders since ?2 in the home currency of which every item has a known cost. Orders with a refund are left
-- out: nobody knows whether the goods came back.
insert into rollups (name, generation, figures, made_at)
with costs as materialized (select lower(name) as name, cost from margins where kind = 'product'),
recent as materialized (
  select source, external_id, amount, items
  from orders
  where ordered_at >= ?2 and ordered_at <= ?1 and status = 'paid' and refunded = 0 and amount > 0 and items is not null
    and currency = (select home_currency from shop where id = 1)
  order by ordered_at desc limit ?3
),
costed as (
  select recent.amount as paid, sum(costs.cost) as cost, count(*) as items, count(costs.cost) as known
  from recent cross join json_each(recent.items) item left join costs on costs.name = lower(trim(item.value))
  group by recent.source, recent.external_id
)
select 'costed', 0, json_object('orders', count(*), 'paid', coalesce(sum(paid), 0), 'cost', coalesce(sum(cost), 0)), ?1
from costed where known = items
on conflict (name) do update set figures = excluded.figures, made_at = excluded.made_at;

-- name: costed
select figures from rollups where name = 'costed';

-- name: measure_payment
-- What one payment in the home currency brings on average, of the first ?2 orders.
insert into rollups (name, generation, figures, made_at)
select 'payment', 0, json_object('currency', h.home_currency, 'payment', avg(o.amount)), ?1
from shop h left join (select amount, currency, status from orders limit ?2) o
  on o.currency = h.home_currency and o.status in ('paid', 'refunded') and o.amount > 0
where h.id = 1
on conflict (name) do update set figures = excluded.figures, made_at = excluded.made_at;

-- name: typical_payment
-- As it was measured in the currency ?1; before the first time, of at most ?2 orders.
select coalesce(
  (select figures ->> 'payment' from rollups where name = 'payment' and figures ->> 'currency' = ?1),
  (
    select avg(amount) from (select amount, currency, status from orders limit ?2)
    where currency = ?1 and status in ('paid', 'refunded') and amount > 0
  )
) as payment;

-- name: active_customers
-- With a paid order since the day ?1; a subscription without orders by the end of its paid term.
select count(*) as customers, coalesce(sum(last_day >= ?1 or (last_day is null and deadline_day >= ?1)), 0) as active from facets;

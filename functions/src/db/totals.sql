-- Figures of the whole shop.

-- name: counts
select (select count(*) from customers) as customers, (select count(*) from contacts) as contacts, (select count(*) from events) as events;

-- name: revenue
-- By currency, and by day where a rate is needed: ?1 is the home currency.
select currency, case when currency = ?1 then 0 else ordered_at / 86400000 end as day, count(*) as orders,
  sum(amount - refunded) as revenue
from orders where status in ('paid', 'refunded') group by 1, 2;

-- name: orders
select count(*) as orders from orders;

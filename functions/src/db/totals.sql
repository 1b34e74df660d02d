-- Figures of the whole shop.

-- name: counts
select (select count(*) from contacts) as contacts, (select count(*) from events) as events;

-- name: revenue
-- By currency, and by day where a rate is needed: ?1 is the home currency. All orders, and those that were paid.
select currency, case when currency = ?1 then 0 else ordered_at / 86400000 end as day, count(*) as all_orders,
  sum(status in ('paid', 'refunded')) as orders, sum(case when status in ('paid', 'refunded') then amount - refunded else 0 end) as revenue
from orders group by 1, 2;

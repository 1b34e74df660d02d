-- name: store_orders
-- [external_id, identity kind, identity value, ordered_at, amount, currency, refunded, discount, status, cancelled_at, items, codes]
-- A row whose customer is gone makes the batch fail (customer_id is not null) and is resolved anew. An equal row is not written.
insert into orders (source, external_id, customer_id, ordered_at, amount, currency, refunded, discount, status, cancelled_at, items,
  codes, changed_at, import_id)
select ?2, j.value ->> 0, i.customer_id, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7, j.value ->> 8,
  j.value ->> 9, j.value ->> 10, j.value ->> 11, ?3, ?4
from json_each(?1) j left join identities i on i.kind = j.value ->> 1 and i.value = j.value ->> 2
where true
on conflict (source, external_id) do update set
  customer_id = excluded.customer_id, ordered_at = excluded.ordered_at, amount = excluded.amount, currency = excluded.currency,
  refunded = excluded.refunded, discount = excluded.discount, status = excluded.status, cancelled_at = excluded.cancelled_at,
  items = excluded.items, codes = excluded.codes, changed_at = excluded.changed_at, import_id = excluded.import_id
where orders.customer_id is not excluded.customer_id or orders.ordered_at is not excluded.ordered_at
  or orders.amount is not excluded.amount or orders.currency is not excluded.currency
  or orders.refunded is not excluded.refunded or orders.discount is not excluded.discount
  or orders.status is not excluded.status or orders.cancelled_at is not excluded.cancelled_at
  or orders.items is not excluded.items or orders.codes is not excluded.codes;

-- name: dirty_losers_of_orders
-- Customers that lose an order to another one.
update facets set dirty = 1 where dirty = 0 and customer_id in (
  select o.customer_id
  from json_each(?1) j
  cross join orders o on o.source = ?2 and o.external_id = j.value ->> 0
  join identities i on i.kind = j.value ->> 1 and i.value = j.value ->> 2
  where o.customer_id <> i.customer_id
);

-- name: dirty_owners_of_orders
update facets set dirty = 1 where dirty = 0 and customer_id in (
  select o.customer_id from json_each(?1) j cross join orders o on o.source = ?2 and o.external_id = j.value ->> 0
  where o.changed_at = ?3 and o.import_id = ?4
);

-- name: dirty_owners_of_orders_in_flight
-- A page of scoring that has read these customers already must come back to them: see claim_page.
update facets set dirty = 2 where dirty = 1
and customer_id > (select cursor ->> '$.from' from leases where name = 'score')
and customer_id <= (select cursor ->> '$.to' from leases where name = 'score')
and customer_id in (
  select o.customer_id from json_each(?1) j cross join orders o on o.source = ?2 and o.external_id = j.value ->> 0
  where o.changed_at = ?3 and o.import_id = ?4
);

-- name: count_new_orders
select count(*) as n from json_each(?1) j
where not exists (
  select 1 from orders o join identities i on i.kind = j.value ->> 1 and i.value = j.value ->> 2
  where o.source = ?2 and o.external_id = j.value ->> 0 and o.customer_id = i.customer_id and o.ordered_at is j.value ->> 3
    and o.amount is j.value ->> 4 and o.currency is j.value ->> 5 and o.refunded is j.value ->> 6 and o.discount is j.value ->> 7
    and o.status is j.value ->> 8 and o.cancelled_at is j.value ->> 9 and o.items is j.value ->> 10 and o.codes is j.value ->> 11
);

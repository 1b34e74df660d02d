-- What pushed messages become. A page of the inbox is read, its people are looked up, and all that it becomes is written in one batch with
-- the mark of how far messages are applied.

-- name: mark
select i.applied, i.erasures, i.released, s.home_currency, s.events_from, s.event_days,
  (select json_group_array(json_object('id', id, 'kind', kind, 'name', name, 'site', settings ->> '$.site')) from sources) as sources
from intake i join shop s on s.id = 1 where i.id = 1;

-- name: page
-- At most ?2 messages behind the mark, and no more than fit into ?3 characters (at least one).
select id, source, key, topic, body, received_at, sent_at, replay_of, first_key from (
  select b.*, d.key as first_key, sum(length(b.body)) over (order by b.id rows unbounded preceding) - length(b.body) as before
  from (select * from inbox where id > ?1 order by id limit ?2) b
  left join dead_letters d on d.id = b.replay_of
) where before < ?3 order by id;

-- name: released_page
-- [[source, anonymous id], …]: messages of visitors who have said who they are.
select b.id, b.source, b.key, b.topic, b.body, b.received_at, b.sent_at, b.replay_of, null as first_key, p.anonymous_id
from json_each(?1) j
cross join parked p on p.source = j.value ->> 0 and p.anonymous_id = j.value ->> 1
join inbox b on b.id = p.inbox_id
order by b.id limit ?2;

-- name: have_parked
-- [[source, anonymous id], …]: those of whom messages are parked.
select p.source, p.anonymous_id
from json_each(?1) j
cross join parked p on p.source = j.value ->> 0 and p.anonymous_id = j.value ->> 1
group by p.source, p.anonymous_id;

-- name: find_keys
-- [kind, value]; real data never find a sample customer.
select i.customer_id
from json_each(?1) j
cross join identities i on i.kind = j.value ->> 0 and i.value = j.value ->> 1
join customers c on c.id = i.customer_id and c.sample = 0
group by i.customer_id;

-- name: people
select c.id, c.external_id, c.kind, c.name, c.tags, c.traits, c.traits_at, c.fields_at, c.created_at, c.updated_at
from json_each(?1) j cross join customers c on c.id = j.value
order by c.id;

-- name: keys_of_people
select i.kind, i.value, i.customer_id, i.contact_id
from json_each(?1) j cross join identities i on i.customer_id = j.value;

-- name: contacts_of_people
select k.id, k.customer_id, k.role, k.name, k.email, k.phone, k.country, k.time_zone, k.consent, k.fields_at, k.updated_at
from json_each(?1) j cross join contacts k on k.customer_id = j.value
order by k.id;

-- name: consents_of_people
select h.contact_id, h.channel, h.purpose, h.state, h.basis, h.source, h.wording, h.act, h.occurred_at, h.recorded_at, h.expires_at
from json_each(?1) j
cross join contacts k on k.customer_id = j.value
join consents h on h.contact_id = k.id;

-- name: create_people
-- [public_id, external_id, kind, name, name_key, tags, traits, traits_at, fields_at, created_at, [[kind, value], …]]; not where one of the
-- keys was taken meanwhile: see hold_people.
insert into customers (public_id, external_id, kind, name, name_key, tags, traits, traits_at, fields_at, created_at, updated_at)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7,
  j.value ->> 8, j.value ->> 9, ?2
from json_each(?1) j
where not exists (
  select 1 from json_each(j.value, '$[10]') k
  cross join identities i on i.kind = k.value ->> 0 and i.value = k.value ->> 1
  join customers c on c.id = i.customer_id and c.sample = 0
);

-- name: hold_people
-- Makes the batch fail (applied is not null) where one of these new customers could not be created, and all is looked up again.
update intake set applied = case
  when (select count(*) from json_each(?1) j cross join customers c on c.public_id = j.value) = json_array_length(?1) then applied
end where id = 1;

-- name: update_people
-- [id, external_id, kind, name, name_key, tags, traits, traits_at, fields_at, created_at, and as they were read: tags, traits, name]. What
-- changed meanwhile makes the batch fail: neither tags nor name may be null.
update customers set external_id = j.value ->> 1, kind = j.value ->> 2,
  name = case when customers.traits = j.value ->> 11 and customers.name = j.value ->> 12 then j.value ->> 3 end,
  name_key = j.value ->> 4, tags = case when customers.tags = j.value ->> 10 then j.value ->> 5 end, traits = j.value ->> 6,
  traits_at = j.value ->> 7, fields_at = j.value ->> 8, created_at = j.value ->> 9,
  version = customers.version + (customers.tags <> j.value ->> 5), updated_at = ?2
from json_each(?1) j where customers.id = j.value ->> 0;

-- name: create_contacts
-- [public_id, public_id of a new customer or null, customer_id of a known one or null, name, email, phone, country, time_zone, role,
--  consent, created_at, fields_at, source_at]
insert into contacts (public_id, customer_id, name, email, phone, country, time_zone, role, consent, created_at, fields_at, source_at,
  updated_at)
select j.value ->> 0, c.id, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7, j.value ->> 8, j.value ->> 9,
  j.value ->> 10, j.value ->> 11, j.value ->> 12, ?2
from json_each(?1) j
left join customers c on c.id = coalesce(j.value ->> 2, (select n.id from customers n where n.public_id = j.value ->> 1));

-- name: update_contacts
-- [id, name, email, phone, country, time_zone, role, consent, consent as it was read, fields_at, source_at]: see intake.sql.
update contacts set name = j.value ->> 1, email = j.value ->> 2, phone = j.value ->> 3, country = j.value ->> 4,
  time_zone = j.value ->> 5, role = j.value ->> 6, consent = case when contacts.consent = j.value ->> 8 then j.value ->> 7 end,
  fields_at = j.value ->> 9, source_at = j.value ->> 10, updated_at = ?2
from json_each(?1) j where contacts.id = j.value ->> 0;

-- name: name_contacts_of_keys
-- [kind, value, contact_id or null, public_id of a new contact or null]
update identities set contact_id = coalesce(j.value ->> 2, (select k.id from contacts k where k.public_id = j.value ->> 3))
from json_each(?1) j where identities.kind = j.value ->> 0 and identities.value = j.value ->> 1;

-- name: name_users
-- [customer_id, user]: a shopper's record becomes an account's: what they did is told apart from what its other people do.
update events set properties = json_set(events.properties, '$.user', j.value ->> 1)
from json_each(?1) j
where events.customer_id = j.value ->> 0 and events.properties ->> '$.user' is null and events.properties ->> '$.user_id' is null
  and events.properties ->> '$.userId' is null and events.properties ->> '$.email' is null;

-- name: dirty_losers
-- Customers that lose an order to another one.
update facets set dirty = 1 where dirty = 0 and customer_id in (
  select o.customer_id
  from json_each(?1) j
  cross join orders o on o.source = ?2 and o.external_id = j.value ->> 0
  join identities i on i.kind = j.value ->> 1 and i.value = j.value ->> 2
  where o.customer_id <> i.customer_id
);

-- name: store_orders
-- [external_id, identity kind, identity value, ordered_at, amount, currency, refunded, discount, status, cancelled_at, items, codes, at]
-- What the sender told later stands; of two told at one time the one with more given back, then by a fixed order.
insert into orders (source, external_id, customer_id, ordered_at, amount, currency, refunded, discount, status, cancelled_at, items,
  codes, changed_at, source_at, told_refunded, told_status, told_cancelled_at)
select ?2, j.value ->> 0, i.customer_id, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7, j.value ->> 8,
  j.value ->> 9, j.value ->> 10, j.value ->> 11, ?3, j.value ->> 12, j.value ->> 6, j.value ->> 8, j.value ->> 9
from json_each(?1) j left join identities i on i.kind = j.value ->> 1 and i.value = j.value ->> 2
where true
on conflict (source, external_id) do update set
  customer_id = excluded.customer_id, ordered_at = min(excluded.ordered_at, orders.ordered_at), amount = excluded.amount,
  currency = excluded.currency, refunded = excluded.refunded, discount = excluded.discount, status = excluded.status,
  cancelled_at = excluded.cancelled_at, items = excluded.items, codes = excluded.codes, changed_at = excluded.changed_at,
  source_at = excluded.source_at, told_refunded = excluded.told_refunded, told_status = excluded.told_status,
  told_cancelled_at = excluded.told_cancelled_at
where (excluded.source_at, excluded.told_refunded, excluded.told_status <> 'pending', excluded.told_status, excluded.amount,
    excluded.discount, coalesce(excluded.told_cancelled_at, 0), excluded.currency, coalesce(excluded.items, ''), coalesce(excluded.codes, ''))
  > (coalesce(orders.source_at, -1), coalesce(orders.told_refunded, orders.refunded), coalesce(orders.told_status, orders.status) <> 'pending',
    coalesce(orders.told_status, orders.status), orders.amount, orders.discount, coalesce(orders.told_cancelled_at, 0), orders.currency,
    coalesce(orders.items, ''), coalesce(orders.codes, ''));

-- name: earlier_orders
-- Some senders tell of a change without the day of the order: the earliest day told is the order's.
update orders set ordered_at = j.value ->> 3, changed_at = ?3
from json_each(?1) j
where orders.source = ?2 and orders.external_id = j.value ->> 0 and orders.ordered_at > j.value ->> 3;

-- name: store_parts
-- [order_id, external_id, change, amount, currency, at]; of two with one id the later one stands.
insert into order_parts (source, order_id, external_id, change, amount, currency, at)
select ?2, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5
from json_each(?1) j where true
on conflict (source, order_id, external_id) do update set change = excluded.change, amount = excluded.amount,
  currency = excluded.currency, at = excluded.at
where (excluded.at, excluded.change, coalesce(excluded.amount, -1)) > (order_parts.at, order_parts.change, coalesce(order_parts.amount, -1));

-- name: settle_orders
-- [order id, …]: what the whole order says, with its parts. Given back is the greater of what the whole says and the sum of the parts in the
-- order's currency, and never above its amount; a cancellation holds whatever the whole says.
update orders set
  refunded = max(told_refunded, min(amount, coalesce((
    select sum(coalesce(p.amount, orders.amount)) from order_parts p
    where p.source = orders.source and p.order_id = orders.external_id and p.change = 'refunded' and p.currency = orders.currency
  ), 0))),
  cancelled_at = coalesce(told_cancelled_at, (
    select min(p.at) from order_parts p
    where p.source = orders.source and p.order_id = orders.external_id and p.change = 'cancelled'
  )),
  status = case
    when exists (
      select 1 from order_parts p
      where p.source = orders.source and p.order_id = orders.external_id and p.change = 'cancelled'
    ) then 'cancelled'
    when told_status = 'paid' and amount > 0 and amount <= coalesce((
      select sum(coalesce(p.amount, orders.amount)) from order_parts p
      where p.source = orders.source and p.order_id = orders.external_id and p.change = 'refunded' and p.currency = orders.currency
    ), 0) then 'refunded'
    else told_status
  end
where source = ?2 and told_status is not null and external_id in (select value from json_each(?1));

-- name: store_events
-- [external_id, identity kind, identity value, name, occurred_at, properties]; of two with one id the later one stands.
insert into events (source, external_id, customer_id, name, occurred_at, properties, received_at)
select ?2, j.value ->> 0, i.customer_id, j.value ->> 3, j.value ->> 4, j.value ->> 5, ?3
from json_each(?1) j left join identities i on i.kind = j.value ->> 1 and i.value = j.value ->> 2
where true
on conflict (source, external_id) do update set
  customer_id = excluded.customer_id, name = excluded.name, occurred_at = excluded.occurred_at, properties = excluded.properties,
  received_at = excluded.received_at
where (excluded.occurred_at, excluded.name, excluded.properties) > (events.occurred_at, events.name, events.properties);

-- name: dirty_keys_in_flight
-- [kind, value]: a page of scoring that has read these customers already must come back to them, see claim_page.
update facets set dirty = 2 where dirty = 1
and customer_id > (select cursor ->> '$.from' from leases where name = 'score')
and customer_id <= (select cursor ->> '$.to' from leases where name = 'score')
and customer_id in (
  select i.customer_id from json_each(?1) j cross join identities i on i.kind = j.value ->> 0 and i.value = j.value ->> 1
);

-- name: dirty_keys
update facets set dirty = 1 where dirty = 0 and customer_id in (
  select i.customer_id from json_each(?1) j cross join identities i on i.kind = j.value ->> 0 and i.value = j.value ->> 1
);

-- name: dirty_owners_in_flight
-- [order id, …] of the source ?2.
update facets set dirty = 2 where dirty = 1
and customer_id > (select cursor ->> '$.from' from leases where name = 'score')
and customer_id <= (select cursor ->> '$.to' from leases where name = 'score')
and customer_id in (
  select o.customer_id from json_each(?1) j cross join orders o on o.source = ?2 and o.external_id = j.value
);

-- name: dirty_owners
update facets set dirty = 1 where dirty = 0 and customer_id in (
  select o.customer_id from json_each(?1) j cross join orders o on o.source = ?2 and o.external_id = j.value
);

-- name: store_products
-- [external_id, product_id, title, variant, sku, category, price, currency, stock, image, link, is_gone, at]. A sender that only says that a
-- product is gone leaves the rest as it is known.
insert into products (source, external_id, product_id, title, variant, sku, category, price, currency, stock, image, link, is_gone,
  source_at)
select ?2, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7,
  j.value ->> 8, j.value ->> 9, j.value ->> 10, j.value ->> 11, j.value ->> 12
from json_each(?1) j where true
on conflict (source, external_id) do update set product_id = excluded.product_id,
  title = case when excluded.title = '' then products.title else excluded.title end,
  variant = coalesce(excluded.variant, products.variant), sku = coalesce(excluded.sku, products.sku),
  category = coalesce(excluded.category, products.category), price = coalesce(excluded.price, products.price),
  price_before = case
    when excluded.currency is not products.currency or excluded.price > products.price then null
    when excluded.price < products.price then products.price
    else products.price_before
  end,
  price_fell_at = case when excluded.price < products.price then excluded.source_at else products.price_fell_at end,
  currency = excluded.currency, stock = coalesce(excluded.stock, products.stock), image = coalesce(excluded.image, products.image),
  link = coalesce(excluded.link, products.link), is_gone = excluded.is_gone, source_at = excluded.source_at,
  restocked_at = case when products.stock <= 0 and excluded.stock > 0 then excluded.source_at else products.restocked_at end
where (excluded.source_at, excluded.is_gone, excluded.title) > (coalesce(products.source_at, -1), products.is_gone, products.title);

-- name: settle_products
-- [product_id, …]: a product that is gone takes its variants with it, whichever came first; its own row has no title.
update products set is_gone = 1
where source = ?2 and is_gone = 0 and title <> '' and product_id in (select value from json_each(?1))
and exists (
  select 1 from products g
  where g.source = products.source and g.product_id = products.product_id and g.title = '' and g.is_gone = 1
    and coalesce(g.source_at, 0) >= coalesce(products.source_at, 0)
);

-- name: park
-- [source, anonymous id, inbox id]
insert into parked (source, anonymous_id, inbox_id)
select j.value ->> 0, j.value ->> 1, j.value ->> 2 from json_each(?1) j where true
on conflict do nothing;

-- name: unpark
-- [source, anonymous id, inbox id]
delete from parked where (source, anonymous_id, inbox_id) in (select j.value ->> 0, j.value ->> 1, j.value ->> 2 from json_each(?1) j);

-- name: count
-- [source, day, outcome, n]
insert into source_counts (source, day, outcome, n)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3 from json_each(?1) j where true
on conflict (source, day, outcome) do update set n = source_counts.n + excluded.n;

-- name: note_received
-- [source, received_at, lag]
update sources set received_at = max(coalesce(received_at, 0), j.value ->> 1), lag = j.value ->> 2,
  status = case when status = 'waiting' then 'live' else status end
from json_each(?1) j where sources.id = j.value ->> 0;

-- name: advance
-- Fails the batch where the oldest day that is kept moved meanwhile: what is older than it now may be in a base already.
update intake set applied = case when (select events_from from shop where id = 1) is ?3 then ?1 end, released = ?2 where id = 1;

-- name: stop_source
update sources set status = 'stopped', version = version + 1, updated_at = ?2 where id = ?1 and status <> 'stopped';

-- name: stop_sending
update shop set sending_stopped = 1, version = version + 1, updated_at = ?1 where id = 1 and sending_stopped = 0;

-- name: register_requests
-- [public_id, kind, [[kind, value], …], subject, source, note, received_at, due_at, keys as JSON or null, started_at]: about whoever has the
-- first of the keys that anybody has.
insert into privacy_requests (public_id, kind, customer_id, subject, source, note, received_at, due_at, keys, started_at)
select j.value ->> 0, j.value ->> 1, c.id, coalesce(c.public_id, j.value ->> 3), j.value ->> 4, j.value ->> 5, j.value ->> 6,
  j.value ->> 7, j.value ->> 8, j.value ->> 9
from json_each(?1) j
left join customers c on c.id = (
  select i.customer_id from json_each(j.value, '$[2]') k
  cross join identities i on i.kind = k.value ->> 0 and i.value = k.value ->> 1
  join customers o on o.id = i.customer_id and o.sample = 0
  order by k.key limit 1
);

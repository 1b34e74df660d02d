-- Whom a campaign is for, page by page, with what a message to them may say.

-- name: after
-- Of the customers after ?1 up to ?2, at most ?3. A segment's condition takes the place of its mark.
select f.customer_id as id from facets f
where /*segment*/ f.customer_id > ?1 and f.customer_id <= ?2 and f.excluded = 0 order by f.customer_id limit ?3;

-- name: before
-- The same from ?1 back down to ?2.
select f.customer_id as id from facets f
where /*segment*/ f.customer_id < ?1 and f.customer_id >= ?2 and f.excluded = 0 order by f.customer_id desc limit ?3;

-- name: everybody_after
-- The same with those whom offers leave out.
select f.customer_id as id from facets f
where /*segment*/ f.customer_id > ?1 and f.customer_id <= ?2 order by f.customer_id limit ?3;

-- name: people
-- Those in ?1, in its order.
select c.id, c.public_id, c.kind, c.name, k.name as contact_name, coalesce(f.country, k.country) as country, f.tier, f.value_tier, f.reason, f.engagement,
  f.last_day, f.contact, f.alone, f.margin_back, f.order_back, f.excluded, t.state,
  json_array(c.traits, c.traits_at, c.traits_earlier, c.updated_at) as traits
from json_each(?1) j
join customers c on c.id = j.value
join facets f on f.customer_id = c.id
left join states t on t.customer_id = c.id
left join contacts k on k.id = (select min(n.id) from contacts n where n.customer_id = c.id)
order by j.key;

-- name: subjects
-- What tickets were about: of each in ?1, as [customer, opened, number].
select j.value ->> 0 as customer_id, e.properties ->> 'subject' as subject
from json_each(?1) j cross join events e on e.customer_id = j.value ->> 0 and e.occurred_at = j.value ->> 1
where cast(e.properties ->> 'id' as text) = j.value ->> 2 and e.properties ->> 'subject' <> '';

-- name: orders
-- The newest twenty of each customer in ?1.
select customer_id, external_id, ordered_at, amount, refunded, currency, status, items from (
  select o.customer_id, o.external_id, o.ordered_at, o.amount, o.refunded, o.currency, o.status, o.items,
    row_number() over (partition by o.customer_id order by o.ordered_at desc, o.external_id) as place
  from json_each(?1) j cross join orders o on o.customer_id = j.value
) where place <= 20 order by customer_id, place;

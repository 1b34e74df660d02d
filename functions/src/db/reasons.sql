-- Why customers leave: the shop's list of words, and what people corrected.

-- name: topics
select version, list from topics where id = 1;

-- name: change_topics
-- The batch fails where ?1 is not the newest version. A list of null is the one that a shop starts with.
update topics set version = case when version = ?1 then version + 1 end, list = ?2, updated_at = ?3 where id = 1;

-- name: set_reason
-- ?2: the version; ?3: the reason, null to go back to what is inferred; ?4: signs.
update customers set reason = ?3, reason_signs = ?4, reason_at = case when ?3 is null then null else ?5 end, updated_at = ?5,
  version = case when version = ?2 then version + 1 end
where id = ?1;

-- name: corrected
select c.id, c.version, c.owner_id, c.reason, c.objected_at is not null as objected, s.state
from customers c left join states s on s.customer_id = c.id where c.public_id = ?1;

-- name: lessons
-- Reason, signs, customers.
select reason, reason_signs as signs, count(*) as customers from customers where reason is not null group by 1, 2 order by 1, 2;

-- name: dirty_told
-- Customers of a page who said something that was read.
update facets set dirty = 1
where dirty = 0 and customer_id > ?1 and customer_id <= ?2
  and exists (select 1 from states s where s.customer_id = facets.customer_id and json_type(s.state, '$.r') is not null);

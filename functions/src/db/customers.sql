-- Customers as a list shows them: rows, and how many are in each tier. Which ones in which order is in lists.sql.

-- name: rows
-- The rows of the numbers in ?1, in their order; ?2 is today. The address is that of the first contact.
select c.id as row_id, c.public_id, c.external_id, c.kind, c.name, c.sample, k.email, coalesce(f.country, k.country) as country,
  f.tier, f.lifecycle, f.p30, f.p60, f.p90, f.value, f.last_day, f.deadline_day, f.orders, f.segment,
  json_array(f.value_tier, f.reason, f.contact, f.alone, f.margin_back, f.order_back, f.excluded, f.waiting, f.regain) as stand, k.consent,
  s.score ->> '$.triggers' as triggers, json_array(s.score ->> '$.why.reason', s.score ->> '$.why.probability', s.score ->> '$.why.corrected') as reason, s.score ->> '$.interval' as interval, s.score ->> '$.value_interval' as value_interval, s.history, c.tags, o.public_id as owner_id,
  o.name as owner_name,
  (
    select json_object('reason', a.reason, 'from', date(a.from_day * 86400, 'unixepoch'), 'until', date(a.until_day * 86400, 'unixepoch'),
      'note', a.note, 'by', u.name)
    from set_asides a left join users u on u.id = a.user_id
    where a.customer_id = c.id and a.lifted_at is null and a.from_day <= ?2 and a.until_day >= ?2
    order by a.until_day desc, a.id desc limit 1
  ) as set_aside
from json_each(?1) j
cross join customers c on c.id = j.value
join facets f on f.customer_id = c.id
left join scores s on s.customer_id = c.id
left join users o on o.id = c.owner_id
left join contacts k on k.id = (select min(n.id) from contacts n where n.customer_id = c.id)
order by j.key;

-- name: tiers
-- [tier, customers, value, those whose value is not known] of each, in one pass: sorting them into groups would read everybody twice.
select sum(dirty > 0) as waiting, json_array(
  json_array(0, sum(tier = 0), sum(case tier when 0 then value end), sum(tier = 0 and value is null)),
  json_array(1, sum(tier = 1), sum(case tier when 1 then value end), sum(tier = 1 and value is null)),
  json_array(2, sum(tier = 2), sum(case tier when 2 then value end), sum(tier = 2 and value is null)),
  json_array(3, sum(tier = 3), sum(case tier when 3 then value end), sum(tier = 3 and value is null)),
  json_array(4, sum(tier = 4), sum(case tier when 4 then value end), sum(tier = 4 and value is null)),
  json_array(5, sum(tier = 5), sum(case tier when 5 then value end), sum(tier = 5 and value is null)),
  json_array(9, sum(tier = 9), sum(case tier when 9 then value end), sum(tier = 9 and value is null))
) as tiers
from facets;

-- name: stands_of_tiers
-- The mean customer of each tier and row of the matrix, of those who get offers.
select tier, value_tier, reason, count(*) as customers, avg(contact) as contact, avg(alone) as alone,
  coalesce(avg(margin_back), 0) as margin_back, coalesce(avg(order_back), 0) as order_back
from facets where tier between 1 and 4 and excluded = 0 and contact is not null and alone is not null
group by tier, value_tier, reason;

-- name: top_triggers
-- How often each code stands first, among the first ?1 customers with a score.
select f.tier, json_extract(s.score, '$.triggers[0].code') as code, count(*) as customers
from (select customer_id, score from scores order by customer_id limit ?1) s
join facets f on f.customer_id = s.customer_id
where json_extract(s.score, '$.triggers[0].code') is not null
group by 1, 2 order by 3 desc, 2;

-- name: card
select card from models where name = 'risk' and live = 1 order by id desc limit 1;

-- name: scored_at
select finished_at from runs where job = 'score' and status = 'done' order by started_at desc limit 1;

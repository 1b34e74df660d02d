-- What decides whether and how somebody may be reached, of the customers in ?1.

-- name: people
select c.id, c.public_id, c.name, c.kind, c.objected_at, c.merged_into, c.sample, f.tier, f.value_tier, f.reason, f.engagement, f.excluded, f.last_day,
  f.contact, f.alone, f.margin_back, f.order_back, t.state,
  (select max(o.ordered_at) from orders o where o.customer_id = c.id and o.status = 'paid') as last_order_at,
  (
    select json_array(e.name, e.occurred_at) from events e
    where e.customer_id = c.id and e.name in ('Account Deleted', 'Account Closed', 'Application Uninstalled', 'App Uninstalled')
    order by e.occurred_at desc limit 1
  ) as closing,
  exists (select 1 from tasks k where k.customer_id = c.id and k.kind = 'reply' and k.state = 'open') as is_talking,
  (select max(k.done_at) from tasks k where k.customer_id = c.id and k.kind = 'reply' and k.state <> 'open') as talked_at
from json_each(?1) j cross join customers c on c.id = j.value
join facets f on f.customer_id = c.id
left join states t on t.customer_id = c.id
order by j.key;

-- name: contacts
select k.id, k.customer_id, k.role, k.name, k.email, k.phone, k.country, k.time_zone, k.consent, k.paused_until, k.fewer, k.preferred,
  k.engaged_at
from json_each(?1) j cross join contacts k on k.customer_id = j.value order by k.customer_id, k.id;

-- name: engaged
-- When each contact last did something over each channel; machines are none.
select t.contact_id, t.channel, max(r.occurred_at) as at
from json_each(?1) j cross join responses r on r.customer_id = j.value join touches t on t.id = r.touch_id
where r.kind in ('clicked', 'replied', 'visited', 'played') and coalesce(r.detail ->> '$.scanner', 0) = 0 and t.contact_id is not null
group by t.contact_id, t.channel;

-- name: responses
-- What came of the touches of the entries in ?1.
select t.entry_id, r.kind, r.occurred_at
from json_each(?1) j cross join touches t on t.entry_id = j.value join responses r on r.touch_id = t.id
where coalesce(r.detail ->> '$.scanner', 0) = 0;

-- name: acts
-- When each of the customers in ?1 bought, ?2 times at most, and when each of their contacts clicked, answered, visited or played since ?3;
-- machines do nothing. A time at the full hour is a day that was told without one.
select o.customer_id, null as contact_id, o.ordered_at as at
from json_each(?1) j cross join orders o on o.customer_id = j.value
where o.status = 'paid' and cast(o.ordered_at as integer) % 3600000 <> 0
  and o.ordered_at >= coalesce((select x.ordered_at from orders x where x.customer_id = j.value order by x.ordered_at desc limit 1 offset ?2), 0)
union all
select r.customer_id, t.contact_id, r.occurred_at
from json_each(?1) j cross join responses r on r.customer_id = j.value join touches t on t.id = r.touch_id
where r.occurred_at >= ?3 and r.kind in ('clicked', 'replied', 'visited', 'played') and coalesce(r.detail ->> '$.scanner', 0) = 0;

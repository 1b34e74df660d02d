-- One customer.

-- name: find
-- ?2 is today.
select c.id as row_id, c.public_id, c.external_id, c.kind, c.name, c.sample, k.email, coalesce(f.country, k.country) as country,
  f.tier, f.lifecycle, f.p30, f.p60, f.p90, f.value, f.last_day, f.deadline_day, f.orders, f.segment,
  json_array(f.value_tier, f.reason, f.contact, f.alone, f.margin_back, f.order_back, f.excluded, f.waiting, f.regain) as stand, k.consent,
  s.score ->> '$.triggers' as triggers, json_array(s.score ->> '$.why.reason', s.score ->> '$.why.probability', s.score ->> '$.why.corrected') as reason, s.score ->> '$.interval' as interval, s.score ->> '$.value_interval' as value_interval, s.history, s.score, c.tags, c.traits,
  c.version, c.objected_at, o.public_id as owner_id, o.name as owner_name,
  (
    select json_object('reason', a.reason, 'from', date(a.from_day * 86400, 'unixepoch'), 'until', date(a.until_day * 86400, 'unixepoch'),
      'note', a.note, 'by', u.name)
    from set_asides a left join users u on u.id = a.user_id
    where a.customer_id = c.id and a.lifted_at is null and a.from_day <= ?2 and a.until_day >= ?2
    order by a.until_day desc, a.id desc limit 1
  ) as set_aside
from customers c
join facets f on f.customer_id = c.id
left join scores s on s.customer_id = c.id
left join users o on o.id = c.owner_id
left join contacts k on k.id = (select min(n.id) from contacts n where n.customer_id = c.id)
where c.public_id = ?1;

-- name: made_of
-- The state of a customer and the model that the score rests on.
select t.state, m.parameters, json_array(c.traits, c.traits_at, c.traits_earlier, c.updated_at) as traits
from scores s join states t on t.customer_id = s.customer_id join models m on m.id = s.model_id join customers c on c.id = s.customer_id
where s.customer_id = ?1;

-- name: contacts
select id, public_id, role, name, email, phone, country, time_zone, consent from contacts where customer_id = ?1 order by id limit 100;

-- name: consents
-- The whole history of the contacts, newest first.
select h.contact_id, h.channel, h.purpose, h.state, h.basis, h.source, h.occurred_at, h.expires_at
from contacts k join consents h on h.contact_id = k.id
where k.customer_id = ?1 order by h.occurred_at desc, h.id desc limit 500;

-- name: orders
select external_id, ordered_at, amount, refunded, currency, status, items
from orders where customer_id = ?1 order by ordered_at desc, external_id limit 20;

-- name: spent
-- By currency and day, because rates are by day.
select currency, ordered_at / 86400000 as day, count(*) as all_orders, count(*) as orders, sum(amount - refunded) as revenue
from orders where customer_id = ?1 and status in ('paid', 'refunded') group by 1, 2;

-- name: row_id
select id from customers where public_id = ?1;

-- name: timeline
-- What happened before the place (?2 time, ?3 kind, ?4 key), newest first: time falls, then kind and key rise. Who was
-- set aside anew was not at risk all the time, so that the one before ends without a word. D1 joins at most five lists at once.
select * from (
  select * from (
    select ordered_at as at, 'order' as kind, source || ':' || external_id as key, external_id as title, status as detail,
      amount, currency, items as more
    from orders
    where customer_id = ?1 and ordered_at <= ?2 and (ordered_at < ?2 or ('order', source || ':' || external_id) > (?3, ?4))
    order by 1 desc, 3 limit ?5
  )
  union all
  select * from (
    select occurred_at, 'event', source || ':' || external_id, name, null, null, null, properties
    from events
    where customer_id = ?1 and occurred_at <= ?2 and (occurred_at < ?2 or ('event', source || ':' || external_id) > (?3, ?4))
    order by 1 desc, 3 limit ?5
  )
  union all
  select * from (
    select h.occurred_at, 'consent', h.id || '', h.channel || ' ' || h.purpose, h.state, null, null, h.source
    from contacts k join consents h on h.contact_id = k.id
    where k.customer_id = ?1 and h.occurred_at <= ?2 and (h.occurred_at < ?2 or ('consent', h.id || '') > (?3, ?4))
    order by 1 desc, 3 limit ?5
  )
  union all
  select * from (
    select created_at, 'set_aside', id || '', reason, date(until_day * 86400, 'unixepoch'), null, null, note
    from set_asides
    where customer_id = ?1 and created_at <= ?2 and (created_at < ?2 or ('set_aside', id || '') > (?3, ?4))
    order by 1 desc, 3 limit ?5
  )
  union all
  select * from (
    select * from (
      select a.lifted_at, 'set_aside_ended', a.id || '', a.reason, null, null, null, null
      from set_asides a
      where a.customer_id = ?1 and a.lifted_at <= ?2 and (a.lifted_at < ?2 or ('set_aside_ended', a.id || '') > (?3, ?4))
        and not exists (select 1 from set_asides n where n.customer_id = ?1 and n.created_at = a.lifted_at)
      order by 1 desc, 3 limit ?5
    )
    union all
    select * from (
      select m.created_at, 'merge', m.public_id, o.name, m.reason, null, null, u.name
      from merges m join customers o on o.id = case m.winner when ?1 then m.loser else m.winner end left join users u on u.id = m.user_id
      where (m.winner = ?1 or m.loser = ?1) and m.created_at <= ?2 and (m.created_at < ?2 or ('merge', m.public_id) > (?3, ?4))
      order by 1 desc, 3 limit ?5
    )
    union all
    select * from (
      select day * 86400000, 'moved', day || '', coalesce(was, '') || '', coalesce(became, '') || '', null, null, json_array(tier_was, tier_became)
      from segment_moves
      where customer_id = ?1 and day * 86400000 <= ?2 and (day * 86400000 < ?2 or ('moved', day || '') > (?3, ?4))
      order by 1 desc, 3 limit ?5
    )
    union all
    select * from (
      select m.undone_at, 'merge_undone', m.public_id, o.name, null, null, null, null
      from merges m join customers o on o.id = case m.winner when ?1 then m.loser else m.winner end
      where (m.winner = ?1 or m.loser = ?1) and m.undone_at <= ?2 and (m.undone_at < ?2 or ('merge_undone', m.public_id) > (?3, ?4))
      order by 1 desc, 3 limit ?5
    )
  )
)
order by at desc, kind, key limit ?5;

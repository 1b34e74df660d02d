-- What readers of a message do by its links, and what a site shows to them.

-- name: link
-- ?3 the path of a link in the frozen inputs.
select inputs ->> ?3 as address from touches where id = ?1 and contact_id = ?2;

-- name: video
select k.name, t.inputs ->> '$.video.address' as address, t.inputs ->> '$.video.poster' as poster
from touches t join contacts k on k.id = t.contact_id
where t.id = ?1 and t.contact_id = ?2;

-- name: add
-- ?1 the key of the first one, ?2 touch, ?3 contact, ?4 kind, ?5 now, ?6 the minute, ?7 why it was no person, ?8 detail where it was one,
-- ?9 how soon after the message was sent nobody can have read it. The first has its own key, later ones that of their minute; those of
-- machines are counted apart.
insert into responses (key, touch_id, customer_id, kind, detail, occurred_at, received_at)
select case when exists (select 1 from responses r where r.key = n.name) then n.name || ':' || ?6 else n.name end, n.id, n.customer_id, ?4,
  case when n.why is null then ?8 else json_object('scanner', json('true'), 'why', n.why) end, ?5, ?5
from (
  select t.id, t.customer_id, t.why, ?1 || case when t.why is null then '' else ':scanner' end as name
  from (
    select id, customer_id, coalesce(?7, case when sent_at is not null and ?5 - sent_at < ?9 then 'soon' end) as why
    from touches where id = ?2 and contact_id = ?3
  ) t
) n where true
on conflict (key) do nothing;

-- name: engage
-- ?1 contact, ?2 touch, ?3 now, ?4 as above.
update contacts set engaged_at = ?3
where id = ?1 and (engaged_at is null or engaged_at < ?3)
  and exists (select 1 from touches where id = ?2 and contact_id = ?1 and (sent_at is null or ?3 - sent_at >= ?4));

-- name: in_app
-- The newest open message of whoever has the id ?1. ?2 now.
select a.touch_id, t.contact_id, a.content
from identities i
cross join in_app a on a.customer_id = i.customer_id
join touches t on t.id = a.touch_id
where i.kind = 'external' and i.value = ?1 and a.closed_at is null and a.expires_at > ?2
  and (i.contact_id is null or t.contact_id is null or t.contact_id = i.contact_id)
order by a.touch_id desc limit 1;

-- name: in_app_shown
update in_app set shown_at = ?2 where touch_id = ?1 and shown_at is null;

-- name: in_app_closed
update in_app set closed_at = ?2 where touch_id = ?1 and closed_at is null;

-- name: in_app_delivered
update touches set state = 'delivered', settled_at = ?2 where id = ?1 and channel = 'in_app' and state = 'sent';

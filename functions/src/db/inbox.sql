-- What senders sent, as it came.

-- name: store_messages
-- [key, topic, body, sent_at] of source ?2, received at ?3: each is stored the first time that it comes.
insert into inbox (source, key, topic, body, received_at, sent_at)
select ?2, j.value ->> 0, j.value ->> 1, j.value ->> 2, ?3, j.value ->> 3 from json_each(?1) j where true
on conflict (source, key) do nothing;

-- name: store_message
-- The same for one alone, whose body may be larger than a page.
insert into inbox (source, key, topic, body, received_at, sent_at) values (?1, ?2, ?3, ?4, ?5, ?6)
on conflict (source, key) do nothing;

-- name: tail
-- Those of ?1 after the message ?2, at most ?3, among the newest 20,000 of all: messages of a source have no index of their own.
select i.id, i.key, i.topic, i.body, i.received_at, i.sent_at,
  case
    when i.id > (select applied from intake where id = 1) then 'waiting'
    when exists (
      select 1 from parked p
      where p.source = ?1 and p.anonymous_id = iif(json_valid(i.body), i.body ->> '$.anonymousId', null) and p.inbox_id = i.id
    ) then 'parked'
    when i.key in (select d.key from dead_letters d where d.status = 'dead' and d.source = ?1) then 'dead'
    else 'applied'
  end as state
from (select * from inbox where id > ?2 order by id desc limit 20000) i
where i.source = ?1
order by i.id desc limit ?3;

-- name: people_of_keys
-- [kind, value].
select i.kind, i.value, c.public_id
from json_each(?1) j
cross join identities i on i.kind = j.value ->> 0 and i.value = j.value ->> 1
join customers c on c.id = i.customer_id;

-- name: counts
select source, day, outcome, n from source_counts where source = ?1;

-- name: totals
-- ?2 is when today began.
select
  (select count(*) from inbox i where i.id > m.applied and i.source = ?1) as waiting,
  (select count(*) from inbox i where i.id > m.applied and i.source = ?1 and i.received_at >= ?2) as waiting_today,
  (select count(*) from parked p where p.source = ?1) as parked,
  (select count(*) from dead_letters d where d.status = 'dead' and d.source = ?1) as dead
from intake m where m.id = 1;

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

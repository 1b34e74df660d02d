-- Messages that could not be applied.

-- name: bury
-- ?1 public id, ?2 source, ?3 key, ?4 topic, ?5 body, ?6 field, ?7 reason, ?8 fix, ?9 received_at, ?10 sent_at, ?11 now.
insert into dead_letters (public_id, source, key, topic, body, field, reason, fix, received_at, sent_at, died_at)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);

-- name: bury_again
-- One that a person sent again, with the body that they sent.
update dead_letters set status = 'dead', body = ?2, field = ?3, reason = ?4, fix = ?5, died_at = ?6, settled_at = null, version = version + 1
where id = ?1;

-- name: settle
update dead_letters set settled_at = ?2 where id = ?1 and status = 'replayed';

-- name: list
-- ?1 source or null, ?2 status, ?3 before this id, ?4 how many; the newest first.
select d.id, d.public_id, s.public_id as source, s.name as source_name, d.key, d.topic, d.body, d.field, d.reason, d.fix, d.status,
  d.received_at, d.died_at, d.version
from dead_letters d join sources s on s.id = d.source
where d.status = ?2 and (?1 is null or s.public_id = ?1) and d.id < ?3
order by d.id desc limit ?4;

-- name: total
select count(*) as n from dead_letters d join sources s on s.id = d.source
where d.status = ?2 and (?1 is null or s.public_id = ?1);

-- name: find
select d.id, d.public_id, s.public_id as source, s.name as source_name, d.key, d.topic, d.body, d.field, d.reason, d.fix, d.status,
  d.received_at, d.died_at, d.version
from dead_letters d join sources s on s.id = d.source
where d.public_id = ?1;

-- name: change
-- ?1 id, ?2 version, ?3 status, ?4 another body or null, ?5 when it was settled.
update dead_letters set version = case when version = ?2 then version + 1 end, status = ?3, body = coalesce(?4, body), settled_at = ?5
where id = ?1;

-- name: send_again
-- Under a key of its own, so that it is no repetition of the message that died.
insert into inbox (source, key, topic, body, received_at, sent_at, replay_of)
select source, key || '#' || public_id || '#' || version, topic, body, received_at, sent_at, id from dead_letters where id = ?1;

-- name: send_all_again
insert into inbox (source, key, topic, body, received_at, sent_at, replay_of)
select d.source, d.key || '#' || d.public_id || '#' || d.version, d.topic, d.body, d.received_at, d.sent_at, d.id
from dead_letters d join sources s on s.id = d.source
where s.public_id = ?1 and d.status = 'dead' and d.id <= ?2
order by d.id;

-- name: mark_all_replayed
update dead_letters set status = 'replayed', version = version + 1, settled_at = ?3
where status = 'dead' and id <= ?2 and source = (select id from sources where public_id = ?1);

-- name: newest
select coalesce(max(id), 0) as n from dead_letters;

-- name: source_name
select name from sources where public_id = ?1 and removed_at is null;

-- Campaigns as drafts, and the messages that people of the team send to themselves.

-- name: list
select c.id, c.public_id, c.name, c.state, c.segment, c.schema, '' as draft, c.version, c.created_at, c.updated_at,
  a.name as created_by, b.name as updated_by, s.name as segment_name
from campaigns c
left join users a on a.id = c.created_by
left join users b on b.id = c.updated_by
left join segments s on s.public_id = c.segment
order by c.updated_at desc, c.id desc limit ?1;

-- name: find
select c.id, c.public_id, c.name, c.state, c.segment, c.schema, c.draft, c.version, c.created_at, c.updated_at,
  a.name as created_by, b.name as updated_by, s.name as segment_name
from campaigns c
left join users a on a.id = c.created_by
left join users b on b.id = c.updated_by
left join segments s on s.public_id = c.segment
where c.public_id = ?1;

-- name: add
-- Not beyond ?8 of them.
insert into campaigns (public_id, name, segment, schema, draft, created_by, updated_by, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?7 where (select count(*) from campaigns) < ?8;

-- name: change
update campaigns set version = case when version = ?2 then version + 1 end, name = ?3, segment = ?4, schema = ?5, draft = ?6,
  updated_by = ?7, updated_at = ?8
where id = ?1;

-- name: hold
-- Before it is removed: fails where ?2 is not the newest version.
update campaigns set version = case when version = ?2 then version + 1 end where id = ?1;

-- name: remove
delete from campaigns where id = ?1;

-- name: sent_today
select sent from test_sends where user_id = ?1 and day = ?2;

-- name: count_test
-- One more of the day ?2, unless ?3 are sent already.
insert into test_sends (user_id, day, sent, sent_at) values (?1, ?2, 1, ?4)
on conflict (user_id, day) do update set sent = test_sends.sent + 1, sent_at = excluded.sent_at where test_sends.sent < ?3;

-- name: put_test
-- Only beside one that was counted.
insert into outbox (channel, recipient, subject, body, html, about, created_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7 where changes() = 1;

-- name: forget_tests
delete from test_sends where day < ?1;

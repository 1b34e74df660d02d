-- One-time links for signing in.

-- name: user_to_send_link
-- The user of an address, unless ?3 links were asked for since ?2.
select u.id, u.name from users u
where u.email = ?1 and u.disabled_at is null
  and (select count(*) from sign_in_links l where l.user_id = u.id and l.created_at > ?2) < ?3;

-- name: add_link
-- Counts again, since two requests may have come at once.
insert into sign_in_links (token_hash, user_id, browser_hash, created_at, expires_at)
select ?1, ?2, ?3, ?4, ?5
where (select count(*) from sign_in_links l where l.user_id = ?2 and l.created_at > ?6) < ?7;

-- name: outbox_link
-- Only beside a link that was added.
insert into outbox (channel, recipient, subject, body, created_at)
select 'email', ?1, ?2, ?3, ?4 where changes() = 1;

-- name: link_person
-- Whom a link belongs to, whatever became of it.
select u.id, u.public_id, u.name, u.email, u.role, null as seen_at
from sign_in_links l join users u on u.id = l.user_id where l.token_hash = ?1;

-- name: use_link
-- Once, in time, and in the browser that asked for it where one did.
update sign_in_links set used_at = ?3, browser_hash = coalesce(browser_hash, ?2)
where token_hash = ?1 and used_at is null and expires_at > ?3 and (browser_hash is null or browser_hash = ?2)
  and exists (select 1 from users u where u.id = user_id and u.disabled_at is null);

-- name: start_session
-- Only beside a link that was used up just now.
insert into sessions (token_hash, user_id, created_at, seen_at, expires_at, device, method)
select ?1, l.user_id, ?3, ?3, ?4, ?5, 'link' from sign_in_links l where l.token_hash = ?2 and changes() = 1;

-- name: drop_links
-- Those of ?1 that nobody has used.
delete from sign_in_links where user_id = ?1 and used_at is null;

-- name: prune_links
delete from sign_in_links where created_at <= ?1;

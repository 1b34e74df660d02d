-- Keys of programs.

-- name: token
select id, public_id, name, '' as email, role, permissions, used_at as seen_at
from tokens where token_hash = ?1 and expires_at > ?2 and revoked_at is null;

-- name: token_used
update tokens set used_at = ?2 where id = ?1;

-- name: tokens
-- All, or ?1 alone; the newest first.
select t.public_id, t.name, t.role, t.permissions, t.hint, t.created_at, t.expires_at, t.used_at, t.revoked_at,
  u.public_id as maker_id, u.name as maker_name
from tokens t left join users u on u.id = t.created_by
where ?1 is null or t.public_id = ?1 order by t.id desc limit 1000;

-- name: add_token
-- Only while ?8 is an owner: they may have been demoted since they were recognised.
insert into tokens (public_id, token_hash, name, role, permissions, hint, created_at, expires_at, created_by)
select ?1, ?2, ?3, u.role, ?4, ?5, ?6, ?7, u.id from users u where u.id = ?8 and u.role = 'owner' and u.disabled_at is null;

-- name: revoke_token
update tokens set revoked_at = ?2 where public_id = ?1 and revoked_at is null;

-- name: revoke_tokens_of
-- Those that ?1 made.
update tokens set revoked_at = ?2 where created_by = ?1 and revoked_at is null;

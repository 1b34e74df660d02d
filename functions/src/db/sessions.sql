-- Sessions. One of Cloudflare Access stands for an assertion that its owner still holds, so that when it ends its row stays, with
-- seen_at 0, until the assertion itself is out of time: without the row the next request would begin it anew.

-- name: session
-- A session with its user, where neither idle time (?2), nor age (?3 is now), nor a disabled user ended it. An assertion is no cookie.
select u.id, u.public_id, u.name, u.email, u.role, s.seen_at
from sessions s join users u on u.id = s.user_id
where s.token_hash = ?1 and s.method <> 'access' and s.seen_at > ?2 and s.expires_at > ?3 and u.disabled_at is null;

-- name: access_person
-- The user of an address that Access vouches for, with the session of this assertion (?2) where there is one.
select u.id, u.public_id, u.name, u.email, u.role, u.disabled_at, s.seen_at
from users u left join sessions s on s.token_hash = ?2 and s.user_id = u.id and s.method = 'access'
where u.email = ?1;

-- name: start_access_session
-- Several requests may bring a new assertion at once: the first begins the session.
insert into sessions (token_hash, user_id, created_at, seen_at, expires_at, device, method)
values (?1, ?2, ?3, ?3, ?4, ?5, 'access') on conflict do nothing;

-- name: session_seen
update sessions set seen_at = ?2 where token_hash = ?1 and seen_at > 0;

-- name: sessions
-- Those of ?1, or everybody's, that have not ended: ?2 is now, ?3 when idle ones ended.
select s.token_hash, u.public_id, u.name, s.method, s.device, s.created_at, s.seen_at, s.expires_at
from sessions s join users u on u.id = s.user_id
where (?1 is null or s.user_id = ?1) and s.expires_at > ?2 and s.seen_at > case s.method when 'access' then 0 else ?3 end
order by s.seen_at desc, s.token_hash limit 1000;

-- name: session_by_start
-- Of ?2, or anybody's, whose hash begins with ?1.
select s.token_hash, u.public_id, u.name, s.method, s.device, s.created_at, s.seen_at, s.expires_at
from sessions s join users u on u.id = s.user_id
where s.token_hash >= ?1 and s.token_hash < ?1 || 'g' and (?2 is null or s.user_id = ?2) and s.seen_at > 0
limit 1;

-- name: end_by_cookie
delete from sessions where token_hash in (select value from json_each(?1)) and method <> 'access';

-- name: end_by_access
update sessions set seen_at = 0 where token_hash in (select value from json_each(?1)) and method = 'access';

-- name: drop_sessions
-- All of ?1; what was ended on purpose stays so.
delete from sessions where user_id = ?1 and seen_at > 0;

-- name: prune_sessions
delete from sessions where expires_at <= ?1 or (seen_at <= ?2 and method <> 'access');

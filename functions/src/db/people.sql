-- People of the team.

-- name: people
-- All, or ?1 alone, with their sessions that have not ended (?2 is now, ?3 when idle ones ended) and when they last did anything.
select u.id, u.public_id, u.email, u.name, u.role, u.disabled_at, u.created_at, u.version,
  (select count(*) from sessions s where s.user_id = u.id and s.expires_at > ?2
    and s.seen_at > case s.method when 'access' then 0 else ?3 end) as sessions,
  nullif(max(
    coalesce((select max(s.seen_at) from sessions s where s.user_id = u.id), 0),
    coalesce((select a.at from audit a where a.actor_kind = 'person' and a.actor_id = u.id order by a.id desc limit 1), 0)
  ), 0) as seen_at
from users u where ?1 is null or u.public_id = ?1
order by u.disabled_at is not null, u.name collate nocase, u.id;

-- name: add_person
-- Only while ?6 is an owner: they may have been demoted since they were recognised.
insert into users (public_id, email, name, role, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, ?5
where exists (select 1 from users a where a.id = ?6 and a.role = 'owner' and a.disabled_at is null);

-- name: change_person
-- The batch fails on `role` where no owner would be left, on `updated_at` where ?7 is no owner any more, and on `version` where ?2 is
-- not the newest.
update users set
  role = case
    when ?4 = 'owner' and ?5 is null then ?4
    when users.role <> 'owner' or users.disabled_at is not null then ?4
    when exists (select 1 from users o where o.id <> users.id and o.role = 'owner' and o.disabled_at is null) then ?4
  end,
  updated_at = case
    when exists (select 1 from users a where a.id = ?7 and a.role = 'owner' and a.disabled_at is null) then ?6
  end,
  version = case when version = ?2 then version + 1 end,
  name = ?3,
  disabled_at = ?5
where id = ?1;

-- name: has_signed_in
select exists (select 1 from sessions where user_id = ?1)
  or exists (select 1 from audit where actor_kind = 'person' and actor_id = ?1) as yes;

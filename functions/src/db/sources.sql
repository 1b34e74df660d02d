-- Where data come from by themselves. Files and the sample shop have rows of their own, which nobody manages.

-- name: sources
-- All, or ?1 alone.
select s.id, s.public_id, s.kind, s.name, s.status, s.settings, s.version, s.created_at, s.received_at, s.lag, s.error,
  (select p.due_at from pulls p where p.source = s.id) as next_pull_at,
  (
    select json_group_array(k.hint)
    from (select hint from write_keys where source = s.id and revoked_at is null order by created_at, hint) k
  ) as key_hints,
  (
    select json_group_array(json_object('id', x.id, 'owner', x.owner, 'name', x.name, 'sealed',
      json_object('key_id', x.key_id, 'nonce', x.nonce, 'ciphertext', x.ciphertext)))
    from (select * from secrets where owner = 'source:' || s.public_id order by name) x
  ) as secrets
from sources s
where s.removed_at is null and s.kind not in ('file', 'sample') and (?1 is null or s.public_id = ?1)
order by s.id limit 1000;

-- name: add_source
-- Not where there are ?6 already.
insert into sources (public_id, kind, name, settings, status, created_at, updated_at)
select ?1, ?2, ?3, ?4, 'waiting', ?5, ?5
where (select count(*) from sources where removed_at is null and kind not in ('file', 'sample')) < ?6;

-- name: change_source
-- ?5: 1 pauses, 0 lets it go on, null leaves it.
update sources set version = case when version = ?2 then version + 1 end, name = ?3, settings = ?4, updated_at = ?6,
  status = case
    when ?5 = 1 then 'paused'
    when ?5 = 0 and status in ('paused', 'stopped') then case when received_at is null then 'waiting' else 'live' end
    else status
  end
where public_id = ?1 and removed_at is null;

-- name: remove_source
-- What it sent stays; nothing more is taken.
update sources set version = case when version = ?2 then version + 1 end, removed_at = ?3, updated_at = ?3
where public_id = ?1 and removed_at is null;

-- name: add_key
-- Later than any other of the source, also within a millisecond: the newest is the one that a revocation leaves.
insert into write_keys (key_hash, source, hint, created_at)
select ?2, s.id, ?3, max(?4, coalesce((select max(k.created_at) + 1 from write_keys k where k.source = s.id), 0))
from sources s where s.public_id = ?1 and s.removed_at is null;

-- name: revoke_keys
-- All but the newest; all where ?3 says so.
update write_keys set revoked_at = ?2
where source = (select id from sources where public_id = ?1) and revoked_at is null and (?3 or key_hash <> (
  select k.key_hash from write_keys k
  where k.source = (select id from sources where public_id = ?1) and k.revoked_at is null
  order by k.created_at desc, k.key_hash limit 1
));

-- name: pushing_sources
-- What a push is checked against; ?1 is today.
select s.id, s.public_id, s.kind, s.status, s.settings,
  coalesce((select c.n from source_counts c where c.source = s.id and c.day = ?1 and c.outcome = 'accepted'), 0) as accepted_today
from sources s
where s.removed_at is null and s.kind not in ('file', 'sample');

-- name: pushing_keys
-- Revoked ones as well, so that it can be said whose they were.
select key_hash, source, revoked_at from write_keys;

-- name: pushing_secrets
select id, owner, name, json_object('key_id', key_id, 'nonce', nonce, 'ciphertext', ciphertext) as sealed
from secrets where owner >= 'source:' and owner < 'source;' and name in ('signing', 'signing_next') order by owner, name;

-- name: pushing_shop
select plan, event_days, events_from from shop where id = 1;

-- name: add_counts
-- [source, day, outcome, n].
insert into source_counts (source, day, outcome, n)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3 from json_each(?1) j where true
on conflict (source, day, outcome) do update set n = n + excluded.n;

-- Files that are fetched.

-- name: due_pull
-- The one that waits longest; ?2 alone where it is given, due or not.
select s.id, s.public_id, s.settings, p.failures, p.etag, p.last_modified, p.digest,
  exists (
    select 1 from imports i where i.source = s.id and i.cursor <> '{}' and i.status in ('receiving', 'queued', 'running', 'paused')
      and i.public_id <> coalesce(?3, '')
  ) as is_being_imported,
  (
    select json_object('id', x.id, 'owner', x.owner, 'name', x.name, 'sealed',
      json_object('key_id', x.key_id, 'nonce', x.nonce, 'ciphertext', x.ciphertext))
    from secrets x where x.owner = 'source:' || s.public_id and x.name = 'bearer'
  ) as bearer
from pulls p join sources s on s.id = p.source
where s.kind = 'pull' and s.removed_at is null and s.status <> 'paused' and (case when ?2 is null then p.due_at <= ?1 else s.id = ?2 end)
order by p.due_at, p.source limit 1;

-- name: any_pull_due
select exists (
  select 1 from pulls p join sources s on s.id = p.source
  where s.kind = 'pull' and s.removed_at is null and s.status <> 'paused' and p.due_at <= ?1
) as yes;

-- name: add_pull
insert into pulls (source, due_at) select s.id, ?2 from sources s where s.public_id = ?1;

-- name: ask_pull
-- By a person, who looks: ?3 are as many failures as make the next one shown.
update pulls set due_at = ?2, failures = max(failures, ?3) where source = (select s.id from sources s where s.public_id = ?1);

-- name: change_pull
-- Another address, other columns: the file is read anew whatever is known of it.
update pulls set due_at = ?2, failures = 0, etag = null, last_modified = null, digest = null
where source = (select s.id from sources s where s.public_id = ?1);

-- name: postpone_pull
update pulls set due_at = ?2 where source = ?1;

-- name: pulled
-- ?6: the file's digest, where it was new.
update pulls set due_at = ?2, asked_at = ?3, failures = 0, etag = ?4, last_modified = ?5, digest = coalesce(?6, digest) where source = ?1;

-- name: source_pulled
-- ?3: the file was new.
update sources set error = null, status = case status when 'waiting' then 'live' else status end,
  received_at = case when ?3 then ?2 else received_at end
where id = ?1;

-- name: pull_failed
update pulls set due_at = ?2, asked_at = ?3, failures = failures + 1 where source = ?1;

-- name: source_failed
update sources set error = ?2 where id = ?1;

-- The chain over the audit log: written by the job that seals it, read by the one that checks it.

-- name: standing
-- What there is to seal and to check, and what the last check found.
select
  (select max(id) from audit) as newest,
  (select max(audit_id) from audit_seals) as sealed,
  (select figures from rollups where name = 'audit') as figures;

-- name: waiting
-- Rows that the hourly job has not come to.
select count(*) as n from audit where id > coalesce((select max(audit_id) from audit_seals), -1);

-- name: last_seal
select audit_id, hash from audit_seals order by audit_id desc limit 1;

-- name: first_seal
select audit_id, hash from audit_seals order by audit_id limit 1;

-- name: unsealed
-- After the last sealed row ?1.
select id, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, fields, request_id
from audit where id > ?1 order by id limit ?2;

-- name: seal
-- [audit_id, hash]
insert into audit_seals (audit_id, hash, sealed_at) select j.value ->> 0, j.value ->> 1, ?2 from json_each(?1) j;

-- name: sealed
-- Rows after ?1 up to ?2, each with its seal where it has one.
select a.id, a.at, a.actor_kind, a.actor_id, a.actor_name, a.action, a.object_kind, a.object_id, a.object_name, a.fields, a.request_id,
  s.hash as seal
from audit a left join audit_seals s on s.audit_id = a.id
where a.id > ?1 and a.id <= ?2 order by a.id limit ?3;

-- name: save_chain
insert into rollups (name, generation, figures, made_at) values ('audit', 1, ?1, ?2)
on conflict (name) do update set generation = rollups.generation + 1, figures = excluded.figures, made_at = excluded.made_at;

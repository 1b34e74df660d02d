-- What has had its time, some rows of each at a time.

-- name: prune_outbox
delete from outbox where id in (select id from outbox where created_at < ?1 order by id limit ?2);

-- name: prune_runs
delete from runs where id in (select id from runs where started_at < ?1 and status <> 'running' order by id limit ?2);

-- name: prune_answers
delete from idempotency where (principal, key) in (
  select principal, key from idempotency where created_at <= ?1 order by created_at limit ?2
);

-- name: prune_usage
delete from usage where day < ?1;

-- name: any_old
-- ?1 now, ?2 idle sessions, ?3 used links, ?4 mails and runs, ?5 usage, ?6 files, ?7 bodies, ?8 answers.
select exists (select 1 from sessions where expires_at <= ?1 or (seen_at <= ?2 and method <> 'access'))
  or exists (select 1 from sign_in_links where created_at <= ?3)
  or exists (select 1 from outbox where created_at < ?4)
  or exists (select 1 from runs where started_at < ?4 and status <> 'running')
  or exists (select 1 from usage where day < ?5)
  or exists (select 1 from idempotency where created_at <= ?8)
  or exists (select 1 from imports where status = 'receiving' and updated_at < case when cursor = '{}' then ?6 else ?7 end) as yes;

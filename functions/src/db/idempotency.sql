-- Answers to POSTs that carried an Idempotency-Key.

-- name: reserve
-- Only where the key is free, or its time is over: rows of ?5 or before.
insert into idempotency (principal, key, digest, created_at) values (?1, ?2, ?3, ?4)
on conflict (principal, key) do update
set digest = excluded.digest, status = null, body = null, created_at = excluded.created_at
where idempotency.created_at <= ?5;

-- name: held
select digest, status, body, created_at from idempotency where principal = ?1 and key = ?2;

-- name: keep
-- The answer of the request that reserved the key at ?4, unless somebody else holds it by now.
update idempotency set status = ?5, body = ?6 where principal = ?1 and key = ?2 and digest = ?3 and created_at = ?4 and status is null;

-- name: free
delete from idempotency where principal = ?1 and key = ?2 and digest = ?3 and created_at = ?4 and status is null;

-- Secrets of others, as ciphertext: see the vault.

-- name: add_secret
-- Only for a source that is there.
insert into secrets (id, owner, name, key_id, nonce, ciphertext, created_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7
where exists (select 1 from sources where 'source:' || public_id = ?2 and removed_at is null);

-- name: remove_secrets
-- Those of ?2, or all where it is null.
delete from secrets where owner = ?1 and (?2 is null or name in (select value from json_each(?2)));

-- Secrets of others, as ciphertext: see the vault.

-- name: add_secret
-- Only for a source, or a way of giving or sending, that is there; the copywriter always is.
insert into secrets (id, owner, name, key_id, nonce, ciphertext, created_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7
where exists (select 1 from sources where 'source:' || public_id = ?2 and removed_at is null)
  or exists (select 1 from fulfilments where 'fulfilment:' || public_id = ?2 and removed_at is null)
  or exists (select 1 from senders where 'sender:' || public_id = ?2 and removed_at is null) or ?2 = 'copywriter';

-- name: remove_secrets
-- Those of ?2, or all where it is null.
delete from secrets where owner = ?1 and (?2 is null or name in (select value from json_each(?2)));

-- name: secrets_of_other_keys
-- Those that another key than ?1 has sealed.
select id, owner, name, json_object('key_id', key_id, 'nonce', nonce, 'ciphertext', ciphertext) as sealed
from secrets where key_id <> ?1 order by id limit 20;

-- name: replace_secret
-- Only while it stands as it was read: ?5 was its nonce.
update secrets set key_id = ?2, nonce = ?3, ciphertext = ?4 where id = ?1 and nonce = ?5;

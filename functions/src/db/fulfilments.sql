-- Ways of giving what was offered.

-- name: fulfilments
-- All, or ?1 alone; ?2 is now. Codes of a list are counted as far as ?3.
select f.id, f.public_id, f.provider, f.name, f.settings, f.state, f.error, f.tested_at, f.version, f.created_at,
  case when f.not_before > ?2 then f.not_before end as waits_until,
  (select count(*) from (select 1 from pool_codes p where p.fulfilment = f.id limit cast(?3 as integer))) as stored,
  (select count(*) from (select 1 from pool_codes p where p.fulfilment = f.id and p.code is null limit cast(?3 as integer))) as free,
  (
    select json_group_array(json_object('id', x.id, 'owner', x.owner, 'name', x.name, 'sealed',
      json_object('key_id', x.key_id, 'nonce', x.nonce, 'ciphertext', x.ciphertext)))
    from (select * from secrets where owner = 'fulfilment:' || f.public_id order by name) x
  ) as secrets
from fulfilments f
where f.removed_at is null and (?1 is null or f.public_id = ?1)
order by f.id limit 100;

-- name: fulfilment_by_number
-- Also one that was removed: what it gave may have to be taken back.
select f.id, f.public_id, f.provider, f.name, f.settings, f.state, f.error, f.tested_at, f.version, f.created_at, null as waits_until,
  0 as stored, 0 as free,
  (
    select json_group_array(json_object('id', x.id, 'owner', x.owner, 'name', x.name, 'sealed',
      json_object('key_id', x.key_id, 'nonce', x.nonce, 'ciphertext', x.ciphertext)))
    from (select * from secrets where owner = 'fulfilment:' || f.public_id order by name) x
  ) as secrets
from fulfilments f where f.id = ?1;

-- name: add_fulfilment
-- Not where there are ?7 already.
insert into fulfilments (public_id, provider, name, settings, state, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?6 where (select count(*) from fulfilments where removed_at is null) < ?7;

-- name: change_fulfilment
update fulfilments set version = case when version = ?2 then version + 1 end, name = ?3, settings = ?4, state = ?5, updated_at = ?6,
  error = case when ?5 = 'failing' then error end
where public_id = ?1 and removed_at is null;

-- name: remove_fulfilment
update fulfilments set version = case when version = ?2 then version + 1 end, removed_at = ?3, updated_at = ?3
where public_id = ?1 and removed_at is null;

-- name: tested
-- ?2: what is wrong, or null.
update fulfilments set state = case when ?2 is null then 'live' else 'failing' end, error = ?2, tested_at = ?3, not_before = 0, updated_at = ?3
where id = ?1 and state <> 'paused';

-- name: fail_fulfilment
update fulfilments set state = 'failing', error = ?2, updated_at = ?3 where id = ?1 and state = 'live';

-- name: rest_fulfilment
-- Nothing is asked of it until ?2.
update fulfilments set not_before = max(not_before, ?2) where id = ?1;

-- name: add_pool_codes
-- [folded, text]: not those that are here already, or that somebody has.
insert into pool_codes (folded, text, fulfilment, created_at)
select j.value ->> 0, j.value ->> 1, f.id, ?3
from json_each(?1) j join fulfilments f on f.public_id = ?2 and f.provider = 'pool' and f.removed_at is null
where not exists (select 1 from codes c where c.text = j.value ->> 0)
on conflict (folded) do nothing;

-- name: wake_connection
-- What waits for it is due.
update codes set due_at = ?2 where fulfilment = ?1 and state in ('reserved', 'creating', 'unknown', 'revoking') and due_at > ?2;

-- Ways to send.

-- name: senders
-- All, or ?1 alone by its public id; ?2 is now.
select s.id, s.public_id, s.channel, s.provider, s.name, s.settings, s.state, s.error, s.priority, s.warm_from, s.tested_at, s.version,
  s.created_at, s.failures, case when s.not_before > ?2 then s.not_before end as waits_until,
  (
    select json_group_array(json_object('id', x.id, 'owner', x.owner, 'name', x.name, 'sealed',
      json_object('key_id', x.key_id, 'nonce', x.nonce, 'ciphertext', x.ciphertext)))
    from (select * from secrets where owner = 'sender:' || s.public_id order by name) x
  ) as secrets
from senders s
where s.removed_at is null and (?1 is null or s.public_id = ?1)
order by s.channel, s.priority desc, s.id limit 100;

-- name: add_sender
-- Not where there are ?9 already.
insert into senders (public_id, channel, provider, name, settings, state, priority, warm_from, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, 'untested', ?6, ?7, ?8, ?8 where (select count(*) from senders where removed_at is null) < ?9;

-- name: change_sender
-- ?9: what was tested is another now.
update senders set version = case when version = ?2 then version + 1 end, channel = ?3, provider = ?4, name = ?5, settings = ?6, priority = ?7,
  warm_from = ?8, state = case when ?9 then 'untested' else state end, error = case when ?9 then null else error end,
  failures = case when ?9 then 0 else failures end, not_before = case when ?9 then 0 else not_before end, updated_at = ?10
where public_id = ?1 and removed_at is null;

-- name: remove_sender
update senders set version = case when version = ?2 then version + 1 end, removed_at = ?3, updated_at = ?3
where public_id = ?1 and removed_at is null;

-- name: sender_tested
-- ?2: what is wrong, or null. A version apart: nobody's change stands in the way of a test, nor is overwritten by one.
update senders set state = case when ?2 is null then 'live' else 'failing' end, error = ?2, tested_at = ?3, not_before = 0, failures = 0,
  updated_at = ?3
where id = ?1 and version = ?4;

-- name: sender_refused
-- It refuses everything, until a person mends something and tests it.
update senders set state = 'failing', error = ?2, updated_at = ?3 where id = ?1 and state <> 'failing';

-- name: sender_rests
-- Nothing is asked of it until ?2. ?3: of its failures in a row, one more.
update senders set not_before = max(not_before, ?2), failures = failures + ?3 where id = ?1;

-- name: sender_works
update senders set failures = 0 where id = ?1 and failures > 0;

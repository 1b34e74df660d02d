-- Addresses that nobody may write to, by their keyed hash. Nothing here says whose they are.

-- name: find
-- [hash, channel]
select s.hash, s.channel, s.reason, s.source, s.occurred_at
from json_each(?1) j cross join suppressions s on s.hash = j.value ->> 0 and s.channel = j.value ->> 1;

-- name: store
-- [hash, channel, reason, source, occurred_at]. A weaker reason never takes the place of a stronger one; of two equal ones the earlier stands.
insert into suppressions (hash, channel, reason, source, occurred_at, recorded_at)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, ?2
from json_each(?1) j where true
on conflict (hash, channel) do update set reason = excluded.reason, source = excluded.source, occurred_at = excluded.occurred_at,
  recorded_at = excluded.recorded_at
where instr('imported unsubscribed bounced complained erased', excluded.reason)
  > instr('imported unsubscribed bounced complained erased', suppressions.reason)
  or (excluded.reason = suppressions.reason and excluded.occurred_at < suppressions.occurred_at);

-- name: erasures
select erasures from intake where id = 1;

-- name: hold
-- Makes the batch fail (applied is not null) once somebody was erased after ?1 was read: what is about to be written may be theirs.
update intake set applied = case when erasures = ?1 then applied end where id = 1;

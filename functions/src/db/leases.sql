-- Lease times are D1's own clock: workers' clocks differ, and the business clock can be moved.

-- name: read_lease
select epoch, cursor, expires_at,
  expires_at > cast(unixepoch('subsec') * 1000 as integer) as held
from leases where name = ?1;

-- name: take_lease
-- Only the reader of the newest epoch takes an ended lease.
insert into leases (name, epoch, token, expires_at)
values (?1, 1, ?3, cast(unixepoch('subsec') * 1000 as integer) + ?4)
on conflict (name) do update set epoch = leases.epoch + 1, token = excluded.token, expires_at = excluded.expires_at
where leases.epoch = ?2 and leases.expires_at <= cast(unixepoch('subsec') * 1000 as integer)
returning epoch;

-- name: hold_lease
-- Makes the whole batch fail once another run holds the lease: token is not null.
update leases set
  token = case when token = ?2 then token end,
  cursor = ?3,
  expires_at = cast(unixepoch('subsec') * 1000 as integer) + ?4
where name = ?1;

-- name: release_lease
-- An ended lease with a cursor is work that waits; one that ended by itself, with expires_at above 0, belonged to a run that died.
update leases set token = case when token = ?2 then token end, cursor = coalesce(?3, cursor), expires_at = 0 where name = ?1;

-- name: wake
insert into wakes (job, due_at) values (?1, cast(unixepoch('subsec') * 1000 as integer))
on conflict (job) do update set due_at = excluded.due_at where wakes.due_at > excluded.due_at;

-- name: wake_if_changed
-- The wake only where the statement before changed a row.
insert into wakes (job, due_at) select ?1, cast(unixepoch('subsec') * 1000 as integer) where changes() > 0
on conflict (job) do update set due_at = excluded.due_at where wakes.due_at > excluded.due_at;

-- name: due_wakes
-- Also runs that stopped half-way, by themselves or without a word.
select job from wakes where due_at <= cast(unixepoch('subsec') * 1000 as integer)
union
select name from leases where cursor <> '{}' and expires_at <= cast(unixepoch('subsec') * 1000 as integer)
order by 1;

-- name: answer_wake
-- The run that starts answers the wake: whoever brings work later pulls it back to the present, so that settle_wake finds another time
-- and the wake stays.
insert into wakes (job, due_at) values (?1, cast(unixepoch('subsec') * 1000 as integer) + ?2)
on conflict (job) do update set due_at = excluded.due_at
returning due_at;

-- name: answer_wake_again
-- Only while it stands where it was put: one that became due meanwhile may be somebody's new work.
update wakes set due_at = cast(unixepoch('subsec') * 1000 as integer) + ?2
where job = ?1 and due_at = ?3 and due_at > cast(unixepoch('subsec') * 1000 as integer)
returning due_at;

-- name: answer_wake_if_any
update wakes set due_at = cast(unixepoch('subsec') * 1000 as integer) + ?2 where job = ?1 returning due_at;

-- name: settle_wake
delete from wakes where job = ?1 and due_at = ?2 and due_at > cast(unixepoch('subsec') * 1000 as integer);

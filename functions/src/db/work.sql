-- Work that waits.

-- name: due
-- By D1's clock, as whoever wakes a job sets it.
select count(*) as jobs, (cast(unixepoch('subsec') * 1000 as integer) - min(due_at)) / 1000 as oldest_seconds
from wakes where due_at <= cast(unixepoch('subsec') * 1000 as integer);

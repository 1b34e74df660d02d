-- Work that waits.

-- name: due
select count(*) as jobs, min(due_at) as oldest from wakes where due_at <= ?1;

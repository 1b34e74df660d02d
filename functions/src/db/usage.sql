-- name: add_usage
insert into usage (day, rows_read, rows_written) values (?1, ?2, ?3)
on conflict (day) do update set rows_read = rows_read + excluded.rows_read, rows_written = rows_written + excluded.rows_written;

-- name: add_requests
insert into usage (day, requests, rows_read, rows_written, size) values (?1, ?2, ?3, ?4, ?5)
on conflict (day) do update set requests = requests + excluded.requests, rows_read = rows_read + excluded.rows_read,
  rows_written = rows_written + excluded.rows_written, size = coalesce(excluded.size, size);

-- name: allowance
select shop.plan, coalesce(usage.rows_written, 0) as rows_written
from shop left join usage on usage.day = ?1
where shop.id = 1;

-- name: usage_days
select day, rows_read, rows_written, requests, size from usage where day > ?1 and day <= ?2 order by day;

-- name: waiting
-- Imports that stopped for today at ?1, and whether scoring has work: its wake or its cursor says so without a look at everybody.
select (select count(*) from imports where status = 'paused' and resume_at > ?1) as imports,
  exists (select 1 from wakes where job in ('score', 'rescore'))
    or exists (select 1 from leases where name = 'score' and cursor <> '{}') as scoring;

-- name: add_usage
insert into usage (day, rows_read, rows_written) values (?1, ?2, ?3)
on conflict (day) do update set rows_read = rows_read + excluded.rows_read, rows_written = rows_written + excluded.rows_written;

-- name: allowance
select shop.plan, coalesce(usage.rows_written, 0) as rows_written
from shop left join usage on usage.day = ?1
where shop.id = 1;

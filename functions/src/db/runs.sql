-- name: start_run
insert into runs (public_id, job, status, started_at) values (?1, ?2, 'running', ?3);

-- name: save_run
update runs set status = ?2, finished_at = ?3, pages = ?4, counts = ?5, rows_read = ?6, rows_written = ?7, error = ?8
where public_id = ?1 and status = 'running';

-- name: lose_run
update runs set status = 'lost', finished_at = ?2, error = ?3 where public_id = ?1 and status = 'running';

-- name: run
select public_id, job, status, started_at, finished_at, pages, counts, rows_read, rows_written, error
from runs where public_id = ?1;

-- name: runs
select public_id, job, status, started_at, finished_at, pages, counts, rows_read, rows_written, error
from runs where ?1 is null or job = ?1
order by id desc limit 100;

-- name: last_done_run
select public_id, job, status, started_at, finished_at, pages, counts, rows_read, rows_written, error
from runs where job = ?1 and status = 'done' order by started_at desc, id desc limit 1;

-- name: folded_since_fit
-- Whether scoring has found new orders or events since the last fit.
select exists (
  select 1 from runs
  where job = 'score' and id > coalesce((select max(id) from runs where job = 'fit' and status = 'done'), 0)
    and coalesce(json_extract(counts, '$.folded'), 0) > 0
) as yes;

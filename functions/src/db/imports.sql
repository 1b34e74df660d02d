-- name: import
select i.id, i.public_id, i.kind, i.source, i.status, i.file_name, i.options, i.cursor, i.next_batch, i.rows_read, i.rows_accepted,
  i.rows_duplicate, i.rows_rejected, i.error, i.resume_at, i.created_at, i.finished_at
from imports i where i.public_id = ?1;

-- name: imports
-- ?1 before this id, ?2 statuses, ?3 kinds, ?4 how many, ?5 the source that they were fetched from.
select i.id, i.public_id, i.kind, i.source, i.status, i.file_name, i.options, i.cursor, i.next_batch, i.rows_read, i.rows_accepted,
  i.rows_duplicate, i.rows_rejected, i.error, i.resume_at, i.created_at, i.finished_at
from imports i
where i.id < ?1 and (?2 is null or i.status in (select value from json_each(?2)))
  and (?3 is null or i.kind in (select value from json_each(?3)))
  and (?5 is null or i.source = (select s.id from sources s where s.public_id = ?5))
order by i.id desc limit ?4;

-- name: create_import
-- A file that the browser reads: one unfinished import a digest, whoever asks at once.
insert into imports (public_id, kind, source, status, file_name, file_size, file_digest, options, created_by, created_at, updated_at)
select ?1, ?2, ?3, 'receiving', ?4, ?5, ?6, ?7, ?8, ?9, ?9
where not exists (
  select 1 from imports
  where file_digest = ?6 and file_size = ?5 and kind = ?2 and source = ?3 and status in ('receiving', 'paused') and cursor = '{}'
);

-- name: unfinished_import
select i.id, i.public_id, i.kind, i.source, i.status, i.file_name, i.options, i.cursor, i.next_batch, i.rows_read, i.rows_accepted,
  i.rows_duplicate, i.rows_rejected, i.error, i.resume_at, i.created_at, i.finished_at
from imports i
where i.file_digest = ?1 and i.file_size = ?2 and i.kind = ?3 and i.source = ?4 and i.status in ('receiving', 'paused') and i.cursor = '{}'
order by i.id desc limit 1;

-- name: receive_import
-- A body that the worker stores and reads later: its cursor is never '{}'.
insert into imports (public_id, kind, source, status, file_name, options, cursor, created_by, created_at, updated_at)
values (?1, ?2, ?3, 'receiving', ?4, ?5, ?6, ?7, ?8, ?8)
returning id;

-- name: unfinished_body
select i.id, i.public_id, i.kind, i.source, i.status, i.file_name, i.options, i.cursor, i.next_batch, i.rows_read, i.rows_accepted,
  i.rows_duplicate, i.rows_rejected, i.error, i.resume_at, i.created_at, i.finished_at
from imports i
where i.file_digest = ?1 and i.kind = ?2 and i.source = ?3 and i.status in ('queued', 'running', 'paused') and i.cursor <> '{}'
order by i.id desc limit 1;

-- name: store_chunk
insert into import_chunks (import_id, seq, body) values (?1, ?2, ?3);

-- name: store_chunk_of
-- Not of an import that somebody has cancelled meanwhile.
insert into import_chunks (import_id, seq, body) select i.id, ?2, ?3 from imports i where i.public_id = ?1 and i.status = 'receiving';

-- name: drop_chunks_of
-- The last ones, ?2 at most.
delete from import_chunks where (import_id, seq) in (
  select c.import_id, c.seq from import_chunks c join imports i on i.id = c.import_id where i.public_id = ?1 order by c.seq desc limit ?2
);

-- name: drop_import
-- One that turned out to hold nothing new.
delete from imports where public_id = ?1 and status = 'receiving';

-- name: queue_import
update imports set status = 'queued', file_size = ?2, file_digest = ?3, cursor = ?4, updated_at = ?5
where id = ?1 and status = 'receiving';

-- name: waiting_import
select i.id, i.public_id, i.kind, i.source, i.status, i.file_name, i.options, i.cursor, i.next_batch, i.rows_read, i.rows_accepted,
  i.rows_duplicate, i.rows_rejected, i.error, i.resume_at, i.created_at, i.finished_at
from imports i
where i.cursor <> '{}' and (i.status in ('queued', 'running') or (i.status = 'paused' and i.resume_at <= ?1))
order by i.id limit 1;

-- name: any_import_open
select exists (select 1 from imports where cursor <> '{}' and status in ('queued', 'running', 'paused'))
  or exists (
    select 1 from import_chunks c join imports i on i.id = c.import_id
    where i.status in ('done', 'failed', 'cancelled')
  ) as yes;

-- name: chunk_piece
-- body is base64 of whole groups of three bytes: a piece that starts and ends at a multiple of four characters can be read alone.
select substr(body, ?3 + 1, ?4) as piece, length(body) as length from import_chunks where import_id = ?1 and seq = ?2;

-- name: drop_chunk
delete from import_chunks where import_id = ?1 and seq = ?2;

-- name: drop_left_chunks
delete from import_chunks where (import_id, seq) in (
  select c.import_id, c.seq from import_chunks c join imports i on i.id = c.import_id
  where i.status in ('done', 'failed', 'cancelled') limit 50
);

-- name: drop_left_counts
delete from import_row_counts where (import_id, content) in (
  select r.import_id, r.content from import_row_counts r join imports i on i.id = r.import_id
  where i.status in ('done', 'failed', 'cancelled') limit 1000
);

-- name: row_counts
select json_group_array(json_array(r.content, r.n)) as counts
from json_each(?2) j cross join import_row_counts r on r.import_id = ?1 and r.content = j.value;

-- name: count_rows
insert into import_row_counts (import_id, content, n)
select ?1, j.value ->> 0, j.value ->> 1 from json_each(?2) j where true
on conflict (import_id, content) do update set n = excluded.n;

-- name: reject_rows
-- Ten thousand are kept; the rest is counted.
insert into rejected_rows (import_id, line, field, reason, fix, raw)
select ?1, j.value ->> 'line', j.value ->> 'field', j.value ->> 'reason', j.value ->> 'fix', j.value ->> 'raw'
from json_each(?2) j
where (select rows_rejected from imports where id = ?1) + ?3 + j.key < ?4
on conflict (import_id, line) do nothing;

-- name: rejected_rows
select line, field, reason, fix, raw from rejected_rows where import_id = ?1 and line > ?2 order by line limit ?3;

-- name: advance_import
-- The batch's own mark, right after the statement that wrote its rows: changes() is what that one wrote. A batch that is not the next
-- one, or an import that ended meanwhile, makes the whole batch fail: next_batch is not null. Where the rows were written by several
-- statements, ?7 has the number.
update imports set
  next_batch = case when next_batch = ?2 and status in (select value from json_each(?3)) then next_batch + 1 end,
  status = ?4,
  cursor = coalesce(?5, cursor),
  rows_read = rows_read + ?6,
  rows_accepted = rows_accepted + coalesce(?7, changes()),
  rows_duplicate = rows_duplicate + ?8 - coalesce(?7, changes()),
  rows_rejected = rows_rejected + ?9,
  resume_at = null,
  updated_at = ?10,
  finished_at = ?11
where id = ?1;

-- name: count_more
-- What another statement of the same batch wrote beside the one that advance_import stands after.
update imports set rows_accepted = rows_accepted + changes(), rows_duplicate = rows_duplicate - changes() where id = ?1;

-- name: count_folded
update imports set rows_accepted = rows_accepted + ?2, rows_duplicate = rows_duplicate - ?2 where id = ?1;

-- name: pause_import
update imports set status = 'paused', resume_at = ?2, updated_at = ?3
where id = ?1 and status in ('receiving', 'queued', 'running', 'paused');

-- name: fail_import
update imports set status = 'failed', error = ?2, updated_at = ?3, finished_at = ?3
where id = ?1 and status in ('receiving', 'queued', 'running', 'paused');

-- name: cancel_import
update imports set status = 'cancelled', updated_at = ?2, finished_at = ?2
where id = ?1 and status in ('receiving', 'queued', 'running', 'paused');

-- name: abandon_imports
-- A file that nobody came back to since ?2, and a body that broke off before ?3.
update imports set status = 'cancelled', error = 'Nothing more arrived', updated_at = ?1, finished_at = ?1
where status = 'receiving' and updated_at < case when cursor = '{}' then ?2 else ?3 end;

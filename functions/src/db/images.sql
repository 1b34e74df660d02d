-- Pictures of messages; their bytes lie in KV.

-- name: list
select i.hash, i.media_type, i.size, i.width, i.height, i.alt, i.created_at, u.name as created_by
from images i left join users u on u.id = i.created_by order by i.created_at desc, i.hash limit ?1;

-- name: find
select i.hash, i.media_type, i.size, i.width, i.height, i.alt, i.created_at, u.name as created_by
from images i left join users u on u.id = i.created_by where i.hash = ?1;

-- name: put
-- Once more is a new word for what it shows. Not beyond ?9 of them.
insert into images (hash, media_type, size, width, height, alt, created_by, created_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
where (select count(*) from images) < ?9 or exists (select 1 from images where hash = ?1)
on conflict (hash) do update set alt = excluded.alt where images.alt <> excluded.alt;

-- name: used_by
-- Where the hash ?1 stands: the brand, campaigns, blocks with all their words, proofs.
select 'the brand' as place from brand where instr(settings, ?1) > 0
union all
select * from (select 'the campaign ' || name from campaigns where instr(draft, ?1) > 0 order by id limit 3)
union all
select * from (
  select 'the block ' || name from blocks b
  where exists (select 1 from block_words w where w.block_id = b.id and instr(w.content, ?1) > 0) order by id limit 3
)
union all
select * from (select 'a proof' from proofs where instr(content, ?1) > 0 limit 1);

-- name: remove
-- Only where nothing names it any more.
delete from images where hash = ?1
  and not exists (select 1 from brand where instr(settings, ?1) > 0)
  and not exists (select 1 from campaigns where instr(draft, ?1) > 0)
  and not exists (select 1 from block_words where instr(content, ?1) > 0)
  and not exists (select 1 from proofs where instr(content, ?1) > 0);

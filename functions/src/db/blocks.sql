-- The shop's own blocks of words.

-- name: list
select b.id, b.public_id, b.name, b.replaces, b.current, w.content, b.version, b.updated_at, u.name as updated_by
from blocks b
join block_words w on w.block_id = b.id and w.number = b.current
left join users u on u.id = b.updated_by
order by w.content ->> '$.slot', b.name collate nocase, b.id limit ?1;

-- name: find
select b.id, b.public_id, b.name, b.replaces, b.current, w.content, b.version, b.updated_at, u.name as updated_by
from blocks b
join block_words w on w.block_id = b.id and w.number = b.current
left join users u on u.id = b.updated_by
where b.public_id = ?1;

-- name: words
select w.number, w.content, w.created_at, u.name as created_by
from block_words w left join users u on u.id = w.created_by
where w.block_id = ?1 order by w.number desc limit ?2;

-- name: add
-- Not beyond ?6 of them.
insert into blocks (public_id, name, replaces, current, created_by, updated_by, created_at, updated_at)
select ?1, ?2, ?3, 1, ?4, ?4, ?5, ?5 where (select count(*) from blocks) < ?6;

-- name: add_first_words
insert into block_words (block_id, number, content, created_by, created_at) select id, 1, ?2, ?3, ?4 from blocks where public_id = ?1;

-- name: add_words
-- The number behind the last, which becomes the current one; not where there are ?5 already.
insert into block_words (block_id, number, content, created_by, created_at)
select ?1, max(number) + 1, ?2, ?3, ?4 from block_words where block_id = ?1 having max(number) < ?5;

-- name: change
-- current: ?4, or the last of its words where that is null.
update blocks set version = case when version = ?2 then version + 1 end, name = ?3,
  current = coalesce(?4, (select max(number) from block_words where block_id = ?1)), updated_by = ?5, updated_at = ?6
where id = ?1;

-- name: hold
-- Before it is removed: fails where ?2 is not the newest version.
update blocks set version = case when version = ?2 then version + 1 end where id = ?1;

-- name: remove_words
delete from block_words where block_id = ?1;

-- name: remove
delete from blocks where id = ?1;

-- Lists as somebody saved them. ?1 is who asks: their own, and those that are shared.

-- name: views
-- 0 stands for a program, which has none of its own.
select v.id, v.public_id, v.list, v.name, v.owner_id, o.name as owner_name, v.shared, v.query, v.columns, v.version
from views v left join users o on o.id = v.owner_id
where (v.shared = 1 or v.owner_id = ?1) and (?2 is null or v.list = ?2)
order by v.name collate nocase, v.id limit ?3;

-- name: view
select v.id, v.public_id, v.list, v.name, v.owner_id, o.name as owner_name, v.shared, v.query, v.columns, v.version
from views v left join users o on o.id = v.owner_id
where v.public_id = ?2 and (v.shared = 1 or v.owner_id = ?1);

-- name: add_view
-- Not for who has ?9 already.
insert into views (public_id, list, name, owner_id, shared, query, columns, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8 where (select count(*) from views where owner_id = ?4) < ?9;

-- name: change_view
update views set version = case when version = ?2 then version + 1 end, name = ?3, shared = ?4, query = ?5, columns = ?6,
  updated_at = ?7
where id = ?1;

-- name: hold_view
-- Before it is removed: fails where ?2 is not the newest version.
update views set version = case when version = ?2 then version + 1 end where id = ?1;

-- name: remove_view
delete from views where id = ?1;

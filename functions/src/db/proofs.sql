-- What may be cited.

-- name: list
select p.id, p.public_id, p.content, p.version, p.updated_at, u.name as updated_by
from proofs p left join users u on u.id = p.updated_by order by p.id desc limit ?1;

-- name: find
select p.id, p.public_id, p.content, p.version, p.updated_at, u.name as updated_by
from proofs p left join users u on u.id = p.updated_by where p.public_id = ?1;

-- name: add
-- Not beyond ?5 of them.
insert into proofs (public_id, content, created_by, updated_by, created_at, updated_at)
select ?1, ?2, ?3, ?3, ?4, ?4 where (select count(*) from proofs) < ?5;

-- name: change
update proofs set version = case when version = ?2 then version + 1 end, content = ?3, updated_by = ?4, updated_at = ?5 where id = ?1;

-- name: hold
-- Before it is removed: fails where ?2 is not the newest version.
update proofs set version = case when version = ?2 then version + 1 end where id = ?1;

-- name: remove
delete from proofs where id = ?1;

-- What the team writes into customers' own rows: who looks after them, and tags.

-- name: editables
-- Of the numbers in ?1.
select c.id, c.public_id, c.owner_id, o.name as owner_name, c.tags, c.version
from json_each(?1) j cross join customers c on c.id = j.value left join users o on o.id = c.owner_id
order by c.id;

-- name: editable
select c.id, c.public_id, c.owner_id, o.name as owner_name, c.tags, c.version
from customers c left join users o on o.id = c.owner_id
where c.public_id = ?1;

-- name: change_tags
-- [id, version, tags]: nobody's are changed where one of the versions is not the newest.
update customers set tags = j.value ->> 2, updated_at = ?2,
  version = case when customers.version = j.value ->> 1 then customers.version + 1 end
from json_each(?1) j where customers.id = j.value ->> 0;

-- name: change_owners
-- The same with ?3, who looks after them from now on. A statement of its own, since it writes to the index of owners as well.
update customers set owner_id = ?3, tags = j.value ->> 2, updated_at = ?2,
  version = case when customers.version = j.value ->> 1 then customers.version + 1 end
from json_each(?1) j where customers.id = j.value ->> 0;

-- name: carer
select id, name, disabled_at is not null as disabled from users where public_id = ?1;

-- name: tags_in_use
-- Spellings that differ in upper and lower case count as one.
select t.value as tag, count(*) as customers
from customers c cross join json_each(c.tags) t
where c.tags <> '[]'
group by t.value collate nocase order by 2 desc, 1 limit ?1;

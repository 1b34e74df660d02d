-- What the team writes about customers.

-- name: notes
select n.id, n.public_id, n.customer_id, c.public_id as customer, n.author_id, n.author_name, n.body, n.version, n.created_at,
  n.updated_at
from notes n join customers c on c.id = n.customer_id
where n.customer_id = ?1 order by n.id desc limit ?2;

-- name: note
select n.id, n.public_id, n.customer_id, c.public_id as customer, n.author_id, n.author_name, n.body, n.version, n.created_at,
  n.updated_at
from notes n join customers c on c.id = n.customer_id
where n.public_id = ?1;

-- name: add_note
-- Not of a customer who has ?6 already.
insert into notes (public_id, customer_id, author_id, author_name, body, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, ?7, ?7 where (select count(*) from notes where customer_id = ?2) < ?6;

-- name: change_note
update notes set version = case when version = ?2 then version + 1 end, body = ?3, updated_at = ?4 where id = ?1;

-- name: hold_note
-- Before it is removed: fails where ?2 is not the newest version.
update notes set version = case when version = ?2 then version + 1 end where id = ?1;

-- name: remove_note
delete from notes where id = ?1;

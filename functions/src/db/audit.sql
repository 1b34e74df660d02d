-- Who did what. Rows are only ever added, each in the batch of the change that it tells of.

-- name: append
insert into audit (at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, fields, request_id)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: append_if_changed
-- Only where the statement before changed a row.
insert into audit (at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, fields, request_id)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 where changes() > 0;

-- name: entries
-- ?1 before this id, ?2 actions, ?3 from, ?4 until, ?9 how many; here and in the two below, which go by an index of their own.
select id, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, fields, request_id
from audit
where id < ?1 and (?2 is null or action in (select value from json_each(?2))) and (?3 is null or at >= ?3) and (?4 is null or at < ?4)
order by id desc limit ?9;

-- name: entries_of_actor
-- ?7 and ?8: kind and id of the actor, who may have none.
select id, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, fields, request_id
from audit
where actor_kind = ?7 and actor_id is ?8
  and id < ?1 and (?2 is null or action in (select value from json_each(?2))) and (?3 is null or at >= ?3) and (?4 is null or at < ?4)
order by id desc limit ?9;

-- name: entries_of_object
-- ?5 and ?6: kind and id of the object; the actor may be any.
select id, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, fields, request_id
from audit
where object_kind = ?5 and object_id = ?6 and (?7 is null or (actor_kind = ?7 and actor_id is ?8))
  and id < ?1 and (?2 is null or action in (select value from json_each(?2))) and (?3 is null or at >= ?3) and (?4 is null or at < ?4)
order by id desc limit ?9;

-- name: actor
select 'person' as kind, id from users where public_id = ?1
union all
select 'token', id from tokens where public_id = ?1;

-- Who did what. Rows are only ever added, each in the batch of the change that it tells of.

-- name: append
insert into audit (at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, fields, request_id)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: append_if_changed
-- Only where the statement before changed a row.
insert into audit (at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, fields, request_id)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 where changes() > 0;

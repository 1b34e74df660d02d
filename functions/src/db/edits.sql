-- What the team writes into customers' own rows: who looks after them, and tags.

-- name: editables
-- Of the numbers in ?1; ?2 is today.
select c.id, c.public_id, c.owner_id, o.name as owner_name, c.tags, c.version, c.objected_at,
  (
    select json_object('reason', a.reason, 'from', date(a.from_day * 86400, 'unixepoch'), 'until', date(a.until_day * 86400, 'unixepoch'),
      'note', a.note, 'by', null)
    from set_asides a
    where a.customer_id = c.id and a.lifted_at is null and a.from_day <= ?2 and a.until_day >= ?2
    order by a.until_day desc, a.id desc limit 1
  ) as set_aside
from json_each(?1) j cross join customers c on c.id = j.value left join users o on o.id = c.owner_id
order by c.id;

-- name: editable
select c.id, c.public_id, c.owner_id, o.name as owner_name, c.tags, c.version, c.objected_at,
  (
    select json_object('reason', a.reason, 'from', date(a.from_day * 86400, 'unixepoch'), 'until', date(a.until_day * 86400, 'unixepoch'),
      'note', a.note, 'by', null)
    from set_asides a
    where a.customer_id = c.id and a.lifted_at is null and a.from_day <= ?2 and a.until_day >= ?2
    order by a.until_day desc, a.id desc limit 1
  ) as set_aside
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

-- name: lift
-- Not at risk no longer, or said anew: ?2 is now, ?3 today.
update set_asides set lifted_at = ?2
where lifted_at is null and until_day >= ?3 and customer_id in (select value ->> 0 from json_each(?1));

-- name: set_aside
-- ?2 now, ?3 today, ?4 until when, ?5 why, ?6 note, ?7 who says so.
insert into set_asides (customer_id, reason, from_day, until_day, note, user_id, created_at)
select j.value ->> 0, ?5, ?3, ?4, ?6, ?7, ?2 from json_each(?1) j;

-- name: leave_tiers
-- At once, so that nobody waits for scoring (which follows) to see them go. ?2 is the lifecycle of whoever is set aside.
update facets set dirty = min(dirty + 1, 2), tier = case tier when 9 then 9 else 5 end, lifecycle = case tier when 9 then lifecycle else ?2 end
where customer_id in (select value ->> 0 from json_each(?1));

-- name: score_again
update facets set dirty = min(dirty + 1, 2) where customer_id in (select value ->> 0 from json_each(?1));

-- name: object
update customers set objected_at = coalesce(objected_at, ?2), reason = null, version = version + 1, updated_at = ?2 where id = ?1;

-- name: unscore
delete from scores where customer_id = ?1;

-- name: leave_scores
-- At once, so that nobody waits for scoring to see it.
update facets set dirty = min(dirty + 1, 2), lifecycle = 0, tier = 9, p30 = 0, p60 = 0, p90 = 0, value = null, deadline_day = null,
  rescore_day = null, reason = 0
where customer_id = ?1;

-- name: object_no_longer
update customers set objected_at = null where id = ?1;

-- name: carer
select id, name, disabled_at is not null as disabled from users where public_id = ?1;

-- name: tags_in_use
-- Spellings that differ in upper and lower case count as one.
select t.value as tag, count(*) as customers
from customers c cross join json_each(c.tags) t
where c.tags <> '[]'
group by t.value collate nocase order by 2 desc, 1 limit ?1;

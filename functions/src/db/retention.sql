-- How long events and messages stay. What they fill is measured a page at a time; then a page of events at a time goes into the bases of
-- their customers, and messages and settled dead letters go after them.

-- name: settings
select s.event_days, s.events_from, s.version, s.plan, r.measured_day, r.used, r.limited_by
from shop s join retention r on r.id = 1 where s.id = 1;

-- name: set_event_days
-- The batch fails where ?1 is not the newest version.
update shop set version = case when version = ?1 then version + 1 end, event_days = ?2, updated_at = ?3 where id = 1;

-- name: measure_anew
update retention set measured_day = null where id = 1;

-- name: any_due
-- Whether anything is there that was not measured on the day ?1.
select exists (select 1 from retention where measured_day is null or measured_day < ?1)
  and (exists (select 1 from events) or exists (select 1 from inbox)) as yes;

-- name: measure_events
-- At most ?3 events behind [source, external id]: [[day, bytes], …], and the last one's key. A row fills its texts, some forty bytes of
-- numbers, and its place in the index; a page of the database is not quite full.
with page as materialized (
  select source, external_id, occurred_at / 86400000 as day,
    (octet_length(properties) + 2 * octet_length(external_id) + octet_length(name) + 60) * 5 / 4 as bytes
  from events where (source, external_id) > (?1, ?2) order by source, external_id limit ?3
)
select (select json_group_array(json_array(day, bytes)) from (select day, sum(bytes) as bytes from page group by day)) as days,
  (select source from page order by source desc, external_id desc limit 1) as source,
  (select external_id from page order by source desc, external_id desc limit 1) as external_id,
  (select count(*) from page) as n;

-- name: measure_messages
-- At most ?2 messages behind ?1.
with page as materialized (
  select id, received_at / 86400000 as day,
    (octet_length(body) + 2 * octet_length(key) + octet_length(topic) + 40) * 5 / 4 as bytes
  from inbox where id > ?1 order by id limit ?2
)
select (select json_group_array(json_array(day, bytes)) from (select day, sum(bytes) as bytes from page group by day)) as days,
  (select max(id) from page) as last, (select count(*) from page) as n;

-- name: measure_letters
-- The same of dead letters that are settled.
with page as materialized (
  select id, settled_at / 86400000 as day,
    (octet_length(body) + octet_length(key) + octet_length(topic) + octet_length(reason) + octet_length(fix) + 120) * 5 / 4 as bytes
  from dead_letters where id > ?1 and settled_at is not null order by id limit ?2
)
select (select json_group_array(json_array(day, bytes)) from (select day, sum(bytes) as bytes from page group by day)) as days,
  (select max(id) from page) as last, (select count(*) from page) as n;

-- name: measured
update retention set measured_day = ?1 where id = 1;

-- name: used
update retention set used = ?1 where id = 1;

-- name: limited_by
update retention set limited_by = ?1 where id = 1;

-- name: move_events_from
-- Before the first row goes: what comes again from here on is refused, or goes straight into a base.
update shop set events_from = max(coalesce(events_from, ?1), ?1) where id = 1;

-- name: going
-- Events before ?2 of the customers from ?1 on, at most ?3 and no more than fit into ?4 bytes (at least one). record: whose they were
-- before records were merged, so that a merge can be undone when its rows are gone.
select customer_id, record, source, external_id, name, occurred_at, received_at, properties from (
  select g.*, sum(octet_length(g.properties) + 200) over (order by g.customer_id, g.source, g.external_id rows unbounded preceding)
    - octet_length(g.properties) - 200 as before
  from (
    select e.customer_id, e.source, e.external_id, e.name, e.occurred_at, e.received_at, e.properties, coalesce((
      select m.loser from merged_rows r join merges m on m.id = r.merge_id
      where r.source = e.source and r.external_id = e.external_id and r.place = 'events' and m.undone_at is null
      order by m.id limit 1
    ), e.customer_id) as record
    from customers c cross join events e on e.customer_id = c.id and e.occurred_at < ?2
    where c.id >= ?1 order by c.id limit ?3
  ) g
) where before < ?4 order by customer_id;

-- name: bases
select customer_id, base from states where customer_id in (select value from json_each(?1)) and base is not null;

-- name: hold_events
-- [customer_id, source, external_id, occurred_at, received_at, bytes of properties]: the batch fails (used is not null) where one of them
-- is not as it was read. Whoever writes an event changes one of these.
update retention set used = case
  when (
    select count(*) from json_each(?1) j cross join events e on e.source = j.value ->> 1 and e.external_id = j.value ->> 2
    where e.customer_id = j.value ->> 0 and e.occurred_at = j.value ->> 3 and e.received_at = j.value ->> 4
      and octet_length(e.properties) = j.value ->> 5
  ) = json_array_length(?1) then used
end where id = 1;

-- name: drop_events
-- As hold_events has them.
delete from events where (source, external_id) in (select j.value ->> 1, j.value ->> 2 from json_each(?1) j);

-- name: change_bases
-- [customer_id, base, base as it was read]: where it changed meanwhile the batch fails (schema is not null).
update states set base = j.value ->> 1, schema = case when states.base is j.value ->> 2 then states.schema end
from json_each(?1) j where states.customer_id = j.value ->> 0;

-- name: add_bases
-- Those of customers without a state, which scoring makes. Whoever had a base and has no state any more was forgotten meanwhile.
insert into states (customer_id, schema, state, version, folded_at, base)
select j.value ->> 0, case when j.value ->> 2 is null and c.id is not null then 0 end, '{"v":0}', 0, ?2, j.value ->> 1
from json_each(?1) j left join customers c on c.id = j.value ->> 0
where not exists (select 1 from states s where s.customer_id = j.value ->> 0);

-- name: message_page
-- The next ?2 messages behind ?1: the last one, and when the oldest came.
select max(id) as upto, min(received_at) as oldest from (select id, received_at from inbox where id > ?1 order by id limit ?2);

-- name: drop_messages
-- Of those behind ?1 up to ?2 what came before ?3 and is applied. Messages of visitors who have not said who they are stay, and so does the
-- newest, so that no number is given twice.
delete from inbox
where id > ?1 and id <= ?2 and received_at < ?3 and id <= (select applied from intake where id = 1) and id < (select max(id) from inbox)
  and not exists (select 1 from parked p where p.inbox_id = inbox.id);

-- name: drop_letters
-- Those settled before ?1; the newest stays, since messages name dead letters by their number.
delete from dead_letters where id in (
  select id from dead_letters where settled_at < ?1 and status <> 'dead' and id < (select max(id) from dead_letters) order by id limit ?2
);

-- name: file
-- How far the file of the import ?1 was read, by whichever import.
select s.events_from, d.digest, f.lines
from shop s
join (select coalesce(file_digest, 'import ' || id) as digest from imports where id = ?1) d
left join folded_files f on f.digest = d.digest
where s.id = 1;

-- name: note_lines
-- The batch fails (lines is not null) where the oldest day that is kept is not ?4 any more.
insert into folded_files (digest, lines, import_id)
select ?1, case when s.events_from is ?4 then ?2 end, ?3 from shop s where s.id = 1
on conflict (digest) do update set lines = max(folded_files.lines, excluded.lines), import_id = excluded.import_id;

-- name: add_bases_of_new
-- [public_id of a new customer, base]: where the customer was not created after all the batch fails (schema is not null).
insert into states (customer_id, schema, state, version, folded_at, base)
select c.id, case when c.id is not null then 0 end, '{"v":0}', 0, ?2, j.value ->> 1
from json_each(?1) j left join customers c on c.public_id = j.value ->> 0;

-- name: mark_dirty
-- A page of scoring that has read these customers already must come back to them, see claim_page.
update facets set dirty = min(dirty + 1, 2) where customer_id in (select value from json_each(?1));

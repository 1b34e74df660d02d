-- name: store_events
-- [external_id, identity kind, identity value, name, occurred_at, properties]; see store_orders.
insert into events (source, external_id, customer_id, name, occurred_at, properties, received_at, import_id)
select ?2, j.value ->> 0, i.customer_id, j.value ->> 3, j.value ->> 4, j.value ->> 5, ?3, ?4
from json_each(?1) j left join identities i on i.kind = j.value ->> 1 and i.value = j.value ->> 2
where true
on conflict (source, external_id) do update set
  customer_id = excluded.customer_id, name = excluded.name, occurred_at = excluded.occurred_at, properties = excluded.properties,
  received_at = excluded.received_at, import_id = excluded.import_id
where events.customer_id is not excluded.customer_id or events.name is not excluded.name
  or events.occurred_at is not excluded.occurred_at or events.properties is not excluded.properties;

-- name: dirty_losers_of_events
update facets set dirty = 1 where dirty = 0 and customer_id in (
  select e.customer_id
  from json_each(?1) j
  cross join events e on e.source = ?2 and e.external_id = j.value ->> 0
  join identities i on i.kind = j.value ->> 1 and i.value = j.value ->> 2
  where e.customer_id <> i.customer_id
);

-- name: dirty_owners_of_events
update facets set dirty = 1 where dirty = 0 and customer_id in (
  select e.customer_id from json_each(?1) j cross join events e on e.source = ?2 and e.external_id = j.value ->> 0
  where e.received_at = ?3 and e.import_id = ?4
);

-- name: dirty_owners_of_events_in_flight
update facets set dirty = 2 where dirty = 1
and customer_id > (select cursor ->> '$.from' from leases where name = 'score')
and customer_id <= (select cursor ->> '$.to' from leases where name = 'score')
and customer_id in (
  select e.customer_id from json_each(?1) j cross join events e on e.source = ?2 and e.external_id = j.value ->> 0
  where e.received_at = ?3 and e.import_id = ?4
);

-- name: new_events
-- Keys of those that are not stored just so.
select j.value ->> 0 as external_id from json_each(?1) j
where not exists (
  select 1 from events e join identities i on i.kind = j.value ->> 1 and i.value = j.value ->> 2
  where e.source = ?2 and e.external_id = j.value ->> 0 and e.customer_id = i.customer_id and e.name is j.value ->> 3
    and e.occurred_at is j.value ->> 4 and e.properties is j.value ->> 5
);

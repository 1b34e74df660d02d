-- The register of what people asked for.

-- name: list
-- Open ones first, those that are due first; then the newest done. ?1 how many.
select r.id, r.public_id, r.kind, r.subject, c.public_id as customer, s.name as source, r.note, r.received_at, r.due_at, r.done_at, r.version
from privacy_requests r left join customers c on c.id = r.customer_id left join sources s on s.id = r.source
order by r.done_at is not null, case when r.done_at is null then r.due_at end, r.done_at desc, r.id desc limit ?1;

-- name: find
select r.id, r.public_id, r.kind, r.subject, c.public_id as customer, s.name as source, r.note, r.received_at, r.due_at, r.done_at, r.version
from privacy_requests r left join customers c on c.id = r.customer_id left join sources s on s.id = r.source
where r.public_id = ?1;

-- name: add
-- ?1 public id, ?2 kind, ?3 customer, ?4 subject, ?5 note, ?6 received_at, ?7 due_at, ?8 done_at, ?9 started_at.
insert into privacy_requests (public_id, kind, customer_id, subject, note, received_at, due_at, done_at, started_at)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: change
-- ?1 id, ?2 version, ?3 done_at, ?4 note.
update privacy_requests set version = case when version = ?2 then version + 1 end, done_at = ?3, note = ?4 where id = ?1;

-- name: start_erasure
-- The customer's open request, where there is one, is carried out from now on.
update privacy_requests set started_at = coalesce(started_at, ?2), version = version + 1
where customer_id = ?1 and kind = 'erasure' and done_at is null;

-- name: start_new_erasure
-- Where there was none. ?1 customer, ?2 public id, ?3 subject, ?4 now, ?5 due.
insert into privacy_requests (public_id, kind, customer_id, subject, received_at, due_at, started_at)
select ?2, 'erasure', ?1, ?3, ?4, ?5, ?4
where not exists (select 1 from privacy_requests where customer_id = ?1 and kind = 'erasure' and done_at is null);

-- name: next
-- The next request that the worker carries out itself.
select id, public_id, kind, customer_id, subject, source, keys from privacy_requests
where done_at is null and started_at is not null and kind in ('erasure', 'shop_erasure') order by id limit 1;

-- name: any
select exists (
  select 1 from privacy_requests where done_at is null and started_at is not null and kind in ('erasure', 'shop_erasure')
) as yes;

-- name: keep_keys
-- By which the person is found again where the work breaks off: gone with the rest once it is done.
update privacy_requests set keys = ?2 where id = ?1;

-- name: settle
update privacy_requests set done_at = ?2, note = ?3, keys = null, version = version + 1 where id = ?1;

-- name: erasure_of
-- The newest erasure of whoever has the public id ?1.
select public_id from privacy_requests where subject = ?1 and kind = 'erasure' order by done_at is not null, id desc limit 1;

-- name: grant
update privacy_requests set done_at = ?2 where public_id = ?1;

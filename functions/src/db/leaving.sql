-- What an opt-out changes: the contact, and whatever waits to be sent to them. ?1 is the contact, ?2 its customer where nothing else is said.

-- name: by_id
select id, customer_id, email, phone, consent from contacts where id in (select value from json_each(?1));

-- name: by_address
-- ?1 the identity's kind, ?2 the address: everybody who has it.
select k.id, k.customer_id, k.email, k.phone, k.consent
from identities i cross join contacts k on k.customer_id = i.customer_id
where i.kind = ?1 and i.value = ?2 and case ?1 when 'email' then k.email else k.phone end = ?2
union
select k.id, k.customer_id, k.email, k.phone, k.consent
from touches t cross join contacts k on k.id = t.contact_id
where t.id = ?3 and case ?1 when 'email' then k.email else k.phone end = ?2;

-- name: is_of_touch
select exists (select 1 from touches where id = ?1 and contact_id = ?2) as yes;

-- name: refresh_consent
-- ?2 as it was read, ?3 as it is now: the batch fails where somebody wrote another meanwhile, and all is read again.
update contacts set consent = case when consent = ?2 then ?3 end, updated_at = ?4 where id = ?1;

-- name: pause
update contacts set paused_until = max(coalesce(paused_until, 0), ?2), updated_at = ?3 where id = ?1;

-- name: fewer
update contacts set fewer = 1, updated_at = ?2 where id = ?1 and fewer = 0;

-- name: cancel_tasks
-- ?3 the channels, ?4 the reason, ?5 now.
update tasks set state = 'cancelled', outcome = ?4, version = version + 1, updated_at = ?5, done_at = ?5
where state = 'open' and touch_id in (
  select id from touches where customer_id = ?2 and contact_id = ?1 and state = 'task' and channel in (select value from json_each(?3))
);

-- name: close_in_app
-- ?3 now.
update in_app set closed_at = ?3
where customer_id = ?2 and closed_at is null
  and touch_id in (select id from touches where customer_id = ?2 and contact_id = ?1 and channel = 'in_app');

-- name: skip_touches
-- ?3 the channels, ?4 the reason, ?5 where it was said, ?6 now, ?7 those that are due before. A touch that a run has in its hands is taken
-- from it: it asks for its claim once more before it calls a provider.
update touches set state = 'skipped', reason = ?4, evidence = ?5, settled_at = ?6, claim = null, claimed_until = null, counted_at = null
where customer_id = ?2 and contact_id = ?1 and state in ('planned', 'held', 'claimed', 'task') and due_at < ?7
  and channel in (select value from json_each(?3));

-- name: look_again
-- ?3 now: what comes next for them is planned anew.
update entries set next_at = ?3
where customer_id = ?2 and state = 'open' and (contact_id = ?1 or contact_id is null) and (next_at is null or next_at > ?3);

-- name: add_response
-- ?1 key, ?2 touch, ?3 kind, ?4 detail, ?5 when it was, ?6 now, ?7 the contact. Each once.
insert into responses (key, touch_id, customer_id, kind, detail, occurred_at, received_at)
select ?1, t.id, t.customer_id, ?3, ?4, ?5, ?6 from touches t where t.id = ?2 and t.contact_id = ?7
on conflict (key) do nothing;

-- Two records of one person. Everything of the loser goes to the winner, and what went is written down, so that it can go back. The loser's
-- own row stays, with the contacts that the winner had already; no consent is changed or removed.

-- name: standing
-- [customer_id, …]: what decides which record stays.
select c.id, c.public_id, c.kind, c.created_at, c.owner_id,
  exists (select 1 from orders o where o.customer_id = c.id) as has_orders
from json_each(?1) j cross join customers c on c.id = j.value
where c.merged_into is null and c.sample = 0;

-- name: apart
-- [customer_id, …]: merges among them that were undone.
select winner, loser from merges where undone_at is not null
and winner in (select value from json_each(?1)) and loser in (select value from json_each(?1));

-- name: record
-- ?1 public id, ?2 winner, ?3 loser, ?4 reason, ?5 user, ?6 now, ?7 contacts that move, as JSON. See moved in merges.rs.
insert into merges (public_id, winner, loser, reason, moved, user_id, created_at)
select ?1, ?2, ?3, ?4, json_object(
  'contacts', json(?7),
  'identities', (select json_group_array(json_array(kind, value, contact_id)) from identities where customer_id = ?3),
  'notes', (select json_group_array(id) from notes where customer_id = ?3),
  'set_asides', (select json_group_array(id) from set_asides where customer_id = ?3),
  'requests', (select json_group_array(id) from privacy_requests where customer_id = ?3),
  'codes', (select json_group_array(id) from codes where customer_id = ?3),
  'interventions', (select json_group_array(id) from interventions where customer_id = ?3),
  'entries', (select json_group_array(id) from entries where customer_id = ?3),
  'touches', (select json_group_array(id) from touches where customer_id = ?3),
  'responses', (select json_group_array(key) from responses where customer_id = ?3),
  'tasks', (select json_group_array(id) from tasks where customer_id = ?3),
  'in_app', (select json_group_array(touch_id) from in_app where customer_id = ?3),
  'winner', (
    select json_object('external_id', external_id, 'kind', kind, 'name', name, 'name_key', name_key, 'tags', tags, 'traits', traits,
      'traits_at', traits_at, 'fields_at', fields_at, 'created_at', created_at, 'owner_id', owner_id)
    from customers where id = ?2
  ),
  'people', (
    select json_group_array(json_array(id, name, email, phone, country, time_zone, role, fields_at, source_at))
    from contacts where customer_id in (?2, ?3)
  ),
  'score', (
    select json_object('model_id', model_id, 'score', score, 'history', history, 'scored_at', scored_at) from scores where customer_id = ?3
  )
), ?5, ?6;

-- name: record_orders
insert into merged_rows (merge_id, place, source, external_id)
select m.id, 'orders', o.source, o.external_id from merges m join orders o on o.customer_id = m.loser where m.public_id = ?1;

-- name: record_events
insert into merged_rows (merge_id, place, source, external_id)
select m.id, 'events', e.source, e.external_id from merges m join events e on e.customer_id = m.loser where m.public_id = ?1;

-- name: move_orders
update orders set customer_id = ?1, changed_at = ?3 where customer_id = ?2;

-- name: move_events
update events set customer_id = ?1 where customer_id = ?2;

-- name: name_user
-- What a person did before they were known to be of an account is told apart from what its other people do.
update events set properties = json_set(properties, '$.user', ?2)
where customer_id = ?1 and properties ->> '$.user' is null and properties ->> '$.user_id' is null and properties ->> '$.userId' is null
  and properties ->> '$.email' is null;

-- name: move_identities
-- ?3: the contact whom keys of an account's new person name.
update identities set customer_id = ?1, contact_id = coalesce(contact_id, ?3) where customer_id = ?2;

-- name: move_contacts
update contacts set customer_id = ?1 where customer_id = ?2 and id in (select value from json_each(?3));

-- name: move_notes
update notes set customer_id = ?1 where customer_id = ?2;

-- name: move_set_asides
update set_asides set customer_id = ?1 where customer_id = ?2;

-- name: move_codes
update codes set customer_id = ?1 where customer_id = ?2;

-- name: move_entries
-- What is open of the other record ends; numbers go on behind the winner's own, so that no passage is two.
update entries set customer_id = ?1, number = number + coalesce((
    select max(w.number) from entries w where w.campaign_id = entries.campaign_id and w.customer_id = ?1), 0),
  reason = case when state = 'open' then 'merged' else reason end, next_at = null,
  state = case when state = 'open' then 'ended' else state end
where customer_id = ?2;

-- name: move_touches
update touches set customer_id = ?1, reason = case when state in ('planned', 'held', 'claimed') then 'merged' else reason end,
  claim = case when state in ('planned', 'held', 'claimed') then null else claim end,
  claimed_until = case when state in ('planned', 'held', 'claimed') then null else claimed_until end,
  counted_at = case when state in ('planned', 'held', 'claimed') then null else counted_at end,
  state = case when state in ('planned', 'held', 'claimed') then 'skipped' else state end
where customer_id = ?2;

-- name: move_responses
update responses set customer_id = ?1 where customer_id = ?2;

-- name: move_tasks
update tasks set customer_id = ?1 where customer_id = ?2;

-- name: move_in_app
update in_app set customer_id = ?1 where customer_id = ?2;

-- name: take_assignment
-- Only where the winner was never drawn.
insert into assignments (customer_id, unit, is_held_out, assigned_at)
select ?1, unit, is_held_out, assigned_at from assignments where customer_id = ?2
on conflict (customer_id) do nothing;

-- name: remove_assignment
delete from assignments where customer_id = ?1;

-- name: move_interventions
update interventions set customer_id = ?1 where customer_id = ?2;

-- name: move_requests
update privacy_requests set customer_id = ?1 where customer_id = ?2;

-- name: take_owner
update customers set owner_id = coalesce(owner_id, (select l.owner_id from customers l where l.id = ?2)) where id = ?1;

-- name: remove_tests
-- Messages with the loser's facts that somebody of the team got as a test.
delete from outbox where about = ?1;

-- name: remove_wishes
delete from wishes where customer_id = ?1;

-- name: remove_facets
delete from facets where customer_id = ?1;

-- name: empty_state
-- What is kept of events that are gone stays with the record whose they were: scoring adds it to the winner's, see page in scores.sql.
update states set schema = 0, state = '{"v":0}' where customer_id = ?1 and base is not null;

-- name: remove_state
delete from states where customer_id = ?1 and base is null;

-- name: remove_score
delete from scores where customer_id = ?1;

-- name: mark_merged
-- Fails where either record was merged meanwhile (name is not null).
update customers set merged_into = ?1, version = version + 1, updated_at = ?3,
  name = case when merged_into is null and (select w.merged_into from customers w where w.id = ?1) is null then name end
where id = ?2;

-- name: mark_winner_dirty
update facets set dirty = case when dirty = 0 then 1 else 2 end where customer_id = ?1;

-- name: find
select m.id, m.public_id, m.winner, m.loser, m.reason, m.created_at, m.undone_at, w.public_id as winner_id, l.public_id as loser_id
from merges m join customers w on w.id = m.winner join customers l on l.id = m.loser
where m.public_id = ?1;

-- name: undo_begin
-- Fails where somebody was quicker, or where a record was merged further meanwhile (reason is not null).
update merges set undone_at = ?2, reason = case
  when undone_at is null and not exists (select 1 from customers c where c.id = merges.winner and c.merged_into is not null) then reason
end where id = ?1;

-- name: undo_orders
update orders set customer_id = (select loser from merges where id = ?1), changed_at = ?2
where customer_id = (select winner from merges where id = ?1)
and (source, external_id) in (select source, external_id from merged_rows where merge_id = ?1 and place = 'orders');

-- name: undo_events
update events set customer_id = (select loser from merges where id = ?1)
where customer_id = (select winner from merges where id = ?1)
and (source, external_id) in (select source, external_id from merged_rows where merge_id = ?1 and place = 'events');

-- name: undo_identities
update identities set customer_id = m.loser, contact_id = j.value ->> 2
from merges m, json_each(m.moved, '$.identities') j
where m.id = ?1 and identities.kind = j.value ->> 0 and identities.value = j.value ->> 1 and identities.customer_id = m.winner;

-- name: undo_contacts
update contacts set customer_id = (select loser from merges where id = ?1)
where customer_id = (select winner from merges where id = ?1)
and id in (select j.value from merges m, json_each(m.moved, '$.contacts') j where m.id = ?1);

-- name: undo_notes
update notes set customer_id = (select loser from merges where id = ?1)
where id in (select j.value from merges m, json_each(m.moved, '$.notes') j where m.id = ?1);

-- name: undo_set_asides
update set_asides set customer_id = (select loser from merges where id = ?1)
where id in (select j.value from merges m, json_each(m.moved, '$.set_asides') j where m.id = ?1);

-- name: undo_codes
update codes set customer_id = (select loser from merges where id = ?1)
where id in (select j.value from merges m, json_each(m.moved, '$.codes') j where m.id = ?1);

-- name: undo_entries
update entries set customer_id = (select loser from merges where id = ?1)
where id in (select j.value from merges m, json_each(m.moved, '$.entries') j where m.id = ?1);

-- name: undo_touches
update touches set customer_id = (select loser from merges where id = ?1)
where id in (select j.value from merges m, json_each(m.moved, '$.touches') j where m.id = ?1);

-- name: undo_responses
update responses set customer_id = (select loser from merges where id = ?1)
where key in (select j.value from merges m, json_each(m.moved, '$.responses') j where m.id = ?1);

-- name: undo_tasks
update tasks set customer_id = (select loser from merges where id = ?1)
where id in (select j.value from merges m, json_each(m.moved, '$.tasks') j where m.id = ?1);

-- name: undo_in_app
update in_app set customer_id = (select loser from merges where id = ?1)
where touch_id in (select j.value from merges m, json_each(m.moved, '$.in_app') j where m.id = ?1);

-- name: undo_interventions
update interventions set customer_id = (select loser from merges where id = ?1)
where id in (select j.value from merges m, json_each(m.moved, '$.interventions') j where m.id = ?1);

-- name: undo_requests
update privacy_requests set customer_id = (select loser from merges where id = ?1)
where id in (select j.value from merges m, json_each(m.moved, '$.requests') j where m.id = ?1);

-- name: undo_winner
-- Its own fields go back where nobody changed them since.
update customers set external_id = m.moved ->> '$.winner.external_id', kind = m.moved ->> '$.winner.kind',
  name = m.moved ->> '$.winner.name', name_key = m.moved ->> '$.winner.name_key', tags = m.moved ->> '$.winner.tags',
  traits = m.moved ->> '$.winner.traits', traits_at = m.moved ->> '$.winner.traits_at', fields_at = m.moved ->> '$.winner.fields_at',
  created_at = m.moved ->> '$.winner.created_at', owner_id = m.moved ->> '$.winner.owner_id'
from merges m where m.id = ?1 and customers.id = m.winner and customers.updated_at = m.created_at;

-- name: undo_people
-- The same of the people of both. Their consent stays: it was told of the address, and no opt-out is lifted here.
update contacts set name = j.value ->> 1, email = j.value ->> 2, phone = j.value ->> 3, country = j.value ->> 4, time_zone = j.value ->> 5,
  role = j.value ->> 6, fields_at = j.value ->> 7, source_at = j.value ->> 8
from merges m, json_each(m.moved, '$.people') j
where m.id = ?1 and contacts.id = j.value ->> 0 and contacts.customer_id in (m.winner, m.loser) and contacts.updated_at = m.created_at;

-- name: undo_country
update facets set country = (
  select k.country from contacts k where k.customer_id = facets.customer_id and k.country is not null order by k.id limit 1
)
where customer_id = (select winner from merges where id = ?1);

-- name: undo_winner_version
update customers set version = version + 1, updated_at = ?2 where id = (select winner from merges where id = ?1);

-- name: undo_score
insert into scores (customer_id, model_id, score, history, scored_at)
select m.loser, m.moved ->> '$.score.model_id', m.moved ->> '$.score.score', m.moved ->> '$.score.history',
  m.moved ->> '$.score.scored_at'
from merges m where m.id = ?1 and m.moved ->> '$.score.model_id' is not null;

-- name: undo_loser
update customers set merged_into = null, version = version + 1, updated_at = ?2 where id = (select loser from merges where id = ?1);

-- name: undo_facets
insert into facets (customer_id, country, sample)
select c.id, (select k.country from contacts k where k.customer_id = c.id and k.country is not null order by k.id limit 1), c.sample
from merges m join customers c on c.id = m.loser where m.id = ?1;

-- name: told
select m.public_id, w.public_id as winner, w.name as winner_name, l.public_id as loser, l.name as loser_name, m.reason,
  u.name as by_name, m.created_at, m.undone_at, w.merged_into is null and m.undone_at is null as can_undo
from merges m join customers w on w.id = m.winner join customers l on l.id = m.loser left join users u on u.id = m.user_id
where m.public_id = ?1;

-- name: newest_of
-- The newest that took this one away.
select m.public_id, w.public_id as winner, w.name as winner_name, l.public_id as loser, l.name as loser_name, m.reason,
  u.name as by_name, m.created_at, m.undone_at, w.merged_into is null and m.undone_at is null as can_undo
from merges m join customers w on w.id = m.winner join customers l on l.id = m.loser left join users u on u.id = m.user_id
where m.loser = ?1 order by m.id desc limit 1;

-- name: of
select m.public_id, w.public_id as winner, w.name as winner_name, l.public_id as loser, l.name as loser_name, m.reason,
  u.name as by_name, m.created_at, m.undone_at, w.merged_into is null and m.undone_at is null as can_undo
from merges m join customers w on w.id = m.winner join customers l on l.id = m.loser left join users u on u.id = m.user_id
where m.winner = ?1 or m.loser = ?1 order by m.id desc limit 200;

-- What people of the team do by hand, and what sites show.

-- name: add
-- One a touch.
insert into tasks (public_id, touch_id, campaign_id, customer_id, kind, title, script, due_at, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9 where true
on conflict (touch_id) do nothing;

-- name: add_audience
-- One at a time a campaign: whoever exports takes all who are in it by then.
insert into tasks (public_id, campaign_id, kind, title, due_at, created_at, updated_at)
select ?1, ?2, 'audience', ?3, ?4, ?5, ?5
where not exists (select 1 from tasks where campaign_id = ?2 and kind = 'audience' and state = 'open');

-- name: list
-- ?1 state, ?2 owner, ?3 customer, ?4 the task; null narrows nothing.
select t.id, t.public_id, t.touch_id, t.kind, t.title, c.public_id as campaign, c.name as campaign_name, p.public_id as customer, p.name as customer_name,
  f.value_tier, t.script, o.public_id as owner_id, o.name as owner_name, t.due_at, t.state, t.outcome, t.note, t.version,
  p.owner_id as carer, t.owner_id as owner_number
from tasks t
left join campaigns c on c.id = t.campaign_id
left join customers p on p.id = t.customer_id
left join facets f on f.customer_id = t.customer_id
left join users o on o.id = t.owner_id
where (?1 is null or t.state = ?1) and (?2 is null or t.owner_id = ?2) and (?3 is null or p.public_id = ?3) and (?4 is null or t.public_id = ?4)
order by t.due_at, t.id limit 200;

-- name: change
update tasks set version = case when version = ?2 then version + 1 end, state = ?3, outcome = ?4, note = ?5, owner_id = ?6, due_at = ?7,
  script = ?8, updated_at = ?9, done_at = case when ?3 <> 'open' then coalesce(done_at, ?9) end
where id = ?1;

-- name: show_in_app
insert into in_app (touch_id, customer_id, content, expires_at) values (?1, ?2, ?3, ?4) on conflict (touch_id) do nothing;

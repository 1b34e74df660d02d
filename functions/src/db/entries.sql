-- Who went into which campaign, and when something is to be planned for them next.

-- name: to_enter
-- Campaigns whose audience is being gone through.
select c.id, c.public_id, c.entered_upto, e.number as edition, e.segment, e.plan, e.draft, c.launched_at, c.leaves_at
from campaigns c join campaign_editions e on e.campaign_id = c.id and e.number = c.edition
where c.state = 'running' and c.entered_upto is not null order by c.entered_at, c.id limit 1;

-- name: any_to_enter
select exists (select 1 from campaigns where state = 'running' and entered_upto is not null) as yes;

-- name: begin_rounds
-- Whoever came into the audience of a campaign that always runs enters now; ?1 is now, ?2 the time before which the last round began.
update campaigns set entered_upto = 0, entered_at = ?1
where state = 'running' and entered_upto is null and entered_at < ?2
  and (select e.plan ->> '$.mode.mode' from campaign_editions e where e.campaign_id = campaigns.id and e.number = campaigns.edition) = 'always';

-- name: move_on
-- ?2: the last customer who was looked at; null at the end of the round.
update campaigns set entered_upto = ?2 where id = ?1 and entered_upto is not null;

-- name: others
-- What those in ?1 are in, or were, beside and in the campaign ?2.
select e.customer_id, e.campaign_id, e.number, e.state, e.arm, e.entered_at, e.ended_at, c.state as campaign_state,
  n.plan ->> '$.kind' as kind, n.plan ->> '$.priority' as priority
from json_each(?1) j cross join entries e on e.customer_id = j.value
join campaigns c on c.id = e.campaign_id
left join campaign_editions n on n.campaign_id = c.id and n.number = c.edition
where e.state <> 'left_out' or e.campaign_id = ?2;

-- name: assignments
-- Of those in ?1 and of the units in ?2.
select a.customer_id, a.unit, a.is_held_out from json_each(?1) j cross join assignments a on a.customer_id = j.value
union
select a.customer_id, a.unit, a.is_held_out from json_each(?2) j cross join assignments a on a.unit = j.value;

-- name: assign
-- [customer, unit, whether held out], drawn once and for all.
insert into assignments (customer_id, unit, is_held_out, assigned_at)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, ?2 from json_each(?1) j where true
on conflict (customer_id) do nothing;

-- name: enter
-- [customer, number, state, arm, reason, evidence] into the campaign ?1 at ?2, to be planned from ?3 on. Where they stand is frozen with it.
-- Whoever was left out may come in later; whoever is in stays as they are.
insert into entries (campaign_id, customer_id, number, state, arm, reason, evidence, tier, value_tier, reason_was, engagement, win_back,
  segment, contact, alone, margin_back, order_back, entered_at, next_at)
select ?1, f.customer_id, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, f.tier, f.value_tier, f.reason,
  f.engagement, f.win_back, f.segment, f.contact, f.alone, f.margin_back, f.order_back, ?2, case j.value ->> 2 when 'open' then ?3 end
from json_each(?4) j cross join facets f on f.customer_id = j.value ->> 0
where true
on conflict (campaign_id, customer_id, number) do update set state = excluded.state, arm = excluded.arm, reason = excluded.reason,
  evidence = excluded.evidence, tier = excluded.tier, value_tier = excluded.value_tier, reason_was = excluded.reason_was,
  engagement = excluded.engagement, win_back = excluded.win_back, segment = excluded.segment, contact = excluded.contact,
  alone = excluded.alone, margin_back = excluded.margin_back, order_back = excluded.order_back, entered_at = excluded.entered_at,
  next_at = excluded.next_at
where entries.state = 'left_out' and (excluded.state = 'open' or entries.reason is not excluded.reason);

-- name: due
-- Whose next touch is to be planned at ?1; at most ?2.
select e.id, e.campaign_id, e.customer_id, e.number, e.arm, e.entered_at, e.value_tier, e.reason_was, e.engagement, e.tier, e.ladder, e.contact_id,
  c.public_id as campaign, c.state as campaign_state, c.leaves_at, c.edition
from entries e join campaigns c on c.id = e.campaign_id
where e.next_at <= ?1 order by e.next_at limit ?2;

-- name: any_due
select exists (select 1 from entries where next_at <= ?1) as yes;

-- name: plan
-- [entry, state, reason, evidence, next_at, contact, ladder]: what the planner found. An entry that ended meanwhile stays ended.
update entries set state = j.value ->> 1, reason = j.value ->> 2, evidence = j.value ->> 3, next_at = j.value ->> 4,
  contact_id = coalesce(j.value ->> 5, entries.contact_id), ladder = coalesce(j.value ->> 6, entries.ladder),
  ended_at = case when j.value ->> 1 = 'ended' then ?2 end
from json_each(?1) j where entries.id = j.value ->> 0 and entries.state = 'open';

-- name: look_again
-- The entries in ?1 are looked at by the planner at ?2.
update entries set next_at = ?2 from json_each(?1) j where entries.id = j.value and entries.state = 'open';

-- name: editions
-- [campaign, edition].
select e.campaign_id, e.number, e.plan, e.draft, e.segment
from json_each(?1) j cross join campaign_editions e on e.campaign_id = j.value ->> 0 and e.number = j.value ->> 1;

-- name: list
-- Of the campaign ?1, after the entry ?2, at most ?3; ?4 and ?5 narrow it where they are not null.
select e.id, c.public_id as customer, c.name as customer_name, e.number, e.arm, e.state, e.reason, e.evidence, e.entered_at, e.ended_at,
  (
    select json_array(t.step, t.channel, t.state, t.due_at) from touches t where t.entry_id = e.id order by t.due_at desc, t.id desc limit 1
  ) as last
from entries e join customers c on c.id = e.customer_id
where e.campaign_id = ?1 and e.id < ?2
  and (?4 is null or case ?4 when 'held_out' then e.state <> 'left_out' and e.arm > 0 else e.state = ?4 and (e.state = 'left_out' or e.arm = 0) end)
  and (?5 is null or e.reason = ?5)
order by e.id desc limit ?3;

-- name: counts
-- By state, arm and reason.
select e.state, e.arm, case when e.state = 'left_out' then e.reason end as reason, count(*) as customers
from entries e where e.campaign_id = ?1 group by 1, 2, 3;

-- name: names_left_out
-- Five of each reason.
select reason, public_id, name from (
  select e.reason, c.public_id, c.name, row_number() over (partition by e.reason order by e.customer_id) as place
  from entries e join customers c on c.id = e.customer_id where e.campaign_id = ?1 and e.state = 'left_out'
) where place <= 5;

-- name: look_again_of_touch
update entries set next_at = ?2 where id = (select entry_id from touches where id = ?1) and state = 'open';

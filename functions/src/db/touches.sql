-- The ledger of touches. What is claimed is not yet sent; what is `sending` may have been.

-- name: plan
-- [campaign, entry, customer, contact, step, edition, channel, state, reason, evidence, due_at, expires_at, variant, choice]: the next one of each.
-- A step of an entry is planned once.
insert into touches (campaign_id, entry_id, customer_id, contact_id, step, edition, channel, state, reason, evidence, due_at, expires_at,
  variant, choice, created_at, settled_at)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7,
  j.value ->> 8, j.value ->> 9, j.value ->> 10, j.value ->> 11, j.value ->> 12, j.value ->> 13, ?2,
  case when j.value ->> 7 in ('ghost', 'skipped') then ?2 end
from json_each(?1) j where true
on conflict (entry_id, step) do nothing;

-- name: due
-- Planned or held until ?1, the longest first; at most ?2, one of each customer.
select t.id, t.campaign_id, t.entry_id, t.customer_id, t.contact_id, t.step, t.edition, t.channel, t.state, t.reason, t.due_at, t.expires_at, t.variant,
  t.created_at, e.entered_at, t.tries, t.choice
from (
  select t.*, row_number() over (partition by t.customer_id order by t.due_at, t.id) as place from (
    select * from touches where state in ('planned', 'held') and due_at <= ?1 order by due_at, id limit ?2
  ) t
) t join entries e on e.id = t.entry_id where t.place = 1 order by t.due_at, t.id;

-- name: any_due
-- Something to send at ?1, or left behind by a run that ended.
select exists (select 1 from touches where state in ('planned', 'held') and due_at <= ?1)
  or exists (select 1 from touches where claim is not null and claimed_until <= cast(unixepoch('subsec') * 1000 as integer)) as yes;

-- name: hold
-- [touch, reason, evidence, due_at, expires_at]. Looked at again at due_at.
update touches set state = 'held', reason = j.value ->> 1, evidence = j.value ->> 2, due_at = j.value ->> 3,
  expires_at = coalesce(touches.expires_at, j.value ->> 4), claim = null, claimed_until = null, counted_at = null, cost = 0
from json_each(?1) j where touches.id = j.value ->> 0 and touches.state in ('planned', 'held', 'claimed');

-- name: skip
-- [touch, reason, evidence].
update touches set state = 'skipped', reason = j.value ->> 1, evidence = j.value ->> 2, claim = null, claimed_until = null,
  counted_at = null, cost = 0, settled_at = ?2, inputs = null
from json_each(?1) j where touches.id = j.value ->> 0 and touches.state in ('planned', 'held', 'claimed');

-- name: release_money
-- Before touches are held or skipped: what those in ?1 (of which the touch's number stands first) had reserved goes back.
update campaign_money set reserved = reserved - (
  select coalesce(sum(t.cost), 0) from json_each(?1) j cross join touches t on t.id = j.value ->> 0
  where t.campaign_id = campaign_money.campaign_id and t.state in ('claimed', 'sending') and campaign_money.channel in ('', t.channel)
)
where exists (
  select 1 from json_each(?1) j cross join touches t on t.id = j.value ->> 0
  where t.campaign_id = campaign_money.campaign_id and t.state in ('claimed', 'sending') and t.cost > 0 and campaign_money.channel in ('', t.channel)
);

-- name: claim
-- [touch, sender, cost, cost of the page's touches of its campaign up to it, of its campaign and channel, of its channel, most of the
-- campaign, of its channel there, of the shop's day in the channel, caps as [[since, most, channels or null], …], contact, channel].
-- Caps and budgets are counted and reserved in this very statement, and nothing is claimed while sending is stopped, the campaign stands
-- still, or its caps are used up. ?2: the claim; ?3: for how long, in milliseconds of D1's own clock; ?4: now; ?5: today.
update touches set state = 'claimed', claim = ?2, claimed_until = cast(unixepoch('subsec') * 1000 as integer) + ?3, counted_at = ?4, sender = j.value ->> 1, cost = j.value ->> 2,
  contact_id = coalesce(j.value ->> 10, touches.contact_id), channel = coalesce(j.value ->> 11, touches.channel), reason = null, evidence = null
from json_each(?1) j
where touches.id = j.value ->> 0 and touches.state in ('planned', 'held')
  and (select sending_stopped from shop where id = 1) = 0
  and (select c.state from campaigns c where c.id = touches.campaign_id) = 'running'
  and not exists (
    select 1 from json_each(j.value, '$[9]') l
    where (
      select count(*) from touches t
      where t.customer_id = touches.customer_id and t.counted_at > l.value ->> 0 and (l.value ->> 2 is null or exists (select 1 from json_each(l.value, '$[2]') h where h.value = t.channel))
    ) >= l.value ->> 1
  )
  and (j.value ->> 6 is null or j.value ->> 3 + coalesce((
    select m.reserved from campaign_money m where m.campaign_id = touches.campaign_id and m.channel = ''), 0) <= j.value ->> 6)
  and (j.value ->> 7 is null or j.value ->> 4 + coalesce((
    select m.reserved from campaign_money m where m.campaign_id = touches.campaign_id and m.channel = j.value ->> 11), 0) <= j.value ->> 7)
  and (j.value ->> 8 is null or j.value ->> 5 + coalesce((
    select d.amount from sending_days d where d.scope = 'shop:' || (j.value ->> 11) and d.measure = 'money' and d.day = ?5), 0) <= j.value ->> 8)
returning id;

-- name: reserve_campaign
-- What the claim ?2 of those in ?1 takes from its campaigns.
insert into campaign_money (campaign_id, channel, reserved)
select t.campaign_id, '', sum(t.cost) from json_each(?1) j cross join touches t on t.id = j.value ->> 0
where t.claim = ?2 and t.state = 'claimed' group by t.campaign_id having sum(t.cost) > 0
on conflict (campaign_id, channel) do update set reserved = campaign_money.reserved + excluded.reserved;

-- name: reserve_channel
insert into campaign_money (campaign_id, channel, reserved)
select t.campaign_id, t.channel, sum(t.cost) from json_each(?1) j cross join touches t on t.id = j.value ->> 0
where t.claim = ?2 and t.state = 'claimed' group by t.campaign_id, t.channel having sum(t.cost) > 0
on conflict (campaign_id, channel) do update set reserved = campaign_money.reserved + excluded.reserved;

-- name: reserve_day
insert into sending_days (scope, measure, day, amount)
select 'shop:' || t.channel, 'money', ?3, sum(t.cost) from json_each(?1) j cross join touches t on t.id = j.value ->> 0
where t.claim = ?2 and t.state = 'claimed' group by t.channel having sum(t.cost) > 0
on conflict (scope, measure, day) do update set amount = sending_days.amount + excluded.amount;

-- name: claimed
-- What the claim ?1 has of those in ?2.
select t.id, t.campaign_id, t.entry_id, t.customer_id, t.contact_id, t.step, t.edition, t.channel, t.state, t.reason, t.due_at, t.expires_at,
  t.variant, t.created_at, e.entered_at, t.sender, t.cost, e.ladder, t.tries, t.choice
from json_each(?2) j cross join touches t on t.id = j.value join entries e on e.id = t.entry_id where t.claim = ?1 and t.state = 'claimed';

-- name: begin_sending
-- [touch, key, digest, inputs, members]: from here on the provider may have it. Not while sending is stopped, the campaign stands still, or somebody
-- else has it. ?2: the claim; ?3: for how long others keep away; ?4: now.
update touches set state = 'sending', key = j.value ->> 1, digest = j.value ->> 2, inputs = j.value ->> 3, members = j.value ->> 4, claimed_until = cast(unixepoch('subsec') * 1000 as integer) + ?3,
  tries = touches.tries + 1, sending_at = coalesce(touches.sending_at, ?4)
from json_each(?1) j
where touches.id = j.value ->> 0 and touches.claim = ?2 and touches.state = 'claimed' and touches.claimed_until > cast(unixepoch('subsec') * 1000 as integer)
  and (select sending_stopped from shop where id = 1) = 0
  and (select c.state from campaigns c where c.id = touches.campaign_id) = 'running'
returning id;

-- name: record
-- [touch, state, sender's id, reason, evidence, links and subject that are kept]: what the provider said. ?2: the claim; ?3: now. An event
-- that came before it has moved the state up already, and stays.
update touches set
  state = case when touches.state = 'sending' then j.value ->> 1 else touches.state end,
  sender_id = coalesce(j.value ->> 2, touches.sender_id),
  reason = case when touches.state = 'sending' then j.value ->> 3 else touches.reason end,
  evidence = case when touches.state = 'sending' then j.value ->> 4 else touches.evidence end,
  inputs = case when j.value ->> 1 = 'unknown' then touches.inputs else j.value ->> 5 end,
  counted_at = case when j.value ->> 1 = 'failed' then null else touches.counted_at end,
  sent_at = case when j.value ->> 1 in ('sent', 'task', 'delivered') then coalesce(touches.sent_at, ?3) else touches.sent_at end,
  settled_at = case when j.value ->> 1 in ('failed', 'task') then ?3 else touches.settled_at end,
  claim = null, claimed_until = null, members = null
from json_each(?1) j
where touches.id = j.value ->> 0 and (touches.claim = ?2 or touches.claim is null) and touches.state in ('sending', 'sent', 'delivered', 'bounced', 'complained', 'unknown', 'failed');

-- name: give_back
-- The provider proved that it did not take those in ?1, [touch, due_at], or nobody asked it: free again, and no attempt is used up. ?2: the
-- claim.
update touches set state = 'planned', due_at = j.value ->> 1, claim = null, claimed_until = null, counted_at = null, cost = 0,
  tries = touches.tries - (touches.state = 'sending'), sending_at = null, members = null
from json_each(?1) j where touches.id = j.value ->> 0 and touches.claim = ?2 and touches.state in ('sending', 'claimed');

-- name: free_claims
-- Claims whose run ended without a word were never sent.
update touches set state = 'planned', claim = null, claimed_until = null, counted_at = null, cost = 0
where claim is not null and state = 'claimed' and claimed_until <= cast(unixepoch('subsec') * 1000 as integer);

-- name: lost_money
-- What freed claims had reserved: before they are freed.
update campaign_money set reserved = reserved - (
  select coalesce(sum(t.cost), 0) from touches t
  where t.claim is not null and t.claimed_until <= cast(unixepoch('subsec') * 1000 as integer) and t.state = 'claimed' and t.campaign_id = campaign_money.campaign_id and campaign_money.channel in ('', t.channel)
)
where campaign_id in (select t.campaign_id from touches t where t.claim is not null and t.claimed_until <= cast(unixepoch('subsec') * 1000 as integer) and t.state = 'claimed' and t.cost > 0);

-- name: broken_off
-- Whose run ended between the request and its answer; at most ?1.
select t.id, t.campaign_id, t.entry_id, t.customer_id, t.contact_id, t.step, t.edition, t.channel, t.state, t.reason, t.due_at, t.expires_at,
  t.variant, t.created_at, e.entered_at, t.sender, t.cost, t.key, t.digest, t.inputs, t.members, t.tries, t.choice, t.sending_at
from touches t join entries e on e.id = t.entry_id
where t.claim is not null and t.state = 'sending' and t.claimed_until <= cast(unixepoch('subsec') * 1000 as integer) order by t.claimed_until, t.id limit ?1;

-- name: take_over
-- Those of a run that ended, by touch: ?2 is the new claim, ?3 for how long.
update touches set claim = ?2, claimed_until = cast(unixepoch('subsec') * 1000 as integer) + ?3 from json_each(?1) j
where touches.id = j.value and touches.state = 'sending' and touches.claimed_until <= cast(unixepoch('subsec') * 1000 as integer)
returning id;

-- name: past
-- What counts of those in ?1 since ?2.
select t.id, t.customer_id, t.contact_id, t.campaign_id, t.entry_id, t.step, t.channel, t.state, t.counted_at
from json_each(?1) j cross join touches t on t.customer_id = j.value and t.counted_at > ?2;

-- name: of_entries
-- All touches of the entries in ?1.
select t.id, t.entry_id, t.step, t.channel, t.contact_id, t.state, t.reason, t.due_at, t.counted_at, t.sent_at, t.variant, t.edition, t.choice
from json_each(?1) j cross join touches t on t.entry_id = j.value
order by t.entry_id, t.id;

-- name: list
-- ?1 campaign, ?2 customer, ?3 state, ?4 reason, before ?5, at most ?6.
select t.id, c.public_id as campaign, c.name as campaign_name, p.public_id as customer, p.name as customer_name, t.step, t.edition, t.channel, t.state,
  t.reason, t.evidence, t.due_at, t.expires_at, t.sent_at, t.settled_at, t.cost,
  (select json_group_array(json_array(r.kind, r.occurred_at)) from responses r where r.touch_id = t.id) as responses
from touches t join campaigns c on c.id = t.campaign_id join customers p on p.id = t.customer_id
where t.id < ?5 and (?3 is null or t.state = ?3) and (?4 is null or t.reason = ?4)
  and (?1 is null or t.campaign_id = ?1) and (?2 is null or t.customer_id = ?2)
order by t.id desc limit ?6;

-- name: counts
select step, channel, state, reason, count(*) as touches from touches where campaign_id = ?1 group by 1, 2, 3, 4 order by 1, 2, 3, 4;

-- name: next_hours
-- Of the campaign ?1 within 24 hours of ?2.
select (due_at - ?2) / 3600000 as hour, channel, count(*) as touches
from touches where state in ('planned', 'held') and due_at < ?2 + 86400000 and campaign_id = ?1
group by 1, 2 order by 1, 2;

-- name: wake_up
-- Held because the campaign ?1 stood still: looked at anew, through caps, hours and expiry.
update touches set state = 'planned', reason = null, evidence = null, due_at = ?2
where campaign_id = ?1 and state = 'held' and reason in ('campaign_paused', 'sending_stopped', 'canary');

-- name: take_edition
-- What nobody claimed takes the edition ?2 of the campaign ?1.
update touches set edition = ?2 where campaign_id = ?1 and state in ('planned', 'held');

-- name: release_all
-- Before all touches of the campaign ?1 end: what the claimed ones had reserved goes back.
update campaign_money set reserved = reserved - (
  select coalesce(sum(t.cost), 0) from touches t
  where t.campaign_id = ?1 and t.state = 'claimed' and campaign_money.channel in ('', t.channel)
)
where campaign_id = ?1 and reserved > 0;

-- name: end_all
-- What was not sent of the campaign ?1 is not.
update touches set state = 'skipped', reason = ?2, settled_at = ?3, claim = null, claimed_until = null, counted_at = null, cost = 0
where campaign_id = ?1 and state in ('planned', 'held', 'claimed');

-- name: count_claims
-- What the claim ?2 of those in ?1 adds to the day ?3 of their campaigns, and of their senders.
insert into sending_days (scope, measure, day, amount)
select 'campaign:' || t.campaign_id, 'claimed', ?3, count(*) from json_each(?1) j cross join touches t on t.id = j.value ->> 0
where t.claim = ?2 and t.state = 'claimed' group by t.campaign_id
union all
select 'sender:' || t.sender, 'claimed', ?3, count(*) from json_each(?1) j cross join touches t on t.id = j.value ->> 0
where t.claim = ?2 and t.state = 'claimed' and t.sender is not null group by t.sender
on conflict (scope, measure, day) do update set amount = sending_days.amount + excluded.amount;

-- name: first_subjects
-- Of the entries in ?1: the subject of the first mail that was sent.
select t.entry_id, t.inputs ->> '$.subject' as subject from json_each(?1) j cross join touches t on t.entry_id = j.value
where t.channel = 'email' and t.sent_at is not null and t.inputs ->> '$.subject' is not null
order by t.sent_at desc, t.id desc;

-- name: set_members
-- Of those in ?1 under the claim ?2: they are one request.
update touches set members = ?1 from json_each(?1) j where touches.id = j.value and touches.claim = ?2 and touches.state = 'sending';

-- name: unset_members
-- Those in ?1 under the claim ?2 are asked for one by one.
update touches set members = null from json_each(?1) j where touches.id = j.value and touches.claim = ?2 and touches.state = 'sending';

-- name: money
-- What the campaigns in ?1 have reserved, in all and by channel.
select m.campaign_id, m.channel, m.reserved from json_each(?1) j cross join campaign_money m on m.campaign_id = j.value;

-- name: any_accepted
-- Whether a provider is known to have one of those in ?1 by the request that was begun at ?2.
select exists (
  select 1 from json_each(?1) j cross join touches t on t.id = j.value
  where t.state in ('sent', 'delivered', 'bounced', 'complained') and t.sending_at = ?2
) as yes;

-- name: reached
-- Of the contacted in the campaign ?1: who was reached, who did something, who came back within their window, and who stayed. ?2 is now.
select count(*) filter (where is_reached) as reached, count(*) filter (where is_reached and is_engaged) as engaged,
  count(*) filter (where is_returned) as returned, 0 as stayed
from (
  select exists (select 1 from touches t where t.entry_id = e.id and t.state = 'delivered') as is_reached,
    exists (
      select 1 from touches t join responses r on r.touch_id = t.id
      where t.entry_id = e.id and r.kind in ('clicked', 'visited', 'replied', 'played') and coalesce(r.detail ->> '$.scanner', 0) = 0
    ) as is_engaged,
    e.reason in ('purchased', 'reengaged') as is_returned
  from entries e where e.campaign_id = ?1 and e.arm = 0 and e.state <> 'left_out' and e.entered_at <= ?2
);

-- name: settle_task
-- What a person of the team did, or gave up.
update touches set state = case ?2 when 1 then 'delivered' else 'skipped' end, settled_at = ?3,
  sent_at = case ?2 when 1 then coalesce(sent_at, ?3) else sent_at end, reason = case ?2 when 1 then reason else 'too_late' end
where id = ?1 and state = 'task';

-- name: contact_of
select contact_id as id from touches where id = ?1 and contact_id is not null;

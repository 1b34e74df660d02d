-- What providers tell, and what it changes.

-- name: known_responses
select r.key from json_each(?1) j cross join responses r on r.key = j.value;

-- name: touches_by_number
-- Those that this way sent alone: ?2.
select t.id, t.state, t.campaign_id, t.entry_id, t.customer_id, t.contact_id, t.channel, t.sender_id, k.email, k.phone
from json_each(?1) j cross join touches t on t.id = j.value left join contacts k on k.id = t.contact_id
where t.sender = ?2;

-- name: touches_by_sender_id
select t.id, t.state, t.campaign_id, t.entry_id, t.customer_id, t.contact_id, t.channel, t.sender_id, k.email, k.phone
from json_each(?1) j cross join touches t on t.sender_id = j.value left join contacts k on k.id = t.contact_id
where t.sender = ?2;

-- name: people_by_phone
-- With the last text message that this way, ?2, sent to them.
select k.id, k.customer_id, k.consent,
  (
    select json_object('id', t.id, 'campaign_id', t.campaign_id)
    from touches t where t.customer_id = k.customer_id and t.contact_id = k.id and t.sender = ?2 and t.sent_at is not null
    order by t.sent_at desc limit 1
  ) as last
from identities i cross join contacts k on k.customer_id = i.customer_id
where i.kind = 'phone' and i.value = ?1 and k.phone = ?1
order by k.id limit 20;

-- name: add_responses
-- [key, touch_id, customer_id, kind, detail, occurred_at]: fails where somebody else stored one meanwhile, and all is read again.
insert into responses (key, touch_id, customer_id, sender, kind, detail, occurred_at, received_at)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, ?2, j.value ->> 3, j.value ->> 4, j.value ->> 5, ?3 from json_each(?1) j;

-- name: move_touches
-- [id, to, from …, reason, evidence, sender_id, sent_at]: up the order of states alone, whatever they became meanwhile.
update touches set state = j.value ->> 1, reason = coalesce(j.value ->> 3, reason), evidence = coalesce(j.value ->> 4, evidence),
  sender_id = coalesce(sender_id, j.value ->> 5), sent_at = coalesce(sent_at, j.value ->> 6), settled_at = ?2, claim = null,
  claimed_until = null
from json_each(?1) j
where touches.id = j.value ->> 0 and touches.state in (select value from json_each(j.value, '$[2]'));

-- name: look_again_at_entries
-- What comes next for them is planned anew.
update entries set next_at = ?2
where id in (select value from json_each(?1)) and state = 'open' and (next_at is null or next_at > ?2);

-- name: look_again_at_customers
update entries set next_at = ?2
where customer_id in (select value from json_each(?1)) and state = 'open' and (next_at is null or next_at > ?2);

-- name: release_bounced
-- What those had reserved that skip_bounced takes from a run.
update campaign_money set reserved = reserved - (
  select coalesce(sum(t.cost), 0) from json_each(?1) j cross join touches t on t.customer_id = j.value ->> 0
  where t.contact_id = j.value ->> 1 and t.state = 'claimed' and t.channel in (select value from json_each(?2))
    and t.campaign_id = campaign_money.campaign_id and campaign_money.channel in ('', t.channel)
)
where exists (
  select 1 from json_each(?1) j cross join touches t on t.customer_id = j.value ->> 0
  where t.contact_id = j.value ->> 1 and t.state = 'claimed' and t.cost > 0 and t.channel in (select value from json_each(?2))
    and t.campaign_id = campaign_money.campaign_id and campaign_money.channel in ('', t.channel)
);

-- name: skip_bounced
-- [customer_id, contact_id]; ?2 the channels that use the address, ?3 the reason, ?4 the evidence, ?5 now. A touch that a run has in its
-- hands is taken from it: it asks for its claim once more before it calls a provider.
update touches set state = 'skipped', reason = ?3, evidence = ?4, settled_at = ?5, claim = null, claimed_until = null, counted_at = null,
  cost = case when state = 'claimed' then 0 else cost end
from json_each(?1) j
where touches.customer_id = j.value ->> 0 and touches.contact_id = j.value ->> 1 and touches.state in ('planned', 'held', 'claimed')
  and touches.channel in (select value from json_each(?2));

-- name: mark_bounced
update contacts set bounced_at = ?2, updated_at = ?2 where id in (select value from json_each(?1));

-- name: mark_engaged
-- [id, at]
update contacts set engaged_at = max(coalesce(engaged_at, 0), j.value ->> 1) from json_each(?1) j where contacts.id = j.value ->> 0;

-- name: count
-- [scope, measure, amount] of the day ?2.
insert into sending_days (scope, measure, day, amount)
select j.value ->> 0, j.value ->> 1, ?2, j.value ->> 2 from json_each(?1) j where true
on conflict (scope, measure, day) do update set amount = amount + excluded.amount;

-- name: park
-- [key, sender_id, touch_id, event]
insert into early_events (key, sender, sender_id, touch_id, event, received_at)
select j.value ->> 0, ?2, j.value ->> 1, j.value ->> 2, j.value ->> 3, ?3 from json_each(?1) j where true
on conflict (key) do nothing;

-- name: early
-- Of touches that are known by now.
select e.key, e.sender, e.event, s.provider, s.channel
from early_events e join senders s on s.id = e.sender
where exists (select 1 from touches t where t.id = e.touch_id and t.sender = e.sender)
  or exists (select 1 from touches t where t.sender_id = e.sender_id and t.sender = e.sender)
order by e.sender, e.received_at limit 200;

-- name: early_of
-- Of these touches.
select e.key, e.sender, e.event, s.provider, s.channel
from json_each(?1) j cross join touches t on t.id = j.value cross join early_events e on e.touch_id = t.id and e.sender = t.sender
join senders s on s.id = e.sender
union
select e.key, e.sender, e.event, s.provider, s.channel
from json_each(?1) j cross join touches t on t.id = j.value cross join early_events e on e.sender_id = t.sender_id and e.sender = t.sender
join senders s on s.id = e.sender
where t.sender_id is not null;

-- name: unpark
delete from early_events where key in (select value from json_each(?1));

-- name: has_old
select exists (select 1 from early_events where received_at < ?1) as yes;

-- name: forget_old
delete from early_events where received_at < ?1;

-- name: refresh
-- ?2 as it was read, ?3 as it is now: the batch fails where somebody wrote another meanwhile, and all is read again.
update contacts set consent = case when consent = ?2 then ?3 end, updated_at = ?4 where id = ?1;

-- name: lift
-- Of the reasons to be silent, only that they said so themselves: nothing else ends by their word.
delete from suppressions where hash = ?1 and channel = 'sms' and reason = 'unsubscribed';

-- name: add_to_reply
-- ?2 the message as JSON, while somebody has the task open; so many at most.
update tasks set script = json_insert(script, '$.messages[#]', json(?2)), due_at = min(due_at, ?3), version = version + 1, updated_at = ?3
where customer_id = ?1 and kind = 'reply' and state = 'open' and coalesce(json_array_length(script, '$.messages'), 0) < 20;

-- name: add_reply
-- Where there is none open.
insert into tasks (public_id, campaign_id, customer_id, kind, title, script, due_at, created_at, updated_at)
select ?1, ?2, ?3, 'reply', ?4, ?5, ?6, ?6, ?6
where not exists (select 1 from tasks where customer_id = ?3 and kind = 'reply' and state = 'open');

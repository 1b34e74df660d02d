-- Campaigns: what they say and plan, how they stand, and the messages that people of the team send to themselves.

-- name: list
select c.id, c.public_id, c.name, c.state, c.segment, c.schema, '' as draft, json_object('kind', c.plan ->> '$.kind') as plan, c.edition, c.launched_at,
  c.leaves_at, c.entered_upto, c.why, null as running_digest, '[]' as approvals, '[]' as authors,
  case when c.launched_at is not null then json_array(
    (select count(*) from entries e where e.campaign_id = c.id and e.state <> 'left_out' and e.arm = 0),
    (select count(distinct t.entry_id) from touches t where t.campaign_id = c.id and t.state = 'delivered'),
    (select count(*) from entries e where e.campaign_id = c.id and e.arm = 0 and e.reason in ('purchased', 'reengaged'))
  ) end as figures,
  c.version, c.created_at, c.updated_at,
  a.name as created_by, b.name as updated_by, s.name as segment_name
from campaigns c
left join users a on a.id = c.created_by
left join users b on b.id = c.updated_by
left join segments s on s.public_id = c.segment
order by c.updated_at desc, c.id desc limit ?1;

-- name: find
select c.id, c.public_id, c.name, c.state, c.segment, c.schema, c.draft, c.plan, c.edition, c.launched_at, c.leaves_at, c.entered_upto, c.why,
  (select e.digest from campaign_editions e where e.campaign_id = c.id and e.number = c.edition) as running_digest,
  (
    select json_group_array(json_array(p.user_id, u.name, p.digest, p.approved_at))
    from campaign_approvals p join users u on u.id = p.user_id where p.campaign_id = c.id and u.disabled_at is null
  ) as approvals,
  (select json_group_array(w.user_id) from campaign_authors w where w.campaign_id = c.id) as authors,
  case when c.launched_at is not null then json_array(
    (select count(*) from entries e where e.campaign_id = c.id and e.state <> 'left_out' and e.arm = 0),
    (select count(distinct t.entry_id) from touches t where t.campaign_id = c.id and t.state = 'delivered'),
    (select count(*) from entries e where e.campaign_id = c.id and e.arm = 0 and e.reason in ('purchased', 'reengaged'))
  ) end as figures,
  c.version, c.created_at, c.updated_at,
  a.name as created_by, b.name as updated_by, s.name as segment_name
from campaigns c
left join users a on a.id = c.created_by
left join users b on b.id = c.updated_by
left join segments s on s.public_id = c.segment
where c.public_id = ?1;

-- name: add
-- Not beyond ?8 of them.
insert into campaigns (public_id, name, segment, schema, draft, plan, created_by, updated_by, created_at, updated_at)
select ?1, ?2, ?3, ?4, ?5, ?9, ?6, ?6, ?7, ?7 where (select count(*) from campaigns) < ?8;

-- name: change
update campaigns set version = case when version = ?2 then version + 1 end, name = ?3, segment = ?4, schema = ?5, draft = ?6,
  updated_by = ?7, updated_at = ?8, plan = ?9
where id = ?1;

-- name: note_author
-- Whoever changes what an approval binds to; ?1 is the campaign's public id.
insert into campaign_authors (campaign_id, user_id, changed_at) select c.id, ?2, ?3 from campaigns c where c.public_id = ?1 and changes() > 0
on conflict (campaign_id, user_id) do update set changed_at = excluded.changed_at;

-- name: approve
insert into campaign_approvals (campaign_id, user_id, digest, approved_at) values (?1, ?2, ?3, ?4)
on conflict (campaign_id, user_id) do update set digest = excluded.digest, approved_at = excluded.approved_at;

-- name: set_state
-- From the state ?3, and from the version ?2 that somebody saw.
update campaigns set version = case when version = ?2 and state = ?3 then version + 1 end, state = ?4, why = ?5, updated_at = ?6,
  ended_at = case when ?4 in ('finished', 'archived') then coalesce(ended_at, ?6) end
where id = ?1;

-- name: pause_itself
-- Only what runs; whoever has it open is told that it changed.
update campaigns set version = version + 1, state = 'paused', why = ?2, updated_at = ?3 where id = ?1 and state = 'running';

-- name: add_edition
insert into campaign_editions (campaign_id, number, digest, segment, plan, draft, made_by, made_at)
select c.id, coalesce(c.edition, 0) + 1, ?2, c.segment, c.plan, c.draft, ?3, ?4 from campaigns c where c.id = ?1;

-- name: launch
-- Once: from the version ?2, and only while nothing runs yet. ?4: the first touches leave not before.
update campaigns set version = case when version = ?2 then version + 1 end, state = 'running', edition = coalesce(edition, 0) + 1,
  launched_at = ?3, leaves_at = ?4, entered_upto = 0, entered_at = ?3, updated_at = ?3, why = null
where id = ?1 and launched_at is null;

-- name: take_edition
-- What runs takes what was written since.
update campaigns set version = case when version = ?2 then version + 1 end, edition = edition + 1, updated_at = ?3 where id = ?1;

-- name: take_back
-- A launch is undone before anything left.
update campaigns set version = case when version = ?2 and leaves_at > ?3 then version + 1 end, state = 'approved', launched_at = null, leaves_at = null,
  entered_upto = null, updated_at = ?3
where id = ?1;

-- name: forget_entries
delete from entries where campaign_id = ?1;

-- name: forget_touches
delete from touches where campaign_id = ?1;

-- name: resume_entries
-- Those without a touch under way are planned anew.
update entries set next_at = ?2 where campaign_id = ?1 and state = 'open'
  and not exists (select 1 from touches t where t.entry_id = entries.id and t.state in ('planned', 'held', 'claimed', 'sending'));

-- name: end_entries
update entries set state = 'ended', reason = coalesce(reason, ?2), next_at = null, ended_at = ?3 where campaign_id = ?1 and state = 'open';

-- name: got_step
-- Public ids of those who got the step ?2 of the edition ?3 of a campaign; at most ?4.
select c.public_id as id from touches t join customers c on c.id = t.customer_id
where t.campaign_id = ?1 and t.step = ?2 and t.edition = ?3 and t.state in ('sending', 'sent', 'delivered', 'unknown')
order by t.id limit ?4;

-- name: money
-- What is reserved or spent of the campaign ?1; by channel, '' for all.
select channel, reserved from campaign_money where campaign_id = ?1;

-- name: plans
select p.id, p.public_id, p.name, p.plan, p.draft from saved_plans p order by p.name limit 100;

-- name: save_plan
insert into saved_plans (public_id, name, plan, draft, created_by, created_at) select ?1, ?2, c.plan, c.draft, ?4, ?5 from campaigns c
where c.id = ?3 and not exists (select 1 from saved_plans where name = ?2) and (select count(*) from saved_plans) < 100;

-- name: hold
-- Before it is removed: fails where ?2 is not the newest version.
update campaigns set version = case when version = ?2 then version + 1 end where id = ?1;

-- name: remove
-- What ran stays, for what it earned and whom it reached.
delete from campaigns where id = ?1 and launched_at is null;

-- name: sent_today
select sent from test_sends where user_id = ?1 and day = ?2;

-- name: count_test
-- One more of the day ?2, unless ?3 are sent already.
insert into test_sends (user_id, day, sent, sent_at) values (?1, ?2, 1, ?4)
on conflict (user_id, day) do update set sent = test_sends.sent + 1, sent_at = excluded.sent_at where test_sends.sent < ?3;

-- name: put_test
-- Only beside one that was counted.
insert into outbox (channel, recipient, subject, body, html, about, created_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7 where changes() = 1;

-- name: forget_tests
delete from test_sends where day < ?1;

-- name: standing
-- Of those in ?1, what dispatch asks.
select c.id, c.public_id, c.name, c.state, c.leaves_at, c.canary_at, c.canary_passed_at
from json_each(?1) j cross join campaigns c on c.id = j.value;

-- name: canary_is_out
update campaigns set canary_at = ?2 where id = ?1 and canary_at is null;

-- name: canary_passed
update campaigns set canary_passed_at = ?2 where id = ?1 and canary_passed_at is null;

-- All that is held on one person, a table at a time: rows behind the place ?2, at most ?3. ?1: a JSON list of the numbers of their records.
-- at: the row's place.

-- name: records
select c.id as at, c.* from json_each(?1) j cross join customers c on c.id = j.value where c.id > ?2 order by c.id limit ?3;

-- name: contacts
select k.id as at, k.* from json_each(?1) j cross join contacts k on k.customer_id = j.value where k.id > ?2 order by k.id limit ?3;

-- name: consents
select h.id as at, h.* from json_each(?1) j cross join contacts k on k.customer_id = j.value join consents h on h.contact_id = k.id
where h.id > ?2 order by h.id limit ?3;

-- name: identities
select row_number() over (order by i.kind, i.value) as at, i.* from json_each(?1) j cross join identities i on i.customer_id = j.value
order by i.kind, i.value limit ?3 offset ?2;

-- name: orders
select row_number() over (order by o.ordered_at, o.source, o.external_id) as at, o.*
from json_each(?1) j cross join orders o on o.customer_id = j.value order by o.ordered_at, o.source, o.external_id limit ?3 offset ?2;

-- name: order_parts
select row_number() over (order by p.at, p.source, p.order_id, p.external_id) as at, p.source, p.order_id, p.external_id, p.change, p.amount,
  p.currency, p.at as told_at
from json_each(?1) j cross join orders o on o.customer_id = j.value
join order_parts p on p.source = o.source and p.order_id = o.external_id
order by p.at, p.source, p.order_id, p.external_id limit ?3 offset ?2;

-- name: events
select row_number() over (order by e.occurred_at, e.source, e.external_id) as at, e.*
from json_each(?1) j cross join events e on e.customer_id = j.value order by e.occurred_at, e.source, e.external_id limit ?3 offset ?2;

-- name: states
select s.customer_id as at, s.* from json_each(?1) j cross join states s on s.customer_id = j.value where s.customer_id > ?2
order by 1 limit ?3;

-- name: scores
select s.customer_id as at, s.customer_id, s.score, s.scored_at, f.tier, f.p30, f.p60, f.p90, f.lifecycle, f.country
from json_each(?1) j cross join facets f on f.customer_id = j.value left join scores s on s.customer_id = f.customer_id
where f.customer_id > ?2 order by 1 limit ?3;

-- name: notes
select n.id as at, n.* from json_each(?1) j cross join notes n on n.customer_id = j.value where n.id > ?2 order by n.id limit ?3;

-- name: codes
select c.id as at, c.* from json_each(?1) j cross join codes c on c.customer_id = j.value where c.id > ?2 order by c.id limit ?3;

-- name: interventions
select i.id as at, i.* from json_each(?1) j cross join interventions i on i.customer_id = j.value where i.id > ?2 order by i.id limit ?3;

-- name: entries
select e.id as at, c.name as campaign, e.number, e.state, e.reason, e.evidence, e.entered_at, e.ended_at
from json_each(?1) j cross join entries e on e.customer_id = j.value join campaigns c on c.id = e.campaign_id where e.id > ?2 order by e.id limit ?3;

-- name: touches
select t.id as at, c.name as campaign, t.step, t.channel, t.state, t.reason, t.evidence, t.due_at, t.sent_at, t.settled_at, t.inputs
from json_each(?1) j cross join touches t on t.customer_id = j.value join campaigns c on c.id = t.campaign_id where t.id > ?2 order by t.id limit ?3;

-- name: responses
select row_number() over (order by r.occurred_at, r.key) as at, r.kind, r.detail, r.occurred_at
from json_each(?1) j cross join responses r on r.customer_id = j.value order by r.occurred_at, r.key limit ?3 offset ?2;

-- name: tasks
select t.id as at, t.kind, t.title, t.script, t.state, t.outcome, t.note, t.due_at, t.done_at
from json_each(?1) j cross join tasks t on t.customer_id = j.value where t.id > ?2 order by t.id limit ?3;

-- name: set_asides
select a.id as at, a.* from json_each(?1) j cross join set_asides a on a.customer_id = j.value where a.id > ?2 order by a.id limit ?3;

-- name: merges
select m.id as at, m.* from merges m
where (m.winner in (select value from json_each(?1)) or m.loser in (select value from json_each(?1))) and m.id > ?2 order by m.id limit ?3;

-- name: privacy_requests
select r.id as at, r.* from privacy_requests r
where r.customer_id in (select value from json_each(?1)) and r.id > ?2 order by r.id limit ?3;

-- name: parked_messages
select b.id as at, b.* from json_each(?1) j
cross join identities i on i.customer_id = j.value and i.kind = 'anonymous'
join parked p on p.source = substr(i.value, 1, instr(i.value, ':') - 1) + 0 and p.anonymous_id = substr(i.value, instr(i.value, ':') + 1)
join inbox b on b.id = p.inbox_id
where b.id > ?2 order by b.id limit ?3;

-- name: answers
-- ?1: texts that name the person.
select i.created_at as at, i.created_at, i.status, i.body from idempotency i
where i.body is not null and exists (select 1 from json_each(?1) j where instr(lower(i.body), j.value) > 0)
order by i.created_at limit ?3 offset ?2;

-- name: newest_message
select coalesce(max(id), 0) as upto from inbox;

-- name: segment_moves
select row_number() over (order by m.customer_id, m.day) as at, m.* from json_each(?1) j cross join segment_moves m on m.customer_id = j.value
order by m.customer_id, m.day limit ?3 offset ?2;

-- name: model_answers
select row_number() over (order by a.created_at, a.digest) as at, a.* from json_each(?1) j cross join model_answers a on a.customer_id = j.value
order by a.created_at, a.digest limit ?3 offset ?2;

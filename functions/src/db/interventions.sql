-- What is begun for customers, and what came of it.

-- name: standing
-- Where the customer ?1 stands; chances per mille.
select f.value_tier, f.reason, f.engagement, f.win_back, f.country, f.contact, f.alone, f.margin_back, f.order_back, f.excluded, f.sample,
  (select count(*) from interventions i where i.customer_id = f.customer_id) as begun,
  (select k.email from contacts k where k.customer_id = f.customer_id and k.email is not null order by k.id limit 1) as email
from facets f where f.customer_id = ?1;

-- name: store_person
-- What a store of the kind ?2 calls the customer ?1.
select substr(i.value, instr(i.value, ':') + 1) as id
from identities i join sources s on s.id = substr(i.value, 1, instr(i.value, ':') - 1) + 0
where i.customer_id = ?1 and i.kind = 'external' and s.kind = ?2 and s.removed_at is null
order by i.created_at limit 1;

-- name: open_ladder
-- The newest of the customer ?1 that is still open at ?2.
select i.ladder, (select count(*) from interventions j where j.customer_id = ?1 and j.ladder = i.ladder and j.state <> 'cancelled') as rungs,
  i.public_id, i.offer, i.depth, i.code_id
from interventions i
where i.customer_id = ?1 and i.state in ('planned', 'started') and i.expires_at >= ?2
order by i.id desc limit 1;

-- name: spent
-- ?1 customer, ?2 its open ladder, ?3 and ?4 where the shop's period and the customer's begin, ?5 now. What lapsed unused costs nothing.
select
  (
    select coalesce(sum(case when i.outcome is 'accepted' or c.state is 'redeemed' then i.reserved else i.counted end), 0)
    from interventions i left join codes c on c.id = i.code_id
    where i.created_at >= ?3 and i.state <> 'cancelled' and not (i.customer_id = ?1 and i.ladder is ?2)
      and (i.expires_at >= ?5 or i.outcome is 'accepted' or c.state is 'redeemed')
  ) as period,
  (
    select coalesce(sum(i.reserved), 0) from interventions i left join codes c on c.id = i.code_id
    where i.customer_id = ?1 and i.created_at >= ?4 and i.state <> 'cancelled' and i.ladder is not ?2
      and (i.expires_at >= ?5 or i.outcome is 'accepted' or c.state is 'redeemed')
  ) as person,
  (select max(i.created_at) from interventions i where i.customer_id = ?1 and i.state <> 'cancelled' and i.ladder is not ?2) as last_offer,
  (
    select json_array(i.created_at, i.depth, i.ladder) from interventions i
    where i.customer_id = ?1 and i.state <> 'cancelled' and i.depth > 0 order by i.id desc limit 1
  ) as last_discount;

-- name: add_intervention
-- Only while what was decided on still holds: nothing else was begun for the customer (?27), and the budget (?28) and the customer's cap
-- (?29) still hold what it may cost, in this very statement. ?30 and ?31: where their periods begin; ?32: what the budget counts for it.
insert into interventions (public_id, customer_id, offer, kind, name, terms, depth, ladder, rung, channel, maker, owner_id, due_at, state,
  value_tier, reason, engagement, win_back, decision, fulfilment, reserved, expected, expires_at, matures_at, created_by, created_at, updated_at, counted)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?26, ?32
where (select count(*) from interventions i where i.customer_id = ?2) = ?27
  and ?32 + (
    select coalesce(sum(case when i.outcome is 'accepted' or c.state is 'redeemed' then i.reserved else i.counted end), 0)
    from interventions i left join codes c on c.id = i.code_id
    where i.created_at >= ?30 and i.state <> 'cancelled' and not (i.customer_id = ?2 and i.ladder = ?8)
      and (i.expires_at >= ?26 or i.outcome is 'accepted' or c.state is 'redeemed')
  ) <= ?28
  and ?21 + (
    select coalesce(sum(i.reserved), 0) from interventions i left join codes c on c.id = i.code_id
    where i.customer_id = ?2 and i.created_at >= ?31 and i.state <> 'cancelled' and i.ladder <> ?8
      and (i.expires_at >= ?26 or i.outcome is 'accepted' or c.state is 'redeemed')
  ) <= ?29;

-- name: rung
-- The newest of the ladder ?2 of the customer ?1, with its code.
select i.offer, i.depth, i.expires_at, c.form, c.state as code_state, json_extract(c.terms, '$.code') as code
from interventions i left join codes c on c.id = i.code_id
where i.customer_id = ?1 and i.ladder = ?2 and i.state <> 'cancelled' order by i.id desc limit 1;

-- name: follow_up
-- Rungs before this one are done with it: what they reserved is in the newest.
update interventions set state = 'done', reserved = 0, counted = 0, matured_at = ?3, done_at = ?3, updated_at = ?3, version = version + 1
where customer_id = (select customer_id from interventions where public_id = ?1) and ladder = ?2 and public_id <> ?1
  and state in ('planned', 'started');

-- name: begin_now
-- What nobody has to wait for has begun.
update interventions set state = 'started', started_at = ?2 where public_id = ?1 and maker = 'machine' and state = 'planned'
  and code_id in (select id from codes where state = 'issued');

-- name: interventions
-- ?1 public id, ?2 customer, ?3 list of states, ?4 owner, ?5 maker; behind ?6.
select i.id, i.public_id, k.public_id as customer, k.name as customer_name, k.owner_id as customer_owner, i.customer_id, i.offer, i.kind, i.name, i.depth, i.rung,
  i.channel, i.maker, i.owner_id, u.public_id as owner, u.name as owner_name, i.due_at, i.state, i.outcome, i.note, i.value_tier, i.reason,
  i.engagement, i.win_back, i.decision, i.code_id, i.reserved, i.expires_at, i.returned, i.margin, i.created_at, i.done_at, i.version,
  f.provider, f.settings, c.public_id as code
from interventions i join customers k on k.id = i.customer_id left join users u on u.id = i.owner_id
  left join fulfilments f on f.id = i.fulfilment left join codes c on c.id = i.code_id
where (?1 is null or i.public_id = ?1) and (?2 is null or k.public_id = ?2) and (?3 is null or i.state in (select value from json_each(?3)))
  and (?4 is null or i.owner_id = ?4) and (?5 is null or i.maker = ?5) and i.id < ?6
order by i.id desc limit ?7;

-- name: change_intervention
-- Fails where ?2 is not the newest version. What is cancelled costs nothing any more.
update interventions set version = case when version = ?2 then version + 1 end, state = ?3, outcome = ?4, note = ?5, owner_id = ?6, due_at = ?7,
  updated_at = ?8, started_at = case when ?3 = 'started' then coalesce(started_at, ?8) else started_at end,
  done_at = case when ?3 in ('done', 'cancelled') then ?8 end
where public_id = ?1;

-- name: ripe
-- Windows that are over by ?1, with what the customer bought inside.
select i.id, i.value_tier * 8 + i.reason as row, i.offer, i.expected, i.reserved, i.outcome, c.state as code,
  (
    select json_group_array(json_array(o.ordered_at, o.amount - o.refunded, o.currency)) from orders o
    where o.customer_id = i.customer_id and o.ordered_at > i.created_at and o.ordered_at <= i.matures_at
      and o.status in ('paid', 'refunded') and o.cancelled_at is null
  ) as orders
from interventions i left join codes c on c.id = i.code_id
where i.matured_at is null and i.matures_at <= ?1 and i.state <> 'cancelled'
order by i.matures_at limit ?2;

-- name: mature
-- [id, returned, margin].
update interventions set returned = j.value ->> 1, margin = j.value ->> 2, matured_at = ?2, updated_at = ?2
from json_each(?1) j where interventions.id = j.value ->> 0;

-- name: pass_over_cancelled
-- Nobody asks what came of them.
update interventions set matured_at = ?1 where matured_at is null and matures_at <= ?1 and state = 'cancelled';

-- name: spent_by_all
-- Of the budget, in the period from ?1 on; ?2 is now. As in spent, with nobody's open ladder left out.
select coalesce(sum(case when i.outcome is 'accepted' or c.state is 'redeemed' then i.reserved else i.counted end), 0) as period
from interventions i left join codes c on c.id = i.code_id
where i.created_at >= ?1 and i.state <> 'cancelled' and (i.expires_at >= ?2 or i.outcome is 'accepted' or c.state is 'redeemed');

-- name: given_to
-- What was given to the customers in ?1, of those who got anything: ?2 where their period begins, ?3 now. begun: the newest that is not done.
select i.customer_id,
  sum(case when i.created_at >= ?2 and (i.expires_at >= ?3 or i.outcome is 'accepted' or c.state is 'redeemed') then i.reserved else 0 end) as person,
  max(i.created_at) as last_offer,
  (
    select json_array(d.created_at, d.depth) from interventions d
    where d.customer_id = i.customer_id and d.state <> 'cancelled' and d.depth > 0 order by d.id desc limit 1
  ) as last_discount,
  (
    select json_array(o.public_id, o.name, o.created_at, o.due_at) from interventions o
    where o.customer_id = i.customer_id and o.state in ('planned', 'started') order by o.id desc limit 1
  ) as begun
from json_each(?1) j cross join interventions i on i.customer_id = j.value and i.state <> 'cancelled'
left join codes c on c.id = i.code_id
group by i.customer_id;

-- Scoring, a page of customers by primary key at a time. One batch claims a page and reads it (claim_page, page, page_orders,
-- page_events), another writes it (hold_lease, store_states, store_scores, store_facets).

-- name: claim_page
-- Fixes the page in the lease: customers after ?4 up to the last one, as many as ?7 allows and as their orders and events fit into ?8 rows
-- (at least one customer). Whoever stores an order of a customer of this page from now on sets dirty to 2, and store_facets leaves such a
-- customer to be folded again.
update leases set
  token = case when token = ?1 then token end,
  expires_at = cast(unixepoch('subsec') * 1000 as integer) + ?2,
  cursor = json_set(?3, '$.from', ?4, '$.to', (
    with candidates as (
      select customer_id, dirty from facets
      where customer_id > ?4 and (dirty > 0 or rescore_day <= ?5 or ?6)
      order by customer_id limit ?7
    ),
    weighed as (
      select customer_id, case when dirty = 0 then 0 else
        (select count(*) from orders o where o.customer_id = candidates.customer_id)
        + (select count(*) from events e where e.customer_id = candidates.customer_id) end as weight
      from candidates
    ),
    running as (select customer_id, sum(weight) over (order by customer_id) - weight as before from weighed)
    select max(customer_id) from running where before < ?8
  ))
where name = 'score';

-- name: calm_page
-- What an earlier run that died left as in flight is read by this page.
update facets set dirty = 1 where dirty = 2
and customer_id > (select cursor ->> '$.from' from leases where name = 'score')
and customer_id <= (select cursor ->> '$.to' from leases where name = 'score');

-- name: page
-- Traits only where the model or a segment reads any. ?4: domains of the shop's own people, a JSON list. bases: of the customer and of every record that was merged into theirs.
select f.customer_id, f.dirty, s.state, case when f.dirty > 0 then (
    with recursive record(id) as (
      select f.customer_id union all select m.loser from record r join merges m on m.winner = r.id and m.undone_at is null
    )
    select json_group_array(json(b.base)) from record r join states b on b.customer_id = r.id where b.base is not null having count(*) > 0
  ) end as bases, c.model_id, c.score, c.history, l.cursor ->> '$.to' as upto,
  (
    select json_group_array(json_array(a.reason, a.from_day, a.until_day))
    from set_asides a where a.customer_id = f.customer_id and a.lifted_at is null and a.until_day >= ?1
    having count(*) > 0
  ) as asides,
  exists (select 1 from customers p where p.id = f.customer_id and p.objected_at is not null) as objected,
  (select p.reason from customers p where p.id = f.customer_id) as reason,
  case when ?3 then (
    select json_array(p.traits, p.traits_at, p.traits_earlier, p.updated_at) from customers p where p.id = f.customer_id
  ) end as traits,
  (select p.tags from customers p where p.id = f.customer_id) as tags,
  ?4 <> '[]' and exists (
    select 1 from contacts k
    where k.customer_id = f.customer_id and substr(k.email, instr(k.email, '@') + 1) in (select value from json_each(?4))
  ) as staff,
  f.tier, f.segment,
  json_array(
    json_array(f.reason, f.engagement, f.value_tier, f.win_back, f.segment, f.excluded, f.waiting, f.regain, f.contact, f.alone, f.margin_back, f.order_back),
    json_array(f.t1, f.t2, f.t3, f.t4, f.t5, f.t6, f.t7, f.t8, f.t9, f.t10, f.t11, f.t12, f.t13, f.t14, f.t15, f.t16, f.t17, f.t18, f.t19, f.t20)
  ) as placed
from leases l
join facets f on f.customer_id > l.cursor ->> '$.from' and f.customer_id <= l.cursor ->> '$.to'
left join states s on s.customer_id = f.customer_id
left join scores c on c.customer_id = f.customer_id
where l.name = 'score' and (f.dirty > 0 or f.rescore_day <= ?1 or ?2)
order by f.customer_id;

-- name: page_orders
-- Texts of at most 4,000 orders each: a text may have 2 MB.
select json_group_array(json_array(customer_id, ordered_at, amount, currency, refunded, discount, status)) as facts
from (
  select o.customer_id, o.ordered_at, o.amount, o.currency, o.refunded, o.discount, o.status, row_number() over () as n
  from leases l
  join facets f on f.customer_id > l.cursor ->> '$.from' and f.customer_id <= l.cursor ->> '$.to' and f.dirty > 0
  join orders o on o.customer_id = f.customer_id
  where l.name = 'score'
)
group by n / 4000;

-- name: page_events
-- Texts of about 1 MB each.
select json_group_array(json_array(customer_id, occurred_at, name, properties)) as facts
from (
  select e.customer_id, e.occurred_at, e.name, e.properties, sum(length(e.properties) + 200) over (rows unbounded preceding) as bytes
  from leases l
  join facets f on f.customer_id > l.cursor ->> '$.from' and f.customer_id <= l.cursor ->> '$.to' and f.dirty > 0
  join events e on e.customer_id = f.customer_id
  where l.name = 'score'
)
group by bytes / 1000000;

-- name: store_states
-- [customer_id, schema, state]
insert into states (customer_id, schema, state, version, folded_at)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, 1, ?2 from json_each(?1) j where true
on conflict (customer_id) do update set schema = excluded.schema, state = excluded.state, version = states.version + 1,
  folded_at = excluded.folded_at;

-- name: store_scores
-- [customer_id, score, history]
insert into scores (customer_id, model_id, score, history, scored_at)
select j.value ->> 0, ?2, j.value ->> 1, j.value ->> 2, ?3 from json_each(?1) j where true
on conflict (customer_id) do update set model_id = excluded.model_id, score = excluded.score, history = excluded.history,
  scored_at = excluded.scored_at;

-- name: store_facets
-- [customer_id, lifecycle, tier, p30, p60, p90, value, first_day, last_day, buy_days, orders, deadline_day, rescore_day, was_dirty,
--  [reason, engagement, value_tier, win_back, segment, excluded, waiting, regain, contact, alone, margin_back, order_back], [t1 to t20]]
-- Stays dirty where something came for the customer after the page was read.
update facets set dirty = case when dirty = 2 then 1 when j.value ->> 13 then 0 else dirty end,
  lifecycle = j.value ->> 1, tier = j.value ->> 2, p30 = j.value ->> 3, p60 = j.value ->> 4, p90 = j.value ->> 5, value = j.value ->> 6,
  first_day = j.value ->> 7, last_day = j.value ->> 8, buy_days = j.value ->> 9, orders = j.value ->> 10,
  deadline_day = j.value ->> 11, rescore_day = j.value ->> 12,
  reason = j.value ->> '$[14][0]', engagement = j.value ->> '$[14][1]', value_tier = j.value ->> '$[14][2]', win_back = j.value ->> '$[14][3]',
  segment = j.value ->> '$[14][4]', excluded = j.value ->> '$[14][5]', waiting = j.value ->> '$[14][6]', regain = j.value ->> '$[14][7]',
  contact = j.value ->> '$[14][8]', alone = j.value ->> '$[14][9]', margin_back = j.value ->> '$[14][10]', order_back = j.value ->> '$[14][11]',
  t1 = j.value ->> '$[15][0]', t2 = j.value ->> '$[15][1]', t3 = j.value ->> '$[15][2]', t4 = j.value ->> '$[15][3]', t5 = j.value ->> '$[15][4]',
  t6 = j.value ->> '$[15][5]', t7 = j.value ->> '$[15][6]', t8 = j.value ->> '$[15][7]', t9 = j.value ->> '$[15][8]', t10 = j.value ->> '$[15][9]',
  t11 = j.value ->> '$[15][10]', t12 = j.value ->> '$[15][11]', t13 = j.value ->> '$[15][12]', t14 = j.value ->> '$[15][13]', t15 = j.value ->> '$[15][14]',
  t16 = j.value ->> '$[15][15]', t17 = j.value ->> '$[15][16]', t18 = j.value ->> '$[15][17]', t19 = j.value ->> '$[15][18]', t20 = j.value ->> '$[15][19]'
from json_each(?1) j where facets.customer_id = j.value ->> 0;

-- name: store_moves
-- [customer_id, was, became, tier_was, tier_became]: of several moves of a day, from where the first began to where the last ended.
insert into segment_moves (customer_id, day, was, became, tier_was, tier_became)
select j.value ->> 0, ?2, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4 from json_each(?1) j where true
on conflict (customer_id, day) do update set
  was = coalesce(segment_moves.was, excluded.was), became = coalesce(excluded.became, segment_moves.became),
  tier_was = coalesce(segment_moves.tier_was, excluded.tier_was), tier_became = coalesce(excluded.tier_became, segment_moves.tier_became);

-- name: any_to_score
select exists (select 1 from facets where dirty > 0 or rescore_day <= ?1) as yes;

-- name: dirty_foreign
-- Those with an order in a foreign currency, after a change of rates; everybody after a change of the home currency.
update facets set dirty = 1
where dirty = 0 and customer_id > ?1 and customer_id <= ?2
  and (?3 or exists (
    select 1 from orders o where o.customer_id = facets.customer_id and o.currency <> (select home_currency from shop where id = 1)
  ));

-- name: page_end
select max(customer_id) as upto from (select customer_id from facets where customer_id > ?1 order by customer_id limit ?2);

-- name: mark_dirty
update facets set dirty = 1 where dirty = 0 and customer_id in (select value from json_each(?1));

-- name: remove_scores
delete from scores where customer_id in (select value from json_each(?1));

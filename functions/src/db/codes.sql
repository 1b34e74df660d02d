-- Promises to people, from the moment in which they are reserved to the order that uses them.

-- name: reserve_code
-- One a key: whoever comes second finds the first one's. Only where the intervention before it was stored.
insert into codes (public_id, key, fulfilment, customer_id, offer, form, text, state, terms, due_at, expires_at, created_at, updated_at,
  issued_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?10, ?10, case when ?8 = 'issued' then ?10 end
where exists (select 1 from interventions where public_id = ?12)
on conflict (key) do nothing;

-- name: claim_pool_code
-- Takes a free code of the list ?3 for the key ?2, in one statement: nobody else can have it.
insert into codes (public_id, key, fulfilment, customer_id, offer, form, text, state, terms, due_at, expires_at, created_at, updated_at,
  issued_at)
select ?1, ?2, ?3, ?4, ?5, 'code', p.folded, 'issued', json_set(?6, '$.code', p.text), ?7, ?8, ?7, ?7, ?7
from pool_codes p
where p.fulfilment = ?3 and p.code is null and exists (select 1 from interventions where public_id = ?9)
  and not exists (select 1 from codes c where c.key = ?2)
order by p.folded limit 1
on conflict (key) do nothing;

-- name: mark_pool_code
-- Whose it is by now.
update pool_codes set code = (select c.id from codes c where c.key = ?1)
where folded = (select c.text from codes c where c.key = ?1) and code is null;

-- name: tie_code
-- The intervention of ?1 rests on the code of the key ?2; without one the batch fails.
update interventions set code_id = (select c.id from codes c where c.key = ?2),
  version = case when exists (select 1 from codes c where c.key = ?2) then version end
where public_id = ?1;

-- name: raise_code
-- The same code with deeper terms: it is asked for again where the store has it.
update codes set terms_before = terms, terms = json_set(?2, '$.code', json_extract(terms, '$.code'), '$.key', key), rung = rung + 1, expires_at = ?3, due_at = ?4,
  updated_at = ?4, tries = 0, error = null, state = 'reserved'
where key = ?1 and form = 'code' and state in ('reserved', 'issued') and exists (select 1 from interventions where public_id = ?5);

-- name: end_code
-- Nobody is to have it any more. What the store never heard of is ended at once.
update codes set due_at = ?2, updated_at = ?2, error = null, tries = 0, state = case
    when external_id is null and state in ('reserved', 'failed') then 'revoked'
    when fulfilment in (select id from fulfilments where provider in ('pool', 'booking', 'task')) then 'revoked'
    else 'revoking'
  end
where id = ?1 and state in ('reserved', 'creating', 'unknown', 'issued', 'failed');

-- name: due_connection
-- The way that has waited longest, of those that may be asked; ?1 is now.
select f.id from codes c join fulfilments f on f.id = c.fulfilment
where c.state in ('reserved', 'creating', 'unknown', 'revoking') and c.due_at <= ?1 and f.state = 'live' and f.not_before <= ?1
order by c.due_at, c.id limit 1;

-- name: due_codes
select c.id, c.key, c.customer_id, c.form, c.state, c.rung, c.terms, c.terms_before, c.external_id, c.poll, c.tries, c.error, l.id as lot, l.title as lot_title,
  l.text as lot_text, l.external_id as lot_external_id
from codes c left join code_lots l on l.id = c.lot
where c.fulfilment = ?1 and c.state in ('reserved', 'creating', 'unknown', 'revoking') and c.due_at <= ?2
order by c.due_at, c.id limit ?3;

-- name: mark_creating
-- [id, lot]: from here on the store may know of them.
update codes set state = 'creating', lot = j.value ->> 1, updated_at = ?2 from json_each(?1) j
where codes.id = j.value ->> 0 and codes.state = 'reserved';

-- name: settle_codes
-- [id, state, text, external_id, poll, lot, error, due_at, terms].
update codes set state = j.value ->> 1, text = coalesce(j.value ->> 2, codes.text), external_id = coalesce(j.value ->> 3, codes.external_id),
  poll = j.value ->> 4, lot = j.value ->> 5, error = j.value ->> 6, due_at = j.value ->> 7, terms = coalesce(j.value ->> 8, codes.terms),
  tries = codes.tries + 1, updated_at = ?2,
  issued_at = case when j.value ->> 1 = 'issued' then coalesce(codes.issued_at, ?2) else codes.issued_at end,
  checked_at = case when j.value ->> 1 = 'issued' then ?2 else codes.checked_at end
from json_each(?1) j where codes.id = j.value ->> 0 and codes.state <> 'redeemed';

-- name: start_interventions
-- Whatever rests on codes that are there now may be told.
update interventions set state = 'started', started_at = ?1, updated_at = ?1, version = version + 1
where state = 'planned' and maker = 'machine' and code_id in (select id from codes where state = 'issued' and updated_at = ?1);

-- name: add_lot
insert into code_lots (fulfilment, title, text, created_at) values (?1, ?2, ?3, ?4) on conflict (fulfilment, title) do nothing;

-- name: lot
select id, title, text, external_id from code_lots where fulfilment = ?1 and title = ?2;

-- name: know_lot
update code_lots set external_id = ?2 where id = ?1;

-- name: next_due
-- Milliseconds until something of this kind is due again.
select min(max(c.due_at, f.not_before)) - ?1 as millis from codes c join fulfilments f on f.id = c.fulfilment
where c.state in ('reserved', 'creating', 'unknown', 'revoking') and f.state = 'live';

-- name: wake_codes_in
-- D1's clock: ?1 milliseconds from now, in the place of the wake that this run answered; one that is due is somebody's new work.
insert into wakes (job, due_at) values ('codes', cast(unixepoch('subsec') * 1000 as integer) + ?1)
on conflict (job) do update set due_at = excluded.due_at where wakes.due_at > cast(unixepoch('subsec') * 1000 as integer);

-- name: unchecked_connection
-- A store some of whose codes nobody has looked at since ?1.
select f.id from codes c join fulfilments f on f.id = c.fulfilment
where c.state = 'issued' and c.form = 'code' and coalesce(c.checked_at, 0) < ?1 and f.state = 'live' and f.not_before <= ?2
  and f.provider in ('stripe', 'shopify', 'woocommerce')
order by c.checked_at limit 1;

-- name: unchecked_codes
select c.id, c.key, c.customer_id, c.form, c.state, c.rung, c.terms, c.terms_before, c.external_id, c.poll, c.tries, c.error, l.id as lot, l.title as lot_title,
  l.text as lot_text, l.external_id as lot_external_id
from codes c left join code_lots l on l.id = c.lot
where c.fulfilment = ?1 and c.state = 'issued' and c.form = 'code' and coalesce(c.checked_at, 0) < ?2
order by c.checked_at, c.id limit ?3;

-- name: check_codes
-- [id, outcome, error]: what the store says of codes that were issued. `used` counts where no order told it before.
update codes set checked_at = ?2, error = j.value ->> 2,
  state = case j.value ->> 1 when 'used' then 'redeemed' when 'gone' then 'failed' else codes.state end,
  redeemed_at = case when j.value ->> 1 = 'used' then ?2 else codes.redeemed_at end,
  updated_at = case when j.value ->> 1 in ('used', 'gone') then ?2 else codes.updated_at end
from json_each(?1) j where codes.id = j.value ->> 0 and codes.state = 'issued';

-- name: expire_codes
update codes set state = 'expired', updated_at = ?1 where state = 'issued' and expires_at < ?1;

-- name: redeem_codes
-- By orders that changed since they were looked through last, with an hour over. Whoever used it is written down, whoever it is.
with u (text, ordered_at, customer_id, external_id) as materialized (
  select upper(trim(j.value)), o.ordered_at, o.customer_id, o.external_id
  from orders o cross join json_each(o.codes) j
  where o.codes is not null
    and o.changed_at >= max((select upto from code_orders where id = 1) - 3600000, (select min(created_at) from codes))
    and o.status in ('paid', 'pending') and o.cancelled_at is null
)
update codes set (state, redeemed_at, redeemed_by, redeemed_order, updated_at, error) = (
  select 'redeemed', u.ordered_at, u.customer_id, u.external_id, ?1, case when u.customer_id <> codes.customer_id then 'Somebody else used it' end
  from u where u.text = codes.text order by u.ordered_at limit 1
)
where codes.text in (select text from u) and codes.state <> 'failed' and codes.redeemed_order is null;

-- name: reopen_codes
-- The order that used it was cancelled: the code is as good as before.
update codes set state = case when expires_at < ?1 then 'expired' else 'issued' end, redeemed_at = null, redeemed_by = null,
  redeemed_order = null, error = null, updated_at = ?1
where state = 'redeemed' and redeemed_order is not null and exists (
  select 1 from orders o where o.customer_id = codes.redeemed_by and o.external_id = codes.redeemed_order
    and (o.cancelled_at is not null or o.status = 'cancelled')
);

-- name: orders_were_read
update code_orders set upto = max(upto, ?1) where id = 1;

-- name: any_codes
-- ?1: codes that nobody has looked at since; ?2 is now.
select exists (select 1 from codes where state in ('reserved', 'creating', 'unknown', 'revoking') and due_at <= ?2)
  or exists (select 1 from codes where state in ('issued', 'redeemed')) or exists (
    select 1 from interventions where matured_at is null and matures_at <= ?2
  ) as yes;

-- name: codes_by_id
-- Of the public ids in ?1.
select c.id, c.public_id, c.form, c.text, c.state, c.rung, c.terms, c.error, c.expires_at, c.issued_at, c.redeemed_at, c.redeemed_order,
  c.created_at, c.offer, k.public_id as customer, k.name as customer_name, r.public_id as redeemer, f.name as fulfilment_name, f.provider
from json_each(?1) j cross join codes c on c.public_id = j.value join customers k on k.id = c.customer_id
  join fulfilments f on f.id = c.fulfilment left join customers r on r.id = c.redeemed_by;

-- name: codes
-- Of the customer ?1 and in the states of ?2, where they are given, behind ?3.
select c.id, c.public_id, c.form, c.text, c.state, c.rung, c.terms, c.error, c.expires_at, c.issued_at, c.redeemed_at, c.redeemed_order,
  c.created_at, c.offer, k.public_id as customer, k.name as customer_name, r.public_id as redeemer, f.name as fulfilment_name,
  f.provider
from codes c join customers k on k.id = c.customer_id join fulfilments f on f.id = c.fulfilment left join customers r on r.id = c.redeemed_by
where (?1 is null or k.public_id = ?1) and (?2 is null or c.state in (select value from json_each(?2))) and c.id < ?3
order by c.id desc limit ?4;

-- Language models: how they are asked, what they cost, and what they answered.

-- name: copywriter
-- ?1: today; ?2: the first day of the month.
select c.enabled, c.provider, c.model, c.base_url, c.api_version, c.ticket_text, c.currency, c.input_price, c.output_price, c.per_call,
  c.per_day, c.per_month, c.timeout_seconds, c.dialect, c.last_status, c.last_reason, c.last_at, c.version,
  coalesce((select spent from model_spend where day = ?1), 0) as spent_day,
  coalesce((select sum(spent) from model_spend where day between ?2 and ?1), 0) as spent_month,
  coalesce((select sum(calls) from model_spend where day between ?2 and ?1), 0) as calls_month,
  (
    select json_object('id', x.id, 'owner', x.owner, 'name', x.name, 'sealed',
      json_object('key_id', x.key_id, 'nonce', x.nonce, 'ciphertext', x.ciphertext))
    from secrets x where x.owner = 'copywriter' limit 1
  ) as secret
from copywriter c where c.id = 1;

-- name: change_copywriter
-- The batch fails where ?1 is not the newest version. What the server was found to know is found anew.
update copywriter set version = case when version = ?1 then version + 1 end, enabled = ?2, provider = ?3, model = ?4, base_url = ?5,
  api_version = ?6, ticket_text = ?7, currency = ?8, input_price = ?9, output_price = ?10, per_call = ?11, per_day = ?12, per_month = ?13,
  timeout_seconds = ?14, updated_at = ?15, dialect = null
where id = 1;

-- name: reserve
-- Sets ?2 aside on the day ?1 for a call, only where every cap holds it; ?3: the first day of the month; ?4: also while it is off.
insert into model_spend (day, spent, calls)
select ?1, ?2, 1 from copywriter c
where c.id = 1 and (c.enabled = 1 or ?4) and ?2 <= c.per_call
  and ?2 + coalesce((select spent from model_spend where day = ?1), 0) <= c.per_day
  and ?2 + coalesce((select sum(spent) from model_spend where day between ?3 and ?1), 0) <= c.per_month
on conflict (day) do update set spent = model_spend.spent + excluded.spent, calls = model_spend.calls + 1;

-- name: settle
-- What was ?2 set aside on the day ?1 is ?3 spent.
update model_spend set spent = max(0, spent - ?2 + ?3) where day = ?1;

-- name: told
-- What came of a call; ?4: what the server was found to know, null where nothing new was.
update copywriter set last_status = ?1, last_reason = ?2, last_at = ?3, dialect = coalesce(?4, dialect) where id = 1;

-- name: kept_answer
select answer from model_answers where digest = ?1 and created_at >= ?2;

-- name: keep_answer
-- ?2: of which customer it tells, null of none. Not of somebody who is gone meanwhile.
insert into model_answers (digest, customer_id, model, answer, created_at)
select ?1, (select id from customers where public_id = ?2), ?3, ?4, ?5
where ?2 is null or exists (select 1 from customers where public_id = ?2)
on conflict (digest) do update set answer = excluded.answer, created_at = excluded.created_at;

-- name: prune_answers
-- Some of those from before ?1.
delete from model_answers where digest in (select digest from model_answers where created_at < ?1 order by created_at limit 50);

-- How the shop sends, and what it sent, counted by the day.

-- name: find
select s.settings, s.version, p.sending_stopped as is_stopped from sending s, shop p where s.id = 1 and p.id = 1;

-- name: replace
update sending set version = case when version = ?1 then version + 1 end, settings = ?2, updated_at = ?3 where id = 1;

-- name: stop
-- ?1: 1 to stop, 0 to go on. Whoever claims or sends reads it in the same statement.
update shop set sending_stopped = ?1, version = version + 1, updated_at = ?2 where id = 1 and sending_stopped <> ?1;

-- name: count
-- [scope, measure, day, amount].
insert into sending_days (scope, measure, day, amount)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3 from json_each(?1) j where true
on conflict (scope, measure, day) do update set amount = sending_days.amount + excluded.amount;

-- name: counted
-- Of the scopes in ?1, all days summed up from ?2 on.
select d.scope, d.measure, sum(d.amount) as amount
from json_each(?1) j cross join sending_days d on d.scope = j.value
where d.day >= ?2 group by 1, 2;

-- name: mailboxes
-- What went to each mailbox provider for the campaign ?1: scopes are 'campaign:7:@gmail'.
select d.scope, d.measure, sum(d.amount) as amount from sending_days d
where d.scope >= 'campaign:' || ?1 || ':@' and d.scope < 'campaign:' || ?1 || ':A' group by 1, 2;

-- name: money
-- By campaign of those in ?1.
select m.campaign_id, m.channel, m.reserved from json_each(?1) j cross join campaign_money m on m.campaign_id = j.value;

-- Messages of a local run that go nowhere.

-- name: put_in_outbox
-- [channel, recipient, subject, body, html, touch]: each with the customer whom the touch is of.
insert into outbox (channel, recipient, subject, body, html, about, created_at)
select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4,
  (select t.customer_id from touches t where t.id = j.value ->> 5), ?2
from json_each(?1) j order by j.key;

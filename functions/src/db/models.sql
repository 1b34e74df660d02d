-- name: live_model
select id, parameters, card, created_at from models where name = 'risk' and live = 1 order by id desc limit 1;

-- name: retire_models
update models set live = 0 where name = 'risk' and live = 1;

-- name: store_model
insert into models (name, parameters, card, live, created_at) values ('risk', ?1, ?2, 1, ?3) returning id;

-- name: groups
-- Purchase histories as groups, of the customers after ?1 up to ?2: [repeats, recency, age, customers].
select json_group_array(json_array(repeats, recency, age, n)) as groups
from (
  select buy_days - 1 as repeats, last_day - first_day as recency, cast(?3 as integer) - first_day as age, count(*) as n
  from facets
  where customer_id > ?1 and customer_id <= ?2 and buy_days > 0 and first_day <= ?3
  group by 1, 2, 3
);

-- name: customers_with_orders
select count(*) as n from facets where buy_days > 0;

-- name: sample_states
-- Spread over all: one customer in ?3.
select state from states where customer_id > ?1 and customer_id <= ?2 and customer_id % ?3 = 0;

-- name: prune_models
delete from models where live = 0 and id not in (select model_id from scores) and created_at < ?1;

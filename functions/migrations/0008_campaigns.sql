-- A message laid out, beside its plain text in `body`.
alter table outbox add column html text;

-- What a thing cost before its price last fell, in its currency's minor unit, and when it fell; nothing after a rise.
alter table products add column price_before integer;
alter table products add column price_fell_at integer;

-- Models that are compared before they are used, fits that go on where they stopped, and customers whom a person set aside.

-- How a model came to be used or refused: shared::api::Comparison as JSON; null for one that nothing was there to compare with.
alter table models add column comparison text;
-- Null where the version before made it: its number says it then, see models.sql.
alter table models add column public_id text;
-- 'worker' or 'browser'.
alter table models add column source text not null default 'worker';
create index models_by_public_id on models (public_id);

-- What a fit has gathered so far, a part a row, so that a run that dies goes on behind its last part. body is JSON.
create table fit_parts (
  part integer primary key,
  body text not null
) strict;

-- Not at risk, said by a person: why, from which day to which (both included), and since when that no longer holds.
create table set_asides (
  id integer primary key,
  customer_id integer not null,
  reason text not null,
  from_day integer not null,
  until_day integer not null,
  note text,
  user_id integer,
  created_at integer not null,
  lifted_at integer
) strict;

create index set_asides_by_customer on set_asides (customer_id, created_at);

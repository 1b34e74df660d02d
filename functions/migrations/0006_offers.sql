-- Why customers leave, their segments, improvements, and what is offered to whom.

-- Where each customer stands (shared::segment::Cell): value tier, chance of return; reason and engagement stand in facets already.
alter table facets add column value_tier integer not null default 0;
alter table facets add column win_back integer not null default 0;
-- The micro-segment after small cells are merged: a number of shared::segment, null before it is known.
alter table facets add column segment integer;
-- Why the customer is left out of offers: 0 not at all, else a number of shared::segment::Exclusion.
alter table facets add column excluded integer not null default 0;
-- Minor units of the home currency: margin that a day of waiting costs (of those at risk, in hundredths), and what an offer is expected
-- to bring beyond what comes back by itself (of the lost).
alter table facets add column waiting integer not null default 0;
alter table facets add column regain integer not null default 0;

-- Offers.

-- What the matrix of offers is computed from, written by scoring: P(return | contact) and P(return | no contact), per mille; minor
-- units of the home currency: margin of the year after a return, and the first order or term after it. Null where nothing says so.
alter table facets add column contact integer;
alter table facets add column alone integer;
alter table facets add column margin_back integer;
alter table facets add column order_back integer;

-- What the shop shipped or changed, and what customers asked for.

-- reasons and features are JSON lists: codes of shared::reason::Reason, and words.
-- keys and numbers: what SQL matches by, of features and reasons.
create table improvements (
  id integer primary key,
  public_id text not null unique,
  kind text not null,
  title text not null,
  text text,
  shipped_day integer not null,
  reasons text not null default '[]',
  features text not null default '[]',
  keys text not null default '[]',
  numbers text not null default '[]',
  announced_at integer,
  version integer not null default 1,
  created_by integer,
  created_at integer not null,
  updated_at integer not null
) strict;

-- feature_key: shared::improvement::key of what they wrote. day: when they asked first.
create table wishes (
  feature_key text not null,
  customer_id integer not null,
  feature text not null,
  day integer not null,
  primary key (feature_key, customer_id)
) strict, without rowid;

create index wishes_by_customer on wishes (customer_id);

-- Why customers leave. reason: a number of shared::reason::Reason that a person set, null where it is inferred; reason_signs: the signs
-- that they showed then, from which others are inferred.
alter table customers add column reason integer;
alter table customers add column reason_at integer;
alter table customers add column reason_signs integer not null default 0;

create index customers_by_reason on customers (reason, reason_signs) where reason is not null;

-- The shop's words for reasons. list: shared::reason::topics::Phrase as a JSON list, null for the one that a shop starts with.
create table topics (
  id integer primary key check (id = 1),
  version integer not null default 1,
  list text,
  updated_at integer not null default 0
) strict;

insert into topics (id) values (1);

-- The shop's own offers, and those of the seven that it edited, whose public_id is their kind. terms: shared::offer::Terms; answers: list
-- of shared::reason::Reason.
create table offers (
  id integer primary key,
  public_id text not null unique,
  kind text not null,
  name text not null,
  terms text not null,
  fulfilment text not null,
  answers text not null,
  live integer not null,
  version integer not null default 1,
  created_at integer not null,
  updated_at integer not null
) strict;

-- What no offer may pass, one row. settings: shared::offer::Guardrails, null for cautious ones.
create table guardrails (
  id integer primary key check (id = 1),
  settings text,
  version integer not null default 1,
  updated_at integer not null default 0
) strict;

insert into guardrails (id) values (1);

-- What came of offers, added up over closed windows: customers in the row of the matrix (value tier * 8 + reason) when it was made, who
-- returned, and how many were expected to. Says nothing of anybody alone.
create table offer_outcomes (
  line integer not null,
  offer text not null,
  made integer not null,
  returned integer not null,
  expected real not null,
  primary key (line, offer)
) strict, without rowid;

-- Segments.

-- How customers are placed, one row. cuts: shared::segment::Cuts as the last run left them; map: segments by cell; figures: the summary
-- of a large shop, made after scoring at made_at, when top was the highest number of a customer; exclusions: shared::segment::Exclusions, null for the defaults; declared: the shop's own columns
-- that fill t1 to t20 of facets, [{name, kind}], whose place is their number. version is of what people set.
create table segmentation (
  id integer primary key check (id = 1),
  cuts text not null default '{"mid":0,"high":0}',
  map text not null default '[]',
  figures text,
  made_at integer,
  top integer not null default 0,
  exclusions text,
  declared text not null default '[]',
  version integer not null default 1,
  updated_at integer not null default 0
) strict;

insert into segmentation (id) values (1);

-- Only of those who moved: from which segment and tier to which, one row a day. Null where it stayed, or was not known.
create table segment_moves (
  customer_id integer not null,
  day integer not null,
  was integer,
  became integer,
  tier_was integer,
  tier_became integer,
  primary key (customer_id, day)
) strict, without rowid;

create index segment_moves_by_day on segment_moves (day, was, became);

-- A micro-segment on a day. value and at_risk: minor units a year of all, and of those who are about to leave; regain as in facets.
create table segment_days (
  segment integer not null,
  day integer not null,
  customers integer not null,
  value integer not null,
  at_risk integer not null,
  regain integer not null,
  primary key (segment, day)
) strict, without rowid;

-- What marketers define. filter: shared::segment::filter as JSON; digest: of what it means; counted: customers when it was last counted.
create table segments (
  id integer primary key,
  public_id text not null unique,
  name text not null,
  filter text not null,
  digest text not null,
  counted integer,
  counted_at integer,
  created_by integer,
  version integer not null default 1,
  created_at integer not null,
  updated_at integer not null
) strict;

-- Codes, and what is begun for customers.

-- Ways of giving what was offered: stores, uploaded codes, programs, booking pages, people. settings: shared::api::FulfilmentSettings;
-- state: shared::offer::fulfilment::State. Before not_before nothing is asked of it.
create table fulfilments (
  id integer primary key,
  public_id text not null unique,
  provider text not null,
  name text not null,
  settings text not null default '{}',
  state text not null default 'untested',
  error text,
  not_before integer not null default 0,
  tested_at integer,
  version integer not null default 1,
  created_at integer not null,
  updated_at integer not null,
  removed_at integer
) strict;

-- People are there from the first day: what needs no store can be given as a task at once.
insert into fulfilments (public_id, provider, name, state, created_at, updated_at)
values ('00000000-0000-7000-8000-000000000001', 'task', 'Tasks', 'live', 0, 0);

-- One promise to one person. key: of shop, offer, customer and entry, so that there is never a second one; text: what the person types,
-- which nobody else ever gets; terms: shared::offer::fulfilment::Grant; terms_before: those that a raise would take the place of. poll: what the store calls a lot on its way. A row that is
-- `creating` may have reached the store: it is looked up before it is asked for again. redeemed_by: the customer of the order that used it.
create table codes (
  id integer primary key,
  public_id text not null unique,
  key text not null unique,
  fulfilment integer not null,
  customer_id integer not null,
  offer text not null,
  form text not null,
  text text unique,
  state text not null check (
    state in ('reserved', 'creating', 'unknown', 'issued', 'failed', 'revoking', 'revoked', 'redeemed', 'expired')
  ),
  rung integer not null default 0,
  terms text not null,
  terms_before text,
  external_id text,
  lot integer,
  poll text,
  tries integer not null default 0,
  due_at integer not null,
  error text,
  expires_at integer not null,
  issued_at integer,
  checked_at integer,
  redeemed_at integer,
  redeemed_by integer,
  redeemed_order text,
  created_at integer not null,
  updated_at integer not null
) strict;

create index codes_by_state on codes (state, due_at);
create index codes_by_customer on codes (customer_id);

-- Discounts that hold the terms of many codes, where a store adds codes to one. text: of the first code, which nobody gets.
create table code_lots (
  id integer primary key,
  fulfilment integer not null,
  title text not null,
  text text not null unique,
  external_id text,
  created_at integer not null,
  unique (fulfilment, title)
) strict;

-- Codes that the shop made somewhere else. folded: in capitals, so that no two differ by case alone; code: whose it is by now.
create table pool_codes (
  folded text primary key,
  text text not null,
  fulfilment integer not null,
  code integer,
  created_at integer not null
) strict, without rowid;

create index pool_codes_by_use on pool_codes (fulfilment, code);

-- Up to which change orders were looked through for codes that were used.
create table code_orders (
  id integer primary key check (id = 1),
  upto integer not null
) strict;

insert into code_orders (id, upto) values (1, 0);

create index orders_with_codes on orders (changed_at) where codes is not null;

-- What is begun for one customer: an offer with the terms it had then, by whom, until when, and what came of it. terms: shared::offer::Offer;
-- ladder: rungs of one entry share it; decision: shared::offer::Decision, as it was drawn; reserved: minor units of the home currency
-- that it may cost; counted: what the budget of a period holds for it while nobody knows whether it is used; expected: chance of a return
-- that it was given, per mille. value_tier, reason, engagement and win_back are the customer's on that day.
create table interventions (
  id integer primary key,
  public_id text not null unique,
  customer_id integer not null,
  offer text not null,
  kind text not null,
  name text not null,
  terms text not null,
  depth integer not null,
  ladder text not null,
  rung integer not null default 0,
  channel text not null,
  maker text not null check (maker in ('machine', 'person')),
  owner_id integer,
  due_at integer,
  state text not null check (state in ('planned', 'started', 'done', 'cancelled')),
  outcome text,
  note text,
  value_tier integer not null,
  reason integer not null,
  engagement integer not null,
  win_back integer not null,
  decision text not null,
  fulfilment integer,
  code_id integer,
  reserved integer not null,
  counted integer not null,
  expected integer not null,
  expires_at integer not null,
  matures_at integer not null,
  matured_at integer,
  returned integer,
  margin integer,
  version integer not null default 1,
  created_by integer,
  created_at integer not null,
  updated_at integer not null,
  started_at integer,
  done_at integer
) strict;

create index interventions_by_customer on interventions (customer_id, created_at);
create index interventions_by_state on interventions (state, due_at);
create index interventions_by_day on interventions (created_at);
create index interventions_by_maturity on interventions (matured_at, matures_at);

-- A team on one shop: versions of what two people may edit, who did what, saved views, notes; and roll-ups for long lists.
-- Every column has a default or may be null, so that the version before this one serves from the same tables.

-- A version rises with each change and stands in If-Match.
alter table shop add column version integer not null default 1;
alter table shop add column rates_version integer not null default 1;
alter table shop add column thresholds_version integer not null default 1;
alter table users add column version integer not null default 1;
alter table customers add column version integer not null default 1;

-- What the first run asks. margin: the share of a sale that is left after the cost of what was sold; acquisition_cost: minor units of
-- the home currency for one new customer; active_customers: as the shop states it. Null: not answered, and a default stands in.
alter table shop add column industry text;
alter table shop add column business_model text;
alter table shop add column active_customers integer;
alter table shop add column margin real;
alter table shop add column margin_basis text not null default 'one';
alter table shop add column acquisition_cost integer;
alter table shop add column set_up_at integer;

-- Margins that are told apart. kind 'category': its share of sales and its margin, both 0 to 1; 'product': the cost of one, in minor
-- units of the home currency.
create table margins (
  kind text not null check (kind in ('category', 'product')),
  name text not null,
  share real,
  margin real,
  cost integer,
  primary key (kind, name)
) strict, without rowid;

-- What a person sees of their sessions, so that they recognise one that is not theirs.
alter table sessions add column device text not null default '';
alter table sessions add column method text not null default 'link';

-- permissions: JSON list; null: those of its role. hint: the last four characters.
alter table tokens add column permissions text;
alter table tokens add column hint text not null default '';
alter table tokens add column created_by integer;

-- Who did what: append-only. Rows are written in the batch of the change they tell of; fields hold names, and values only where they are
-- settings of the shop and no secrets.
create table audit (
  id integer primary key autoincrement,
  at integer not null,
  actor_kind text not null check (actor_kind in ('person', 'token', 'system', 'stranger')),
  actor_id integer,
  actor_name text not null,
  action text not null,
  object_kind text,
  object_id text,
  object_name text,
  fields text not null default '[]',
  request_id text
) strict;

create index audit_by_object on audit (object_kind, object_id, id);
create index audit_by_actor on audit (actor_kind, actor_id, id);

-- The chain: the hash of a row of audit with the hash before it, written by the hourly job.
create table audit_seals (
  audit_id integer primary key,
  hash text not null,
  sealed_at integer not null
) strict;

-- Answers to POSTs with an Idempotency-Key, for 24 hours. status null: still at work, or broken off.
create table idempotency (
  principal text not null,
  key text not null,
  digest text not null,
  status integer,
  body text,
  created_at integer not null,
  primary key (principal, key)
) strict, without rowid;

create index idempotency_by_created_at on idempotency (created_at);

-- A list as somebody saved it: query is the address's query string, columns a JSON list.
create table views (
  id integer primary key,
  public_id text not null unique,
  list text not null check (list in ('radar', 'customers')),
  name text not null,
  owner_id integer not null,
  shared integer not null default 0,
  query text not null,
  columns text not null default '[]',
  version integer not null default 1,
  created_at integer not null,
  updated_at integer not null
) strict;

-- What the team writes about a customer.
create table notes (
  id integer primary key,
  public_id text not null unique,
  customer_id integer not null,
  author_id integer,
  author_name text not null,
  body text not null,
  version integer not null default 1,
  created_at integer not null,
  updated_at integer not null
) strict;

create index notes_by_customer on notes (customer_id, id);
create index customers_by_owner on customers (owner_id) where owner_id is not null;

-- Roll-ups, made by a job after scoring: long lists in order, and figures of the whole shop. A generation is whole or not there.
-- list_chunks: of a sorted list, the customers of one tier within a run of places: JSON [[place, customer_id], …].
create table list_chunks (
  generation integer not null,
  sort text not null,
  chunk integer not null,
  tier integer not null,
  customers integer not null,
  ids text not null,
  primary key (generation, sort, chunk, tier)
) strict, without rowid;

-- The newest generation, with its figures as JSON.
create table rollups (
  name text primary key,
  generation integer not null,
  figures text not null,
  made_at integer not null
) strict, without rowid;

-- Requests of the day, as far as the isolates told, and the database's size at its end in bytes.
alter table usage add column requests integer not null default 0;
alter table usage add column size integer;

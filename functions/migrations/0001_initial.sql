-- The first schema. Times are integer milliseconds since 1970 (UTC), days are integer days since 1970 (UTC),
-- money is integer minor units beside its currency. Every table is strict.

-- One deployment is one shop: a single row, id 1.
create table shop (
  id integer primary key check (id = 1),
  name text not null,
  home_currency text not null,
  time_zone text not null,
  plan text not null check (plan in ('free', 'paid')),
  sample text,
  -- shared::api::Thresholds as JSON, where the shop set its own: they go before a model's.
  thresholds text,
  sending_stopped integer not null default 0,
  updated_at integer not null
) strict;

insert into shop (id, name, home_currency, time_zone, plan, updated_at) values (1, 'My shop', 'USD', 'UTC', 'paid', 0);

-- One unit of `currency` in the home currency, for orders from `day` on until the next stored day.
create table rates (
  currency text not null,
  day integer not null,
  rate real not null check (rate > 0),
  created_at integer not null,
  primary key (currency, day)
) strict, without rowid;

-- People who sign in.

create table users (
  id integer primary key,
  public_id text not null unique,
  email text not null unique,
  name text not null,
  role text not null check (role in ('owner', 'manager', 'marketer', 'success', 'viewer')),
  disabled_at integer,
  created_at integer not null,
  updated_at integer not null
) strict;

-- A link works once, for 15 minutes, in the browser that asked for it (or, where none asked, in the first that posts it).
create table sign_in_links (
  token_hash text primary key,
  user_id integer not null,
  browser_hash text,
  created_at integer not null,
  expires_at integer not null,
  used_at integer
) strict, without rowid;

create index sign_in_links_by_user on sign_in_links (user_id, created_at);

create table sessions (
  token_hash text primary key,
  user_id integer not null,
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null
) strict, without rowid;

create index sessions_by_user on sessions (user_id);

create table tokens (
  id integer primary key,
  public_id text not null unique,
  token_hash text not null unique,
  name text not null,
  role text not null check (role in ('owner', 'manager', 'marketer', 'success', 'viewer')),
  created_at integer not null,
  expires_at integer not null,
  used_at integer,
  revoked_at integer
) strict;

-- What a local run would have sent.
create table outbox (
  id integer primary key,
  channel text not null,
  recipient text not null,
  subject text not null,
  body text not null,
  created_at integer not null
) strict;

-- Customers and contacts.

-- Where data come from: 'file' for imports, 'sample' for the sample shop.
create table sources (
  id integer primary key,
  public_id text not null unique,
  kind text not null,
  name text not null,
  created_at integer not null
) strict;

insert into sources (id, public_id, kind, name, created_at) values
  (1, '00000000-0000-7000-8000-000000000001', 'file', 'Imported files', 0),
  (2, '00000000-0000-7000-8000-000000000002', 'sample', 'Sample shop', 0);

-- A customer is what churns and is scored: a shopper or a business account.
create table customers (
  id integer primary key,
  public_id text not null unique,
  external_id text not null,
  kind text not null default 'shopper' check (kind in ('shopper', 'account')),
  name text not null,
  name_key text not null,
  owner_id integer,
  tags text not null default '[]',
  notes text not null default '[]',
  traits text not null default '{}',
  sample integer not null default 0,
  merged_into integer,
  created_at integer not null,
  updated_at integer not null
) strict;

create index customers_by_name_key on customers (name_key, id);

-- The only way from an outside key to a customer. kind: 'external' (value "{source}:{external id}"), 'email', 'phone'.
create table identities (
  kind text not null,
  value text not null,
  customer_id integer not null,
  created_at integer not null,
  primary key (kind, value)
) strict, without rowid;

create index identities_by_customer on identities (customer_id);

-- A person of a customer; messages go to contacts. consent is the present state, derived from the history below.
create table contacts (
  id integer primary key,
  public_id text not null unique,
  customer_id integer not null,
  role text not null default 'user' check (role in ('champion', 'billing', 'admin', 'user')),
  name text not null,
  email text,
  phone text,
  country text,
  time_zone text,
  consent text not null default '{}',
  created_at integer not null,
  updated_at integer not null
) strict;

create index contacts_by_customer on contacts (customer_id);

-- Append-only: no statement updates or deletes a row but erasure.
create table consents (
  id integer primary key,
  contact_id integer not null,
  channel text not null,
  purpose text not null,
  state text not null check (state in ('granted', 'denied', 'complained')),
  basis text not null,
  source text not null,
  wording text,
  act integer not null,
  occurred_at integer not null,
  recorded_at integer not null,
  expires_at integer
) strict;

create unique index consents_by_contact on consents (contact_id, channel, purpose, state, source, occurred_at);

-- What they did.

create table orders (
  source integer not null,
  external_id text not null,
  customer_id integer not null,
  ordered_at integer not null,
  amount integer not null,
  currency text not null,
  refunded integer not null default 0,
  discount integer not null default 0,
  status text not null default 'paid' check (status in ('paid', 'pending', 'cancelled', 'refunded')),
  cancelled_at integer,
  items text,
  codes text,
  changed_at integer not null,
  import_id integer,
  primary key (source, external_id)
) strict, without rowid;

create index orders_by_customer on orders (customer_id, ordered_at);

create table events (
  source integer not null,
  external_id text not null,
  customer_id integer not null,
  name text not null,
  occurred_at integer not null,
  properties text not null default '{}',
  received_at integer not null,
  import_id integer,
  primary key (source, external_id)
) strict, without rowid;

create index events_by_customer on events (customer_id, occurred_at);

-- What we know about them.

-- The compact state: see shared::state. schema is the state's schema number.
create table states (
  customer_id integer primary key,
  schema integer not null,
  state text not null,
  version integer not null,
  folded_at integer not null
) strict;

-- Narrow integers that segments and lists filter and sort on. dirty: 1 to fold and score, 0 not.
-- tier: 0 healthy, 1 early, 2 moderate, 3 immediate, 4 lost, 9 not scored. p30, p60, p90: 1/10000. value: minor units of the
-- home currency a year, null where unknown. rescore_day: the first day on which tier or shown per cent changes by silence alone.
create table facets (
  customer_id integer primary key,
  dirty integer not null default 1,
  lifecycle integer not null default 0,
  tier integer not null default 9,
  p30 integer not null default 0,
  p60 integer not null default 0,
  p90 integer not null default 0,
  value integer,
  reason integer not null default 0,
  engagement integer not null default 0,
  first_day integer,
  last_day integer,
  buy_days integer not null default 0,
  orders integer not null default 0,
  deadline_day integer,
  rescore_day integer,
  country text,
  sample integer not null default 0,
  t1 integer, t2 integer, t3 integer, t4 integer, t5 integer, t6 integer, t7 integer, t8 integer, t9 integer, t10 integer,
  t11 integer, t12 integer, t13 integer, t14 integer, t15 integer, t16 integer, t17 integer, t18 integer, t19 integer, t20 integer
) strict;

-- score: shared::risk::Score as JSON; history: packed points of the risk-over-time chart.
create table scores (
  customer_id integer primary key,
  model_id integer not null,
  score text not null,
  history text not null,
  scored_at integer not null
) strict;

create table models (
  id integer primary key,
  name text not null,
  parameters text not null,
  card text not null,
  live integer not null default 0,
  created_at integer not null
) strict;

create index models_by_name on models (name, live);

-- Imports.

create table imports (
  id integer primary key,
  public_id text not null unique,
  kind text not null,
  source integer not null,
  status text not null check (status in ('receiving', 'queued', 'running', 'paused', 'done', 'failed', 'cancelled')),
  file_name text,
  file_size integer,
  file_digest text,
  options text not null,
  cursor text not null default '{}',
  next_batch integer not null default 0,
  rows_read integer not null default 0,
  rows_accepted integer not null default 0,
  rows_duplicate integer not null default 0,
  rows_rejected integer not null default 0,
  error text,
  resume_at integer,
  created_by integer,
  created_at integer not null,
  updated_at integer not null,
  finished_at integer
) strict;

create index imports_by_digest on imports (file_digest);

-- A file sent to POST /api/imports, as it streamed in: base64 of at most 1 MB each.
create table import_chunks (
  import_id integer not null,
  seq integer not null,
  body text not null,
  primary key (import_id, seq)
) strict, without rowid;

create table rejected_rows (
  import_id integer not null,
  line integer not null,
  field text,
  reason text not null,
  fix text not null,
  raw text not null,
  primary key (import_id, line)
) strict, without rowid;

-- Only for rows without an id in a file that the worker parses: how many equal rows came before.
create table import_row_counts (
  import_id integer not null,
  content text not null,
  n integer not null,
  primary key (import_id, content)
) strict, without rowid;

-- Jobs.

create table runs (
  id integer primary key,
  public_id text not null unique,
  job text not null,
  status text not null check (status in ('running', 'done', 'failed', 'lost')),
  started_at integer not null,
  finished_at integer,
  pages integer not null default 0,
  counts text not null default '{}',
  rows_read integer not null default 0,
  rows_written integer not null default 0,
  error text
) strict;

create index runs_by_job on runs (job, started_at);

-- A lease has a rising epoch; each page's write is conditional on its token. Lease times come from D1's clock.
create table leases (
  name text primary key,
  epoch integer not null default 0,
  token text not null,
  expires_at integer not null,
  cursor text not null default '{}'
) strict, without rowid;

-- Work to do, so that an idle cron reads one row: set by the batch that made the work.
create table wakes (
  job text primary key,
  due_at integer not null
) strict, without rowid;

-- Rows written a UTC day, added to once a page.
create table usage (
  day integer primary key,
  rows_read integer not null default 0,
  rows_written integer not null default 0
) strict;

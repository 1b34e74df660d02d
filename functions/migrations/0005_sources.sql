-- Sources that push: what they send is stored once as it came, applied once, and may be mended; people who turn out to be one, rights that
-- people have, addresses that nobody may write to, products.

-- {trait: milliseconds since when its present value is known}; one without an entry is known since updated_at.
alter table customers add column traits_at text not null default '{}';
-- {trait: [[milliseconds, value], …]}: what it was before, of the traits that changed.
alter table customers add column traits_earlier text not null default '{}';

-- settings: shared::api::SourceSettings as JSON. status: 'waiting' for its first message, 'live', 'paused' by a person, 'stopped' by the
-- sender. received_at: the newest message applied; lag: how long that one waited, in milliseconds.
alter table sources add column settings text not null default '{}';
alter table sources add column status text not null default 'live';
alter table sources add column version integer not null default 1;
alter table sources add column updated_at integer not null default 0;
alter table sources add column removed_at integer;
alter table sources add column received_at integer;
alter table sources add column lag integer;
alter table sources add column error text;

-- Ciphertext under a key of the Worker's: AES-256-GCM with the row's id as associated data. owner: such as 'source:' with its public
-- id. name: 'signing',
-- and 'signing_next' while a sender changes over. nonce and ciphertext: base64.
create table secrets (
  id text primary key,
  owner text not null,
  name text not null,
  key_id text not null,
  nonce text not null,
  ciphertext text not null,
  created_at integer not null
) strict, without rowid;

create unique index secrets_by_owner on secrets (owner, name);

-- Write keys are found by their hash. hint: the last four characters.
create table write_keys (
  key_hash text primary key,
  source integer not null,
  hint text not null,
  created_at integer not null,
  revoked_at integer
) strict, without rowid;

create index write_keys_by_source on write_keys (source);

-- What senders sent, as it came, in the order in which it came: one row a message. The job applies those behind its cursor, each once;
-- rows stay as long as events do, so that the key of a repeated message is known. key: what the sender calls the message. sent_at: by
-- the sender's clock.
create table inbox (
  id integer primary key,
  source integer not null,
  key text not null,
  topic text not null,
  body text not null,
  received_at integer not null,
  sent_at integer
) strict;

create unique index inbox_by_key on inbox (source, key);

-- Messages that could not be applied, with what would mend them. status: 'dead', 'replayed', 'dropped'.
create table dead_letters (
  id integer primary key,
  public_id text not null unique,
  source integer not null,
  key text not null,
  topic text not null,
  body text not null,
  field text,
  reason text not null,
  fix text not null,
  status text not null default 'dead' check (status in ('dead', 'replayed', 'dropped')),
  version integer not null default 1,
  received_at integer not null,
  sent_at integer,
  died_at integer not null,
  settled_at integer
) strict;

create index dead_letters_by_status on dead_letters (status, id);

-- Messages of visitors who have not said who they are: applied once they do.
create table parked (
  source integer not null,
  anonymous_id text not null,
  inbox_id integer not null,
  primary key (source, anonymous_id, inbox_id)
) strict, without rowid;

-- Messages a source and UTC day. outcome: 'accepted', 'duplicate', 'dead', 'ignored', or 'rejected:' with the reason.
create table source_counts (
  source integer not null,
  day integer not null,
  outcome text not null,
  n integer not null,
  primary key (source, day, outcome)
) strict, without rowid;

-- When the sender's record was as it is stored here: what is older never overwrites it. Null for files.
alter table orders add column source_at integer;
alter table contacts add column source_at integer;

-- Two records of one person. moved: what went from the loser to the winner, as JSON, so that it can go back.
create table merges (
  id integer primary key,
  public_id text not null unique,
  winner integer not null,
  loser integer not null,
  reason text not null,
  moved text not null,
  user_id integer,
  created_at integer not null,
  undone_at integer
) strict;

create index merges_by_winner on merges (winner);
create index merges_by_loser on merges (loser);

-- Addresses that nobody may write to, whoever they belong to, by their keyed hash. channel: 'email', 'sms'; 'id' for what a source called
-- somebody who was erased. source: in words.
create table suppressions (
  hash text not null,
  channel text not null,
  reason text not null check (reason in ('unsubscribed', 'complained', 'bounced', 'erased', 'imported')),
  source text not null,
  occurred_at integer not null,
  recorded_at integer not null,
  primary key (hash, channel)
) strict, without rowid;

-- What can be bought: a variant a row. price: minor units. stock: null where nobody counts.
create table products (
  source integer not null,
  external_id text not null,
  product_id text not null,
  title text not null,
  variant text,
  sku text,
  category text,
  price integer,
  currency text,
  stock integer,
  image text,
  link text,
  is_gone integer not null default 0,
  source_at integer,
  -- Since when there is some again, after there was none.
  restocked_at integer,
  import_id integer,
  primary key (source, external_id)
) strict, without rowid;

create index products_by_title on products (title);
create index products_by_sku on products (sku);

-- The register of what people asked for. kind: 'export', 'erasure', 'shop_erasure', 'objection'. subject: the person's public id or a
-- masked address, never a whole one.
create table privacy_requests (
  id integer primary key,
  public_id text not null unique,
  kind text not null check (kind in ('export', 'erasure', 'shop_erasure', 'objection')),
  customer_id integer,
  subject text not null,
  source integer,
  note text,
  version integer not null default 1,
  received_at integer not null,
  due_at integer not null,
  done_at integer
) strict;

create index privacy_requests_by_due on privacy_requests (done_at, due_at);

-- Objection to profiling: not scored, not modelled.
alter table customers add column objected_at integer;

-- Folded from events whose rows are gone; states of the rows that are there are added to it. events_from: the oldest day whose events are
-- kept. event_days: for so long they are.
alter table states add column base text;
alter table shop add column event_days integer not null default 180;
alter table shop add column events_from integer;

-- How far files of events were read, by their digest: what is older than any event that is kept goes straight into a base, and a file that
-- comes again adds nothing up to that line.
create table folded_files (
  digest text primary key,
  lines integer not null,
  import_id integer not null
) strict, without rowid;

-- How far pushed messages are applied, and what makes their order not matter: each field knows when it was told.

-- applied: messages up to this id of the inbox are. released: JSON [[source, anonymous id], …] of visitors who have said who they are and
-- whose parked messages come next.
create table intake (
  id integer primary key check (id = 1),
  applied integer not null default 0,
  released text not null default '[]'
) strict;

insert into intake (id) values (1);

-- {field or "trait:" and its name: when it was last told, in milliseconds; below zero where it was told in passing}.
alter table customers add column fields_at text not null default '{}';
alter table contacts add column fields_at text not null default '{}';

-- Which person of an account the key names.
alter table identities add column contact_id integer;

-- A message that a person sent again: its dead letter.
alter table inbox add column replay_of integer;

-- What the newest whole order said itself; refunded, status and cancelled_at are that with the order's parts.
alter table orders add column told_refunded integer;
alter table orders add column told_status text;
alter table orders add column told_cancelled_at integer;

-- What was told of an order without the rest of it. amount: minor units given back, all of it where null.
create table order_parts (
  source integer not null,
  order_id text not null,
  external_id text not null,
  change text not null check (change in ('refunded', 'cancelled')),
  amount integer,
  currency text,
  at integer not null,
  primary key (source, order_id, external_id)
) strict, without rowid;

create index products_by_product on products (source, product_id);

-- Orders and events that went from one record to another when they were merged, so that they can go back.
create table merged_rows (
  merge_id integer not null,
  place text not null check (place in ('orders', 'events')),
  source integer not null,
  external_id text not null,
  primary key (merge_id, place, source, external_id)
) strict, without rowid;

-- Rises when somebody is erased: what was looked up before is looked up again.
alter table intake add column erasures integer not null default 0;

-- A file that is fetched every few hours. asked_at: when its address was asked last. failures: in a row. etag, last_modified: of the
-- file as it was stored last; digest: of its content then.
create table pulls (
  source integer primary key,
  due_at integer not null,
  asked_at integer,
  failures integer not null default 0,
  etag text,
  last_modified text,
  digest text
) strict;

create index merged_rows_by_row on merged_rows (source, external_id);
create index parked_by_message on parked (inbox_id);

-- measured_day: when it was last counted how many bytes events and messages fill; used: so many. limited_by: what last removed any.
create table retention (
  id integer primary key check (id = 1),
  measured_day integer,
  used integer not null default 0,
  limited_by text check (limited_by in ('days', 'space'))
) strict;

insert into retention (id) values (1);

-- keys: while an erasure goes on, by what the person is found, as JSON [[kind, value], …]. started_at: since when the worker carries it out.
alter table privacy_requests add column keys text;
alter table privacy_requests add column started_at integer;
create index customers_by_objected_at on customers (objected_at) where objected_at is not null;

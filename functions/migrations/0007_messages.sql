-- Messages: what they are made of.

-- Campaigns, brand, blocks, proofs, images.

-- segment: the code of a micro-segment, `row:` and a row of the matrix, or the public id of a segment; null to write from the brief alone.
-- draft: shared::message::Draft; schema: shared::message::check::SCHEMA of it. created_by, updated_by: rows of users; null for a program.
create table campaigns (
  id integer primary key,
  public_id text not null unique,
  name text not null,
  state text not null default 'draft',
  segment text,
  schema integer not null,
  draft text not null,
  version integer not null default 1,
  created_by integer,
  updated_by integer,
  created_at integer not null,
  updated_at integer not null
) strict;

create index campaigns_by_change on campaigns (updated_at);

-- One row. settings: shared::message::Brand, null for a plain one.
create table brand (
  id integer primary key check (id = 1),
  settings text,
  version integer not null default 1,
  updated_by integer,
  updated_at integer not null default 0
) strict;

insert into brand (id) values (1);

-- The shop's own blocks, and those that take the place of a built-in one (replaces). current: number of the words in use.
create table blocks (
  id integer primary key,
  public_id text not null unique,
  name text not null,
  replaces text unique,
  current integer not null,
  version integer not null default 1,
  created_by integer,
  updated_by integer,
  created_at integer not null,
  updated_at integer not null
) strict;

-- Every wording that a block had. content: shared::api::BlockContent.
create table block_words (
  block_id integer not null,
  number integer not null,
  content text not null,
  created_by integer,
  created_at integer not null,
  primary key (block_id, number)
) strict, without rowid;

-- What may be cited. content: shared::api::NewProof.
create table proofs (
  id integer primary key,
  public_id text not null unique,
  content text not null,
  version integer not null default 1,
  created_by integer,
  updated_by integer,
  created_at integer not null,
  updated_at integer not null
) strict;

-- Pictures; their bytes lie in KV under the hash, which is SHA-256 in hex.
create table images (
  hash text primary key,
  media_type text not null,
  size integer not null,
  width integer not null,
  height integer not null,
  alt text not null,
  created_by integer,
  created_at integer not null
) strict, without rowid;

-- The customer whose facts stand in a message that went to somebody of the team.
alter table outbox add column about integer;

create index outbox_by_customer on outbox (about) where about is not null;

-- Messages that people of the team sent to themselves, by the UTC day.
create table test_sends (
  user_id integer not null,
  day integer not null,
  sent integer not null,
  sent_at integer not null,
  primary key (user_id, day)
) strict, without rowid;
-- Messages: what they are written with.

-- Language models.

-- How a model is asked, one row; off until somebody switches it on. base_url, api_version: null for the provider's own. Prices are
-- millionths of the currency's unit for a million tokens, per_call, per_day and per_month millionths of it. dialect:
-- shared::message::model::Dialect, as the server was found to know it. last_status, last_reason, last_at: what came of the newest call.
create table copywriter (
  id integer primary key check (id = 1),
  enabled integer not null default 0,
  provider text not null default 'openai',
  model text not null default '',
  base_url text,
  api_version text,
  ticket_text integer not null default 0,
  currency text not null default 'USD',
  input_price integer,
  output_price integer,
  per_call integer not null default 500000,
  per_day integer not null default 5000000,
  per_month integer not null default 20000000,
  timeout_seconds integer not null default 30,
  dialect text,
  last_status text,
  last_reason text,
  last_at integer,
  version integer not null default 1,
  updated_at integer not null default 0
) strict;

insert into copywriter (id) values (1);

-- What was reserved or spent on a day, in millionths: reserved before a call, and set to what it cost after.
create table model_spend (
  day integer primary key,
  spent integer not null,
  calls integer not null
) strict;

-- Answers that were taken, by a digest of all that they depend on. customer_id: null where nothing in it is of a person.
create table model_answers (
  digest text primary key,
  customer_id integer,
  model text not null,
  answer text not null,
  created_at integer not null
) strict, without rowid;

create index model_answers_by_customer on model_answers (customer_id);
create index model_answers_by_age on model_answers (created_at);

-- Campaigns that reach people: plans, entries, the ledger of touches, and ways to send.

-- plan: shared::campaign::Plan, null for the one that its kind begins with; edition: the number of what runs; leaves_at: first touches go
-- not before; entered_upto: the customer up to whom a round of entering came, null between rounds; canary_at, canary_passed_at: when the share that goes first was complete, and when the rest might follow; why: of a
-- pause, a code and words.
alter table campaigns add column plan text;
alter table campaigns add column edition integer;
alter table campaigns add column launched_at integer;
alter table campaigns add column leaves_at integer;
alter table campaigns add column ended_at integer;
alter table campaigns add column entered_upto integer;
alter table campaigns add column entered_at integer;
alter table campaigns add column canary_at integer;
alter table campaigns add column canary_passed_at integer;
alter table campaigns add column why text;

create index campaigns_by_state on campaigns (state);

-- What ran, as it was approved; touches name the edition that they were made from.
create table campaign_editions (
  campaign_id integer not null,
  number integer not null,
  digest text not null,
  segment text,
  plan text not null,
  draft text not null,
  made_by integer,
  made_at integer not null,
  primary key (campaign_id, number)
) strict, without rowid;

-- Who changed what an approval binds to: none of them is its second pair of eyes.
create table campaign_authors (
  campaign_id integer not null,
  user_id integer not null,
  changed_at integer not null,
  primary key (campaign_id, user_id)
) strict, without rowid;

-- digest: shared::campaign::approval, of what was seen.
create table campaign_approvals (
  campaign_id integer not null,
  user_id integer not null,
  digest text not null,
  approved_at integer not null,
  primary key (campaign_id, user_id)
) strict, without rowid;

-- Plans that the shop saved for the next time.
create table saved_plans (
  id integer primary key,
  public_id text not null unique,
  name text not null unique,
  plan text not null,
  draft text not null,
  created_by integer,
  created_at integer not null
) strict;

-- How the shop sends, one row. settings: shared::campaign::Rules, null for the defaults.
create table sending (
  id integer primary key check (id = 1),
  settings text,
  version integer not null default 1,
  updated_at integer not null default 0
) strict;

insert into sending (id) values (1);

-- Who is held out from everything, drawn once. unit: what is drawn as one, the digest of an address that several share.
create table assignments (
  customer_id integer primary key,
  unit text not null,
  is_held_out integer not null,
  assigned_at integer not null
) strict;

create index assignments_by_unit on assignments (unit);

-- One passage of one customer through one campaign. arm: 0 contacted, 1 held out from the campaign, 2 from all. reason, evidence: why they
-- were left out, or why it ended. What is frozen at the entry: tier to order_back, as in facets. next_at: when the next touch is to be
-- planned, null where nothing is. ladder: what they are offered, shared::offer::Ladder.
create table entries (
  id integer primary key,
  campaign_id integer not null,
  customer_id integer not null,
  number integer not null,
  state text not null check (state in ('open', 'ended', 'left_out')),
  arm integer not null,
  reason text,
  evidence text,
  contact_id integer,
  tier integer not null,
  value_tier integer not null,
  reason_was integer not null,
  engagement integer not null,
  win_back integer not null,
  segment integer,
  contact integer,
  alone integer,
  margin_back integer,
  order_back integer,
  ladder text,
  entered_at integer not null,
  next_at integer,
  ended_at integer,
  unique (campaign_id, customer_id, number)
) strict;

create index entries_by_turn on entries (next_at) where next_at is not null;
create index entries_by_customer on entries (customer_id, entered_at);

-- The ledger: past touches, and each person's next one. Unique by entry and step. counted_at: since when it counts against caps, null
-- where it does not; choice: what was chosen and what was closed, as jobs::plan writes it; sending_at: when a provider was first asked; claim: the run's page that has it, until claimed_until; sender: a row of senders; inputs: what it is written from,
-- frozen before the provider is asked, with the request's digest; members: the touches of a request for
-- several, which is repeated whole or not at all; key: names the request at the provider; cost: millionths of the home
-- currency.
create table touches (
  id integer primary key,
  campaign_id integer not null,
  entry_id integer not null,
  customer_id integer not null,
  contact_id integer,
  step integer not null,
  edition integer not null,
  channel text not null,
  state text not null,
  reason text,
  evidence text,
  due_at integer not null,
  expires_at integer,
  counted_at integer,
  claim text,
  claimed_until integer,
  variant integer not null default 0,
  choice text,
  sender integer,
  sender_id text,
  key text,
  digest text,
  inputs text,
  members text,
  cost integer not null default 0,
  tries integer not null default 0,
  sending_at integer,
  sent_at integer,
  settled_at integer,
  created_at integer not null,
  unique (entry_id, step)
) strict;

create index touches_by_time on touches (due_at) where state in ('planned', 'held');
-- Few at a time, and their lease is no part of it: prolonging it writes the row alone. So with a customer's, whose touches are few.
create index touches_by_claim on touches (claim) where claim is not null;
create index touches_by_customer on touches (customer_id);
create index touches_by_campaign on touches (campaign_id, id);
create index touches_by_sender on touches (sender_id) where sender_id is not null;

-- What came of a touch: each once. kind: delivered, bounced, complained, opened, clicked, replied, opted_out, visited, played. key: what
-- makes it the same one when it is told again.
create table responses (
  key text primary key,
  touch_id integer,
  customer_id integer,
  sender integer,
  kind text not null,
  detail text,
  occurred_at integer not null,
  received_at integer not null
) strict, without rowid;

create index responses_by_touch on responses (touch_id);
create index responses_by_customer on responses (customer_id, occurred_at);

-- Events of providers that came before our own record of the touch, for a day.
create table early_events (
  key text primary key,
  sender integer not null,
  sender_id text,
  touch_id integer,
  event text not null,
  received_at integer not null
) strict, without rowid;

create index early_events_by_age on early_events (received_at);
create index early_events_by_touch on early_events (touch_id) where touch_id is not null;
create index early_events_by_sender on early_events (sender_id) where sender_id is not null;

-- Ways to send. settings: shared::api::SenderSettings; state: untested, live, failing. not_before: it asked for a break; failures: in a row;
-- warm_from: the day on which its warm-up began.
create table senders (
  id integer primary key,
  public_id text not null unique,
  channel text not null,
  provider text not null,
  name text not null,
  settings text not null default '{}',
  state text not null default 'untested',
  error text,
  priority integer not null default 0,
  not_before integer not null default 0,
  failures integer not null default 0,
  warm_from integer,
  tested_at integer,
  version integer not null default 1,
  created_at integer not null,
  updated_at integer not null,
  removed_at integer
) strict;

-- Counted by the day: what senders sent, what came back, what was spent. scope: 'sender:3', 'campaign:7', 'campaign:7:sms', 'shop:sms',
-- 'domain:gmail.com'; measure: sent, bounced, complained, money (millionths of the home currency).
create table sending_days (
  scope text not null,
  measure text not null,
  day integer not null,
  amount integer not null,
  primary key (scope, measure, day)
) strict, without rowid;

-- What campaigns spent or have reserved for touches, in millionths of the home currency. channel '' is all of it.
create table campaign_money (
  campaign_id integer not null,
  channel text not null,
  reserved integer not null,
  primary key (campaign_id, channel)
) strict, without rowid;

-- What a person of the team does by hand. kind: call, video, account, reply, post, audience. script: what to say or do.
create table tasks (
  id integer primary key,
  public_id text not null unique,
  touch_id integer unique,
  campaign_id integer,
  customer_id integer,
  kind text not null,
  title text not null,
  script text not null default '{}',
  owner_id integer,
  due_at integer not null,
  state text not null default 'open' check (state in ('open', 'done', 'cancelled')),
  outcome text,
  note text,
  version integer not null default 1,
  created_at integer not null,
  updated_at integer not null,
  done_at integer
) strict;

create index tasks_by_state on tasks (state, due_at);
create index tasks_by_customer on tasks (customer_id);

-- What a site or an app shows to somebody. content: shared::campaign::InAppMessage.
create table in_app (
  touch_id integer primary key,
  customer_id integer not null,
  content text not null,
  expires_at integer not null,
  shown_at integer,
  closed_at integer
) strict;

create index in_app_by_customer on in_app (customer_id);

-- What a person chose on the page of preferences: no message before paused_until, half as many with fewer. engaged_at: their last click, reply or visit. doubt: why the address is doubted.
alter table contacts add column paused_until integer;
alter table contacts add column fewer integer not null default 0;
alter table contacts add column preferred text;
alter table contacts add column engaged_at integer;
alter table contacts add column bounced_at integer;

-- What ends every message but those in the app itself: few of a customer's events, so that nobody else's are looked at.
create index events_of_closing on events (customer_id, occurred_at)
where name in ('Account Deleted', 'Account Closed', 'Application Uninstalled', 'App Uninstalled');

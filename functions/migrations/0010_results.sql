-- What campaigns brought: what came of each entry, and the sums of it.

-- told: what is said of it, see functions::measuring::Told; null before it is looked at for the first time. is_counted: results hold it. look_at: when
-- it is looked at next; whoever asks for a look makes it smaller, so that a look under way does not hide what came meanwhile.
create table outcomes (
  entry_id integer primary key,
  told text,
  is_counted integer not null default 0,
  returned_at integer,
  look_at integer
) strict;

create index outcomes_by_turn on outcomes (look_at) where look_at is not null;

-- Sums of entries, by shared::measure::rollup::Key, of their touches and of what they brought later. campaign_id: below 0 all campaigns of a
-- kind. figures: of a Cell; of a TouchCell where the dimension begins with 'touch', of a LaterCell where it begins with 'later'.
create table results (
  campaign_id integer not null,
  dimension text not null,
  day integer not null,
  arm integer not null,
  ripe integer not null,
  figures text not null,
  primary key (campaign_id, dimension, day, arm, ripe)
) strict, without rowid;

-- Up to when responses are in what is said of entries.
alter table shop add column responses_read_to integer not null default 0;

create index responses_by_receipt on responses (received_at);

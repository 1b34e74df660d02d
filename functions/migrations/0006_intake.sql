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

// Messages as the intake stores them, and what they became.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import { root, uuid7 } from "./harness.mjs";

// A source that pushes; its number.
export async function source(server, kind = "segment", name = kind) {
  const at = Date.parse("2026-01-01T00:00:00Z");
  const [{ id }] = await server.d1(
    "insert into sources (public_id, kind, name, created_at, status) values (?1, ?2, ?3, ?4, 'waiting') returning id",
    uuid7(), kind, name, at,
  );
  return id;
}

// `[{ source, key, body, topic }]`, written as one delivery: a key that is there already is not written again.
export async function push(server, messages, { received = "2026-03-02T09:00:00Z" } = {}) {
  const rows = messages.map(({ source, key, topic, body, at = received }) =>
    [source, key, topic ?? body.type, typeof body === "string" ? body : JSON.stringify(body), Date.parse(at)]);
  await server.env.DB.batch([
    server.env.DB.prepare(`insert into inbox (source, key, topic, body, received_at)
      select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4 from json_each(?1) j where true
      on conflict (source, key) do nothing`).bind(JSON.stringify(rows)),
    server.env.DB.prepare(`insert into wakes (job, due_at) select 'intake', cast(unixepoch('subsec') * 1000 as integer) where changes() > 0
      on conflict (job) do update set due_at = excluded.due_at where wakes.due_at > excluded.due_at`),
  ]);
}

// Messages as one of Segment's servers sends them: `message("u1", "track", "2026-02-01", { event: "Signed In" })`.
export const message = (key, type, day, rest) =>
  ({ key, topic: type, body: { type, messageId: key, timestamp: day.length === 10 ? `${day}T12:00:00Z` : day, ...rest } });

// Everything that messages make of customers, with names in the place of numbers, which depend on the order of arrival.
export const TABLES = {
  customers: `select external_id, kind, name, (select group_concat(value) from (select value from json_each(tags) order by value)) as tags,
    traits, created_at from customers where merged_into is null order by external_id`,
  contacts: `select c.external_id, k.email, k.name, k.phone, k.country, k.time_zone, k.role from contacts k
    join customers c on c.id = k.customer_id where c.merged_into is null order by 1, 2`,
  consents: `select distinct c.external_id, k.email, h.channel, h.purpose, h.state, h.basis, h.source, h.wording, h.act, h.occurred_at
    from consents h join contacts k on k.id = h.contact_id join customers c on c.id = k.customer_id where c.merged_into is null order by 1, 2, 3, 10, 5`,
  present: `select c.external_id, k.email, j.key, j.value ->> '$.state' as state, j.value ->> '$.occurred_at' as at from contacts k
    join customers c on c.id = k.customer_id, json_each(k.consent) j where c.merged_into is null order by 1, 2, 3`,
  identities: `select i.kind, i.value, c.external_id from identities i join customers c on c.id = i.customer_id order by 1, 2`,
  orders: `select o.source, o.external_id, c.external_id as customer, o.ordered_at, o.amount, o.currency, o.refunded, o.discount, o.status,
    o.cancelled_at, o.items, o.codes, o.source_at from orders o join customers c on c.id = o.customer_id order by 1, 2`,
  events: `select e.source, e.external_id, c.external_id as customer, e.name, e.occurred_at, e.properties from events e
    join customers c on c.id = e.customer_id order by 1, 2`,
  states: `select c.external_id, s.state from states s join customers c on c.id = s.customer_id where c.merged_into is null order by 1`,
  facets: `select c.external_id, f.orders, f.buy_days, f.first_day, f.last_day, f.country, f.dirty from facets f
    join customers c on c.id = f.customer_id order by 1`,
  parked: "select p.source, p.anonymous_id, b.key from parked p join inbox b on b.id = p.inbox_id order by 1, 2, 3",
};

export async function tables(server, names = Object.keys(TABLES)) {
  const found = {};
  for (const name of names) found[name] = await server.d1(TABLES[name]);
  return found;
}

// What taking a merge apart runs, in its order.
export async function undo(server, id, now) {
  const text = readFileSync(path.join(root, "functions", "src", "db", "merges.sql"), "utf8");
  const parts = text.split("-- name: ").slice(1).map((part) => [part.split("\n")[0], part.slice(part.indexOf("\n"))]);
  const steps = parts.filter(([name]) => name.startsWith("undo_"));
  assert.ok(steps.length > 10);
  for (const [, sql] of steps) await server.d1(sql, ...[id, Date.parse(now)].slice(0, sql.includes("?2") ? 2 : 1));
  await server.d1("update facets set dirty = 1");
}

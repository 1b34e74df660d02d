// Somebody known in every table there is, so that what is told or forgotten of them can be looked for everywhere.

import { message, push } from "./inbox.mjs";
import { uuid7 } from "./harness.mjs";
import { begin, imported, order, person, ran, send } from "./rows.mjs";

// Words that only she has, in whatever spelling the sender used.
export const CANARY = /quetzal|ada-canary|4915112345678/i;

// Ada, of a file and of the source `app`; Bea, who has nothing to do with her. Their public ids.
export async function plant(server, api, app) {
  await imported(api, "customers", [person("ada-canary-1", "ada-canary@example.com", { name: "Ada Quetzal", phone: "+4915112345678" })], { file: "ada" });
  await imported(api, "customers", [person("bea-1", "bea@example.com", { name: "Bea" })], { file: "bea" });
  await imported(api, "orders", [order(1, "ada-canary-1", "2026-01-05"), order(2, "bea-1", "2026-01-06")]);
  const [ada, bea] = (await server.d1("select id, public_id from customers order by id"));
  await push(server, [
    message("m1", "identify", "2026-02-01", { userId: "ada-canary-9", anonymousId: "anon-quetzal", traits: { email: "Ada-Canary@Example.com", plan: "pro" } }),
    message("m2", "track", "2026-02-02", { userId: "ada-canary-9", event: "Signed In", properties: { title: "Quetzal" } }),
    message("m3", "identify", "2026-02-01", { userId: "bea-9", traits: { email: "bea@example.com" } }),
    message("m4", "track", "2026-02-03", { userId: "bea-9", event: "Signed In", properties: {} }),
    message("m5", "track", "2026-02-04", { event: "Signed In", properties: { email: "ada-canary@example.com" } }),
  ].map((row) => ({ ...row, source: app })));
  await ran(api, "intake");
  const now = Date.parse("2026-03-02T09:00:00Z");
  await server.d1(
    `insert into dead_letters (public_id, source, key, topic, body, reason, fix, received_at, died_at)
     values (?1, ?2, 'd1', 'track', '{"userId":"ada-canary-9","event":7}', 'x', 'y', ?3, ?3), (?4, ?2, 'd2', 'track', '{"userId":"bea-9","event":7}', 'x', 'y', ?3, ?3)`,
    uuid7(), app, now, uuid7(),
  );
  await server.d1("insert into parked (source, anonymous_id, inbox_id) values (?1, 'anon-quetzal', 1)", app);
  const { id: part } = await begin(api, "orders", { file: "broken" });
  const wrong = (line, raw) => ({ line, field: "amount", reason: "no number", fix: "mend it", raw });
  await send(api, part, 0, "orders", [], { rejected: [wrong(2, "O-9,ada-canary-1,2026-01-05,x"), wrong(3, "O-8,bea-1,2026-01-05,x")] });
  await api.post(`/api/customers/${ada.public_id}/notes`, { body: "Quetzal called" }, { "idempotency-key": uuid7() });
  await api.post(`/api/customers/${bea.public_id}/notes`, { body: "Bea called" });
  await api.patch(`/api/customers/${ada.public_id}`, { set_aside: { reason: "paused", until: "2026-04-01", note: "Quetzal is away" } });
  await server.d1("update idempotency set body = json_set(body, '$.about', 'ada-canary@example.com')");
  await server.d1("insert into order_parts (source, order_id, external_id, change, amount, currency, at) values (1, 'O-1', 'R-quetzal', 'refunded', 100, 'USD', ?1)", now);
  await server.d1("insert into outbox (channel, recipient, subject, body, created_at) values ('email', 'ada-canary@example.com', 'Hello', 'Ada', 0)");
  await server.d1("insert into consents (contact_id, channel, purpose, state, basis, source, act, occurred_at, recorded_at) select id, 'email', 'marketing', 'granted', 'consent', 'quetzal form', 1, 5, 5 from contacts where customer_id = ?1", ada.id);
  await ran(api, "score");
  return { ada: ada.public_id, bea: bea.public_id };
}

// Every row of every table that holds one of her words; the log of who did what is looked at elsewhere.
export async function traces(server) {
  const found = [];
  const tables = await server.d1("select name from sqlite_master where type = 'table' and name not glob 'sqlite_*' and name not glob '_cf_*' and name not glob 'd1_*'");
  for (const { name } of tables) {
    for (const row of await server.d1(`select * from "${name}"`)) if (CANARY.test(JSON.stringify(row))) found.push({ table: name, row });
  }
  return found;
}

export const tablesOf = (rows) => [...new Set(rows.map(({ table }) => table))].sort();

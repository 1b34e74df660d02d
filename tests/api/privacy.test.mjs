// What people may ask for besides being forgotten: what is held on them, a line in the register, and not to be profiled.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";

import { SUPPRESSION_KEY, start, uuid7 } from "../harness.mjs";
import { source } from "../inbox.mjs";
import { plant } from "../privacy.mjs";
import { imported, order, person, ran } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";

let server, api, app;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
  app = await source(server);
});

const suppress = (address, channel, reason, at = NOW) =>
  server.d1(
    "insert into suppressions (hash, channel, reason, source, occurred_at, recorded_at) values (?1, ?2, ?3, 'A file', ?4, ?4)",
    createHmac("sha256", Buffer.from(SUPPRESSION_KEY, "base64")).update(address).digest("base64url"), channel, reason, Date.parse(at),
  );

test("the export is one document with everything that is held on the person, and nothing of anybody else", async () => {
  const { ada } = await plant(server, api, app);
  await ran(api, "segments");
  await suppress("ada-canary@example.com", "email", "unsubscribed");
  await api.post("/api/privacy-requests", { kind: "export", customer: ada, note: "By letter" });
  const answer = await api.get(`/api/customers/${ada}/export`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-disposition"), `attachment; filename="customer-${ada}.json"`);
  const { export: document } = answer.json;
  const counts = Object.fromEntries(Object.entries(document).filter(([, value]) => Array.isArray(value)).map(([name, rows]) => [name, rows.length]));
  assert.deepEqual(counts, {
    suppressed: 1, records: 1, contacts: 1, consents: 1, identities: 4, orders: 1, order_parts: 1, events: 2, states: 1, scores: 1, notes: 1,
    set_asides: 1, merges: 0, privacy_requests: 1, parked_messages: 1, messages: 3, dead_letters: 1, rejected_rows: 1, answers: 1, codes: 0, interventions: 0, segment_moves: 1, model_answers: 0, campaigns: 0, touches: 0, responses: 0, tasks: 0,
  });
  assert.equal(document.made_at, NOW);
  assert.deepEqual(document.suppressed, [{ channel: "email", reason: "unsubscribed", source: "A file", at: NOW }]);
  assert.deepEqual([document.records[0].name, document.orders[0].external_id, document.orders[0].ordered_at], ["Ada Quetzal", "O-1", "2026-01-05T12:00:00Z"]);
  assert.deepEqual(document.events[0].properties.title, "Quetzal");
  assert.equal(document.profile.name, "Ada Quetzal");
  assert.ok(document.profile.explanation !== undefined && document.scores[0].score !== null, "what was worked out, and why");
  assert.doesNotMatch(answer.text, /bea/i);
});

test("a long history is exported whole", async () => {
  const rows = Array.from({ length: 1_201 }, (_, n) => order(n + 1, "A", `2025-0${1 + (n % 9)}-1${n % 10}`));
  await imported(api, "orders", rows.slice(0, 700), { file: "one" });
  await imported(api, "orders", rows.slice(700), { file: "two" });
  await ran(api, "score");
  const [{ public_id }] = await server.d1("select public_id from customers");
  const { orders } = (await api.get(`/api/customers/${public_id}/export`)).json.export;
  assert.equal(new Set(orders.map((row) => row.external_id)).size, 1_201);
});

test("the register knows by when a request is due, whether it is late, and who says that it is done", async () => {
  const { ada } = await plant(server, api, app);
  const made = await api.post("/api/privacy-requests", { kind: "export", customer: ada, note: "By letter", received_at: "2026-02-01T08:00:00Z" });
  assert.equal(made.status, 201, made.text);
  const { id, ...request } = made.json.privacy_request;
  assert.deepEqual(request, {
    kind: "export", subject: ada, customer: ada, note: "By letter", received_at: "2026-02-01T08:00:00Z", due_at: "2026-03-03T08:00:00Z",
    done_at: null, is_overdue: false, version: 1,
  });
  await server.seams.clock("2026-03-03T08:00:01Z");
  const list = async () => (await api.get("/api/privacy-requests")).json.privacy_requests;
  assert.equal((await list())[0].is_overdue, true);
  const stale = await api.patch(`/api/privacy-requests/${id}`, { done: true }, { "if-match": '"9"' });
  assert.deepEqual([stale.status, stale.json.conflict.current], [412, 1]);
  const done = await api.patch(`/api/privacy-requests/${id}`, { done: true, note: null });
  assert.deepEqual([done.json.privacy_request.done_at, done.json.privacy_request.note, done.json.privacy_request.is_overdue], ["2026-03-03T08:00:01Z", null, false]);
  const second = await api.post("/api/privacy-requests", { kind: "erasure", customer: ada });
  assert.deepEqual((await list()).map((row) => row.id), [second.json.privacy_request.id, id], "open ones first");
  assert.equal((await api.patch(`/api/privacy-requests/${id}`, { done: false })).json.privacy_request.done_at, null);
  assert.equal((await server.d1("select count(*) as n from customers where name = 'Ada Quetzal'"))[0].n, 1, "writing it down erases nobody");

  for (const [body, field] of [
    [{ kind: "shop_erasure", customer: ada }, "kind"],
    [{ kind: "export", customer: uuid7() }, "customer"],
    [{ kind: "export", customer: ada, received_at: "2026-03-04T00:00:00Z" }, "received_at"],
    [{ kind: "export", customer: ada, note: "x".repeat(2_001) }, "note"],
  ]) {
    const refused = await api.post("/api/privacy-requests", body);
    assert.deepEqual([refused.status, Object.keys(refused.json.fields)], [422, [field]]);
  }
});

test("an erasure carries out the request that was written down for it", async () => {
  const { ada } = await plant(server, api, app);
  const { id } = (await api.post("/api/privacy-requests", { kind: "erasure", customer: ada, note: "Quetzal wrote a letter" })).json.privacy_request;
  const owner = await server.person({ role: "owner" });
  assert.equal((await owner.delete(`/api/customers/${ada}`)).json.privacy_request.id, id);
  const back = await api.patch(`/api/privacy-requests/${id}`, { done: false });
  assert.deepEqual([back.status, back.json.code], [409, "erased"]);
});

test("a contact says which of its addresses nobody may write to, since when and why, and no file undoes it", async () => {
  const { ada } = await plant(server, api, app);
  await suppress("ada-canary@example.com", "email", "complained", "2026-01-01T00:00:00Z");
  await suppress("+4915112345678", "sms", "imported");
  const contact = async () => (await api.get(`/api/customers/${ada}`)).json.customer.contacts[0];
  const suppressed = [
    { channel: "email", reason: "complained", source: "A file", at: "2026-01-01T00:00:00Z" },
    { channel: "sms", reason: "imported", source: "A file", at: NOW },
  ];
  assert.deepEqual((await contact()).suppressed, suppressed);
  await imported(api, "customers", [person("ada-canary-1", "ada-canary@example.com", { consents: [{ channel: "email", granted: true, at: null }] })], { file: "again" });
  assert.deepEqual((await contact()).suppressed, suppressed);
});

test("whoever objects is scored no longer, at once and for good, until they do so no longer", async () => {
  await imported(api, "orders", Array.from({ length: 40 }, (_, n) => order(n + 1, `C-${n % 8}`, `2025-${`${1 + (n % 12)}`.padStart(2, "0")}-10`)));
  await ran(api, "score");
  const [{ id, public_id }] = await server.d1("select id, public_id from customers where external_id = 'C-3'");
  const scores = async () => (await server.d1("select count(*) as n from scores where customer_id = ?1", id))[0].n;
  const read = async () => (await api.get(`/api/customers/${public_id}`)).json.customer;
  assert.deepEqual([await scores(), (await read()).objected_at ?? null], [1, null]);
  const tier = (await read()).tier;
  const answer = await api.patch(`/api/customers/${public_id}`, { objected: true });
  assert.deepEqual([answer.json.customer.objected_at, answer.json.customer.tier, await scores()], [NOW, "not_scored", 0]);
  await ran(api, "score");
  await server.d1("insert into wakes (job, due_at) values ('rescore', 0) on conflict (job) do update set due_at = 0");
  await ran(api, "score");
  assert.deepEqual([(await read()).tier, await scores(), (await read()).orders], ["not_scored", 0, 5], "also when everybody is scored anew");
  const training = (await api.get("/api/models/risk/training")).text;
  await api.patch(`/api/customers/${public_id}`, { objected: false });
  await ran(api, "score");
  assert.deepEqual([(await read()).tier, await scores(), (await read()).objected_at ?? null], [tier, 1, null]);
  assert.notEqual((await api.get("/api/models/risk/training")).text, training, "nobody learns from whoever objects");
  const log = await server.d1("select fields from audit where action = 'customer_changed' order by id");
  assert.deepEqual(log.map((row) => JSON.parse(row.fields)), [[{ name: "objection_to_profiling", to: "yes" }], [{ name: "objection_to_profiling", from: "yes" }]]);
});

test("an objection in the register holds as it is written down", async () => {
  const { ada } = await plant(server, api, app);
  const { privacy_request: request } = (await api.post("/api/privacy-requests", { kind: "objection", customer: ada })).json;
  assert.equal(request.done_at, NOW);
  assert.equal((await api.get(`/api/customers/${ada}`)).json.customer.objected_at, NOW);
});

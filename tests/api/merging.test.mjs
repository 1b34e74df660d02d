// Records of one person, merged by hand and taken apart again.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";
import { message, push, source } from "../inbox.mjs";
import { aModel, event, imported, keepModel, order, person, ran, unplaced } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";

let server, api, app, model;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
  app = await source(server);
  model ??= await aModel(server, api);
  await server.d1("delete from models");
  await keepModel(server, model, 1);
});

const ids = async () => (await server.d1("select public_id from customers order by id")).map((row) => row.public_id);

// Ann and Anna, with something of each in every table whose rows move.
async function couple() {
  await imported(api, "customers", [person("a", "ann@example.com", { name: "Ann", phone: "+49301234567" })], { file: "a" });
  await imported(api, "customers", [person("b", "anna@example.com", { name: "Anna", country: "DE" })], { file: "b" });
  await imported(api, "orders", [order(1, "a", "2025-10-01"), order(2, "a", "2025-12-01"), order(3, "b", "2026-01-10", 700)]);
  await imported(api, "events", [event(1, "a", "2026-01-02"), event(2, "b", "2026-01-03")]);
  await push(server, [{ source: app, ...message("m1", "identify", "2026-02-01", { userId: "u-b", anonymousId: "anon-b", traits: { email: "anna@example.com", plan: "pro" } }) }]);
  await ran(api, "intake");
  const [one, other] = await ids();
  for (const id of [one, other]) {
    await api.post(`/api/customers/${id}/notes`, { body: `About ${id}` });
    await api.patch(`/api/customers/${id}`, { set_aside: { reason: "paused", until: "2026-03-20" } });
    await api.post("/api/privacy-requests", { kind: "export", customer: id });
  }
  await api.patch(`/api/customers/${other}`, { tags: ["vip"] });
  await ran(api, "score");
  return [one, other];
}

// What is known of everybody, without when and how often it was written.
const WHOLE = {
  customers: "select id, public_id, external_id, kind, name, name_key, owner_id, tags, traits, traits_at, fields_at, merged_into, created_at from customers order by id",
  contacts: "select id, customer_id, role, name, email, phone, country, time_zone, consent, fields_at, source_at from contacts order by id",
  consents: "select * from consents order by id",
  identities: "select * from identities order by kind, value",
  orders: "select source, external_id, customer_id, ordered_at, amount, currency, refunded, status, items from orders order by 1, 2",
  events: "select source, external_id, customer_id, name, occurred_at, properties from events order by 1, 2",
  notes: "select id, customer_id, body from notes order by id",
  set_asides: "select id, customer_id, reason, from_day, until_day, lifted_at from set_asides order by id",
  privacy_requests: "select id, customer_id, kind, subject from privacy_requests order by id",
  states: "select customer_id, state, base from states order by 1",
  scores: "select customer_id, score from scores order by 1",
  facets: "select customer_id, lifecycle, tier, p30, p60, p90, value, first_day, last_day, buy_days, orders, deadline_day, rescore_day, country from facets order by 1",
};
const whole = async () => Object.fromEntries(await Promise.all(Object.entries(WHOLE).map(async ([name, sql]) => [name, unplaced(await server.d1(sql))])));

test("two records are one, and apart again each as it was", async () => {
  const [one, other] = await couple();
  const before = await whole();
  const merged = await api.post(`/api/customers/${other}/merge`, { into: one });
  assert.equal(merged.status, 200, merged.text);
  const { id, at, ...merge } = merged.json.merge;
  assert.deepEqual(merge, { winner: one, winner_name: "Anna", loser: other, loser_name: "Anna", reason: "by_hand", undone_at: null, can_undo: true });
  await ran(api, "score");
  const customer = (await api.get(`/api/customers/${one}`)).json.customer;
  assert.deepEqual([customer.orders, customer.contacts.length, customer.notes.length, customer.tags], [3, 2, 2, ["vip"]]);
  assert.equal((await server.d1("select count(*) as n from facets"))[0].n, 1);
  assert.deepEqual((await api.get(`/api/merges?customer=${other}`)).json.merges.map((row) => row.id), [id]);
  const [line] = (await api.get(`/api/customers/${one}/timeline`)).json.timeline.filter((item) => item.kind === "merge");
  assert.deepEqual([line.id, line.title, line.at], [id, "Merged with Anna", NOW]);

  const undone = await api.post(`/api/merges/${id}/undo`, {});
  assert.deepEqual([undone.status, undone.json.merge.can_undo, undone.json.merge.undone_at], [200, false, NOW]);
  await ran(api, "score");
  const after = await whole();
  for (const name of Object.keys(WHOLE)) assert.deepEqual(after[name], before[name], name);
  assert.deepEqual((await api.get(`/api/customers/${one}/timeline`)).json.timeline.filter((item) => /merge/.test(item.kind)).map((item) => item.kind).sort(), ["merge", "merge_undone"]);
  const again = await api.post(`/api/merges/${id}/undo`, {});
  assert.deepEqual([again.status, again.json.code], [409, "not_undoable"]);
});

test("what came after the merge stays with the record that stayed", async () => {
  const [one, other] = await couple();
  const { id } = (await api.post(`/api/customers/${other}/merge`, { into: one })).json.merge;
  await imported(api, "orders", [order(4, "b", "2026-02-20")], { file: "later" });
  await push(server, [{ source: app, ...message("m2", "track", "2026-02-21", { userId: "u-b", event: "Signed In", properties: {} }) }]);
  await ran(api, "intake");
  await api.post(`/api/merges/${id}/undo`, {});
  await ran(api, "score");
  const owners = await server.d1("select o.external_id, c.public_id from orders o join customers c on c.id = o.customer_id order by 1");
  assert.deepEqual(owners.map((row) => row.public_id), [one, one, other, one]);
  const [{ public_id }] = await server.d1("select c.public_id from events e join customers c on c.id = e.customer_id where e.name = 'Signed In'");
  assert.equal(public_id, one);
  // Keys went back, so that what comes next is the other's again.
  await imported(api, "orders", [order(5, "b", "2026-02-25")], { file: "last" });
  const [{ customer }] = await server.d1("select c.public_id as customer from orders o join customers c on c.id = o.customer_id where o.external_id = 'O-5'");
  assert.equal(customer, other);
});

test("an opt-out of either record holds for both, and longer than their merge", async () => {
  const [one, other] = await couple();
  await push(server, [{ source: app, ...message("m3", "track", "2026-02-22", { userId: "u-b", event: "Unsubscribed", properties: { email: "anna@example.com" } }) }]);
  await ran(api, "intake");
  const denied = async () => (await server.d1("select email from contacts where consent like '%denied%' order by email")).map((row) => row.email);
  const before = await denied();
  const { id } = (await api.post(`/api/customers/${other}/merge`, { into: one })).json.merge;
  assert.deepEqual(await denied(), before);
  await api.post(`/api/merges/${id}/undo`, {});
  assert.deepEqual(await denied(), before);
});

test("a record is merged with itself, with nobody and with a merged one by no means, and not undone beneath another merge", async () => {
  const [one, other] = await couple();
  await imported(api, "customers", [person("c", "cora@example.com", { name: "Cora" })], { file: "c" });
  const third = (await ids())[2];
  assert.deepEqual((await api.post(`/api/customers/${one}/merge`, { into: one })).json.fields.into.length > 0, true);
  assert.equal((await api.post(`/api/customers/${one}/merge`, { into: uuid7() })).status, 422);
  assert.equal((await api.post(`/api/customers/${uuid7()}/merge`, { into: one })).status, 404);
  const first = (await api.post(`/api/customers/${other}/merge`, { into: one })).json.merge;
  assert.equal((await api.post(`/api/customers/${other}/merge`, { into: third })).json.code, "merged");
  const second = (await api.post(`/api/customers/${one}/merge`, { into: third })).json.merge;
  assert.equal((await api.post(`/api/merges/${first.id}/undo`, {})).json.code, "not_undoable");
  assert.equal((await api.post(`/api/merges/${second.id}/undo`, {})).status, 200);
  assert.equal((await api.post(`/api/merges/${first.id}/undo`, {})).status, 200);
  assert.equal((await server.d1("select count(*) as n from customers where merged_into is not null"))[0].n, 0);
});

// What the shop shipped, whom it would bring back, and what people ask for.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";

const NOW = "2026-03-02T09:00:00Z";
const day = (text) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
const [HEALTHY, EARLY, LOST] = [0, 1, 4];
const [UNKNOWN, PRICE, FEATURE] = [0, 1, 2];

let server, api;
before(async () => (server = await start({ now: NOW })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("marketer");
});

// Customers as scoring leaves them: [tier, reason, last order, value, excluded].
async function customers(rows) {
  const people = rows.map(([tier, reason, last, value = 1000, excluded = 0], at) => [at + 1, tier, reason, last && day(last), value, excluded]);
  const json = JSON.stringify(people);
  await server.d1(`insert into customers (id, public_id, external_id, name, name_key, created_at, updated_at)
    select j.value ->> 0, printf('01900000-0000-7000-8000-%012x', j.value ->> 0), 'C-' || (j.value ->> 0), 'Name', 'name', 0, 0 from json_each(?1) j`, json);
  await server.d1(`insert into facets (customer_id, dirty, tier, reason, last_day, value, excluded)
    select j.value ->> 0, 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5 from json_each(?1) j`, json);
}
const wish = (customer, feature, on) =>
  server.d1("insert into wishes (feature_key, customer_id, feature, day) values (?1, ?2, ?3, ?4)", feature.toLowerCase(), customer, feature, day(on));
const add = async (body) => (await api.post("/api/improvements", body)).json.improvement;

test("who asked for it or left over it before it came is counted once, however long gone", async () => {
  await customers([
    [LOST, FEATURE, "2019-02-01", 5000],
    [LOST, FEATURE, "2026-01-20", 900],
    [LOST, UNKNOWN, "2021-02-01", 700],
    [EARLY, FEATURE, "2026-02-20", 300, 2],
    [HEALTHY, FEATURE, "2026-02-20", 40],
    [LOST, PRICE, "2020-01-01", 6],
  ]);
  await wish(1, "Calendar sync", "2018-12-01");
  await wish(3, "calendar sync", "2020-05-01");
  await wish(5, "Calendar sync", "2025-05-01");
  await wish(6, "calendar sync", "2026-02-01");

  const { matches, ...told } = await add({ kind: "feature", title: "Calendars are in step", shipped_on: "2026-01-10", features: ["Calendar-Sync"] });
  assert.deepEqual(told.reasons, ["missing_feature"], "what is usual for a feature");
  assert.deepEqual(matches, { customers: 3, asked: 2, left: 2, lost: 2, excluded: 1, value: { amount: "60.00", currency: "USD" } });

  const price = await add({ kind: "price", title: "A smaller plan", features: [] });
  assert.deepEqual([price.shipped_on, price.matches.customers, price.matches.asked], ["2026-03-02", 1, 0]);
});

test("the list tells the newest first, and what is asked for most and answered by nothing", async () => {
  await customers([[LOST, FEATURE, "2025-02-01"], [HEALTHY, UNKNOWN, "2026-02-01"], [EARLY, UNKNOWN, "2026-02-01"]]);
  await wish(1, "Dark mode", "2025-01-01");
  await wish(2, "Dark mode", "2025-01-01");
  await wish(3, "Export", "2025-01-01");
  await add({ kind: "service", title: "Support at night", shipped_on: "2025-06-01" });
  await add({ kind: "feature", title: "Files leave", shipped_on: "2025-12-01", features: ["export"] });
  const { improvements, wishes } = (await api.get("/api/improvements")).json;
  assert.deepEqual(improvements.map(({ title, matches }) => [title, matches.customers]), [["Files leave", 2], ["Support at night", 0]]);
  assert.deepEqual(wishes, [{ feature: "Dark mode", customers: 2, leaving: 1 }]);
});

test("a change names its version, and a refusal its field", async () => {
  const { id } = await add({ kind: "policy", title: "Free returns" });
  const changed = await api.patch(`/api/improvements/${id}`, { title: "Free returns for a year", reasons: ["price", "service"] });
  assert.deepEqual([changed.status, changed.json.improvement.version, changed.json.improvement.reasons], [200, 2, ["price", "service"]]);
  const late = await api.patch(`/api/improvements/${id}`, { title: "x" }, { "if-match": '"1"' });
  assert.deepEqual([late.status, late.json.conflict.current, late.json.conflict.resource.title], [412, 2, "Free returns for a year"]);
  for (const [field, body] of [
    ["title", { kind: "policy", title: " " }],
    ["shipped_on", { kind: "policy", title: "x", shipped_on: "2026-03-03" }],
    ["reasons", { kind: "policy", title: "x", reasons: [] }],
    ["features", { kind: "policy", title: "x", features: ["…"] }],
  ]) {
    const refused = await api.post("/api/improvements", body);
    assert.equal(refused.status, 422);
    assert.deepEqual(Object.keys(refused.json.fields), [field]);
  }
  assert.equal((await api.delete(`/api/improvements/${id}`)).status, 200);
  assert.equal((await api.get(`/api/improvements/${id}`)).status, 404);
});

test("announced, those whom it is for are a segment that follows them, and again it is the same one", async () => {
  await customers([[LOST, FEATURE, "2019-02-01"], [LOST, UNKNOWN, "2021-02-01"], [LOST, FEATURE, "2026-02-20"], [EARLY, FEATURE, "2026-02-20"], [HEALTHY, FEATURE, "2026-02-20"]]);
  await wish(2, "Calendar sync", "2018-12-01");
  const { id, matches } = await add({ kind: "feature", title: "Calendars are in step", shipped_on: "2026-01-10", features: ["Calendar-Sync"] });
  const post = (version) => api.post(`/api/improvements/${id}/announce`, {}, { "if-match": `"${version}"` });
  const first = await post(1);
  assert.equal(first.status, 200, first.text);
  assert.equal(first.json.improvement.announced_at, NOW);
  const segment = async () => (await api.get(`/api/segments/${first.json.segment}`)).json.segment;
  const { customers: counted, name, sentence } = await segment();
  assert.deepEqual([counted, name, sentence], [matches.customers, "For: Calendars are in step", "Customers whom “Calendars are in step” would bring back"]);
  const listed = async () => (await api.get(`/api/customers?segment=${first.json.segment}&sort=name`)).json.customers.map(({ external_id }) => external_id);
  assert.deepEqual(await listed(), ["C-1", "C-2", "C-4"]);
  await wish(3, "calendar sync", "2025-12-01");
  assert.deepEqual(await listed(), ["C-1", "C-2", "C-3", "C-4"], "who asked for it since is in it");
  assert.equal((await post(1)).status, 412);
  const again = await post(2);
  assert.deepEqual([again.status, again.json.segment], [200, first.json.segment]);
  assert.equal((await api.delete(`/api/improvements/${id}`, { "if-match": '"3"' })).status, 200);
  const { gone } = await segment();
  assert.deepEqual([gone, await listed()], [["An improvement it names is gone: choose another"], []]);
});

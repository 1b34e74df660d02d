// What is recommended for each customer: in which order Radar stands, what a tier's header says, and what a row turns into once it is begun.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";

const NOW = "2026-03-02T09:00:00Z";
const TODAY = Math.floor(Date.parse(NOW) / 86_400_000);
const [IMMEDIATE, EARLY, LOST] = [3, 1, 4];
const [LOW, HIGH] = [0, 2];
const [PRICE, FEATURE] = [1, 2];

let server, api;
before(async () => (server = await start({ now: NOW })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
});

// Customers as scoring leaves them.
async function customers(rows) {
  const usual = { tier: EARLY, value_tier: HIGH, reason: FEATURE, contact: 300, alone: 60, margin_back: 40_000, order_back: 9_000, excluded: 0, waiting: 0, regain: 0, last_day: TODAY - 90, deadline_day: TODAY + 5, dirty: 0 };
  for (const [at, row] of rows.entries()) {
    const id = at + 1;
    await server.d1("insert into customers (id, public_id, external_id, name, name_key, created_at, updated_at) values (?1, ?2, ?3, ?4, ?4, 0, 0)",
      id, `01900000-0000-7000-8000-00000000000${id}`, `C-${id}`, row.name ?? `name ${id}`);
    const { name, consent, ...facets } = { ...usual, ...row };
    const columns = Object.keys(facets);
    await server.d1(`insert into facets (customer_id, ${columns.join(", ")}) values (?1, ${columns.map((_, n) => `?${n + 2}`).join(", ")})`, id, ...Object.values(facets));
    const granted = { channel: "email", purpose: "marketing", state: "granted", basis: "consent", source: "form", wording: null, act: true, occurred_at: 0, recorded_at: 0, expires_at: null };
    const present = consent === false ? {} : { "email/marketing": granted };
    await server.d1("insert into contacts (public_id, customer_id, name, email, consent, created_at, updated_at) values (?1, ?2, '', ?3, ?4, 0, 0)",
      `01900000-0000-7000-8001-00000000000${id}`, id, `c${id}@example.com`, JSON.stringify(present));
  }
}
const list = async (query) => (await api.get(`/api/customers?${query}`)).json;

test("the costliest wait stands first, and among the lost who brings most", async () => {
  await customers([{ waiting: 150 }, { waiting: 90_000, tier: IMMEDIATE }, { tier: LOST, regain: 700 }, { tier: LOST, regain: 9_000 }]);
  const leaving = await list("tier=immediate,moderate,early&sort=waiting");
  assert.deepEqual(leaving.customers.map(({ external_id, waiting }) => [external_id, waiting.amount]), [["C-2", "9.00"], ["C-1", "0.01"]]);
  const lost = await list("tier=lost&sort=regain");
  assert.deepEqual(lost.customers.map(({ external_id, regain, waiting }) => [external_id, regain.amount, waiting]), [["C-4", "90.00", undefined], ["C-3", "7.00", undefined]]);
});

test("each row says one thing to do, by whom, by when, with what it adds and what that rests on", async () => {
  await customers([{}, { consent: false }, { excluded: 5 }, { tier: 0 }, { contact: null, alone: null }]);
  const { customers: rows, meta } = await list("sort=name");
  const [one, unreachable, staff, healthy, unknown] = rows.map(({ recommended }) => recommended);
  assert.ok(one.margin.amount > 0 && one.chance > 0 && one.chance_interval[0] < one.chance && one.chance < one.chance_interval[1], JSON.stringify(one));
  assert.ok(Number(one.margin_interval.low.amount) < Number(one.margin.amount));
  assert.equal(one.due, "2026-03-07", "by the deadline");
  assert.match(one.basis, /prior/);
  assert.equal(unreachable.by, "person", "nobody writes to them without consent");
  assert.deepEqual([staff.offer, staff.name, staff.due], [null, "Leave them alone", null]);
  assert.deepEqual([healthy, unknown], [undefined, undefined]);
  const early = meta.tiers.find(({ tier }) => tier === "early");
  assert.ok(early.best.customers >= 2 && Number(early.best.margin.amount) > 0, JSON.stringify(early));
  const whole = (await api.get(`/api/customers/${rows[0].id}`)).json.customer;
  assert.deepEqual(whole.recommended, one, "their page says the same");
});

test("what they asked for leads, and once something is begun nothing else is recommended", async () => {
  await customers([{ tier: LOST, last_day: TODAY - 400 }]);
  await server.d1("insert into wishes (feature_key, customer_id, feature, day) values ('calendar sync', 1, 'Calendar sync', ?1)", TODAY - 500);
  await api.post("/api/improvements", { kind: "price", title: "A smaller plan", shipped_on: "2026-03-01", reasons: ["missing_feature"] });
  await api.post("/api/improvements", { kind: "feature", title: "Calendars are in step", shipped_on: "2026-02-01", features: ["calendar sync"] });
  const [row] = (await list("tier=lost")).customers;
  assert.equal(row.recommended.lead.title, "Calendars are in step");
  assert.match(row.recommended.lead.text, /^Asked for Calendar sync on/);

  const started = await api.post("/api/interventions", { customer: row.id, offer: "manager", by: "person" });
  assert.equal(started.status, 201, started.text);
  const [after] = (await list("tier=lost")).customers;
  assert.deepEqual([after.recommended, after.begun.name], [undefined, started.json.intervention.name]);
  assert.equal((await api.patch(`/api/interventions/${started.json.intervention.id}`, { state: "cancelled" })).status, 200);
  const [again] = (await list("tier=lost")).customers;
  assert.deepEqual([again.begun, again.recommended.name], [undefined, row.recommended.name]);
});

test("the risk report as a file has all of it", async () => {
  await customers([{ waiting: 12_345, reason: PRICE, value_tier: LOW }]);
  const { text } = await api.get("/api/customers/export.csv?tier=early&columns=risk,why,do,waiting");
  const [head, line] = text.trim().split("\r\n");
  const cells = Object.fromEntries(head.split(",").map((name, at) => [name, line.split(",")[at]]));
  assert.equal(cells.waiting_a_day, "1.23");
  assert.match(cells.recommended_by, /^(machine|person)$/);
  assert.ok(cells.recommended.length > 3);
});

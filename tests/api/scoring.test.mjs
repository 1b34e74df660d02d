// Scoring: what it writes, what it leaves alone, and what comes while it works.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until } from "../harness.mjs";
import { aModel, begin, event, keepModel, order, person, ran, scored, send } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";

let server, api;
let model;
before(async () => {
  server = await start({ now: NOW });
  model = await aModel(server, await server.api("owner"));
});
after(() => server.stop());
const fresh = async () => {
  await server.reset();
  await server.seams.clock(NOW);
  await keepModel(server, model, Date.parse(NOW));
  api = await server.api("owner");
};
beforeEach(fresh);
// In one import that has not ended: its last batch would wake scoring at once.
const loaded = async (kind, rows, file = "file") => {
  const { id } = await begin(api, kind, { file });
  const answer = await send(api, id, 0, kind, rows, { last: false });
  assert.equal(answer.status, 200, answer.text);
  return answer;
};

const day = (n) => new Date(Date.UTC(2025, 5, 1 + n)).toISOString().slice(0, 10);
// Each customer orders every `gap` days, some stop early.
const history = (customers, each = 6) =>
  Array.from({ length: customers * each }, (_, at) => {
    const [customer, nth] = [Math.floor(at / each), at % each];
    return order(at + 1, `C-${customer}`, day((customer % 30) + nth * (10 + (customer % 25))), 1_000 + customer);
  });
const dirty = async () => (await server.d1("select count(*) as n from facets where dirty > 0"))[0].n;
const facet = async (customer) =>
  (await server.d1("select f.* from facets f join customers c on c.id = f.customer_id where c.external_id = ?1", customer))[0];

test("rows written: an order 2, an event 2, a fold 1, a score 2", async () => {
  const customers = 50;
  const rows = history(customers);
  await loaded("customers", Array.from({ length: customers }, (_, n) => person(`C-${n}`, `c${n}@example.com`)), "people");
  // Beside the rows: the import, its wakes, usage, use of the token.
  const around = 8;
  const orders = await loaded("orders", rows);
  assert.ok(orders.meter.rows_written >= rows.length * 2 && orders.meter.rows_written <= rows.length * 2 + around, `${orders.meter.rows_written}`);

  const run = await ran(api, "score");
  assert.deepEqual([run.status, run.counts.folded, run.counts.scored], ["done", customers, customers]);
  // Beside the customers: the lease and usage for a page and at both ends, the run, the wakes, the prior model.
  assert.ok(run.rows_written >= customers * 3 && run.rows_written <= customers * 3 + 30, `${run.rows_written}`);

  const events = Array.from({ length: 400 }, (_, n) => event(n + 1, `C-${n % customers}`, "2026-02-01"));
  const stored = await loaded("events", events);
  const marks = customers;
  assert.ok(stored.meter.rows_written >= 800 + marks && stored.meter.rows_written <= 800 + marks + around, `${stored.meter.rows_written}`);
});

test("a second run finds nothing, and an unchanged customer that is folded again is not written", async () => {
  await loaded("orders", history(40));
  await ran(api, "score");
  const before = await scored(server);
  const again = await ran(api, "score");
  assert.deepEqual([again.status, again.counts.checked ?? 0], ["done", 0]);
  await server.d1("update facets set dirty = 1");
  const folded = await ran(api, "score");
  assert.deepEqual([folded.counts.checked, folded.counts.folded, folded.counts.scored], [40, 0, 0]);
  assert.deepEqual(await scored(server), before);
});

test("silence alone brings a customer back on the day that its score says", async () => {
  await loaded("orders", history(40));
  await ran(api, "score");
  const before = await scored(server);
  const first = Math.min(...before.facets.map((row) => row.rescore_day).filter((at) => at !== null));
  await server.seams.clock(new Date((first - 1) * 86_400_000).toISOString());
  assert.equal((await ran(api, "score")).counts.checked ?? 0, 0);
  await server.seams.clock(new Date(first * 86_400_000).toISOString());
  const due = before.facets.filter((row) => row.rescore_day === first).length;
  assert.equal((await ran(api, "score")).counts.checked, due);
  assert.ok((await scored(server)).facets.every((row) => row.rescore_day === null || row.rescore_day > first));
});

test("a customer without orders or events costs one row and is not scored", async () => {
  await loaded("customers", [person(1, "ada@example.com")]);
  const run = await ran(api, "score");
  assert.deepEqual([run.counts.checked, run.counts.folded, run.counts.scored], [1, 0, 0]);
  assert.deepEqual((await scored(server)).states, []);
  assert.equal(await dirty(), 0);
});

test("an order that comes while its customer is being scored is not lost", async () => {
  await loaded("orders", history(5), "first");
  await server.seams.arm("score.loaded");
  const running = ran(api, "score");
  await server.seams.reached("score.loaded");
  const { id } = await begin(api, "orders", { file: "second" });
  await send(api, id, 0, "orders", [order(9_001, "C-0", "2026-03-01", 5_000)]);
  await server.seams.release("score.loaded");
  assert.equal((await running).status, "done");
  await until(async () => (await ran(api, "score")) && (await facet("C-0")).orders === 7, "the new order in the state");
  assert.equal(await dirty(), 0);
});

test("a moved threshold and a new model score everybody again", async () => {
  await loaded("orders", history(60));
  await ran(api, "score");
  await server.d1("update shop set thresholds = ?1", JSON.stringify({ immediate: 0.0002, moderate: 0.0001, early: 0.00005 }));
  await server.d1("insert into wakes (job, due_at) values ('rescore', 0)");
  const run = await ran(api, "score");
  assert.deepEqual([run.status, run.counts.checked], ["done", 60]);
  assert.deepEqual(await server.d1("select * from wakes where job = 'rescore'"), []);
  const tiers = await server.d1("select distinct tier from facets");
  assert.ok(tiers.every(({ tier }) => tier === 3 || tier === 4), JSON.stringify(tiers));
});

test("the score does not rest on how the history came in", async () => {
  const rows = history(30);
  await loaded("orders", rows);
  await ran(api, "score");
  const whole = await scored(server);
  await fresh();
  for (const [at, part] of [rows.slice(0, 60), rows.slice(60)].entries()) {
    await loaded("orders", part, `part ${at}`);
    await ran(api, "score");
  }
  const parts = await scored(server);
  assert.deepEqual(parts.states, whole.states);
  assert.deepEqual(parts.facets, whole.facets);
});

test("on the free plan nothing is fitted, and the model says so", async () => {
  await server.reset();
  api = await server.api("owner");
  await server.d1("update shop set plan = 'free'");
  await loaded("orders", history(30));
  await ran(api, "score");
  const run = await ran(api, "fit");
  assert.deepEqual([run.status, run.counts], ["done", { kept_priors: 1 }]);
  assert.equal((await api.get("/api/models")).json.model.basis, "prior");
});

test("an own definition of churn moves everybody's deadline, and goes again", async () => {
  await loaded("orders", history(40));
  await ran(api, "score");
  const deadlines = () => server.d1("select last_day, deadline_day from facets order by customer_id");
  const byRhythm = await deadlines();
  assert.ok(new Set(byRhythm.map((row) => row.deadline_day - row.last_day)).size > 3, "each has an own rhythm");

  const change = async (days) => {
    const answer = await api.patch("/api/shop", { churn_days: days });
    assert.deepEqual([answer.status, answer.json.shop?.churn_days], [200, days], answer.text);
    await until(async () => (await ran(api, "score")) && (await server.d1("select 1 from wakes where job = 'rescore'")).length === 0, "everybody is scored again");
  };
  await change(90);
  assert.ok((await deadlines()).every((row) => row.deadline_day === row.last_day + 90));
  const { id } = (await api.get("/api/customers")).json.customers[0];
  const { customer } = (await api.get(`/api/customers/${id}`)).json;
  assert.equal(customer.rhythm, "Counts as lost after 90 days without an order: your own rule");
  assert.equal((await api.patch("/api/shop", { name: "Tea" })).json.shop.churn_days, 90, "left out, it stays");

  for (const days of [0, 6, 731]) {
    const refused = await api.patch("/api/shop", { churn_days: days });
    assert.deepEqual([refused.status, Object.keys(refused.json.fields)], [422, ["churn_days"]], refused.text);
    assert.match(refused.json.fields.churn_days, /7 to 730 days/);
  }
  await change(null);
  assert.deepEqual(await deadlines(), byRhythm);
});

test("a fit says what other definitions of churn would have said", async () => {
  await loaded("orders", history(40));
  await ran(api, "score");
  assert.deepEqual((await api.get("/api/models")).json.definitions, []);
  await ran(api, "fit");
  const { definitions } = (await api.get("/api/models")).json;
  assert.deepEqual(definitions.map(({ days }) => days), [null, 30, 45, 60, 90, 120, 180, 270, 365]);
  const today = Date.parse(NOW) / 86_400_000;
  for (const { days, lost, watched, came_back } of definitions.slice(1)) {
    const [{ n }] = await server.d1("select count(*) as n from facets where ?1 - last_day >= ?2", Math.floor(today), days);
    assert.equal(lost, n, `${days} days`);
    assert.ok(watched >= 40 ? came_back >= 0 && came_back <= 1 : came_back === null, `${days} days`);
  }
});

// Not at risk, as somebody of the team says: out of the tiers at once, until a day.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until } from "../harness.mjs";
import { aModel, imported, keepModel, order, ran } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";
const CUSTOMERS = 60;

let server, api, model;
before(async () => {
  server = await start({ now: NOW });
  model = await aModel(server, await server.api("owner"));
});
after(() => server.stop());
beforeEach(async () => {
  for (const point of (await server.seams.points()).armed) await server.seams.release(point);
  await server.reset();
  await server.seams.clock(NOW);
  await keepModel(server, model, Date.parse(NOW));
  // Of the old clock, so that everybody who is at risk is.
  await server.d1("update shop set thresholds = ?1", JSON.stringify({ immediate: 0.0002, moderate: 0.0001, early: 0.00005 }));
  api = await server.api("marketer");
  await imported(api, "orders", Array.from({ length: CUSTOMERS * 3 }, (_, at) =>
    order(at + 1, `C-${at % CUSTOMERS}`, new Date(Date.UTC(2025, 11, 1) + Math.floor(at / CUSTOMERS) * 30 * 86_400_000).toISOString().slice(0, 10))));
  await quiet();
});

const quiet = () =>
  until(async () => {
    await server.scheduled("* * * * *");
    const [{ n }] = await server.d1("select (select count(*) from wakes) + (select count(*) from leases where cursor <> '{}') + (select count(*) from facets where dirty > 0) as n");
    return n === 0;
  }, "the end of all work");
const list = async (tier) => (await api.get(`/api/customers?tier=${tier}&limit=100`)).json;
const AT_RISK = "immediate,moderate,early";
const one = async (id) => (await api.get(`/api/customers/${id}`)).json.customer;
const aside = { reason: "on_leave", until: "2026-03-20", note: "Called, back in spring" };
const setAside = async (id, set_aside) => {
  const answer = await api.patch(`/api/customers/${id}`, { set_aside });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.customer;
};

test("whoever is set aside leaves Radar at once, stays out through scoring, and is back on the day after", async () => {
  const before = await list(AT_RISK);
  assert.equal(before.meta.total, CUSTOMERS);
  const { id } = before.customers[0];
  await server.seams.arm("score.loaded");
  const changed = await setAside(id, aside);
  assert.deepEqual([changed.tier, changed.lifecycle], ["set_aside", "active"]);
  const { by: _, ...told } = changed.set_aside;
  assert.deepEqual(told, { ...aside, from: "2026-03-02" });
  assert.equal((await list(AT_RISK)).meta.total, CUSTOMERS - 1);
  const shown = await list("set_aside");
  assert.deepEqual([shown.meta.total, shown.customers.map((row) => row.id)], [1, [id]]);
  assert.equal(shown.meta.tiers.find(({ tier }) => tier === "set_aside").customers, 1);
  await server.seams.release("score.loaded");

  const manager = await server.api("manager");
  const [head, line] = (await manager.get("/api/customers/export.csv?tier=set_aside")).text.split("\r\n").map((text) => text.split(","));
  assert.deepEqual(["id", "tier", "set_aside", "set_aside_until"].map((field) => line[head.indexOf(field)]), [id, "set_aside", "on_leave", "2026-03-20"]);
  await quiet();
  const scored = await one(id);
  assert.deepEqual([scored.tier, scored.set_aside.reason], ["set_aside", "on_leave"]);
  assert.ok(scored.risk.p90 > 0, "the figures stay as they are");
  assert.equal((await server.d1("select min(rescore_day) as at from facets where tier = 5"))[0].at <= Date.parse("2026-03-21") / 86_400_000, true);
  const by = (await api.get(`/api/customers?sort=risk&limit=100`)).json.customers.map((row) => row.id);
  assert.equal(by.at(-1), id, "below everybody who is at risk");

  await server.seams.clock("2026-03-20T23:00:00Z");
  await ran(await server.api("owner"), "score");
  assert.equal((await one(id)).tier, "set_aside", "the last day counts");
  await server.seams.clock("2026-03-21T00:30:00Z");
  await ran(await server.api("owner"), "score");
  const back = await one(id);
  assert.ok(!["set_aside", "not_scored"].includes(back.tier) && back.set_aside === null, back.tier);
});

test("it is ended, said anew, and told in the timeline and the log", async () => {
  const { id } = (await list(AT_RISK)).customers[0];
  await setAside(id, aside);
  const again = await setAside(id, { reason: "seasonal", until: "2026-12-01" });
  assert.deepEqual([again.set_aside.reason, again.set_aside.note], ["seasonal", null]);
  const version = again.version;
  assert.equal((await setAside(id, { reason: "seasonal", until: "2026-12-01" })).version, version, "what is so already is no change");
  await server.seams.clock("2026-03-05T09:00:00Z");
  const ended = await setAside(id, null);
  assert.equal(ended.set_aside, null);
  await quiet();
  assert.ok(["immediate", "moderate", "early", "lost"].includes((await one(id)).tier));
  const { timeline } = (await api.get(`/api/customers/${id}/timeline`)).json;
  assert.deepEqual(timeline.filter(({ kind }) => kind.startsWith("set_aside")).map(({ title, detail }) => [title, detail ?? null]), [
    ["No longer set aside", null],
    ["Set aside: on leave, until 2026-03-20", "Called, back in spring"],
    ["Set aside: seasonal, until 2026-12-01", null],
  ]);
  const owner = await server.api("owner");
  const texts = (await owner.get("/api/audit?action=customer_changed")).json.audit.map(({ text }) => text);
  assert.deepEqual(texts, [
    "test marketer changed a customer: set aside no longer seasonal until 2026-12-01.",
    "test marketer changed a customer: set aside from on leave until 2026-03-20 to seasonal until 2026-12-01.",
    "test marketer changed a customer: set aside on leave until 2026-03-20, note.",
  ]);
});

test("many are set aside in one call and come back in one", async () => {
  const all = (await list(AT_RISK)).customers;
  const ids = all.slice(0, 20).map(({ id }) => id);
  const bulk = async (body) => (await api.post("/api/customers/bulk", body)).json.bulk;
  assert.deepEqual(await bulk({ ids, set_aside: { reason: "wrong", until: "2026-05-01" } }), { seen: 20, changed: 20, full: 0, next_cursor: null });
  assert.equal((await bulk({ ids, set_aside: { reason: "wrong", until: "2026-05-01" } })).changed, 0);
  assert.deepEqual([(await list(AT_RISK)).meta.total, (await list("set_aside")).meta.total], [CUSTOMERS - 20, 20]);
  await quiet();
  assert.equal((await list("set_aside")).meta.total, 20);
  assert.equal((await bulk({ query: "?tier=set_aside", set_aside: null })).changed, 20);
  await quiet();
  assert.equal((await list("set_aside")).meta.total, 0);
  assert.equal((await server.d1("select count(*) as n from set_asides where lifted_at is not null"))[0].n, 20);
});

test("a page of scoring that was read before does not undo it for good", async () => {
  const { id } = (await list(AT_RISK)).customers[0];
  await server.d1("update facets set dirty = 1");
  await server.seams.arm("score.computed");
  const running = ran(await server.api("owner"), "score");
  await server.seams.reached("score.computed");
  await server.seams.release("score.computed");
  await setAside(id, aside);
  await running;
  await quiet();
  assert.equal((await one(id)).tier, "set_aside");
});

test("days, notes and reasons that make no sense are refused, and only whoever may edit sets aside", async () => {
  const { id } = (await list(AT_RISK)).customers[0];
  for (const [wrong, field] of [
    [{ reason: "paused", until: "2026-03-01" }, "set_aside.until"],
    [{ reason: "paused", until: "2027-06-01" }, "set_aside.until"],
    [{ reason: "paused", until: "soon" }, "set_aside.until"],
    [{ reason: "paused", until: "2026-03-09", note: "x".repeat(501) }, "set_aside.note"],
  ]) {
    const answer = await api.patch(`/api/customers/${id}`, { set_aside: wrong });
    assert.deepEqual([answer.status, Object.keys(answer.json.fields)], [422, [field]], answer.text);
  }
  assert.equal((await api.patch(`/api/customers/${id}`, { set_aside: { reason: "bored", until: "2026-03-09" } })).status, 422);
  const success = await server.api("success");
  assert.equal((await success.patch(`/api/customers/${id}`, { set_aside: aside })).status, 403);
  assert.deepEqual(await server.d1("select * from set_asides"), []);
});

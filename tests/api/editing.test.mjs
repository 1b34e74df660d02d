// Two people edit the same settings: the second is shown both versions, and nothing of either is lost. And what the database refuses.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until } from "../harness.mjs";
import { imported, order, ran } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";

let server, api;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
});

const EUR = [{ currency: "EUR", day: "2026-01-01", rate: 1.1 }];
const GBP = [{ currency: "GBP", day: "2026-01-01", rate: 1.3 }];
const OWN = { immediate: 0.6, moderate: 0.5, early: 0.4 };
const inner = (answer, key) => answer.json[key];

// What each resource is called, two changes of it, and how its version column is named in the store.
const RESOURCES = [
  { method: "PATCH", path: "/api/shop", key: "shop", first: { name: "First" }, second: { name: "Second" }, column: "version" },
  { method: "PUT", path: "/api/retention", key: "retention", first: { event_days: 90 }, second: { event_days: 120 }, column: "version" },
  { method: "PUT", path: "/api/rates", key: "rates", first: { rates: EUR }, second: { rates: GBP }, column: "rates_version" },
  { method: "PUT", path: "/api/thresholds", key: "thresholds", first: OWN, second: { ...OWN, early: 0.3 }, column: "thresholds_version" },
];

for (const { method, path, key, first, second, column } of RESOURCES) {
  test(`${path}: the second editor is shown what stands, and saves from there`, async () => {
    const opened = await api.get(path);
    const tag = opened.headers.get("etag");
    assert.equal(tag, '"1"');
    const saved = await api.request(method, path, first, { "if-match": tag });
    assert.deepEqual([saved.status, saved.headers.get("etag")], [200, '"2"'], saved.text);
    const stands = inner(await api.get(path), key);
    const before = await server.d1("select * from shop");
    const entries = await server.d1("select id from audit");

    const late = await api.request(method, path, second, { "if-match": tag });
    assert.deepEqual([late.status, late.json.code], [412, "stale"]);
    assert.deepEqual(late.json.conflict, { yours: 1, current: 2, resource: stands });
    assert.deepEqual(await server.d1("select * from shop"), before, "nothing was written");
    assert.deepEqual(await server.d1("select id from audit"), entries, "and nothing told");

    const again = await api.request(method, path, second, { "if-match": '"2"' });
    assert.deepEqual([again.status, again.headers.get("etag")], [200, '"3"'], again.text);
    assert.equal((await server.d1(`select ${column} as version from shop`))[0].version, 3);
  });

  test(`${path}: a change that names no version is refused`, async () => {
    const before = await server.d1("select * from shop");
    for (const headers of [{}, { "if-match": "1" }, { "if-match": "*" }, { "if-match": '"one"' }]) {
      const answer = await api.request(method, path, first, headers);
      assert.deepEqual([answer.status, answer.json.code], [428, "precondition_required"], JSON.stringify(headers));
    }
    assert.deepEqual(await server.d1("select * from shop"), before);
  });
}

test("of twenty editors who save the same version at once one gets through", async () => {
  const send = (n) => api.request("PUT", "/api/rates", { rates: [{ currency: "EUR", day: "2026-01-01", rate: 1 + n / 100 }] }, { "if-match": '"1"' });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => send(n + 1)));
  const statuses = answers.map((answer) => answer.status).sort();
  assert.deepEqual(statuses, [200, ...Array(19).fill(412)]);
  const winner = answers.find((answer) => answer.status === 200);
  assert.deepEqual((await api.get("/api/rates")).json.rates, winner.json.rates);
  assert.equal((await server.d1("select count(*) as n from audit where action = 'rates_changed'"))[0].n, 1);
});

test("what stands already is answered as done from any version, and writes nothing", async () => {
  await api.put("/api/rates", { rates: EUR });
  await api.put("/api/thresholds", OWN);
  for (const [path, body] of [["/api/rates", { rates: EUR }], ["/api/thresholds", OWN]]) {
    const answer = await api.request("PUT", path, body, { "if-match": '"1"' });
    assert.deepEqual([answer.status, answer.headers.get("etag"), answer.meter.rows_written], [200, '"2"', 0]);
  }
});

test("the model's thresholds come back only from the newest version", async () => {
  await api.put("/api/thresholds", OWN);
  const late = await api.request("DELETE", "/api/thresholds", undefined, { "if-match": '"1"' });
  assert.deepEqual([late.status, late.json.conflict.current, late.json.conflict.resource.thresholds], [412, 2, OWN]);
  assert.equal((await api.request("DELETE", "/api/thresholds")).status, 428);
  const given = await api.delete("/api/thresholds");
  assert.deepEqual([given.status, given.headers.get("etag"), given.json.thresholds.basis === "own"], [200, '"3"', false]);
});

test("rates that an import or a new home currency changed are another version", async () => {
  const version = async () => (await api.get("/api/rates")).headers.get("etag");
  const rows = [{ line: 2, currency: "EUR", day: Math.floor(Date.parse("2026-01-01") / 86_400_000), rate: 1.2 }];
  await imported(api, "rates", rows, { file: "rates" });
  assert.equal(await version(), '"2"');
  await imported(api, "rates", rows, { file: "the same rates" });
  assert.equal(await version(), '"2"', "the same rates are no change");
  await api.patch("/api/shop", { home_currency: "EUR" });
  assert.equal(await version(), '"3"');
  await api.patch("/api/shop", { name: "Tea" });
  assert.equal(await version(), '"3"');
});

// What D1 says, word by word, and what becomes of it.
const failing = async (message, table, act) => {
  await server.d1(`create trigger failing before ${table} begin select raise(abort, '${message.replaceAll("'", "''")}'); end`);
  try {
    return await act();
  } finally {
    await server.d1("drop trigger failing");
  }
};
const DAILY = "Your account has exceeded D1's free tier daily row write limit. Upgrade to a paid plan or wait until tomorrow (midnight UTC) to continue.";

test("at the database's daily limit a change waits for midnight, and nothing is half done", async () => {
  const before = await server.d1("select * from shop");
  const answer = await failing(DAILY, "insert on audit", () => api.patch("/api/shop", { name: "Tea" }));
  assert.deepEqual([answer.status, answer.json.code], [503, "daily_limit"]);
  const left = (86_400_000 - (Date.now() % 86_400_000)) / 1000;
  assert.ok(Math.abs(Number(answer.headers.get("retry-after")) - left) < 60, answer.headers.get("retry-after"));
  assert.deepEqual(await server.d1("select * from shop"), before, "the entry and the change are one batch");
  assert.equal((await api.patch("/api/shop", { name: "Tea" })).status, 200);
});

test("a busy database is asked again later, and a full one says what to do", async () => {
  const busy = await failing("database is locked", "update on shop", () => api.patch("/api/shop", { name: "Tea" }));
  assert.deepEqual([busy.status, busy.json.code, busy.headers.get("retry-after")], [503, "busy", "5"]);
  const full = await failing("database or disk is full", "update on shop", () => api.patch("/api/shop", { name: "Tea" }));
  assert.deepEqual([full.status, full.json.code, full.headers.get("retry-after")], [503, "full", "600"]);
  const bug = await failing("no such luck", "update on shop", () => api.patch("/api/shop", { name: "Tea" }));
  assert.deepEqual([bug.status, bug.json.code], [500, "internal"]);
  assert.ok(!bug.text.includes("no such luck"));
});

test("a job stops at the database's daily limit without a failure, and goes on the next day", async () => {
  await imported(api, "orders", [order(1, "A", "2026-01-05"), order(2, "B", "2026-01-06")]);
  await until(async () => (await server.d1("select count(*) as n from facets where dirty > 0"))[0].n === 0, "the first scores");
  await until(async () => (await server.d1("select count(*) as n from wakes"))[0].n === 0, "all woken jobs");
  await server.d1("update facets set dirty = 1");
  await failing(DAILY, "update on facets", async () => {
    const run = await ran(api, "score");
    assert.deepEqual([run.status, run.error], ["running", null]);
  });
  assert.equal((await server.d1("select count(*) as n from facets where dirty > 0"))[0].n, 2);
  await server.seams.clock("2026-03-03T00:01:00Z");
  assert.equal((await ran(api, "score")).status, "done");
  assert.equal((await server.d1("select count(*) as n from facets where dirty > 0"))[0].n, 0);
  assert.equal((await server.d1("select count(*) as n from runs where status in ('failed', 'lost')"))[0].n, 0);
});

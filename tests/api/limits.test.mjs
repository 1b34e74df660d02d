// The free plan's daily limit of rows: imports pause and go on by themselves, scoring stops first.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until } from "../harness.mjs";
import { begin, imported, order, ran, send } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";
const TOMORROW = "2026-03-03T00:00:00Z";
const TODAY = Math.floor(Date.parse(NOW) / 86_400_000);

let server, api;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
  await server.d1("update shop set plan = 'free'");
});

const written = (rows) =>
  server.d1("insert into usage (day, rows_written) values (?1, ?2) on conflict (day) do update set rows_written = excluded.rows_written", TODAY, rows);
const shown = async (id) => (await api.get(`/api/imports/${id}`)).json.import;

test("the limit is told before an import starts, less the tenth that is kept back", async () => {
  await written(40_000);
  const { meta } = (await api.get("/api/imports")).json;
  assert.deepEqual([meta.rows_per_day, meta.rows_left_today], [90_000, 50_000]);
  await server.d1("update shop set plan = 'paid'");
  const paid = (await api.get("/api/imports")).json.meta;
  assert.deepEqual([paid.rows_per_day, paid.rows_left_today], [null, null]);
});

test("a batch beyond the limit is refused whole, and the same batch is taken the next day", async () => {
  const { id } = await begin(api, "orders");
  const rows = (from) => Array.from({ length: 50 }, (_, n) => order(from + n, "A", "2026-01-05"));
  assert.equal((await send(api, id, 0, "orders", rows(1), { last: false })).status, 200);
  await written(89_950);
  const refused = await send(api, id, 1, "orders", rows(51));
  assert.deepEqual([refused.status, refused.json.code], [503, "daily_limit"]);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  const paused = await shown(id);
  assert.deepEqual([paused.status, paused.resume_at, paused.next_batch, paused.rows_read], ["paused", TOMORROW, 1, 50]);
  assert.equal((await begin(api, "orders")).id, id, "the file finds its import while it is paused");

  await server.seams.clock("2026-03-03T00:00:01Z");
  const taken = await send(api, id, 1, "orders", rows(51));
  assert.deepEqual([taken.status, taken.json.import.status, taken.json.import.resume_at], [200, "done", null]);
});

test("a body that is read in the background stops at the limit and goes on after midnight by itself", async () => {
  const lines = Array.from({ length: 3_000 }, (_, n) => `O-${n},C-${n % 40},2026-01-0${1 + (n % 9)},5.00`);
  await written(87_000);
  const sent = await api.post("/api/imports?kind=orders", `order_id,customer_id,date,amount\n${lines.join("\n")}\n`, { "content-type": "text/csv" });
  const { id } = sent.json.import;
  await ran(api, "import");
  const paused = await until(async () => ((await shown(id)).status === "paused" ? shown(id) : false), "the pause");
  assert.equal(paused.resume_at, TOMORROW);
  assert.ok(paused.rows_read > 0 && paused.rows_read < 3_000, `${paused.rows_read}`);
  const [{ rows_written }] = await server.d1("select rows_written from usage where day = ?1", TODAY);
  assert.ok(rows_written <= 90_100, `${rows_written}`);
  await server.scheduled("* * * * *");
  assert.deepEqual(await shown(id), paused, "not before midnight");

  await server.seams.clock("2026-03-03T00:01:00Z");
  await server.scheduled("* * * * *");
  const done = await until(async () => ((await shown(id)).status === "done" ? shown(id) : false), "the end of the import");
  assert.deepEqual([done.rows_read, done.rows_accepted, done.rows_duplicate], [3_000, 3_000, 0]);
  assert.equal((await server.d1("select count(*) as n from orders"))[0].n, 3_000);
});

test("scoring stops while imports still go on", async () => {
  await imported(api, "orders", Array.from({ length: 60 }, (_, n) => order(n + 1, `C-${n}`, "2026-01-05")));
  await written(80_000);
  const run = await ran(api, "score");
  assert.deepEqual([run.status, run.counts.checked ?? 0], ["running", 0]);
  assert.equal((await imported(api, "orders", [order(99, "C-1", "2026-01-06")], { file: "later" })).status, "done");
  await server.scheduled("* * * * *");
  assert.equal((await server.d1("select count(*) as n from facets where dirty > 0"))[0].n, 60);

  await server.seams.clock("2026-03-03T00:01:00Z");
  await until(async () => {
    await server.scheduled("* * * * *");
    return (await server.d1("select count(*) as n from facets where dirty > 0"))[0].n === 0;
  }, "all scored");
});

const limits = async () => (await api.get("/api/limits")).json.limits;

test("limits tell what of the plan is used today, and when it starts anew", async () => {
  await written(40_000);
  const free = await limits();
  assert.equal(free.plan, "free");
  assert.equal(free.rows_written.most, 100_000);
  assert.ok(free.rows_written.used >= 40_000 && free.rows_written.used < 41_000, JSON.stringify(free.rows_written));
  assert.deepEqual([free.rows_read.most, free.requests.most, free.storage.most], [5_000_000, 100_000, 500_000_000]);
  assert.equal(free.resets_at, TOMORROW);
  assert.ok(free.storage.used > 10_000 && free.storage.used < 50_000_000, "the database told its size");
  await server.d1("update shop set plan = 'paid'");
  const paid = await limits();
  assert.deepEqual([paid.rows_written.most, paid.requests.most, paid.storage.most], [null, null, 10_000_000_000]);
});

test("requests are counted, and a hundred of them write at most a row", async () => {
  await server.d1("create table usage_writes (n integer)");
  await server.d1("create trigger usage_is_added after insert on usage begin insert into usage_writes values (1); end");
  await server.d1("create trigger usage_is_changed after update on usage begin insert into usage_writes values (1); end");
  try {
    const before = (await limits()).requests.used;
    for (let n = 0; n < 100; n += 1) await api.get("/api/shop");
    assert.ok((await server.d1("select n from usage_writes")).length <= 1);
    // A sum that is just on its way to the store is in neither for a moment.
    let asked = 0;
    await until(async () => {
      asked += 1;
      return (await limits()).requests.used === before + 100 + asked;
    }, "every request is counted");
    for (let n = 0; n < 100; n += 1) await api.get("/api/shop");
    const writes = await until(async () => (await server.d1("select n from usage_writes")).length, "the sum is written down");
    assert.ok(writes <= 2, `${writes} writes of 200 requests and a few`);
    const [row] = await server.d1("select requests, rows_read, rows_written, size from usage where day = ?1", TODAY);
    assert.equal(row.requests % 200, 0, JSON.stringify(row));
    assert.ok(row.rows_read >= 200 && row.size > 10_000, JSON.stringify(row));
  } finally {
    await server.d1("drop trigger usage_is_added");
    await server.d1("drop trigger usage_is_changed");
    await server.d1("drop table usage_writes");
  }
});

test("rows that a run writes down itself are not counted twice", async () => {
  const before = await limits();
  await api.post("/api/runs", { job: "score" });
  const [run] = await server.d1("select rows_written from runs order by id desc limit 1");
  const after = await limits();
  const rose = after.rows_written.used - before.rows_written.used;
  assert.ok(rose >= run.rows_written && rose < run.rows_written + 12, `${rose} for a run of ${run.rows_written}`);
});

test("the store's growth is the line through the days that are known, and says when it is full", async () => {
  for (const [back, size] of [[4, 100e6], [3, 110e6], [1, 130e6]]) {
    await server.d1("insert into usage (day, size, requests) values (?1, ?2, 5)", TODAY - back, size);
  }
  const { storage, days } = await limits();
  assert.deepEqual(days.map((day) => day.day), ["2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
  assert.deepEqual(days.map((day) => day.size).slice(0, 4), [100e6, 110e6, null, 130e6]);
  // Today's own size is small, so the line falls; without today it would rise by 10 MB a day.
  assert.ok(storage.growth < 0 && storage.full_on === null, JSON.stringify(storage));
});

test("what is nearly used up is told on Overview, and what waits for tomorrow under Limits", async () => {
  await written(79_000);
  assert.deepEqual((await api.get("/api/overview")).json.overview.alerts, []);
  await written(85_000);
  const { alerts } = (await api.get("/api/overview")).json.overview;
  assert.equal(alerts.length, 1);
  assert.match(alerts[0], /^85 % of the rows that may be written today/);
  assert.deepEqual((await limits()).waiting, []);
  // As every batch leaves it that brings data: somebody is marked, and the wake says so.
  await server.d1("insert into facets (customer_id, dirty) values (1, 1)");
  await server.d1("insert into wakes (job, due_at) values ('score', 0)");
  assert.deepEqual((await limits()).waiting, ["Customers with new data are scored tomorrow."]);
});

test("days of usage are kept for 400 days", async () => {
  for (const back of [401, 400, 1]) await server.d1("insert into usage (day, requests) values (?1, 1)", TODAY - back);
  await ran(api, "prune");
  const kept = (await server.d1("select day from usage order by day")).map((row) => TODAY - row.day);
  assert.deepEqual(kept.filter((back) => back > 0), [400, 1]);
});

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

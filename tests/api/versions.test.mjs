// What a version finds in the store that another version wrote: positions and states with a schema number that it does not know are
// put back or made anew, and nothing is lost.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until } from "../harness.mjs";
import { aModel, imported, keepModel, order, ran, scored } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";
const FUTURE = "a run of another version";

let server, api, model;
before(async () => {
  server = await start({ now: NOW });
  model = await aModel(server, await server.api("owner"));
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  await keepModel(server, model, Date.parse(NOW));
  api = await server.api("owner");
});

const history = Array.from({ length: 600 }, (_, at) => order(at, `C-${at % 200}`, `2025-0${1 + (at % 9)}-1${at % 7}`));
const settled = () => until(async () => {
  await server.scheduled("* * * * *");
  return (await server.d1("select (select count(*) from facets where dirty > 0) + (select count(*) from wakes) as n"))[0].n === 0;
}, "the end of all work");

test("a cursor of another version is dropped: its run is marked lost, and all its work is done", async () => {
  await imported(api, "orders", history);
  await settled();
  const wanted = await scored(server);
  await server.d1(
    "insert into runs (public_id, job, status, started_at) values (?1, 'score', 'running', 0)", "019cadc6-9a80-7e5c-a1a2-8d7b0d3c5e01");
  const cursor = { schema: 99, run: "019cadc6-9a80-7e5c-a1a2-8d7b0d3c5e01", at: { after: "customer 150 of a new kind" }, why: FUTURE };
  await server.d1("update leases set cursor = ?1, expires_at = 0 where name = 'score'", JSON.stringify(cursor));
  await server.d1("update facets set dirty = 1");
  await server.d1("delete from scores");
  await settled();
  assert.deepEqual((await scored(server)).scores, wanted.scores);
  assert.deepEqual(await server.d1("select status from runs where public_id = ?1", cursor.run), [{ status: "lost" }]);
  assert.deepEqual(await server.d1("select cursor from leases where name = 'score'"), [{ cursor: "{}" }]);
});

test("a cursor without a number is the first version's, and is gone on with", async () => {
  await imported(api, "orders", history);
  await settled();
  const [{ id }] = await server.d1("select customer_id as id from facets order by 1 limit 1 offset 99");
  const run = "019cadc6-9a80-7e5c-a1a2-8d7b0d3c5e02";
  await server.d1("insert into runs (public_id, job, status, started_at) values (?1, 'score', 'running', 0)", run);
  const cursor = { run, pages: 1, counts: { checked: 100 }, rows_read: 0, rows_written: 0, wake: null, at: { after: id, is_begun: true, everybody: null } };
  await server.d1("update leases set cursor = ?1, expires_at = 0 where name = 'score'", JSON.stringify(cursor));
  await server.d1("update facets set dirty = 1");
  await server.scheduled("* * * * *");
  const [row] = await until(() => server.d1("select status, counts from runs where public_id = ?1 and status = 'done'", run).then((rows) => rows.length > 0 && rows), "the run's end");
  assert.equal(JSON.parse(row.counts).checked, 200, "a hundred before, a hundred after");
  assert.deepEqual(await server.d1("select count(*) as n from facets where dirty > 0 and customer_id > ?1", id), [{ n: 0 }]);
});

test("a state of another version is folded again from the orders, and its page is shown meanwhile", async () => {
  await imported(api, "orders", history);
  await settled();
  const wanted = await scored(server);
  const [{ id, public_id }] = await server.d1("select id, public_id from customers order by id limit 1");
  await server.d1("update states set schema = 99, state = json_object('v', 99, 'why', ?2) where customer_id = ?1", id, FUTURE);
  assert.equal((await api.get(`/api/customers/${public_id}`)).status, 200);
  // Not dirty: scoring looks at it because a day has come.
  await server.d1("update facets set rescore_day = 1 where customer_id = ?1", id);
  await ran(api, "score");
  await settled();
  const found = await scored(server);
  assert.deepEqual([found.states, found.scores], [wanted.states, wanted.scores]);
});

test("a file that another version was reading is put back for it, does not stop other files, and is never failed", async () => {
  const body = `order_id,customer_id,date,amount\n${Array.from({ length: 400 }, (_, n) => `O-${n},C-${n},2026-01-05,5.00`).join("\n")}\n`;
  const take = async (text) => (await api.post("/api/imports?kind=orders", text, { "content-type": "text/csv" })).json.import.id;
  await server.seams.arm("import.taken");
  const first = await take(body);
  const [{ cursor }] = await server.d1("select cursor from imports");
  await server.d1("update imports set cursor = json_set(cursor, '$.schema', 99, '$.parser', ?1)", FUTURE);
  const second = await take(body.replaceAll("O-", "P-"));
  await server.seams.release("import.taken");
  await ran(api, "import");
  const status = async (id) => (await api.get(`/api/imports/${id}`)).json.import;
  await until(async () => (await status(second)).status === "done", "the other file");
  const waiting = await status(first);
  assert.deepEqual([waiting.status, waiting.resume_at, waiting.error], ["paused", "2026-03-02T09:10:00Z", null]);
  assert.equal((await server.d1("select count(*) as n from import_chunks"))[0].n, 1, "its body is kept");

  // The other version has read on to here; or this one is that version.
  await server.d1("update imports set cursor = ?2 where public_id = ?1", first, cursor);
  await server.seams.clock("2026-03-02T09:11:00Z");
  await until(async () => {
    await server.scheduled("* * * * *");
    return (await status(first)).status === "done";
  }, "the file that was put back");
  assert.equal((await status(first)).rows_accepted, 400);
});

// Crons and what they leave behind.

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

const traces = async () => ({
  runs: await server.d1("select * from runs"),
  leases: await server.d1("select * from leases"),
  wakes: await server.d1("select * from wakes"),
  usage: await server.d1("select * from usage"),
  models: await server.d1("select * from models"),
});
const settled = () => until(async () => (await server.d1("select count(*) as n from wakes"))[0].n === 0, "all woken jobs");
const crons = async () => {
  await server.scheduled("* * * * *");
  await server.scheduled("17 * * * *");
};

test("idle crons write nothing, in an empty shop and in a scored one", async () => {
  const empty = await traces();
  await crons();
  assert.deepEqual(await traces(), empty);

  await imported(api, "orders", Array.from({ length: 20 }, (_, n) => order(n + 1, `C-${n % 4}`, "2026-02-01")));
  await until(async () => {
    await crons();
    return (await server.d1("select count(*) as n from wakes"))[0].n === 0;
  }, "all jobs");
  const idle = await traces();
  assert.ok(idle.runs.length > 0);
  await crons();
  assert.deepEqual(await traces(), idle);
});

test("the last batch of an import wakes scoring at once", async () => {
  await imported(api, "orders", [order(1, "A", "2026-02-01")]);
  await until(async () => (await server.d1("select count(*) as n from facets where dirty > 0"))[0].n === 0, "the score");
  await settled();
});

test("a run that was asked for stands in the list, also where there was nothing to do", async () => {
  for (const job of ["score", "fit", "import", "prune", "refold", "sample_removal"]) {
    const run = await ran(api, job);
    assert.deepEqual([run.job, run.status, run.error, run.finished_at], [job, "done", null, NOW]);
    assert.equal((await api.get(`/api/runs?job=${job}`)).json.runs[0].id, run.id);
  }
  assert.equal((await api.get("/api/runs")).json.runs.length, 6);
  const refused = await api.post("/api/runs", { job: "dance" });
  assert.deepEqual([refused.status, Object.keys(refused.json.fields)], [422, ["job"]]);
});

test("a run shows what it read and wrote, and the day's usage holds at least as much", async () => {
  await imported(api, "orders", Array.from({ length: 90 }, (_, n) => order(n + 1, `C-${n % 30}`, "2026-02-01")));
  const run = await ran(api, "score");
  await settled();
  const total = (await server.d1("select sum(rows_written) as n from runs"))[0].n;
  const [{ rows_written }] = await server.d1("select rows_written from usage");
  assert.ok(run.rows_read > 0 && total > 0 && rows_written >= total, `${rows_written} ${total}`);
});

test("old sessions, mails and runs are dropped, and what is young stays", async () => {
  const [old, young] = ["2025-12-01T00:00:00Z", "2026-03-01T00:00:00Z"].map(Date.parse);
  for (const at of [old, young]) {
    await server.d1("insert into outbox (channel, recipient, subject, body, created_at) values ('email', '', '', '', ?1)", at);
    await server.d1("insert into runs (public_id, job, status, started_at) values (?1, 'score', 'done', ?2)", `${at}`, at);
    await server.d1("insert into sessions (token_hash, user_id, created_at, seen_at, expires_at) values (?1, 1, ?2, ?3, ?4)", `${at}`, at, at + 86_400_000, at + 14 * 86_400_000);
  }
  await server.scheduled("17 * * * *");
  assert.equal((await server.d1("select count(*) as n from outbox"))[0].n, 1);
  assert.deepEqual(await server.d1("select token_hash from sessions"), [{ token_hash: `${young}` }]);
  assert.deepEqual((await server.d1("select public_id from runs where job = 'score'")).map((row) => row.public_id), [`${young}`]);
});

// One run at a time, and whatever dies goes on where it was.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until } from "../harness.mjs";
import { aModel, begin, imported, keepModel, order, ran, scored, send } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";
// How often each death is died; `cargo xtask soak deaths` asks for more.
const ROUNDS = Number(process.env.REKINDLE_ROUNDS ?? 1);
const deaths = (points) => Array.from({ length: ROUNDS }, (_, round) => points.map((point) => [point, round + 1])).flat();

let server, api;
let model;
before(async () => {
  server = await start({ now: NOW });
  model = await aModel(server, await server.api("owner"));
});
after(() => server.stop());
const fresh = async () => {
  // What a test that failed left held would hold the next one up.
  for (const point of (await server.seams.points()).armed) await server.seams.release(point);
  await server.reset();
  await keepModel(server, model, Date.parse(NOW));
  api = await server.api("owner");
};
beforeEach(fresh);

const CUSTOMERS = 900; // three pages of the paid plan
const history = Array.from({ length: CUSTOMERS * 2 }, (_, at) =>
  order(at + 1, `C-${Math.floor(at / 2)}`, at % 2 === 0 ? "2025-09-01" : `2025-${10 + (at % 3)}-1${at % 9}`, 1_000 + at));
// Without the last batch, which would wake scoring at once.
const load = async () => {
  const { id } = await begin(api, "orders");
  for (const at of [0, 1]) await send(api, id, at, "orders", history.slice(at * CUSTOMERS, (at + 1) * CUSTOMERS), { last: false });
};
// The lease runs out, as it does a minute after its holder died.
const expire = (job) => server.d1("update leases set expires_at = 1 where name = ?1", job);
const runs = (job) => server.d1("select status, pages, counts from runs where job = ?1 order by id", job);

let wanted;
const undisturbed = async () => {
  if (wanted === undefined) {
    await load();
    await ran(api, "score");
    wanted = await scored(server);
    assert.equal(wanted.states.length, CUSTOMERS);
    await fresh();
  }
  return wanted;
};

for (const [point, round] of deaths(["score.loaded", "score.computed", "score.written"])) {
  test(`a run that dies at ${point} is taken over, and the tables are as if it had not (${round})`, async () => {
    const expected = await undisturbed();
    await load();
    await server.seams.arm(point);
    const dying = api.post("/api/runs", { job: "score" });
    await server.seams.reached(point);
    await expire("score");
    // The next run takes the lease and waits at the same point; both are let go together.
    const next = api.post("/api/runs", { job: "score" });
    await until(async () => (await server.seams.points()).waiting.length === 2, "the second run");
    await server.seams.release(point);
    await Promise.all([dying, next]);
    await until(async () => (await server.d1("select count(*) as n from facets where dirty > 0"))[0].n === 0, "all scored");
    assert.deepEqual(await scored(server), expected);
    assert.equal((await runs("score"))[0].status, "lost");
    const states = await server.d1("select distinct version from states");
    assert.deepEqual(states, [{ version: 1 }], "no page was written twice");
  });
}

test("a run that lost its lease writes nothing more", async () => {
  await load();
  await server.d1("delete from wakes");
  await server.seams.arm("score.computed");
  const losing = api.post("/api/runs", { job: "score" });
  await server.seams.reached("score.computed");
  await server.d1("update leases set token = 'somebody else', epoch = epoch + 1 where name = 'score'");
  await server.seams.release("score.computed");
  await until(async () => (await server.seams.points()).waiting.length === 0, "the run goes on");
  await expire("score");
  await losing;
  const [lost, next] = await runs("score");
  assert.deepEqual([lost.status, lost.pages], ["lost", 0]);
  assert.equal(JSON.parse(next.counts).folded, CUSTOMERS, "all was left for the next run");
});

// How each job comes to have work, and the moments at which one of its runs may fall asleep.
const MINUTE = "* * * * *";
const HOUR = "17 * * * *";
const loadAndScore = async () => {
  await load();
  await ran(api, "score");
};
const STALLS = {
  score: {
    prepare: load,
    points: ["score.taken", "score.entered", "score.begun", "score.loaded", "score.computed", "score.written", "score.leaving"],
  },
  import: {
    // The request is held before it rings, so that the cron begins.
    prepare: async () => {
      // A bell that the test before rang may arrive at any time: no run begins before the moment is armed.
      await server.d1("insert into leases (name, epoch, token, expires_at) values ('import', 1, 'held back', 9000000000000000)");
      await server.seams.arm("body.queued");
      const lines = Array.from({ length: 3_000 }, (_, n) => `C-${n % 100},2026-01-0${1 + (n % 9)},${n % 11}.50`);
      const sent = api.post("/api/imports?kind=orders", `customer_id,date,amount\n${lines.join("\n")}\n`, { "content-type": "text/csv" });
      await server.seams.reached("body.queued", 60_000);
      return async () => {
        await server.seams.release("body.queued");
        assert.equal((await sent).status, 202);
      };
    },
    points: ["import.taken", "import.entered", "import.read", "import.planned", "import.stored", "import.leaving"],
  },
  fit: {
    prepare: loadAndScore,
    points: ["fit.taken", "fit.entered", "fit.begun", "fit.gathered", "fit.read", "fit.computed", "fit.written", "fit.leaving"],
  },
  rollup: { prepare: loadAndScore, points: ["rollup.entered", "rollup.cut", "rollup.counted", "rollup.leaving"] },
  seal: { cron: HOUR, prepare: load, points: ["seal.entered", "seal.computed", "seal.written", "seal.leaving"] },
  sample_removal: {
    prepare: async () => {
      await imported(api, "orders", history.slice(0, 300), { sample: "store" });
      await ran(api, "score");
    },
    points: ["sample_removal.entered", "sample.loaded", "sample.removed", "sample_removal.leaving"],
  },
};

for (const [job, { cron = MINUTE, prepare, points }] of Object.entries(STALLS)) {
  for (const point of points) {
    test(`a run of ${job} that stalls at ${point} and wakes after another has done its work writes nothing`, async () => {
      const finish = await prepare();
      await onlyWake(job);
      await server.seams.arm(point, { once: true });
      await server.d1("delete from leases where token = 'held back'");
      const stalled = server.scheduled(cron);
      await server.seams.reached(point, 60_000);
      await expire(job);
      await until(async () => {
        await server.scheduled(cron);
        await server.scheduled(MINUTE);
        return isQuiet();
      }, "the end of all work", 60_000);
      const before = await everything();
      await server.seams.release(point);
      await stalled;
      assert.deepEqual(await everything(), before);
      const all = (await runs(job)).map((run) => run.status);
      // The one that took the lease and no more has no row.
      if (!point.endsWith(".taken")) assert.equal(all.shift(), "lost");
      assert.ok(all.length > 0 && all.every((status) => status === "done"), `${all}`);
      await finish?.();
    });
  }
}

// So that only the job in question is at work.
const onlyWake = async (job) => {
  await until(async () => (await server.d1("select 1 from leases where expires_at > 0 and token <> 'held back'")).length === 0, "the end of what goes on", 120_000);
  await server.d1("delete from wakes");
  await server.d1("delete from runs");
  await server.d1("insert into wakes (job, due_at) values (?1, 1)", job);
};
const isQuiet = async () => {
  const [{ n }] = await server.d1(`select (select count(*) from wakes) + (select count(*) from leases where cursor <> '{}')
    + (select count(*) from imports where status in ('queued', 'running')) as n`);
  return n === 0;
};
// Every row of every table but the count of what was read and written.
const everything = async () => {
  const tables = await server.d1("select name from sqlite_master where type = 'table' and not name glob 'sqlite_*' and not name glob '_cf_*' and name <> 'usage' order by 1");
  const rows = {};
  for (const { name } of tables) rows[name] = (await server.d1(`select * from "${name}"`)).map((row) => JSON.stringify(row)).sort();
  return rows;
};

test("a page that the database is too busy for is done later, not left out", async () => {
  const expected = await undisturbed();
  await load();
  await server.d1("create trigger busy before insert on scores begin select raise(abort, 'database is locked'); end");
  try {
    const running = api.post("/api/runs", { job: "score" });
    await until(async () => (await server.d1("select epoch from leases where name = 'score'"))[0]?.epoch > 2, "some tries");
    await server.d1("drop trigger busy");
    const { run } = (await running).json;
    assert.deepEqual([run.status, run.counts.scored], ["done", CUSTOMERS]);
  } finally {
    await server.d1("drop trigger if exists busy");
  }
  assert.deepEqual(await scored(server), expected);
});

test("twenty runs at once score everybody once", async () => {
  const expected = await undisturbed();
  await load();
  await server.d1("delete from wakes");
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.post("/api/runs", { job: "score" })));
  assert.ok(answers.every((answer) => answer.status === 200), answers.map((answer) => answer.text).join("\n"));
  assert.deepEqual(await scored(server), expected);
  assert.deepEqual(await server.d1("select distinct version from states"), [{ version: 1 }]);
  const folded = (await runs("score")).map((run) => JSON.parse(run.counts).folded ?? 0).reduce((sum, n) => sum + n);
  assert.equal(folded, CUSTOMERS);
});

for (const [point, round] of deaths(["import.read", "import.planned", "import.stored"])) {
  test(`an import whose job dies at ${point} ends with every row once (${round})`, async () => {
    const lines = Array.from({ length: 12_000 }, (_, n) => `O-${n},C-${n % 700},2026-01-0${1 + (n % 9)},${n % 90}.50`);
    const body = `order_id,customer_id,date,amount\n${lines.join("\n")}\n`;
    await server.seams.arm(point);
    const { import: sent } = (await api.post("/api/imports?kind=orders", body, { "content-type": "text/csv" })).json;
    await server.seams.reached(point);
    await expire("import");
    const next = api.post("/api/runs", { job: "import" });
    await until(async () => (await server.seams.points()).waiting.length === 2, "the second run");
    await server.seams.release(point);
    await next;
    const done = await until(async () => {
      const { import: row } = (await api.get(`/api/imports/${sent.id}`)).json;
      return row.status === "done" && row;
    }, "the import's end");
    assert.deepEqual([done.rows_read, done.rows_accepted, done.rows_duplicate, done.rows_rejected], [12_000, 12_000, 0, 0]);
    assert.deepEqual(await server.d1("select count(*) as orders, count(distinct customer_id) as customers, sum(amount) as cents from orders"), [
      { orders: 12_000, customers: 700, cents: lines.reduce((sum, line) => sum + Math.round(Number(line.split(",")[3]) * 100), 0) },
    ]);
    assert.equal((await server.d1("select count(*) as n from customers"))[0].n, 700);
  });
}

// The worker dies, all its processes at once, at named moments of an import and of a scoring run, and is started again on the same
// data: nothing is lost, nothing is there twice, and both finish.
//
// Here each way dies once; `cargo xtask soak kills` goes through every moment of the lists below. A dead server is made to have been
// down for three minutes by setting back the times of leases and wakes, except where a kill says that it waits.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { sha256, until } from "../harness.mjs";
import { copyOf, dataFolder, makeToken, migrate, passTime, rows, serve, withStore } from "../processes.mjs";
import { begin, options, order, person, send } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";
const MINUTE = "* * * * *";
const HOUR = "17 * * * *";
const DOWN = 180_000;
const LONG = process.env.REKINDLE_KILLS === "all";

// What a run must leave as an undisturbed one does: every table that tells of customers, and how often each row was written. Ids that
// are drawn at random, and which try of an import stored a row, are left out.
const KEPT = {
  customers: "select id, external_id, kind, name, name_key, traits, created_at from customers order by id",
  contacts: "select customer_id, role, name, email, phone, country, consent, created_at from contacts order by id",
  identities: "select * from identities order by kind, value",
  orders: "select source, external_id, customer_id, ordered_at, amount, currency, refunded, status, changed_at from orders order by 1, 2",
  order_parts: "select * from order_parts order by 1, 2, 3",
  parked: "select * from parked order by 1, 2, 3",
  source_counts: "select source, day, outcome, n from source_counts order by 1, 2, 3",
  dead_letters: "select source, key, topic, body, reason, status from dead_letters order by 2",
  merges: "select winner, loser, reason from merges order by id",
  intake: "select * from intake",
  events: "select source, external_id, customer_id, name, occurred_at, properties from events order by 1, 2",
  states: "select customer_id, schema, state, base from states order by 1",
  inbox: "select source, key, received_at from inbox order by id",
  retention: "select r.used, r.limited_by, r.measured_day, s.events_from from retention r, shop s",
  facets: "select * from facets order by 1",
  scores: "select customer_id, model_id, score, scored_at from scores order by 1",
  models: "select id, name, parameters, live from models order by id",
  imports: "select kind, status, file_size, next_batch, rows_read, rows_accepted, rows_duplicate, rows_rejected from imports where status <> 'cancelled' order by id",
  rejected_rows: "select r.line, r.field, r.reason, r.raw from rejected_rows r order by import_id, line",
  left: "select (select count(*) from import_chunks) as chunks, (select count(*) from fit_parts) as parts, (select count(*) from import_row_counts) as counts, (select count(*) from wakes) as wakes",
};
// The same where scoring has all data before it begins. The past of a score keeps what was said of half of an import.
const SCORED_ONCE = {
  versions: "select customer_id, version from states order by 1",
  history: "select customer_id, history from scores order by 1",
};
const tables = (data) => Object.fromEntries(Object.entries({ ...KEPT, ...SCORED_ONCE }).map(([name, sql]) => [name, rows(data, sql)]));

const CUSTOMERS = 900; // three pages of scoring
const HISTORY = Array.from({ length: CUSTOMERS * 2 }, (_, at) =>
  order(at + 1, `C-${Math.floor(at / 2)}`, at % 2 === 0 ? "2025-09-01" : `2025-${10 + (at % 3)}-1${at % 9}`, 1_000 + at));
const PEOPLE = Array.from({ length: 300 }, (_, at) => person(`C-${at * 3}`, `c${at}@example.com`, { line: at + 2, name: `Customer ${at}` }));

// A file without order ids, some of whose lines are repeated and some wrong; so long that it is stored in two chunks.
const LINES = Array.from({ length: 6_000 }, (_, n) => {
  const date = `2026-01-0${1 + (n % 9)}`;
  return `C-${n % 700},${n % 500 === 7 ? "never" : date},${n % 13}.50,${"long and dull ".repeat(10)}`;
});
const BODY = `customer_id,date,amount,note\n${LINES.join("\n")}\n`;
const BODY_OPTIONS = { ...options("orders"), columns: { customer_id: 0, date: 1, amount: 2 } };
const BODY_ADDRESS = `/api/imports?${new URLSearchParams({ kind: "orders", file_digest: sha256(BODY), options: JSON.stringify(BODY_OPTIONS) })}`;

// As the browser sends files: what was not answered is sent again, from the first call without an answer on.
const batches = async (server, answered) => {
  const orders = [0, 1, 2].map((at) => HISTORY.slice(at * 600, (at + 1) * 600));
  orders[1].push({ ...orders[1][0], line: 9_000 });
  const wrong = { line: 9_001, field: "amount", reason: "It is no number", fix: "Write 12.50", raw: "x" };
  const files = [["customers", "people.csv", [PEOPLE]], ["orders", "orders.csv", orders]];
  for (const [kind, file, parts] of files) {
    answered[kind] ??= { id: (await begin(server, kind, { file })).id, parts: 0 };
    for (const known = answered[kind]; known.parts < parts.length; known.parts++) {
      const last = known.parts === parts.length - 1;
      const rejected = last && kind === "orders" ? [wrong] : [];
      const answer = await send(server, known.id, known.parts, kind, parts[known.parts], { last, rejected });
      assert.equal(answer.status, 200, answer.text);
    }
  }
};

// As a script sends one: the same call again where it got no answer.
const body = async (server, answered) => {
  if (answered.body) return;
  const answer = await server.post(BODY_ADDRESS, BODY, { "content-type": "text/csv" });
  assert.equal(answer.status, 202, answer.text);
  answered.body = true;
};

// What was pushed lies in the inbox.
const nothing = async () => {};

// With the priors, then the fit that the first scores ask for, then everybody by the fitted model.
const scoring = (server) => server.scheduled(HOUR);

// A kill: its moment, what had happened by then, and how often the moment passes before it.
const KILLS = {
  "an import in batches": {
    from: "empty",
    work: batches,
    at: [
      { point: "import.stored", phase: "the second batch of orders is stored and not answered", skip: 2, short: true },
      { point: "import.created", phase: "the import stands and its sender was not told", skip: 1 },
      { point: "batch.received", phase: "a batch has come and nothing of it is written", skip: 1 },
      { point: "import.planned", phase: "the rows of a batch are planned and not written", skip: 2 },
      { point: "import.stored", phase: "the people are stored and not answered" },
      { point: "batch.counted", phase: "the last batch is stored and counted, and no job was rung for", skip: 3 },
      { point: "batch.rung", phase: "the last batch is stored, jobs were rung for, and the sender was not told", skip: 1 },
    ],
  },
  "an import of a whole file": {
    from: "empty",
    work: body,
    at: [
      { point: "body.created", phase: "the import stands and nothing of its file is stored" },
      { point: "body.chunk", phase: "the first chunk of the file is stored" },
      { point: "body.stored", phase: "the file is stored and not queued" },
      { point: "body.queued", phase: "the file is queued and nobody was told" },
      { point: "import.taken", phase: "the job holds its lease and has no run" },
      { point: "import.entered", phase: "the job's run has begun" },
      { point: "import.read", phase: "a piece of the file is read", skip: 2 },
      { point: "import.planned", phase: "the rows of a piece are planned and not written", skip: 3 },
      { point: "import.stored", phase: "a piece is stored", skip: 4, short: true },
      { point: "import.leaving", phase: "all is stored and the run is not ended" },
      { point: "import.left", phase: "the run is ended and scoring not begun" },
    ],
  },
  "a fold of pushed messages": {
    from: "pushed",
    work: nothing,
    at: [
      { point: "intake.taken", phase: "the job holds its lease and has no run" },
      { point: "intake.entered", phase: "the job's run has begun" },
      { point: "intake.loaded", phase: "a page of messages is read", skip: 1 },
      { point: "intake.planned", phase: "a page of messages is planned and not written", skip: 1, short: true },
      { point: "intake.merged", phase: "two records are one and the page that said so is not written" },
      { point: "intake.stored", phase: "a page is written and the next one not read" },
      { point: "intake.stored", phase: "all pages are written and the run is not ended", skip: 3 },
      { point: "intake.leaving", phase: "all is applied and the run is not ended" },
      { point: "intake.left", phase: "the run is ended and nobody is scored" },
    ],
  },
  "a run that removes what has had its time": {
    from: "aged",
    work: nothing,
    at: [
      { point: "prune.taken", phase: "the job holds its lease and has no run" },
      { point: "prune.begun", phase: "the oldest day has moved and nothing is gone" },
      { point: "prune.read", phase: "a page of events is read and not written" },
      { point: "prune.folded", phase: "the events have gone into bases and the messages are there", short: true },
      { point: "prune.messages", phase: "the messages have gone and the run is not ended" },
      { point: "prune.left", phase: "the run is ended" },
    ],
  },
  "a scoring run": {
    from: "loaded",
    work: scoring,
    // An import may be scored when a part of it is there; here all of it is.
    isScoredOnce: true,
    at: [
      { point: "score.taken", phase: "the run holds its lease and has no row" },
      { point: "score.entered", phase: "the run has begun" },
      { point: "score.begun", phase: "its first cursor is written" },
      { point: "score.loaded", phase: "the first page is read" },
      { point: "score.computed", phase: "the second page is computed and not written", skip: 1, short: true },
      { point: "score.written", phase: "the second page is written", skip: 1 },
      { point: "score.settled", phase: "all is scored and the fit is asked for" },
      { point: "score.leaving", phase: "the run is not ended" },
      { point: "score.left", phase: "the run is ended" },
      { point: "fit.begun", phase: "a fit has begun and nothing is gathered" },
      { point: "fit.gathered", phase: "all histories are gathered" },
      { point: "fit.read", phase: "what a model learns from is read" },
      { point: "fit.computed", phase: "a model is fitted and not written" },
      { point: "fit.written", phase: "the model is written and nobody scored by it" },
      { point: "score.computed", phase: "the second page of everybody by the new model is not written", skip: 4 },
      { point: "score.loaded", phase: "a page is read; the lease runs out by itself", skip: 1, waits: true },
    ],
  },
};

const data = {};
const expected = {};
let token;

before(async () => {
  data.empty = dataFolder();
  await migrate(data.empty);
  token = makeToken(data.empty);
  data.loaded = copyOf(data.empty);
  const server = await open(data.loaded);
  const { id } = await begin(server, "orders");
  // Without an end, which would set scoring going.
  for (const at of [0, 1]) await send(server, id, at, "orders", HISTORY.slice(at * CUSTOMERS, (at + 1) * CUSTOMERS), { last: false });
  await server.kill();
  await keepModel(data.empty);
  data.pushed = copyOf(data.empty);
  pushed(data.pushed);
  data.aged = copyOf(data.pushed);
  const folding = await open(data.aged);
  await drive(folding, data.aged);
  await folding.kill();
  // Half of what was pushed is older than the days that are kept.
  withStore(data.aged, (store) => {
    store.exec("delete from runs; update shop set event_days = 6; update inbox set received_at = received_at - 864000000 where id % 2 = 0");
    store.exec("insert into wakes (job, due_at) values ('prune', 0)");
  });
});
after(() => Object.values(data).forEach((folder) => folder.remove()));

let kills = 0;
for (const [name, { from, work, at, isScoredOnce = false }] of Object.entries(KILLS)) {
  for (const { point, phase, skip = 0, short = false, waits = false } of at) {
    if (!LONG && !short) continue;
    test(`${name} that dies at ${point}, when ${phase}, ends as if it had not`, async (t) => {
      expected[name] ??= await undisturbed(from, work);
      const folder = copyOf(data[from]);
      t.after(folder.remove);
      const dying = await open(folder);
      await dying.arm(point, { skip });
      // What the client knows, who lives on.
      const answered = {};
      const broken = work(dying, answered).then(() => drive(dying, folder)).then(() => "finished", () => "broken off");
      await dying.reached(point);
      kills += 1;
      t.diagnostic(`kill ${kills} at ${point} (${phase})`);
      await dying.kill();
      assert.equal(await broken, "broken off", "the kill came before the end");

      if (waits) await until(() => rows(folder, "select count(*) as n from leases where expires_at > unixepoch('subsec') * 1000")[0].n === 0, "the end of the lease", 90_000);
      else passTime(folder, DOWN);
      const server = await open(folder);
      await work(server, answered);
      await drive(server, folder);
      // A file that broke off while it was sent is given up after a day, with all that was stored of it.
      if (rows(folder, "select id from imports where cursor <> '{}' and status = 'receiving'").length > 0) {
        await server.post("/__seams/clock", { now: "2026-03-04T09:00:00Z" });
        await server.post("/api/runs", { job: "prune" });
        await server.post("/__seams/clock", { now: NOW });
        await server.post("/api/runs", { job: "import" });
      }
      await server.kill();
      assert.deepEqual(differences(tables(folder), expected[name], isScoredOnce), []);
      assert.deepEqual(rows(folder, "select job, status from runs where status not in ('done', 'lost')"), [], "every run has ended");
    });
  }
}

// By table: how many rows there are, and the first that is not as it should be.
function differences(found, wanted, isScoredOnce) {
  return Object.entries(wanted).flatMap(([name, rows]) => {
    if (!isScoredOnce && name in SCORED_ONCE) return [];
    const at = Array.from({ length: Math.max(rows.length, found[name].length) }).findIndex((_, n) => !isDeepStrictEqual(found[name][n], rows[n]));
    if (at === -1) return [];
    const [is, should] = [found[name], rows].map((all) => `row ${at} of ${all.length}: ${JSON.stringify(all[at])?.slice(0, 600)}`);
    return [`${name} has ${is} and should have ${should}`];
  });
}

async function undisturbed(from, work) {
  const folder = copyOf(data[from]);
  const server = await open(folder);
  await work(server, {});
  await drive(server, folder);
  await server.kill();
  const wanted = tables(folder);
  // Whoever did anything: of some of those who were pushed there is no more than a name.
  const [{ n: active }] = rows(folder, "select count(*) as n from (select customer_id from orders union select customer_id from events union select customer_id from states where base is not null and schema > 0)");
  folder.remove();
  assert.ok(active > 0 && wanted.scores.length === active, `everybody is scored: ${wanted.scores.length} of ${active}`);
  if (from === "aged") assert.ok(wanted.states.some(({ base }) => base !== null) && wanted.inbox.length < 1_500, "some events and messages are gone");
  if (from === "pushed") assert.ok(wanted.merges.length > 0 && wanted.dead_letters.length > 0, "some are merged, and one message is dead");
  return wanted;
}

// 1,500 messages of visitors, buyers and people with two records, and one that nobody can read, as the intake stores them.
function pushed(folder) {
  const at = Date.parse("2026-03-01T00:00:00Z");
  const messages = Array.from({ length: 1_500 }, (_, n) => {
    const who = { userId: `U-${n % 300}` };
    const timestamp = new Date(at - n * 600_000).toISOString();
    const said = [
      { type: "track", event: "Order Completed", properties: { order_id: `O-${n}`, total: 10 + (n % 7), currency: "USD" }, ...who },
      { type: "track", event: "Report Exported", ...who },
      { type: "page", name: "Tea", anonymousId: `V-${n % 50}` },
      { type: "identify", ...who, anonymousId: `V-${n % 50}`, traits: { plan: `plan ${n % 3}`, email: n > 900 ? `u${n % 300}@example.com` : undefined } },
      { type: "track", event: "Order Refunded", properties: { order_id: `O-${n - (n % 5)}`, refund_id: `R-${n}`, total: 1, currency: "USD" }, ...who },
    ][n % 5];
    return { key: `k-${n}`, topic: said.type, body: n === 777 ? "no json" : JSON.stringify({ messageId: `k-${n}`, timestamp, ...said }) };
  });
  withStore(folder, (store) => {
    for (const id of [10, 11]) store.prepare("insert into sources (id, public_id, kind, name, created_at, status) values (?, ?, 'segment', ?, 0, 'waiting')").run(id, `source ${id}`, `Source ${id}`);
    const insert = store.prepare("insert into inbox (source, key, topic, body, received_at) values (?, ?, ?, ?, ?)");
    messages.forEach(({ key, topic, body }, n) => insert.run(10 + (Math.floor(n / 300) % 2), key, topic, body, Date.parse(NOW)));
    store.exec("insert into wakes (job, due_at) values ('intake', 0)");
  });
}

// The model of now for good, so that it does not matter how much of an import a fit would have seen.
async function keepModel(folder) {
  const server = await open(folder);
  await server.post("/api/runs", { job: "score" });
  await server.kill();
  withStore(folder, (store) => {
    store.exec("delete from runs; delete from leases; delete from wakes; delete from usage");
    const { changes } = store.prepare("update models set card = json_set(card, '$.basis', 'fitted')").run();
    assert.equal(changes, 1);
  });
}

function open(folder) {
  return serve(folder, { token, now: NOW });
}

// Fires the minute cron, as the platform would, until nothing is left to do.
async function drive(server, folder) {
  await until(async () => {
    await server.scheduled(MINUTE);
    const [{ open }] = rows(folder, `select (select count(*) from wakes) + (select count(*) from leases where cursor <> '{}')
      + (select count(*) from facets where dirty > 0) + (select count(*) from imports where status in ('queued', 'running')) as open`);
    return open === 0;
  }, "the end of all work", 240_000);
}

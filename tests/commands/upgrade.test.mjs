// A filled database of the version before is upgraded while that version serves, which goes on from the same tables; then this one
// takes over, with everything there.
//
// Both are real servers on one data folder, and the migrations are applied by the tool that a deployment uses.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import path from "node:path";
import { after, before, test } from "node:test";

import { root, sha256, until, uuid7 } from "../harness.mjs";
import { dataFolder, makeToken, migrate, passTime, rows, serve, withStore } from "../processes.mjs";
import { begin, event, options, order, person, send } from "../rows.mjs";

const BEFORE = process.env.REKINDLE_BEFORE;
const skip = BEFORE === undefined && "the version before is not built: `cargo xtask test upgrade` builds it where the history reaches back to it";

const NOW = "2026-03-02T09:00:00Z";
const MINUTE = "* * * * *";
const LINK = "a-link-of-an-owner-that-works-once";
const CUSTOMERS = 500;
const ORDERS = Array.from({ length: CUSTOMERS * 3 }, (_, at) =>
  order(at, `C-${at % CUSTOMERS}`, `202${5 + (at % 2)}-0${1 + (at % 2 === 1 ? at % 2 : at % 9)}-1${at % 10}`, 900 + at, at % 50 === 0 ? { currency: "EUR" } : {}));
const PEOPLE = Array.from({ length: CUSTOMERS }, (_, at) =>
  person(`C-${at}`, `c${at}@example.com`, { line: at + 2, name: `Customer ${at}`, ...(at % 3 === 0 && { country: "DE" }) }));
const EVENTS = Array.from({ length: 200 }, (_, at) => event(at, `C-${at % 90}`, "2026-01-20"));

// A shop's two files that are under way when the version changes: one in batches, one sent whole.
const HALF = [0, 1].map((part) => Array.from({ length: 100 }, (_, at) => order(10_000 + part * 100 + at, `H-${at}`, `2026-02-1${part}`, 2_000)));
const WHOLE = `customer_id,date,amount,note\n${Array.from({ length: 3_000 }, (_, n) => `W-${n % 300},2026-02-0${1 + (n % 9)},${n % 17}.25,${"dull ".repeat(20)}`).join("\n")}\n`;
const WHOLE_OPTIONS = { ...options("orders"), columns: { customer_id: 0, date: 1, amount: 2 } };
const WHOLE_ADDRESS = `/api/imports?${new URLSearchParams({ kind: "orders", file_digest: sha256(WHOLE), options: JSON.stringify(WHOLE_OPTIONS) })}`;

// Lists that need a parameter are asked for by the parts that own them.
const READ = ["/api/shop", "/api/overview", "/api/customers", "/api/customers?sort=value&limit=50", "/api/imports", "/api/runs", "/api/rates", "/api/thresholds", "/api/models", "/api/customers/export.csv"];

let data, token, old, server, cookie, halfway;
// Every table with its columns and rows, as the version before leaves it.
let left, columns;
let scores;

before(async () => {
  if (skip) return;
  data = dataFolder();
  await migrate(data, path.join(BEFORE, "wrangler.toml"));
  token = makeToken(data);
  withStore(data, (store) => {
    store.prepare("insert into users (public_id, email, name, role, created_at, updated_at) values (?, 'owner@example.com', 'Olga', 'owner', 0, 0)").run(uuid7());
    for (const [link, life] of [[LINK, 15], [`${LINK}-2`, 15]]) {
      const at = Date.parse(NOW);
      store.prepare("insert into sign_in_links (token_hash, user_id, created_at, expires_at) values (?, 1, ?, ?)").run(sha256(link), at, at + life * 60_000);
    }
  });
  old = await serveBefore();
  await fill();
});
after(async () => {
  await old?.kill();
  await server?.kill();
  data?.remove();
});

test("the migrations are applied while the version before serves, and no request fails", { skip }, async () => {
  const known = tables();
  columns = Object.fromEntries(known.map((table) => [table, columnsOf(table)]));
  const answers = [];
  let isApplying = true;
  // The migrations come from another process here, which SQLite lets in by turns: whoever is told that the database is busy asks again.
  const answered = async (ask) => {
    for (;;) {
      const answer = await ask();
      if (answer.status !== 503 || answer.json?.code !== "busy") return answer;
      assert.ok(answer.headers.get("retry-after") > 0, "it says when");
    }
  };
  const reading = (async () => {
    for (let at = 0; isApplying; at++) answers.push(await answered(() => old.get(READ[at % READ.length])));
  })();
  const writing = (async () => {
    for (let at = 0; isApplying; at++) {
      const { version } = (await answered(() => old.get("/api/shop"))).json.shop;
      answers.push(await answered(() => old.patch("/api/shop", { name: `Shop ${at}` }, { "if-match": `"${version}"` })));
    }
  })();
  await migrate(data);
  isApplying = false;
  await Promise.all([reading, writing]);
  assert.ok(answers.length > 10, `${answers.length} requests`);
  assert.deepEqual(answers.filter((answer) => answer.status !== 200).map((answer) => [answer.status, answer.text]), []);
  const applied = rows(data, "select name from d1_migrations order by id").map((row) => row.name);
  assert.ok(tables().length > known.length || Object.keys(columns).some((table) => columnsOf(table).length > columns[table].length), `${applied}`);
});

test("the version before reads, imports, scores and signs in on the new tables", { skip }, async () => {
  for (const target of READ) assert.equal((await old.get(target)).status, 200, target);
  const [{ public_id: customer }] = rows(data, "select public_id from customers order by id limit 1");
  for (const target of [`/api/customers/${customer}`, `/api/customers/${customer}/timeline`]) assert.equal((await old.get(target)).status, 200, target);
  assert.equal((await signIn(old, `${LINK}-2`)).status, 201);

  const { id } = await begin(old, "orders", { file: "after.csv" });
  const sent = await send(old, id, 0, "orders", Array.from({ length: 50 }, (_, at) => order(5_000 + at, `C-${at}`, "2026-02-20")));
  assert.equal(sent.json.import.rows_accepted, 50, sent.text);
  await idle(old);
  assert.equal(rows(data, "select count(*) as n from facets where last_day = ?", Date.parse("2026-02-20") / 86_400_000)[0].n, 50);
});

test("this version finds everything as the version before left it", { skip }, async () => {
  scores = scored();
  // Two imports are half-way: a batch of two is sent, and a job stands in the middle of a whole file.
  halfway = await begin(old, "orders", { file: "half.csv" });
  assert.equal((await send(old, halfway.id, 0, "orders", HALF[0], { last: false })).status, 200);
  await old.arm("import.stored");
  const answer = await old.post(WHOLE_ADDRESS, WHOLE, { "content-type": "text/csv" });
  assert.equal(answer.status, 202, answer.text);
  old.post("/api/runs", { job: "import" }).catch(() => {});
  await old.reached("import.stored");
  await old.kill();
  old = undefined;

  const [lease] = rows(data, "select cursor from leases where name = 'import'");
  assert.notEqual(lease.cursor, "{}", "a lease holds the cursor of a run that died");
  // The model stays, so that scores can be compared.
  withStore(data, (store) => store.prepare("update models set card = json_set(card, '$.basis', 'fitted')").run());
  passTime(data, 180_000);
  left = digests();
  server = await serve(data, { token, now: NOW });
  // An export stands in the log of who did what.
  for (const target of READ.filter((target) => !target.includes("export"))) assert.equal((await server.get(target)).status, 200, target);
  assert.deepEqual(digests(), left);
  assert.ok(Object.values(left).filter((table) => table.rows > 0).length >= 15, "the store was filled");
});

test("sessions and tokens go on, and settings are as they were", { skip }, async () => {
  const session = await fetch(new URL("/api/session", server.url), { headers: { cookie } });
  assert.equal(session.status, 200);
  assert.equal((await session.json()).session.user.email, "owner@example.com");
  assert.equal((await server.get("/api/customers")).status, 200);
  const { rates } = (await server.get("/api/rates")).json;
  assert.ok(rates.some((rate) => rate.currency === "EUR" && rate.rate === 1.1), JSON.stringify(rates));
  const { thresholds } = (await server.get("/api/thresholds")).json;
  assert.deepEqual([thresholds.basis, thresholds.thresholds.immediate], ["own", 0.8]);
});

test("everybody's score is what it was", { skip }, async () => {
  // As after a change that concerns all: folded and scored from the start.
  const changed = await server.get("/api/thresholds");
  const { thresholds } = changed.json.thresholds;
  const etag = changed.headers.get("etag") ?? '"1"';
  assert.equal((await server.put("/api/thresholds", thresholds, { "if-match": etag })).status, 200);
  await idle(server);
  const customers = new Set(scores.map((row) => row.customer_id));
  assert.deepEqual(scored().filter((row) => customers.has(row.customer_id)), scores);
});

test("imports that were half-way go on where they were, and every row is there once", { skip }, async () => {
  const again = await begin(server, "orders", { file: "half.csv" });
  assert.deepEqual([again.id, again.next_batch], [halfway.id, 1]);
  const done = await send(server, again.id, 1, "orders", HALF[1]);
  assert.deepEqual([done.json.import.status, done.json.import.rows_accepted], ["done", 200], done.text);
  await until(async () => {
    await server.scheduled(MINUTE);
    return rows(data, "select id from imports where status <> 'done'").length === 0;
  }, "the end of the whole file", 60_000);
  const [whole] = rows(data, "select rows_read, rows_accepted, rows_rejected from imports order by id desc limit 1");
  assert.deepEqual(whole, { rows_read: 3_000, rows_accepted: 3_000, rows_rejected: 0 });
  assert.deepEqual(rows(data, "select count(*) as n from orders o join customers c on c.id = o.customer_id where c.external_id like 'W-%'"), [{ n: 3_000 }]);
  await idle(server);
  assert.deepEqual(rows(data, "select status from runs where status in ('running', 'failed')"), []);
});

async function serveBefore() {
  return serve(data, { token, now: NOW, program: path.join(BEFORE, "functions", "build-seams"), config: path.join(BEFORE, "wrangler.toml") });
}

async function fill() {
  const put = async (target, body) => {
    const answer = await old.put(target, body, { "if-match": '"1"' });
    assert.equal(answer.status, 200, answer.text);
  };
  await put("/api/rates", { rates: [{ currency: "EUR", day: "2024-01-01", rate: 1.1 }] });
  for (const [kind, all] of [["customers", PEOPLE], ["orders", ORDERS], ["events", EVENTS]]) {
    const { id } = await begin(old, kind);
    const answer = await send(old, id, 0, kind, all, { rejected: kind === "orders" ? [{ line: 9_999, field: "amount", reason: "It is no number", fix: "Write 12.50", raw: "x" }] : [] });
    assert.equal(answer.json?.import.status, "done", answer.text);
  }
  const { id: consented } = await begin(old, "customers", { file: "consents.csv" });
  const consent = PEOPLE.slice(0, 20).map((row) => ({ ...row, consents: [{ channel: "email", granted: true, at: Date.parse("2026-01-01T00:00:00Z") }] }));
  assert.equal((await send(old, consented, 0, "customers", consent)).status, 200);
  await idle(old);
  await put("/api/thresholds", { immediate: 0.8, moderate: 0.5, early: 0.3 });
  await idle(old);
  const answer = await signIn(old, LINK);
  assert.equal(answer.status, 201, answer.text);
  cookie = answer.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
}

const signIn = (on, link) => fetch(new URL("/api/session", on.url), {
  method: "POST",
  headers: { origin: on.url, "content-type": "application/json" },
  body: JSON.stringify({ token: link }),
});

// Fires the minute cron until nobody waits to be scored.
const idle = (on) => until(async () => {
  await on.scheduled(MINUTE);
  const [{ open }] = rows(data, "select (select count(*) from wakes) + (select count(*) from facets where dirty > 0) as open");
  return open === 0;
}, "the end of all work", 120_000);

const scored = () => rows(data, "select customer_id, lifecycle, tier, p30, p60, p90, value, deadline_day, rescore_day, orders from facets order by 1");

function tables() {
  return rows(data, "select name from sqlite_master where type = 'table' and name not glob 'sqlite_*' and name not glob '_cf_*' and name not glob 'd1_*' order by 1").map((row) => row.name);
}

function columnsOf(table) {
  return rows(data, "select name from pragma_table_info(?)", table).map((row) => row.name);
}

// Of every table of the version before: how many rows it has and what stands in its columns. Only what is counted of the plan's
// limits grows by being read.
function digests() {
  return Object.fromEntries(Object.entries(columns).filter(([table]) => table !== "usage").map(([table, names]) => {
    const all = rows(data, `select ${names.join(", ")} from ${table} order by ${names.map((_, at) => at + 1).join(", ")}`);
    return [table, { rows: all.length, digest: createHash("sha256").update(JSON.stringify(all)).digest("hex") }];
  }));
}

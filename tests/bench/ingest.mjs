// How many pushes a second the worker takes, beside a floor: the least that a worker in JavaScript can do for one, on the same runtime
// with the same database. Both in one run, in turns, since wall times of a busy machine mean nothing by themselves.
//
// node tests/bench/ingest.mjs WORKER_FOLDER ROUNDS; started by `cargo xtask bench ingest`. Ends with 1 where a target is missed.

import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import path from "node:path";

import { SUPPRESSION_KEY, VAULT_KEY, root, sha256 } from "../harness.mjs";

const [folder, rounds] = [path.resolve(process.argv[2]), Number(process.argv[3] ?? 5)];
const ROUND_MS = 2_000;
const AT_ONCE = 16;
const BATCH = 100;
// One source's pushes are limited by the minute: many together are not.
const SOURCES = 60;
const SINGLE_TARGET = 0.8;
const BATCH_TARGET = 20;

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";
const { createTestHarness } = await import("wrangler");
mkdirSync(path.join(root, "dist"), { recursive: true });

const keys = Array.from({ length: SOURCES }, () => `rkw_${randomUUID()}${randomUUID()}`);

async function started(worker) {
  const server = createTestHarness({ root, workers: [worker] });
  const { url } = await server.listen();
  const env = await server.getWorker(worker.name).getEnv();
  return { server, url, env };
}

async function ours() {
  const vars = { LOCAL: "true", ORIGIN: "http://localhost", VAULT_KEY, SUPPRESSION_KEY };
  const { server, url, env } = await started({ name: "rekindle", configPath: "wrangler.toml", prebuiltWorkerDir: folder, vars });
  await server.getWorker("rekindle").applyD1Migrations("DB");
  await env.DB.batch(
    keys.flatMap((key, n) => [
      env.DB.prepare("insert into sources (id, public_id, kind, name, created_at) values (?1, ?2, 'segment', 'Bench', 0)").bind(100 + n, randomUUID()),
      env.DB.prepare("insert into write_keys (key_hash, source, hint, created_at) values (?1, ?2, '', 0)").bind(sha256(key), 100 + n),
    ]),
  );
  // Applying the messages is another job's work, in invocations of its own: here it would share the one thread with the pushes.
  await env.DB.prepare("insert into leases (name, epoch, token, expires_at, cursor) values ('intake', 1, 'bench', 9e15, '{}')").run();
  return { server, url, env };
}

async function floor() {
  const { server, url, env } = await started({ name: "floor", configPath: "tests/bench/floor/wrangler.toml" });
  await env.DB.batch([
    env.DB.prepare(
      "create table inbox (id integer primary key, source integer not null, key text not null, topic text not null, body text not null, received_at integer not null, sent_at integer) strict",
    ),
    env.DB.prepare("create unique index inbox_by_key on inbox (source, key)"),
    env.DB.prepare("create table write_keys (key_hash text primary key, source integer not null) strict, without rowid"),
    ...keys.map((key, n) => env.DB.prepare("insert into write_keys values (?1, ?2)").bind(sha256(key), n)),
  ]);
  return { server, url, env };
}

let next = 0;
const message = () => ({
  type: "track", event: "Product Viewed", userId: `u${next % 5_000}`, messageId: `bench-${(next += 1)}-${randomUUID()}`,
  timestamp: new Date().toISOString(), properties: { product_id: "507f1f77bcf86cd799439011", name: "Monopoly", price: 18.99, currency: "USD" },
  context: { library: { name: "bench", version: "1" } },
});
const single = () => ["/v1/track", JSON.stringify(message())];
const batch = () => ["/v1/batch", JSON.stringify({ batch: Array.from({ length: BATCH }, message), sentAt: new Date().toISOString() })];

// Pushes for `ROUND_MS`, so many at once; requests a second and the 99th percentile in milliseconds.
async function measured({ url }, make, ms = ROUND_MS) {
  const times = [];
  const begin = performance.now();
  const caller = async (at) => {
    for (let n = at; performance.now() - begin < ms; n += AT_ONCE) {
      const [target, body] = make();
      const authorization = `Basic ${Buffer.from(`${keys[n % keys.length]}:`).toString("base64")}`;
      const start = performance.now();
      const answer = await fetch(new URL(target, url), { method: "POST", body, headers: { authorization, "content-type": "application/json" } });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`${target} was answered ${answer.status}: ${text}`);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => caller(at)));
  times.sort((a, b) => a - b);
  return { rate: times.length / ((performance.now() - begin) / 1000), p99: times[Math.floor(times.length * 0.99)] };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const stored = async ({ env }) => (await env.DB.prepare("select count(*) as n from inbox").first()).n;

const [least, rekindle] = [await floor(), await ours()];
try {
  for (const [server, make] of [[least, single], [rekindle, single], [rekindle, batch]]) await measured(server, make, 500);
  const runs = [];
  for (let round = 1; round <= rounds; round += 1) {
    const run = { floor: await measured(least, single), single: await measured(rekindle, single), batch: await measured(rekindle, batch) };
    runs.push(run);
    const words = Object.entries(run).map(([name, { rate, p99 }]) => `${name} ${rate.toFixed(0)}/s, p99 ${p99.toFixed(1)} ms`);
    console.log(`round ${round}: ${words.join(" · ")}`);
  }
  const of = (name, value) => median(runs.map((run) => run[name][value]));
  const ratio = median(runs.map((run) => run.single.rate / run.floor.rate));
  const rows = median(runs.map((run) => (run.batch.rate * BATCH) / run.floor.rate));
  console.log(`floor: ${of("floor", "rate").toFixed(0)} requests/s, p99 ${of("floor", "p99").toFixed(1)} ms`);
  console.log(`single: ${of("single", "rate").toFixed(0)} requests/s, p99 ${of("single", "p99").toFixed(1)} ms; ${ratio.toFixed(2)} of the floor (target ${SINGLE_TARGET})`);
  console.log(`batches of ${BATCH}: ${(of("batch", "rate") * BATCH).toFixed(0)} rows/s, p99 ${of("batch", "p99").toFixed(1)} ms; ${rows.toFixed(1)} times the floor's rows (target ${BATCH_TARGET})`);
  console.log(`rows stored: ${await stored(least)} by the floor, ${await stored(rekindle)} by Rekindle, of ${next} messages`);
  if ((await stored(least)) + (await stored(rekindle)) !== next) throw new Error("a message is missing");
  process.exitCode = ratio >= SINGLE_TARGET && rows >= BATCH_TARGET ? 0 : 1;
} finally {
  await least.server.close();
  await rekindle.server.close();
}

// How many touches a second the worker sends, beside a floor: the least that a worker in JavaScript does for one, which is to ask a provider
// once and to write one row. Both in one run, in turns, with the same provider on this machine. Then what a touch costs in rows, and what a
// page of claims reads where the ledger is a hundred times as long.
//
// node tests/bench/dispatch.mjs WORKER_FOLDER ROUNDS [TOUCHES]; started by `cargo xtask bench dispatch`. Ends with 1 where a target is missed.

import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import path from "node:path";

import { SUPPRESSION_KEY, VAULT_KEY, root, sha256, uuid7 } from "../harness.mjs";
import { Provider } from "../providers.mjs";
import { brand, byMail, customers, launched, rules } from "../shopfront.mjs";

const [folder, rounds] = [path.resolve(process.argv[2]), Number(process.argv[3] ?? 5)];
const TOUCHES = Number(process.argv[4] ?? 1_000);
const AT_ONCE = 16;
const [SHORT, LONG] = [10_000, 1_000_000];
const GROWTH = 1.1;
const DAY = 86_400_000;

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";
const { createTestHarness } = await import("wrangler");
mkdirSync(path.join(root, "dist"), { recursive: true });

async function started(worker) {
  const server = createTestHarness({ root, workers: [worker] });
  const { url } = await server.listen();
  return { server, url, env: await server.getWorker(worker.name).getEnv() };
}

// Enough of the harness of tests for what prepares a shop.
async function ours() {
  const options = (origin) => ({ name: "rekindle", configPath: "wrangler.toml", prebuiltWorkerDir: folder, vars: { LOCAL: "true", ORIGIN: origin, VAULT_KEY, SUPPRESSION_KEY } });
  const { server, url } = await started(options("http://localhost"));
  const origin = `http://localhost:${url.port}`;
  await server.update({ root, workers: [options(origin)] });
  await server.getWorker("rekindle").applyD1Migrations("DB");
  const env = await server.getWorker("rekindle").getEnv();
  const d1 = async (sql, ...values) => (await env.DB.prepare(sql).bind(...values).all()).results;
  const request = async (method, target, body, headers = {}) => {
    const answer = await fetch(new URL(target, origin), { method, headers: { "content-type": "application/json", ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    if (answer.status >= 300) throw new Error(`${target}: ${answer.status} ${text}`);
    return { status: answer.status, headers: answer.headers, text, json: JSON.parse(text || "null") };
  };
  const token = `rk_${randomBytes(32).toString("base64url")}`;
  await d1("insert into tokens (public_id, token_hash, name, role, created_at, expires_at) values (?1, ?2, 'bench', 'owner', 0, 9e15)", randomUUID(), sha256(token));
  const authorization = `Bearer ${token}`;
  const version = async (target) => ({ "if-match": (await request("GET", target, undefined, { authorization })).headers.get("etag") });
  const api = {
    get: (target) => request("GET", target, undefined, { authorization }),
    post: (target, body) => request("POST", target, body, { authorization }),
    put: async (target, body) => request("PUT", target, body, { authorization, ...(await version(target)) }),
  };
  const link = randomBytes(32).toString("base64url");
  await d1("insert into users (id, public_id, email, name, role, created_at, updated_at) values (1, ?1, 'olga@example.com', 'Olga', 'owner', 0, 0)", uuid7());
  await d1("insert into sign_in_links (token_hash, user_id, created_at, expires_at) values (?1, 1, ?2, ?3)", sha256(link), Date.now(), Date.now() + 900_000);
  const signed = await request("POST", "/api/session", { token: link }, { origin });
  const own = { origin, cookie: signed.headers.getSetCookie()[0].split(";")[0] };
  const person = { post: (target, body, more) => request("POST", target, body, { ...own, ...more }), patch: (target, body, more) => request("PATCH", target, body, { ...own, ...more }) };
  const cron = () => server.getWorker("rekindle").scheduled({ cron: "* * * * *", scheduledTime: new Date() });
  return { server, d1, env, api: async () => api, person: async () => person, run: (job) => api.post("/api/runs", { job }), cron };
}

async function floor(address) {
  const { server, url, env } = await started({ name: "dispatch-floor", configPath: "tests/bench/floor/dispatch.toml", vars: { PROVIDER: address } });
  await env.DB.prepare("create table sent (touch integer primary key, sender_id text not null, sent_at integer not null) strict").run();
  return { server, url, env };
}

// What the worker writes of one, as the floor is given it.
const mail = (touch) => ({
  personalizations: [{ to: [{ email: `c${touch}@example.com` }] }], from: { email: "ada@northwind.example" }, subject: "We miss you",
  content: [{ type: "text/plain", value: "Hello ".repeat(200) }, { type: "text/html", value: "<p>Hello</p>".repeat(600) }], custom_args: { touch: `${touch}` }, headers: {},
});
let next = 1;
async function floorRound(least) {
  const begin = performance.now();
  const caller = async (from) => {
    for (let n = from; n < TOUCHES; n += AT_ONCE) {
      const answer = await fetch(new URL("/", least.url), { method: "POST", body: JSON.stringify(mail((next += 1))) });
      if (answer.status !== 200) throw new Error(`the floor answered ${answer.status}: ${await answer.text()}`);
      await answer.text();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, from) => caller(from)));
  return TOUCHES / ((performance.now() - begin) / 1000);
}

// Those of one round are due, and go out.
async function round(shop, provider, number) {
  const before = provider.accepted.length;
  await shop.d1("update touches set due_at = 1 where customer_id > ?1 and customer_id <= ?2 and state = 'planned'", number * TOUCHES, (number + 1) * TOUCHES);
  const begin = performance.now();
  while (provider.accepted.length - before < TOUCHES) await shop.run("dispatch");
  const rate = TOUCHES / ((performance.now() - begin) / 1000);
  const left = await shop.d1("select state, count(*) as n from touches where customer_id > ?1 and customer_id <= ?2 group by 1", number * TOUCHES, (number + 1) * TOUCHES);
  if (left.some(({ state }) => state !== "sent")) throw new Error(`not all went out: ${JSON.stringify(left)}`);
  return rate;
}

async function prepared(kind, address, count) {
  const provider = new Provider(kind);
  await provider.listen();
  const shop = await ours();
  await brand(shop);
  await rules(shop, { canary: 1_000, undo_minutes: 0, hours: { email: { from: 0, to: 24 } } });
  await provider.connect(await shop.api());
  const now = new Date().toISOString();
  await customers(shop, Array.from({ length: count }, () => ({})), { now });
  await launched(shop, { edit: (plan) => byMail(plan, [0]) });
  const number = async (sql) => (await shop.d1(sql))[0].n;
  while ((await number("select count(*) as n from entries")) < count) await shop.run("enter");
  // Nothing goes out before its round.
  await shop.d1("update shop set sending_stopped = 1");
  while ((await number("select count(*) as n from touches")) < count) await shop.run("plan");
  await shop.d1("update touches set state = 'planned', reason = null, evidence = null, due_at = ?1, expires_at = ?2", Date.now() + DAY, Date.now() + 9 * DAY);
  await shop.d1("update shop set sending_stopped = 0");
  return { shop, provider };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const written = async (shop) => (await shop.d1("select sum(rows_read) as read, sum(rows_written) as written from runs where job = 'dispatch'"))[0];

// One page is due, of so many that are planned: what its run read.
async function page(shop, provider, planned, from) {
  const [{ n }] = await shop.d1("select count(*) as n from touches where state = 'planned'");
  const [{ top }] = await shop.d1("select max(entry_id) as top from touches");
  const columns = "campaign_id, customer_id, contact_id, step, edition, channel, state, variant, created_at";
  for (let made = n; made < planned; made += 50_000) {
    const more = Math.min(50_000, planned - made);
    // They are other people's, and due within a month.
    await shop.d1(
      `insert into touches (${columns}, entry_id, due_at) with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ?1)
       select t.campaign_id, 10000000 + ?2 + i, t.contact_id, 1, t.edition, 'email', 'planned', 0, 0, ?2 + i, ?3 + i * 1000 from n, (select * from touches order by id limit 1) t`,
      more, top + 1 + made - n, Date.now() + DAY,
    );
  }
  const before = await written(shop);
  await shop.d1("update touches set due_at = 1 where customer_id > ?1 and customer_id <= ?2 and state = 'planned'", from, from + 100);
  await shop.d1("delete from wakes");
  const taken = provider.accepted.length;
  while (provider.accepted.length < taken + 100) await shop.run("dispatch");
  return ((await written(shop)).read - before.read) / 100;
}

const kinds = {};
for (const kind of ["resend", "sendgrid"]) kinds[kind] = await prepared(kind, undefined, TOUCHES * (rounds + 1) + 400);
const least = await floor(kinds.sendgrid.provider.address);
try {
  const runs = [];
  for (let number = 0; number <= rounds; number += 1) {
    const run = { floor: await floorRound(least), resend: await round(kinds.resend.shop, kinds.resend.provider, number), sendgrid: await round(kinds.sendgrid.shop, kinds.sendgrid.provider, number) };
    // The first warms up.
    if (number > 0) runs.push(run);
    console.log(`${number === 0 ? "warm-up" : `round ${number}`}: ${Object.entries(run).map(([name, rate]) => `${name} ${rate.toFixed(0)}/s`).join(" · ")}`);
  }
  const of = (name) => median(runs.map((run) => run[name]));
  const share = (name) => median(runs.map((run) => run[name] / run.floor));
  console.log(`floor: ${of("floor").toFixed(0)} touches/s`);
  console.log(`in batches of 100 (resend): ${of("resend").toFixed(0)} touches/s, ${share("resend").toFixed(2)} of the floor`);
  console.log(`a request each (sendgrid): ${of("sendgrid").toFixed(0)} touches/s, ${share("sendgrid").toFixed(2)} of the floor`);
  for (const [name, { shop }] of Object.entries(kinds)) {
    const { read, written: rows } = await written(shop);
    const sent = TOUCHES * (rounds + 1);
    console.log(`${name}: ${(read / sent).toFixed(1)} rows read and ${(rows / sent).toFixed(1)} written a touch, from its claim to its record`);
  }
  const { shop, provider } = kinds.resend;
  const from = TOUCHES * (rounds + 1);
  await page(shop, provider, 0, from);
  const short = await page(shop, provider, SHORT, from + 100);
  const long = await page(shop, provider, LONG, from + 200);
  console.log(`rows read a touch of a page: ${short.toFixed(1)} at ${SHORT} planned, ${long.toFixed(1)} at ${LONG}: ${(long / short).toFixed(3)} (target ${GROWTH})`);
  process.exitCode = long / short <= GROWTH ? 0 : 1;
} finally {
  await least.server.close();
  for (const { shop, provider } of Object.values(kinds)) {
    await shop.server.close();
    await provider.close();
  }
}

// The worker dies, all its processes at once, while it sends: at named moments between a claim and what is written down of an answer.
// Started again on the same data it goes on, and the provider, which lives, says what arrived.
//
// With a provider whose keys count each mail arrives exactly once. With one that knows no keys none arrives twice, and each that nobody can
// be sure of is `unknown` until the provider tells of it. Here six deaths over two hundred mails; `cargo xtask soak sending` asks for a
// hundred over ten thousand. A dead server is made to have been down for three minutes by setting back the times of leases.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";

import { SUPPRESSION_KEY, sha256, until, uuid7 } from "../harness.mjs";
import { audit, export_, violations } from "../ledger.mjs";
import { dataFolder, makeToken, migrate, passTime, rows, serve, withStore } from "../processes.mjs";
import { Provider } from "../providers.mjs";
import { brand, byMail, customers, launched, rules } from "../shopfront.mjs";

const LONG = process.env.REKINDLE_KILLS === "sending";
const NOW = "2026-03-02T15:00:00Z";
const MINUTE = "* * * * *";
const DOWN = 180_000;
const at = (minutes) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

// Mails to each of the two, deaths, and of which.
const MAILS = LONG ? 5_000 : 100;
const ALL = ["after claim", "before call", "after acceptance, before answer", "after answer, before record", "mid-batch"];
const DEATHS = {
  resend: LONG ? ALL.flatMap((phase) => Array(10).fill(phase)) : ["after claim", "after acceptance, before answer", "mid-batch"],
  sendgrid: LONG ? ALL.flatMap((phase) => Array(10).fill(phase)) : ["before call", "mid-batch", "after answer, before record"],
};
const POINTS = { "after claim": "dispatch.claimed", "before call": "dispatch.sending", "after answer, before record": "dispatch.answered" };
const never = new Promise(() => {});

const table = [];
const folders = [];
after(() => {
  const width = Math.max(...ALL.map(({ length }) => length));
  console.log(["phase".padEnd(width), "provider", "deaths", "claimed", "sending", "arrived, not recorded"].join("  "));
  for (const phase of ALL) {
    for (const provider of Object.keys(DEATHS)) {
      const own = table.filter((row) => row.phase === phase && row.provider === provider);
      const sum = (what) => own.reduce((all, row) => all + row[what], 0);
      if (own.length > 0) console.log([phase.padEnd(width), provider.padEnd(8), `${own.length}`.padStart(6), `${sum("claimed")}`.padStart(7), `${sum("sending")}`.padStart(7), `${sum("arrived")}`.padStart(21)].join("  "));
    }
  }
  folders.forEach((folder) => folder.remove());
});

// The helpers of tests in one process, on a store whose server is down.
const down = (data) => ({ d1: async (sql, ...values) => withStore(data, (store) => store.prepare(sql).all(...values)) });

// A shop whose campaign has everybody's first mail planned, and nobody's sent; no server is up.
async function shop(provider) {
  const data = dataFolder();
  folders.push(data);
  await migrate(data);
  const store = down(data);
  const token = makeToken(data);
  // A page of ten where few are sent, and everybody in the share that goes first.
  if (!LONG) await store.d1("update shop set plan = 'free'");
  await rules(store, { canary: 1_000 });
  await customers(store, Array.from({ length: MAILS }, () => ({})), { now: NOW });
  const link = randomBytes(32).toString("base64url");
  await store.d1("insert into users (id, public_id, email, name, role, created_at, updated_at) values (1, ?1, 'olga@example.com', 'Olga', 'owner', 0, 0)", uuid7());
  await store.d1("insert into sign_in_links (token_hash, user_id, created_at, expires_at) values (?1, 1, ?2, ?3)", sha256(link), Date.parse(NOW), Date.parse(at(15)));
  const server = await serve(data, { token, now: NOW });
  const { port } = server;
  try {
    const version = async (target) => ({ "if-match": (await server.get(target)).headers.get("etag") });
    await brand({ api: async () => ({ get: server.get, put: async (target, body) => server.put(target, body, await version(target)) }) });
    await provider.connect(server);
    const origin = new URL(server.url).origin;
    const signed = await server.request("POST", "/api/session", { token: link }, { origin, authorization: "" });
    assert.equal(signed.status, 201, signed.text);
    const cookie = signed.headers.getSetCookie()[0].split(";")[0];
    const as = (method) => (target, body, headers) => server.request(method, target, body, { origin, cookie, authorization: "", ...headers });
    await launched({ person: async () => ({ post: as("POST"), patch: as("PATCH") }) }, { edit: (plan) => byMail(plan, [0]) });
    await until(async () => {
      await server.scheduled(MINUTE);
      return rows(data, "select 1 from campaigns where entered_upto is null").length === 1 && rows(data, "select count(*) as n from entries")[0].n === MAILS;
    }, "everybody's entry", 300_000);
  } finally {
    await server.kill();
  }
  await store.d1("update entries set next_at = 1");
  await downFor(data);
  const planning = await serve(data, { token, port, now: at(3) });
  try {
    await until(async () => {
      await planning.scheduled(MINUTE);
      return rows(data, "select count(*) as n from touches where state = 'planned'")[0].n === MAILS;
    }, "everybody's touch", 600_000);
  } finally {
    await planning.kill();
  }
  await downFor(data);
  return { data, open: (now) => serve(data, { token, port, now: new Date(now).toISOString() }) };
}

async function downFor(data) {
  passTime(data, DOWN);
  withStore(data, (store) => store.prepare("update touches set claimed_until = max(claimed_until - ?, 1) where claimed_until is not null").run(DOWN));
}

// Resolves once the worker stands where it is to die. What is asked for a second time does not count: each death has messages of its own.
function trap(provider, server, phase, number) {
  const seen = new Set(provider.asked.flatMap(({ mails }) => mails.map(({ touch }) => touch)));
  const isNew = (asked) => asked.mails.every(({ touch }) => !seen.has(touch));
  // Of a provider without batches some go before.
  const skip = provider.kind === "sendgrid" && LONG ? number % 9 : 0;
  if (POINTS[phase]) return async () => {
    await server.arm(POINTS[phase], { skip: phase === "after claim" ? 0 : skip });
    return () => server.reached(POINTS[phase], 120_000);
  };
  return async () => {
    const standing = new Promise((hit) => {
      let fresh = 0;
      const last = phase === "mid-batch" ? 7 + skip * 10 : 1 + skip * 10;
      provider.before = async (moment, asked) => {
        if (provider.kind === "resend" && phase === "mid-batch") return;
        if (moment !== "taken" || !isNew(asked) || (fresh += 1) < last) return;
        hit();
        await never;
      };
      if (provider.kind === "resend" && phase === "mid-batch") {
        provider.halves = async (answer) => {
          if (!isNew(answer.asked)) return;
          hit();
          await never;
        };
      }
    });
    return () => standing;
  };
}

for (const kind of Object.keys(DEATHS)) {
  test(`${kind}: ${DEATHS[kind].length} deaths while ${MAILS} mails go out`, async () => {
    let clock = Date.parse(NOW);
    const provider = new Provider(kind, { now: () => clock });
    await provider.listen();
    try {
      const { data, open } = await shop(provider);
      for (const [number, phase] of shuffled(DEATHS[kind]).entries()) {
        clock = Date.parse(at(15 + number * 3));
        const server = await open(clock);
        const reached = await trap(provider, server, phase, number)();
        let isDead = false;
        const working = (async () => {
          while (!isDead) await server.scheduled(MINUTE).catch(() => {});
        })();
        await reached();
        isDead = true;
        await server.kill();
        await working;
        provider.before = async () => {};
        provider.halves = undefined;
        const taken = new Set(provider.accepted.map(({ touch }) => touch));
        const left = rows(data, "select id, state from touches where state in ('claimed', 'sending')");
        const count = (is) => left.filter(is).length;
        const row = { provider: kind, phase, claimed: count(({ state }) => state === "claimed"), sending: count(({ state }) => state === "sending"), arrived: count(({ id }) => taken.has(id)) };
        table.push(row);
        if (LONG) console.log(`death ${table.length}: ${kind}, ${phase}; ${row.claimed} claimed, ${row.sending} sending, of which ${row.arrived} had arrived; ${taken.size} of ${MAILS} arrived`);
        // Each died where it was to die.
        if (phase === "after claim") assert.deepEqual([row.claimed > 0, row.sending], [true, 0]);
        else if (phase === "before call") assert.deepEqual([row.sending > 0, row.arrived], [true, 0]);
        else assert.ok(row.sending > 0 && row.arrived > 0, JSON.stringify(row));
        await downFor(data);
      }
      await settled(provider, data, open, (time) => (clock = time));
    } finally {
      await provider.close();
    }
  });
}

// Lets the rest go out, has the provider tell of all that it has, and looks at what came of it.
async function settled(provider, data, open, setClock) {
  const last = Date.parse(at(15 + DEATHS[provider.kind].length * 3));
  setClock(last);
  const server = await open(last);
  try {
    const left = () => rows(data, "select count(*) as n from touches where state in ('planned', 'held', 'claimed', 'sending')")[0].n;
    // A cron that takes longer than this process waits for goes on all the same.
    await until(async () => (await server.scheduled(MINUTE).catch(() => {}), left() === 0), "the end of all work", 1_800_000);
    const arrived = provider.accepted.map(({ touch }) => touch);
    const unsure = rows(data, "select id, reason from touches where state = 'unknown'");
    assert.equal(new Set(arrived).size, arrived.length, "none arrived twice");
    if (provider.kind === "resend") {
      assert.equal(arrived.length, MAILS, "each arrived");
      assert.deepEqual(unsure, []);
    } else {
      const missing = MAILS - arrived.length;
      assert.ok(unsure.length > 0 && unsure.length >= missing);
      const known = new Set(unsure.map(({ id }) => id));
      const all = rows(data, "select id from touches").map(({ id }) => id);
      const lost = all.filter((id) => !arrived.includes(id));
      assert.ok(lost.every((id) => known.has(id)), "whatever did not arrive is unknown");
      console.log(`${provider.kind}: ${arrived.length} of ${MAILS} arrived, none twice; ${unsure.length} were unknown, of which ${unsure.length - lost.length} had arrived`);
    }
    // Of thousands that are known, what is unsure is enough.
    const again = new Set(provider.asked.filter(({ repeats }) => repeats).flatMap(({ mails }) => mails.map(({ touch }) => touch)));
    const telling = provider.accepted.filter(({ touch }) => !LONG || provider.kind === "sendgrid" || again.has(touch));
    const size = provider.kind === "resend" ? 1 : 100;
    for (let from = 0; from < telling.length; from += size) {
      await provider.tell(server.request, telling.slice(from, from + size).map((of) => ({ kind: "delivered", of })));
    }
    const states = Object.fromEntries(rows(data, "select state, count(*) as n from touches group by 1").map(({ state, n }) => [state, n]));
    const counts = { delivered: telling.length, sent: arrived.length - telling.length, unknown: MAILS - arrived.length };
    assert.deepEqual(states, Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0)), "what arrived is known to have arrived");
    const told = telling.map(({ touch }) => ({ kind: "delivered", touch }));
    const found = audit(await export_(async (sql) => rows(data, sql), { log: provider.accepted, told, suppressionKey: SUPPRESSION_KEY }));
    assert.deepEqual(found, [], violations(found));
    if (provider.kind === "resend") {
      const repeated = provider.asked.filter(({ repeats }) => repeats).length;
      console.log(`resend: ${MAILS} of ${MAILS} arrived, each once; ${provider.asked.length} requests, ${repeated} of them again under a key that had been taken`);
    }
  } finally {
    await server.kill();
  }
}

// In an order that is the same each time.
function shuffled(list) {
  let seed = 8;
  const random = () => ((seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31), seed / 2 ** 31);
  return list.map((one) => [LONG ? random() : 0, one]).toSorted((a, b) => a[0] - b[0]).map(([, one]) => one);
}

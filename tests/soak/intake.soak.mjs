// 20,000 events are pushed while the worker is killed ten times in each phase: before a batch is written, after it, before the job is
// rung for, and in the fold at each of its steps. The client sends again what was not answered, and again some of what was. In the end
// every event is there once and applied once.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";

import { sha256, until, uuid7 } from "../harness.mjs";
import { dataFolder, makeToken, migrate, passTime, rows, serve, withStore } from "../processes.mjs";

const EVENTS = 20_000;
const BATCH = 100;
const CUSTOMERS = 800;
const NOW = "2026-03-02T09:00:00Z";
const MINUTE = "* * * * *";
const PHASES = {
  "before write": ["push.received"],
  "after write": ["push.stored"],
  "before queue": ["push.ringing"],
  "in the fold": ["intake.entered", "intake.loaded", "intake.planned", "intake.stored", "intake.leaving", "score.loaded", "score.computed"],
};
const KILLS = 10;

const data = dataFolder();
after(data.remove);

test("every event is there once and applied once, however often the worker dies", { timeout: 3_600_000 }, async (t) => {
  await migrate(data);
  const token = makeToken(data);
  const key = randomBytes(24).toString("base64url");
  const source = withStore(data, (store) => {
    store.prepare("insert into sources (public_id, kind, name, created_at, status) values (?, 'segment', 'Clients', 0, 'live')").run(uuid7());
    const { id } = store.prepare("select max(id) as id from sources").get();
    store.prepare("insert into write_keys (key_hash, source, hint, created_at) values (?, ?, ?, 0)").run(sha256(key), id, key.slice(-4));
    return id;
  });
  let server = await serve(data, { token, now: NOW });
  const restart = async () => {
    passTime(data, 180_000);
    server = await serve(data, { token, now: NOW });
  };

  const batches = Array.from({ length: EVENTS / BATCH }, (_, at) => Array.from({ length: BATCH }, (_, n) => event(at * BATCH + n)));
  const push = async (batch) => {
    const authorization = `Basic ${Buffer.from(`${key}:`).toString("base64")}`;
    const answer = await server.post("/v1/batch", { batch, sentAt: NOW }, { authorization });
    assert.equal(answer.status, 200, answer.text);
  };
  const moments = Object.entries(PHASES).flatMap(([phase, points]) => Array.from({ length: KILLS }, (_, n) => ({ phase, point: points[n % points.length] })));
  const every = Math.floor(batches.length / moments.length);
  let kills = 0;
  for (const [at, batch] of batches.entries()) {
    const moment = at % every === 0 ? moments[at / every] : undefined;
    if (moment === undefined) {
      await push(batch);
      continue;
    }
    await server.arm(moment.point, { once: true });
    const broken = push(batch).then(() => server.scheduled(MINUTE)).then(() => "finished", () => "broken off");
    await server.reached(moment.point);
    await server.kill();
    kills += 1;
    t.diagnostic(`kill ${kills}, ${moment.phase}, at ${moment.point}, with ${rows(data, "select count(*) as n from inbox")[0].n} messages stored`);
    assert.equal(await broken, "broken off");
    await restart();
    // Whoever got no answer sends again; and a client that does not remember sends one that was answered as well.
    await push(batch);
    if (at > 0) await push(batches[at - 1]);
  }
  await until(async () => {
    await server.scheduled(MINUTE);
    const [{ open }] = rows(data, `select (select count(*) from wakes) + (select count(*) from facets where dirty > 0) as open`);
    return open === 0;
  }, "the end of all work", 600_000);
  await server.kill();

  const one = (sql) => rows(data, sql, source)[0];
  assert.equal(kills, moments.length);
  assert.deepEqual(one("select count(*) as n, count(distinct key) as keys from inbox where source = ?"), { n: EVENTS, keys: EVENTS });
  assert.deepEqual(one("select count(*) as n, count(distinct external_id) as ids from orders where source = ?"), { n: EVENTS / 2, ids: EVENTS / 2 });
  assert.deepEqual(one("select count(*) as n from events where source = ?"), { n: EVENTS / 2 });
  assert.deepEqual(one("select sum(n) as n from source_counts where source = ? and outcome = 'accepted'"), { n: EVENTS });
  assert.deepEqual(rows(data, "select sum(orders) as orders, count(*) as customers from facets")[0], { orders: EVENTS / 2, customers: CUSTOMERS });
  const applied = rows(data, "select state from states").map((row) => JSON.parse(row.state));
  const spent = applied.reduce((sum, state) => sum + state.s.USD[1], 0);
  assert.equal(spent, Array.from({ length: EVENTS }, (_, n) => n).filter((n) => n % 2 === 0).reduce((sum, n) => sum + cents(n), 0), "each order is in its customer's state once");
});

function event(n) {
  const common = { messageId: `m-${n}`, userId: `U-${Math.floor(n / 2) % CUSTOMERS}`, timestamp: new Date(Date.parse(NOW) - n * 60_000).toISOString(), type: "track" };
  return n % 2 === 0
    ? { ...common, event: "Order Completed", properties: { order_id: `O-${n}`, total: cents(n) / 100, currency: "USD" } }
    : { ...common, event: "Report Exported" };
}

function cents(n) {
  return 100 + (n % 900);
}

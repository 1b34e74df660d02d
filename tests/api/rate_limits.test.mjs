// How often somebody may try to sign in, and how fast anybody may write.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { begin, order, send } from "../rows.mjs";

let server;
before(async () => {
  server = await start();
});
after(() => server.stop());
beforeEach(() => server.reset());

// Counts start anew with each period of the clock: a test that counts begins with one, so that its requests lie within it.
async function atStartOf(period) {
  const into = Date.now() % (period * 1000);
  if (into > period * 400) await new Promise((next) => setTimeout(next, period * 1000 - into + 20));
}

const from = (address) => ({ origin: server.url, "cf-connecting-ip": address });
const signIn = (address, token = "wrong") => server.request("POST", "/api/session", { token }, from(address));
const ask = (address, email) => server.request("POST", "/api/sign-in-links", { email }, from(address));
const count = async (table) => (await server.d1(`select count(*) as n from ${table}`))[0].n;

test("from one address come ten tries to sign in a minute, and the eleventh writes nothing", async () => {
  await atStartOf(60);
  for (let n = 1; n <= 10; n += 1) assert.equal((await signIn("203.0.113.1")).status, 410, `try ${n}`);
  assert.equal(await count("audit"), 10);
  const link = (await server.signInLink()).split("#")[1];
  const eleventh = await signIn("203.0.113.1", link);
  assert.equal(eleventh.status, 429);
  assert.equal(eleventh.headers.get("retry-after"), "60");
  assert.equal(eleventh.json.code, "too_many_requests");
  assert.deepEqual([eleventh.meter.queries, eleventh.meter.rows_read, eleventh.meter.rows_written], [0, 0, 0]);
  assert.deepEqual([await count("audit"), await count("sessions")], [10, 0]);
  assert.equal((await ask("203.0.113.1", "a@example.com")).status, 429, "asking for a link counts with it");
  assert.equal((await signIn("203.0.113.2", link)).status, 201, "another address still signs in, by the same link");
});

test("one subscriber's many IPv6 addresses count as one", async () => {
  await atStartOf(60);
  for (let n = 1; n <= 10; n += 1) assert.equal((await signIn(`2001:db8:7:1::${n}`)).status, 410, `try ${n}`);
  assert.equal((await signIn("2001:db8:7:1:ffff::1")).status, 429);
  assert.equal((await signIn("2001:db8:7:2::1")).status, 410);
});

test("for one person's address links are asked for ten times a minute, from wherever it is, known or not", async () => {
  await atStartOf(60);
  for (const email of ["nobody@example.com", "owner@example.com"]) {
    await server.signInLink();
    for (let n = 1; n <= 10; n += 1) assert.equal((await ask(`192.0.2.${n}`, email)).status, 202, `try ${n}`);
    assert.equal((await ask("192.0.2.99", email.toUpperCase())).status, 429, email);
  }
});

test("a try from a page of another site uses up nobody's count", async () => {
  await atStartOf(60);
  for (let n = 1; n <= 12; n += 1) {
    const forged = await server.request("POST", "/api/session", { token: "x" }, { ...from("203.0.113.9"), origin: "https://evil.test" });
    assert.equal(forged.status, 403);
  }
  assert.equal((await signIn("203.0.113.9")).status, 410);
});

test("one person or program makes 500 changes in ten seconds, and others are not held up by it", async () => {
  const person = await server.person({ role: "marketer" });
  const [api, other] = [await server.api("marketer"), await server.api("marketer")];
  const [{ token }] = await server.d1("select public_id as token from tokens order by id limit 1");
  // Nothing is stored by it: the import is nobody's.
  const change = (client) => client.post("/api/imports/00000000-0000-7000-8000-000000000000/cancel");
  for (const [who, key] of [[person, person.id], [api, token]]) {
    await atStartOf(10);
    assert.equal((await change(who)).status, 404);
    // The 494 between, which a slow machine would not make in time.
    assert.equal((await server.env.WRITES.limit({ key, delta: 494 })).success, true);
    const statuses = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await change(who)).status);
    assert.deepEqual(statuses, [404, 404, 404, 404, 404, 429, 429], key);
    const refused = await change(who);
    assert.deepEqual([refused.json.code, refused.headers.get("retry-after")], ["too_many_requests", "10"]);
    assert.deepEqual([refused.meter.queries, refused.meter.rows_written], [1, 0], "nothing but recognising");
    assert.equal((await who.get("/api/shop")).status, 200, "reading goes on");
    assert.equal((await change(other)).status, 404);
  }
});

test("an import at the pace of a browser passes", async () => {
  const api = await server.api("marketer");
  const { id } = await begin(api, "orders");
  for (let number = 0; number < 200; number += 1) {
    const rows = [order(number, "A", "2026-01-05")];
    const answer = await send(api, id, number, "orders", rows, { last: number === 199 });
    assert.equal(answer.status, 200, `batch ${number}: ${answer.text}`);
  }
  assert.equal(await count("orders"), 200);
});

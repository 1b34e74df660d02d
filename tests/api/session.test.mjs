// Signing in, staying signed in, and what a change by cookie needs.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { sha256, start, until, uuid7 } from "../harness.mjs";

const NOW = "2026-03-02T09:00:00Z";
const later = (minutes) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

let server;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  server.clearLogs();
});

const own = () => ({ origin: server.url });
const tokenOf = (link) => link.split("#")[1];
const cookieOf = (answer) => answer.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");

async function signIn(options) {
  const answer = await server.request("POST", "/api/session", { token: tokenOf(await server.signInLink(options)) }, own());
  assert.equal(answer.status, 201, answer.text);
  return { answer, cookie: cookieOf(answer) };
}

async function addUser(email, role = "owner") {
  await server.d1(
    "insert into users (public_id, email, name, role, created_at, updated_at) values (?1, ?2, 'Mia', ?3, 0, 0)",
    uuid7(), email, role,
  );
}

const ask = (email, headers = {}) => server.request("POST", "/api/sign-in-links", { email }, { ...own(), ...headers });
const outbox = async () => (await server.seams.outbox()).outbox;
const linkIn = (mail) => mail.body.match(/http\S+\/sign-in#(\S+)/)[1];

test("a link signs in once, with a cookie that scripts and other sites never see", async () => {
  const link = await server.signInLink();
  const first = await server.request("POST", "/api/session", { token: tokenOf(link) }, own());
  assert.equal(first.status, 201);
  assert.equal(first.json.session.user.email, "owner@example.com");
  const [cookie] = first.headers.getSetCookie();
  assert.match(cookie, /^__Host-rekindle=[\w-]{43}; Path=\/; Max-Age=1209600; Secure; HttpOnly; SameSite=Lax$/);

  const second = await server.request("POST", "/api/session", { token: tokenOf(link) }, own());
  assert.equal(second.status, 410);
  assert.equal(second.json.code, "link_not_valid");
  assert.deepEqual(second.headers.getSetCookie(), []);

  const [{ n }] = await server.d1("select count(*) as n from sessions");
  assert.equal(n, 1, "a used link makes no second session, also within the same millisecond");
});

test("links, sessions and tokens are stored as hashes only", async () => {
  const { cookie } = await signIn();
  const secret = cookie.split("=")[1];
  const rows = await server.d1("select token_hash from sessions union all select token_hash from sign_in_links");
  assert.ok(rows.some((row) => row.token_hash === sha256(secret)));
  assert.ok(!JSON.stringify(rows).includes(secret));
});

test("opening a link changes nothing: its page posts it", async () => {
  const link = await server.signInLink();
  await server.fetch(link);
  const answer = await server.request("POST", "/api/session", { token: tokenOf(link) }, own());
  assert.equal(answer.status, 201);
});

test("a link ends after 15 minutes", async () => {
  const link = await server.signInLink();
  await server.seams.clock(later(15));
  const answer = await server.request("POST", "/api/session", { token: tokenOf(link) }, own());
  assert.equal(answer.json.code, "link_not_valid");
});

test("a link that was asked for works in the asking browser, and a try from another one does not use it up", async () => {
  await addUser("mia@example.com");
  const asked = await ask("mia@example.com");
  const browser = cookieOf(asked);
  assert.match(browser, /^__Host-rekindle-browser=[\w-]{43}$/);
  const [mail] = await until(async () => ((await outbox()).length > 0 ? outbox() : undefined), "the link's message");
  const token = linkIn(mail);

  for (const cookie of ["", "__Host-rekindle-browser=another"]) {
    const elsewhere = await server.request("POST", "/api/session", { token }, { ...own(), cookie });
    assert.equal(elsewhere.status, 410, "another browser");
  }
  const here = await server.request("POST", "/api/session", { token }, { ...own(), cookie: browser });
  assert.equal(here.status, 201);
});

test("the answer is the same for an unknown address, and nothing is written for it", async () => {
  await addUser("mia@example.com");
  const browser = { cookie: cookieOf(await ask("mia@example.com")) };
  const known = await ask("mia@example.com", browser);
  const unknown = await ask("nobody@example.com", browser);
  const shape = (answer) => ({
    status: answer.status,
    text: answer.text,
    meter: answer.meter,
    headers: [...answer.headers].filter(([name]) => !["x-request-id", "date"].includes(name)),
  });
  assert.deepEqual(shape(unknown), shape(known));
  await until(async () => (await outbox()).length === 2, "both messages to the known address");
  assert.deepEqual(new Set((await outbox()).map((mail) => mail.recipient)), new Set(["mia@example.com"]));
});

test("an address gets five links an hour, and the sixth asker is told the same as ever", async () => {
  await addUser("zoe@example.com");
  for (let n = 1; n <= 5; n += 1) {
    assert.equal((await ask("zoe@example.com")).status, 202);
    await until(async () => (await outbox()).length === n, `message ${n}`);
  }
  const sixth = await ask(" ZOE@example.com ");
  assert.equal(sixth.status, 202);
  await ask("nobody@example.com");
  await server.seams.clock(later(61));
  await ask("zoe@example.com");
  await until(async () => (await outbox()).length === 6, "the first message of the next hour");
});

test("a disabled person gets no link and has no session", async () => {
  const { cookie } = await signIn();
  const link = await server.signInLink();
  await server.d1("update users set disabled_at = 1");
  assert.equal((await server.request("GET", "/api/session", undefined, { cookie })).status, 401);
  assert.equal((await server.request("POST", "/api/session", { token: tokenOf(link) }, own())).status, 410);
});

test("a session ends after twelve idle hours, and after fourteen days of use", async () => {
  const { cookie } = await signIn();
  const status = async () => (await server.request("GET", "/api/session", undefined, { cookie })).status;
  await server.seams.clock(later(12 * 60 - 1));
  assert.equal(await status(), 200, "just within twelve hours");
  await server.seams.clock(later(24 * 60 - 1));
  assert.equal(await status(), 401, "twelve hours after the last use");

  const { cookie: busy } = await signIn();
  const busyStatus = async () => (await server.request("GET", "/api/session", undefined, { cookie: busy })).status;
  const days = 24 * 60;
  for (let minutes = 11 * 60; minutes < 14 * days; minutes += 11 * 60) {
    await server.seams.clock(later(days - 1 + minutes));
    assert.equal(await busyStatus(), 200, `${minutes / 60} hours`);
  }
  await server.seams.clock(later(15 * days));
  assert.equal(await busyStatus(), 401);
});

test("use of a session or token is written down every ten minutes at most", async () => {
  const { cookie } = await signIn();
  const read = async () => (await server.request("GET", "/api/session", undefined, { cookie })).meter.rows_written;
  assert.deepEqual([await read(), await read()], [0, 0]);
  await server.seams.clock(later(10));
  assert.deepEqual([await read(), await read()], [1, 0]);
  const api = await server.api("viewer");
  const use = async () => (await api.get("/api/session")).meter.rows_written;
  assert.deepEqual([await use(), await use()], [1, 0]);
});

test("signing out ends the session", async () => {
  const { cookie } = await signIn();
  const out = await server.request("DELETE", "/api/session", undefined, { ...own(), cookie });
  assert.equal(out.status, 200);
  assert.match(out.headers.getSetCookie()[0], /^__Host-rekindle=; .*Max-Age=0/);
  assert.equal((await server.request("GET", "/api/session", undefined, { cookie })).status, 401);
});

test("signing in again gives a new session and ends the old one", async () => {
  const { cookie: old } = await signIn();
  const link = await server.signInLink();
  const again = await server.request("POST", "/api/session", { token: tokenOf(link) }, { ...own(), cookie: old });
  assert.notEqual(cookieOf(again), old);
  assert.equal((await server.request("GET", "/api/session", undefined, { cookie: old })).status, 401);
});

test("a change by cookie needs our own origin and no form", async () => {
  const { cookie } = await signIn();
  const change = (headers) =>
    server.request("PATCH", "/api/shop", JSON.stringify({ name: "Changed" }), { cookie, "if-match": '"1"', ...headers });
  const json = { "content-type": "application/json" };
  assert.equal((await change({ ...json })).status, 403, "no origin");
  assert.equal((await change({ ...json, origin: "https://evil.test" })).status, 403, "another origin");
  assert.equal((await change({ ...json, origin: "null" })).status, 403, "an opaque origin");
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
    assert.equal((await change({ ...own(), "content-type": type })).status, 415, type);
  }
  assert.equal((await server.request("GET", "/api/shop", undefined, { cookie })).json.shop.name, "My shop");
  assert.equal((await change({ ...json, ...own() })).status, 200);
});

test("asking for a link and signing in need our own origin too", async () => {
  const token = tokenOf(await server.signInLink());
  for (const origin of [{}, { origin: "https://evil.test" }]) {
    assert.equal((await server.request("POST", "/api/sign-in-links", { email: "a@example.com" }, origin)).status, 403);
    assert.equal((await server.request("POST", "/api/session", { token }, origin)).status, 403);
  }
});

test("a program's token needs no origin, and a wrong, revoked or expired one is nobody's", async () => {
  const api = await server.api("owner");
  assert.equal((await api.patch("/api/shop", { name: "By a program" }, { "if-match": '"1"' })).status, 200);
  const { cookie } = await signIn();
  for (const authorization of ["Bearer rk_wrong", "Bearer", "Basic eDp5", `Bearer ${cookie.split("=")[1]}`]) {
    assert.equal((await server.request("GET", "/api/session", undefined, { authorization })).status, 401, authorization);
    assert.equal((await server.request("GET", "/api/session", undefined, { authorization, cookie })).status, 401, "beside a good cookie");
  }
  const ended = await server.token("owner", { expiresAt: Date.parse(NOW) });
  assert.equal((await server.request("GET", "/api/session", undefined, { authorization: `Bearer ${ended}` })).status, 401);
  await server.d1("update tokens set revoked_at = 1");
  assert.equal((await api.get("/api/session")).status, 401);
});

test("each role sees its own permissions", async () => {
  const expected = {
    owner: ["view", "edit", "approve", "send", "export", "admin"],
    manager: ["view", "edit", "approve", "send", "export"],
    marketer: ["view", "edit", "send"],
    success: ["view"],
    viewer: ["view"],
  };
  for (const [role, permissions] of Object.entries(expected)) {
    const { session } = (await (await server.api(role)).get("/api/session")).json;
    assert.deepEqual(session.user.permissions, permissions, role);
  }
});

test("the log names patterns and holds no secret, address, query or path", async () => {
  await addUser("mia@example.com");
  const { cookie } = await signIn();
  const asked = await ask("mia@example.com");
  await until(async () => (await outbox()).length === 1, "the message");
  const token = linkIn((await outbox())[0]);
  const id = uuid7();
  const program = await server.token("owner");
  await server.request("GET", `/api/customers/${id}?q=needle`, undefined, { authorization: `Bearer ${program}` });
  await server.request("GET", "/api/customers?q=needle", undefined, { cookie });
  await server.request("POST", "/api/session", { token }, own());
  const log = server.logs().map((line) => line.message).join("\n");
  for (const secret of [token, program, cookie.split("=")[1], cookieOf(asked).split("=")[1], id, "mia@", "owner@", "needle"]) {
    assert.ok(!log.includes(secret), `the log holds ${secret}`);
  }
  const lines = server.logs().map((line) => line.message).filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  assert.ok(lines.some((line) => line.route === "GET /api/customers/{id}" && line.status === 404 && line.role === "owner"));
});

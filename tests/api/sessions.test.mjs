// Sessions as their owners see and end them, and the lines that signing in leaves.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { sha256, start } from "../harness.mjs";

const NOW = "2026-03-02T09:00:00Z";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

let server;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
});

const signedIn = (role, device = FIREFOX) => server.person({ role, headers: { "user-agent": device } });
const sessions = async (client, query = "") => (await client.get(`/api/sessions${query}`)).json.sessions;
const status = async (client) => (await client.get("/api/session")).status;
const lines = () => server.d1("select action, actor_kind, actor_name, object_name, fields from audit order by id");

test("a person sees their own sessions by device, and which of them asks", async () => {
  const desk = await signedIn("marketer");
  await server.seams.clock("2026-03-02T09:20:00Z");
  const phone = await signedIn("marketer", IPHONE);
  await signedIn("viewer");
  const shown = (await sessions(phone)).map(({ device, method, current, person }) => [device, method, current, person.name]);
  assert.deepEqual(shown, [["Safari on iPhone", "link", true, "Test marketer"], ["Firefox on Linux", "link", false, "Test marketer"]]);
  const [{ id, created_at }] = (await sessions(desk)).filter(({ current }) => current);
  assert.equal(id, sha256(desk.cookie.split("=")[1]).slice(0, 32));
  assert.equal(created_at, NOW);
});

test("everybody's sessions are for owners", async () => {
  const owner = await signedIn("owner");
  const manager = await signedIn("manager");
  assert.deepEqual(new Set((await sessions(owner, "?all=true")).map(({ person }) => person.name)), new Set(["Test owner", "Test manager"]));
  assert.deepEqual((await sessions(owner)).map(({ person }) => person.name), ["Test owner"]);
  assert.equal((await manager.get("/api/sessions?all=true")).status, 403);
});

test("a session that idled away is not shown", async () => {
  await signedIn("owner");
  await server.seams.clock("2026-03-02T21:00:00Z");
  assert.equal((await sessions(await signedIn("owner"))).length, 1);
});

test("whoever ends a session of their own ends it at once, and nobody else's", async () => {
  const desk = await signedIn("marketer");
  const phone = await signedIn("marketer", IPHONE);
  const viewer = await signedIn("viewer");
  const [{ id }] = (await sessions(phone)).filter(({ current }) => !current);
  assert.equal((await viewer.delete(`/api/sessions/${id}`)).status, 404, "somebody else's is not there");
  assert.equal(await status(desk), 200);
  assert.equal((await phone.delete(`/api/sessions/${id}`)).status, 200);
  assert.equal(await status(desk), 401);
  assert.equal(await status(phone), 200);
  assert.equal((await phone.delete(`/api/sessions/${id}`)).status, 404, "it has ended");
  for (const part of [id.slice(0, 31), id.toUpperCase(), `${id}0`, "g".repeat(32)]) {
    assert.equal((await phone.delete(`/api/sessions/${part}`)).status, 404, part);
  }
});

test("an owner ends anybody's, and it is written down", async () => {
  const owner = await signedIn("owner");
  const viewer = await signedIn("viewer");
  const [{ id }] = (await sessions(owner, "?all=true")).filter(({ person }) => person.name === "Test viewer");
  assert.equal((await owner.delete(`/api/sessions/${id}`)).status, 200);
  assert.equal(await status(viewer), 401);
  const last = (await lines()).at(-1);
  assert.deepEqual([last.action, last.actor_name, last.object_name], ["session_ended", "Test owner", "Test viewer"]);
});

test("all others end together, and the one that asks stays", async () => {
  const first = await signedIn("marketer");
  const second = await signedIn("marketer", IPHONE);
  const viewer = await signedIn("viewer");
  const third = await signedIn("marketer");
  assert.equal((await third.delete("/api/sessions")).status, 200);
  assert.deepEqual([await status(first), await status(second), await status(third), await status(viewer)], [401, 401, 200, 200]);
  assert.equal((await lines()).filter(({ action }) => action === "session_ended").length, 2);
});

test("signing in and out, and a try that failed, stand in the log without any secret", async () => {
  const link = (await server.signInLink()).split("#")[1];
  const post = (token) => server.request("POST", "/api/session", { token }, { origin: server.url });
  const cookie = (await post(link)).headers.getSetCookie()[0].split(";")[0];
  assert.equal((await post(link)).status, 410, "used");
  assert.equal((await post("made up")).status, 410);
  await server.request("DELETE", "/api/session", undefined, { origin: server.url, cookie });
  assert.deepEqual(
    (await lines()).map((line) => [line.action, line.actor_kind, line.actor_name, line.object_name, JSON.parse(line.fields)]),
    [
      ["signed_in", "person", "Olga Owner", null, [{ name: "method", to: "link" }]],
      ["sign_in_failed", "stranger", "Somebody who is not signed in", "Olga Owner", []],
      ["sign_in_failed", "stranger", "Somebody who is not signed in", null, []],
      ["signed_out", "person", "Olga Owner", null, []],
    ],
  );
  const text = JSON.stringify(await server.d1("select * from audit"));
  for (const secret of [link, "made up", cookie.split("=")[1]]) assert.ok(!text.includes(secret));
});

test("without a team set, what calls itself an assertion of Cloudflare Access counts for nothing", async () => {
  const viewer = await signedIn("viewer");
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const jwt = `${part({ alg: "RS256", kid: "1" })}.${part({ email: "viewer@example.com", exp: 4e9 })}.c2lnbmF0dXJl`;
  const headers = { "cf-access-jwt-assertion": jwt };
  assert.equal((await server.request("GET", "/api/session", undefined, headers)).status, 401);
  assert.equal((await server.request("GET", "/api/session", undefined, { cookie: `CF_Authorization=${jwt}` })).status, 401);
  assert.equal((await viewer.get("/api/session", headers)).status, 200, "nor against a cookie");
});

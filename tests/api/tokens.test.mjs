// Keys of programs: chosen permissions, an end, and no way to people.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { sha256, start, uuid7 } from "../harness.mjs";

const NOW = "2026-03-02T09:00:00Z";
const DAY = 86_400_000;

let server, owner;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  owner = await server.person();
});

const audited = async (action) => server.d1("select * from audit where action = ?1 order by id", action);
const tokens = async () => (await owner.get("/api/tokens")).json.tokens;
const make = (body) => owner.post("/api/tokens", { name: "Nightly export", permissions: ["export"], ...body });
const by = (token) => ({ authorization: `Bearer ${token.secret}` });
const ask = (token, method, target, body, headers) => server.request(method, target, body, { ...by(token), ...headers });

test("a token is shown once, and stored as its hash and its last four characters", async () => {
  const answer = await make();
  assert.equal(answer.status, 201, answer.text);
  const { token } = answer.json;
  assert.match(token.secret, /^rk_[\w-]{43}$/);
  const [row] = await server.d1("select * from tokens");
  assert.deepEqual([row.token_hash, row.hint, row.role], [sha256(token.secret), token.secret.slice(-4), "owner"]);
  const { secret, ...shown } = token;
  assert.deepEqual(await tokens(), [shown]);
  assert.deepEqual([shown.created_by.name, shown.permissions, shown.used_at, shown.revoked_at], ["Test owner", ["view", "export"], null, null]);
  for (const table of ["tokens", "audit", "sessions"]) {
    assert.ok(!JSON.stringify(await server.d1(`select * from ${table}`)).includes(secret), table);
  }
  const [line] = await audited("token_made");
  assert.deepEqual([line.object_id, line.object_name], [token.id, "Nightly export"]);
});

test("a token may what was chosen for it, and nothing else of its maker's", async () => {
  const { token } = (await make()).json;
  assert.equal((await ask(token, "GET", "/api/customers")).status, 200, "view comes with all");
  assert.equal((await ask(token, "GET", "/api/customers/export.csv")).status, 200);
  assert.equal((await ask(token, "PUT", "/api/rates", { rates: [] }, { "if-match": '"1"' })).status, 403);
  assert.equal((await ask(token, "PATCH", "/api/shop", { name: "X" }, { "if-match": '"1"' })).status, 403);
  assert.deepEqual((await ask(token, "GET", "/api/session")).json.session.user.permissions, ["view", "export"]);
});

test("a token manages neither people nor tokens, whatever it may", async () => {
  const viewer = await server.person({ role: "viewer" });
  const { token } = (await make({ permissions: ["view", "edit", "approve", "send", "export", "admin"] })).json;
  assert.equal((await ask(token, "PATCH", "/api/shop", { name: "By a program" }, { "if-match": '"1"' })).status, 200, "it is an administrator");
  for (const [method, target, body] of [
    ["POST", "/api/people", { email: "x@example.com", name: "X", role: "viewer" }],
    ["PATCH", `/api/people/${viewer.id}`, { role: "owner" }],
    ["POST", `/api/people/${viewer.id}/link`, undefined],
    ["GET", "/api/tokens", undefined],
    ["POST", "/api/tokens", { name: "More", permissions: ["view"] }],
    ["DELETE", `/api/tokens/${token.id}`, undefined],
    ["GET", "/api/sessions", undefined],
    ["DELETE", "/api/sessions", undefined],
  ]) {
    const answer = await ask(token, method, target, body, { "if-match": '"1"' });
    assert.equal(answer.status, 403, `${method} ${target}: ${answer.text}`);
  }
  assert.deepEqual(await server.d1("select role, count(*) as n from users group by 1 order by 1"), [{ role: "owner", n: 1 }, { role: "viewer", n: 1 }]);
  assert.equal((await tokens()).length, 1);
});

test("a token ends after 90 days, or after as many as were chosen", async () => {
  const { token } = (await make()).json;
  assert.equal(Date.parse(token.expires_at), Date.parse(NOW) + 90 * DAY);
  const { token: short } = (await make({ expires_in_days: 1 })).json;
  await server.seams.clock(new Date(Date.parse(NOW) + DAY - 1000).toISOString());
  assert.equal((await ask(short, "GET", "/api/shop")).status, 200);
  await server.seams.clock(new Date(Date.parse(NOW) + DAY).toISOString());
  assert.equal((await ask(short, "GET", "/api/shop")).status, 401);
  assert.equal((await ask(token, "GET", "/api/shop")).status, 200);
});

test("a token without a name, a permission or an end in time is refused with the field's name", async () => {
  for (const [field, body] of [
    ["name", { name: "" }],
    ["permissions", { permissions: [] }],
    ["permissions[0]", { permissions: ["root"] }],
    ["expires_in_days", { expires_in_days: 0 }],
    ["expires_in_days", { expires_in_days: 366 }],
  ]) {
    const answer = await make(body);
    assert.equal(answer.status, 422, JSON.stringify(body));
    assert.ok(answer.json.fields[field], answer.text);
  }
  assert.deepEqual(await tokens(), []);
});

test("a revoked token is nobody's from the next request on, and revoking it again changes nothing", async () => {
  const { token } = (await make()).json;
  assert.equal((await ask(token, "GET", "/api/shop")).status, 200);
  assert.equal((await owner.delete(`/api/tokens/${token.id}`)).status, 200);
  assert.equal((await ask(token, "GET", "/api/shop")).status, 401);
  await server.seams.clock("2026-03-02T10:00:00Z");
  assert.equal((await owner.delete(`/api/tokens/${token.id}`)).status, 200);
  assert.equal((await tokens())[0].revoked_at, NOW);
  assert.equal((await audited("token_revoked")).length, 1);
  assert.equal((await owner.delete(`/api/tokens/${uuid7()}`)).status, 404);
});

test("use is shown within ten minutes, for one write in each", async () => {
  const { token } = (await make()).json;
  const written = async () => (await ask(token, "GET", "/api/shop")).meter.rows_written;
  assert.deepEqual([await written(), await written()], [1, 0]);
  assert.equal((await tokens())[0].used_at, NOW);
});

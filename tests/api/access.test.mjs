// Sign-in by Cloudflare Access: whose assertions count, for whom, and for how long.

import assert from "node:assert/strict";
import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";

import { sha256, start } from "../harness.mjs";

const NOW = "2026-03-02T09:00:00Z";
const HOST = "shop.cloudflareaccess.com";
const TEAM = `https://${HOST}`;
const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
const later = (seconds) => new Date(Date.parse(NOW) + seconds * 1000).toISOString();
const seconds = (time = NOW) => Date.parse(time) / 1000;

const keys = Object.fromEntries(["first", "second", "stranger"].map((kid) => [kid, generateKeyPairSync("rsa", { modulusLength: 2048 })]));
const jwk = (kid) => ({ ...keys[kid].publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" });

// What Cloudflare's host does; a test may change it, and counts how often it was asked.
let published, asked, isDown;
const certs = (request) => {
  asked.push(new URL(request.url).pathname);
  return isDown ? new Response("", { status: 503 }) : Response.json({ keys: published, public_certs: [] });
};

let server;
before(async () => {
  server = await start({ now: NOW, vars: { ACCESS_TEAM: TEAM, ACCESS_AUDIENCE: AUDIENCE }, outside: { [HOST]: certs } });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.env.KV.delete("access-keys");
  await server.seams.clock(NOW);
  [published, asked, isDown] = [[{ kty: "EC", kid: "curve", crv: "P-256" }, jwk("first")], [], false];
  await server.signInLink({ email: "mia@example.com", name: "Mia", role: "manager" });
});

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
function assertion(claims = {}, { kid = "first", alg = "RS256", signer = keys[kid]?.privateKey ?? keys.stranger.privateKey } = {}) {
  const at = seconds();
  const payload = { iss: TEAM, aud: [AUDIENCE], email: "mia@example.com", iat: at, nbf: at, exp: at + 3600, type: "app", sub: "7335d417", ...claims };
  const signed = `${encode({ alg, kid, typ: "JWT" })}.${encode(payload)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(signer).toString("base64url")}`;
}
const by = (jwt) => ({ "cf-access-jwt-assertion": jwt });
const ask = (jwt, headers = {}) => server.request("GET", "/api/session", undefined, { ...by(jwt), ...headers });
const sessions = () => server.d1("select * from sessions");

test("whoever Access vouches for is let in with their role, and shows as a session", async () => {
  const jwt = assertion({ email: "Mia@Example.com" });
  const answer = await ask(jwt, { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.json.session.user.email, answer.json.session.user.role], ["mia@example.com", "manager"]);
  assert.deepEqual(asked, ["/cdn-cgi/access/certs"]);
  assert.deepEqual((await ask(jwt)).meter.rows_written, 0, "the second request writes nothing");
  assert.equal(asked.length, 1, "the keys are kept");
  const [session, ...more] = await sessions();
  assert.deepEqual([session.token_hash, session.method, session.device, more.length], [sha256(jwt), "access", "Firefox on Linux", 0]);
  const [line, ...others] = await server.d1("select action, actor_name, fields from audit");
  assert.deepEqual([line.action, line.actor_name, JSON.parse(line.fields), others.length], ["signed_in", "Mia", [{ name: "method", to: "access" }], 0]);
});

test("the cookie that Access sets counts as its header does", async () => {
  const answer = await server.request("GET", "/api/session", undefined, { cookie: `CF_Authorization=${assertion()}` });
  assert.equal(answer.status, 200);
});

test("an assertion for another application, of another team, or for another time is nobody's", async () => {
  for (const [what, claims] of [
    ["another audience", { aud: ["other"] }],
    ["no audience", { aud: [] }],
    ["another issuer", { iss: "https://evil.cloudflareaccess.com" }],
    ["out of time", { exp: seconds() - 61 }],
    ["without an end", { exp: undefined }],
    ["not yet", { nbf: seconds() + 61 }],
    ["from the future", { iat: seconds() + 61 }],
    ["a program's", { email: undefined, common_name: "service.access" }],
  ]) {
    assert.equal((await ask(assertion(claims))).status, 401, what);
  }
  assert.equal((await ask(assertion({ exp: seconds() - 59, nbf: seconds() + 59 }))).status, 200, "clocks may differ by a minute");
  assert.equal((await sessions()).length, 1);
});

test("a signature that is none, of a shared secret, of somebody else, or of other words is refused", async () => {
  const good = assertion();
  const [header, payload, signature] = good.split(".");
  const pem = keys.first.publicKey.export({ type: "spki", format: "pem" });
  const confused = `${encode({ alg: "HS256", kid: "first", typ: "JWT" })}.${payload}`;
  const other = encode({ ...JSON.parse(Buffer.from(payload, "base64url")), email: "owner@example.com" });
  for (const [what, jwt] of [
    ["alg none", `${encode({ alg: "none", kid: "first" })}.${payload}.`],
    ["alg none with a signature", `${encode({ alg: "none", kid: "first" })}.${payload}.${signature}`],
    ["the public key as a secret", `${confused}.${createHmac("sha256", pem).update(confused).digest("base64url")}`],
    ["another key under this one's name", assertion({}, { signer: keys.stranger.privateKey })],
    ["another payload", `${header}.${other}.${signature}`],
    ["no signature", `${header}.${payload}.`],
    ["a signature with one bit changed", `${header}.${payload}.${(signature[0] === "A" ? "B" : "A") + signature.slice(1)}`],
    ["one part", "x"],
  ]) {
    assert.equal((await ask(jwt)).status, 401, what);
  }
  assert.deepEqual(await sessions(), []);
  assert.equal((await ask(good)).status, 200, "the same one as it was signed");
});

test("an unknown key is asked for once, then not again for two minutes", async () => {
  await ask(assertion());
  assert.equal(asked.length, 1);
  await server.seams.clock(later(121));
  for (let n = 0; n < 5; n += 1) assert.equal((await ask(assertion({}, { kid: "stranger" }))).status, 401);
  assert.equal(asked.length, 2, "five tries with a key that is not there");
  assert.equal((await ask(assertion())).status, 200);
  assert.equal(asked.length, 2, "known keys need no question");

  published.push(jwk("second"));
  assert.equal((await ask(assertion({}, { kid: "second" }))).status, 401, "within the two minutes");
  await server.seams.clock(later(242));
  assert.equal((await ask(assertion({}, { kid: "second" }))).status, 200, "a new key after them");
  assert.equal(asked.length, 3);
});

test("a key that Cloudflare withdrew counts for an hour at most", async () => {
  await ask(assertion());
  published = [jwk("second")];
  await server.seams.clock(later(3601));
  assert.equal((await ask(assertion({ exp: seconds(later(9000)) }))).status, 401);
});

test("while Cloudflare does not answer, the keys it gave last stand", async () => {
  isDown = true;
  assert.equal((await ask(assertion())).status, 500, "there are none yet");
  isDown = false;
  assert.equal((await ask(assertion())).status, 200);
  isDown = true;
  await server.seams.clock(later(3601));
  assert.equal((await ask(assertion({ exp: seconds(later(9000)) }))).status, 200);
});

test("somebody whom the shop does not know, or has switched off, is told what to do", async () => {
  const unknown = await ask(assertion({ email: "nobody@example.com" }));
  assert.equal(unknown.status, 403);
  assert.match(unknown.json.detail, /ask an owner to add you/);
  const jwt = assertion();
  assert.equal((await ask(jwt)).status, 200);
  await server.d1("update users set disabled_at = 1");
  const off = await ask(jwt);
  assert.equal(off.status, 403);
  assert.match(off.json.detail, /switched your sign-in off/);
});

test("another role counts from the next request on", async () => {
  const jwt = assertion();
  assert.equal((await server.request("GET", "/api/customers/export.csv", undefined, by(jwt))).status, 200);
  await server.d1("update users set role = 'viewer' where email = 'mia@example.com'");
  assert.equal((await server.request("GET", "/api/customers/export.csv", undefined, by(jwt))).status, 403);
});

test("a change needs our own origin, as with a cookie", async () => {
  const change = (headers) => server.request("PUT", "/api/rates", { rates: [] }, { ...by(assertion()), "if-match": '"1"', ...headers });
  assert.equal((await change({})).status, 403, "no origin");
  assert.equal((await change({ origin: "https://evil.test" })).status, 403);
  assert.equal((await change({ origin: server.url, "content-type": "text/plain" })).status, 415);
  assert.equal((await change({ origin: server.url })).status, 200);
});

test("a session that was ended does not come back with the assertion that began it", async () => {
  const jwt = assertion();
  await ask(jwt);
  const owner = await server.person();
  const [{ id }] = (await owner.get("/api/sessions?all=true")).json.sessions.filter(({ method }) => method === "access");
  assert.equal((await owner.delete(`/api/sessions/${id}`)).status, 200);
  const ended = await ask(jwt);
  assert.equal(ended.status, 403);
  assert.match(ended.json.detail, /\/cdn-cgi\/access\/logout/);
  await server.scheduled("17 * * * *");
  assert.equal((await ask(jwt)).status, 403, "also after what has ended is tidied away");
  assert.equal((await ask(assertion({ sub: "again" }))).status, 200, "a new sign-in at Access");
  assert.ok(!(await owner.get("/api/sessions?all=true")).json.sessions.some((session) => session.id === id));
});

test("signing out ends the assertion's session", async () => {
  const jwt = assertion();
  await ask(jwt);
  const out = await server.request("DELETE", "/api/session", undefined, { ...by(jwt), origin: server.url });
  assert.equal(out.status, 200, out.text);
  assert.equal((await ask(jwt)).status, 403);
});

test("a token goes before an assertion, and an assertion before a cookie", async () => {
  const owner = await server.person();
  const jwt = assertion();
  const both = await server.request("GET", "/api/session", undefined, { ...by(jwt), cookie: owner.cookie });
  assert.equal(both.json.session.user.email, "mia@example.com");
  const wrong = await server.request("GET", "/api/session", undefined, { ...by(assertion({ aud: "other" })), cookie: owner.cookie });
  assert.equal(wrong.status, 401, "a wrong assertion is nobody, whatever the cookie says");
  const token = await server.token("viewer");
  const all = await server.request("GET", "/api/session", undefined, { ...by(jwt), cookie: owner.cookie, authorization: `Bearer ${token}` });
  assert.equal(all.json.session.user.name, "test viewer");
});

test("an assertion is no session cookie", async () => {
  const jwt = assertion();
  await ask(jwt);
  assert.equal((await server.request("GET", "/api/session", undefined, { cookie: `__Host-rekindle=${jwt}` })).status, 401);
});

// Messages that a site shows: only to whom the shop vouches for, and what is told of them.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { person, token, touch } from "../links.mjs";

const NOW = "2026-03-02T09:00:00Z";
const now = Date.parse(NOW);
const MESSAGE = { look: "banner", language: "de", title: "Neu", paragraphs: ["<img src=x onerror=alert(1)>", "Zwei"], action: { text: "Ansehen", link: "https://shop.example/" } };

let server, owner, source;
before(async () => (server = await start({ now: NOW })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  owner = await server.api("owner");
  source = (await owner.post("/api/sources", { kind: "browser", name: "Shop" })).json.source;
  const [{ id }] = await server.d1("select id from sources where kind = 'browser'");
  await person(server, 7, { external: `${id}:u1` });
  await person(server, 8, { email: "bob@example.com", external: `${id}:u2` });
  await touch(server, 12, 7, { channel: "in_app", state: "sent", sent: now - 1000 });
  await show(12, 7);
});

const show = (touch, customer, content = MESSAGE, expires = now + 86_400_000) =>
  server.d1("insert into in_app (touch_id, customer_id, content, expires_at) values (?1, ?2, ?3, ?4)", touch, customer, JSON.stringify(content), expires);
const hash = (id, secret = source.secret) => createHmac("sha256", secret).update(id).digest("hex");
const ask = (more = {}, headers = {}) => {
  const query = { key: source.write_key, user_id: "u1", user_hash: hash("u1"), ...more };
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== null));
  return server.request("GET", `/v1/inapp?${search}`, undefined, { origin: "https://shop.example", ...headers });
};
const tell = (id, what) => server.request("POST", `/v1/inapp/${id}/${what}`, undefined, { origin: "https://shop.example" });

test("whoever is signed in, and vouched for, gets their open message as text", async () => {
  const answer = await ask();
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.headers.get("access-control-allow-origin"), answer.headers.get("cache-control"), answer.headers.get("set-cookie")], ["*", "no-store", null]);
  const { id, colours, ...message } = answer.json.message;
  assert.deepEqual(message, { ...MESSAGE, direction: "ltr", close: "Schließen", label: "Nachricht" });
  assert.match(colours.accent, /^#[0-9a-f]{6}$/i);
  assert.equal(id, token("in_app", { touch: 12, contact: 7, channel: "in_app" }));
  assert.equal((await ask({ user_id: "u2", user_hash: hash("u2") })).json.message, null);
  assert.equal((await ask({ user_id: "nobody", user_hash: hash("nobody") })).json.message, null);
});

test("nobody else reads it: every forgery is refused, and looks the same whether there is a message or not", async () => {
  const forgeries = {
    "no hash": { user_hash: null },
    "an empty hash": { user_hash: "" },
    "another's hash": { user_hash: hash("u2") },
    "another id": { user_id: "u1 " },
    "a hash by another secret": { user_hash: hash("u1", "x") },
    "a piece of the hash": { user_hash: hash("u1").slice(0, 32) },
    "no user": { user_id: null },
    "an id of a page": { user_id: "u".repeat(300) },
  };
  const texts = new Set();
  for (const [what, forged] of Object.entries(forgeries)) {
    const answer = await ask(forged);
    assert.equal(answer.status, 403, what);
    texts.add(answer.json.detail);
  }
  assert.equal(texts.size, 1);
  assert.equal((await ask({ key: "wk_none" })).status, 401);
  assert.equal((await ask({ key: null })).status, 401);
  const shop = (await owner.post("/api/sources", { kind: "segment", name: "Server" })).json.source;
  assert.equal((await ask({ key: shop.write_key })).status, 403, "a server's key stands in no page");
  for (const [method, target] of [["POST", "/v1/inapp"], ["PUT", "/v1/inapp"], ["GET", `/v1/inapp/${token("in_app", { touch: 12, contact: 7 })}/closed`]]) {
    assert.equal((await server.request(method, target)).status, 405, `${method} ${target}`);
  }
});

test("what is shown, followed and closed is told once, and closed it does not come again", async () => {
  const { id } = (await ask()).json.message;
  for (let n = 0; n < 3; n += 1) assert.equal((await tell(id, "shown")).status, 200);
  assert.deepEqual(await server.d1("select state from touches"), [{ state: "delivered" }]);
  assert.deepEqual(await server.d1("select shown_at, closed_at from in_app"), [{ shown_at: now, closed_at: null }]);
  assert.equal((await ask()).json.message.id, id, "shown is not closed");
  assert.equal((await tell(id, "clicked")).status, 200);
  assert.deepEqual((await server.d1("select key, kind, customer_id from responses order by key")).filter(({ key }) => !/:\d+$/.test(key.replace("i:12", ""))), [
    { key: "i:12:clicked", kind: "clicked", customer_id: 7 },
    { key: "i:12:shown", kind: "delivered", customer_id: 7 },
  ]);
  assert.deepEqual(await server.d1("select engaged_at from contacts where id = 7"), [{ engaged_at: now }]);
  assert.equal((await ask()).json.message, null);
});

test("a token that is another's or none tells nothing", async () => {
  for (const id of ["x", token("leave", { touch: 12, contact: 7 }), token("in_app", { touch: 12, contact: 7, key: Buffer.alloc(32).toString("base64") })]) {
    assert.equal((await tell(id, "closed")).status, 404, id);
  }
  await tell(token("in_app", { touch: 12, contact: 8, channel: "in_app" }), "clicked");
  assert.deepEqual(await server.d1("select * from responses"), []);
});

test("the newest open message comes first, none after its end, and none once the person left", async () => {
  await touch(server, 13, 7, { channel: "in_app", state: "sent" });
  await show(13, 7, { ...MESSAGE, title: "Newer" });
  assert.equal((await ask()).json.message.title, "Newer");
  await server.request("POST", `/u/${token("leave", { touch: 13, contact: 7, channel: "in_app", address: ".." })}`, "List-Unsubscribe=One-Click");
  assert.equal((await ask()).json.message, null);
  await server.d1("update in_app set closed_at = null");
  await server.seams.clock("2026-03-03T09:00:01Z");
  assert.equal((await ask()).json.message, null);
});

test("a message whose link is a script has no button, and one that is damaged is none", async () => {
  await server.d1("update in_app set content = ?1", JSON.stringify({ ...MESSAGE, action: { text: "x", link: "javascript:alert(1)" } }));
  assert.equal((await ask()).json.message.action, null);
  await server.d1("update in_app set content = '{'");
  assert.deepEqual((await ask()).json, { message: null });
});

test("only the shop's own pages may ask, where it says which they are", async () => {
  await owner.patch(`/api/sources/${source.id}`, { settings: { origins: ["https://shop.example"] } });
  await new Promise((next) => setTimeout(next, 50));
  assert.equal((await ask()).status, 200);
  assert.equal((await ask({}, { origin: "https://evil.test" })).status, 403);
});

test("a browser asks before nothing, and may read the answer on any page", async () => {
  const answer = await server.request("OPTIONS", "/v1/inapp", undefined, { origin: "https://shop.example" });
  assert.deepEqual([answer.status, answer.headers.get("access-control-allow-origin")], [204, "*"]);
});

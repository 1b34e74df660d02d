// Sources: connecting, changing and removing them, their secrets, and how they do.

import assert from "node:assert/strict";
import { createCipheriv, createHmac, randomBytes } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";

import { VAULT_KEYS, start, uuid7 } from "../harness.mjs";
import { apart, basic } from "../sources.mjs";

const NOW = "2026-11-22T09:00:00Z";

let server, api;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await apart(server);
  await server.seams.clock(NOW);
  api = await server.api("owner");
});

const connect = async (body) => {
  const answer = await api.post("/api/sources", body);
  assert.equal(answer.status, 201, answer.text);
  return answer.json.source;
};
const audited = (action) => server.d1("select * from audit where action = ?1 order by id", action);
const refused = (answer) => [answer.status, Object.keys(answer.json.fields ?? {})];

test("a kind and a name are enough, for each kind that pushes", async () => {
  for (const kind of ["segment", "browser", "shopify", "woocommerce", "stripe", "zendesk", "intercom"]) {
    const source = await connect({ kind, name: `  My   ${kind} ` });
    const by_key = kind === "segment" || kind === "browser";
    assert.deepEqual([source.kind, source.name, source.status, source.version], [kind, `My ${kind}`, "waiting", 1]);
    assert.equal(source.address, by_key ? `${server.url}/v1` : `${server.url}/hooks/${kind}/${source.id}`);
    assert.equal(source.write_key !== undefined, by_key, kind);
    assert.equal(source.secret !== undefined, kind === "woocommerce" || kind === "browser", kind);
    assert.deepEqual(source.secrets, source.secret === undefined ? [] : ["signing"]);
  }
  const { sources } = (await api.get("/api/sources")).json;
  assert.equal(sources.length, 7);
  assert.ok(sources.every((source) => source.secret === undefined), "secrets are shown once");
  assert.deepEqual(sources.filter((source) => source.write_key !== undefined).map((source) => source.kind), ["browser"], "a page's key is no secret");
  assert.equal((await audited("source_added")).length, 7);
});

test("what cannot be is refused by the field's name", async () => {
  for (const [body, field] of [
    [{ kind: "segment", name: " " }, "name"],
    [{ kind: "segment", name: "x".repeat(101) }, "name"],
    [{ kind: "segment", name: "x", secrets: ["a"] }, "secrets"],
    [{ kind: "stripe", name: "x", secrets: ["a", "b", "c"] }, "secrets"],
    [{ kind: "stripe", name: "x", secrets: [""] }, "secrets"],
    [{ kind: "segment", name: "x", settings: { origins: ["https://a.test"] } }, "settings.origins"],
    [{ kind: "browser", name: "x", settings: { origins: ["a.test"] } }, "settings.origins"],
    [{ kind: "shopify", name: "x", settings: { site: "https://a.test/path" } }, "settings.site"],
    [{ kind: "shopify", name: "x", settings: { daily_messages: 0 } }, "settings.daily_messages"],
    [{ kind: "ebay", name: "x" }, "kind"],
  ]) {
    assert.deepEqual(refused(await api.post("/api/sources", body)), [422, [field]], JSON.stringify(body));
  }
  assert.deepEqual((await api.get("/api/sources")).json.sources, []);
});

test("a change names its version, and leaves what it does not name", async () => {
  const source = await connect({ kind: "shopify", name: "Shop", settings: { daily_messages: 50 } });
  const target = `/api/sources/${source.id}`;
  assert.equal((await api.request("PATCH", target, { name: "X" })).status, 428);
  const renamed = await api.patch(target, { name: "My shop" });
  assert.equal(renamed.headers.get("etag"), '"2"');
  assert.deepEqual([renamed.json.source.name, renamed.json.source.settings], ["My shop", { daily_messages: 50 }]);
  const late = await api.patch(target, { name: "Late" }, { "if-match": '"1"' });
  assert.deepEqual([late.status, late.json.conflict.current, late.json.conflict.resource.name], [412, 2, "My shop"]);
  assert.equal((await api.patch(target, { write_key: "new" })).status, 422, "a store has no write key");
  assert.equal((await api.patch(target, { secrets: [] })).status, 422);
  const [line, ...more] = await audited("source_changed");
  assert.deepEqual([JSON.parse(line.fields), more.length], [[{ name: "name", from: "Shop", to: "My shop" }], 0]);
  assert.equal((await api.get(`/api/sources/${uuid7()}`)).status, 404);
  assert.equal((await api.get("/api/sources/00000000-0000-7000-8000-000000000001")).status, 404, "files are no source that is managed");
});

test("paused and going on again are states of their own", async () => {
  const source = await connect({ kind: "segment", name: "App" });
  const patch = async (body) => (await api.patch(`/api/sources/${source.id}`, body)).json.source.status;
  assert.deepEqual([await patch({ paused: true }), await patch({ name: "App 2" }), await patch({ paused: false })], ["paused", "paused", "waiting"]);
});

test("a removed source is gone, with its secrets, and what it sent stays", async () => {
  const source = await connect({ kind: "segment", name: "App" });
  const hook = await connect({ kind: "stripe", name: "Pay", secrets: ["whsec_1"] });
  await server.request("POST", "/v1/track", { messageId: "m", anonymousId: "a" }, basic(source.write_key));
  for (const { id } of [source, hook]) assert.equal((await api.delete(`/api/sources/${id}`)).status, 200);
  assert.deepEqual((await api.get("/api/sources")).json.sources, []);
  assert.deepEqual(await server.d1("select * from secrets"), []);
  assert.equal((await server.d1("select * from inbox")).length, 1);
  assert.equal((await audited("source_removed")).length, 2);
});

test("the same POST with a key connects one source, and its secret is not told twice", async () => {
  const headers = { "idempotency-key": uuid7() };
  const body = { kind: "segment", name: "App" };
  const first = (await api.post("/api/sources", body, headers)).json.source;
  const again = (await api.post("/api/sources", body, headers)).json.source;
  assert.equal(again.id, first.id);
  assert.deepEqual([first.write_key.length > 40, again.write_key], [true, undefined]);
  assert.equal((await api.get("/api/sources")).json.sources.length, 1);
});

test("a hundred sources are the most", async () => {
  await server.d1(
    `insert into sources (public_id, kind, name, created_at) with recursive n(i) as (select 1 union all select i + 1 from n where i < 100)
     select printf('00000000-0000-7000-8000-%012d', i + 100), 'stripe', 'x', 0 from n`,
  );
  const answer = await api.post("/api/sources", { kind: "segment", name: "One more" });
  assert.deepEqual([answer.status, answer.json.code], [409, "too_many_sources"]);
  assert.deepEqual([(await server.d1("select * from write_keys")).length, (await audited("source_added")).length], [0, 0]);
});

test("a canary in every secret is in no table but as ciphertext, and in no log, answer, export or line of the audit log", async () => {
  const canary = `canary${randomBytes(12).toString("hex")}`;
  server.clearLogs();
  const answers = [];
  const keep = (answer) => answers.push(answer.text) && answer;
  const stripe = keep(await api.post("/api/sources", { kind: "stripe", name: "Pay", secrets: [`${canary}1`, `${canary}2`] })).json.source;
  keep(await api.patch(`/api/sources/${stripe.id}`, { secrets: [`${canary}3`, `${canary}4`] }));
  keep(await api.post("/api/sources", { kind: "stripe", name: "x", secrets: [`${canary}5`, `${canary}6`, `${canary}7`] }));
  keep(await api.post("/api/sources", { kind: "stripe", name: "x", secrets: `${canary}8` }));
  const body = JSON.stringify({ id: "evt_1" });
  keep(await server.request("POST", new URL(stripe.address).pathname, body, { "stripe-signature": `t=1,v1=${canary}` }));
  const app = (await api.post("/api/sources", { kind: "segment", name: "App" })).json.source;
  const page = (await api.post("/api/sources", { kind: "browser", name: "Page" })).json.source;
  const woo = (await api.post("/api/sources", { kind: "woocommerce", name: "Woo" })).json.source;
  await server.request("POST", "/v1/track", { writeKey: app.write_key, messageId: "m", anonymousId: "a" });
  keep(await server.request("POST", "/v1/track", { messageId: "m" }, basic(canary)));
  for (const target of ["/api/sources", `/api/sources/${stripe.id}`, `/api/sources/${app.id}/messages`, "/api/audit", "/api/audit/export.csv"]) keep(await api.get(target));

  const secrets = [canary, app.write_key, page.secret, woo.secret];
  for (const { name } of await server.d1("select name from sqlite_master where type = 'table' and not name glob 'sqlite_*' and not name glob '_cf_*' and not name glob 'd1_*'")) {
    const text = JSON.stringify(await server.d1(`select * from "${name}"`));
    for (const secret of secrets) assert.ok(!text.includes(secret), `${name} holds a secret`);
    assert.ok(!text.includes(page.write_key), `${name} holds a page's key`);
  }
  const log = JSON.stringify(server.logs());
  assert.ok(log.includes("POST /v1/track"), "the log is read");
  for (const secret of secrets) {
    assert.ok(!log.includes(secret), "the log");
    for (const answer of answers) assert.ok(!answer.includes(secret), answer.slice(0, 200));
  }
  assert.equal((await server.d1("select * from secrets where owner = ?1", `source:${stripe.id}`)).length, 2);
});

// A push as Stripe signs it.
const at = Date.parse(NOW) / 1000;
const signed = (source, secret, body = JSON.stringify({ id: uuid7(), type: "customer.created" })) => {
  const mac = createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
  return server.request("POST", new URL(source.address).pathname, body, { "stripe-signature": `t=${at},v1=${mac}` });
};

test("a ciphertext that is moved into another row opens nothing, and shuts that source alone", async () => {
  const stripe = await connect({ kind: "stripe", name: "Pay", secrets: ["one"] });
  const other = await connect({ kind: "stripe", name: "Other", secrets: ["two"] });
  assert.deepEqual([(await signed(stripe, "one")).status, (await signed(stripe, "two")).status], [200, 401]);
  await server.d1(
    "update secrets set nonce = o.nonce, ciphertext = o.ciphertext from (select * from secrets where owner = ?2) o where secrets.owner = ?1",
    `source:${stripe.id}`, `source:${other.id}`,
  );
  await api.patch(`/api/sources/${other.id}`, { name: "Other, whose change makes the worker look again" });
  assert.deepEqual([(await signed(stripe, "one")).status, (await signed(stripe, "two")).status], [401, 401]);
  assert.equal((await signed(other, "two")).status, 200);
});

test("after a change of keys what the old one has sealed still opens, and the hourly cron seals it anew", async () => {
  const stripe = await connect({ kind: "stripe", name: "Pay", secrets: ["one"] });
  const [{ id }] = await server.d1("select id from secrets where owner = ?1", `source:${stripe.id}`);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", VAULT_KEYS.old, nonce).setAAD(Buffer.from(id));
  const ciphertext = Buffer.concat([cipher.update("sealed long ago"), cipher.final(), cipher.getAuthTag()]);
  await server.d1("update secrets set key_id = 'old', nonce = ?2, ciphertext = ?3 where id = ?1", id, nonce.toString("base64"), ciphertext.toString("base64"));
  await api.patch(`/api/sources/${stripe.id}`, { name: "Pay again" });
  assert.equal((await signed(stripe, "sealed long ago")).status, 200);
  await server.scheduled("17 * * * *");
  const [anew] = await server.d1("select * from secrets where id = ?1", id);
  assert.deepEqual([anew.key_id, anew.ciphertext === ciphertext.toString("base64")], ["test", false]);
  await api.patch(`/api/sources/${stripe.id}`, { name: "Pay once more" });
  assert.equal((await signed(stripe, "sealed long ago")).status, 200);
});

test("the tail tells each message in words and as it came, newest first, and what is new since the last look", async () => {
  const app = await connect({ kind: "segment", name: "App" });
  const other = await connect({ kind: "segment", name: "Other" });
  const push = (body, source = app) => server.request("POST", "/v1/track", body, basic(source.write_key));
  const order = { messageId: "o1", userId: "u1", event: "Order Completed", properties: { order_id: "1001", total: 29.33, currency: "USD" } };
  await push(order);
  await push({ messageId: "x" }, other);
  await push({ messageId: "v1", userId: "u1", event: "Report Exported" });
  const tail = async (query = "") => (await api.get(`/api/sources/${app.id}/messages${query}`)).json.messages;
  const [newest, oldest, ...more] = await tail();
  assert.deepEqual([newest.key, oldest.key, more.length], ["v1", "o1", 0]);
  assert.deepEqual([oldest.topic, oldest.body, oldest.received_at], ["track", JSON.stringify(order), NOW]);
  assert.ok(["waiting", "applied"].includes(oldest.state), oldest.state);
  assert.match(oldest.summary, /^Order 1001 of u1: 29\.33 USD/);
  assert.match(newest.summary, /^u1: .*Report Exported/);
  assert.deepEqual((await tail(`?after=${oldest.id}`)).map((message) => message.key), ["v1"]);
  assert.deepEqual((await tail("?limit=1")).map((message) => message.key), ["v1"]);
  assert.equal((await api.get(`/api/sources/${app.id}/messages?limit=201`)).status, 422);
  const { stats } = (await api.get(`/api/sources/${app.id}/stats`)).json;
  assert.deepEqual([stats.accepted, stats.duplicate, stats.days.length, stats.days.at(-1).accepted], [2, 0, 14, 2]);
});

// Ways to send: set up, tested live, changed with care; what they are asked with is told to nobody.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";

const CANARY = "re_canary_3f9d17";
const TOKEN = "c0ffee5ecret0token";
const ACCOUNT = `AC${"a1".repeat(16)}`;
const json = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

// What the providers answer next, and what they were asked.
const provider = { asked: [], answer: () => json({}) };
const handle = async (request) => {
  provider.asked.push({ method: request.method, url: request.url, headers: request.headers, body: await request.text() });
  return provider.answer(request);
};

let server, api;
before(async () => {
  server = await start({ outside: Object.fromEntries(["api.resend.com", "api.eu.example", "api.sendgrid.com", "api.twilio.com"].map((host) => [host, handle])) });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  provider.asked.length = 0;
  provider.answer = () => json({});
  api = await server.api("owner");
});

const NEW = {
  resend: { provider: "resend", name: "Our mail", from: "Tea & Co <hello@tea.example>", credentials: { api_key: CANARY, signing_secret: "whsec_AAECAwQFBgcICQoLDA0ODw==" } },
  sendgrid: { provider: "sendgrid", name: "Our mail", from: "hello@tea.example", credentials: { api_key: CANARY } },
  twilio: { provider: "twilio", name: "Our texts", from: "+1 415 555 0142", credentials: { account_sid: ACCOUNT, auth_token: TOKEN } },
};
const create = async (body) => {
  const answer = await api.post("/api/channels", body);
  assert.equal(answer.status, 201, answer.text);
  return answer.json.channel;
};
const secrets = () => server.d1("select owner, name, ciphertext from secrets order by name");

for (const [kind, body] of Object.entries(NEW)) {
  test(`${kind}: it is set up with what it needs, which is told to nobody`, async () => {
    const channel = await create(body);
    assert.equal(channel.events_address, `${server.url}/hooks/${kind}/${channel.id}`);
    assert.deepEqual([channel.provider, channel.state, channel.channel], [kind, "untested", kind === "twilio" ? "sms" : "email"]);
    assert.deepEqual(channel.stored, Object.keys(body.credentials).sort());
    assert.equal(channel.hears_events, kind !== "sendgrid");
    const shown = [await api.get("/api/channels"), await api.get(`/api/channels/${channel.id}`), await api.get("/api/audit"), await api.get("/api/openapi.json")];
    for (const { text } of shown) for (const secret of [CANARY, TOKEN, ACCOUNT, "whsec_AAEC"]) assert.ok(!text.includes(secret));
    for (const { name } of await server.d1("select name from sqlite_master where type = 'table' and not name glob '_cf_*' and not name glob 'sqlite_*'")) {
      const rows = JSON.stringify(await server.d1(`select * from "${name}"`));
      for (const secret of [CANARY, TOKEN, ACCOUNT]) assert.ok(!rows.includes(secret), name);
    }
    assert.equal((await api.get("/api/channels")).json.channels.length, 1);
  });
}

test("an address is read with its name, a number without its spaces", async () => {
  const mail = await create(NEW.resend);
  assert.deepEqual([mail.from, mail.from_name], ["hello@tea.example", "Tea & Co"]);
  assert.equal((await create(NEW.twilio)).from, "+14155550142");
});

test("what makes no sense is refused by its field", async () => {
  for (const [field, body] of [
    ["provider", { provider: "pigeon", name: "x" }],
    ["name", { ...NEW.resend, name: " " }],
    ["from", { ...NEW.resend, from: "nobody" }],
    ["from", { ...NEW.twilio, from: "hello@tea.example" }],
    ["channel", { ...NEW.resend, channel: "sms" }],
    ["reply_to", { ...NEW.twilio, reply_to: "a@b.example" }],
    ["priority", { ...NEW.resend, priority: 9_999 }],
    ["credentials.password", { ...NEW.resend, credentials: { password: "x" } }],
    ["credentials.account_sid", { ...NEW.twilio, credentials: { account_sid: "AC1", auth_token: "x" } }],
    ["credentials.verification_key", { ...NEW.sendgrid, credentials: { api_key: "x", verification_key: "x" } }],
  ]) {
    const answer = await api.post("/api/channels", body);
    assert.ok([400, 422].includes(answer.status), `${field}: ${answer.status} ${answer.text}`);
    if (field !== "provider") assert.deepEqual(Object.keys(answer.json.fields), [field], answer.text);
  }
  assert.deepEqual(await secrets(), []);
});

test("no base address leads to where it must not", async () => {
  const { hostname } = new URL(server.url);
  const own = server.url.replace(hostname, "localhost");
  for (const base_url of [
    "http://api.resend.com", "https://127.0.0.1", "https://2130706433", "https://0x7f000001", "https://[::1]", "https://localhost", "https://metadata.google.internal",
    "https://user:pass@api.resend.com", "https://api.resend.com:8443", "https://10.0.0.1", "https://127.0.0.1.nip.io", "file:///etc/passwd", "ftp://api.resend.com", "//api.resend.com",
    "https://api.resend.com\\@evil.example", "https://ａpi.resend.com", "https://169.254.169.254/latest", "javascript:1", "", own, "https://api.resend.com/?x=1",
  ]) {
    const answer = await api.post("/api/channels", { ...NEW.resend, base_url });
    assert.equal(answer.status, 422, `${base_url}: ${answer.status}`);
    assert.deepEqual(Object.keys(answer.json.fields), ["base_url"], base_url);
  }
});

test("a test asks the provider with the key and says what is wrong", async () => {
  const domains = (status, more = {}) => () => json({ data: [{ id: "1", name: "tea.example", status, ...more }] });
  for (const [body, answers, path, authorization] of [
    [NEW.resend, [[domains("verified"), "live"], [domains("pending"), "failing"], [() => json({ name: "restricted_api_key", message: "x" }, 401), "live"], [() => json({ name: "invalid_api_key", message: "x" }, 403), "failing"]], "/domains", `Bearer ${CANARY}`],
    [NEW.sendgrid, [[() => json({ scopes: ["mail.send"] }), "live"], [() => json({ scopes: ["alerts.read"] }), "failing"], [() => json({ errors: [] }, 401), "failing"]], "/v3/scopes", `Bearer ${CANARY}`],
    [NEW.twilio, [[() => json({ sid: ACCOUNT, status: "active" }), "live"], [() => json({ status: "suspended" }), "failing"], [() => { throw new TypeError("it hung up"); }, "failing"]], `/2010-04-01/Accounts/${ACCOUNT}.json`, `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64")}`],
  ]) {
    const channel = await create(body);
    for (const [answer, state] of answers) {
      provider.answer = answer;
      const tested = (await api.post(`/api/channels/${channel.id}/test`, {})).json.channel;
      assert.equal(tested.state, state, JSON.stringify(tested));
      assert.equal(tested.error !== undefined, state === "failing");
      assert.ok(tested.tested_at);
    }
    const asked = provider.asked.at(-1);
    assert.deepEqual([asked.method, new URL(asked.url).pathname, asked.headers.get("authorization")], ["GET", path, authorization]);
  }
});

test("without a key nothing is asked", async () => {
  const channel = await create({ ...NEW.resend, credentials: {} });
  const tested = (await api.post(`/api/channels/${channel.id}/test`, {})).json.channel;
  assert.deepEqual([tested.state, tested.error], ["failing", "No api_key is stored: store one first"]);
  assert.equal(provider.asked.length, 0);
});

test("another address or provider forgets what is stored, and another name does not", async () => {
  const channel = await create(NEW.resend);
  const patch = async (body) => (await api.patch(`/api/channels/${channel.id}`, body)).json.channel;
  provider.answer = () => json({ data: [{ id: "1", name: "tea.example", status: "verified" }] });
  await api.post(`/api/channels/${channel.id}/test`, {});
  const renamed = await patch({ name: "Our post", priority: 2 });
  assert.deepEqual([renamed.stored, renamed.state, renamed.priority], [["api_key", "signing_secret"], "live", 2]);
  assert.deepEqual((await patch({ base_url: "https://api.resend.com" })).stored, ["api_key", "signing_secret"], "its own address, written out");
  const moved = await patch({ base_url: "https://api.eu.example" });
  assert.deepEqual([moved.stored, moved.state], [[], "untested"]);
  assert.deepEqual(await secrets(), []);
  const given = await patch({ base_url: "https://api.resend.com/", credentials: { api_key: "re_new" } });
  assert.deepEqual(given.stored, ["api_key"], "what comes with the change is stored");
  const other = await patch({ provider: "sendgrid" });
  assert.deepEqual([other.provider, other.stored, other.base_url], ["sendgrid", [], "https://api.resend.com"]);
});

test("credentials are changed one by one", async () => {
  const channel = await create(NEW.resend);
  const changed = await api.patch(`/api/channels/${channel.id}`, { credentials: { signing_secret: null, api_key: "re_second" } });
  assert.deepEqual(changed.json.channel.stored, ["api_key"]);
  provider.answer = () => json({ data: [] });
  await api.post(`/api/channels/${channel.id}/test`, {});
  assert.equal(provider.asked.at(-1).headers.get("authorization"), "Bearer re_second");
});

test("a change names the version that it was made from", async () => {
  const channel = await create(NEW.resend);
  assert.equal((await api.request("PATCH", `/api/channels/${channel.id}`, { name: "x" })).status, 428);
  assert.equal((await api.request("PATCH", `/api/channels/${channel.id}`, { name: "x" }, { "if-match": '"7"' })).status, 412);
  assert.equal((await api.request("DELETE", `/api/channels/${channel.id}`, undefined, { "if-match": '"7"' })).status, 412);
  assert.equal((await api.delete(`/api/channels/${channel.id}`)).status, 200);
  assert.equal((await api.get(`/api/channels/${channel.id}`)).status, 404);
  assert.deepEqual(await secrets(), []);
});

test("a success manager looks at ways to send and changes none", async () => {
  const channel = await create(NEW.resend);
  const viewer = await server.api("marketer");
  assert.equal((await viewer.get("/api/channels")).status, 200);
  assert.equal((await viewer.post("/api/channels", NEW.resend)).status, 403);
  assert.equal((await viewer.post(`/api/channels/${channel.id}/test`, {})).status, 403);
  assert.equal((await viewer.patch(`/api/channels/${channel.id}`, { name: "x" })).status, 403);
  assert.equal((await api.get(`/api/channels/${uuid7()}`)).status, 404);
});

test("the outbox is of a local run, and is asked nothing", async () => {
  const channel = await create({ provider: "sink", name: "Tray", channel: "sms" });
  assert.deepEqual([channel.channel, channel.events_address], ["sms", null]);
  assert.equal((await api.post(`/api/channels/${channel.id}/test`, {})).json.channel.state, "live");
  assert.equal((await api.post("/api/channels", { provider: "sink", name: "x", base_url: "https://a.example" })).status, 422);
  assert.equal(provider.asked.length, 0);
});

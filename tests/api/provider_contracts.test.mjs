// What we ask of providers, judged by their own descriptions: the worker's requests go to Prism, which answers 422 to a wrong one.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import path from "node:path";
import { after, before, test } from "node:test";

import { dataset, start, until } from "../harness.mjs";

const ACCOUNT = `AC${"a1".repeat(16)}`;
const DESCRIPTIONS = { resend: "resend.json", sendgrid: "sendgrid-mail.json", twilio: "twilio-messages.json" };
const HOSTS = { resend: "api.resend.com", sendgrid: "api.sendgrid.com", twilio: "api.twilio.com" };
const { skip } = dataset("..", "contracts", "openapi", DESCRIPTIONS.resend);

// Prism itself is no outside of the worker's.
const real = globalThis.fetch;
const mocks = new Map();
const passed = [];
let server, api;

const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

async function prism(file) {
  const port = await freePort();
  const program = path.join(path.dirname(createRequire(import.meta.url).resolve("@stoplight/prism-cli/package.json")), "dist", "index.js");
  const mock = spawn(process.execPath, [program, "mock", "-h", "127.0.0.1", "-p", `${port}`, "--errors", file], { stdio: "ignore" });
  const address = `http://127.0.0.1:${port}`;
  await until(async () => real(address).then(() => true, () => false), "Prism", 60_000);
  return { mock, address };
}

before(async () => {
  if (skip) return;
  await Promise.all(Object.entries(DESCRIPTIONS).map(async ([kind, name]) => mocks.set(kind, await prism(dataset("..", "contracts", "openapi", name).file))));
  const forward = (kind) => async (request) => {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.delete("host");
    const body = request.method === "GET" ? undefined : await request.text();
    const answer = await real(`${mocks.get(kind).address}${pathname}${search}`, { method: request.method, headers, body });
    const text = await answer.text();
    passed.push({ kind, path: pathname, status: answer.status, headers, body, text });
    return new Response(answer.status === 204 ? null : text, { status: answer.status, headers: { "content-type": answer.headers.get("content-type") ?? "application/json", "x-message-id": "m1" } });
  };
  server = await start({ outside: Object.fromEntries(Object.entries(HOSTS).map(([kind, host]) => [host, forward(kind)])) });
  api = await server.api("owner");
});
after(async () => {
  for (const { mock } of mocks.values()) mock.kill();
  await server?.stop();
});

const channel = async (provider, from, credentials) => (await api.post("/api/channels", { provider, name: provider, from, credentials })).json.channel.id;
const send = async (id, items) => (await server.request("POST", "/__seams/send", { channel: id, items })).json.outcomes.map(({ outcome }) => outcome);
const MAIL = (touch, more = {}) => ({
  touch, key: `touch-${touch}`, to: "ada@example.org", subject: "Café — 🎁 we miss you", html: "<p>Hello</p>", text: "Hello", unsubscribe: "https://shop.example/u/abc", unsubscribe_mail: "leave@tea.example",
  thread: "<1@tea.example>", ...more,
});
// Prism answers 422 to what its description forbids; an answer of its own example is a success.
const valid = (kind) => {
  const of = passed.filter((one) => one.kind === kind);
  assert.ok(of.length > 0);
  for (const { path: at, status, text } of of) assert.ok(status >= 200 && status < 300, `${at}: ${status} ${text}`);
  return of;
};

test("resend: one mail, a batch and the test are as its description has them", { skip }, async () => {
  const id = await channel("resend", "Tea & Co <hello@tea.example>", { api_key: "re_1" });
  assert.deepEqual(await send(id, [MAIL(1)]), ["accepted"]);
  assert.deepEqual(await send(id, [MAIL(1), MAIL(2, { unsubscribe: undefined })]), ["accepted", "accepted"]);
  await api.post(`/api/channels/${id}/test`, {});
  const asked = valid("resend");
  assert.deepEqual(asked.map((one) => one.path), ["/emails", "/emails/batch", "/domains"]);
  assert.ok(asked.slice(0, 2).every(({ headers }) => headers.get("idempotency-key").length <= 256));
});

test("sendgrid: a mail is as its description has it, with both headers of RFC 8058", { skip }, async () => {
  const id = await channel("sendgrid", "hello@tea.example", { api_key: "SG.1" });
  assert.deepEqual(await send(id, [MAIL(1), MAIL(2)]), ["accepted", "accepted"]);
  for (const { body } of valid("sendgrid")) {
    const { headers } = JSON.parse(body);
    assert.equal(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    assert.match(headers["List-Unsubscribe"], /^<https:\/\//);
  }
});

test("twilio: a text is as its description has it", { skip }, async () => {
  const id = await channel("twilio", "+14155550142", { account_sid: ACCOUNT, auth_token: "x" });
  assert.deepEqual(await send(id, [{ touch: 1, key: "t", to: "+14155550198", text: "Tea & Co: 20 % off\nReply STOP to stop" }]), ["accepted"]);
  valid("twilio");
});

test("what a description forbids, Prism refuses: the judge is awake", { skip }, async () => {
  const wrong = await real(`${mocks.get("resend").address}/emails`, { method: "POST", headers: { authorization: "Bearer x", "content-type": "application/json" }, body: '{"from":"a@b.example"}' });
  assert.equal(wrong.status, 422);
});

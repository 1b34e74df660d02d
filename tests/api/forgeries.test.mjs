// What somebody does with a key that stands in every page, with bodies made to hurt, and with more than a day or a minute holds: on the
// real worker, from the front door to the rows.

import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";

import { start } from "../harness.mjs";
import { tables } from "../inbox.mjs";
import { ran } from "../rows.mjs";
import * as sources from "../sources.mjs";

const NOW = "2026-11-22T09:00:00Z";
const PEOPLE = ["customers", "contacts", "consents", "present", "identities", "orders", "events"];

let server, api, shop, page, hash;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
// Ada and Ben are known by the shop's own server; Ada is signed in on a page of the shop.
beforeEach(async () => {
  await server.reset();
  await sources.apart(server);
  await server.seams.clock(NOW);
  api = await server.api("owner");
  shop = await sources.connect(api, "segment");
  page = await sources.connect(api, "browser");
  hash = (id) => createHmac("sha256", page.secret).update(id).digest("hex");
  const own = [
    { type: "identify", messageId: "ada", userId: "u1", traits: { email: "ada@example.com", name: "Ada" } },
    { type: "identify", messageId: "ben", userId: "u2", traits: { email: "ben@example.com", phone: "+4915112345678" } },
    { type: "track", messageId: "out", userId: "u2", event: "Email Unsubscribed", timestamp: "2026-11-20T09:00:00Z" },
  ];
  assert.equal((await push({ batch: own }, shop.write_key)).status, 200);
  const visits = [
    { type: "identify", messageId: "visit", userId: "u1", anonymousId: "visitor", context: { user_hash: hash("u1") } },
    { type: "page", messageId: "seen", userId: "u1", anonymousId: "visitor", context: { user_hash: hash("u1") } },
  ];
  assert.equal((await push({ batch: visits })).status, 200);
  await ran(api, "intake");
});

const push = (body, key = page.write_key, target = "/v1/batch") => server.request("POST", target, body, sources.basic(key));
let sent = 0;
// Whatever is forged, with and without the shop's word for Ada; what the worker answers, and that nothing about anybody changed.
async function forge(messages, { names = PEOPLE } = {}) {
  const before = await tables(server, names);
  const answers = [];
  for (const message of messages) {
    for (const context of [undefined, { user_hash: hash("u1") }]) {
      sent += 1;
      const answer = await push({ batch: [{ messageId: `forged-${sent}`, timestamp: "2026-11-22T08:59:00Z", ...message, ...(context && { context: { ...message.context, ...context } }) }] });
      answers.push(answer.status);
      assert.ok([200, 400, 403].includes(answer.status), `${answer.status} ${JSON.stringify(message)}`);
    }
  }
  await ran(api, "intake");
  assert.deepEqual(await tables(server, names), before);
  return answers;
}

test("with a page's key nobody opts in, not even who is signed in", async () => {
  const agreeing = ["Subscribed", "Email Subscribed", "Newsletter Subscribed", "SMS Subscribed"];
  await forge([
    ...agreeing.map((event) => ({ type: "track", userId: "u1", event, properties: { channel: "email", wording: "Yes" } })),
    ...agreeing.map((event) => ({ type: "track", anonymousId: "visitor", event })),
    { type: "identify", userId: "u2", traits: { newsletter: true, email_consent: "yes", marketing_opt_in: true } },
    { type: "track", anonymousId: "new", event: "Subscribed", properties: { email: "ben@example.com" } },
  ]);
  await forge([{ type: "identify", userId: "u1", traits: { newsletter: true, emailOptIn: true, smsOptIn: true } }], { names: ["consents", "present"] });
});

test("with a page's key an opt-out of another person is neither lifted nor made", async () => {
  await forge([
    { type: "track", userId: "u2", event: "Email Unsubscribed" },
    { type: "track", anonymousId: "stranger", event: "Unsubscribed", properties: { email: "ada@example.com" } },
    { type: "identify", anonymousId: "stranger", traits: { email: "ben@example.com", unsubscribed: false } },
  ], { names: ["consents", "present"] });
});

test("with a page's key nobody reports revenue, contracts or what mail did", async () => {
  const order = { order_id: "1", total: 9_999, currency: "USD", products: [{ product_id: "p", price: 9_999, quantity: 1 }] };
  const events = [
    "Order Completed", "order completed", "ORDER_COMPLETED", "Order Updated", "Order Refunded", "Order Cancelled", "Payment Failed", "Payment Succeeded",
    "Subscription Started", "Subscription Cancelled", "Subscription Renewed", "Invoice Paid", "Trial Started", "Refund Created", "Charge Succeeded",
    "Email Opened", "Email Bounced", "Email Marked as Spam", "Account Deleted",
  ];
  await forge(events.flatMap((event) => [
    { type: "track", userId: "u1", event, properties: order },
    { type: "track", anonymousId: "visitor", event, properties: order },
  ]));
});

test("with a page's key nobody changes a known person's address or phone", async () => {
  const addressed = async () => (await server.d1("select email, phone, name from contacts where email in ('ada@example.com', 'ben@example.com') order by email"));
  const before = await addressed();
  assert.equal(before.length, 2);
  await forge([
    { type: "identify", userId: "u1", traits: { email: "evil@example.com" } },
    { type: "identify", userId: "u2", traits: { email: "evil@example.com", phone: "+15550100" } },
    { type: "identify", anonymousId: "visitor", traits: { email: "evil@example.com" } },
    { type: "track", anonymousId: "visitor", event: "Signed In", properties: { email: "evil@example.com" }, context: { traits: { email: "evil@example.com" } } },
  ], { names: ["consents", "present", "orders"] });
  assert.deepEqual(await addressed(), before);
  const [{ ids }] = await server.d1("select count(distinct customer_id) as ids from identities where value in ('ada@example.com', 'evil@example.com')");
  assert.equal(ids, 2, "what a page claims is nobody who was known");
});

test("with a page's key nobody makes two known people one", async () => {
  const names = ["identities", "contacts"];
  const before = await tables(server, names);
  for (const message of [
    { type: "alias", userId: "u1", previousId: "u2" },
    { type: "alias", userId: "u1", previousId: "u2", anonymousId: "visitor" },
    { type: "alias", userId: "u1", previousId: "ben@example.com" },
    { type: "identify", userId: "u1", anonymousId: "visitor", traits: { email: "ben@example.com", phone: "+4915112345678" } },
    { type: "identify", anonymousId: "visitor", traits: { email: "ben@example.com" } },
    { type: "group", userId: "u1", groupId: "acme", traits: { name: "Acme" } },
    { type: "Group", userId: "u1", groupId: "acme", traits: { name: "Acme" } },
  ]) {
    sent += 1;
    await push({ batch: [{ messageId: `m${sent}`, ...message, context: { user_hash: hash("u1") } }] });
  }
  await ran(api, "intake");
  assert.deepEqual(await server.d1("select * from merges"), []);
  const after = await tables(server, names);
  const ben = ({ identities, contacts }) => [identities.filter(({ kind }) => kind !== "anonymous"), contacts].map((rows) => rows.filter((row) => row.value?.includes("u2") || (row.value ?? row.email) === "ben@example.com"));
  assert.deepEqual(ben(after), ben(before));
  assert.equal(after.contacts.length, before.contacts.length);
});

test("with a page's key nobody acts for a user id without the shop's word for that very id", async () => {
  const statuses = await forge([
    { type: "track", userId: "u2", event: "Signed In" },
    { type: "track", userId: 2, event: "Signed In" },
    { type: "page", userId: " u1", name: "Home" },
    { type: "identify", userId: "U1", traits: { plan: "gold" } },
    { type: "screen", userId: "u1\u0000", name: "Home" },
    { type: "alias", userId: "u2", previousId: "visitor" },
  ]);
  assert.ok(statuses.every((status) => status === 403), String(statuses));
  for (const user_hash of ["", "00".repeat(32), hash("u2"), `${hash("u1")}00`, hash("u1").slice(2), createHmac("sha256", page.write_key).update("u1").digest("hex")]) {
    const answer = await push({ batch: [{ type: "track", messageId: "h", userId: "u1", event: "Signed In", context: { user_hash } }] });
    assert.deepEqual([answer.status, answer.json.code], [403, "forbidden"], user_hash);
  }
  // A member said twice could be one thing to the door and another to whoever reads it.
  const twice = `{"batch":[{"type":"track","messageId":"t","anonymousId":"a","userId":null,"event":"Signed In","user\\u0049d":"u2"}]}`;
  assert.equal((await push(twice)).status, 400);
  assert.equal((await server.d1("select count(*) as n from inbox where key in ('h', 't')"))[0].n, 0);
});

test("a page's key is no server's key, opens nothing that is read, and a server's secret is no key", async () => {
  for (const target of ["/v1/inapp", "/api/sources", "/api/customers", `/api/sources/${page.id}/messages`]) {
    const answer = await server.request("GET", target, undefined, sources.basic(page.write_key));
    assert.ok([401, 404, 405].includes(answer.status), `${target}: ${answer.status}`);
    const bearer = await server.request("GET", target, undefined, { authorization: `Bearer ${page.write_key}` });
    assert.ok([401, 404, 405].includes(bearer.status), `${target}: ${bearer.status}`);
  }
  assert.notEqual(page.write_key.slice(0, 4), shop.write_key.slice(0, 4), "told apart at sight");
  for (const key of [page.secret, page.id, hash("u1")]) assert.equal((await push({ batch: [] }, key)).status, 401);
  const stripe = await sources.connect(api, "stripe", { secrets: ["whsec_1"] });
  const path = new URL(stripe.address).pathname;
  assert.equal((await server.request("POST", path, "{}", sources.basic(page.write_key))).status, 401);
});

// Bodies: more than a megabyte, gzip of more than ten, more than a hundred to one, nested deeper than 32.
const noise = (bytes) => randomBytes(bytes).toString("hex").slice(0, bytes);
const BODIES = {
  "over a megabyte": () => [JSON.stringify({ x: "x".repeat(1_000_001) }), 413, "too_large"],
  "gzip over ten megabytes": () => {
    const unit = noise(2_000) + "0".repeat(60_000);
    return [gzipSync(unit.repeat(180)), 413, "too_large"];
  },
  "gzip of more than a hundred to one": () => [gzipSync(Buffer.alloc(9_500_000)), 400, "gzip_ratio"],
  "gzip within gzip": () => [gzipSync(gzipSync(Buffer.alloc(50_000_000))), 400, "bad_json"],
  "nested deeper than 32": () => [`{"a":${"[".repeat(32)}${"]".repeat(32)}}`, 400, "too_deep"],
  "nested without an end": () => ['{"a":'.repeat(150_000), 400, "too_deep"],
};
for (const [what, body] of Object.entries(BODIES)) {
  test(`a body ${what} is refused and counted, and nothing of it is stored`, async () => {
    const before = (await server.d1("select count(*) as n from inbox"))[0].n;
    const [bytes, status, code] = body();
    for (const target of ["/v1/track", "/v1/batch"]) {
      const answer = await push(bytes, page.write_key, target);
      assert.deepEqual([answer.status, answer.json.code], [status, code], target);
    }
    const reason = code === "too_large" ? "too_large" : "bad_json";
    assert.deepEqual((await sources.counts(api, page)).rejected, { [reason]: 2 });
    assert.equal((await server.d1("select count(*) as n from inbox"))[0].n, before);
  });
}

// Sends spaces for as long as nobody answers; the answer's status, and how many bytes went out.
const sendWithoutEnd = (url) =>
  new Promise((done, failed) => {
    let given = 0;
    const request = httpRequest(url, { method: "POST" }, (response) => {
      request.destroy();
      done({ status: response.statusCode, given });
    });
    const piece = Buffer.alloc(65_536, " ");
    const more = () => {
      if (request.destroyed) return;
      given += piece.length;
      if (given > 100_000_000) failed(new Error("nobody stopped it"));
      else request.write(piece, () => setTimeout(more, 2));
    };
    request.on("error", (error) => failed(error));
    more();
  });

test("a body without an end is refused while it streams", async () => {
  const hook = await sources.connect(api, "shopify", { secrets: ["s"] });
  const { status, given } = await sendWithoutEnd(hook.address);
  assert.equal(status, 413);
  assert.ok(given > 1_000_000 && given < 50_000_000, `${given} bytes were taken`);
  assert.deepEqual((await sources.counts(api, hook)).rejected, { too_large: 1 });
});

// More than is allowed: the sender is told to come again, and never that all is well.
const signed = (body) => ({ "x-shopify-hmac-sha256": createHmac("sha256", "s").update(body).digest("base64"), "x-shopify-topic": "orders/create" });

test("a hook that has sent its day's messages, or whose database is spent for the day, is told to come again", async () => {
  const hook = await sources.connect(api, "shopify", { secrets: ["s"], settings: { daily_messages: 2 } });
  const send = (n) => server.request("POST", new URL(hook.address).pathname, `{"id":${n}}`, signed(`{"id":${n}}`));
  for (const n of [1, 2]) assert.equal((await send(n)).status, 200);
  const over = await send(3);
  assert.deepEqual([over.status, over.json.code, over.headers.get("retry-after")], [429, "too_many_requests", String(15 * 3600)]);
  await api.patch(`/api/sources/${hook.id}`, { settings: {} });
  for (const [words, code] of [["exceeded its daily row write limit", "daily_limit"], ["D1 DB is overloaded", "busy"], ["database or disk is full", "full"]]) {
    await server.d1(`create trigger spent before insert on inbox begin select raise(abort, '${words}'); end`);
    try {
      const answer = await send(4);
      assert.deepEqual([answer.status, answer.json.code], [503, code]);
      if (code !== "full") assert.ok(Number(answer.headers.get("retry-after")) > 0, code);
    } finally {
      await server.d1("drop trigger spent");
    }
  }
  assert.equal((await send(4)).status, 200, "what came again is taken");
  assert.deepEqual((await server.d1("select key from inbox where topic = 'orders/create'")).length, 3);
});

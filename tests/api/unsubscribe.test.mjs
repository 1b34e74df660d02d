// How people leave: the one click of RFC 8058 as mail clients send it, the page's own form, link scanners, and a database that is down.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";

import { SUPPRESSION_KEY, start, until } from "../harness.mjs";
import { entry, person, token, touch } from "../links.mjs";

const NOW = "2026-03-02T09:00:00Z";
const now = Date.parse(NOW);
const later = (seconds) => new Date(now + seconds * 1000).toISOString();

let server;
before(async () => (server = await start({ now: NOW })));
after(() => server.stop());
beforeEach(async () => {
  await server.seams.outage();
  await server.reset();
  await server.seams.clock(NOW);
  for (const { name } of (await server.env.KV.list()).keys) await server.env.KV.delete(name);
  await person(server, 7);
  await entry(server, 1, 7);
  await touch(server, 12, 7, { state: "sent", sent: now - 3_600_000, entry: 1 });
});

const own = (more) => `/u/${token("leave", { touch: 12, contact: 7, ...more })}`;
const post = (target, body, headers) => server.request("POST", target, body, headers);
const state = async () => {
  const [{ consent }] = await server.d1("select consent from contacts where id = 7");
  return Object.fromEntries(Object.entries(JSON.parse(consent)).map(([topic, record]) => [topic, record.state]));
};
const rows = () => server.d1("select * from consents where contact_id = 7 and state <> 'granted' order by id");
const touches = async () => Object.fromEntries((await server.d1("select id, state, reason from touches")).map(({ id, state, reason }) => [id, reason ? `${state}: ${reason}` : state]));

function isPage(answer, what) {
  assert.equal(answer.status, 200, what);
  const header = (name) => answer.headers.get(name);
  assert.match(header("content-type"), /^text\/html; charset=utf-8$/, what);
  assert.match(header("content-security-policy"), /^default-src 'none';/, what);
  assert.ok(!/script/.test(header("content-security-policy")), what);
  assert.deepEqual(["cache-control", "referrer-policy", "x-robots-tag", "set-cookie", "location"].map(header), ["no-store", "no-referrer", "noindex, nofollow", null, null], what);
  assert.ok(!/<script|javascript:|\son\w+=/i.test(answer.text), what);
}

// As they come from real clients: RFC 8058 asks for either form, and not all keep to it.
const BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW";
const part = (name, value) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--${BOUNDARY}--\r\n`;
const CLIENTS = {
  Gmail: ["List-Unsubscribe=One-Click", { "content-type": "application/x-www-form-urlencoded", "user-agent": "Mozilla/5.0 (compatible; GoogleImageProxy)" }],
  "Apple Mail": ["List-Unsubscribe=One-Click", { "content-type": "application/x-www-form-urlencoded;charset=UTF-8", "user-agent": "Mail/3826.300.87 CFNetwork/3826.400.120 Darwin/24.3.0", cookie: "a=b" }],
  "a form in parts": [part("List-Unsubscribe", "One-Click"), { "content-type": `multipart/form-data; boundary=${BOUNDARY}` }],
  "a type in capitals": ["List-Unsubscribe=One-Click", { "content-type": "Application/X-WWW-Form-URLEncoded" }],
  "an empty form": ["", { "content-type": "application/x-www-form-urlencoded" }],
  "no body and no type": [undefined, {}],
  "a type that is wrong": ["List-Unsubscribe=One-Click", { "content-type": "text/plain" }],
  "JSON": ['{"List-Unsubscribe":"One-Click"}', { "content-type": "application/json" }],
  "another site's page": ["List-Unsubscribe=One-Click", { "content-type": "application/x-www-form-urlencoded", origin: "https://mail.example", "sec-fetch-site": "cross-site" }],
  "a long body": ["x".repeat(100_000), { "content-type": "application/x-www-form-urlencoded" }],
  "bytes that are no text": [new Uint8Array([0xff, 0xfe, 0, 1]), {}],
};

for (const [client, [body, headers]] of Object.entries(CLIENTS)) {
  test(`one click by ${client} ends mail at once, with one answer and no cookie`, async () => {
    const answer = await post(own(), body, headers);
    isPage(answer, client);
    assert.deepEqual(await state(), { "email/marketing": "denied", "sms/marketing": "granted" });
    const [row, ...more] = await rows();
    assert.deepEqual([row.channel, row.source, row.wording, row.act, row.occurred_at, more.length], ["email", "unsubscribe_link", "List-Unsubscribe=One-Click", 1, now, 0]);
    const hash = createHmac("sha256", Buffer.from(SUPPRESSION_KEY, "base64")).update("ada@example.com").digest("base64url");
    assert.deepEqual(await server.d1("select hash, channel, reason from suppressions"), [{ hash, channel: "email", reason: "unsubscribed" }]);
    assert.deepEqual(await server.d1("select kind, touch_id, customer_id from responses"), [{ kind: "opted_out", touch_id: 12, customer_id: 7 }]);
  });
}

test("whatever waits for the person ends at once, a claimed touch too, so that nothing moves on to its provider", async () => {
  await person(server, 8, { email: "bob@example.com" });
  for (const [id, state, channel] of [[20, "planned", "email"], [21, "held", "email"], [22, "claimed", "email"], [23, "sending", "email"], [24, "delivered", "email"], [25, "planned", "sms"], [26, "claimed", "video"]]) {
    await entry(server, id, 7);
    await touch(server, id, 7, { state, channel, claim: state === "claimed" ? "run-1" : null });
  }
  await entry(server, 30, 8);
  await touch(server, 30, 8);
  await touch(server, 31, 7, { contact: 8, entry: 31 });
  await server.d1("update touches set cost = 40 where id in (22, 26)");
  await server.d1("update touches set cost = 100 where id = 23");
  for (const [channel, reserved] of [["", 200], ["email", 150], ["video", 50], ["sms", 5]]) {
    await server.d1("insert into campaign_money (campaign_id, channel, reserved) values (1, ?1, ?2)", channel, reserved);
  }
  isPage(await post(own(), "List-Unsubscribe=One-Click"));
  const money = Object.fromEntries((await server.d1("select channel, reserved from campaign_money")).map(({ channel, reserved }) => [channel, reserved]));
  assert.deepEqual(money, { "": 120, email: 110, video: 10, sms: 5 }, "what was reserved for the claimed ones is free again");
  assert.deepEqual(await touches(), {
    12: "sent", 20: "skipped: opted_out", 21: "skipped: opted_out", 22: "skipped: opted_out", 23: "sending", 24: "delivered", 25: "planned",
    26: "skipped: opted_out", 30: "planned", 31: "planned",
  });
  // What the dispatch does before it calls a provider.
  await server.d1("update touches set state = 'sending' where id = 22 and state = 'claimed' and claim = 'run-1'");
  assert.equal((await touches())[22], "skipped: opted_out");
  const counted = await server.d1("select claim, claimed_until, counted_at from touches where id in (22, 26)");
  assert.deepEqual(counted, [1, 2].map(() => ({ claim: null, claimed_until: null, counted_at: null })), "their places in caps are free again");
  const looks = await server.d1("select distinct next_at from entries where customer_id = 7");
  assert.deepEqual(looks, [{ next_at: now }], "the planner looks at once");
  assert.deepEqual(await server.d1("select next_at from entries where customer_id = 8"), [{ next_at: null }]);
});

test("stop all ends every channel, tasks and messages on the site, and nobody else's", async () => {
  await person(server, 8, { email: "bob@example.com" });
  for (const [id, channel, state] of [[20, "email", "planned"], [21, "sms", "planned"], [22, "post", "held"], [23, "call", "task"], [24, "in_app", "sent"], [25, "retargeting", "planned"]]) {
    await touch(server, id, 7, { channel, state });
  }
  await touch(server, 40, 8);
  await server.d1("insert into tasks (id, public_id, touch_id, kind, title, due_at, created_at, updated_at) values (1, 't', 23, 'call', 'Call Ada', 0, 0, 0)");
  await server.d1("insert into in_app (touch_id, customer_id, content, expires_at) values (24, 7, '{}', ?1)", now + 1e9);
  isPage(await post(own(), "choice=all", { "content-type": "application/x-www-form-urlencoded" }));
  const all = await state();
  assert.deepEqual(Object.keys(all).sort(), ["ads", "email", "inapp", "phone", "post", "sms"].map((channel) => `${channel}/marketing`));
  assert.ok(Object.values(all).every((one) => one === "denied"));
  assert.deepEqual(await touches(), { 12: "sent", 20: "skipped: opted_out", 21: "skipped: opted_out", 22: "skipped: opted_out", 23: "skipped: opted_out", 24: "sent", 25: "skipped: opted_out", 40: "planned" });
  assert.deepEqual(await server.d1("select state, outcome from tasks"), [{ state: "cancelled", outcome: "opted_out" }]);
  assert.deepEqual(await server.d1("select closed_at from in_app"), [{ closed_at: now }]);
  const [row] = await rows();
  assert.deepEqual([row.source, row.wording], ["preferences", "Stop all messages"]);
});

test("the page offers less: fewer, a pause, and one channel alone", async () => {
  const form = (choice) => post(own(), `choice=${choice}`, { "content-type": "application/x-www-form-urlencoded" });
  await touch(server, 20, 7, { due: now + 10 * 86_400_000 });
  await touch(server, 21, 7, { due: now + 40 * 86_400_000 });
  isPage(await form("fewer"));
  assert.deepEqual(await server.d1("select fewer, paused_until from contacts where id = 7"), [{ fewer: 1, paused_until: null }]);
  const paused = await form("pause_30");
  isPage(paused);
  assert.match(paused.text, /1 April 2026/);
  assert.deepEqual([(await touches())[20], (await touches())[21]], ["skipped: asked_for_pause", "planned"]);
  await form("pause_90");
  await form("pause_30");
  assert.deepEqual(await server.d1("select paused_until from contacts where id = 7"), [{ paused_until: now + 90 * 86_400_000 }], "a shorter pause takes nothing back");
  assert.deepEqual(await rows(), []);
  isPage(await form("sms"));
  assert.deepEqual(await state(), { "email/marketing": "granted", "sms/marketing": "denied" });
  isPage(await post(own(), part("choice", "post"), { "content-type": `multipart/form-data; boundary=${BOUNDARY}` }));
  assert.equal((await state())["post/marketing"], "denied");
});

test("nothing that is sent to it gives consent", async () => {
  await post(own(), "choice=all");
  const before = await server.d1("select * from consents");
  for (const body of ["choice=subscribe", "choice=all&state=granted", "List-Unsubscribe=No", "choice=fewer", "consent=1", part("choice", "granted")]) isPage(await post(own(), body), body);
  assert.ok(Object.values(await state()).every((one) => one === "denied"));
  assert.deepEqual(await server.d1("select * from consents"), before, "what was said once today stands once");
});

test("scanners may open it as often as they like: a GET and a HEAD change nothing and write nothing", async () => {
  const dump = async () => JSON.stringify(await Promise.all(["consents", "contacts", "touches", "responses", "suppressions", "entries"].map((table) => server.d1(`select * from ${table}`))));
  const before = await dump();
  for (const agent of ["Mozilla/5.0", "Barracuda Sentinel (EE)", "python-requests/2.32", ""]) {
    for (let n = 0; n < 20; n += 1) {
      const answer = await server.request("GET", own(), undefined, { "user-agent": agent, "cf-connecting-ip": "192.0.2.1" });
      isPage(answer, agent);
      assert.equal(answer.meter.rows_written, 0);
    }
  }
  const head = await server.request("HEAD", own());
  assert.deepEqual([head.status, head.text, head.headers.get("set-cookie"), head.headers.get("content-type")], [200, "", null, "text/html; charset=utf-8"]);
  for (const method of ["PUT", "DELETE", "PATCH"]) assert.equal((await server.request(method, own())).status, 405);
  assert.equal(await dump(), before);
});

test("a link that was never ours, one that was changed and one that was used look like a good one, and do nothing", async () => {
  const good = own().slice(3);
  const tokens = {
    good,
    changed: good.slice(0, -1) + (good.endsWith("A") ? "Q" : "A"),
    "another key's": token("leave", { touch: 12, contact: 7, key: Buffer.alloc(32, 1).toString("base64") }),
    "somebody else's": token("leave", { touch: 12, contact: 8, key: Buffer.alloc(32, 1).toString("base64") }),
  };
  const names = (answer) => [...answer.headers.keys()].filter((name) => name !== "x-rekindle-meter").sort();
  const value = (answer) => ["content-type", "content-security-policy", "cache-control", "content-length"].map((name) => answer.headers.get(name));
  const shown = await server.request("GET", `/u/${good}`);
  for (const [what, one] of Object.entries(tokens)) {
    const answer = await server.request("GET", `/u/${one}`);
    assert.deepEqual([answer.status, names(answer), value(answer), answer.text], [200, names(shown), value(shown), shown.text], what);
  }
  const none = Object.values(tokens).slice(1);
  const posted = [];
  for (const one of none) posted.push(await post(`/u/${one}`, "choice=all"));
  assert.deepEqual(await rows(), [], "nothing was done");
  posted.push(await post(`/u/${good}`, "choice=all"), await post(`/u/${good}`, "choice=all"), await server.request("POST", `/u/${good}`, "choice=all"));
  for (const answer of posted) {
    isPage(answer);
    assert.deepEqual([names(answer), answer.text], [names(posted[0]), posted[0].text]);
  }
  assert.equal((await server.request("GET", `/u/${good}`)).text, shown.text, "used, it shows the same");
  for (const odd of ["x", "%F0%9F%92%A9", "a".repeat(500), "..%2fapi", "%ff", "good=1&x"]) isPage(await server.request("GET", `/u/${odd}`), odd);
});

test("a link of a picture, a click, a video or a site unsubscribes nobody", async () => {
  for (const purpose of ["open", "click", "video", "in_app"]) isPage(await post(`/u/${token(purpose, { touch: 12, contact: 7 })}`), purpose);
  assert.deepEqual(await rows(), []);
});

test("the page is in the reader's language, masks the address, and puts stopping everything first", async () => {
  const words = { en: "Stop all messages", de: "Alle Nachrichten abbestellen", fr: "Arrêter tous les messages", es: "Detener todos los mensajes", it: "Ferma tutti i messaggi", nl: "Alle berichten stoppen", pt: "Parar todas as mensagens", pl: "Zatrzymaj wszystkie wiadomości", sv: "Stoppa alla meddelanden", ja: "すべてのメッセージを停止", ar: "إيقاف جميع الرسائل", he: "הפסקת כל ההודעות" };
  for (const [language, first] of Object.entries(words)) {
    const { text } = await server.request("GET", own({ language }));
    assert.match(text, new RegExp(`<html lang="${language}" dir="${["ar", "he"].includes(language) ? "rtl" : "ltr"}">`));
    const [, value, label] = /<button[^>]*value="(\w+)">([^<]+)</.exec(text);
    assert.deepEqual([value, label], ["all", first]);
    assert.ok(text.includes("a•••@e•••") && !/ada@|lovelace|example\.com/i.test(text));
  }
  const sms = await server.request("GET", own({ channel: "sms", address: "67" }));
  assert.ok(sms.text.includes("•••67"));
});

test("it works through an erasure and after two years, and a number that is another's since then is not taken for the person", async () => {
  await server.seams.clock("2028-03-01T09:00:00Z");
  await server.d1("delete from contacts where id = 7");
  await server.d1("delete from touches");
  isPage(await server.request("GET", own()));
  isPage(await post(own(), "List-Unsubscribe=One-Click"));
  assert.deepEqual([await rows(), await server.d1("select * from suppressions")], [[], []]);
  await server.d1("delete from customers");
  await server.d1("delete from consents");
  await server.d1("delete from identities");
  await person(server, 7, { email: "bob@other.example" });
  await touch(server, 12, 7, { contact: null });
  isPage(await post(own(), "choice=all"));
  assert.deepEqual(await state(), { "email/marketing": "granted", "sms/marketing": "granted" }, "the new contact of this number is left alone");
});

test("no limit stops an opt-out, whoever asks how often", async () => {
  const from = { "cf-connecting-ip": "192.0.2.9" };
  for (let n = 0; n < 60; n += 1) await post(`/u/x${n}`, "", from);
  isPage(await post(own(), "List-Unsubscribe=One-Click", from));
  assert.equal((await state())["email/marketing"], "denied");
});

test("an opt-out that races with an import is not lost", async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => post(own(), n % 2 ? "choice=sms" : "List-Unsubscribe=One-Click")));
  for (const answer of answers) isPage(answer);
  assert.deepEqual(await state(), { "email/marketing": "denied", "sms/marketing": "denied" });
});

const REFUSALS = {
  "is busy": "D1_ERROR: too many requests queued",
  "has used up its day": "D1_ERROR: Your account has exceeded D1's free tier daily row write limit",
  "is full": "D1_ERROR: Exceeded maximum DB size",
  "is broken": "D1_ERROR: no such table: contacts: SQLITE_ERROR",
};
for (const [how, database] of Object.entries(REFUSALS)) {
  test(`while the database ${how}, an opt-out is kept and done once it is back`, async () => {
    await server.seams.outage({ database });
    isPage(await server.request("GET", own()), "the page needs no database");
    isPage(await post(own(), "List-Unsubscribe=One-Click"));
    const kept = (await server.env.KV.list({ prefix: "backlog/" })).keys.map(({ name }) => name);
    assert.equal(kept.length, 1);
    assert.match(kept[0], /^backlog\/opt_out\/[0-9a-f-]{36}$/);
    await server.seams.clock(later(60));
    await server.scheduled("* * * * *");
    assert.equal((await server.env.KV.list({ prefix: "backlog/" })).keys.length, 1, "it stays while the database refuses");
    await server.seams.outage();
    await server.seams.clock(later(120));
    await touch(server, 20, 7);
    await server.scheduled("* * * * *");
    assert.deepEqual((await server.env.KV.list({ prefix: "backlog/" })).keys, []);
    assert.deepEqual(await state(), { "email/marketing": "denied", "sms/marketing": "granted" });
    assert.equal((await rows())[0].occurred_at, now, "it counts from when it was said");
    assert.equal((await touches())[20], "skipped: opted_out");
    assert.equal(await server.env.KV.get("backlog-mark"), String(Date.parse(later(120))), "for two minutes more nothing is sent");
    await server.seams.clock(later(300));
    await server.scheduled("* * * * *");
    assert.equal(await server.env.KV.get("backlog-mark"), null);
  });
}

test("what can be kept nowhere is not answered as if it held, and is kept once it is asked again", async () => {
  await server.seams.outage({ database: "D1_ERROR: too many requests queued", backlog: true });
  const answer = await post(own(), "List-Unsubscribe=One-Click");
  assert.deepEqual([answer.status, answer.headers.get("retry-after"), answer.headers.get("set-cookie")], [503, "120", null]);
  assert.match(answer.text, /Nothing has changed yet/);
  await server.seams.outage();
  isPage(await post(own(), "List-Unsubscribe=One-Click"));
  assert.equal((await state())["email/marketing"], "denied");
});

test("a note in the backlog of another version stays for it", async () => {
  await server.env.KV.put("backlog/opt_out/x", JSON.stringify({ schema: 2, leave: {} }));
  await server.scheduled("17 * * * *");
  await until(async () => (await server.env.KV.get("backlog-mark")) !== null);
  assert.equal((await server.env.KV.list({ prefix: "backlog/" })).keys.length, 1);
});

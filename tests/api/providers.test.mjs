// Providers, both ways: messages handed over, and what they tell of them afterwards; recorded samples, tampered ones, any order, twice.

import assert from "node:assert/strict";
import { createHmac, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { contracts, start, uuid7 } from "../harness.mjs";

const NOW = "2026-11-22T09:00:00Z";
const AT = Date.parse(NOW);
const ACCOUNT = `AC${"a1".repeat(16)}`;
const SVIX = Buffer.from("0123456789abcdef0123456789abcdef");
const TOKEN = "twilio-token";
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const json = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

const provider = { asked: [], answer: () => json({}) };
const handle = async (request) => {
  const body = await request.text();
  provider.asked.push({ path: new URL(request.url).pathname, headers: request.headers, body });
  return provider.answer(request, body);
};

let server, api, channel;
before(async () => {
  server = await start({ now: NOW, outside: Object.fromEntries(["api.resend.com", "api.sendgrid.com", "api.twilio.com"].map((host) => [host, handle])) });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  provider.asked.length = 0;
  provider.answer = () => json({});
  api = await server.api("owner");
});

const CREDENTIALS = {
  resend: { api_key: "re_1", signing_secret: `whsec_${SVIX.toString("base64")}` },
  sendgrid: { api_key: "SG.1", verification_key: publicKey.export({ type: "spki", format: "der" }).toString("base64") },
  twilio: { account_sid: ACCOUNT, auth_token: TOKEN },
};
const FROM = { resend: "Tea & Co <hello@tea.example>", sendgrid: "hello@tea.example", twilio: "+14155550142" };
const connect = async (kind) => {
  const answer = await api.post("/api/channels", { provider: kind, name: `My ${kind}`, from: FROM[kind], credentials: CREDENTIALS[kind] });
  assert.equal(answer.status, 201, answer.text);
  channel = { ...answer.json.channel, kind };
  [channel.row] = await server.d1("select id from senders where public_id = ?1", channel.id);
  return channel;
};

// How each provider signs what it tells, written down from its own documentation.
let delivery = 0;
const SIGN = {
  resend: (body, { id = `msg_${(delivery += 1)}`, at = AT / 1000, key = SVIX } = {}) => ({
    "svix-id": id, "svix-timestamp": `${at}`, "svix-signature": `v1,${createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64")}`,
  }),
  sendgrid: (body, { key = privateKey, at = AT / 1000 } = {}) => ({
    "x-twilio-email-event-webhook-timestamp": `${at}`,
    "x-twilio-email-event-webhook-signature": createSign("sha256").update(`${at}${body}`).sign(key, "base64"),
  }),
  twilio: (body, { query = "", key = TOKEN } = {}) => {
    const fields = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const text = `${channel.events_address}${query}${fields.map(([name, value]) => name + value).join("")}`;
    return { "x-twilio-signature": createHmac("sha1", key).update(text).digest("base64") };
  },
};
const type = (kind) => (kind === "twilio" ? "application/x-www-form-urlencoded" : "application/json");
const tell = (body, { query = "", headers, ...more } = {}) =>
  server.request("POST", `${new URL(channel.events_address).pathname}${query}`, body, { "content-type": type(channel.kind), ...(headers ?? SIGN[channel.kind](body, { query, ...more })) });
const told = async (body, more) => {
  const answer = await tell(typeof body === "string" ? body : JSON.stringify(body), more);
  assert.equal(answer.status, 200, answer.text);
  return answer;
};
const form = (fields) => new URLSearchParams(fields).toString();

// Somebody with a touch in each of the given states; the first one is what the provider tells of.
async function person({ email = "ada@gmail.com", phone = "+14155550198", states = ["sent"], medium = "email", senderId = null, sender = channel.row.id, consent = true } = {}) {
  const [customer] = await server.d1("insert into customers (public_id, external_id, name, name_key, created_at, updated_at) values (?1, ?1, 'Ada', 'ada', 0, 0) returning id", uuid7());
  const [contact] = await server.d1("insert into contacts (public_id, customer_id, name, email, phone, created_at, updated_at) values (?1, ?2, 'Ada', ?3, ?4, 0, 0) returning id", uuid7(), customer.id, email, phone);
  await server.d1("insert or ignore into identities (kind, value, customer_id, created_at) values ('email', ?1, ?3, 0), ('phone', ?2, ?3, 0)", email, phone, customer.id);
  if (consent) {
    for (const of of ["email", "sms"]) {
      await server.d1("insert into consents (contact_id, channel, purpose, state, basis, source, act, occurred_at, recorded_at) values (?1, ?2, 'marketing', 'granted', 'consent', 'test', 1, 1, 1)", contact.id, of);
    }
  }
  const touches = [];
  for (const [at, state] of states.entries()) {
    const [entry] = await server.d1(
      "insert into entries (campaign_id, customer_id, number, state, arm, contact_id, tier, value_tier, reason_was, engagement, win_back, entered_at) values (5, ?1, ?2, 'open', 0, ?3, 0, 0, 0, 0, 0, 0) returning id",
      customer.id, at + 1, contact.id,
    );
    const waits = ["planned", "held"].includes(state);
    const [touch] = await server.d1(
      "insert into touches (campaign_id, entry_id, customer_id, contact_id, step, edition, channel, state, due_at, sender, sender_id, sent_at, created_at) values (5, ?1, ?2, ?3, 1, 1, ?4, ?5, 0, ?6, ?7, ?8, 0) returning id",
      entry.id, customer.id, contact.id, medium, state, waits ? null : sender, at === 0 ? senderId : null, waits ? null : AT - 60_000,
    );
    touches.push(touch.id);
  }
  return { customer: customer.id, contact: contact.id, touches, touch: touches[0] };
}
const states = async () => (await server.d1("select state, reason from touches order by id")).map(({ state, reason }) => (reason === null ? state : `${state}: ${reason}`));
const consents = async () => (await server.d1("select channel, state, source, act from consents where source <> 'test' order by id")).map(({ channel: of, state, source, act }) => `${of} ${state} ${source} ${act}`);
const standing = async (contact, of) => JSON.parse((await server.d1("select consent from contacts where id = ?1", contact))[0].consent)[`${of}/marketing`]?.state;
const suppressed = async () => (await server.d1("select channel, reason from suppressions order by channel")).map(({ channel: of, reason }) => `${of} ${reason}`);
const counted = async (measure) => Object.fromEntries((await server.d1("select scope, amount from sending_days where measure = ?1 order by scope", measure)).map(({ scope, amount }) => [scope, amount]));
const responses = async () => (await server.d1("select kind from responses order by occurred_at, key")).map(({ kind }) => kind);

// ---- Handing over

const MAIL = (touch, more = {}) => ({
  touch, key: `touch-${touch}`, to: "ada@example.org", subject: "We miss you", html: "<p>Hello</p>", text: "Hello",
  unsubscribe: "https://shop.example/u/abc", unsubscribe_mail: "leave@tea.example", ...more,
});
const send = async (items, id = channel.id) => {
  const answer = await server.request("POST", "/__seams/send", { channel: id, items });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.outcomes;
};

test("resend: mails go as one batch under one key, the same one for the same mails", async () => {
  await connect("resend");
  provider.answer = (_, body) => json({ data: JSON.parse(body).map((_, at) => ({ id: `e${at}` })) });
  const mails = [MAIL(1), MAIL(2, { subject: "Tea\r\nBcc: all@example.org" }), MAIL(3)];
  const outcomes = await send(mails);
  assert.deepEqual(outcomes.map(({ outcome, id }) => [outcome, id]), [["accepted", "e0"], ["accepted", "e1"], ["accepted", "e2"]]);
  await send(mails);
  const [one, two] = provider.asked;
  assert.equal(one.path, "/emails/batch");
  assert.equal(one.headers.get("idempotency-key"), two.headers.get("idempotency-key"));
  assert.equal(one.body, two.body);
  const [, second] = JSON.parse(one.body);
  assert.equal(second.subject, "Tea Bcc: all@example.org");
  assert.deepEqual(second.tags, [{ name: "touch", value: "2" }]);
  assert.equal(second.headers["List-Unsubscribe"], "<https://shop.example/u/abc>, <mailto:leave@tea.example?subject=unsubscribe>");
  assert.equal(second.headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
});

test("resend: one that is unfit stays behind alone, and a batch that is refused is to be sent one by one", async () => {
  await connect("resend");
  provider.answer = () => json({ id: "e1" });
  const outcomes = await send([MAIL(1, { text: " " }), MAIL(2), MAIL(3, { unsubscribe: "javascript:1" })]);
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["permanent", "accepted", "permanent"]);
  assert.equal(provider.asked[0].path, "/emails");
  assert.equal(provider.asked[0].headers.get("idempotency-key"), "touch-2");
  provider.answer = () => json({ name: "validation_error", message: "to is wrong" }, 422);
  assert.deepEqual((await send([MAIL(1), MAIL(2)])).map(({ outcome }) => outcome), ["alone", "alone"]);
});

test("a lost answer is unknown where no key counts, and asked for again where one does", async () => {
  for (const [kind, item, outcome] of [["resend", MAIL(1), "temporary"], ["sendgrid", MAIL(1), "unknown"], ["twilio", { touch: 1, key: "t", to: "+14155550198", text: "Hi" }, "unknown"]]) {
    await connect(kind);
    for (const lost of [() => { throw new TypeError("the connection broke"); }, () => json({}, 500), () => json({}, 503)]) {
      provider.answer = lost;
      const [first] = await send([item]);
      assert.equal(first.outcome, outcome, `${kind} ${lost}`);
      assert.ok(!first.proven_not_accepted);
    }
    provider.answer = () => json({ code: 20429 }, 429, { "retry-after": "7" });
    assert.deepEqual(await send([item]), [{ outcome: "temporary", retry_after: 7, proven_not_accepted: true }], kind);
  }
});

test("after one that the connection is at fault for, no other is asked for", async () => {
  await connect("sendgrid");
  let asked = 0;
  provider.answer = () => ((asked += 1) === 1 ? new Response(null, { status: 202, headers: { "x-message-id": "m1" } }) : json({}, 429, { "x-ratelimit-reset": `${AT / 1000 + 9}` }));
  const outcomes = await send([MAIL(1), MAIL(2), MAIL(3)]);
  assert.deepEqual(outcomes.map(({ outcome, retry_after }) => [outcome, retry_after]), [["accepted", undefined], ["temporary", 9], ["temporary", 9]]);
  assert.equal(provider.asked.length, 2);
});

test("twilio: a text carries our number in the address to call back, and what it says of a person is understood", async () => {
  await connect("twilio");
  provider.answer = () => json({ sid: "SM1", status: "queued" }, 201);
  const text = { touch: 12, key: "t", to: "+14155550198", text: "Tea & Co: come back" };
  assert.deepEqual(await send([text]), [{ outcome: "accepted", id: "SM1" }]);
  const fields = Object.fromEntries(new URLSearchParams(provider.asked[0].body));
  assert.deepEqual(fields, { To: "+14155550198", From: "+14155550142", Body: "Tea & Co: come back", StatusCallback: `${channel.events_address}?touch=12` });
  provider.answer = () => json({ code: 21610, message: "Attempt to send to unsubscribed recipient", status: 400 }, 400);
  assert.deepEqual(await send([text]), [{ outcome: "suppress", reason: "opted_out" }]);
});

test("the outbox of a local run takes what is sent, beside the customer", async () => {
  await connect("resend");
  const { touch, customer } = await person();
  const outcomes = await send([MAIL(touch), { touch, key: "t", to: "+1415", text: "Hi" }], null);
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["accepted", "accepted"]);
  assert.deepEqual(await server.d1("select channel, recipient, about from outbox order by id"), [{ channel: "email", recipient: "ada@example.org", about: customer }, { channel: "sms", recipient: "+1415", about: customer }]);
});

// ---- What they tell

for (const kind of ["resend", "sendgrid", "twilio"]) {
  const { folder, skip } = contracts(kind);
  test(`${kind}: every recorded sample is let in, and none that was tampered with`, { skip }, async () => {
    await connect(kind);
    for (const name of readdirSync(folder)) {
      const sample = readFileSync(path.join(folder, name), "utf8");
      // The bodies that SendGrid signs end in a line.
      const body = kind === "twilio" ? form(JSON.parse(sample)) : kind === "sendgrid" ? `${sample.trim()}\r\n` : sample;
      const headers = SIGN[kind](body);
      assert.equal((await tell(body, { headers })).status, 200, name);
      for (const [what, changed, sent] of [
        ["tampered", body.replace(/[a-y]/, "z"), headers],
        ["longer", `${body}${kind === "twilio" ? "&x=1" : " "}`, headers],
        ["another's", body, SIGN[kind](body, { key: kind === "sendgrid" ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey : randomBytes(24) })],
        ["unsigned", body, {}],
      ]) {
        const answer = await tell(changed, { headers: sent });
        assert.equal(answer.status, 401, `${name} ${what}: ${answer.text}`);
        assert.ok(!Object.values(CREDENTIALS[kind]).some((secret) => answer.text.includes(secret)));
      }
    }
    assert.deepEqual(await server.d1("select kind from responses where touch_id is not null"), [], "none of them is of a message of ours");
  });
}

test("twilio is answered with silence, at its own address alone", async () => {
  await connect("twilio");
  const { touch } = await person({ medium: "sms", states: ["unknown"] });
  const body = form({ MessageSid: "SM1", MessageStatus: "delivered", To: "+14155550198" });
  const answer = await told(body, { query: `?touch=${touch}` });
  assert.match(answer.headers.get("content-type"), /^text\/xml/);
  assert.match(answer.text, /<Response\/>$/);
  assert.deepEqual(await states(), ["delivered"]);
  const headers = SIGN.twilio(body, { query: `?touch=${touch}` });
  assert.equal((await tell(body, { query: `?touch=${touch + 1}`, headers })).status, 401);
  assert.equal((await tell(body, { headers })).status, 401);
});

test("at no address, of another provider, or without what it is verified with, nothing is taken", async () => {
  await connect("resend");
  const body = JSON.stringify({ type: "email.delivered", data: {} });
  const headers = SIGN.resend(body);
  for (const target of [`/hooks/resend/${uuid7()}`, `/hooks/sendgrid/${channel.id}`, `/hooks/sink/${channel.id}`, "/hooks/resend/1"]) {
    assert.equal((await server.request("POST", target, body, headers)).status, 404, target);
  }
  assert.equal((await server.request("GET", `/hooks/resend/${channel.id}`)).status, 405);
  await api.patch(`/api/channels/${channel.id}`, { credentials: { signing_secret: null } });
  assert.equal((await tell(body)).status, 401);
  await api.delete(`/api/channels/${channel.id}`);
  assert.equal((await tell(body)).status, 404);
});

test("what resend signed long ago is stale", async () => {
  await connect("resend");
  const answer = await tell(JSON.stringify({ type: "email.delivered", data: {} }), { at: AT / 1000 - 301 });
  assert.deepEqual([answer.status, answer.json.code], [401, "stale"]);
});

const resend = (kind, touch, data = {}) => ({ type: `email.${kind}`, created_at: NOW, data: { email_id: "e1", tags: { touch: `${touch}` }, to: ["ada@gmail.com"], ...data } });

test("a delivery told thrice moves and counts once, whatever comes after", async () => {
  await connect("resend");
  const { touch } = await person({ states: ["unknown"] });
  for (let n = 0; n < 3; n += 1) await told(resend("delivered", touch), { id: "msg_same" });
  await told(resend("sent", touch));
  await told(resend("delivery_delayed", touch));
  assert.deepEqual(await states(), ["delivered"]);
  assert.deepEqual(await counted("delivered"), { "campaign:5": 1, "campaign:5:@gmail.com": 1, [`sender:${channel.row.id}`]: 1 });
  assert.deepEqual(await responses(), ["delivered"]);
  assert.deepEqual(await server.d1("select sender_id from touches"), [{ sender_id: "e1" }]);
});

test("parallel tellings of one event are one", async () => {
  await connect("resend");
  const { touch } = await person({ states: ["sent"] });
  const answers = await Promise.all(Array.from({ length: 8 }, () => tell(JSON.stringify(resend("delivered", touch)), { id: "msg_same" })));
  assert.ok(answers.every(({ status }) => status === 200), JSON.stringify(answers.map(({ status }) => status)));
  assert.deepEqual(await counted("delivered"), { "campaign:5": 1, "campaign:5:@gmail.com": 1, [`sender:${channel.row.id}`]: 1 });
});

test("a hard bounce ends the address: what waits for it is skipped, and nobody writes to it again", async () => {
  await connect("resend");
  const { touch, contact } = await person({ states: ["sent", "planned", "held", "claimed", "sending"] });
  await told(resend("bounced", touch, { bounce: { type: "Permanent", subType: "General" } }));
  assert.deepEqual(await states(), ["bounced: hard_bounce", "skipped: hard_bounce", "skipped: hard_bounce", "skipped: hard_bounce", "sending"]);
  assert.deepEqual([await suppressed(), await consents()], [["email bounced"], []]);
  assert.deepEqual(await server.d1("select bounced_at from contacts where id = ?1", contact), [{ bounced_at: AT }]);
  assert.deepEqual(await counted("bounced"), { "campaign:5": 1, "campaign:5:@gmail.com": 1, [`sender:${channel.row.id}`]: 1 });
  assert.deepEqual(await server.d1("select count(*) as n from entries where next_at = ?1", AT), [{ n: 1 }]);
});

test("a bounce of this mail alone suppresses nothing", async () => {
  await connect("resend");
  const { touch } = await person({ states: ["sent", "planned"] });
  await told(resend("bounced", touch, { bounce: { type: "Transient", subType: "MailboxFull" } }));
  assert.deepEqual([await states(), await suppressed()], [["bounced", "planned"], []]);
});

test("a complaint ends every channel, and is never weakened by what comes after", async () => {
  await connect("sendgrid");
  const { touch, contact } = await person({ states: ["delivered", "planned"] });
  const event = (name, more = {}) => ({ event: name, sg_event_id: randomBytes(8).toString("hex"), sg_message_id: "m1.filter", email: "ada@gmail.com", timestamp: AT / 1000, touch: `${touch}`, ...more });
  await told([event("spamreport"), event("delivered"), event("unsubscribe")]);
  assert.deepEqual(await states(), ["complained: complaint", "skipped: complaint"]);
  assert.deepEqual([await standing(contact, "email"), await standing(contact, "sms")], ["complained", "denied"]);
  assert.deepEqual(await suppressed(), ["email complained", "sms unsubscribed"]);
  assert.deepEqual(await counted("complained"), { "campaign:5": 1, "campaign:5:@gmail.com": 1, [`sender:${channel.row.id}`]: 1 });
});

test("an unsubscription at the provider is an opt-out of mail, and of nothing else", async () => {
  await connect("sendgrid");
  const { touch, contact } = await person({ states: ["delivered", "planned"] });
  await told([{ event: "unsubscribe", sg_event_id: "x1", touch: `${touch}`, email: "ada@gmail.com", timestamp: AT / 1000 }]);
  assert.deepEqual(await consents(), ["email denied provider_event 1"]);
  assert.deepEqual([await standing(contact, "email"), await standing(contact, "sms")], ["denied", "granted"]);
  assert.deepEqual([await states(), await suppressed(), await responses()], [["delivered", "skipped: opted_out"], ["email unsubscribed"], ["opted_out"]]);
});

test("an event touches only what its own way sent", async () => {
  await connect("resend");
  const { touch } = await person({ sender: 99, states: ["sent", "planned"] });
  await told(resend("complained", touch));
  assert.deepEqual([await states(), await suppressed(), await responses()], [["sent", "planned"], [], []]);
});

test("an event that comes before our own record is parked without the address, and taken up once", async () => {
  await connect("sendgrid");
  const event = { event: "delivered", sg_event_id: "early1", sg_message_id: "m7.filter1", email: "ada@gmail.com", timestamp: AT / 1000 };
  await told([event]);
  await told([event]);
  const [parked, ...more] = await server.d1("select * from early_events");
  assert.equal(more.length, 0);
  assert.ok(!JSON.stringify(parked).includes("gmail"));
  await person({ states: ["sent"], senderId: "m7" });
  const taken = async () => (await server.request("POST", "/__seams/take-up", {})).json.taken;
  assert.deepEqual([await taken(), await taken()], [1, 0]);
  assert.deepEqual([await states(), await responses()], [["delivered"], ["delivered"]]);
  await told([event]);
  assert.deepEqual(await responses(), ["delivered"]);
});

test("what was parked is forgotten after a day", async () => {
  await connect("sendgrid");
  await told([{ event: "delivered", sg_event_id: "early1", sg_message_id: "m7.f", timestamp: AT / 1000 }]);
  await server.seams.clock("2026-11-23T09:00:01Z");
  await server.request("POST", "/__seams/take-up", {});
  assert.deepEqual(await server.d1("select * from early_events"), []);
});

const inbound = (Body, more = {}) => form({ MessageSid: `SM${randomBytes(8).toString("hex")}`, From: "+14155550198", To: "+14155550142", Body, ...more });

test("STOP is an opt-out of texts at once, told in any case, and START from that number lifts it", async () => {
  await connect("twilio");
  const { contact } = await person({ medium: "sms", states: ["sent", "planned", "claimed"] });
  await told(inbound(" sToP. "));
  assert.deepEqual(await consents(), ["sms denied sms_reply 1"]);
  assert.deepEqual([await states(), await suppressed()], [["sent", "skipped: opted_out", "skipped: opted_out"], ["sms unsubscribed"]]);
  assert.equal(await standing(contact, "sms"), "denied");
  await server.seams.clock("2026-11-22T10:00:00Z");
  await told(inbound("START"));
  assert.deepEqual([await standing(contact, "sms"), await suppressed()], ["granted", []]);
  assert.deepEqual(await server.d1("select * from tasks"), []);
});

test("START never lifts a complaint, nor grants what nobody refused", async () => {
  await connect("twilio");
  const { contact } = await person({ medium: "sms", consent: false });
  await told(inbound("YES"));
  assert.deepEqual(await consents(), []);
  await server.d1("insert into consents (contact_id, channel, purpose, state, basis, source, act, occurred_at, recorded_at) values (?1, 'sms', 'marketing', 'complained', 'complaint', 'told', 1, 1, 1)", contact);
  await told(inbound("START"));
  assert.deepEqual(await consents(), ["sms complained told 1"]);
});

test("an old START told again does not lift a later STOP", async () => {
  await connect("twilio");
  const { contact } = await person({ medium: "sms" });
  await told(inbound("STOP"));
  await server.seams.clock("2026-11-22T10:00:00Z");
  const first = inbound("START");
  await told(first);
  await server.seams.clock("2026-11-22T11:00:00Z");
  await told(inbound("STOP"));
  await server.seams.clock("2026-11-22T12:00:00Z");
  await told(first);
  assert.equal(await standing(contact, "sms"), "denied");
});

test("a STOP of a number that nobody has is known by its hash", async () => {
  await connect("twilio");
  await told(inbound("STOP", { From: "+4915112345678" }));
  assert.deepEqual([await suppressed(), await responses()], [["sms unsubscribed"], []]);
});

test("any other text is a reply: a task for a person, one while it is open", async () => {
  await connect("twilio");
  const { touch, customer } = await person({ medium: "sms" });
  await told(inbound("When do you open? <script>alert(1)</script>"));
  await told(inbound("Hello?"));
  const [task, ...more] = await server.d1("select kind, customer_id, campaign_id, state, script from tasks");
  assert.equal(more.length, 0);
  assert.deepEqual([task.kind, task.customer_id, task.campaign_id, task.state], ["reply", customer, 5, "open"]);
  assert.deepEqual(JSON.parse(task.script).messages.map(({ text }) => text), ["When do you open? <script>alert(1)</script>", "Hello?"]);
  assert.deepEqual(await server.d1("select kind, touch_id from responses"), [{ kind: "replied", touch_id: touch }, { kind: "replied", touch_id: touch }]);
  assert.deepEqual(await consents(), []);
  await told(inbound("HELP"));
  assert.equal((await responses()).length, 2);
});

test("a wish in free words is an opt-out, and a person reads it as well", async () => {
  await connect("twilio");
  await person({ medium: "sms", states: ["sent", "planned"] });
  await told(inbound("Please stop texting me!"));
  assert.deepEqual(await consents(), ["sms denied sms_reply 1"]);
  assert.deepEqual(await states(), ["sent", "skipped: opted_out"]);
  assert.equal((await server.d1("select * from tasks")).length, 1);
});

test("while the database refuses, STOP is kept and answered, and all else is to be told again", async () => {
  await connect("twilio");
  const { contact, touch } = await person({ medium: "sms", states: ["sent", "planned"] });
  await told(inbound("HELP"));
  const kept = async () => (await server.env.KV.list({ prefix: "backlog/" })).keys.map(({ name }) => name);
  try {
    await server.seams.outage({ database: "D1_ERROR: too many requests queued" });
    await told(inbound("STOP"));
    const [name, ...more] = await kept();
    assert.match(name, /^backlog\/stop\//);
    assert.equal(more.length, 0);
    const query = `?touch=${touch}`;
    assert.equal((await tell(form({ MessageSid: "SM1", MessageStatus: "delivered" }), { query })).status, 503);
    await server.seams.outage({ database: "D1_ERROR: too many requests queued", backlog: true });
    assert.ok((await tell(inbound("STOP"))).status >= 500, "what is durable nowhere is not answered");
    await server.seams.outage();
    await server.scheduled("* * * * *");
    assert.deepEqual(await kept(), []);
    assert.equal(await standing(contact, "sms"), "denied");
    assert.equal((await states())[1], "skipped: opted_out");
  } finally {
    await server.seams.outage();
    for (const name of [...(await kept()), "backlog-mark"]) await server.env.KV.delete(name);
  }
});

test("a hundred events of one request are stored in one go", async () => {
  await connect("sendgrid");
  const { touch } = await person();
  const events = Array.from({ length: 100 }, (_, at) => ({ event: at % 2 ? "open" : "click", url: "https://shop.example/", sg_event_id: `e${at}`, touch: `${touch}`, timestamp: AT / 1000 - 100 + at }));
  const answer = await told(events);
  assert.equal((await responses()).length, 100);
  assert.ok(answer.meter === undefined || answer.meter.queries <= 6, JSON.stringify(answer.meter));
  assert.deepEqual(await states(), ["delivered"]);
});

// What goes wrong between a claim and a provider's answer, each once: nobody is written to twice, nobody is forgotten, and whoever may
// not be reached is not. What went out is read by the auditor of `tests/ledger.mjs` after each.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { SUPPRESSION_KEY, start } from "../harness.mjs";
import { audit, export_, violations } from "../ledger.mjs";
import { token as link } from "../links.mjs";
import { Provider } from "../providers.mjs";
import { brand, byMail, customers, launched, rules } from "../shopfront.mjs";

// A Monday, 10 in the morning in New York.
const NOW = "2026-03-02T15:00:00Z";
const later = (minutes) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
let at = Date.parse(NOW);
const now = () => at;
const resend = new Provider("resend", { now });
const second = new Provider("resend", { name: "second", now });
const sendgrid = new Provider("sendgrid", { now });
const all = [resend, second, sendgrid];

let server, owner;
before(async () => (server = await start({ now: NOW, outside: Object.fromEntries(all.map((provider) => [provider.host, provider.outside()])) })));
after(() => server.stop());
beforeEach(async () => {
  all.forEach((provider) => (provider.forget(), (provider.channel = undefined)));
  await server.seams.outage();
  for (const point of (await server.seams.points()).armed) await server.seams.release(point);
  for (const { name } of (await server.env.KV.list()).keys) await server.env.KV.delete(name);
  await server.reset();
  await clock(NOW);
  await brand(server);
  await rules(server);
  owner = await server.api("owner");
});
afterEach(() => all.forEach((provider) => provider.release()));

const clock = async (time) => {
  at = Date.parse(time);
  await server.seams.clock(time);
};
const minute = async (time) => {
  await clock(time);
  await server.scheduled("* * * * *");
};
const minutes = async (from, to) => {
  for (let each = from; each <= to; each += 1) await minute(later(each));
};
// So many people whose first mail is due 11 minutes after NOW.
const ready = async (people, more = {}) => {
  await customers(server, Array.from({ length: people }, () => ({})), { now: NOW });
  const made = await launched(server, { edit: (plan) => byMail(plan, [0], more) });
  await minute(later(1));
  // Planned before they are due, so that the tests know the minute in which they are first sent.
  await server.d1("update entries set next_at = 1 where state = 'open'");
  await minute(later(2));
  assert.deepEqual(await states(), { planned: people });
  return made;
};
const rows = () => server.d1("select id, customer_id, state, reason, due_at, tries, sender, sender_id, key, members from touches order by id");
const states = async () => Object.fromEntries((await server.d1("select state, count(*) as n from touches group by 1")).map(({ state, n }) => [state, n]));
const sender = async (provider) => (await server.d1("select id, state, failures, not_before from senders where public_id = ?1", provider.channel.id))[0];
const times = (provider) => provider.accepted.map(({ touch }) => touch).sort((a, b) => a - b);
// The lease of what a run left behind runs out, as it does two minutes after it died.
const expire = async () => {
  await server.d1("update touches set claimed_until = 1 where claimed_until is not null");
  await server.d1("update leases set expires_at = 1 where name = 'dispatch' and expires_at > 0");
};
const clean = async () => {
  const log = all.flatMap((provider) => provider.accepted);
  const found = audit(await export_(server.d1, { log, suppressionKey: SUPPRESSION_KEY }));
  assert.deepEqual(found, [], violations(found));
};

test("429 pauses the channel, and uses up no attempt", async () => {
  await resend.connect(owner);
  await ready(3);
  resend.plan = (_, number) => (number === 0 ? { fault: "429", retryAfter: 240 } : undefined);
  await minute(later(11));
  assert.equal(resend.asked.length, 1);
  const paused = await sender(resend);
  assert.deepEqual([paused.state, paused.failures, paused.not_before], ["live", 0, Date.parse(later(15))]);
  assert.deepEqual((await rows()).map(({ state, tries }) => [state, tries]), [["planned", 0], ["planned", 0], ["planned", 0]]);
  await minutes(12, 14);
  assert.equal(resend.asked.length, 1, "nothing is asked of it meanwhile");
  await minutes(15, 17);
  assert.deepEqual(times(resend), [1, 2, 3]);
  assert.deepEqual(await states(), { sent: 3 });
  await clean();
});

for (const fault of ["500", "drop", "taken_500", "taken_drop"]) {
  test(`${fault}: under a key the same request goes out again, and each arrives once`, async () => {
    await resend.connect(owner);
    await ready(3);
    resend.plan = (_, number) => (number === 0 ? fault : undefined);
    await minute(later(11));
    assert.deepEqual(await states(), { sending: 3 });
    await minute(later(12));
    assert.equal(resend.asked.length, 1, "not before its lease has run out");
    await expire();
    await minute(later(13));
    const [first, again] = resend.asked;
    assert.deepEqual([again.key, again.body, again.path], [first.key, first.body, first.path]);
    assert.equal(again.repeats === true, fault.startsWith("taken"));
    assert.deepEqual(times(resend), [1, 2, 3]);
    assert.deepEqual((await rows()).map(({ state, sender_id }) => [state, sender_id]), resend.accepted.map(({ id }) => ["sent", id]));
    assert.equal((await sender(resend)).failures <= 1, true);
    await clean();
  });

  test(`${fault}: without keys it is unknown, is not repeated, and an event settles it`, async () => {
    await sendgrid.connect(owner);
    await ready(1);
    sendgrid.plan = (_, number) => (number === 0 ? fault : undefined);
    await minute(later(11));
    const [{ state, reason }] = await rows();
    assert.deepEqual([state, reason], ["unknown", "unknown"]);
    await expire();
    for (const [each] of [[13], [30], [60 * 26]]) await minute(later(each));
    assert.equal(sendgrid.asked.length, 1, "never again");
    if (fault.startsWith("taken")) {
      await sendgrid.tell(server.request, [{ kind: "delivered", of: sendgrid.accepted[0] }]);
      assert.deepEqual(await states(), { delivered: 1 });
    }
    await clean();
  });
}

test("a provider that says nothing: with keys it is asked again, without it is unknown", async () => {
  await resend.connect(owner, { priority: 1 });
  await ready(2);
  resend.plan = (_, number) => (number === 0 ? "taken_hang" : undefined);
  await minute(later(11));
  assert.deepEqual(await states(), { sending: 2 });
  await expire();
  await minute(later(13));
  assert.deepEqual(times(resend), [1, 2]);
  await clean();
});

test("without keys, one that says nothing is unknown, and those that were not asked for go later", async () => {
  await sendgrid.connect(owner);
  await ready(10);
  sendgrid.plan = (asked) => (asked.mails[0].touch === 1 ? "taken_hang" : undefined);
  await minute(later(11));
  await minutes(12, 14);
  assert.deepEqual(await states(), { sent: 9, unknown: 1 });
  assert.deepEqual(times(sendgrid), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  await clean();
});

for (const [kind, fault, goesOn] of [
  [resend, "429", true], [resend, "401", true], [resend, "500", false], [resend, "taken_drop", false],
  [sendgrid, "429", true], [sendgrid, "401", true], [sendgrid, "500", false], [sendgrid, "taken_drop", false],
]) {
  test(`another provider ${goesOn ? "takes over" : "does not take over"} what ${kind.name} answers with ${fault}`, async () => {
    await kind.connect(owner, { priority: 10 });
    await second.connect(owner, { priority: 1 });
    await ready(1);
    kind.plan = () => (fault === "429" ? { fault, retryAfter: 600 } : fault);
    await minute(later(11));
    for (const each of [12, 13]) {
      await expire();
      await minute(later(each));
    }
    assert.equal(second.accepted.length, goesOn ? 1 : 0);
    if (fault === "401") assert.equal((await sender(kind)).state, "failing");
    await clean();
  });
}

test("after five troubles in a row a provider is left alone, and asked again after a rest", async () => {
  await sendgrid.connect(owner);
  await ready(100);
  sendgrid.plan = () => "500";
  await minute(later(11));
  const broken = await sender(sendgrid);
  assert.ok(broken.failures >= 5 && broken.not_before > at, JSON.stringify(broken));
  const asked = sendgrid.asked.length;
  assert.ok(asked <= 25, `${asked} were asked for before it was left alone`);
  await minutes(12, 15);
  assert.equal(sendgrid.asked.length, asked, "nothing is asked while it rests");
  sendgrid.plan = () => undefined;
  await minutes(16, 19);
  assert.equal((await sender(sendgrid)).failures, 0);
  assert.deepEqual(await states(), { sent: 100 - asked, unknown: asked });
  await clean();
});

test("a batch that is refused for one of its mails goes out one by one", async () => {
  await resend.connect(owner);
  await customers(server, [{}, { email: "wrong@refused.example" }, {}], { now: NOW });
  await launched(server, { edit: (plan) => byMail(plan, [0]) });
  await minutes(1, 14);
  assert.deepEqual(times(resend), [1, 3]);
  assert.deepEqual((await rows()).map(({ state }) => state), ["sent", "failed", "sent"]);
  assert.ok(resend.asked.length <= 4, `${resend.asked.length} requests`);
  await clean();
});

// ---- Runs that die

const POINTS = ["dispatch.claimed", "dispatch.sending", "dispatch.answered"];
for (const [provider, point] of [resend, sendgrid].flatMap((provider) => POINTS.map((point) => [provider, point]))) {
  test(`${provider.name}: a run that falls asleep at ${point} and wakes after another recovered its work sends nothing twice`, async () => {
    await provider.connect(owner);
    await ready(3);
    await clock(later(11));
    await server.seams.arm(point, { once: true });
    const stalled = server.scheduled("* * * * *");
    await server.seams.reached(point);
    await expire();
    await minute(later(14));
    const between = await states();
    await server.seams.release(point);
    await stalled;
    await minute(later(17));
    const arrived = times(provider);
    assert.deepEqual([...new Set(arrived)], arrived, "none twice");
    if (point === "dispatch.claimed" || provider === resend) {
      assert.deepEqual([between, arrived], [{ sent: 3 }, [1, 2, 3]]);
    } else {
      assert.deepEqual(between, { unknown: 3 });
    }
    if (provider === sendgrid && point === "dispatch.answered") {
      await provider.tell(server.request, provider.accepted.map((of) => ({ kind: "delivered", of })));
      assert.deepEqual(await states(), { delivered: 3 });
    }
    await clean();
  });
}

test("what was left behind is not asked for again once sending is stopped, or its person has left", async () => {
  await resend.connect(owner);
  await ready(2);
  resend.plan = (_, number) => (number === 0 ? "drop" : undefined);
  await minute(later(11));
  const person = await server.person({ role: "manager", email: "m@example.com" });
  assert.equal((await person.post("/api/sending/stop", {})).status, 200);
  await expire();
  await minute(later(13));
  assert.equal(resend.asked.length, 1, "stopped");
  assert.deepEqual(await states(), { sending: 2 });
  await person.post("/api/sending/resume", {});
  const left = await server.request("POST", `/u/${link("leave", { touch: 1, contact: 1, address: await signs(1) })}`, "List-Unsubscribe=One-Click", { "content-type": "application/x-www-form-urlencoded" });
  assert.equal(left.status, 200);
  assert.equal((await server.d1("select count(*) as n from suppressions"))[0].n, 1);
  await expire();
  await minute(later(16));
  assert.equal(resend.asked.length, 1, "a request is repeated whole or not at all");
  assert.deepEqual(await states(), { unknown: 2 });
  await clean();
});

// The two signs of an address that a link to leave carries, taken from a link of the worker's own.
const signs = async (touch) => {
  const { text } = resend.asked[0].mails.find((mail) => mail.touch === touch);
  const own = Buffer.from(/\/u\/([\w-]+)/.exec(text)[1], "base64url");
  return own.subarray(1, 3).toString();
};

test("a request is not repeated once its key may have lapsed", async () => {
  await resend.connect(owner);
  await ready(2);
  resend.plan = () => "taken_drop";
  await minute(later(11));
  await expire();
  resend.plan = () => undefined;
  await minute(later(11 + 21 * 60));
  assert.equal(resend.asked.length, 1);
  assert.deepEqual(await states(), { unknown: 2 });
  await clean();
});

// ---- The backlog of opt-outs

test("nothing is sent while an opt-out waits to be written down, and for two minutes after", async () => {
  await resend.connect(owner);
  await ready(3);
  await server.seams.outage({ database: "D1_ERROR: too many requests queued" });
  const leave = await server.request("POST", `/u/${link("leave", { touch: 1, contact: 1, address: "aa" })}`, "List-Unsubscribe=One-Click", { "content-type": "application/x-www-form-urlencoded" });
  assert.equal(leave.status, 200, leave.text);
  assert.equal((await server.env.KV.list({ prefix: "backlog/" })).keys.length, 1);
  await server.seams.outage();
  // One that nobody can do lies there with it.
  await server.env.KV.put("backlog/opt_out/x", JSON.stringify({ schema: 2, leave: {} }));
  await minutes(11, 16);
  assert.equal(resend.asked.length, 0);
  const [run] = await server.d1("select counts from runs where job = 'dispatch' order by id desc limit 1");
  assert.equal(JSON.parse(run.counts).waiting_for_opt_outs, 1);
  await server.env.KV.delete("backlog/opt_out/x");
  await minute(later(17));
  assert.equal(resend.asked.length, 0, "KV's lists lag");
  await minutes(18, 21);
  assert.ok(resend.accepted.length >= 2);
  await clean();
});

// ---- Many at once

// More campaigns that want the same people at the same moment, as copies of one that runs.
async function copies(count) {
  const [first] = await server.d1("select id from campaigns");
  const columns = async (table, but) => (await server.d1("select name from pragma_table_info(?1)", table)).map(({ name }) => name).filter((name) => !but.includes(name));
  const [campaign, edition, entry, touch] = [await columns("campaigns", ["id", "public_id"]), await columns("campaign_editions", ["campaign_id"]), await columns("entries", ["id", "campaign_id"]), await columns("touches", ["id", "campaign_id", "entry_id"])];
  for (let n = 1; n <= count; n += 1) {
    const own = 1_000 + n;
    await server.d1(`insert into campaigns (id, public_id, ${campaign}) select ?1, 'copy-' || ?1, ${campaign} from campaigns where id = ?2`, own, first.id);
    await server.d1(`insert into campaign_editions (campaign_id, ${edition}) select ?1, ${edition} from campaign_editions where campaign_id = ?2`, own, first.id);
    await server.d1(`insert into entries (id, campaign_id, ${entry}) select ?1 * 1000 + id, ?1, ${entry} from entries where campaign_id = ?2`, own, first.id);
    await server.d1(`insert into touches (id, campaign_id, entry_id, ${touch}) select ?1 * 1000 + id, ?1, ?1 * 1000 + entry_id, ${touch} from touches where campaign_id = ?2`, own, first.id);
  }
}

test("fifty runs at once for people whom nine campaigns want pass no cap", async () => {
  await resend.connect(owner);
  await ready(5);
  await copies(8);
  await clock(later(11));
  const runs = Array.from({ length: 50 }, () => owner.post("/api/runs", { job: "dispatch" }));
  const crons = Array.from({ length: 5 }, () => server.scheduled("* * * * *"));
  const answers = await Promise.all(runs);
  await Promise.all(crons);
  assert.ok(answers.every(({ status }) => status === 200 || status === 503), answers.map(({ status }) => status).join());
  const sent = Object.values(Object.groupBy(resend.accepted, ({ to }) => to));
  assert.equal(sent.length, 5, "each got something");
  assert.ok(sent.every((mails) => mails.length <= 2), "two mails in seven days, over all campaigns");
  await clean();
});

test("the same while leases are torn from runs at work: no cap is passed, and nothing goes out twice", async () => {
  await resend.connect(owner);
  await ready(5);
  await copies(8);
  await clock(later(11));
  resend.before = () => new Promise((done) => setTimeout(done, 10));
  let isOver = false;
  const tearing = (async () => {
    while (!isOver) {
      await server.d1("update leases set expires_at = 1 where name = 'dispatch' and expires_at > 0");
      await new Promise((done) => setTimeout(done, 15));
    }
  })();
  await Promise.all(Array.from({ length: 50 }, () => owner.post("/api/runs", { job: "dispatch" })));
  isOver = true;
  await tearing;
  for (const each of [14, 15, 16]) {
    await expire();
    await minute(later(each));
  }
  const sent = Object.values(Object.groupBy(resend.accepted, ({ to }) => to));
  assert.equal(sent.length, 5);
  assert.ok(sent.every((mails) => mails.length <= 2));
  assert.equal((await states()).sending, undefined);
  await clean();
});

test("a budget holds over many runs at once, and who it leaves out knows why", async () => {
  await resend.connect(owner);
  // A mail costs a tenth of a cent.
  await ready(30, { budget: { most: { amount: "0.02", currency: "USD" }, split: [["email", 500]] } });
  await clock(later(11));
  await Promise.all(Array.from({ length: 20 }, () => owner.post("/api/runs", { job: "dispatch" })));
  await minutes(12, 13);
  assert.equal(resend.accepted.length, 10);
  const rest = (await rows()).filter(({ state }) => state !== "sent");
  assert.deepEqual([...new Set(rest.map(({ state, reason }) => `${state}: ${reason}`))], ["skipped: budget_spent"]);
  await clean();
});

// ---- Brakes

test("too many complaints pause a campaign by themselves, with a warning before", async () => {
  await rules(server, { canary: 1000, brake: { complaints_at_once: 1_000, complaints: 100_000, fewest_complaints: 3 } });
  await resend.connect(owner);
  await customers(server, Array.from({ length: 200 }, () => ({})), { now: NOW });
  const { campaign } = await launched(server, { edit: (plan) => byMail(plan, [0, 5]) });
  await minutes(1, 16);
  assert.equal(resend.accepted.length, 200);
  await resend.tell(server.request, resend.accepted.map((of) => ({ kind: "delivered", of })));
  await resend.tell(server.request, resend.accepted.slice(0, 2).map((of) => ({ kind: "complained", of })));
  const progress = (await owner.get(`/api/campaigns/${campaign.id}/progress`)).json.progress;
  assert.match(progress.warnings.join(), /2 of 200 complained/);
  const paused = async () => (await server.d1("select state, why from campaigns"))[0];
  assert.equal((await paused()).state, "running");
  await resend.tell(server.request, resend.accepted.slice(2, 3).map((of) => ({ kind: "complained", of })));
  const before = resend.accepted.length;
  for (let hour = 0; hour < 24 * 3; hour += 3) await minute(later(60 * (24 * 4 + hour)));
  const { state, why } = await paused();
  assert.deepEqual([state, JSON.parse(why).code], ["paused", "complaints"], why);
  assert.equal(resend.accepted.length, before, "nobody else gets the second mail");
  await clean();
});

test("so do bounces, of which the share that goes first is told before the rest follows", async () => {
  await rules(server, { canary: 100, canary_least: 10 });
  await resend.connect(owner);
  await customers(server, Array.from({ length: 100 }, () => ({})), { now: NOW });
  await launched(server, { edit: (plan) => byMail(plan, [0]) });
  await minutes(1, 16);
  assert.equal(resend.accepted.length, 10, "a tenth goes first");
  assert.deepEqual([...new Set((await rows()).filter(({ state }) => state === "held").map(({ reason }) => reason))], ["canary"]);
  await resend.tell(server.request, resend.accepted.slice(0, 5).map((of) => ({ kind: "delivered", of })));
  await resend.tell(server.request, resend.accepted.slice(5).map((of) => ({ kind: "bounced", of })));
  await minutes(17, 40);
  assert.deepEqual([resend.accepted.length, (await server.d1("select state, why ->> '$.code' as why from campaigns"))[0]], [10, { state: "paused", why: "bounces" }]);
  await clean();
});

test("the rest follows the share that went first once it is settled", async () => {
  await rules(server, { canary: 100, canary_least: 10 });
  await resend.connect(owner);
  await customers(server, Array.from({ length: 100 }, () => ({})), { now: NOW });
  await launched(server, { edit: (plan) => byMail(plan, [0]) });
  await minutes(1, 30);
  assert.equal(resend.accepted.length, 10, "nothing more before it is known");
  await resend.tell(server.request, resend.accepted.map((of) => ({ kind: "delivered", of })));
  await minutes(31, 55);
  assert.equal(resend.accepted.length, 100);
  await clean();
});

// ---- Two people

test("where two people are needed, one alone never gets a campaign out", async () => {
  await rules(server, { two_person: true });
  await customers(server, [{}], { now: NOW });
  const one = await server.person({ role: "owner" });
  const again = await server.person({ role: "owner" });
  const other = await server.person({ role: "manager" });
  const program = await server.api("owner");
  const read = async (id) => (await one.get(`/api/campaigns/${id}`)).json.campaign;
  const tries = async (id, people) => {
    const { approval } = await read(id);
    for (const person of people) {
      const answer = await person.post(`/api/campaigns/${id}/approve`, { digest: approval.digest });
      assert.ok([403, 409].includes(answer.status), `${answer.status} ${answer.text}`);
      const launch = await person.post(`/api/campaigns/${id}/launch`, { digest: approval.digest });
      assert.ok([403, 409].includes(launch.status), `${launch.status} ${launch.text}`);
    }
    assert.notEqual((await read(id)).state, "running");
  };
  const make = async (by) => (await by.post("/api/campaigns", { name: "Spring", segment: "row:high-missing_feature" })).json.campaign;
  const change = async (by, id, edit) => {
    const campaign = await read(id);
    const answer = await by.patch(`/api/campaigns/${id}`, edit(campaign), { "if-match": `"${campaign.version}"` });
    assert.equal(answer.status, 200, answer.text);
  };

  // The author, in another session too, and a program.
  const own = await make(one);
  await tries(own.id, [one, again, program]);
  // A change that is taken back again.
  await change(other, own.id, ({ plan }) => ({ plan: { ...plan, holdout: 300 } }));
  await change(other, own.id, () => ({ plan: own.plan }));
  await tries(own.id, [one, again, other]);
  // Approved by another, then changed by the author: what was approved is not what stands.
  const theirs = await make(one);
  const seen = (await read(theirs.id)).approval.digest;
  assert.equal((await other.post(`/api/campaigns/${theirs.id}/approve`, { digest: seen })).status, 200);
  await change(one, theirs.id, ({ plan }) => ({ plan: { ...plan, holdout: 0 } }));
  await tries(theirs.id, [one, again, program]);
  assert.equal((await one.post(`/api/campaigns/${theirs.id}/launch`, { digest: seen })).status, 409);
  // Written by a program, of which nobody knows whose it is: one person's approval is not enough, two people's is.
  const written = await make(program);
  await change(program, written.id, ({ plan }) => ({ plan: byMail(plan, [0]) }));
  const { approval } = await read(written.id);
  await one.post(`/api/campaigns/${written.id}/approve`, { digest: approval.digest });
  await again.post(`/api/campaigns/${written.id}/approve`, { digest: approval.digest });
  for (const person of [one, again, program]) assert.equal((await person.post(`/api/campaigns/${written.id}/launch`, { digest: approval.digest })).status, 409);
  assert.equal((await other.post(`/api/campaigns/${written.id}/approve`, { digest: approval.digest })).status, 200);
  assert.equal((await one.post(`/api/campaigns/${written.id}/launch`, { digest: approval.digest })).status, 200);
});

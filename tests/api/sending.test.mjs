// A campaign from its launch to what lies in the outbox: who enters, what is planned, claimed and sent, and what stops it.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { agreed, brand, byMail, customers, launched, pass, publicId, rules, touches } from "../shopfront.mjs";

// A Monday, 10 in the morning in New York.
const NOW = "2026-03-02T15:00:00Z";
const later = (minutes) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

let server;
before(async () => (server = await start({ now: NOW })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  await brand(server);
  await rules(server);
});

const minute = async (at) => {
  await server.seams.clock(at);
  await server.scheduled("* * * * *");
};
const sent = () => server.d1("select recipient, subject, body, about from outbox order by recipient, id");
const states = async () => (await touches(server)).map(({ customer_id, step, state, reason }) => [customer_id, step, state, reason]);

test("a launch is undone within ten minutes, and after them the first mails leave, once each", async () => {
  await customers(server, [{}, {}, {}], { now: NOW });
  const { campaign, owner } = await launched(server);
  assert.deepEqual([campaign.state, campaign.edition, campaign.leaves_at], ["running", 1, later(10).replace(".000", "")]);
  await minute(later(1));
  assert.deepEqual((await server.d1("select customer_id, state, arm from entries order by 1")).map(Object.values), [[1, "open", 0], [2, "open", 0], [3, "open", 0]]);
  const undone = await owner.post(`/api/campaigns/${campaign.id}/undo`, {});
  assert.equal(undone.status, 200, undone.text);
  assert.deepEqual(await server.d1("select * from entries"), []);
  const again = await owner.post(`/api/campaigns/${campaign.id}/launch`, { digest: undone.json.campaign.approval.digest });
  assert.equal(again.status, 200, again.text);
  await pass(server, later(1), later(9));
  assert.deepEqual(await sent(), [], "nothing leaves before");
  await pass(server, later(10), later(14));
  const mails = await sent();
  assert.deepEqual(mails.map(({ recipient }) => recipient), ["c1@example.com", "c2@example.com", "c3@example.com"]);
  for (const { body } of mails) assert.match(body, /\/u\/[\w-]{20,}/, "each has its own way out");
  const ledger = [1, 2, 3].flatMap((customer) => [[customer, 1, "delivered", null], [customer, 2, "planned", null]]);
  assert.deepEqual(await states(), ledger, "what was sent, and each person's next one");
  const twice = await owner.post(`/api/campaigns/${campaign.id}/undo`, {});
  assert.equal(twice.status, 409, "too late");
});

test("the second mail comes on its day, and nothing more after the last", async () => {
  await customers(server, [{}], { now: NOW });
  await launched(server);
  await pass(server, later(1), later(15));
  await pass(server, later(60), later(60 * 24 * 4), 3 * 3_600_000);
  assert.equal((await sent()).length, 1);
  await pass(server, later(60 * 24 * 4), later(60 * 24 * 7), 3_600_000);
  assert.equal((await sent()).length, 2);
  await pass(server, later(60 * 24 * 7), later(60 * 24 * 20), 6 * 3_600_000);
  assert.deepEqual((await states()).map(([, step, state]) => [step, state]), [[1, "delivered"], [2, "delivered"], [3, "delivered"]]);
  await pass(server, later(60 * 24 * 20), later(60 * 24 * 40), 24 * 3_600_000);
  const [{ state, reason }] = await server.d1("select state, reason from entries");
  assert.deepEqual([state, reason], ["ended", "attempts_exhausted"]);
});

test("everybody in the audience is in the ledger, or has a reason", async () => {
  await customers(server, [
    {},
    { consent: "{}" },
    { email: null },
    { excluded: 2 },
    { consent: agreed(["email"], Date.parse("2025-01-01T00:00:00Z"), { state: "denied" }) },
    { email: "info@gmial.com" },
  ], { now: NOW });
  const { campaign, owner } = await launched(server);
  await minute(later(1));
  const rows = await server.d1("select customer_id, state, reason from entries order by 1");
  assert.deepEqual(rows.map(({ customer_id, state, reason }) => [customer_id, state, reason]), [
    [1, "open", null], [2, "left_out", "no_consent"], [3, "left_out", "no_address"], [4, "left_out", "excluded"], [5, "left_out", "opted_out"],
    [6, "left_out", "doubtful_address"],
  ]);
  const { json: { progress } } = await owner.get(`/api/campaigns/${campaign.id}/progress`);
  assert.deepEqual([progress.contacted, progress.left_out.reduce((sum, one) => sum + one.customers, 0)], [1, 5]);
  assert.ok(progress.left_out.every(({ names }) => names.length === 1 && names[0].id.startsWith("01900000")));
  const { json: { entries } } = await owner.get(`/api/campaigns/${campaign.id}/entries?state=left_out`);
  assert.equal(entries.length, 5);
});

test("the forecast says the same before, and writes nothing", async () => {
  await customers(server, [{}, {}, { consent: "{}" }], { now: NOW });
  const owner = await server.person({ role: "owner" });
  const { json: { campaign } } = await owner.post("/api/campaigns", { name: "Spring", segment: "row:high-missing_feature" });
  await owner.patch(`/api/campaigns/${campaign.id}`, { plan: byMail(campaign.plan) }, { "if-match": `"${campaign.version}"` });
  const answer = await owner.get(`/api/campaigns/${campaign.id}/forecast`);
  assert.equal(answer.status, 200, answer.text);
  const { forecast } = answer.json;
  assert.deepEqual([forecast.audience, forecast.eligible, forecast.held_out, forecast.sample], [3, 2, 0, null]);
  assert.deepEqual(forecast.left_out.map(({ reason, customers, names }) => [reason, customers, names[0].name]), [["no_consent", 1, "Name3 Last"]]);
  assert.deepEqual(forecast.steps.map(({ step, channels }) => [step, channels]), [[1, [["email", 2]]], [2, [["email", 2]]], [3, [["email", 2]]]]);
  assert.deepEqual(forecast.obstacles, {});
  assert.ok(Number(forecast.cost.amount) > 0, "no channel is free by omission");
  assert.deepEqual(await server.d1("select count(*) as n from entries"), [{ n: 0 }]);
  assert.deepEqual(await server.d1("select count(*) as n from assignments"), [{ n: 0 }]);
});

test("any change voids an approval, and a launch wants the one that was seen", async () => {
  await customers(server, [{}], { now: NOW });
  const owner = await server.person({ role: "owner" });
  const { json: { campaign } } = await owner.post("/api/campaigns", { name: "Spring", segment: "row:high-missing_feature" });
  const path = `/api/campaigns/${campaign.id}`;
  const seen = { digest: campaign.approval.digest };
  assert.equal((await owner.post(`${path}/launch`, seen)).status, 409, "not approved");
  assert.equal((await owner.post(`${path}/approve`, { digest: "0" })).status, 409, "not what was seen");
  const approved = await owner.post(`${path}/approve`, seen);
  assert.deepEqual([approved.status, approved.json?.campaign.state, approved.json?.campaign.approval.by.length], [200, "approved", 1], approved.text);
  const changed = await owner.patch(path, { plan: { ...campaign.plan, holdout: 200 } }, { "if-match": `"${approved.json.campaign.version}"` });
  assert.equal(changed.status, 200, changed.text);
  assert.notEqual(changed.json.campaign.approval.digest, seen.digest);
  assert.deepEqual(changed.json.campaign.approval.by, []);
  assert.equal((await owner.post(`${path}/launch`, seen)).status, 409);
  assert.equal((await owner.post(`${path}/launch`, { digest: changed.json.campaign.approval.digest })).status, 409);
});

test("where two people are needed, nobody approves what they wrote, and no program approves anything", async () => {
  await rules(server, { two_person: true });
  await customers(server, [{}], { now: NOW });
  const [owner, manager] = [await server.person({ role: "owner" }), await server.person({ role: "manager" })];
  const { json: { campaign } } = await owner.post("/api/campaigns", { name: "Spring", segment: "row:high-missing_feature" });
  const path = `/api/campaigns/${campaign.id}`;
  const seen = { digest: campaign.approval.digest };
  assert.equal((await owner.post(`${path}/approve`, seen)).status, 409);
  const program = await server.api("owner");
  assert.equal((await program.post(`${path}/approve`, seen)).status, 403);
  assert.equal((await manager.post(`${path}/approve`, seen)).status, 200);
  const { json: { campaign: stands } } = await owner.get(path);
  assert.equal((await owner.post(`${path}/launch`, { digest: stands.approval.digest })).status, 200);
  // Whoever then writes in it is an author too.
  const { json: { campaign: mine } } = await owner.post("/api/campaigns", { name: "Summer", segment: "row:high-missing_feature" });
  await manager.patch(`/api/campaigns/${mine.id}`, { name: "Later" }, { "if-match": `"${mine.version}"` });
  const { json: { campaign: ours } } = await owner.get(`/api/campaigns/${mine.id}`);
  for (const one of [owner, manager]) assert.equal((await one.post(`/api/campaigns/${mine.id}/approve`, { digest: ours.approval.digest })).status, 409);
});

test("“stop all sending” holds before the next mail, and what waited goes when it is lifted", async () => {
  await customers(server, [{}, {}], { now: NOW });
  const { owner } = await launched(server);
  await pass(server, later(1), later(9));
  assert.equal((await owner.post("/api/sending/stop", {})).json.sending.is_stopped, true);
  await pass(server, later(10), later(20));
  assert.deepEqual(await sent(), []);
  assert.deepEqual((await states()).map(([, , state, reason]) => [state, reason]), [["held", "sending_stopped"], ["held", "sending_stopped"]]);
  await owner.post("/api/sending/resume", {});
  await pass(server, later(21), later(140), 10 * 60_000);
  assert.equal((await sent()).length, 2);
});

test("a campaign that is paused sends nothing, and goes on where it stood", async () => {
  await customers(server, [{}, {}], { now: NOW });
  const { campaign, owner } = await launched(server);
  await pass(server, later(1), later(5));
  assert.equal((await owner.post(`/api/campaigns/${campaign.id}/pause`, {})).json.campaign.state, "paused");
  await pass(server, later(10), later(20));
  assert.deepEqual(await sent(), []);
  const resumed = await owner.post(`/api/campaigns/${campaign.id}/resume`, {});
  assert.equal(resumed.status, 200, resumed.text);
  await pass(server, later(21), later(25));
  assert.equal((await sent()).length, 2);
  assert.equal((await owner.post(`/api/campaigns/${campaign.id}/finish`, {})).json.campaign.state, "finished");
  assert.deepEqual((await server.d1("select distinct state, reason from entries")).map(Object.values), [["ended", "campaign_ended"]]);
});

test("whoever orders after they entered is left alone", async () => {
  await customers(server, [{}, {}], { now: NOW });
  await launched(server);
  await pass(server, later(1), later(5));
  await server.d1("insert into orders (source, external_id, customer_id, ordered_at, amount, currency, changed_at) values (1, 'A', 2, ?1, 1000, 'USD', ?1)", Date.parse(later(6)));
  await pass(server, later(10), later(14));
  assert.deepEqual((await sent()).map(({ recipient }) => recipient), ["c1@example.com"]);
  assert.deepEqual((await server.d1("select state, reason from entries where customer_id = 2")).map(Object.values), [["ended", "purchased"]]);
});

test("who is held out gets ghosts and no mail, and is drawn once", async () => {
  await rules(server, { holdout: 200 });
  await customers(server, Array.from({ length: 60 }, () => ({})), { now: NOW });
  await launched(server, { edit: (plan) => byMail(plan, [0, 5, 11], { holdout: 300 }) });
  await pass(server, later(1), later(16));
  const arms = Object.fromEntries((await server.d1("select arm, count(*) as n from entries group by 1")).map(({ arm, n }) => [arm, n]));
  assert.ok(arms[0] > 15 && arms[1] > 3 && arms[2] > 3, JSON.stringify(arms));
  const reached = new Set((await sent()).map(({ about }) => about));
  const held = await server.d1("select customer_id from entries where arm > 0");
  assert.ok(held.every(({ customer_id }) => !reached.has(customer_id)));
  assert.equal(reached.size, arms[0]);
  const ghosts = await server.d1("select distinct t.state, t.reason from touches t join entries e on e.id = t.entry_id where e.arm > 0 order by 2");
  assert.deepEqual(ghosts.map(Object.values), [["ghost", "global_holdout"], ["ghost", "holdout"]]);
  const drawn = await server.d1("select customer_id, is_held_out from assignments order by 1");
  assert.equal(drawn.length, 60);
  assert.equal(drawn.filter((row) => row.is_held_out).length, arms[2]);
});

test("caps count over all campaigns", async () => {
  await customers(server, [{}], { now: NOW });
  await server.d1("insert into touches (campaign_id, entry_id, customer_id, contact_id, step, edition, channel, state, due_at, counted_at, created_at) values (99, 999, 1, 1, 1, 1, 'email', 'delivered', ?1, ?1, 0), (99, 999, 1, 1, 2, 1, 'email', 'delivered', ?1, ?1, 0)", Date.parse(later(-60 * 24)));
  await launched(server);
  await pass(server, later(1), later(14));
  assert.deepEqual(await sent(), []);
  await pass(server, later(60 * 24 * 2), later(60 * 24 * 8), 3 * 3_600_000);
  const [mail] = await server.d1("select due_at, sent_at from touches where customer_id = 1 and campaign_id <> 99 and state = 'delivered' order by id");
  assert.ok(mail === undefined || mail.sent_at >= Date.parse(later(60 * 24 * 6)), "not within seven days of two others");
});

test("a mail leaves at the hour at which the person shops, a day without a time is none", async () => {
  await customers(server, [{}, {}, {}], { now: NOW });
  const day = 86_400_000;
  const midnight = Math.floor(Date.parse(NOW) / day) * day - 30 * day;
  // The first shops at 19:17 in New York, the second's orders came as days alone, the third's at noon.
  const order = (customer, hour, minute, at) => [`o-${customer}-${at}`, customer, midnight - at * 3 * day + (hour * 60 + minute) * 60_000];
  const orders = Array.from({ length: 20 }, (_, at) => [order(1, 24, 17, at), order(2, 17, 0, at), order(3, 17, 5, at)]).flat();
  await server.d1("insert into orders (source, external_id, customer_id, ordered_at, amount, currency, changed_at) select 1, j.value ->> 0, j.value ->> 1, j.value ->> 2, 4000, 'USD', 0 from json_each(?1) j", JSON.stringify(orders));
  await launched(server, { edit: (plan) => byMail(plan, [1]) });
  await pass(server, NOW, later(15));
  const due = await server.d1("select customer_id, due_at, evidence from touches order by customer_id");
  const hours = due.map(({ due_at }) => Number(new Intl.DateTimeFormat("en-US", { hour: "numeric", hourCycle: "h23", timeZone: "America/New_York" }).format(due_at)));
  assert.equal(hours.length, 3, JSON.stringify(due));
  assert.equal(hours[0], 19, JSON.stringify(due));
  assert.equal(hours[2], 12, JSON.stringify(due));
  assert.ok(hours[1] >= 9 && hours[1] < 12, `the usual hour, since nothing is known: ${hours[1]}`);
  assert.doesNotMatch(due[0].evidence, /usual hour/);
});

test("a program reads the ledger with reasons, page by page", async () => {
  await customers(server, Array.from({ length: 5 }, () => ({})), { now: NOW });
  const { campaign } = await launched(server);
  await pass(server, later(1), later(14));
  const viewer = await server.api("viewer");
  const first = await viewer.get(`/api/touches?campaign=${campaign.id}&limit=2`);
  assert.equal(first.status, 200, first.text);
  assert.equal(first.json.touches.length, 2);
  const ids = [];
  for (let cursor = ""; cursor !== null;) {
    const { json } = await viewer.get(`/api/touches?campaign=${campaign.id}&limit=2${cursor && `&cursor=${cursor}`}`);
    ids.push(...json.touches.map(({ customer }) => customer));
    cursor = json.meta.next_cursor;
  }
  assert.deepEqual([...new Set(ids)].toSorted(), [1, 2, 3, 4, 5].map(publicId));
  assert.equal(new Set(ids).size * 2, ids.length, "the one that was sent, and the next one");
  const none = await viewer.get(`/api/touches?customer=${publicId(1)}&state=held`);
  assert.deepEqual(none.json.touches, []);
  for (const wrong of ["campaign=x", "state=gone", "limit=0"]) assert.ok([400, 404, 422].includes((await viewer.get(`/api/touches?${wrong}`)).status), wrong);
});

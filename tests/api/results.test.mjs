// What came of entries, and the sums of it: on the right entry, once, in any order.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { token } from "../links.mjs";
import { Provider } from "../providers.mjs";
import { brand, byMail, customers, launched, pass, rules } from "../shopfront.mjs";

const NOW = "2026-03-02T15:00:00Z";
const DAY = 86_400_000;
const at = (days, minutes = 0) => new Date(Date.parse(NOW) + days * DAY + minutes * 60_000).toISOString();

let clock = NOW;
const resend = new Provider("resend", { now: () => Date.parse(clock) });
let server;
before(async () => (server = await start({ now: NOW, outside: { [resend.host]: resend.outside() } })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  resend.forget();
  clock = NOW;
  await server.seams.clock(NOW);
  await brand(server);
  await rules(server);
});

const order = (customer, id, when, amount, more = {}) => ({ customer, id, at: Date.parse(when), amount, refunded: 0, discount: 0, status: "paid", currency: "USD", ...more });
async function orders(list) {
  await server.d1(
    `insert into orders (source, external_id, customer_id, ordered_at, amount, currency, refunded, discount, status, changed_at)
     select 1, j.value ->> 'id', j.value ->> 'customer', j.value ->> 'at', j.value ->> 'amount', j.value ->> 'currency', j.value ->> 'refunded', j.value ->> 'discount', j.value ->> 'status', ?2 from json_each(?1) j where true
     on conflict (source, external_id) do update set refunded = excluded.refunded, status = excluded.status, changed_at = excluded.changed_at`,
    JSON.stringify(list), Date.parse(NOW));
  await server.d1("update facets set dirty = 1 where customer_id in (select j.value ->> 'customer' from json_each(?1) j)", JSON.stringify(list));
}
const look = async (when) => {
  await server.seams.clock(when);
  await server.scheduled("17 * * * *");
  await server.scheduled("* * * * *");
  await server.scheduled("* * * * *");
};
const report = async (campaign, query = "") => {
  const answer = await (await server.api("viewer")).get(`/api/reports?campaign=${campaign.id}${query}`);
  assert.equal(answer.status, 200, answer.text);
  const { kinds, campaigns } = answer.json.report;
  assert.equal(kinds.length, 1, answer.text);
  return { ...kinds[0], campaigns };
};
// What the ledger of entries says, added up by the test itself.
const recount = async () => {
  const rows = await server.d1("select e.arm, o.told from outcomes o join entries e on e.id = o.entry_id where o.told is not null");
  const sums = {};
  for (const { arm, told } of rows) {
    const { outcome } = JSON.parse(told);
    const sum = (sums[arm] ??= { assigned: 0, returned: 0, margin: 0 });
    sum.assigned += 1;
    sum.returned += outcome.returned_at == null ? 0 : 1;
    sum.margin += outcome.margin;
  }
  return sums;
};
const kept = async (where) => {
  const rows = await server.d1(`select arm, figures from results where dimension = 'all' and ${where}`);
  const sums = {};
  for (const { arm, figures } of rows) {
    const cell = JSON.parse(figures);
    const sum = (sums[arm] ??= { assigned: 0, returned: 0, margin: 0 });
    for (const name of Object.keys(sum)) sum[name] += cell[name] ?? 0;
  }
  return sums;
};

test("orders of those contacted and held out are told of their arm, and a late refund takes its money back", async () => {
  await customers(server, Array.from({ length: 40 }, () => ({})), { now: NOW });
  const { campaign } = await launched(server, { edit: (plan) => ({ ...byMail(plan, [0]), holdout: 250 }) });
  await pass(server, NOW, at(0, 15));
  const entries = await server.d1("select customer_id, arm from entries where state <> 'left_out' order by customer_id");
  assert.equal(entries.length, 40);
  const [held, contacted] = [entries.filter(({ arm }) => arm > 0), entries.filter(({ arm }) => arm === 0)];
  assert.ok(held.length > 2 && contacted.length > 20, `${held.length} held out`);
  await look(at(0, 90));
  let shown = await report(campaign);
  assert.deepEqual([shown.contacted.assigned, shown.held_out.assigned, shown.contacted.ripe], [contacted.length, held.length, 0]);
  assert.equal(shown.lift.verdict.verdict, "cannot_tell");
  // Two of those contacted come back, one of those held out, and one ordered before.
  await orders([
    order(contacted[0].customer_id, "a", at(2), 10_000),
    order(contacted[1].customer_id, "b", at(3), 5_000, { discount: 1_000 }),
    order(held[0].customer_id, "c", at(4), 7_000),
    order(contacted[2].customer_id, "d", at(-3), 9_900),
  ]);
  await look(at(5));
  shown = await report(campaign);
  assert.deepEqual([shown.contacted.returned, shown.held_out.returned], [2, 1]);
  // Windows close, then the first order is given back.
  await look(at(40));
  shown = await report(campaign);
  assert.deepEqual([shown.contacted.ripe, shown.held_out.ripe], [contacted.length, held.length]);
  assert.equal(shown.recovered.net.amount, "150.00");
  assert.equal(shown.recovered.one_time.discounts.amount, "10.00");
  await orders([order(contacted[0].customer_id, "a", at(2), 10_000, { refunded: 10_000, status: "refunded" })]);
  await look(at(41));
  shown = await report(campaign);
  assert.deepEqual([shown.contacted.returned, shown.held_out.returned, shown.recovered.net.amount], [1, 1, "50.00"]);
  const sums = await recount();
  assert.deepEqual(await kept("campaign_id > 0"), sums);
  assert.deepEqual(await kept("campaign_id = -3"), sums);
  // A second look of nothing new changes nothing.
  await server.d1("update outcomes set look_at = 1");
  await look(at(41, 5));
  assert.deepEqual(await kept("campaign_id > 0"), sums);
});

test("the sums are the same however often and in whichever order entries are looked at", async () => {
  await customers(server, Array.from({ length: 30 }, () => ({})), { now: NOW });
  await launched(server, { edit: (plan) => ({ ...byMail(plan, [0, 5]), holdout: 300 }) });
  await pass(server, NOW, at(0, 15));
  for (let day = 1; day < 12; day += 1) {
    await orders(Array.from({ length: 4 }, (_, at_) => order(1 + ((day * 7 + at_ * 3) % 30), `o${day}-${at_}`, at(day, at_), 1_000 * (day + at_), { refunded: at_ === 2 ? 500 : 0 })));
    await look(at(day, 60));
  }
  await look(at(45));
  const once = await kept("campaign_id > 0");
  const all = await server.d1("select campaign_id, day, dimension, arm, ripe, figures from results order by 1, 2, 3, 4, 5");
  await server.d1("delete from results");
  await server.d1("update outcomes set is_counted = 0, look_at = 1 + (entry_id * 7919) % 1000");
  await look(at(45, 5));
  assert.deepEqual(await kept("campaign_id > 0"), once);
  assert.deepEqual(await server.d1("select campaign_id, day, dimension, arm, ripe, figures from results order by 1, 2, 3, 4, 5"), all);
  assert.ok(all.length > 50, String(all.length));
});

test("what came of messages stands in the funnel once, and returns are told as theirs by five models that each add up", async () => {
  const people = [..."abcdefghijklmnop"].map((letter, place) => ({ email: `${letter}@${place % 2 ? "gmail.com" : "shop.example"}` }));
  await customers(server, people, { now: NOW });
  await resend.connect(await server.api("owner"));
  const { campaign } = await launched(server, { edit: (plan) => byMail(plan, [0, 2]) });
  const to = async (days, minutes = 0) => {
    clock = at(days, minutes);
    await server.seams.clock(clock);
  };
  // Both mails go out; the clock stands where each is due.
  for (let half = 0; half < 2 * 24 * 4 && resend.accepted.length < 2 * people.length; half += 1) {
    await to(0, 15 + half * 30);
    await server.scheduled("* * * * *");
  }
  assert.equal(resend.accepted.length, 2 * people.length);
  const ledger = await server.d1("select id, step, customer_id, contact_id, sent_at from touches order by step, customer_id");
  const mail = (touch) => resend.accepted.find((one) => one.touch === touch.id);
  const [first, second] = [ledger.slice(0, 16), ledger.slice(16)];
  const steps = [first[0].step, second[0].step];
  const tell = (kind, touches) => resend.tell(server.request, touches.map((touch) => ({ kind, of: mail(touch) })));
  const link = (purpose, touch, agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15") =>
    server.request("GET", `/${purpose === "open" ? "o" : "c"}/${token(purpose, { touch: touch.id, contact: touch.contact_id })}`, undefined, { "user-agent": agent });
  const sentAt = Math.max(...ledger.map(({ sent_at }) => sent_at));
  clock = new Date(sentAt + 3 * 3_600_000).toISOString();
  await server.seams.clock(clock);
  // Clicks come before anybody told of a delivery, and everything is told twice.
  for (let twice = 0; twice < 2; twice += 1) {
    for (const touch of [...first.slice(0, 3), second[0]]) await link("click", touch);
    await link("click", first[5], "Barracuda Sentinel (EE)");
    await link("open", first[4]);
    await tell("delivered", [...first.slice(0, 15), ...second]);
    await tell("bounced", first.slice(15));
    await tell("complained", second.slice(1, 2));
  }
  // Customer 1 clicked both, 2 clicked the first alone, 7 only got them.
  const returned = new Date(Date.parse(clock) + 3_600_000).toISOString();
  await orders([order(first[0].customer_id, "a", returned, 10_001), order(first[1].customer_id, "b", returned, 5_000), order(first[6].customer_id, "c", returned, 3_000)]);
  await look(at(5));
  await look(at(45));
  const shown = await report(campaign);
  const { by, all } = shown.funnel;
  const line = (name, code) => by[name].find((one) => one.code === String(code));
  const figures = ({ planned, sent, delivered, bounced, opened, clicked, clicked_by_machines, complained, returned: back }) => ({ planned, sent, delivered, bounced, opened, clicked, clicked_by_machines, complained, returned: back });
  assert.deepEqual(figures(line("step", steps[0])), { planned: 16, sent: 16, delivered: 15, bounced: 1, opened: 1, clicked: 3, clicked_by_machines: 1, complained: 0, returned: 3 });
  assert.deepEqual(figures(line("step", steps[1])), { planned: 16, sent: 16, delivered: 16, bounced: 0, opened: 0, clicked: 1, clicked_by_machines: 0, complained: 1, returned: 3 });
  assert.deepEqual(figures(all), { planned: 32, sent: 32, delivered: 31, bounced: 1, opened: 1, clicked: 4, clicked_by_machines: 1, complained: 1, returned: 6 });
  assert.deepEqual([line("mailbox", "gmail.com").sent, line("mailbox", "other").sent, line("channel", "email").sent], [16, 16, 32]);
  // Customer 2's last click was on the first message; nobody's return is told twice.
  const told = (model, name) => Object.fromEntries(shown.credits.by[name].map(({ code, models }) => [code, models[model].returns]));
  assert.deepEqual(told("last", "step"), { [steps[0]]: 1, [steps[1]]: 2 });
  assert.deepEqual(told("first", "step"), { [steps[0]]: 3, [steps[1]]: 0 });
  for (const model of ["last", "first", "linear", "position", "decay"]) {
    const sum = (read) => shown.credits.by.step.reduce((all_, { models }) => all_ + read(models[model]), 0);
    assert.ok(Math.abs(sum(({ returns }) => returns) + shown.credits.direct[model] - 3) < 1e-5, model);
    assert.equal(Math.round(sum(({ net }) => Number(net.amount) * 100)), 18_001, model);
  }
  // A month of their own is over for all of them.
  const [cohort] = shown.cohorts;
  assert.deepEqual([cohort.month, cohort.since, cohort.contacted.n], ["2026-03-01", 1, 16]);
  // All over: the same sums under the kind, and the campaign by name.
  const over = (await (await server.api("viewer")).get("/api/reports")).json.report;
  assert.deepEqual(over.kinds.map(({ kind }) => kind), [shown.kind]);
  assert.deepEqual(over.kinds[0].funnel, shown.funnel);
  assert.deepEqual(over.campaigns.map(({ id, contacted, returned: back }) => [id, contacted, back]), [[campaign.id, 16, 3]]);
});

test("a period is of whole months, and the answer says what is wrong with them", async () => {
  await customers(server, [{}], { now: NOW });
  const { campaign } = await launched(server, { edit: (plan) => byMail(plan, [0]) });
  await pass(server, NOW, at(0, 15));
  await look(at(0, 90));
  assert.equal((await report(campaign, "&from=2026-03-01&to=2026-03-31")).contacted.assigned, 1);
  assert.equal((await report(campaign, "&from=2026-04-01")).contacted.assigned, 0);
  const within = await (await server.api("viewer")).get(`/api/reports?campaign=${campaign.id}&from=2026-02-03&to=2026-03-02`);
  assert.equal(within.status, 422);
  assert.match(within.json.fields.from, /write 2026-02-01/);
  assert.match(within.json.fields.to, /write 2026-03-31/);
  const wrong = await (await server.api("viewer")).get(`/api/reports?campaign=${campaign.id}&from=March&to=2026-01-01`);
  assert.equal(wrong.status, 422);
  assert.match(wrong.json.fields.from, /write it as/);
});

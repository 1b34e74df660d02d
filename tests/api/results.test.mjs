// What came of entries, and the sums of it: on the right entry, once, in any order.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { brand, byMail, customers, launched, pass, rules } from "../shopfront.mjs";

const NOW = "2026-03-02T15:00:00Z";
const DAY = 86_400_000;
const at = (days, minutes = 0) => new Date(Date.parse(NOW) + days * DAY + minutes * 60_000).toISOString();

let server;
before(async () => (server = await start({ now: NOW })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
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

// A marketer's segment of three conditions over a million customers: how long a count takes, what it reads, and by which plan. The small
// version is in the API tests.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { start } from "../harness.mjs";
import { ran } from "../rows.mjs";

const CUSTOMERS = Number(process.env.REKINDLE_CUSTOMERS ?? 1_000_000);
const STEP = 100_000;
const NOW = "2026-03-02T09:00:00Z";
const TODAY = Math.floor(Date.parse(NOW) / 86_400_000);

let server, api;
before(async () => {
  server = await start({ now: NOW });
  api = await server.api("owner");
  for (let from = 0; from < CUSTOMERS; from += STEP) {
    const numbers = `with recursive n(i) as (select ${from + 1} union all select i + 1 from n where i < ${Math.min(from + STEP, CUSTOMERS)})`;
    await server.d1(`${numbers} insert into customers (id, public_id, external_id, name, name_key, tags, created_at, updated_at)
      select i, printf('01900000-0000-7000-8000-%012x', i), 'C-' || i, 'Name ' || i, 'name ' || i, case when i % 1000 = 0 then '["vip"]' else '[]' end, 0, 0 from n`);
    await server.d1(`${numbers} insert into facets (customer_id, dirty, tier, p30, p60, p90, value, last_day, deadline_day, orders, buy_days, first_day, country,
        reason, engagement, win_back, contact, alone, margin_back, order_back, regain, waiting)
      select i, 0, case when i % 20 = 0 then 3 when i % 20 = 1 then 2 when i % 20 = 2 then 1 when i % 20 < 6 then 0 else 4 end, i * 31 % 9973, i * 37 % 9973, i * 41 % 9973,
        i * 101 % 50021, ${TODAY} - i % 700, ${TODAY} - 300 + i % 400, 1 + i % 9, 3, ${TODAY} - 900, case i % 3 when 0 then 'DE' else 'US' end,
        i % 8, i / 5 % 3, i / 7 % 3, i * 13 % 400, i * 13 % 300, i * 101 % 20021, 2000, i * 7 % 900, i * 3 % 77 from n`);
  }
});
after(() => server.stop());

const is = (field, operator, ...values) => ({ is: { field, operator, values } });

test(`segments of ${CUSTOMERS} customers`, { timeout: 1_800_000 }, async () => {
  const filters = [
    ["value, orders and last order", { all: [is("value", "at_least", "100.00"), is("orders", "at_least", "3"), is("last_order", "longer_ago", "90")] }, true],
    ["reason, engagement and country", { all: [is("reason", "one_of", "price", "service"), is("engagement", "none_of", "silent"), is("country", "one_of", "DE")] }, true],
    ["deadline, gain, chance or tag", { any: [{ all: [is("deadline", "within_next", "30"), is("regain", "at_least", "8.00"), is("chance", "at_least", "35")] }, is("tag", "one_of", "vip")] }, false],
  ];
  for (const [name, filter, isQuick] of filters) {
    const times = [];
    let answer;
    for (let n = 0; n < 5; n++) {
      const begun = performance.now();
      answer = await api.post("/api/segments/count", { filter });
      times.push(performance.now() - begun);
      assert.equal(answer.status, 200, answer.text);
    }
    const { count } = answer.json;
    console.log(`${name}: ${count.customers}${count.is_least ? " at least" : ""} customers, best ${Math.min(...times).toFixed(0)} ms, worst ${Math.max(...times).toFixed(0)} ms, ${answer.meter.rows_read} rows read`);
    console.log(`  ${count.sentence}${count.limit ? ` ${count.limit}` : ""}`);
    if (isQuick) assert.ok(Math.min(...times) < 1_000, `${name}: ${times}`);
    assert.equal(count.is_least, !isQuick && CUSTOMERS > 400_000);
  }
  const [{ n }] = await server.d1(`select count(*) as n from facets where value >= 10000 and orders >= 3 and last_day <= ${TODAY} - 91`);
  assert.equal((await api.post("/api/segments/count", { filter: filters[0][1] })).json.count.customers, n);
  const plan = await server.d1(`explain query plan select count(*) from facets f where (f.value >= 10000 and f.orders >= 3 and f.last_day <= ${TODAY} - 91) and f.customer_id <= 2000000`);
  for (const { detail } of plan) console.log(`  plan: ${detail}`);

  let begun = performance.now();
  const run = await ran(api, "segments");
  console.log(`placing everybody: ${((performance.now() - begun) / 1000).toFixed(1)} s, ${run.rows_read} rows read, ${run.rows_written} written, ${run.status}`);
  for (const target of ["/api/segments", "/api/segments/aggregates"]) {
    begun = performance.now();
    const answer = await api.get(target);
    assert.equal(answer.status, 200, answer.text);
    console.log(`${target}: ${(performance.now() - begun).toFixed(0)} ms, ${answer.meter.rows_read} rows read, ${answer.text.length} bytes${answer.json.groups ? `, ${answer.json.groups.length} groups` : ""}`);
    if (answer.json.groups) assert.ok(answer.json.groups.length <= 4_000, `${answer.json.groups.length}`);
  }
});

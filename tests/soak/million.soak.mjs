// The tables at a million customers: how long each list takes and how many rows it reads, before and after its roll-up. The small
// version is in the API tests.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { start } from "../harness.mjs";
import { ran } from "../rows.mjs";

const CUSTOMERS = Number(process.env.REKINDLE_CUSTOMERS ?? 1_000_000);
const STEP = 100_000;

let server, api;
before(async () => {
  server = await start({ now: "2026-03-02T09:00:00Z" });
  api = await server.api("owner");
  for (let from = 0; from < CUSTOMERS; from += STEP) {
    const numbers = `with recursive n(i) as (select ${from + 1} union all select i + 1 from n where i < ${Math.min(from + STEP, CUSTOMERS)})`;
    await server.d1(`${numbers} insert into customers (id, public_id, external_id, name, name_key, tags, created_at, updated_at)
      select i, printf('01900000-0000-7000-8000-%012x', i), 'C-' || i, 'Name ' || (i * 7919 % 500003), 'name ' || (i * 7919 % 500003),
        case when i % 1000 = 0 then '["vip"]' else '[]' end, 0, 0 from n`);
    await server.d1(`${numbers} insert into facets (customer_id, dirty, tier, p30, p60, p90, value, last_day, deadline_day, orders, buy_days, first_day, country)
      select i, 0, case when i % 20 = 0 then 3 when i % 20 = 1 then 2 when i % 20 = 2 then 1 when i % 20 < 6 then 0 else 4 end, i * 31 % 9973,
        i * 37 % 9973, i * 41 % 9973, i * 101 % 50021, 20000 + i % 400, 20400 + i % 300, 3, 3, 19000, case i % 3 when 0 then 'DE' else 'US' end from n`);
    await server.d1(`${numbers} insert into contacts (public_id, customer_id, name, email, created_at, updated_at)
      select printf('01900000-0000-7000-9000-%012x', i), i, 'Name', 'c' || i || '@example.com', 0, 0 from n`);
    await server.d1(`${numbers} insert into identities (kind, value, customer_id, created_at) select 'email', 'c' || i || '@example.com', i, 0 from n`);
  }
});
after(() => server.stop());

const LISTS = [
  ["Radar, its first rows", "tier=immediate,moderate,early&sort=risk&limit=100"],
  ["Radar, its middle", `tier=immediate,moderate,early&sort=risk&limit=100&offset=${Math.floor(CUSTOMERS / 14)}`],
  ["Lost by value", "tier=lost&sort=value&limit=100"],
  ["Customers by name, the middle", `sort=name&limit=100&offset=${CUSTOMERS / 2}`],
  ["Customers by last order, the end", `sort=last_order&limit=100&offset=${CUSTOMERS - 100}`],
];
const SCANS = [
  ["Search by address", "q=c7777&sort=risk&limit=100"],
  ["Search by name", "q=name 12&sort=risk&limit=100"],
  ["A tag", "tag=vip&sort=value&limit=100"],
  ["A country in a tier", "tier=lost&country=DE&sort=value&limit=100"],
];

const measure = async (what, lists) => {
  for (const [name, query] of lists) {
    const times = [];
    let answer;
    for (let n = 0; n < 3; n++) {
      const begun = performance.now();
      answer = await api.get(`/api/customers?${query}`);
      times.push(performance.now() - begun);
      assert.equal(answer.status, 200, answer.text);
    }
    const { total, total_at_least: atLeast } = answer.json.meta;
    console.log(`${what} · ${name}: ${Math.min(...times).toFixed(0)} ms, ${answer.meter.rows_read} rows read, ${total ?? `at least ${atLeast}`} customers`);
  }
};

test(`the lists of ${CUSTOMERS} customers`, { timeout: 1_800_000 }, async () => {
  await measure("sorted anew", LISTS);
  const begun = performance.now();
  const run = await ran(api, "rollup");
  console.log(`roll-up: ${((performance.now() - begun) / 1000).toFixed(1)} s, ${run.rows_read} rows read, ${run.rows_written} written, ${run.status}`);
  assert.equal(run.status, "done");
  await measure("rolled up", LISTS);
  await measure("scanned", SCANS);
  for (const [name, target] of [["Overview", "/api/overview"], ["Limits", "/api/limits"], ["Tags", "/api/tags"]]) {
    const begun = performance.now();
    const answer = await api.get(target);
    assert.equal(answer.status, 200, answer.text);
    console.log(`${name}: ${(performance.now() - begun).toFixed(0)} ms, ${answer.meter.rows_read} rows read`);
  }
});

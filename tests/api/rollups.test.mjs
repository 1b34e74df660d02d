// A large shop's lists come from a roll-up: the same customers in the same order, for few rows read.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { start, until } from "../harness.mjs";
import { ran } from "../rows.mjs";

const CUSTOMERS = 24_000;
const SORTS = ["risk", "value", "name", "last_order", "deadline", "waiting", "regain"];
const TIERS = [undefined, "immediate,moderate,early", "lost", "not_scored", "healthy,lost"];

let server, api;
before(async () => {
  server = await start({ now: "2026-03-02T09:00:00Z" });
  api = await server.api("owner");
  await server.d1(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${CUSTOMERS})
    insert into customers (id, public_id, external_id, name, name_key, created_at, updated_at)
    select i, printf('01900000-0000-7000-8000-%012x', i), 'C-' || i, 'Name ' || (i * 7919 % 5003), 'name ' || (i * 7919 % 5003), 0, 0 from n`);
  await server.d1(`insert into facets (customer_id, dirty, tier, p30, p60, p90, value, last_day, deadline_day, orders, buy_days, first_day)
    select id, 0, case when id % 97 = 0 then 9 when id % 3 = 0 then 4 else id % 4 end, id * 31 % 9973, id * 37 % 9973, id * 41 % 9973,
      case when id % 11 = 0 then null else id * 101 % 50021 end, 20000 + id % 400, case when id % 13 = 0 then null else 20400 + id % 300 end,
      3, 3, 19000 from customers`);
  // As scoring leaves it.
  await server.d1(`insert into rollups (name, generation, figures, made_at) values ('payment', 0, '{"currency":"USD","payment":1500}', 0)`);
  await server.d1(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
    insert into orders (source, external_id, customer_id, ordered_at, amount, currency, changed_at)
    select 1, 'O-' || i, 1 + i % ${CUSTOMERS}, 1770000000000 + i, i, case when i % 5 = 0 then 'EUR' else 'USD' end, 0 from n`);
});
after(() => server.stop());

const page = (tier, sort, offset = 0, limit = 100) =>
  api.get(`/api/customers?sort=${sort}&offset=${offset}&limit=${limit}${tier ? `&tier=${tier}` : ""}`);
const ids = ({ json }) => json.customers.map(({ external_id }) => external_id);
const cases = TIERS.flatMap((tier) => SORTS.map((sort) => [tier, sort]));
const read = async () => {
  const lists = new Map();
  for (const [tier, sort] of cases) {
    const first = await page(tier, sort);
    const { total } = first.json.meta;
    const deep = Math.max(0, Math.floor(total / 2) - 17);
    lists.set(`${tier} ${sort}`, {
      total,
      tiers: first.json.meta.tiers,
      ids: [ids(first), ids(await page(tier, sort, deep)), ids(await page(tier, sort, Math.max(0, total - 30))), ids(await page(tier, sort, total))],
      reads: first.meter.rows_read,
    });
  }
  return lists;
};

let live;
test("before a roll-up a list is sorted at each call", async () => {
  live = await read();
  assert.ok(live.get("undefined value").reads > CUSTOMERS);
  assert.equal(live.get("undefined value").total, CUSTOMERS);
  assert.equal((await server.d1("select count(*) as n from list_chunks"))[0].n, 0);
});

test("after it every page of every list is the same and reads a few hundred rows", async () => {
  const totals = (await api.get("/api/overview")).json.overview;
  const run = await ran(api, "rollup");
  assert.equal(run.status, "done");
  const rolled = await read();
  for (const [name, { total, tiers, ids, reads }] of rolled) {
    assert.deepEqual(ids, live.get(name).ids, name);
    assert.deepEqual([total, tiers], [live.get(name).total, live.get(name).tiers], name);
    assert.ok(reads < 1_500, `${name} read ${reads} rows`);
  }
  const after = (await api.get("/api/overview")).json.overview;
  assert.deepEqual([after.orders, after.totals, after.tiers], [totals.orders, totals.totals, totals.tiers]);
});

test("what a list shows of a customer is of this moment, whatever the roll-up's order", async () => {
  const [first] = (await page("lost", "value")).json.customers;
  await server.d1("update customers set name = 'Renamed since' where public_id = ?1", first.id);
  const [again] = (await page("lost", "value")).json.customers;
  assert.deepEqual([again.id, again.name], [first.id, "Renamed since"]);
});

test("a walk by cursor meets everybody once, also when two more roll-ups come between", async () => {
  const met = [];
  let cursor = "";
  for (let step = 0; cursor !== null; step++) {
    const answer = await api.get(`/api/customers?tier=lost&sort=name&limit=500${cursor && `&cursor=${cursor}`}`);
    assert.equal(answer.status, 200, answer.text);
    met.push(...ids(answer));
    cursor = answer.json.meta.next_cursor;
    if (step === 3 || step === 5) {
      await ran(api, "rollup");
      await ran(api, "rollup");
    }
  }
  assert.equal(met.length, live.get("lost name").total);
  assert.equal(new Set(met).size, met.length);
  assert.deepEqual(met.slice(0, 100), live.get("lost name").ids[0]);
});

test("scoring a large shop asks for a roll-up, and the sweep makes it", async () => {
  await server.d1("delete from wakes");
  await server.d1("update rollups set made_at = 0");
  const [{ generation }] = await server.d1("select generation from rollups where name = 'lists'");
  await server.d1("update facets set dirty = 1 where customer_id <= 50");
  await ran(api, "score");
  await until(async () => {
    await server.scheduled("* * * * *");
    return (await server.d1("select generation from rollups where name = 'lists'"))[0].generation > generation;
  }, "the roll-up");
  const generations = await server.d1("select distinct generation from list_chunks order by 1");
  assert.ok(generations.length <= 2, JSON.stringify(generations));
});

test("a roll-up that was asked for a moment ago waits, and is not forgotten", async () => {
  await server.d1("update rollups set made_at = cast(unixepoch('subsec') * 1000 as integer)");
  await server.d1("update facets set dirty = 1 where customer_id <= 50");
  await ran(api, "score");
  const [wake] = await server.d1("select due_at - cast(unixepoch('subsec') * 1000 as integer) as left from wakes where job = 'rollup'");
  assert.ok(wake.left > 200_000 && wake.left <= 300_000, JSON.stringify(wake));
});

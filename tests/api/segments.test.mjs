// Segments: everybody in exactly one micro-segment, rows that add up, filters of marketers, who is left out, and who moves.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { aModel, event, imported, keepModel, order, person, ran } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";

let server, api, model;
before(async () => {
  server = await start({ now: NOW });
  model = await aModel(server, await server.api("owner"));
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  await keepModel(server, model, Date.parse(NOW));
  api = await server.api("marketer");
});

const day = (n) => new Date(Date.UTC(2025, 2, 1 + n)).toISOString().slice(0, 10);
// Customers who spend more the higher their number, half of them long gone.
const shop = async (customers) => {
  const rows = [];
  for (let n = 0; n < customers; n++) {
    const last = n % 2 === 0 ? 355 : 120;
    for (let at = 0; at < 5; at++) rows.push(order(rows.length + 1, `C-${n}`, day(last - at * 20 - (n % 7)), 1_000 + 100 * n));
  }
  await imported(api, "customers", Array.from({ length: customers }, (_, n) => person(`C-${n}`, `c${n}@example.com`, { country: n % 3 ? "US" : "DE" })), { file: "people" });
  await imported(api, "orders", rows);
  await settled();
};
const settled = async () => {
  assert.equal((await ran(await server.api("owner"), "score")).status, "done");
  assert.equal((await ran(await server.api("owner"), "segments")).status, "done");
};
const list = async () => (await api.get("/api/segments")).json;
const is = (field, operator, ...values) => ({ is: { field, operator, values: values.map(String) } });
const count = async (filter) => {
  const answer = await api.post("/api/segments/count", { filter });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.count;
};
const number = async (external) => (await server.d1("select id, public_id from customers where external_id = ?1", external))[0];

test("each customer is in exactly one micro-segment, the 24 rows and the matrix's groups add up to the shop, and no segment is thin", async () => {
  await shop(400);
  const { segments, meta } = await list();
  const sum = (rows, of = (row) => row.customers) => rows.reduce((so_far, row) => so_far + of(row), 0);
  assert.deepEqual([meta.customers, meta.unplaced, meta.rows.length], [400, 0, 24]);
  assert.deepEqual([sum(segments), sum(meta.rows)], [400, 400]);
  for (const row of meta.rows) {
    const of_row = segments.filter(({ id }) => id === row.code || id.startsWith(`${row.code}-`));
    assert.equal(sum(of_row), row.customers, row.code);
    for (const { id, customers } of of_row) assert.ok(of_row.length === 1 || customers >= 35, `${id} has ${customers}`);
  }
  // Thirds of the shop by what they are worth.
  const tiers = await server.d1("select value_tier, count(*) as n, min(margin_back) as low, max(margin_back) as high from facets group by 1 order by 1");
  assert.equal(tiers.length, 3);
  for (const { n } of tiers) assert.ok(n > 100 && n < 170, JSON.stringify(tiers));
  assert.ok(tiers[0].high <= tiers[1].low && tiers[1].high <= tiers[2].low, JSON.stringify(tiers));

  const aggregates = (await api.get("/api/segments/aggregates")).json;
  assert.equal(aggregates.meta.customers, 400);
  for (const row of meta.rows) {
    const groups = aggregates.groups.filter((group) => group.row === row.row);
    assert.equal(sum(groups, (group) => group.customers + group.excluded), row.customers, row.code);
  }
  assert.ok(aggregates.groups.every(({ contact, none }) => contact >= none && contact <= 1000), "no prior expects harm");

  // A page of its own says the same as the list, and the list of its customers has as many.
  for (const { id, customers, name } of segments.slice(0, 3)) {
    const { segment } = (await api.get(`/api/segments/${id}`)).json;
    assert.deepEqual([segment.customers, segment.name, sum(segment.reasons)], [customers, name, customers]);
    assert.equal(segment.trend.at(-1).customers, customers);
    const people = (await api.get(`/api/customers?segment=${id}&limit=5`)).json;
    assert.equal(people.meta.total, customers);
    assert.ok(people.customers.every((row) => row.segment === id));
  }
  const [{ code, customers }] = meta.rows.filter((row) => row.customers > 0);
  assert.equal((await api.get(`/api/customers?segment=row:${code}&limit=1`)).json.meta.total, customers);
  assert.equal((await api.get("/api/segments/high-price-often")).status, 404);
});

test("a run that finds nobody in another place writes nobody's row, and who moves is told in their timeline and their segments", async () => {
  await shop(120);
  const again = await ran(await server.api("owner"), "segments");
  assert.deepEqual([again.status, again.counts.moved ?? 0], ["done", 0]);
  const { id, public_id } = await number("C-1");
  const [before] = await server.d1("select segment, tier from facets where customer_id = ?1", id);
  // Seven years of lateness and one great order: another tier, and worth more.
  await imported(api, "orders", [order(9_000, "C-1", "2026-02-28", 900_000)], { file: "later" });
  await settled();
  const [now] = await server.d1("select segment, tier from facets where customer_id = ?1", id);
  assert.notEqual(now.tier, before.tier);
  const [move] = await server.d1("select * from segment_moves where customer_id = ?1", id);
  assert.deepEqual([move.tier_was, move.tier_became], [before.tier, now.tier]);
  const told = (await api.get(`/api/customers/${public_id}/timeline`)).json.timeline.find(({ kind }) => kind === "moved");
  assert.ok(/^(Moved from|Risk moved from) /.test(told.title), told.title);
});

test("a filter counts what SQL counts, reads as a sentence, and its customers are listed and exported", async () => {
  await shop(90);
  const filter = { all: [is("tier", "one_of", "lost"), { any: [is("country", "one_of", "DE"), is("value", "at_least", "0.01")] }, is("last_order", "longer_ago", "100")] };
  const counted = await count(filter);
  const [{ n }] = await server.d1("select count(*) as n from facets where tier = 4 and (country = 'DE' or value >= 1) and last_day <= ?1", Math.floor(Date.parse(NOW) / 86_400_000) - 101);
  assert.ok(n > 5 && n < 90, `${n}`);
  assert.deepEqual([counted.customers, counted.is_least], [n, false]);
  assert.equal(counted.sentence, "Customers who are lost, (who are from DE or whose expected value of a year is at least 0.01 USD) and whose last order was more than 100 days ago");

  const saved = await api.post("/api/segments", { name: "Long gone", filter });
  assert.equal(saved.status, 201, saved.text);
  const { id, version } = saved.json.segment;
  assert.deepEqual([saved.json.segment.customers, version, saved.json.segment.gone], [n, 1, []]);
  const people = (await api.get(`/api/customers?segment=${id}&limit=500`)).json;
  assert.deepEqual([people.meta.total, people.customers.length], [n, n]);
  for (const sort of ["name", "-name", "value", "deadline"]) {
    const sorted = (await api.get(`/api/customers?segment=${id}&sort=${sort}&limit=500`)).json;
    assert.deepEqual(sorted.customers.map((row) => row.id).sort(), people.customers.map((row) => row.id).sort(), sort);
  }
  assert.ok((await api.get(`/api/customers?segment=${id}&q=C-4`)).json.customers.every((row) => row.external_id.startsWith("C-4")));
  const owner = await server.api("owner");
  const csv = (await owner.get(`/api/customers/export.csv?segment=${id}`)).text;
  assert.equal(csv.trim().split("\n").length, n + 1);

  const changed = await api.patch(`/api/segments/${id}`, { name: "Long gone Germans", filter: is("country", "one_of", "DE") });
  assert.deepEqual([changed.status, changed.json.segment.version, changed.json.segment.customers], [200, 2, 30]);
  const stale = await api.patch(`/api/segments/${id}`, { name: "x" }, { "if-match": '"1"' });
  assert.deepEqual([stale.status, stale.json.conflict.current], [412, 2]);
  assert.equal((await api.delete(`/api/segments/${id}`)).status, 200);
  assert.equal((await api.get(`/api/customers?segment=${id}`)).status, 422);
});

test("every field compiles to a statement that runs", async () => {
  await shop(30);
  const [{ public_id: source }] = await server.d1("select public_id from sources limit 1");
  const fields = {
    tier: ["one_of", "lost"], lifecycle: ["none_of", "new"], value_tier: ["one_of", "high"], reason: ["one_of", "unknown"],
    engagement: ["one_of", "silent"], win_back: ["one_of", "unlikely", "possible", "likely"], value: ["known"], margin: ["at_most", "10.00"],
    regain: ["at_least", "0.00"], waiting: ["at_least", "0"], risk: ["at_least", "50"], chance: ["at_least", "1.5"], orders: ["at_least", "5"],
    first_order: ["after", "2025-01-01"], last_order: ["within_last", "365"], deadline: ["within_next", "30"], country: ["none_of", "DE"],
    tag: ["none_of", "vip"], owner: ["one_of", "none"], source: ["one_of", source], consent: ["none_of", "email", "sms"],
    excluded: ["one_of", "no"], segment: ["none_of", "high-price"],
  };
  for (const [field, [operator, ...values]] of Object.entries(fields)) {
    const { customers } = await count(is(field, operator, ...values));
    assert.ok(customers >= 0 && customers <= 30, field);
  }
  assert.equal((await count(is("owner", "one_of", "none"))).customers, 30);
  assert.equal((await count(is("tag", "none_of", "vip"))).customers, 30);
  assert.equal((await count(is("source", "one_of", source))).customers, 30);
});

test("hostile values change nothing but the answer", async () => {
  await shop(12);
  const everything = async () => JSON.stringify([await server.d1("select * from facets order by 1"), await server.d1("select * from customers order by 1"), await server.d1("select name from sqlite_master order by 1")]);
  const before = await everything();
  const hostile = ["'; drop table facets; --", "' or 1=1 --", "\") or 1=1 --", "*/ or 1=1 /*", "/*segment*/", "?1", "%", "vip' union select 1", "\\", "😈", "null", "[]", "{}", "\u202e"];
  for (const value of hostile) {
    const { customers } = await count(is("tag", "one_of", value));
    assert.equal(customers, 0, value);
    for (const field of ["tier", "country", "value", "orders", "last_order", "segment", "owner", "source", "consent", "risk", "trait:plan", "nothing", `x${value}`]) {
      const answer = await api.post("/api/segments/count", { filter: is(field, "one_of", value) });
      assert.equal(answer.status, 422, `${field} ${value}: ${answer.text}`);
      assert.ok(Object.keys(answer.json.fields)[0].startsWith("filter.is."), answer.text);
    }
  }
  for (const filter of [{}, { all: [] }, { all: [{ all: [{ all: [{ all: [is("tier", "one_of", "lost")] }] }] }] }, { sql: "1=1" }, is("tier", "like", "lost"), { all: Array(30).fill(is("tier", "one_of", "lost")) }]) {
    assert.equal((await api.post("/api/segments/count", { filter })).status, 422, JSON.stringify(filter));
  }
  for (const segment of ["high-price'; --", "row:high", "01900000-0000-7000-8000-000000000001"]) {
    assert.equal((await api.get(`/api/customers?segment=${encodeURIComponent(segment)}`)).status, 422, segment);
  }
  assert.equal(await everything(), before);
});

test("a segment whose tag or column is gone says so instead of counting on in silence", async () => {
  await imported(api, "customers", [person("A", "a@example.com", { tags: ["vip"], traits: { plan: "Pro" } }), person("B", "b@example.com", { traits: { plan: "Starter" } })], { file: "people" });
  const { id } = (await api.get("/api/customers?q=a@")).json.customers[0];
  await api.patch(`/api/customers/${id}`, { tags: ["vip"] });
  await server.d1(`update customers set traits = '{"plan":"Pro"}' where external_id = 'A'`);
  await server.d1(`update customers set traits = '{"plan":"Starter"}' where external_id = 'B'`);
  assert.ok((await api.get("/api/declared-traits")).json.meta.found.some(({ name }) => name === "plan"));
  const declared = await api.put("/api/declared-traits", { declared: [{ name: "plan", kind: "text" }] });
  assert.equal(declared.status, 200, declared.text);
  await settled();
  const filter = { all: [is("tag", "one_of", "VIP"), is("trait:plan", "one_of", "pro")] };
  const { segment } = (await api.post("/api/segments", { name: "Pros", filter })).json;
  assert.deepEqual([segment.customers, segment.gone, segment.sentence], [1, [], "Customers who are tagged “VIP” and whose plan is pro"]);

  await api.patch(`/api/customers/${id}`, { tags: [] });
  const own = async () => (await list()).segments.find((row) => row.id === segment.id);
  assert.match((await own()).gone[0], /No customer has the tag “VIP”/);
  await api.put("/api/declared-traits", { declared: [] });
  assert.match((await own()).gone[0], /plan is no declared column/);
  const refused = await api.get(`/api/customers?segment=${segment.id}`);
  assert.deepEqual([refused.status, Object.keys(refused.json.fields)], [422, ["segment"]]);
});

test("who is left out of offers is counted by rule, and a change of the rules takes hold", async () => {
  await shop(20);
  await imported(api, "events", [event(1, "C-0", "2026-02-01", "Chargeback Received"), event(2, "C-1", "2026-02-01", "Dispute Opened"), event(3, "C-2", "2026-02-01", "Dispute Opened"), event(4, "C-2", "2026-02-10", "Dispute Closed")], { file: "events" });
  const { public_id } = await number("C-3");
  assert.equal((await api.patch(`/api/customers/${public_id}`, { tags: ["Wholesale"] })).status, 200);
  await settled();
  const left = async () => Object.fromEntries((await list()).meta.left_out.map(({ exclusion, customers }) => [exclusion, customers]));
  assert.deepEqual(await left(), { chargeback: 1, dispute: 1, reseller: 1 });
  assert.equal((await count(is("excluded", "one_of", "no"))).customers, 17);

  const { exclusions } = (await api.get("/api/exclusions")).json;
  for (const [field, wrong] of [["refund_per_cent", 0], ["orders_a_year", 1], ["staff_domains", ["a@b"]]]) {
    const refused = await api.put("/api/exclusions", { ...exclusions, [field]: wrong });
    assert.deepEqual([refused.status, Object.keys(refused.json.fields)], [422, [field]], refused.text);
  }
  const changed = await api.put("/api/exclusions", { ...exclusions, chargebacks: false, reseller_tags: [], staff_domains: ["Example.com"] });
  assert.equal(changed.status, 200, changed.text);
  await settled();
  assert.deepEqual(await left(), { dispute: 1, staff: 19 });
  const groups = (await api.get("/api/segments/aggregates")).json.groups;
  assert.deepEqual([groups.reduce((sum, group) => sum + group.customers, 0), groups.reduce((sum, group) => sum + group.excluded, 0)], [0, 20]);
});

// Lists of customers and one customer, on rows that the test writes itself.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";

const NOW = "2026-03-02T09:00:00Z";
const DAY = 86_400_000;
const TODAY = Math.floor(Date.parse(NOW) / DAY);
const CUSTOMERS = 300;
const TIERS = ["healthy", "early", "moderate", "immediate", "lost"];

const idOf = (n) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const tierOf = (n) => (n % 11 === 0 ? "not_scored" : TIERS[n % 5]);
const nameOf = (n) => (n === 1 ? "Zoë O'Brien" : n === 2 ? "=cmd()|x" : n === 3 ? "%_wild" : `Person ${String((n * 7919) % 1000).padStart(3, "0")}`);
const keyOf = (n) => (n === 1 ? "zoe o'brien" : nameOf(n).toLowerCase());

let server, api;
before(async () => {
  server = await start({ now: NOW });
  api = await server.api("manager");
  const rows = Array.from({ length: CUSTOMERS }, (_, at) => at + 1);
  const json = (row) => JSON.stringify(rows.map(row));
  const code = (tier) => (tier === "not_scored" ? 9 : TIERS.indexOf(tier));
  await server.d1(
    `insert into customers (id, public_id, external_id, name, name_key, tags, traits, created_at, updated_at)
     select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, '["vip"]', '{"size":"M"}', 0, 0 from json_each(?1)`,
    json((n) => [n, idOf(n), `C-${n}`, nameOf(n), keyOf(n)]),
  );
  await server.d1(
    `insert into facets (customer_id, dirty, tier, lifecycle, p30, p60, p90, value, first_day, last_day, buy_days, orders, deadline_day, country)
     select value ->> 0, value ->> 1, value ->> 2, 1, value ->> 3, value ->> 4, value ->> 5, value ->> 6, 20000, value ->> 7, 2, 2, value ->> 8, 'DE'
     from json_each(?1)`,
    json((n) => [n, n % 11 === 0 ? 1 : 0, code(tierOf(n)), (n * 37) % 10_000, 9000, 9500, n % 4 === 0 ? null : n * 100, TODAY - (n % 90), TODAY + (n % 60)]),
  );
  await server.d1(
    `insert into identities (kind, value, customer_id, created_at)
     select 'external', '1:C-' || value, value, 0 from json_each(?1) union all select 'email', 'p' || value || '@example.com', value, 0 from json_each(?1)`,
    json((n) => n),
  );
  await server.d1(
    `insert into contacts (id, public_id, customer_id, name, email, consent, created_at, updated_at)
     select value ->> 0, value ->> 1, value ->> 0, 'Contact', 'p' || (value ->> 0) || '@example.com', '{}', 0, 0 from json_each(?1)`,
    json((n) => [n, uuid7()]),
  );
  const score = { triggers: [{ code: "order_gap", text: "No order for 71 days, usually every 24", since: "2026-01-01" }] };
  await server.d1(
    "insert into scores (customer_id, model_id, score, history, scored_at) select value, 1, ?2, '', 0 from json_each(?1)",
    json((n) => n), JSON.stringify(score),
  );
  await server.d1("insert into runs (public_id, job, status, started_at, finished_at) values (?1, 'score', 'done', 1, ?2)", uuid7(), Date.parse(NOW) - 60_000);
});
after(() => server.stop());

const list = async (query = "") => {
  const answer = await api.get(`/api/customers${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};

async function walk(query) {
  const rows = [];
  let cursor = "";
  do {
    const { customers, meta } = await list(`?limit=37&${query}${cursor && `&cursor=${cursor}`}`);
    assert.ok(customers.length <= 37);
    rows.push(...customers);
    cursor = meta.next_cursor;
  } while (cursor);
  return rows;
}

test("a row has what Radar shows", async () => {
  const { customers } = await list("?q=C-8");
  const row = customers.find((customer) => customer.external_id === "C-8");
  assert.equal(row.id, idOf(8));
  assert.equal(row.email, "p8@example.com");
  assert.equal(row.country, "DE");
  assert.equal(row.tier, "immediate");
  assert.deepEqual(row.risk, { p30: 0.0296, p60: 0.9, p90: 0.95 });
  assert.equal(row.lifetime_value, null, "not known");
  assert.equal(row.triggers[0].code, "order_gap");
  assert.equal(row.last_order, new Date((TODAY - 8) * DAY).toISOString().slice(0, 10));
  assert.equal(row.sample, false);
  const [{ lifetime_value: value }] = (await list("?q=p9@")).customers;
  assert.deepEqual(value, { amount: "9.00", currency: "USD" });
});

test("walking by cursor gives every customer once, in every sort and both ways round", async () => {
  for (const sort of ["risk", "value", "name", "last_order", "deadline"]) {
    for (const sign of ["", "-"]) {
      const ids = (await walk(`sort=${sign}${sort}`)).map((row) => row.id);
      assert.equal(ids.length, CUSTOMERS, `${sign}${sort}`);
      assert.equal(new Set(ids).size, CUSTOMERS, `${sign}${sort} repeats somebody`);
    }
  }
});

test("walking a search gives what it finds once, by name and by number", async () => {
  for (const sort of ["risk", "name", "-name"]) {
    const ids = (await walk(`q=person&sort=${sort}`)).map((row) => row.id);
    assert.equal(ids.length, CUSTOMERS - 3, sort);
    assert.equal(new Set(ids).size, ids.length);
  }
});

test("each sort is one", async () => {
  const rising = (values) => values.every((value, at) => at === 0 || values[at - 1] <= value);
  const value = (await walk("sort=-value")).map((row) => row.lifetime_value?.amount).filter(Boolean).map(Number);
  assert.ok(rising(value) && value.length > 100);
  const names = (await walk("sort=name")).map((row) => keyOf(Number(row.external_id.slice(2))));
  assert.ok(rising(names));
  assert.ok(rising((await walk("sort=-name")).map((row) => keyOf(Number(row.external_id.slice(2)))).reverse()));
  assert.ok(rising((await walk("sort=deadline")).map((row) => row.deadline)));
  assert.ok(rising((await walk("sort=last_order")).map((row) => row.last_order).reverse()));
});

test("by risk the lost come after all who can be kept, and who is not scored comes last", async () => {
  const tiers = (await walk("sort=risk")).map((row) => row.tier);
  const first = tiers.indexOf("lost");
  const unscored = tiers.indexOf("not_scored");
  assert.ok(tiers.slice(0, first).every((tier) => !["lost", "not_scored"].includes(tier)));
  assert.ok(tiers.slice(first, unscored).every((tier) => tier === "lost"));
  assert.ok(tiers.slice(unscored).every((tier) => tier === "not_scored"));
});

test("what is not known sorts last either way", async () => {
  for (const sort of ["value", "-value"]) {
    const known = (await walk(`sort=${sort}`)).map((row) => row.lifetime_value !== null);
    assert.ok(known.indexOf(false) > known.lastIndexOf(true), sort);
  }
});

test("an offset gives the same rows as the cursor", async () => {
  const walked = (await walk("sort=name")).map((row) => row.id);
  const { customers } = await list("?sort=name&limit=50&offset=120");
  assert.deepEqual(customers.map((row) => row.id), walked.slice(120, 170));
});

test("tiers filter, and the counts are exact", async () => {
  const { meta } = await list();
  const all = Array.from({ length: CUSTOMERS }, (_, at) => at + 1);
  for (const { tier, customers, value, value_unknown: unknown } of meta.tiers) {
    const members = all.filter((n) => tierOf(n) === tier);
    assert.equal(customers, members.length, tier);
    assert.equal(unknown, members.filter((n) => n % 4 === 0).length, tier);
    const sum = members.filter((n) => n % 4 !== 0).reduce((total, n) => total + n, 0);
    assert.equal(Number(value.amount), sum, tier);
  }
  assert.deepEqual(meta.tiers.map((row) => row.tier), ["immediate", "moderate", "early", "healthy", "lost", "set_aside", "not_scored"]);
  assert.equal(meta.total, CUSTOMERS);
  assert.equal(meta.total_at_least, null);
  assert.equal(meta.waiting, Math.floor(CUSTOMERS / 11));
  assert.equal(meta.as_of, "2026-03-02T08:59:00Z");
  assert.equal(meta.tiers[0].top_triggers[0], "order_gap");
  const risky = await list("?tier=immediate,moderate&limit=500");
  assert.equal(risky.meta.total, risky.customers.length);
  assert.ok(risky.customers.every((row) => ["immediate", "moderate"].includes(row.tier)));
});

test("a search finds the start of a name without its accents, of an address, and of an outside id", async () => {
  const found = async (q) => (await list(`?limit=500&q=${encodeURIComponent(q)}`)).customers.map((row) => row.external_id);
  for (const q of ["zoe", "ZOË", "Zoë O'B", "p1@example.com", " P1@EXAMPLE ", "C-1"]) {
    assert.ok((await found(q)).includes("C-1"), q);
  }
  assert.deepEqual(await found("brien"), []);
  const searched = await list("?q=person&tier=lost");
  assert.equal(searched.meta.total, searched.customers.length);
  assert.ok(searched.customers.every((row) => row.tier === "lost"));
});

test("a search that looks like SQL or a pattern is only text", async () => {
  const texts = ["' or 1=1 --", "%", "_", "%_wild", "\"; drop table customers; --", "'", "\u0000", "*", "😀"];
  for (const text of texts) {
    const { customers } = await list(`?q=${encodeURIComponent(text)}`);
    assert.deepEqual(customers.map((row) => row.name), text === "%" || text === "%_wild" ? ["%_wild"] : [], text);
  }
  assert.equal((await list()).meta.total, CUSTOMERS);
});

test("what the list does not know is refused by field", async () => {
  for (const [query, field] of [
    ["tier=dead", "tier"],
    ["sort=name;drop", "sort"],
    ["limit=0", "limit"],
    ["limit=501", "limit"],
    ["cursor=abc", "cursor"],
    ["cursor=e30&offset=3", "offset"],
    ["segment=big", "segment"],
  ]) {
    const answer = await api.get(`/api/customers?${query}`);
    assert.equal(answer.status, 422, query);
    assert.deepEqual(Object.keys(answer.json.fields), [field], query);
  }
  for (const query of ["limit=x", "limit=-1", "colour=red"]) assert.equal((await api.get(`/api/customers?${query}`)).status, 400, query);
});

test("a cursor of one list is refused by another", async () => {
  const { meta } = await list("?sort=name&limit=1");
  assert.equal((await api.get(`/api/customers?sort=value&cursor=${meta.next_cursor}`)).status, 422);
});

test("a page takes seven calls to the database, however long it is", async () => {
  const { meter } = await api.get("/api/customers?limit=200");
  assert.ok(meter.queries <= 7, JSON.stringify(meter));
  assert.equal(meter.rows_written, 0);
});

test("the export has the whole list, with formulas made harmless and numbers as numbers", async () => {
  const answer = await api.get("/api/customers/export.csv?sort=name");
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^text\/csv/);
  const lines = answer.text.replace(/^\uFEFF/, "").trimEnd().split("\r\n");
  assert.equal(lines.length, CUSTOMERS + 1);
  assert.match(lines[0], /^id,external_id,/);
  assert.equal(lines.filter((line) => line.startsWith("id,")).length, 1);
  const formula = lines.find((line) => line.includes("cmd()"));
  assert.match(formula, /'=cmd\(\)\|x/);
  assert.match(lines.find((line) => line.includes("C-9,")), /,9\.00,USD,/);
  const lost = await api.get("/api/customers/export.csv?tier=lost");
  assert.equal(lost.text.trimEnd().split("\r\n").length - 1, (await list("?tier=lost")).meta.total);
});

test("the export follows the search, and needs the permission", async () => {
  const found = await api.get("/api/customers/export.csv?q=zoe");
  assert.equal(found.text.trimEnd().split("\r\n").length, 2);
  assert.equal((await (await server.api("marketer")).get("/api/customers/export.csv")).status, 403);
});

test("a customer's page has people, consent, orders and totals by currency", async () => {
  await server.d1("insert into rates (currency, day, rate, created_at) values ('EUR', ?1, 1.5, 0)", TODAY - 100);
  const order = (id, at, amount, currency, refunded = 0, status = "paid", items = null) =>
    server.d1(
      `insert into orders (source, external_id, customer_id, ordered_at, amount, currency, refunded, status, items, changed_at)
       values (1, ?1, 7, ?2, ?3, ?4, ?5, ?6, ?7, 0)`,
      id, Date.parse(at), amount, currency, refunded, status, items,
    );
  await order("A-1", "2026-01-01T10:00:00Z", 1000, "USD", 0, "paid", '["Tea","Cup"]');
  await order("A-2", "2026-01-02T10:00:00Z", 2000, "EUR", 500);
  await order("A-3", "2026-01-03T10:00:00Z", 900, "GBP");
  await order("~abc:0", "2026-01-04T10:00:00Z", 5000, "USD", 0, "cancelled");
  await server.d1(
    `insert into consents (contact_id, channel, purpose, state, basis, source, act, occurred_at, recorded_at)
     values (7, 'email', 'marketing', 'granted', 'consent', 'import', 0, ?1, ?1)`,
    Date.parse("2026-01-02T12:00:00Z"),
  );
  await server.d1(
    `insert into events (source, external_id, customer_id, name, occurred_at, properties, received_at)
     values (1, 'e1', 7, 'Ticket Opened', ?1, '{"subject":"Late parcel","nested":{}}', 0)`,
    Date.parse("2026-01-02T10:00:00Z"),
  );

  const { customer } = (await api.get(`/api/customers/${idOf(7)}`)).json;
  assert.equal(customer.external_id, "C-7");
  assert.deepEqual(customer.tags, ["vip"]);
  assert.deepEqual(customer.traits, { size: "M" });
  assert.equal(customer.contacts.length, 1);
  assert.equal(customer.contacts[0].history[0].state, "granted");
  assert.deepEqual(customer.recent_orders.map((row) => row.external_id), ["~abc:0", "A-3", "A-2", "A-1"]);
  assert.deepEqual(customer.recent_orders[3].items, ["Tea", "Cup"]);
  const money = (amount, currency) => ({ amount, currency });
  assert.deepEqual(
    customer.spent.toSorted((a, b) => a.revenue.currency.localeCompare(b.revenue.currency)),
    [
      { orders: 1, revenue: money("15.00", "EUR"), in_home: money("22.50", "USD") },
      { orders: 1, revenue: money("9.00", "GBP"), in_home: null },
      { orders: 1, revenue: money("10.00", "USD"), in_home: money("10.00", "USD") },
    ],
  );
  assert.equal(customer.home_currency, "USD");
});

test("a timeline merges orders, events and consents, newest first, and pages without gaps at equal times", async () => {
  const whole = (await api.get(`/api/customers/${idOf(7)}/timeline`)).json.timeline;
  assert.deepEqual(
    whole.map((item) => [item.kind, item.title, item.detail]),
    [
      ["order", "Order, cancelled", null],
      ["order", "Order A-3", null],
      ["consent", "Email marketing: granted", "By import"],
      ["event", "Ticket Opened", "subject: Late parcel"],
      ["order", "Order A-2", null],
      ["order", "Order A-1", "Tea, Cup"],
    ],
  );
  assert.deepEqual(whole[5].amount, { amount: "10.00", currency: "USD" });
  const walked = [];
  let cursor = "";
  do {
    const { timeline, meta } = (await api.get(`/api/customers/${idOf(7)}/timeline?limit=1${cursor && `&cursor=${cursor}`}`)).json;
    walked.push(...timeline);
    cursor = meta.next_cursor;
  } while (cursor);
  assert.deepEqual(walked, whole);
});

test("who is not there is not found", async () => {
  for (const target of [uuid7(), "1", "..", "x'--"]) {
    for (const part of ["", "/timeline"]) {
      const answer = await api.get(`/api/customers/${encodeURIComponent(target)}${part}`);
      assert.equal(answer.status, 404, target);
      assert.equal(answer.json.code, "not_found");
    }
  }
});

test("the overview counts what is there", async () => {
  const { overview } = (await api.get("/api/overview")).json;
  assert.equal(overview.customers, CUSTOMERS);
  assert.equal(overview.contacts, CUSTOMERS);
  assert.equal(overview.orders, 4);
  assert.equal(overview.events, 1);
  assert.deepEqual(overview.totals[0], {
    orders: 1, revenue: { amount: "10.00", currency: "USD" }, in_home: { amount: "10.00", currency: "USD" },
  });
  assert.equal(overview.waiting, Math.floor(CUSTOMERS / 11));
  assert.equal(overview.last_import, null);
  assert.equal(overview.last_score.job, "score");
});

test("thresholds show how many have each risk, and own ones go before the model's until they are given up", async () => {
  const view = async () => (await api.get("/api/thresholds")).json.thresholds;
  const before = await view();
  const kept = Array.from({ length: CUSTOMERS }, (_, at) => at + 1).filter((n) => !["lost", "not_scored"].includes(tierOf(n)));
  assert.equal(before.cells.reduce((sum, cell) => sum + cell[3], 0), kept.length);
  assert.notEqual(before.basis, "own");
  const own = { immediate: 0.6, moderate: 0.5, early: 0.4 };
  const changed = await api.put("/api/thresholds", own);
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual([changed.json.thresholds.thresholds, changed.json.thresholds.basis], [own, "own"]);
  assert.equal(changed.meter.queue, 1, "the bell is rung for scoring");
  for (const wrong of [{ ...own, early: 0 }, { ...own, early: 1.1 }, { ...own, early: -1 }]) {
    assert.deepEqual(Object.keys((await api.put("/api/thresholds", wrong)).json.fields), ["early"]);
  }
  const given = (await api.delete("/api/thresholds")).json.thresholds;
  assert.deepEqual([given.thresholds, given.basis, given.text], [before.thresholds, before.basis, before.text]);
});

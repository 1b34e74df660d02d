// The shop's settings and its rates: what converts, what stays apart, and who is scored again.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until, uuid7 } from "../harness.mjs";

let server, api;
before(async () => {
  server = await start({ now: "2026-03-02T09:00:00Z" });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  api = await server.api("owner");
  for (const [id, currency] of [[1, "USD"], [2, "EUR"], [3, "GBP"]]) {
    await server.d1(
      "insert into customers (id, public_id, external_id, name, name_key, created_at, updated_at) values (?1, ?2, ?1 || '', '', '', 0, 0)",
      id, uuid7(),
    );
    await server.d1("insert into facets (customer_id, dirty, tier) values (?1, 0, 0)", id);
    await server.d1(
      `insert into orders (source, external_id, customer_id, ordered_at, amount, currency, changed_at)
       values (1, ?1 || '', ?1, ?2, 1000, ?3, 0)`,
      id, Date.parse("2026-01-15T12:00:00Z"), currency,
    );
  }
});

// How many customers each run that marks whom to fold again has marked.
const marked = async () =>
  (await server.d1("select counts from runs where job = 'refold' and status = 'done' order by id")).map((row) => JSON.parse(row.counts).marked ?? 0);
const markedOnce = (customers) => until(async () => JSON.stringify(await marked()) === JSON.stringify([customers]), `${customers} marked`);
const totals = async () =>
  Object.fromEntries((await api.get("/api/overview")).json.overview.totals.map((row) => [row.revenue.currency, row.in_home?.amount ?? null]));
const EUR = [
  { currency: "EUR", day: "2026-01-01", rate: 1.1 },
  { currency: "EUR", day: "2026-02-01", rate: 1.2 },
];

test("without a rate a currency stays apart", async () => {
  assert.deepEqual(await totals(), { USD: "10.00", EUR: null, GBP: null });
});

test("stored rates convert at the order's day, and whoever ordered in a foreign currency is scored again", async () => {
  const answer = await api.put("/api/rates", { rates: EUR });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual((await api.get("/api/rates")).json.rates, EUR);
  assert.deepEqual(await totals(), { USD: "10.00", EUR: "11.00", GBP: null });
  await markedOnce(2);
});

test("the same rates again write nothing", async () => {
  await api.put("/api/rates", { rates: EUR });
  const again = await api.put("/api/rates", { rates: [...EUR].reverse() });
  assert.equal(again.meter.rows_written, 0);
  assert.equal(again.meter.queue, 0);
});

test("a rate that is left out is removed", async () => {
  await api.put("/api/rates", { rates: EUR });
  await api.put("/api/rates", { rates: [{ currency: "GBP", day: "2026-01-01", rate: 1.3 }] });
  assert.deepEqual(await totals(), { USD: "10.00", EUR: null, GBP: "13.00" });
});

test("another home currency removes the rates and has everybody scored again", async () => {
  await server.d1("insert into rates (currency, day, rate, created_at) values ('EUR', 1, 1.1, 0)");
  const answer = await api.patch("/api/shop", { home_currency: "eur" });
  assert.equal(answer.json.shop.home_currency, "EUR");
  assert.deepEqual((await api.get("/api/rates")).json.rates, []);
  assert.deepEqual(await totals(), { EUR: "10.00", USD: null, GBP: null });
  await markedOnce(3);
});

test("the same home currency again changes nothing of the money", async () => {
  await server.d1("insert into rates (currency, day, rate, created_at) values ('EUR', 1, 1.1, 0)");
  const answer = await api.patch("/api/shop", { home_currency: "USD", name: "Tea and more", time_zone: "Europe/Berlin", plan: "free" });
  assert.equal(answer.meter.queue, 0);
  assert.deepEqual(await server.d1("select job from wakes"), []);
  const { shop } = (await api.get("/api/shop")).json;
  assert.deepEqual([shop.name, shop.time_zone, shop.plan, shop.home_currency], ["Tea and more", "Europe/Berlin", "free", "USD"]);
  assert.equal((await api.get("/api/rates")).json.rates.length, 1);
});

test("values that are not accepted are named, and nothing changes", async () => {
  for (const [body, field] of [
    [{ name: "  " }, "name"],
    [{ name: "x".repeat(101) }, "name"],
    [{ time_zone: "Mars/Olympus" }, "time_zone"],
    [{ home_currency: "EURO" }, "home_currency"],
    [{ plan: "gold" }, "plan"],
  ]) {
    const answer = await api.patch("/api/shop", body);
    assert.equal(answer.status, 422, JSON.stringify(body));
    assert.deepEqual(Object.keys(answer.json.fields), [field]);
  }
  const wrong = await api.put("/api/rates", { rates: [{ currency: "USD", day: "2026-01-01", rate: 1 }, { currency: "EUR", day: "1.1.", rate: 0 }] });
  assert.deepEqual(Object.keys(wrong.json.fields), ["rates[0].currency", "rates[1].day", "rates[1].rate"]);
  assert.equal((await api.patch("/api/shop", { sending: true })).status, 422, "an unknown field");
  assert.equal((await api.get("/api/shop")).json.shop.name, "My shop");
  assert.deepEqual(await server.d1("select job from wakes"), []);
});

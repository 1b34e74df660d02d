// What a shop says of itself, what stands in where it says nothing, and which figures follow.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until, uuid7 } from "../harness.mjs";

const NOW = "2026-03-02T09:00:00Z";
const DAY = 86_400_000;
const TODAY = Math.floor(Date.parse(NOW) / DAY);

let server, api;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  api = await server.api("owner");
});

const stored = async () => (await server.d1("select * from shop where id = 1"))[0];
const economics = async () => (await api.get("/api/economics")).json.economics;
const customer = async (id, { back = 10, tier = 0, value = null } = {}) => {
  await server.d1("insert into customers (id, public_id, external_id, name, name_key, created_at, updated_at) values (?1, ?2, ?1 || '', '', '', 0, 0)", id, uuid7());
  await server.d1("insert into facets (customer_id, dirty, tier, value, last_day, buy_days) values (?1, 0, ?2, ?3, ?4, 1)", id, tier, value, TODAY - back);
};
const order = (n, amount, items, { back = 10, currency = "USD", refunded = 0, status = "paid" } = {}) =>
  server.d1(
    `insert into orders (source, external_id, customer_id, ordered_at, amount, currency, refunded, status, items, changed_at)
     values (1, 'o' || ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, 0)`,
    n, (TODAY - back) * DAY, amount, currency, refunded, status, items === null ? null : JSON.stringify(items),
  );

test("every answer is stored, told in the shop, and written into the log with its values", async () => {
  const answer = await api.patch("/api/shop", {
    industry: "pets", business_model: "both", active_customers: 1200, margin: 0.31, acquisition_cost: { amount: "12.50", currency: "USD" }, set_up: true,
  });
  assert.equal(answer.status, 200, answer.text);
  const { profile, set_up } = answer.json.shop;
  assert.deepEqual(profile, {
    industry: "pets", business_model: "both", active_customers: 1200, margin: 0.31, margin_basis: "one", acquisition_cost: { amount: "12.50", currency: "USD" },
  });
  assert.equal(set_up, true);
  const row = await stored();
  assert.deepEqual([row.industry, row.active_customers, row.acquisition_cost, row.version], ["pets", 1200, 1250, 2]);
  const [{ action, fields }] = await server.d1("select action, fields from audit order by id desc limit 1");
  assert.equal(action, "shop_changed");
  assert.ok(JSON.parse(fields).some((field) => field.name === "industry" && field.from === undefined && field.to === "pets"), fields);
  // Null takes an answer back.
  assert.equal((await api.patch("/api/shop", { industry: null })).json.shop.profile.industry, null);
});

test("what cannot be is refused beside its field, and nothing is stored", async () => {
  for (const [change, field] of [
    [{ industry: "alchemy" }, "industry"],
    [{ margin: 1.2 }, "margin"],
    [{ active_customers: -1 }, "active_customers"],
    [{ active_customers: 1e12 }, "active_customers"],
    [{ acquisition_cost: { amount: "5", currency: "EUR" } }, "acquisition_cost"],
    [{ business_model: "barter" }, "business_model"],
  ]) {
    const answer = await api.patch("/api/shop", change);
    assert.equal(answer.status, 422, answer.text);
    assert.ok(answer.json.fields[field], `${JSON.stringify(change)}: ${answer.text}`);
  }
  assert.equal((await stored()).version, 1);
});

test("without answers the figures are those of trade in general and say so; an industry's come before them, own ones before both", async () => {
  await customer(1);
  await order(1, 4000, null);
  await order(2, 6000, null);
  const general = await economics();
  assert.deepEqual([general.margin.value, general.margin.basis], [0.4, "general"]);
  assert.deepEqual([general.acquisition_cost.value.amount, general.acquisition_cost.basis], ["15.00", "general"]);
  await api.patch("/api/shop", { industry: "beauty" });
  const usual = await economics();
  assert.deepEqual([usual.margin.value, usual.margin.basis], [0.6, "industry"]);
  assert.match(usual.margin.words, /usual in beauty/i);
  assert.equal(usual.acquisition_cost.value.amount, "17.50");
  await api.patch("/api/shop", { margin: 0.25, acquisition_cost: { amount: "9", currency: "USD" } });
  const own = await economics();
  assert.deepEqual([own.margin.value, own.margin.basis, own.acquisition_cost.value.amount], [0.25, "own", "9.00"]);
});

test("categories weigh by their shares, which need not add up to one", async () => {
  const categories = [{ name: "Shoes", share: 0.6, margin: 0.5 }, { name: "Socks", share: 0.2, margin: 0.9 }];
  assert.equal((await api.put("/api/margins", { categories })).status, 200);
  await api.patch("/api/shop", { margin_basis: "category" });
  const { margin } = await economics();
  assert.ok(Math.abs(margin.value - 0.6) < 1e-9, JSON.stringify(margin));
  assert.equal(margin.basis, "own");
  assert.deepEqual(await server.d1("select kind, name, share, margin, cost from margins order by name"), [
    { kind: "category", name: "Shoes", share: 0.6, margin: 0.5, cost: null },
    { kind: "category", name: "Socks", share: 0.2, margin: 0.9, cost: null },
  ]);
  const [{ action }] = await server.d1("select action from audit where action = 'margins_changed'");
  assert.equal(action, "margins_changed");
});

test("the cost of products gives a margin from paid orders of a year all of whose items have a cost", async () => {
  await customer(1);
  for (let n = 0; n < 20; n += 1) await order(n, 1000, [" Mug", "LID"]);
  await order(100, 9_999, ["Mug", "Unknown"]);
  await order(101, 9_999, ["Mug"], { back: 400 });
  await order(102, 9_999, ["Mug"], { currency: "EUR" });
  await order(103, 9_999, ["Mug"], { refunded: 100 });
  await order(104, 9_999, ["Mug"], { status: "cancelled" });
  await order(105, 9_999, []);
  const usd = (amount) => ({ amount, currency: "USD" });
  await api.patch("/api/shop", { margin_basis: "product" });
  assert.equal((await economics()).margin.basis, "general", "nothing has a cost yet");
  await api.put("/api/margins", { products: [{ name: "mug", cost: usd("2.00") }, { name: "Lid", cost: usd("0.50") }] });
  const { margin } = await economics();
  assert.deepEqual([margin.value, margin.basis, margin.orders], [0.75, "own", 20]);
  // Costs in another home currency mean nothing.
  await api.patch("/api/shop", { home_currency: "EUR" });
  assert.deepEqual(await server.d1("select * from margins"), []);
  assert.equal((await economics()).margin.basis, "general");
});

test("orders that are imported later move a margin that is measured on them", async () => {
  await customer(1);
  for (let n = 0; n < 20; n += 1) await order(n, 1000, ["Mug"]);
  await api.patch("/api/shop", { margin_basis: "product" });
  await api.put("/api/margins", { products: [{ name: "Mug", cost: { amount: "5.00", currency: "USD" } }] });
  assert.equal((await economics()).margin.value, 0.5);
  for (let n = 20; n < 40; n += 1) await order(n, 2000, ["Mug"]);
  await server.d1("update facets set dirty = 1");
  assert.equal((await api.post("/api/runs", { job: "score" })).json.run.status, "done");
  const { margin } = await economics();
  assert.equal(margin.orders, 40);
  assert.ok(Math.abs(margin.value - 2 / 3) < 1e-9, JSON.stringify(margin));
});

test("margins of an older version are refused with what stands, and nothing of them is stored", async () => {
  const body = { categories: [{ name: "Shoes", share: 1, margin: 0.5 }] };
  assert.equal((await api.request("PUT", "/api/margins", body)).status, 428);
  assert.equal((await api.request("PUT", "/api/margins", body, { "if-match": '"1"' })).status, 200);
  const late = await api.request("PUT", "/api/margins", { categories: [] }, { "if-match": '"1"' });
  assert.equal(late.status, 412);
  assert.equal(late.json.conflict.current, 2);
  assert.equal(late.json.conflict.resource.margins.categories[0].name, "Shoes");
  assert.equal((await server.d1("select count(*) as n from margins"))[0].n, 1);
  assert.equal((await server.d1("select count(*) as n from audit where action = 'margins_changed'"))[0].n, 1);
});

test("overview says what is at stake in the home currency", async () => {
  await customer(1, { tier: 3, value: 10_000 });
  await customer(2, { tier: 1, value: 5_000 });
  await customer(3, { tier: 4, value: 70_000 });
  await customer(4, { tier: 0, value: 70_000 });
  await api.patch("/api/shop", { margin: 0.5, acquisition_cost: { amount: "7", currency: "USD" } });
  const { at_stake, economics, alerts } = (await api.get("/api/overview")).json.overview;
  assert.deepEqual(at_stake, { customers: 2, margin: { amount: "75.00", currency: "USD" }, replacement: { amount: "14.00", currency: "USD" } });
  assert.equal(economics.margin.basis, "own");
  assert.deepEqual(alerts, []);
});

test("a count of active customers that the data do not bear out is told with what to do", async () => {
  for (let id = 1; id <= 60; id += 1) await customer(id, { back: id <= 55 ? 365 : 366 });
  // A subscription without orders is active until its paid term ended a year ago.
  await server.d1("update facets set last_day = null, deadline_day = ?1 where customer_id = 60", TODAY - 100);
  assert.equal((await economics()).active, null, "nothing was stated");
  await api.patch("/api/shop", { active_customers: 60 });
  const near = (await economics()).active;
  assert.deepEqual([near.stated, near.counted, near.differs], [60, 56, false]);
  await api.patch("/api/shop", { active_customers: 500 });
  const far = (await economics()).active;
  assert.equal(far.differs, true);
  assert.match(far.words, /500 .*56 .*import the rest/i);
  // Made-up customers are nobody's count.
  await server.d1("update shop set sample = 'store'");
  assert.equal((await economics()).active, null);
});

test("another industry is fitted and scored on the paid plan, with its own rhythm standing in", async () => {
  await customer(1, { back: 60 });
  await order(1, 4000, null, { back: 60 });
  await server.d1("update facets set dirty = 1");
  await api.post("/api/runs", { job: "fit" });
  await api.post("/api/runs", { job: "score" });
  const deadline = async () => (await server.d1("select deadline_day from facets where customer_id = 1"))[0].deadline_day;
  const before = await deadline();
  const answer = await api.patch("/api/shop", { industry: "electronics" });
  assert.equal(answer.meter.queue, 1, "the doorbell rang");
  await until(async () => (await deadline()) > before + 60, "a later deadline");
  const { model } = (await api.get("/api/models")).json;
  assert.match(model.text, /usual in electronics/);
  assert.equal(model.basis, "prior");
  assert.equal((await api.patch("/api/shop", { industry: "electronics" })).meter.queue, 0, "the same again is no change");
});

test("on the free plan another industry replaces the prior and everybody is scored again", async () => {
  await server.d1("update shop set plan = 'free'");
  await customer(1, { back: 60 });
  await order(1, 4000, null, { back: 60 });
  await server.d1("update facets set dirty = 1");
  await api.post("/api/runs", { job: "score" });
  const deadline = async () => (await server.d1("select deadline_day from facets where customer_id = 1"))[0].deadline_day;
  const before = await deadline();
  await api.patch("/api/shop", { industry: "food_drink" });
  await until(async () => (await deadline()) < before, "an earlier deadline");
  const cards = await server.d1("select card, live from models order by id");
  assert.deepEqual(cards.map((row) => row.live), [0, 1]);
  assert.match(JSON.parse(cards[1].card).text, /usual in food and drink/);
});

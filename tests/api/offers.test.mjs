// Offers and their limits: the catalogue, the guardrails, and the matrix that both make of the shop's customers.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { from } from "../person.mjs";
import { imported, order, ran } from "../rows.mjs";

let server, api;
before(async () => {
  server = await start({ now: "2026-03-02T09:00:00Z" });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  api = await server.api("owner");
});

const terms = (more = {}) => ({
  depth_from: 0, depth_to: 0, amount: 0, minimum_order: 0, expiry_days: 30, taken_cost: 500, made_cost: 0, excluded_brands: [], ...more,
});
const tour = (more = {}) => ({ name: "Factory tour", fulfilment: "task", answers: ["service"], terms: terms(), ...more });
const offers = async () => (await api.get("/api/offers")).json.offers;
const guardrails = async () => (await api.get("/api/guardrails")).json;
const matrix = async () => {
  const answer = await api.get("/api/matrix");
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const SEVEN = ["discount", "upgrade", "manager", "trial", "roadmap", "onboarding", "partnership"];

// Thirty customers of known chances and worth, five of them left out of offers.
const people = async () => {
  await imported(api, "orders", Array.from({ length: 30 }, (_, n) => order(n + 1, `C${n}`, "2025-09-01", 5000)));
  await ran(api, "score"); // Nothing is left to score over what is set here.
  await server.d1(
    `update facets set contact = 180, alone = 100, margin_back = 20000, order_back = 5000, engagement = 1, value_tier = customer_id % 3,
       reason = customer_id % 8, excluded = case when customer_id % 6 = 0 then 1 else 0 end`,
  );
};

test("the seven stand in every catalogue; they are edited and switched off, and only a shop's own are removed", async () => {
  assert.deepEqual((await offers()).map((offer) => [offer.id, offer.own]), SEVEN.map((id) => [id, false]));
  const off = await api.patch("/api/offers/trial", { live: false, name: "  Long   trial " }, from(1));
  assert.deepEqual([off.status, off.json.offer.live, off.json.offer.name, off.json.offer.version], [200, false, "Long trial", 2]);
  assert.equal((await api.patch("/api/offers/trial", { live: true }, from(1))).status, 412);
  const refused = await api.delete("/api/offers/trial", from(2));
  assert.deepEqual([refused.status, refused.json.code], [409, "not_own"]);
  const own = await api.post("/api/offers", tour());
  assert.equal(own.status, 201, own.text);
  assert.deepEqual((await offers()).map((offer) => offer.name).at(-1), "Factory tour");
  assert.equal((await offers()).length, 8);
  assert.equal((await api.delete(`/api/offers/${own.json.offer.id}`, from(1))).status, 200);
  assert.equal((await api.patch(`/api/offers/${own.json.offer.id}`, { live: true }, from(1))).status, 404);
  assert.deepEqual((await offers()).map((offer) => offer.id), SEVEN);
});

test("terms that cannot be are refused by field, and a shop has at most twelve offers of its own", async () => {
  for (const [more, field] of [
    [{ name: " " }, "name"],
    [{ terms: terms({ depth_from: 300, depth_to: 200 }) }, "terms.depth_to"],
    [{ terms: terms({ depth_from: 100, depth_to: 200, amount: 5 }) }, "terms.amount"],
    [{ terms: terms({ expiry_days: 0 }) }, "terms.expiry_days"],
    [{ terms: terms({ taken_cost: -1 }) }, "terms.taken_cost"],
    [{ answers: ["price", "price"] }, "answers"],
  ]) {
    const refused = await api.post("/api/offers", tour(more));
    assert.deepEqual([refused.status, Object.keys(refused.json.fields)], [422, [field]], refused.text);
  }
  for (let n = 0; n < 12; n++) assert.equal((await api.post("/api/offers", tour({ name: `Tour ${n}` }))).status, 201);
  const more = await api.post("/api/offers", tour());
  assert.deepEqual([more.status, more.json.code], [409, "too_many_offers"]);
});

test("limits are set as a whole, in the home currency, by an owner; the log tells which", async () => {
  const { guardrails: limits, meta } = await guardrails();
  assert.deepEqual([limits.currency, meta.own, meta.version], ["USD", false, 1]);
  const saved = await api.put("/api/guardrails", { ...limits, greatest_discount: 100, legal: [{ country: "FR", channel: null, kind: "discount", why: "Fixed book prices." }] }, from(1));
  assert.deepEqual([saved.status, saved.json.guardrails.greatest_discount, saved.json.meta.own], [200, 100, true], saved.text);
  assert.equal((await api.put("/api/guardrails", limits, from(1))).status, 412);
  for (const [more, field] of [[{ currency: "EUR" }, "currency"], [{ anyway: 1001 }, "anyway"], [{ most_expiry_days: 1 }, "most_expiry_days"]]) {
    const refused = await api.put("/api/guardrails", { ...limits, ...more }, from(2));
    assert.deepEqual([refused.status, Object.keys(refused.json.fields)], [422, [field]], refused.text);
  }
  const [{ fields }] = await server.d1("select fields from audit where action = 'guardrails_changed'");
  assert.deepEqual(JSON.parse(fields).map((field) => field.name), ["greatest_discount", "legal"]);
  await api.patch("/api/shop", { home_currency: "EUR" });
  assert.deepEqual([(await guardrails()).guardrails.currency, (await guardrails()).meta.own], ["EUR", false], "amounts of another currency mean nothing");
});

test("counts of the matrix are the shop's, and whoever is left out is counted and gets nothing", async () => {
  await people();
  const { matrix: found, basis } = await matrix();
  assert.deepEqual([found.cells.length, found.rows.length], [24 * 7, 24]);
  assert.equal(found.rows.reduce((sum, row) => sum + row.customers, 0), 30);
  assert.deepEqual([found.effect.customers, found.effect.excluded], [30, 5]);
  assert.ok(found.effect.offered + found.effect.contacted <= 25 && found.effect.offered > 0, JSON.stringify(found.effect));
  assert.ok(found.effect.margin > 0 && found.effect.spend <= basis.guardrails.spend);
  assert.ok(found.effect.returns > found.effect.alone);
  const price = found.cells.find((cell) => cell.row === 17 && cell.offer === "discount");
  assert.ok(price.rate > 0.18 && price.low < price.rate && price.rate < price.high && price.basis.includes("prior"), JSON.stringify(price));
});

test("a preview is the matrix of other limits and stores nothing; less budget never earns more", async () => {
  await people();
  const { matrix: now, basis } = await matrix();
  const preview = async (more) => {
    const answer = await api.post("/api/matrix/preview", { guardrails: { ...basis.guardrails, ...more } });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.matrix;
  };
  assert.deepEqual(await preview({}), now);
  const poor = await preview({ spend: 300 });
  assert.ok(poor.effect.margin < now.effect.margin && poor.effect.spend <= 300 && poor.effect.is_bound && poor.effect.next > 0, JSON.stringify(poor.effect));
  const strict = await preview({ anyway: 50 });
  assert.deepEqual([strict.effect.offered, strict.cells.every((cell) => cell.customers === 0)], [0, true]);
  assert.ok(strict.cells.filter((cell) => cell.blocked).every((cell) => cell.blocked === "anyway" && cell.why.includes("10 %")));
  assert.deepEqual((await matrix()).matrix, now);
  const wrong = await api.post("/api/matrix/preview", { guardrails: { ...basis.guardrails, anyway: 2000 } });
  assert.deepEqual([wrong.status, Object.keys(wrong.json.fields)], [422, ["guardrails.anyway"]]);
});

test("what is switched off is chosen for nobody, and outcomes of the shop move its figures", async () => {
  await people();
  const cell = async (id) => (await matrix()).matrix.cells.find((cell) => cell.row === 18 && cell.offer === id);
  const before = await cell("upgrade");
  await server.d1("insert into offer_outcomes (line, offer, made, returned, expected) values (18, 'upgrade', 200, 10, 50.0)");
  const after = await cell("upgrade");
  assert.ok(after.rate < 0.5 * before.rate && after.made === 200 && after.high - after.low < before.high - before.low, JSON.stringify([before, after]));
  await api.patch("/api/offers/upgrade", { live: false }, from(1));
  const off = await cell("upgrade");
  assert.deepEqual([off.blocked, off.given, off.priority], ["switched_off", 0, 0]);
});

// Why customers leave: what is inferred, what a person says, and the shop's words.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { event, imported, order, ran } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";

let server, api;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
});

const whole = async (external) => {
  const { customers } = (await api.get(`/api/customers?q=${external}`)).json;
  return (await api.get(`/api/customers/${customers.find((row) => row.external_id === external).id}`)).json.customer;
};
const facet = async (external) =>
  (await server.d1("select f.reason from facets f join customers c on c.id = f.customer_id where c.external_id = ?1", external))[0].reason;
// The sum of a customer's probabilities, in thousandths.
const sum = (why) => Math.round(why.all.reduce((sum, { probability }) => sum + probability, 0) * 1000);

const cancelled = (n, customer, properties) => [
  event(n, customer, "2026-01-20", "Subscription Renewed", { plan: "Team", price: 20, currency: "USD", term_days: 31 }),
  event(n + 1, customer, "2026-02-10", "Subscription Cancelled", { ends: "now", ...properties }),
];

test("what somebody said as they cancelled is told, stored, and listed", async () => {
  await imported(api, "events", [...cancelled(1, "A", { reason: "too_expensive" }), ...cancelled(3, "B", { comment: "We switched over to a rival product" }), ...cancelled(5, "C", {})]);
  await ran(api, "score");
  const a = await whole("A");
  assert.deepEqual([a.why.reason, a.reason.code, a.why.corrected], ["price", "price", undefined]);
  assert.equal(a.why.evidence[0].text, "Said on 10 February 2026 as they cancelled: price");
  assert.ok(a.reason.probability > 0.8 && a.reason.probability === a.why.probability);
  assert.equal(sum(a.why), 1000);
  const b = await whole("B");
  assert.deepEqual([b.why.reason, b.why.evidence[0].kind], ["competitor", "cancellation"]);
  assert.deepEqual([(await whole("C")).why, (await whole("C")).reason], [null, null]);
  assert.deepEqual([await facet("A"), await facet("B"), await facet("C")], [1, 4, 0]);
});

test("what a person says stands, is versioned, and is taken back", async () => {
  await imported(api, "events", cancelled(1, "A", { reason: "too_expensive" }));
  await ran(api, "score");
  const { id, version } = await whole("A");
  const path = `/api/customers/${id}/reason`;
  const tag = { "if-match": `"${version}"` };
  const said = await api.put(path, { reason: "service" }, tag);
  assert.deepEqual([said.status, said.json.customer.version], [200, version + 1], said.text);
  const late = await api.put(path, { reason: "price" }, tag);
  assert.deepEqual([late.status, late.json.code], [412, "stale"]);
  await ran(api, "score");
  const corrected = await whole("A");
  assert.deepEqual([corrected.why.reason, corrected.why.probability, corrected.why.corrected, corrected.reason.corrected], ["service", 1, true, true]);
  assert.equal(corrected.why.evidence.length > 0, true, "the evidence stays");
  assert.equal(await facet("A"), 3);
  // The same once more changes nothing, whatever version it names.
  assert.equal((await api.put(path, { reason: "service" }, tag)).json.customer.version, version + 1);
  const back = await api.put(path, { reason: null }, { "if-match": `"${version + 1}"` });
  assert.equal(back.status, 200, back.text);
  await ran(api, "score");
  assert.deepEqual([(await whole("A")).why.reason, await facet("A")], ["price", 1]);
  const wrong = await api.put(path, { reason: "weather" }, { "if-match": `"${version + 2}"` });
  assert.equal(wrong.status, 422, wrong.text);
});

test("corrections teach: those who show the same follow, and what somebody said themselves does not move", async () => {
  const customers = Array.from({ length: 12 }, (_, n) => `L${n}`);
  const late = (customer, n) => [
    event(n, customer, "2026-01-20", "Subscription Renewed", { plan: "Team", price: 20, currency: "USD", term_days: 25 }),
    event(n + 1, customer, "2026-02-10", "Delivery Delayed", { days: 5 }),
  ];
  const rows = customers.flatMap((customer, n) => late(customer, 2 * n + 1));
  await imported(api, "events", [...rows, ...late("Said", 90), event(92, "Said", "2026-02-11", "Exit Survey Answered", { reason: "too_expensive" })]);
  await ran(api, "score");
  assert.equal((await whole("L11")).why.reason, "poor_experience");
  for (const customer of customers.slice(0, 10)) {
    const { id, version } = await whole(customer);
    assert.equal((await api.put(`/api/customers/${id}/reason`, { reason: "service" }, { "if-match": `"${version}"` })).status, 200);
  }
  await ran(api, "score");
  const like = await whole("L11");
  assert.deepEqual([like.why.reason, like.why.corrected], ["service", undefined]);
  assert.equal((await whole("Said")).why.reason, "price");
});

test("the shop's own words are read, also in what was said before, and go back to the list every shop starts with", async () => {
  await imported(api, "events", cancelled(1, "A", { comment: "Because of the blue badge" }));
  await ran(api, "score");
  assert.notEqual((await whole("A")).why?.reason, "missing_feature");
  const { topics } = (await api.get("/api/topics")).json;
  assert.deepEqual([topics.is_starting, topics.version, topics.phrases.length > 50], [true, 1, true]);
  const mine = [...topics.phrases, { reason: "missing_feature", phrase: " Blue  Badge", weight: 3, language: "en" }];
  const tried = await api.post("/api/topics/read", { text: "the blue badge", phrases: mine });
  assert.deepEqual([tried.json.reading.reasons[0].reason, tried.json.reading.words[0]], ["missing_feature", "blue badge"]);
  assert.notEqual((await api.post("/api/topics/read", { text: "the blue badge" })).json.reading?.reasons[0].reason, "missing_feature", "it is not saved yet");
  const saved = await api.put("/api/topics", { phrases: mine }, { "if-match": '"1"' });
  assert.deepEqual([saved.status, saved.json.topics.is_starting, saved.json.topics.version], [200, false, 2], saved.text);
  const late = await api.put("/api/topics", { phrases: [] }, { "if-match": '"1"' });
  assert.deepEqual([late.status, late.json.code, late.json.conflict.current], [412, "stale", 2]);
  await ran(api, "refold");
  await ran(api, "score");
  assert.equal((await whole("A")).why.reason, "missing_feature");
  const back = await api.put("/api/topics", { phrases: null }, { "if-match": '"2"' });
  assert.deepEqual([back.json.topics.is_starting, back.json.topics.version], [true, 3]);
});

test("a list with a mistake is refused, and says which phrase and how to mend it", async () => {
  const check = async (phrases, words) => {
    const answer = await api.put("/api/topics", { phrases }, { "if-match": '"1"' });
    assert.equal(answer.status, 422, answer.text);
    assert.match(answer.json.fields.phrases, words);
  };
  const phrase = { reason: "price", phrase: "dear", weight: 2 };
  await check([phrase, { ...phrase, phrase: "Dear" }], /Phrase 2: it stands in the list twice/);
  await check([{ ...phrase, weight: 9 }], /Phrase 1: the weight is 1, 2 or 3/);
  await check([{ ...phrase, phrase: "--" }], /Phrase 1: use 1 to 8 words/);
  const empty = await api.post("/api/topics/read", { text: " " });
  assert.deepEqual([empty.status, Object.keys(empty.json.fields)], [422, ["text"]]);
});

test("of somebody who objects to profiling no reason is kept", async () => {
  await imported(api, "events", cancelled(1, "A", { reason: "too_expensive" }));
  await ran(api, "score");
  const { id, version } = await whole("A");
  await api.put(`/api/customers/${id}/reason`, { reason: "service" }, { "if-match": `"${version}"` });
  assert.equal((await api.patch(`/api/customers/${id}`, { objected: true }, { "if-match": `"${version + 1}"` })).status, 200);
  await ran(api, "score");
  const gone = await whole("A");
  assert.deepEqual([gone.why, gone.reason, await facet("A")], [null, null, 0]);
  assert.equal((await server.d1("select reason from customers"))[0].reason, null);
  const refused = await api.put(`/api/customers/${id}/reason`, { reason: "price" }, { "if-match": `"${gone.version}"` });
  assert.deepEqual([refused.status, refused.json.code], [409, "objects_to_profiling"]);
});

test("an order that is sent back speaks for a poor experience, as its state keeps", async () => {
  await imported(api, "orders", [order(1, "A", "2026-01-20", 1000, { refunded: 1000, status: "refunded" })]);
  await ran(api, "score");
  assert.deepEqual([(await whole("A")).why.reason, await facet("A")], ["poor_experience", 6]);
});

test("what customers ask for is kept by name and listed among what nothing answers yet", async () => {
  const asked = (n, customer, day, feature) => event(n, customer, day, "Feature Requested", { feature });
  await imported(api, "events", [...cancelled(1, "A", {}), asked(3, "A", "2026-02-01", "Offline mode"), ...cancelled(4, "B", {}), asked(6, "B", "2026-02-03", "offline-mode")]);
  await ran(api, "score");
  const { wishes } = (await api.get("/api/improvements")).json;
  assert.deepEqual(wishes.map(({ customers }) => customers), [2]);
  assert.deepEqual((await whole("A")).why.features, ["Offline mode"]);
  assert.equal((await whole("A")).why.reason, "missing_feature");
});

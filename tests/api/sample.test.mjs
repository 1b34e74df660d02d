// The sample shop: marked, apart from real data, and gone again in one call.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { begin, event, imported, order, person, ran, unplaced } from "../rows.mjs";

let server, api;
before(async () => {
  server = await start({ now: "2026-03-02T09:00:00Z" });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  api = await server.api("owner");
});

const everything = async () => {
  const tables = ["customers", "identities", "contacts", "consents", "orders", "events", "states", "scores", "facets"];
  return Object.fromEntries(await Promise.all(tables.map(async (name) => [name, unplaced(await server.d1(`select * from ${name}`))])));
};
const load = async (customers = 30) => {
  const people = Array.from({ length: customers }, (_, n) =>
    person(n + 1, `p${n + 1}@example.com`, { name: `Person ${n + 1}`, consents: [{ channel: "email", granted: true, at: null }] }));
  await imported(api, "customers", people, { file: "people", sample: "store" });
  await imported(api, "orders", people.map((_, n) => order(n + 1, n + 1, "2026-01-05", 1000, { email: `p${n + 1}@example.com` })), { file: "orders", sample: "store" });
  await imported(api, "events", people.map((_, n) => event(n + 1, n + 1, "2026-01-06")), { file: "events", sample: "store" });
};

test("sample customers are marked, and the shop says which one is loaded", async () => {
  await load();
  assert.deepEqual(await server.d1("select c.sample, f.sample as facet, count(*) as n from customers c join facets f on f.customer_id = c.id group by 1, 2"), [
    { sample: 1, facet: 1, n: 30 },
  ]);
  assert.equal((await api.get("/api/shop")).json.shop.sample, "store");
  assert.ok((await api.get("/api/imports")).json.imports.every((row) => row.sample));
  const other = await api.post("/api/imports?kind=orders", { ...(await newImport()), sample: "saas" });
  assert.deepEqual([other.status, other.json.code], [409, "other_sample"]);
});

const newImport = async () => {
  const { options } = await import("../rows.mjs");
  return { file_name: "x", file_size: 1, file_digest: "0".repeat(64), options: options("orders") };
};

test("a script's body can be the sample shop's, moved up to today", async () => {
  const text = "order_id,customer_id,date,amount\n1,C-1,2025-12-31,5.00\n";
  const sent = await api.post("/api/imports?kind=orders&sample=saas&shift_days=31", text, { "content-type": "text/csv" });
  assert.deepEqual([sent.status, sent.json.import.sample], [202, true]);
  await ran(api, "import");
  assert.deepEqual(await server.d1("select o.source, c.sample, o.ordered_at from orders o join customers c on c.id = o.customer_id"), [
    { source: 2, sample: 1, ordered_at: Date.parse("2026-01-31T12:00:00Z") },
  ]);
  assert.equal((await api.get("/api/shop")).json.shop.sample, "saas");
});

test("removing it leaves real data as they were before it came", async () => {
  await imported(api, "orders", [order(1, 1, "2026-02-01", 700, { email: "p1@example.com", name: "Real" })], { file: "mine" });
  await ran(api, "score");
  const before = await everything();
  await load(150);
  await ran(api, "score");
  const answer = await api.delete("/api/sample");
  assert.deepEqual([answer.status, answer.json], [200, { done: true }]);
  assert.deepEqual(await everything(), before);
  assert.equal((await api.get("/api/shop")).json.shop.sample, null);
  assert.equal((await api.delete("/api/sample")).json.done, true, "nothing is left to remove");
});

test("a real customer with a sample customer's address and id is another one, and stays", async () => {
  await load();
  await imported(api, "orders", [order(1, 1, "2026-02-01", 700, { email: "p1@example.com" })], { file: "mine" });
  assert.deepEqual(await server.d1("select sample, count(*) as n from customers group by 1 order by 1"), [{ sample: 0, n: 1 }, { sample: 1, n: 30 }]);
  await api.delete("/api/sample");
  assert.deepEqual(await server.d1("select c.sample, o.amount, k.email from customers c join orders o on o.customer_id = c.id join contacts k on k.customer_id = c.id"), [
    { sample: 0, amount: 700, email: "p1@example.com" },
  ]);
  assert.deepEqual((await server.d1("select kind, value from identities order by 1")).map((row) => row.value), ["p1@example.com", "1:1"]);
});

test("an unfinished import of the sample shop ends with its removal", async () => {
  await load();
  const { id } = await begin(api, "orders", { file: "more", sample: "store" });
  await api.delete("/api/sample");
  assert.equal((await api.get(`/api/imports/${id}`)).json.import.status, "cancelled");
});

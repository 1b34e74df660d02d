// Whoever is to be forgotten is forgotten everywhere, stays forgotten whatever comes, and nobody else loses anything.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { contracts, start, until, uuid7 } from "../harness.mjs";
import { message, push, source, tables } from "../inbox.mjs";
import { plant, tablesOf, traces } from "../privacy.mjs";
import { event, imported, order, person, ran } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";

let server, api, owner, app;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
  owner = await server.person({ role: "owner" });
  app = await source(server);
});

const register = async () => (await api.get("/api/privacy-requests")).json.privacy_requests;
const rejected = async () => (await server.d1("select sum(n) as n from source_counts where outcome = 'rejected:erased'"))[0].n ?? 0;
const people = async () => (await server.d1("select name from customers order by name")).map((row) => row.name);

test("an erased person stands in no table any more, and everybody else in all of them", async () => {
  const { ada, bea } = await plant(server, api, app);
  const before = tablesOf(await traces(server));
  for (const table of ["contacts", "consents", "customers", "dead_letters", "events", "idempotency", "identities", "inbox", "notes", "order_parts", "orders", "outbox", "rejected_rows", "set_asides"]) {
    assert.ok(before.includes(table) || table === "orders", `nothing was planted in ${table}: ${before}`);
  }
  const others = await tables(server, ["consents", "contacts", "orders", "events"]);
  const answer = await owner.delete(`/api/customers/${ada}`);
  assert.equal(answer.status, 200, answer.text);
  const request = answer.json.privacy_request;
  assert.deepEqual([request.kind, request.subject, request.done_at, request.customer], ["erasure", ada, NOW, undefined]);
  assert.match(request.note, /^Erased: /);
  assert.deepEqual(await traces(server), []);
  assert.equal((await api.get(`/api/customers/${ada}`)).status, 404);
  assert.deepEqual((await server.d1("select count(*) as n from orders"))[0].n, 1);

  // Nobody else lost anything.
  const hers = (rows) => rows.filter((row) => /bea/.test(JSON.stringify(row)));
  for (const [name, rows] of Object.entries(await tables(server, ["consents", "contacts", "orders", "events"]))) assert.deepEqual(rows, hers(others[name]), name);
  assert.equal((await api.get(`/api/customers/${bea}`)).json.customer.notes.length, 1);
  assert.match((await server.d1("select raw from rejected_rows where line = 3"))[0].raw, /bea-1/);
  assert.match((await server.d1("select body from dead_letters where key = 'd2'"))[0].body, /bea-9/);
  assert.match((await server.d1("select body from inbox where key = 'm4'"))[0].body, /bea-9/);

  const hashes = await server.d1("select channel, reason from suppressions order by channel");
  assert.deepEqual(hashes.map((row) => row.channel), ["email", "id", "id", "sms"]);
  assert.ok(hashes.every((row) => row.reason === "erased"));
  const log = await server.d1("select action, object_id, fields from audit where action in ('erasure_asked', 'customer_erased') order by id");
  assert.deepEqual(log.map((row) => [row.action, row.object_id]), [["erasure_asked", ada], ["customer_erased", ada]]);
  assert.ok(JSON.parse(log[1].fields).every((field) => field.to === undefined && field.from === undefined), "names of fields only");
});

test("what comes of an erased person later is dropped, counted and not kept, from any source and any file", async () => {
  const { ada } = await plant(server, api, app);
  const shop = await source(server, "woocommerce", "Other shop");
  await owner.delete(`/api/customers/${ada}`);
  await push(server, [
    { source: app, ...message("n1", "track", "2026-03-01", { userId: "ada-canary-9", event: "Signed In", properties: {} }) },
    { source: app, ...message("n2", "identify", "2026-03-01", { userId: "new-id", traits: { email: "ADA-canary@example.com" } }) },
    { source: app, ...message("n3", "identify", "2026-03-01", { userId: "carl", traits: { email: "carl@example.com" } }) },
    { source: shop, key: "n4", topic: "order.created", body: { email: "ada-canary@example.com", broken: true } },
  ]);
  await ran(api, "intake");
  assert.equal(await rejected(), 3);
  assert.deepEqual(await people(), ["Bea", "carl@example.com"]);
  const customers = await imported(api, "customers", [person("77", "ada-canary@example.com"), { ...person("78", "dora@example.com"), line: 3 }], { file: "later" });
  assert.deepEqual([customers.rows_read, customers.rows_accepted, customers.rows_rejected], [2, 1, 1]);
  const orders = await imported(api, "orders", [order(7, "ada-canary-1", "2026-02-05"), order(8, "bea-1", "2026-02-06")], { file: "later orders" });
  assert.deepEqual([orders.rows_accepted, orders.rows_rejected], [1, 1]);
  await imported(api, "events", [event(9, "ada-canary-1", "2026-02-07")], { file: "later events" });
  assert.match((await api.get(`/api/imports/${orders.id}/rejected.csv`)).text, /asked to be erased/);
  assert.deepEqual(await traces(server), []);
  assert.deepEqual(await people(), ["Bea", "carl@example.com", "dora@example.com"]);
});

test("an address that somebody else has as well stays theirs", async () => {
  await imported(api, "customers", [person("a", "family@example.com", { name: "Ada" })], { file: "a" });
  await imported(api, "customers", [person("b", "family@example.com", { name: "Bert" })], { file: "b" });
  const [{ public_id: ada }] = await server.d1("select public_id from customers where name = 'Ada'");
  assert.equal((await owner.delete(`/api/customers/${ada}`)).status, 200);
  const later = await imported(api, "customers", [person("b", "family@example.com", { name: "Bert", country: "DE" })], { file: "c" });
  assert.deepEqual([later.rows_accepted, later.rows_rejected], [1, 0]);
  assert.equal((await imported(api, "customers", [person("a", "family@example.com")], { file: "d" })).rows_rejected, 1);
});

test("records that were merged into an erased one go with it", async () => {
  const { ada, bea } = await plant(server, api, app);
  assert.equal((await api.post(`/api/customers/${ada}/merge`, { into: bea })).status, 200);
  assert.ok(tablesOf(await traces(server)).includes("merges"));
  assert.equal((await owner.delete(`/api/customers/${ada}`)).status, 200, "by the id of the record that was merged away");
  assert.deepEqual(await people(), []);
  assert.deepEqual(await traces(server), []);
  assert.equal((await server.d1("select count(*) as n from merged_rows"))[0].n, 0);
});

test("a page of messages that was looked up before an erasure is looked up again", async () => {
  const { ada } = await plant(server, api, app);
  await push(server, [{ source: app, ...message("late", "track", "2026-03-01", { userId: "ada-canary-9", event: "Signed In", properties: {} }) }]);
  await server.seams.arm("intake.planned", { once: true });
  const run = api.post("/api/runs", { job: "intake" });
  await server.seams.reached("intake.planned");
  assert.equal((await owner.delete(`/api/customers/${ada}`)).status, 200);
  await server.seams.release("intake.planned");
  assert.equal((await run).json.run.status, "done");
  assert.equal(await rejected(), 1);
  assert.deepEqual(await traces(server), []);
});

for (const point of ["privacy.gathered", "privacy.page"]) {
  test(`an erasure that stalls at ${point} is finished by the next run, and changes nothing when it wakes`, async () => {
    const { ada } = await plant(server, api, app);
    await server.seams.arm(point, { once: true });
    const first = owner.delete(`/api/customers/${ada}`);
    await server.seams.reached(point);
    await server.d1("update leases set expires_at = 1 where name = 'privacy'");
    await ran(api, "privacy");
    await until(async () => (await register()).every((request) => request.done_at !== null), "the erasure");
    assert.deepEqual(await traces(server), []);
    const log = () => server.d1("select * from audit where action = 'customer_erased'");
    assert.equal((await log()).length, 1);
    await server.seams.release(point);
    assert.ok((await first).status < 300);
    assert.equal((await log()).length, 1);
    assert.equal((await register()).length, 1);
  });
}

test("someone with a long history goes in pages", async () => {
  const rows = Array.from({ length: 1_300 }, (_, n) => order(n + 1, "ada-canary-1", `2025-0${1 + (n % 9)}-1${n % 10}`));
  await imported(api, "orders", rows.slice(0, 700), { file: "one" });
  await imported(api, "orders", rows.slice(700), { file: "two" });
  const [{ public_id: ada }] = await server.d1("select public_id from customers");
  const answer = await owner.delete(`/api/customers/${ada}`);
  assert.ok([200, 202].includes(answer.status), answer.text);
  await until(async () => (await register())[0].done_at !== null, "the erasure");
  assert.match((await register())[0].note, /1300 orders/);
  assert.equal((await server.d1("select count(*) as n from orders"))[0].n, 0);
});

test("only an owner erases, and nobody the sample shop's people", async () => {
  const { ada } = await plant(server, api, app);
  assert.equal((await (await server.person({ role: "manager" })).delete(`/api/customers/${ada}`)).status, 403);
  assert.equal((await api.request("DELETE", `/api/customers/${ada}`)).status, 403, "a program");
  assert.equal((await owner.delete(`/api/customers/${uuid7()}`)).status, 404);
  await imported(api, "orders", [order(1, "S", "2026-01-05")], { file: "sample", sample: "store" });
  const [{ public_id: sample }] = await server.d1("select public_id from customers where sample = 1");
  const refused = await owner.delete(`/api/customers/${sample}`);
  assert.deepEqual([refused.status, refused.json.code], [409, "sample"]);
});

const { folder, skip } = contracts("shopify");
const sample = (name) => JSON.parse(readFileSync(path.join(folder, `${name}.json`), "utf8"));
const topic = (name, body) => ({ key: uuid7(), topic: name, body });

test("Shopify's three requests are taken in, and what they ask for happens", { skip }, async () => {
  const shop = await source(server, "shopify", "My store");
  const redact = sample("customers-redact");
  const { id, email } = redact.customer;
  const customer = { id, email, first_name: "Jo", last_name: "Doe", created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-02T00:00:00Z" };
  const asked = sample("customers-data_request");
  await push(server, [
    { source: shop, ...topic("customers/create", customer) },
    { source: shop, ...topic("customers/data_request", { ...asked, customer: { ...asked.customer, id, email } }) },
  ]);
  await ran(api, "intake");
  assert.equal((await server.d1("select count(*) as n from customers"))[0].n, 1);
  const [open] = await register();
  assert.deepEqual([open.kind, open.source, open.done_at, open.is_overdue], ["export", "My store", null, false]);
  assert.ok(open.customer !== undefined, "it is known whose it is");
  await push(server, [{ source: shop, ...topic("customers/redact", redact) }]);
  await ran(api, "intake");
  await ran(api, "privacy");
  assert.equal((await server.d1("select count(*) as n from customers"))[0].n, 0);
  const erasure = (await register()).find((request) => request.kind === "erasure");
  assert.notEqual(erasure.done_at, null);
  const bodies = JSON.stringify(await server.d1("select body from inbox"));
  assert.ok(!bodies.includes(email) && !bodies.includes(`${id}`), bodies);
  await push(server, [{ source: shop, ...topic("customers/update", { ...customer, updated_at: "2026-02-02T00:00:00Z" }) }]);
  await ran(api, "intake");
  assert.equal((await server.d1("select count(*) as n from customers"))[0].n, 0);
});

test("a store that asks for it is forgotten, but not what others told of the same people", { skip }, async () => {
  const shop = await source(server, "shopify", "My store");
  const customer = (id, email) => topic("customers/create", { id, email, first_name: "Jo", last_name: `N${id}`, created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-02T00:00:00Z" });
  await push(server, [
    { source: shop, ...customer(501, "only@example.com") },
    { source: shop, ...customer(502, "both@example.com") },
    { source: app, ...message("x1", "identify", "2026-02-01", { userId: "both", traits: { email: "both@example.com" } }) },
    { source: app, ...message("x2", "track", "2026-02-02", { userId: "both", event: "Signed In", properties: {} }) },
  ]);
  await ran(api, "intake");
  assert.equal((await server.d1("select count(*) as n from customers where merged_into is null"))[0].n, 2);
  await push(server, [{ source: shop, ...topic("shop/redact", sample("shop-redact")) }]);
  await ran(api, "intake");
  await ran(api, "privacy");
  const left = await server.d1("select k.email from customers c join contacts k on k.customer_id = c.id where c.merged_into is null");
  assert.deepEqual(left, [{ email: "both@example.com" }]);
  assert.equal((await server.d1("select count(*) as n from identities where value like ?1", `${shop}:%`))[0].n, 0);
  assert.equal((await server.d1("select count(*) as n from events"))[0].n, 1);
  assert.ok(!JSON.stringify(await server.d1("select body from inbox where source = ?1", shop)).includes("only@example.com"));
  assert.notEqual((await register()).find((request) => request.kind === "shop_erasure").done_at, null);
});

// Imports: in batches as the browser sends them, and whole bodies as scripts do.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";

import { dataset, start, until } from "../harness.mjs";
import { begin, counts, event, imported, order, person, ran, send } from "../rows.mjs";

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

const ORDERS = "select external_id, customer_id, ordered_at, amount, currency, refunded, status, items from orders order by external_id";
const orders = () => server.d1(ORDERS);
const clean = () => server.d1("update facets set dirty = 0");
const dirty = async () => (await server.d1("select c.external_id from facets f join customers c on c.id = f.customer_id where dirty > 0 order by 1")).map((row) => row.external_id);
const csv = (body, query = "", headers = {}) => api.post(`/api/imports?kind=orders${query}`, body, { "content-type": "text/csv", ...headers });
const ended = (id) =>
  until(async () => {
    const { import: row } = (await api.get(`/api/imports/${id}`)).json;
    return ["done", "failed", "cancelled"].includes(row.status) && row;
  }, "the import's end");
// A body to its end.
const read = async (body, query, headers) => {
  const answer = await csv(body, query, headers);
  assert.equal(answer.status, 202, answer.text);
  await ran(api, "import");
  return ended(answer.json.import.id);
};

test("the same file again changes nothing and marks nobody", async () => {
  const rows = [order(1, "A", "2026-01-05"), order(2, "B", "2026-01-06"), order(3, "A", "2026-01-07")];
  const first = await imported(api, "orders", rows);
  assert.deepEqual(counts(first), [3, 3, 0, 0]);
  assert.equal(first.status, "done");
  await clean();
  const before = await orders();
  const again = await imported(api, "orders", rows);
  assert.notEqual(again.id, first.id);
  assert.deepEqual(counts(again), [3, 0, 3, 0]);
  assert.deepEqual(await orders(), before);
  assert.deepEqual(await dirty(), []);
});

test("a changed order is updated, and whoever lost it is marked like whoever got it", async () => {
  await imported(api, "orders", [order(1, "A", "2026-01-05"), order(2, "B", "2026-01-06"), order(3, "C", "2026-01-06")]);
  await clean();
  const rows = [order(1, "A", "2026-01-05", 1000, { refunded: 400 }), order(2, "C", "2026-01-06"), order(3, "C", "2026-01-06")];
  // The import wakes scoring, which on a quick day has scored them all before they are looked at.
  await server.seams.arm("score.loaded");
  try {
    assert.deepEqual(counts(await imported(api, "orders", rows)), [3, 2, 1, 0]);
    assert.deepEqual(await dirty(), ["A", "B", "C"]);
  } finally {
    await server.seams.release("score.loaded");
  }
  assert.equal((await orders())[0].refunded, 400);
});

test("two tabs that send the same batch at once store it once", async () => {
  const { id } = await begin(api, "orders");
  const rows = Array.from({ length: 200 }, (_, n) => order(n + 1, n % 50, "2026-01-05"));
  await server.seams.arm("import.planned");
  const both = [0, 1].map(() => send(api, id, 0, "orders", rows, { last: false }));
  await server.seams.reached("import.planned");
  await until(async () => (await server.seams.points()).waiting.length === 2, "both tabs");
  await server.seams.release("import.planned");
  for (const answer of await Promise.all(both)) {
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual([...counts(answer.json.import), answer.json.import.next_batch], [200, 200, 0, 0, 1]);
  }
  assert.equal((await orders()).length, 200);
  assert.equal((await server.d1("select count(*) as n from customers"))[0].n, 50);
});

test("two imports that bring the same new customers at once make each of them once", async () => {
  const first = await begin(api, "orders", { file: "first" });
  const second = await begin(api, "orders", { file: "second" });
  await server.seams.arm("import.planned");
  const both = [first, second].map(({ id }, at) =>
    send(api, id, 0, "orders", [order(at + 1, "A", "2026-01-05", 1000, { email: "a@example.com" })]));
  await until(async () => (await server.seams.points()).waiting.length === 2, "both imports");
  await server.seams.release("import.planned");
  for (const answer of await Promise.all(both)) assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(await server.d1("select count(*) as customers, (select count(*) from contacts) as contacts, (select count(*) from identities) as identities from customers"), [
    { customers: 1, contacts: 1, identities: 2 },
  ]);
  assert.deepEqual((await orders()).map((row) => row.external_id), ["O-1", "O-2"]);
});

test("an unfinished import goes on from the batch it waits for", async () => {
  const { id } = await begin(api, "orders");
  await send(api, id, 0, "orders", [order(1, "A", "2026-01-05")], { last: false });
  const again = await begin(api, "orders");
  assert.deepEqual([again.id, again.next_batch], [id, 1]);
  assert.notEqual((await begin(api, "orders", { file: "another" })).id, id);

  const stored = await send(api, id, 0, "orders", [order(1, "A", "2026-01-05")], { last: false });
  assert.deepEqual([stored.status, ...counts(stored.json.import)], [200, 1, 1, 0, 0], "a stored batch is answered as before");
  const gap = await send(api, id, 2, "orders", []);
  assert.deepEqual([gap.status, gap.json.code], [409, "batch_out_of_order"]);
  assert.equal((await send(api, id, 1, "orders", [order(2, "A", "2026-01-06")])).json.import.status, "done");
  const late = await send(api, id, 2, "orders", [order(3, "A", "2026-01-07")]);
  assert.deepEqual([late.status, late.json.code], [409, "import_ended"]);
});

test("a cancelled import keeps what it stored and takes no more", async () => {
  const { id } = await begin(api, "orders");
  await send(api, id, 0, "orders", [order(1, "A", "2026-01-05")], { last: false });
  assert.equal((await api.post(`/api/imports/${id}/cancel`)).json.import.status, "cancelled");
  assert.equal((await send(api, id, 1, "orders", [order(2, "A", "2026-01-06")])).json.code, "import_ended");
  assert.equal((await orders()).length, 1);
  assert.notEqual((await begin(api, "orders")).id, id, "the file can be imported anew");
});

test("rows that break a limit are rejected here too, and their download starts no formula", async () => {
  const { id } = await begin(api, "orders");
  const bad = { line: 9, field: "amount", reason: "is no amount", fix: "use digits", raw: '=HYPERLINK("x"),1' };
  const answer = await send(api, id, 0, "orders", [order(1, "A", "2026-01-05"), order(2, "B", "2026-01-05", -5)], { rejected: [bad] });
  assert.deepEqual(counts(answer.json.import), [3, 1, 0, 2]);
  const file = await api.get(`/api/imports/${id}/rejected.csv`);
  const lines = file.text.trim().split("\r\n");
  assert.equal(lines[0], "line,field,reason,fix,row");
  assert.equal(lines.length, 3);
  assert.ok(lines[1].startsWith("3,amount,"), lines[1]);
  assert.equal(lines[2], `9,amount,is no amount,use digits,"'=HYPERLINK(""x""),1"`);
});

test("only the first 10,000 rejected rows are kept, and all are counted", async () => {
  const { id } = await begin(api, "orders");
  const bad = (line) => ({ line, field: null, reason: "r", fix: "f", raw: "" });
  for (let at = 0; at < 3; at += 1) {
    const rejected = Array.from({ length: 4_000 }, (_, n) => bad(at * 4_000 + n + 2));
    assert.equal((await send(api, id, at, "orders", [], { rejected, last: at === 2 })).status, 200);
  }
  const { import: row } = (await api.get(`/api/imports/${id}`)).json;
  assert.equal(row.rows_rejected, 12_000);
  assert.equal((await api.get(`/api/imports/${id}/rejected.csv`)).text.trim().split("\r\n").length, 10_001);
});

test("an import never lifts an opt-out", async () => {
  const says = (granted, at) => [{ channel: "email", granted, at: at === undefined ? null : Date.parse(at) }];
  const rows = (consents) => [person(1, "ada@example.com", { name: "Ada", consents })];
  await imported(api, "customers", rows(says(true, "2026-01-01T00:00:00Z")), { file: "first" });
  await imported(api, "customers", rows(says(false, "2026-01-10T00:00:00Z")), { file: "second" });
  const state = async () => {
    const [{ consent }] = await server.d1("select consent from contacts");
    return JSON.parse(consent)["email/marketing"].state;
  };
  assert.equal(await state(), "denied");
  for (const consents of [says(true), says(true, "2026-02-01T00:00:00Z")]) {
    await imported(api, "customers", rows(consents), { file: "third" });
    assert.equal(await state(), "denied");
  }
  const history = (await server.d1("select count(*) as n from consents"))[0].n;
  const again = await imported(api, "customers", rows(says(true, "2026-02-01T00:00:00Z")), { file: "fourth" });
  assert.deepEqual(counts(again), [1, 0, 1, 0]);
  assert.equal((await server.d1("select count(*) as n from consents"))[0].n, history);
});

test("an opt-out that comes while an import is planned is not written over", async () => {
  await imported(api, "customers", [person(1, "ada@example.com")]);
  const { id } = await begin(api, "customers", { file: "later" });
  await server.seams.arm("import.planned");
  const waiting = send(api, id, 0, "customers", [person(1, "ada@example.com", { consents: [{ channel: "email", granted: true, at: null }] })]);
  await server.seams.reached("import.planned");
  const at = Date.parse(NOW);
  await server.d1("insert into consents (contact_id, channel, purpose, state, basis, source, act, occurred_at, recorded_at) select id, 'email', 'marketing', 'denied', 'consent', 'unsubscribe_link', 1, ?1, ?1 from contacts", at);
  await server.d1("update contacts set consent = '{\"email/marketing\":\"denied by link\"}'");
  await server.seams.release("import.planned");
  assert.equal((await waiting).status, 200);
  const [{ consent }] = await server.d1("select consent from contacts");
  assert.equal(JSON.parse(consent)["email/marketing"].state, "denied");
});

test("customers keep what a later file leaves empty, and an equal row is a duplicate", async () => {
  const full = person(1, "ada@example.com", { name: "Ada", country: "DE", tags: ["vip"], traits: { size: "M" }, kind: "shopper" });
  await imported(api, "customers", [full], { file: "first" });
  assert.deepEqual(counts(await imported(api, "customers", [full, person(2, "ben@example.net")], { file: "second" })), [2, 1, 1, 0]);
  await imported(api, "customers", [person(1, "ada@example.com", { phone: "+49301234567" })], { file: "third" });
  assert.deepEqual(
    await server.d1("select c.name, c.tags, c.traits, k.email, k.phone, k.country, f.country as facet from customers c join contacts k on k.customer_id = c.id join facets f on f.customer_id = c.id where c.external_id = '1'"),
    [{ name: "Ada", tags: '["vip"]', traits: '{"size":"M"}', email: "ada@example.com", phone: "+49301234567", country: "DE", facet: "DE" }],
  );
});

test("an event of another person of a business account makes a contact, one of a shopper fills the gap", async () => {
  await imported(api, "customers", [person("A-1", "boss@example.com", { name: "Acme Ltd", kind: "account" }), person("S-1", null, { name: "Sam" })], { file: "people" });
  const says = (n, customer, email, name) => event(n, customer, "2026-02-01", "Ticket Opened", {}, { email, name });
  const rows = [says(1, "A-1", "ann@example.com", "Ann"), says(2, "A-1", "bob@example.com", "Bob"), says(3, "A-1", "ann@example.com", "Ann"), says(4, "S-1", "sam@example.com", "Sam")];
  await imported(api, "events", rows, { file: "events" });
  assert.deepEqual(await server.d1("select c.external_id, c.name as customer, k.name, k.email from contacts k join customers c on c.id = k.customer_id order by 1, 4"), [
    { external_id: "A-1", customer: "Acme Ltd", name: "Ann", email: "ann@example.com" },
    { external_id: "A-1", customer: "Acme Ltd", name: "Bob", email: "bob@example.com" },
    { external_id: "A-1", customer: "Acme Ltd", name: "Acme Ltd", email: "boss@example.com" },
    { external_id: "S-1", customer: "Sam", name: "Sam", email: "sam@example.com" },
  ]);
  assert.deepEqual(counts(await imported(api, "events", rows, { file: "again" })), [4, 0, 4, 0]);
});

// Some 3 MB with ids, repeated customers, refunds and a quoted cell with a line end.
const bigFile = () => {
  const rows = Array.from({ length: 40_000 }, (_, at) => {
    const n = at + 1;
    return { n, customer: `C-${(n * 7919) % 5_000}`, day: new Date(Date.UTC(2025, 0, 1 + (n % 400))).toISOString().slice(0, 10), amount: 500 + (n % 9_000), item: n % 3 === 0 ? `Tea, "green"\n${n}` : `Pot ${n}` };
  });
  const line = ({ n, customer, day, amount, item }) => `O-${n},${customer},${customer.toLowerCase()}@example.com,${day},${(amount / 100).toFixed(2)},"${item.replaceAll('"', '""')}"`;
  return { rows, text: `order_id,customer_id,email,date,amount,item\n${rows.map(line).join("\n")}\n` };
};

test("a body of 3 MB, plain or gzipped, read in pages gives what the browser's batches give", { timeout: 300_000 }, async () => {
  const { rows, text } = bigFile();
  assert.ok(text.length > 2_500_000);
  const everything = async () => ({
    orders: await server.d1("select o.external_id, c.external_id as customer, ordered_at, amount, currency, status, items from orders o join customers c on c.id = o.customer_id order by 1"),
    people: await server.d1("select c.external_id, c.name, k.email from customers c join contacts k on k.customer_id = c.id order by 1"),
    keys: await server.d1("select kind, value from identities order by 1, 2"),
  });
  const { id } = await begin(api, "orders");
  for (let at = 0; at < rows.length; at += 2_000) {
    const batch = rows.slice(at, at + 2_000).map(({ n, customer, day, amount, item }) =>
      order(n, customer, day, amount, { email: `${customer.toLowerCase()}@example.com`, items: [item.replace("\n", " ")] }));
    assert.equal((await send(api, id, at / 2_000, "orders", batch, { last: at + 2_000 >= rows.length })).status, 200);
  }
  const wanted = await everything();
  assert.equal(wanted.orders.length, rows.length);
  for (const [body, headers] of [[text, {}], [gzipSync(text), { "content-encoding": "gzip" }]]) {
    await server.reset();
    api = await server.api("owner");
    const done = await read(body, "", headers);
    assert.deepEqual([done.status, ...counts(done)], ["done", rows.length, rows.length, 0, 0]);
    const got = await everything();
    assert.deepEqual(got.people, wanted.people);
    assert.deepEqual(got.keys, wanted.keys);
    assert.deepEqual(got.orders.map(({ items, ...row }) => row), wanted.orders.map(({ items, ...row }) => row));
    assert.deepEqual(await server.d1("select * from import_chunks"), [], "the body is dropped once it is read");
  }
});

test("equal rows without an id are told apart, also over pages, and a second import finds each of them", async () => {
  const line = "7,2026-01-05,10.00";
  const text = `customer_id,date,amount\n${Array.from({ length: 9_000 }, (_, n) => (n % 3 === 0 ? line : `${n},2026-01-06,5.00`)).join("\n")}\n`;
  assert.deepEqual(counts(await read(text)), [9_000, 9_000, 0, 0]);
  assert.equal((await server.d1("select count(*) as n from orders where amount = 1000"))[0].n, 3_000);
  assert.deepEqual(counts(await read(text)), [9_000, 0, 9_000, 0]);
  assert.deepEqual(await server.d1("select * from import_row_counts"), []);
});

test("a dry run counts what an import would do and stores nothing", async () => {
  const text = "order_id,customer_id,date,amount\n1,A,2026-01-05,5.00\n2,B,2026-01-06,6.00\n3,C,2026-01-06,oops\n";
  await read("order_id,customer_id,date,amount\n1,A,2026-01-05,5.00\n");
  const before = await orders();
  const dry = await read(text, "&dry_run=true");
  assert.deepEqual([dry.status, dry.dry_run, ...counts(dry)], ["done", true, 3, 1, 1, 1]);
  assert.deepEqual(await orders(), before);
  assert.equal((await server.d1("select count(*) as n from customers"))[0].n, 1);
  assert.equal((await api.get(`/api/imports/${dry.id}/rejected.csv`)).text.trim().split("\r\n").length, 2);
});

test("columns that nobody can guess are asked for by name, and map answers", async () => {
  const text = "zip,who,on,net,gross\n1,A,2026-01-05,4.00,5.00\n2,B,2026-01-06,5.00,6.00\n";
  const refused = await csv("a,b\n1,2\n");
  assert.deepEqual([refused.status, refused.json.code], [422, "invalid"]);
  assert.match(refused.json.fields.map, /map=/);
  const done = await read(text, `&map=${encodeURIComponent("customer_id:who,date:on,amount:gross")}`);
  assert.deepEqual(counts(done), [2, 2, 0, 0]);
  assert.deepEqual((await orders()).map((row) => row.amount).sort(), [500, 600]);
  const wrong = await csv(text, `&map=${encodeURIComponent("amount:total")}`);
  assert.match(wrong.json.fields.map, /zip, who, on, net, gross/);
});

test("an empty body, a damaged gzip, another type and another kind are refused", async () => {
  const refusal = async (answer) => [(await answer).status, (await answer).json.code];
  assert.deepEqual(await refusal(csv("")), [422, "invalid"]);
  assert.deepEqual(await refusal(csv(gzipSync("order_id,customer_id,date,amount\n1,A,2026-01-05,5\n").subarray(0, -6))), [400, "gzip_damaged"]);
  assert.deepEqual(await refusal(api.post("/api/imports?kind=orders", "<a/>", { "content-type": "text/xml" })), [415, "unsupported_media_type"]);
  assert.deepEqual(await refusal(api.post("/api/imports?kind=pets", "a", { "content-type": "text/csv" })), [422, "invalid"]);
  assert.deepEqual(await refusal(csv("order_id,customer_id,date,amount\n1,A,2026-01-05,5\n", "&colour=red")), [400, "query"]);
});

test("viewers see imports and begin none", async () => {
  const viewer = await server.api("viewer");
  assert.equal((await viewer.get("/api/imports")).status, 200);
  assert.equal((await viewer.post("/api/imports?kind=orders", "x", { "content-type": "text/csv" })).status, 403);
  assert.equal((await viewer.post("/api/runs", { job: "score" })).status, 403);
});

const cdnow = dataset("cdnow", "cdnow_sample_log.csv");
test("CDNOW's log as it is: every order, the exact revenue, and people in every tier", { skip: cdnow.skip, timeout: 300_000 }, async () => {
  await server.seams.clock("1998-07-01T12:00:00Z");
  const done = await read(readFileSync(cdnow.file, "utf8"), "&file_name=cdnow.csv");
  assert.deepEqual([done.status, ...counts(done)], ["done", 6_919, 6_919, 0, 0]);
  assert.deepEqual(await server.d1("select count(*) as orders, sum(amount) as cents, count(distinct customer_id) as customers from orders"), [
    { orders: 6_919, cents: 24_409_194, customers: 2_357 },
  ]);
  for (const job of ["score", "fit", "score"]) assert.equal((await ran(api, job)).status, "done");
  const tiers = await server.d1("select tier, count(*) as n from facets group by 1 order by 1");
  assert.deepEqual(tiers.map((row) => row.tier), [0, 1, 2, 3, 4]);
  assert.ok(tiers.every((row) => row.n > 20), JSON.stringify(tiers));
});

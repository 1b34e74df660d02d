// Files of contacts, accounts, subscriptions, tickets, answers, mail, consent, suppressed addresses and products.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until } from "../harness.mjs";
import { begin, counts, person, ran, send } from "../rows.mjs";

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

const at = (day) => Date.parse(`${day}T12:00:00Z`);
const ended = (id) =>
  until(async () => {
    const { import: row } = (await api.get(`/api/imports/${id}`)).json;
    return ["done", "failed", "cancelled"].includes(row.status) && row;
  }, "the import's end");

// A file as a script sends it, to its end.
async function file(kind, body, query = "", type = "text/csv") {
  const answer = await api.post(`/api/imports?kind=${kind}${query}`, body, { "content-type": type });
  assert.equal(answer.status, 202, answer.text);
  await ran(api, "import");
  return ended(answer.json.import.id);
}

// The same file twice: all of it new, then nothing.
async function twice(kind, body, rows) {
  const first = await file(kind, body);
  assert.deepEqual([first.status, ...counts(first)], ["done", rows, rows, 0, 0], first.error);
  const again = await file(kind, body);
  assert.deepEqual(counts(again), [rows, 0, rows, 0], "the same file again changes nothing");
}

const events = () =>
  server.d1("select c.external_id as who, e.name, e.occurred_at as at, e.properties from events e join customers c on c.id = e.customer_id order by e.occurred_at, e.name");
const told = async () => (await events()).map(({ who, name, at: time }) => `${who} ${name} ${new Date(time).toISOString().slice(0, 10)}`);
const rejected = async (id) => (await api.get(`/api/imports/${id}/rejected.csv`)).text;

test("subscriptions become the events that led to how they stand, and a row is one however many events it tells", async () => {
  const body = [
    "subscription_id,customer_id,plan,status,started_at,period_start,period_end,amount,currency,seats,cancelled_at,ended_at",
    "S-1,A-7,Team,active,2024-05-02,2026-02-02,2027-02-02,1200.00,USD,10,,",
    "S-2,C-1,Tea club,cancelled,2025-10-01,2025-12-02,2026-01-02,19.00,USD,,2025-12-20,2026-01-02",
    "S-3,C-2,Tea club,incomplete,2025-10-01,,,,,,,",
  ].join("\n");
  const first = await file("subscriptions", body);
  assert.deepEqual([first.status, ...counts(first)], ["done", 3, 2, 0, 1], first.error);
  assert.match(await rejected(first.id), /4,status,the subscription was never paid for,/);
  assert.deepEqual(await told(), [
    "A-7 Subscription Started 2024-05-02",
    "C-1 Subscription Started 2025-10-01",
    "C-1 Subscription Renewed 2025-12-02",
    "C-1 Subscription Cancelled 2025-12-20",
    "A-7 Subscription Renewed 2026-02-02",
  ]);
  const again = await file("subscriptions", body.replace("1200.00", "1300.00"));
  assert.deepEqual(counts(again), [3, 1, 1, 1], "one row is changed, the other as it was");
  await ran(api, "score");
  const [{ state }] = await server.d1("select state from states t join customers c on c.id = t.customer_id where c.external_id = 'A-7'");
  const { terms, ...contract } = (({ t, ...rest }) => ({ terms: t, ...rest }))(Object.values(JSON.parse(state)).find((part) => part?.t && part?.s));
  assert.deepEqual(terms.at(-1), [at("2026-02-02") / 86400000 | 0, at("2027-02-02") / 86400000 | 0]);
  assert.ok(JSON.stringify(contract).includes("130000"), JSON.stringify(contract));
});

test("tickets, answers and mail become events that signals read, and the same file again changes nothing", async () => {
  await twice("tickets", "Id,Requester external id,Requester email,Subject,Status,Created at,Solved at\n12,C-1,ada@example.com,Late parcel,Solved,2026-01-20 08:00,2026-01-21 16:40\n13,C-1,ada@example.com,Broken pot,Open,2026-02-20 08:00,\n", 2);
  await twice("nps", "Response ID,Email,Score,Response Time,Comment\nR-1,ada@example.com,3,2026-02-21 10:00,Slow\n", 1);
  await twice("engagement", "Email,Campaign,Sent,Opened,Clicked,Apple Privacy Open\nada@example.com,May,2026-02-22 09:00,2026-02-22 12:00,,true\n", 1);
  assert.deepEqual(await told(), [
    "C-1 Ticket Opened 2026-01-20",
    "C-1 Ticket Solved 2026-01-21",
    "C-1 Ticket Opened 2026-02-20",
    "C-1 NPS Answered 2026-02-21",
    "C-1 Email Delivered 2026-02-22",
    "C-1 Email Opened 2026-02-22",
  ]);
  const opened = (await events()).find(({ name }) => name === "Email Opened");
  assert.deepEqual(JSON.parse(opened.properties), { campaign: "May", machine: "true" });
});

test("a dry run of each kind counts and stores nothing", async () => {
  const bodies = {
    tickets: "ticket_id,email,opened_at,solved_at\n1,a@example.com,2026-01-20,2026-01-21\n2,,2026-01-20,\n",
    suppressions: "email,reason\na@example.com,bounced\nnobody,bounced\n",
    products: "product_id,title,price\n1,Tea,5\n2,,5\n",
    consent: "email,consent\na@example.com,yes\nb@example.com,perhaps\n",
    accounts: "Account ID,Account Name\nA-1,Tea Rooms\n,Nobody\n",
  };
  for (const [kind, body] of Object.entries(bodies)) {
    const counted = await file(kind, body, "&dry_run=true");
    assert.deepEqual([kind, counted.status, counted.dry_run, ...counts(counted)], [kind, "done", true, 2, 1, 0, 1]);
  }
  for (const table of ["events", "suppressions", "products", "consents", "customers"]) {
    assert.deepEqual(await server.d1(`select count(*) as n from ${table}`), [{ n: 0 }], table);
  }
});

test("contacts become people of their account, and accounts are businesses", async () => {
  await twice("accounts", "Account ID,Account Name,Industry\nA-7,Example Heating Ltd,Construction\n", 1);
  const contacts = "Email,First Name,Last Name,Associated Company ID,Role\ngrace@example.com,Grace,Example,A-7,champion\nlinus@example.com,Linus,Example,A-7,billing\nada@example.com,Ada,Example,,\n";
  await twice("contacts", contacts, 3);
  const people = await server.d1("select c.external_id as account, c.kind, c.name as of_name, k.name, k.email, k.role from contacts k join customers c on c.id = k.customer_id where k.email is not null order by k.email");
  assert.deepEqual(people, [
    { account: "ada@example.com", kind: "shopper", of_name: "Ada Example", name: "Ada Example", email: "ada@example.com", role: "user" },
    { account: "A-7", kind: "account", of_name: "Example Heating Ltd", name: "Grace Example", email: "grace@example.com", role: "champion" },
    { account: "A-7", kind: "account", of_name: "Example Heating Ltd", name: "Linus Example", email: "linus@example.com", role: "billing" },
  ]);
});

test("a file of consent keeps what shows it and never lifts an opt-out", async () => {
  const header = "email,channel,consent,at,source,wording\n";
  await twice("consent", `${header}ada@example.com,email,yes,2025-03-02,Newsletter form,Send me offers\nben@example.com,email,no,2025-03-02,Phone,\n`, 2);
  const consents = () => server.d1("select k.email, h.state, h.source, h.wording, h.act, h.occurred_at from consents h join contacts k on k.id = h.contact_id order by h.id");
  assert.deepEqual(await consents(), [
    { email: "ada@example.com", state: "granted", source: "import: Newsletter form", wording: "Send me offers", act: 0, occurred_at: at("2025-03-02") },
    { email: "ben@example.com", state: "denied", source: "import: Phone", wording: null, act: 0, occurred_at: at("2025-03-02") },
  ]);
  await file("consent", `${header}ben@example.com,email,yes,2026-02-02,Another form,Send me offers\n`);
  const [{ consent }] = await server.d1("select consent from contacts where email = 'ben@example.com'");
  assert.equal(JSON.parse(consent)["email/marketing"].state, "denied");
  assert.equal((await consents()).length, 3, "what the file says is kept all the same");
});

test("suppressed addresses are stored as hashes alone, before anything is known of their owners", async () => {
  const body = "Email Address,Phone,Unsub reason,Unsub time\nOld@Example.com,,unsubscribed,2025-11-02\ngone@example.net,+49 30 1234567,bounced,2025-12-24\n";
  await twice("suppressions", body, 2);
  const stored = await server.d1("select * from suppressions order by reason, channel");
  assert.deepEqual(
    stored.map(({ channel, reason, source, occurred_at }) => [channel, reason, source, occurred_at]),
    [["email", "bounced", "Imported files", at("2025-12-24")], ["sms", "bounced", "Imported files", at("2025-12-24")], ["email", "unsubscribed", "Imported files", at("2025-11-02")]],
  );
  assert.deepEqual(await server.d1("select count(*) as n from customers"), [{ n: 0 }], "nobody is made of an address");
  for (const { name } of await server.d1("select name from sqlite_master where type = 'table' and not name glob 'sqlite_*' and not name glob '_cf_*' and not name glob 'd1_*'")) {
    const text = JSON.stringify(await server.d1(`select * from "${name}"`));
    assert.ok(!/old@example|gone@example|1234567/i.test(text), `${name} holds an address`);
  }
  const { id } = await begin(api, "customers");
  await send(api, id, 0, "customers", [person("C-9", "old@example.com")]);
  const [{ public_id }] = await server.d1("select public_id from customers");
  const { customer } = (await api.get(`/api/customers/${public_id}`)).json;
  assert.deepEqual(customer.contacts[0].suppressed.map(({ channel, reason }) => [channel, reason]), [["email", "unsubscribed"]]);
  const weaker = await file("suppressions", "email,reason\nold@example.com,whatever\ngone@example.net,spam complaint\n");
  assert.deepEqual(counts(weaker), [2, 1, 1, 0], "a weaker reason changes nothing, a stronger one does");
});

test("rows of a kind that a hand-made request spoils are refused alone", async () => {
  const send = async (kind, columns, shape, rows) => {
    const options = { kind, encoding: "utf8", delimiter: ",", date_order: "year_first", decimal_comma: false, columns, currency: "USD", time_zone: "UTC" };
    const made = await api.post(`/api/imports?kind=${kind}`, { file_name: "f.csv", file_size: 1, file_digest: "ab".repeat(32), options });
    assert.equal(made.status, 201, made.text);
    const answer = await api.post(`/api/imports/${made.json.import.id}/batches`, { number: 0, rows: { kind: shape, rows }, rejected: [], rows_read: rows.length, last: true });
    return answer.status === 200 ? counts(answer.json.import) : [answer.status, Object.keys(answer.json.fields)[0]];
  };
  const suppression = { line: 2, channel: "email", address: "a@example.com", reason: "bounced" };
  const spoiled = [{ address: "A@Example.com" }, { address: "nobody" }, { channel: "pigeon" }, { reason: "erased" }, { at: 9e15 }];
  const suppressions = [suppression, ...spoiled.map((change, n) => ({ ...suppression, line: n + 3, ...change }))];
  assert.deepEqual(await send("suppressions", { email: 0 }, "suppressions", suppressions), [6, 1, 0, 5]);
  const product = { line: 2, id: "1", product_id: "1", title: "Tea", currency: "USD" };
  const wrong = [{ link: "javascript:alert(1)" }, { title: "" }, { price: -1 }, { stock: 9e15 }, { image: "//shop.example/x" }];
  const products = [product, ...wrong.map((change, n) => ({ ...product, line: n + 3, ...change }))];
  assert.deepEqual(await send("products", { title: 0 }, "products", products), [6, 1, 0, 5]);
  assert.deepEqual(await send("tickets", { email: 0, opened_at: 1 }, "products", [product]), [422, "rows.kind"]);
});

test("products come as tables and as feeds, and what was sold out and is there again is known since when", async () => {
  await twice("products", "Handle,Title,Type,Variant SKU,Variant Inventory Qty,Variant Price\ntea,Green tea,Drinks > Tea,TEA-1,0,9.90\ntea,,,TEA-2,5,17.00\n", 2);
  const feed = JSON.stringify({ products: [
    { id: 7, title: "Pot", product_type: "Pottery", link: "https://shop.example/pot", variants: [{ id: 71, title: "Blue", price: "24.00", inventory_quantity: 3 }] },
    { id: 8, price: "1.00" },
  ] });
  const fed = await file("products", feed, "", "application/x-ndjson");
  assert.deepEqual([fed.status, ...counts(fed)], ["done", 2, 1, 0, 1], fed.error);
  const later = "2026-03-03T09:00:00Z";
  await server.seams.clock(later);
  const restocked = await file("products", "product_id,title,sku,stock\ntea,Green tea,TEA-1,4\n");
  assert.deepEqual(counts(restocked), [1, 1, 0, 0]);
  const stored = await server.d1("select external_id, product_id, title, variant, category, price, stock, link, restocked_at from products order by external_id");
  assert.deepEqual(stored, [
    { external_id: "71", product_id: "7", title: "Pot", variant: "Blue", category: "Pottery", price: 2400, stock: 3, link: "https://shop.example/pot", restocked_at: null },
    { external_id: "TEA-1", product_id: "tea", title: "Green tea", variant: null, category: "Tea", price: 990, stock: 4, link: null, restocked_at: Date.parse(later) },
    { external_id: "TEA-2", product_id: "tea", title: "Green tea", variant: null, category: "Tea", price: 1700, stock: 5, link: null, restocked_at: null },
  ]);
});

test("a kind that is none is refused with all that there are", async () => {
  const answer = await api.post("/api/imports?kind=wishes", "a,b\n1,2\n", { "content-type": "text/csv" });
  assert.equal(answer.status, 422);
  assert.match(answer.json.fields.kind, /orders, customers, events, rates, contacts, accounts, subscriptions, tickets, nps, engagement, consent, suppressions, products/);
});

test("what somebody buys, looks at and leaves behind is told in the catalogue's words, with what is there again", async () => {
  const products = (stock, tea = "9.90") => `product_id,title,category,price,currency,stock,link\nP-1,Green tea,Tea,${tea},USD,5,https://shop.example/tea\nP-2,Blue pot,Pots,30.00,USD,${stock},https://shop.example/pot\n`;
  await file("products", products(0));
  await file("orders", "order_id,customer_id,date,amount,currency,item\nO-1,C-1,2026-01-10,9.90,USD,Green tea\nO-2,C-1,2026-02-01,9.90,USD,Green tea\n");
  await file("events", [
    "event_id,customer_id,time,event,properties",
    'e1,C-1,2026-02-10T12:00:00Z,Product Viewed,"{""product_id"":""P-2"",""name"":""Pot, blue""}"',
    'e2,C-1,2026-02-20T12:00:00Z,Product Added,"{""product_id"":""P-1"",""name"":""Green tea""}"',
  ].join("\n"));
  await ran(api, "score");
  const shopping = async () => (await api.get(`/api/customers/${(await server.d1("select public_id from customers where external_id = 'C-1'"))[0].public_id}`)).json.customer.shopping;
  const before = await shopping();
  assert.deepEqual(
    [before.favourite_category, before.last_item.name, before.last_item.link, before.last_item.in_stock, before.last_viewed.name, before.last_viewed.in_stock],
    ["Tea", "Green tea", "https://shop.example/tea", true, "Blue pot", false],
  );
  assert.deepEqual([before.left_behind.map((item) => item.name), before.left_since, before.back_in_stock], [["Green tea"], "2026-02-20", []]);
  await file("products", products(4));
  assert.deepEqual((await shopping()).back_in_stock.map((item) => [item.name, item.in_stock]), [["Blue pot", true]]);
  const fell = async () => (await shopping()).last_item.fell;
  assert.equal(await fell(), null);
  await file("products", products(4, "7.50"));
  assert.deepEqual((await fell()).from, { amount: "9.90", currency: "USD" });
  await file("products", products(3, "7.50"));
  assert.deepEqual((await fell()).from, { amount: "9.90", currency: "USD" }, "it stays known while the price stays");
  await file("products", products(3, "8.00"));
  assert.equal(await fell(), null, "a price that rose again is no lower one");
});

// What senders push becomes customers, orders, events and consent: once, whatever the order, and with what cannot be read set aside.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { message, push, source, tables, undo } from "../inbox.mjs";

const NOW = "2026-03-02T09:00:00Z";
let server;
let api;
let app; // Segment, from a server.
let store; // Another one.
let page; // A browser's key.

before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  api = await server.api("owner");
  app = await source(server, "segment", "App");
  store = await source(server, "segment", "Store");
  page = await source(server, "browser", "Pages");
});

const from = (source, ...messages) => messages.map((one) => ({ source, ...one }));
const fold = async () => {
  const answer = await api.post("/api/runs", { job: "intake" });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.run.status, "done", answer.text);
  return answer.json.run;
};
const score = async () => assert.equal((await api.post("/api/runs", { job: "score" })).json.run.status, "done");
const order = (key, day, id, total, rest = {}) => message(key, "track", day, { event: "Order Completed", properties: { order_id: id, total, currency: "USD" }, ...rest });
const sends = (source, ...messages) => push(server, from(source, ...messages));

test("a person, their order, what they did and what they agreed to stand where they belong, once however often they come", async () => {
  const ada = { userId: "7", traits: { email: "Ada@Example.com", name: "Ada", plan: "pro", country: "DE" } };
  const messages = [
    message("m1", "identify", "2026-02-01", { ...ada, traits: { ...ada.traits, email_consent: true } }),
    order("m2", "2026-02-02", "1001", 29.33, { userId: "7" }),
    message("m3", "track", "2026-02-03", { event: "Report Exported", userId: "7" }),
  ];
  for (let time = 0; time < 3; time++) {
    await sends(app, ...messages);
    if (time !== 1) await fold();
  }
  const all = await tables(server);
  assert.deepEqual(all.customers.map((c) => [c.external_id, c.name, c.traits]), [["7", "Ada", '{"plan":"pro"}']]);
  assert.deepEqual(all.contacts.map((k) => [k.email, k.name, k.country]), [["ada@example.com", "Ada", "DE"]]);
  assert.deepEqual(all.orders.map((o) => [o.customer, o.external_id, o.amount, o.currency, o.status]), [["7", "1001", 2933, "USD", "paid"]]);
  assert.deepEqual(all.events.map((e) => [e.customer, e.name]), [["7", "Report Exported"]]);
  assert.deepEqual(all.consents.map((h) => [h.email, h.channel, h.state, h.act, h.source]), [["ada@example.com", "email", "granted", 0, "segment: App, by its records"]]);
  assert.deepEqual(await server.d1("select outcome, n from source_counts where source = ?1 order by 1", app), [{ outcome: "accepted", n: 3 }]);
  assert.deepEqual(await server.d1("select status, received_at, lag from sources where id = ?1", app), [{ status: "live", received_at: Date.parse(NOW), lag: 0 }]);
  const [{ traits_at }] = await server.d1("select traits_at from customers");
  assert.deepEqual(JSON.parse(traits_at), { plan: Date.parse("2026-02-01T12:00:00Z") });
});

test("whoever pushes is scored in the same sweep", async () => {
  await sends(app, order("m1", "2026-02-02", "1001", 10, { userId: "7" }));
  await server.scheduled("* * * * *");
  const [row] = await server.d1("select f.orders, f.dirty, s.score from facets f left join scores s on s.customer_id = f.customer_id");
  assert.deepEqual([row.orders, row.dirty, row.score !== null], [1, 0, true]);
});

test("anonymous use, a newsletter address and a store order are one person with one consent history", async () => {
  await sends(app,
    message("a1", "track", "2026-02-01", { event: "Product Viewed", anonymousId: "v-1", properties: { product_id: "p1" } }),
    message("a2", "page", "2026-02-02", { anonymousId: "v-1", name: "Tea" }));
  await fold();
  assert.deepEqual(await server.d1("select count(*) as n from customers"), [{ n: 0 }], "a visitor is no customer");
  assert.equal((await tables(server, ["parked"])).parked.length, 2);
  await sends(app, message("a3", "identify", "2026-02-03", { anonymousId: "v-1", traits: { email: "ada@example.com", newsletter: true } }));
  await fold();
  await sends(store,
    message("s1", "identify", "2026-02-04", { userId: "c-9", traits: { email: "ada@example.com", name: "Ada", unsubscribed: true } }),
    order("s2", "2026-02-05", "1001", 30, { userId: "c-9" }));
  await fold();
  const all = await tables(server);
  assert.deepEqual(all.customers.map((c) => [c.external_id, c.name]), [["c-9", "Ada"]]);
  assert.deepEqual(all.events.map((e) => [e.external_id, e.customer]), [["a1", "c-9"], ["a2", "c-9"]]);
  assert.deepEqual(all.orders.map((o) => [o.external_id, o.customer]), [["1001", "c-9"]]);
  assert.deepEqual(all.consents.map((h) => [h.source, h.state]), [["segment: App, by its records", "granted"], ["segment: Store, by its records", "denied"]]);
  assert.deepEqual(all.present.map((p) => p.state), ["denied"]);
  assert.deepEqual(all.contacts.length, 1);
  assert.deepEqual(all.parked, []);
});

test("two stored records that turn out to be one person merge, and can be taken apart again", async () => {
  await sends(app, message("a1", "identify", "2026-02-01", { userId: "7", traits: { name: "Ada" } }), message("a2", "track", "2026-02-01", { event: "Signed In", userId: "7" }));
  await sends(store, message("s1", "identify", "2026-02-02", { userId: "c-9", traits: { email: "ada@example.com", unsubscribed: true } }), order("s2", "2026-02-02", "1001", 30, { userId: "c-9" }));
  await fold();
  const before = await tables(server, ["customers", "contacts", "orders", "events", "identities"]);
  assert.equal(before.customers.length, 2);
  const [older] = await server.d1("select id from customers where external_id = '7'");
  await server.d1("insert into notes (public_id, customer_id, author_name, body, created_at, updated_at) values ('n', ?1, 'x', 'hello', 0, 0)", older.id);

  await sends(app, message("a3", "identify", "2026-02-03", { userId: "7", traits: { email: "ada@example.com", email_consent: true } }));
  await fold();
  const [winner] = await server.d1("select id, version from customers where merged_into is null");
  const [merge, ...others] = await server.d1("select * from merges");
  assert.deepEqual(others, []);
  assert.deepEqual([merge.winner, merge.loser, merge.reason], [winner.id, older.id, "same_address"], "the record with orders stays");
  const merged = await tables(server);
  assert.deepEqual(merged.customers.map((c) => c.name), ["Ada"]);
  assert.deepEqual(merged.consents.map((h) => h.state).sort(), ["denied", "granted"]);
  assert.deepEqual(merged.present.map((p) => p.state), ["denied"], "a bulk consent lifts no opt-out");
  assert.deepEqual(merged.events.length + merged.orders.length, 2);
  assert.equal((await server.d1("select customer_id from notes"))[0].customer_id, winner.id);
  assert.equal((await server.d1("select count(*) as n from facets"))[0].n, 1);
  const [line] = await server.d1("select actor_kind, action, object_kind from audit order by id desc limit 1");
  assert.deepEqual(line, { actor_kind: "system", action: "customers_merged", object_kind: "customer" });

  await undo(server, merge.id, NOW);
  const apart = await tables(server, ["customers", "contacts", "orders", "events"]);
  assert.deepEqual(apart.orders, before.orders);
  assert.deepEqual(apart.events, before.events);
  assert.deepEqual(apart.customers.map((c) => c.external_id), before.customers.map((c) => c.external_id));
  assert.equal((await server.d1("select customer_id from notes"))[0].customer_id, older.id);
  assert.equal((await server.d1("select count(*) as n from facets where dirty > 0"))[0].n, 2);
  // The same message again does not bring together what somebody took apart.
  await sends(app, message("a4", "identify", "2026-02-04", { userId: "7", traits: { email: "ada@example.com" } }));
  await fold();
  assert.equal((await tables(server, ["customers"])).customers.length, 2);
});

test("families share an address and stay two", async () => {
  await sends(store,
    message("s1", "identify", "2026-02-01", { userId: "c-1", traits: { email: "family@example.com", name: "Ada" } }),
    message("s2", "identify", "2026-02-02", { userId: "c-2", traits: { email: "family@example.com", name: "Ben" } }));
  await fold();
  assert.deepEqual((await tables(server, ["customers"])).customers.map((c) => [c.external_id, c.name]), [["c-1", "Ada"], ["c-2", "Ben"]]);
});

test("people of an account are its contacts, with what they did before", async () => {
  await sends(app,
    message("a1", "identify", "2026-02-01", { userId: "u1", traits: { email: "ada@acme.example", name: "Ada" } }),
    message("a2", "track", "2026-02-01", { event: "Signed In", userId: "u1" }));
  await fold();
  await sends(app,
    message("a3", "group", "2026-02-02", { userId: "u1", groupId: "acme", traits: { name: "Acme", plan: "team" } }),
    message("a4", "track", "2026-02-03", { event: "Signed In", userId: "u1" }));
  await fold();
  await sends(app,
    message("a5", "identify", "2026-02-03", { userId: "u2", traits: { email: "ben@acme.example", name: "Ben" } }),
    message("a6", "track", "2026-02-03", { event: "Signed In", userId: "u2" }));
  await fold();
  await sends(app, message("a7", "group", "2026-02-04", { userId: "u2", groupId: "acme" }));
  await fold();
  const all = await tables(server);
  assert.deepEqual(all.customers.map((c) => [c.kind, c.name, c.traits]), [["account", "Acme", '{"plan":"team"}']]);
  assert.deepEqual(all.contacts.map((k) => [k.email, k.name]), [["ada@acme.example", "Ada"], ["ben@acme.example", "Ben"]]);
  assert.deepEqual(all.events.map((e) => [e.external_id, JSON.parse(e.properties).user]), [["a2", "u1"], ["a4", "u1"], ["a6", "u2"]]);
});

test("a page opts nobody in, joins no two people and changes no address", async () => {
  await sends(store,
    message("s1", "identify", "2026-02-01", { userId: "c-1", traits: { email: "ada@example.com" } }),
    message("s2", "identify", "2026-02-01", { userId: "c-2", traits: { phone: "+4915112345678" } }));
  await sends(page, message("p0", "identify", "2026-02-01", { userId: "w-1", traits: { email: "eve@example.com" } }));
  await fold();
  await sends(page,
    message("p1", "identify", "2026-02-02", { userId: "w-1", traits: { email: "ada@example.com", newsletter: true } }),
    message("p2", "identify", "2026-02-03", { userId: "w-1", traits: { email: "other@example.com" } }));
  await fold();
  const all = await tables(server, ["customers", "contacts", "consents"]);
  assert.equal(all.customers.length, 3);
  assert.deepEqual(all.contacts.map((k) => [k.external_id, k.email]), [["c-1", "ada@example.com"], ["c-2", null], ["w-1", "eve@example.com"]]);
  assert.deepEqual(all.consents, []);
});

test("parts of an order hold whether they come before the whole or after, and once by their id", async () => {
  const refund = (key, day, total) => message(key, "track", day, { event: "Order Refunded", userId: "7", properties: { order_id: "1001", refund_id: key, total, currency: "USD" } });
  const whole = order("m1", "2026-02-01", "1001", 30, { userId: "7" });
  const orders = [[refund("r1", "2026-02-03", 10), whole, refund("r2", "2026-02-04", 5)], [whole, refund("r2", "2026-02-04", 5), refund("r1", "2026-02-03", 10)]];
  for (const messages of orders) {
    for (const one of messages) {
      await sends(app, one);
      await fold();
    }
    assert.deepEqual(await server.d1("select amount, refunded, status from orders"), [{ amount: 3000, refunded: 1500, status: "paid" }]);
    await server.d1("delete from orders");
    await server.d1("delete from order_parts");
    await server.d1("delete from inbox");
    await server.d1("update intake set applied = 0");
  }
});

test("what cannot be read is set aside, mended, and applied", async () => {
  await sends(app,
    message("m1", "track", "2026-02-01", { userId: "7" }),
    order("m2", "2026-02-02", "1001", 30, { userId: "7" }),
    { key: "m3", topic: "track", body: "no json" });
  assert.equal((await fold()).counts.dead, 2);
  const { json } = await api.get("/api/dead-letters");
  assert.deepEqual(json.dead_letters.map((d) => [d.key, d.refusal.field, d.status, d.source_name]), [["m3", null, "dead", "App"], ["m1", "event", "dead", "App"]]);
  assert.equal(json.meta.total, 2);
  assert.equal((await server.d1("select count(*) as n from orders"))[0].n, 1, "the others are applied");

  const [broken, nameless] = json.dead_letters;
  const body = JSON.stringify({ ...JSON.parse(nameless.body), event: "Signed In" });
  assert.equal((await api.patch(`/api/dead-letters/${nameless.id}`, { action: "replay", body: "{" })).status, 422);
  assert.equal((await api.request("PATCH", `/api/dead-letters/${nameless.id}`, { action: "drop" }, { "if-match": '"9"' })).status, 412);
  assert.equal((await api.patch(`/api/dead-letters/${nameless.id}`, { action: "replay", body })).json.dead_letter.status, "replayed");
  assert.equal((await api.patch(`/api/dead-letters/${broken.id}`, { action: "drop" })).json.dead_letter.status, "dropped");
  assert.equal((await api.patch(`/api/dead-letters/${broken.id}`, { action: "replay" })).status, 409);
  await fold();
  assert.deepEqual(await server.d1("select external_id, name from events"), [{ external_id: "m1", name: "Signed In" }], "by its first key");
  assert.deepEqual(await server.d1("select outcome, n from source_counts where source = ?1 order by 1", app), [{ outcome: "accepted", n: 3 }, { outcome: "dead", n: 2 }]);
});

test("one that cannot be read again is the same dead letter as before", async () => {
  await sends(app, message("m1", "track", "2026-02-01", { userId: "7" }));
  await fold();
  const [{ source: id }] = (await api.get("/api/dead-letters")).json.dead_letters;
  // Somebody else holds the job, so that the bell rung by the replay is not answered before the list is read.
  await server.d1("update leases set token = 'somebody', expires_at = 9e15 where name = 'intake'");
  assert.deepEqual((await api.post("/api/dead-letters/replay", { source: id })).json, { replayed: 1 });
  assert.equal((await api.get("/api/dead-letters")).json.meta.total, 0);
  await server.d1("update leases set expires_at = 0 where name = 'intake'");
  await fold();
  const { json } = await api.get("/api/dead-letters");
  assert.deepEqual(json.dead_letters.map((d) => [d.key, d.status, d.version]), [["m1", "dead", 3]]);
});

test("a message that the database refuses stands alone in the end, and the others are applied", async () => {
  await server.d1("create trigger refuse before insert on events when new.external_id = 'm13' begin insert into shop (id, name, home_currency, time_zone, plan, updated_at) values (2, 'x', 'x', 'x', 'paid', 0); end");
  try {
    await sends(app, ...Array.from({ length: 40 }, (_, n) => message(`m${n}`, "track", "2026-02-01", { event: "Signed In", userId: `u${n % 7}` })));
    await fold();
  } finally {
    await server.d1("drop trigger refuse");
  }
  assert.equal((await server.d1("select count(*) as n from events"))[0].n, 39);
  const { json } = await api.get("/api/dead-letters");
  assert.deepEqual(json.dead_letters.map((d) => d.key), ["m13"]);
  assert.match(json.dead_letters[0].refusal.reason, /could not be stored/);
});

test("twenty folds at once apply each message once", async () => {
  await sends(app, ...Array.from({ length: 60 }, (_, n) => order(`m${n}`, "2026-02-02", `${n}`, 10, { userId: "7" })));
  await Promise.all(Array.from({ length: 20 }, () => server.scheduled("* * * * *")));
  await fold();
  await score();
  assert.deepEqual(await server.d1("select orders, dirty from facets"), [{ orders: 60, dirty: 0 }]);
  assert.deepEqual(await server.d1("select n from source_counts where outcome = 'accepted'"), [{ n: 60 }]);
  assert.equal((await server.d1("select count(*) as n from customers"))[0].n, 1);
});

test("times far ahead of the receipt become the receipt, and are counted", async () => {
  await sends(app, order("m1", "2026-05-01", "1001", 10, { userId: "7" }));
  await fold();
  assert.deepEqual(await server.d1("select ordered_at from orders"), [{ ordered_at: Date.parse(NOW) }]);
});

test("an event older than the oldest that is kept is refused with a reason and counted", async () => {
  await server.d1("update shop set events_from = ?1", Date.parse("2026-02-01") / 86_400_000);
  await sends(app, message("m1", "track", "2026-01-31", { event: "Signed In", userId: "7" }), message("m2", "track", "2026-02-01", { event: "Signed In", userId: "7" }));
  await fold();
  assert.deepEqual(await server.d1("select external_id from events"), [{ external_id: "m2" }]);
  assert.deepEqual(await server.d1("select outcome, n from source_counts where source = ?1 order by 1", app), [{ outcome: "accepted", n: 2 }, { outcome: "rejected:too_old", n: 1 }]);
});

test("any order of the same messages leaves the same", async (t) => {
  const messages = mixed();
  let expected;
  for (let turn = 0; turn < 6; turn++) {
    const shuffled = turn === 0 ? messages : shuffle(messages, turn);
    // Over several pages, so that what one page leaves is read again by the next.
    for (let at = 0; at < shuffled.length; at += 5 + turn) {
      await push(server, shuffled.slice(at, at + 5 + turn));
      await fold();
    }
    await score();
    const found = await tables(server);
    expected ??= found;
    for (const name of Object.keys(expected)) assert.deepEqual(found[name], expected[name], `${name} of turn ${turn}: ${shuffled.map((one) => one.key).join(" ")}`);
    t.diagnostic(`turn ${turn}: ${found.customers.length} customers, ${(await server.d1("select count(*) as n from merges"))[0].n} merges`);
    if (turn === 5) break;
    const sources = await server.d1("select * from sources where id >= ?1", app);
    await server.reset();
    for (const row of sources) await server.d1("insert into sources (id, public_id, kind, name, created_at, status) values (?1, ?2, ?3, ?4, ?5, 'waiting')", row.id, row.public_id, row.kind, row.name, row.created_at);
    api = await server.api("owner");
  }
  assert.equal(expected.customers.length, 5);
});

// Of three sources: a visitor who becomes a reader and a buyer, a person whose two records meet late, an account with two people, a
// buyer who is only an address, and one whose details change back and forth.
function mixed() {
  const ada = { email: "ada@example.com" };
  const ben = { email: "ben@example.com" };
  return [
    ...from(app,
      message("a1", "track", "2026-01-01", { event: "Product Viewed", anonymousId: "v1", properties: { product_id: "p1" } }),
      message("a2", "page", "2026-01-02", { anonymousId: "v1", name: "Tea" }),
      message("a3", "identify", "2026-01-03", { anonymousId: "v1", traits: { ...ada, newsletter: true } }),
      message("a4", "track", "2026-01-04", { event: "Signed In", anonymousId: "v1" }),
      message("b1", "identify", "2026-01-05", { userId: "b", traits: { name: "Benjamin", plan: "pro" } }),
      message("b2", "track", "2026-01-06", { event: "Report Exported", userId: "b" }),
      message("b3", "identify", "2026-01-20", { userId: "b", traits: { ...ben, plan: "free", seats: 3 } }),
      message("b4", "identify", "2026-01-15", { userId: "b", traits: { plan: "team", phone: "+4915112345678" } }),
      message("g1", "identify", "2026-01-07", { userId: "g1", traits: { email: "gil@acme.example", name: "Gil" } }),
      message("g2", "track", "2026-01-08", { event: "Signed In", userId: "g1" }),
      message("g3", "group", "2026-01-09", { userId: "g1", groupId: "acme", traits: { name: "Acme", plan: "team" } }),
      message("g4", "identify", "2026-01-10", { userId: "g2", traits: { email: "hal@acme.example", name: "Hal" } }),
      message("g5", "group", "2026-01-11", { userId: "g2", groupId: "acme", traits: { plan: "scale" } }),
      message("g6", "track", "2026-01-12", { event: "Signed In", userId: "g2" }),
      message("v9", "page", "2026-01-13", { anonymousId: "v9", name: "Nobody" })),
    ...from(store,
      message("s1", "identify", "2026-01-05", { userId: "c1", traits: { ...ada, name: "Ada", unsubscribed: true } }),
      order("s2", "2026-01-06", "1001", 30, { userId: "c1" }),
      message("s3", "track", "2026-01-08", { event: "Order Refunded", userId: "c1", properties: { order_id: "1001", refund_id: "f1", total: 10, currency: "USD" } }),
      message("s4", "track", "2026-01-07", { event: "Order Updated", userId: "c1", properties: { order_id: "1001", total: 25, currency: "USD" } }),
      message("s5", "identify", "2026-01-09", { userId: "c2", traits: { ...ben, name: "Ben", email_consent: true } }),
      order("s6", "2026-01-10", "1002", 12, { userId: "c2" }),
      message("s7", "track", "2026-01-11", { event: "Order Cancelled", userId: "c2", properties: { order_id: "1002" } }),
      order("s8", "2026-01-12", "1003", 8, { properties: { order_id: "1003", total: 8, currency: "USD", email: "guest@example.com" }, anonymousId: "x1" }),
      order("s9", "2026-01-13", "1004", 9, { userId: "c3", context: { traits: { name: "Cleo" } } }),
      message("s10", "identify", "2026-01-14", { userId: "c3", traits: { country: "DE", tags: ["vip"] } }),
      message("s11", "identify", "2026-01-16", { userId: "c3", traits: { country: "FR", tags: ["tea"] } })),
    ...from(page,
      message("p1", "page", "2026-01-03", { anonymousId: "w1", name: "Home" }),
      message("p2", "track", "2026-01-04", { event: "Product Viewed", anonymousId: "w1", properties: { product_id: "p2" } }),
      message("p3", "page", "2026-01-05", { anonymousId: "w2", name: "Home" })),
  ];
}

// Always the same for a turn.
function shuffle(list, turn) {
  const shuffled = [...list];
  let state = turn * 2_654_435_761 % 4_294_967_296;
  for (let at = shuffled.length - 1; at > 0; at--) {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    const other = state % (at + 1);
    [shuffled[at], shuffled[other]] = [shuffled[other], shuffled[at]];
  }
  return shuffled;
}

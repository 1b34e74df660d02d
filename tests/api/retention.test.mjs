// Events and messages that have had their time go, by days or by space; what they told of customers stays.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { message, push, source, undo } from "../inbox.mjs";
import { counts, event, imported, order, ran, unplaced } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";
const DAY = 86_400_000;
let server;
let api;
let app; // Segment, from a server.

before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  await server.seams.space(null);
  api = await server.api("owner");
  app = await source(server, "segment", "App");
});

const day = (iso) => Date.parse(iso) / DAY;
const done = async (job) => {
  const run = await ran(api, job);
  assert.equal(run.status, "done", JSON.stringify(run));
  return run;
};
const retention = async () => (await api.get("/api/retention")).json.retention;
// Each message comes an hour after what it tells of.
const push_each = (messages) =>
  push(server, messages.map((one) => ({ source: app, at: new Date(Date.parse(one.body.timestamp) + 3_600_000).toISOString(), ...one })));
const track = (key, iso, user, event, properties = {}) => message(key, "track", iso, { userId: user, event, properties });

// Half a year of two people's use, tickets, answers, terms and carts, with orders among them.
function history(user) {
  const messages = [message(`${user}-who`, "identify", "2025-07-01", { userId: user, traits: { email: `${user}@example.com`, name: user } })];
  const at = (n) => new Date(Date.parse("2025-07-02T10:00:00Z") + n * DAY).toISOString();
  for (let week = 0; week < 34; week++) {
    const of = (name, offset, event, properties) => messages.push(track(`${user}-${name}-${week}`, at(week * 7 + offset), user, event, properties));
    of("use", 0, week % 3 === 0 ? "Report Exported" : "Signed In", { seats: 3 });
    of("feature", 1, "Feature Used", { feature: `Feature ${week % 9}`, count: 40 - week });
    if (week % 4 === 0) of("order", 2, "Order Completed", { order_id: `${user}-${week}`, total: 20 + week, currency: "USD" });
    if (week % 5 === 0) of("ticket", 3, "Ticket Opened", { id: `T-${week}`, subject: "This is terrible, I want to cancel my subscription" });
    if (week % 10 === 0) of("solved", 4, "Ticket Solved", { id: `T-${week}` });
    if (week % 6 === 0) of("nps", 4, "NPS Answered", { score: 9 - Math.floor(week / 6) });
    if (week % 7 === 0) of("cart", 5, "Product Added", { product_id: `P-${week}`, name: `Thing ${week}` });
    if (week % 8 === 0) of("mail", 6, "Email Opened", {});
  }
  messages.push(track(`${user}-term`, "2025-07-05", user, "Subscription Started", { plan: "pro", seats: 4, amount: "40.00", currency: "EUR", interval: "year" }));
  messages.push(track(`${user}-card`, "2025-08-20", user, "Payment Failed"));
  return messages;
}

// All that scoring makes of customers, by their names; what merging leaves of the other record is no customer.
async function made() {
  await server.d1("update facets set dirty = 1");
  await done("score");
  const found = {
    states: await server.d1("select c.external_id, s.state from facets f join states s on s.customer_id = f.customer_id join customers c on c.id = f.customer_id order by 1"),
    scores: unplaced(await server.d1("select c.external_id, s.score from scores s join customers c on c.id = s.customer_id where c.merged_into is null order by 1")),
    profiles: [],
  };
  for (const { public_id } of await server.d1("select c.public_id from facets f join customers c on c.id = f.customer_id order by c.external_id")) {
    const { json } = await api.get(`/api/customers/${public_id}`);
    const { tier, triggers, explanation, peers, rhythm, expected_orders } = json.customer;
    found.profiles.push({ tier, triggers, explanation, peers, rhythm, expected_orders });
  }
  return found;
}

test("scores, signals and triggers are the same before and after old events have gone, also at another rate", async () => {
  await push_each([...history("ada"), ...history("ben")]);
  await done("intake");
  const before = await made();
  assert.equal(before.states.length, 2);
  assert.ok(before.profiles.every((profile) => profile.triggers.length > 0), JSON.stringify(before.profiles));
  const [{ n: events }] = await server.d1("select count(*) as n from events");
  await done("prune");
  const { events_from, limited_by, event_days } = await retention();
  assert.deepEqual([events_from, limited_by, event_days], ["2025-09-03", "days", 180]);
  const oldest = day("2025-09-03") * DAY;
  const [left] = await server.d1("select count(*) as n, min(occurred_at) as oldest from events");
  assert.ok(left.n < events && left.oldest >= oldest, JSON.stringify(left));
  assert.deepEqual(await server.d1("select count(*) as n from states where base is not null"), [{ n: 2 }]);
  assert.deepEqual(await made(), before);

  // A price was told in euros: what it is worth is worked out anew from what was told.
  const at = (rate) => api.put("/api/rates", { rates: [{ currency: "EUR", day: "2025-01-01", rate }] });
  assert.equal((await at(1.25)).status, 200);
  const [{ price }] = await (await made(), server.d1("select state ->> '$.c.a[1][0]' as price from states limit 1"));
  assert.equal(price, 5_000);

  await server.seams.clock("2026-06-20T09:00:00Z");
  const later = await made();
  await done("prune");
  assert.ok((await server.d1("select count(*) as n from events"))[0].n < left.n);
  assert.deepEqual(await made(), later, "a base grows");
});

test("what is older than the oldest day is refused and counted, and the first moment of that day is taken", async () => {
  await push_each([track("a", "2025-07-01", "ada", "Report Exported"), track("b", "2026-02-01", "ada", "Report Exported")]);
  await done("intake");
  await done("prune");
  assert.equal((await retention()).events_from, "2025-09-03");
  const before = await made();
  await push(server, [
    { source: app, ...track("c", "2025-09-02T23:59:59.999Z", "ada", "Report Exported"), at: "2025-09-03T00:10:00Z" },
    { source: app, ...track("a-again", "2025-07-01", "ada", "Report Exported"), at: "2025-07-02T00:00:00Z" },
  ]);
  await done("intake");
  assert.deepEqual(await made(), before, "one that came before its row went does not count twice");
  await push(server, [{ source: app, ...track("d", "2025-09-03T00:00:00Z", "ada", "Report Exported"), at: "2025-09-03T00:10:00Z" }]);
  await done("intake");
  assert.notDeepEqual(await made(), before);
  assert.deepEqual(await server.d1("select sum(n) as n from source_counts where outcome = 'rejected:too_old'"), [{ n: 2 }]);
});

test("two records that are one have the bases of both, and apart again each has its own", async () => {
  const both = [...history("ada"), ...history("ben").slice(0, 60)];
  const link = { source: app, ...message("link", "alias", "2026-03-01", { userId: "ada", previousId: "ben" }) };
  const story = async (prunes) => {
    const prune = async () => {
      if (!prunes) return;
      await server.d1("update retention set measured_day = null");
      await done("prune");
    };
    await push_each(both);
    await done("intake");
    await prune();
    const found = [await made()];
    await push(server, [link]);
    await done("intake");
    assert.equal((await server.d1("select count(*) as n from merges"))[0].n, 1);
    found.push(await made());
    // Rows that the merge moved go, too.
    await server.d1("update shop set event_days = 60");
    await prune();
    found.push(await made());
    const merged = await server.d1("select count(*) as n from events");
    await undo(server, 1, NOW);
    found.push(await made());
    assert.deepEqual(found[3].states, found[0].states);
    return { found, merged };
  };
  const without = await story(false);
  await server.reset();
  api = await server.api("owner");
  app = await source(server, "segment", "App");
  const withIt = await story(true);
  assert.ok(withIt.merged[0].n < without.merged[0].n);
  assert.deepEqual(withIt.found, without.found);
  const bases = await server.d1("select c.external_id, s.base is not null as has_base from customers c join states s on s.customer_id = c.id order by 1");
  assert.deepEqual(bases, [{ external_id: "ada", has_base: 1 }, { external_id: "ben", has_base: 1 }], "each record keeps what it was told");
});

test("an event that is told anew while its row is about to go counts once, as it was told last", async () => {
  await push_each([
    track("a", "2025-07-01", "ada", "Feature Used", { feature: "Export", count: 2 }),
    track("b", "2025-07-02", "ada", "Feature Used", { feature: "Export", count: 3 }),
    track("c", "2026-02-01", "ada", "Report Exported"),
  ].map((one) => ({ ...one })));
  await done("intake");
  await server.seams.arm("prune.read", { once: true });
  const run = api.post("/api/runs", { job: "prune" });
  await server.seams.reached("prune.read");
  await server.d1("update events set properties = json_set(properties, '$.count', 50), received_at = received_at + 1 where external_id = (select min(external_id) from events)");
  await server.seams.release("prune.read");
  assert.equal((await run).json.run.status, "done");
  assert.equal((await server.d1("select count(*) as n from events"))[0].n, 1);
  await made();
  const [{ state }] = await server.d1("select state from states");
  assert.deepEqual(JSON.parse(state).f.Export[0], 53);
});

test("where space runs out the oldest days go until the rest fits, and today stays", async () => {
  const days = Array.from({ length: 40 }, (_, n) => new Date(Date.parse(NOW) - 2 * 3_600_000 - (39 - n) * DAY).toISOString());
  await push_each(days.flatMap((iso, n) => Array.from({ length: 5 }, (_, at) => track(`m-${n}-${at}`, iso, `u${at}`, "Report Exported", { text: "long ".repeat(50) }))));
  await done("intake");
  await done("prune");
  const all = await retention();
  assert.deepEqual([all.events_from, all.limited_by, all.space], [null, null, 4_000_000_000]);
  const before = await made();
  const half = Math.round(all.space_used / 2);
  await server.seams.space(half);
  await server.d1("update retention set measured_day = null");
  await done("prune");
  const then = await retention();
  assert.deepEqual([then.limited_by, then.space], ["space", half]);
  assert.ok(then.space_used <= half && then.space_used > half * 0.9, `${then.space_used} of ${half}`);
  assert.ok(day(then.events_from) > day("2026-02-05") && day(then.events_from) < day("2026-02-15"), then.events_from);
  assert.deepEqual(await server.d1("select count(*) as n from events where occurred_at < ?1", day(then.events_from) * DAY), [{ n: 0 }]);
  assert.deepEqual(await server.d1("select count(*) as n from inbox where received_at < ?1", day(then.events_from) * DAY), [{ n: 0 }]);
  assert.deepEqual(await made(), before);

  await server.seams.space(10);
  await server.d1("update retention set measured_day = null");
  await done("prune");
  assert.equal((await retention()).events_from, "2026-03-02");
  assert.deepEqual(await server.d1("select count(*) as n from events"), [{ n: 5 }]);
  assert.deepEqual(await made(), before);
});

test("messages that wait, those of unknown visitors and the newest stay, and settled dead letters go", async () => {
  const old = "2025-06-01T00:00:00Z";
  const visit = { source: app, ...message("p", "page", "2025-06-01", { anonymousId: "v-1", name: "Tea" }), at: old };
  await push(server, [visit, { source: app, key: "x", topic: "track", body: "no json", at: old }, { source: app, ...track("a", "2025-06-01", "ada", "Signed In"), at: old }]);
  await done("intake");
  const letter = (key, status, settled) => server.d1(
    "insert into dead_letters (public_id, source, key, topic, body, reason, fix, status, received_at, died_at, settled_at) values (?1, ?2, ?1, 'track', '{}', 'r', 'f', ?3, 0, 0, ?4)",
    key, app, status, settled);
  await letter("dropped", "dropped", Date.parse(old));
  await letter("recent", "dropped", Date.parse(NOW) - DAY);
  await letter("newest", "dropped", Date.parse(old));
  await server.d1("update intake set applied = applied");
  await push(server, [{ source: app, ...track("late", "2025-06-01", "ada", "Signed In"), at: old }]);
  await server.d1("update intake set applied = (select max(id) - 1 from inbox)");
  await done("prune");
  assert.deepEqual((await server.d1("select key from inbox order by id")).map((row) => row.key), ["p", "late"]);
  assert.deepEqual((await server.d1("select key from dead_letters order by id")).map((row) => row.key), ["x", "recent", "newest"]);
  await done("intake");
  await server.d1("update retention set measured_day = null");
  await done("prune");
  assert.deepEqual((await server.d1("select key from inbox order by id")).map((row) => row.key), ["p", "late"], "the newest stays when it is applied");
});

test("a file's older events count once, and the same file again adds nothing", async () => {
  await imported(api, "orders", [order(1, "C-1", "2026-02-01"), order(2, "C-2", "2026-02-01")]);
  const rows = [
    event(1, "C-1", "2025-05-01", "Signed In"),
    event(2, "C-1", "2025-05-02", "Signed In"),
    event(3, "C-2", "2025-05-02", "Signed In"),
    event(4, "C-1", "2026-02-02", "Signed In"),
    event(5, "C-9", "2025-05-03", "Signed In"),
  ];
  await imported(api, "events", [event(9, "C-1", "2025-05-09", "Email Opened")], { file: "first" });
  await done("prune");
  assert.equal((await retention()).events_from, "2025-09-03");
  assert.deepEqual(counts(await imported(api, "events", rows, { file: "history" })), [5, 5, 0, 0]);
  assert.deepEqual(await server.d1("select external_id from events order by 1"), [{ external_id: "E-4" }]);
  const signIns = async () => {
    await done("score");
    const states = await server.d1("select c.external_id, s.state from states s join customers c on c.id = s.customer_id order by 1");
    return states.map(({ external_id, state }) => [external_id, JSON.parse(state).w.reduce((sum, [, week]) => sum + (week[6] ?? 0), 0)]);
  };
  const expected = [["C-1", 3], ["C-2", 1], ["C-9", 1]];
  assert.deepEqual(await signIns(), expected);
  assert.deepEqual(counts(await imported(api, "events", rows, { file: "history" })), [5, 0, 5, 0]);
  // One that was read while its rows were kept adds nothing when they have gone.
  assert.deepEqual(counts(await imported(api, "events", [event(9, "C-1", "2025-05-09", "Email Opened")], { file: "first" })), [1, 0, 1, 0]);
  assert.deepEqual(await signIns(), expected);
});

test("how much is used is told within a third of what the database grew by", async () => {
  const size = async () => (await server.env.DB.prepare("select 1").run()).meta.size_after;
  const empty = await size();
  const rows = Array.from({ length: 4_000 }, (_, n) => [n, JSON.stringify({ page: `/tea/${n}`, text: "word ".repeat(n % 40) })]);
  await server.env.DB.batch([
    server.env.DB.prepare(`insert into events (source, external_id, customer_id, name, occurred_at, properties, received_at)
      select 1, printf('%08x-e29b-41d4-a716-446655440000', j.value ->> 0), j.value ->> 0, 'Page Viewed', 1772000000000, j.value ->> 1, 1772000000000 from json_each(?1) j`).bind(JSON.stringify(rows)),
    server.env.DB.prepare(`insert into inbox (source, key, topic, body, received_at)
      select 1, printf('%08x-e29b-41d4-a716-446655440000', j.value ->> 0), 'page', j.value ->> 1, 1772000000000 from json_each(?1) j`).bind(JSON.stringify(rows)),
  ]);
  const grown = (await size()) - empty;
  const glance = (await retention()).space_used;
  assert.ok(glance > grown * 0.67 && glance < grown * 1.33, `${glance} of ${grown}`);
  await done("prune");
  assert.equal((await retention()).space_used, glance);
});

test("days are between a month and two years; fewer remove more with the next run", async () => {
  for (const days of [29, 731, 30.5, "90", null]) {
    const refused = await api.put("/api/retention", { event_days: days });
    assert.ok([400, 422].includes(refused.status), `${days}: ${refused.status}`);
  }
  const refused = await api.put("/api/retention", { event_days: 29 });
  assert.ok(refused.json.fields.event_days, refused.text);
  await push_each([track("a", "2026-01-10", "ada", "Signed In"), track("b", "2026-02-28", "ada", "Signed In")]);
  await done("intake");
  await done("prune");
  assert.equal((await server.d1("select count(*) as n from events"))[0].n, 2);
  const saved = await api.put("/api/retention", { event_days: 30 });
  assert.deepEqual([saved.status, saved.json.retention.event_days], [200, 30], saved.text);
  await server.scheduled("* * * * *");
  assert.deepEqual([(await retention()).events_from, (await server.d1("select count(*) as n from events"))[0].n], ["2026-01-31", 1]);
});

test("on the free plan a run goes on page by page, and not beyond what may be written in a day", async () => {
  await push_each(Array.from({ length: 450 }, (_, n) => track(`m-${n}`, "2025-06-01", `u${n % 30}`, "Report Exported", { n })));
  await done("intake");
  const before = await made();
  await server.d1("update shop set plan = 'free'");
  await server.d1("insert into usage (day, rows_written) values (?1, 79900) on conflict (day) do update set rows_written = 79900", day("2026-03-02"));
  const first = await ran(api, "prune");
  assert.equal((await server.d1("select count(*) as n from events"))[0].n, 450, JSON.stringify(first));
  await server.d1("update usage set rows_written = 0");
  for (let n = 0; n < 20; n++) await server.scheduled("* * * * *");
  assert.equal((await server.d1("select count(*) as n from events"))[0].n, 0);
  await server.d1("update shop set plan = 'paid'");
  assert.deepEqual((await made()).states, before.states);
});

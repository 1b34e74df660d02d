// The auditor finds nothing wrong with what the worker did, and every violation that is put there.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";

import { SUPPRESSION_KEY, start } from "../harness.mjs";
import { audit, export_, violations, wall } from "../ledger.mjs";
import { Provider } from "../providers.mjs";
import { agreed, brand, byMail, customers, launched, pass, rules } from "../shopfront.mjs";

const NOW = "2026-03-02T15:00:00Z";
const DAY = 86_400_000;
const later = (minutes) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

let server, clean;
before(async () => {
  let at = Date.parse(NOW);
  const resend = new Provider("resend", { now: () => at });
  server = await start({ now: NOW, outside: { [resend.host]: resend.outside() } });
  await brand(server);
  await rules(server, { holdout: 100 });
  await resend.connect(await server.api("owner"));
  const zones = ["America/New_York", "America/Los_Angeles", "Europe/Berlin", "Australia/Sydney", null];
  const people = Array.from({ length: 40 }, (_, n) => ({ name: `Mar${"abdefgilno"[n % 10]}${"aeiou"[Math.floor(n / 10)]} Berg`, time_zone: zones[n % 5], ...(n % 10 === 9 ? { consent: "{}" } : {}), ...(n % 13 === 12 ? { email: null, consent: agreed() } : {}) }));
  await customers(server, people, { now: NOW });
  const edit = (plan) => byMail(plan, [0, 5, 11], { holdout: 200, budget: { most: { amount: "1.00", currency: "USD" }, split: [] } });
  const { campaign } = await launched(server, { edit });
  const told = [];
  // Through the change of clocks in America on 8 March.
  for (let hour = 0; hour < 24 * 9; hour += 3) {
    at = Date.parse(later(hour * 60 + 12));
    await pass(server, later(hour * 60 + 12), later(hour * 60 + 14));
    const fresh = resend.accepted.slice(told.filter(({ kind }) => kind === "delivered").length);
    await resend.tell(server.request, fresh.map((of) => ({ kind: "delivered", of })));
    told.push(...fresh.map(({ touch }) => ({ kind: "delivered", touch })));
  }
  await resend.tell(server.request, [{ kind: "complained", of: resend.accepted[0] }]);
  told.push({ kind: "complained", touch: resend.accepted[0].touch });
  const [{ id }] = await server.d1("select id from campaigns where public_id = ?1", campaign.id);
  clean = await export_(server.d1, { log: resend.accepted, told, audience: { [id]: people.map((_, n) => n + 1) }, suppressionKey: SUPPRESSION_KEY });
});
after(() => server.stop());

test("of what the worker did, nothing is wrong", () => {
  assert.deepEqual(audit(clean), [], violations(audit(clean)));
  const count = (state) => clean.touches.filter((touch) => touch.state === state).length;
  assert.ok(clean.log.length >= 30 && count("ghost") > 0 && count("delivered") > 20, JSON.stringify([clean.log.length, count("ghost"), count("delivered")]));
  assert.ok(clean.entries.some(({ state }) => state === "left_out"));
});

// A copy in which something is wrong, and the rule that must say so.
const planted = (name, rule, plant) =>
  test(`it finds ${name}`, () => {
    const ledger = structuredClone(clean);
    const { touch, customer } = plant(ledger) ?? {};
    const found = audit(ledger);
    assert.ok(found.some((one) => one.rule === rule && (touch === undefined || one.touch === touch) && (customer === undefined || one.customer === customer)), `${name} was not found: ${violations(found)}`);
  });
// A mail that went out and was the person's first.
const first = ({ touches, log }) => touches.find((touch) => touch.step === 1 && touch.state === "delivered" && log.some((one) => one.touch === touch.id));
const taken = ({ log }, touch) => log.find((one) => one.touch === touch.id);
// One more mail to the same person, as if another campaign had sent it.
const another = (ledger, touch, at, more = {}) => {
  const id = 900_000 + ledger.touches.length;
  ledger.touches.push({ ...touch, id, campaign_id: 77, entry_id: id, counted_at: at, sending_at: at, sent_at: at, cost: 0, ...more });
  ledger.log.push({ ...taken(ledger, touch), touch: id, at });
  return { touch: id };
};

planted("a second send of one touch", "twice", (ledger) => {
  const touch = first(ledger);
  ledger.log.push({ ...taken(ledger, touch), id: "another" });
  return { touch: touch.id };
});
planted("a step that has two rows", "twice", (ledger) => {
  const touch = first(ledger);
  ledger.touches.push({ ...touch, id: 900_001 });
  ledger.log.push({ ...taken(ledger, touch), touch: 900_001 });
});
planted("a cap that is broken by another campaign", "cap", (ledger) => {
  const touch = first(ledger);
  const { at } = taken(ledger, touch);
  another(ledger, touch, at + DAY);
  return another(ledger, touch, at + 2 * DAY);
});
planted("a quiet hour that the change of clocks hides", "quiet", (ledger) => {
  const touch = ledger.touches.find((one) => one.state === "delivered" && ledger.contacts.find(({ id }) => id === one.contact_id).time_zone === "America/New_York");
  // Half past ten in the evening in summer time, and half past nine by the clock of the day before.
  const at = Date.parse("2026-03-09T02:30:00Z");
  assert.deepEqual([wall("America/New_York", at).hour, wall("America/New_York", at - 2 * DAY).hour], [22, 21]);
  taken(ledger, touch).at = at;
  return { touch: touch.id };
});
planted("a mail after an opt-out", "left", (ledger) => {
  const touch = first(ledger);
  const at = taken(ledger, touch).at - 1;
  ledger.consents.push({ id: 999_999, contact_id: touch.contact_id, channel: "email", purpose: "marketing", state: "denied", occurred_at: at, recorded_at: at });
  return { touch: touch.id };
});
planted("a mail after a complaint", "left", (ledger) => {
  const complained = ledger.touches.find(({ state }) => state === "complained");
  const { received_at } = ledger.responses.find((one) => one.touch_id === complained.id && one.kind === "complained");
  return another(ledger, complained, received_at + DAY, { state: "delivered" });
});
planted("a mail to an address that had bounced", "left", (ledger) => {
  const touch = first(ledger);
  ledger.contacts.find(({ id }) => id === touch.contact_id).bounced_at = taken(ledger, touch).at - DAY;
  return { touch: touch.id };
});
planted("a mail to somebody who was erased", "left", (ledger) => {
  const touch = first(ledger);
  const { to, at } = taken(ledger, touch);
  ledger.suppressions.push({ hash: hmac(to), channel: "email", reason: "erased", recorded_at: at - DAY });
  ledger.contacts = ledger.contacts.filter(({ id }) => id !== touch.contact_id);
  return { touch: touch.id };
});
planted("somebody of the holdout who was contacted", "holdout", (ledger) => {
  const touch = first(ledger);
  ledger.entries.find(({ id }) => id === touch.entry_id).arm = 1;
  return { touch: touch.id };
});
planted("a budget that was passed", "budget", (ledger) => {
  for (const edition of ledger.campaign_editions) edition.plan = JSON.stringify({ ...JSON.parse(edition.plan), budget: { most: { amount: "0.01", currency: "USD" } } });
});
planted("money that went astray", "budget", (ledger) => {
  ledger.campaign_money.find(({ channel }) => channel === "").reserved += 1;
});
planted("a budget in another currency", "currency", (ledger) => {
  for (const edition of ledger.campaign_editions) edition.plan = JSON.stringify({ ...JSON.parse(edition.plan), budget: { most: { amount: "9.00", currency: "JPY" } } });
});
planted("somebody of the audience with neither a row nor a reason", "reason", (ledger) => {
  const entry = ledger.entries.find(({ state }) => state === "left_out");
  ledger.entries = ledger.entries.filter(({ id }) => id !== entry.id);
  return { customer: entry.customer_id };
});
planted("somebody who is left out for no reason", "reason", (ledger) => {
  const entry = ledger.entries.find(({ state }) => state === "left_out");
  entry.reason = null;
  return { customer: entry.customer_id };
});
planted("a mail that no provider got", "lost", (ledger) => {
  const touch = first(ledger);
  ledger.log = ledger.log.filter((one) => one.touch !== touch.id);
  return { touch: touch.id };
});
planted("a mail that the ledger does not know of", "unrecorded", (ledger) => {
  const touch = first(ledger);
  Object.assign(touch, { state: "planned", sent_at: null, counted_at: null, sender_id: null });
  return { touch: touch.id };
});
planted("a mail of which there is no row", "unrecorded", (ledger) => {
  ledger.log.push({ ...ledger.log[0], touch: 12_345_678 });
  return { touch: 12_345_678 };
});
planted("states in the wrong order", "order", (ledger) => {
  const touch = first(ledger);
  touch.state = "sent";
  return { touch: touch.id };
});
planted("an address that is another's", "swapped", (ledger) => {
  const touch = first(ledger);
  taken(ledger, touch).to = ledger.contacts.find(({ id, email }) => id !== touch.contact_id && email).email;
  return { touch: touch.id };
});
planted("a name that is another's", "swapped", (ledger) => {
  const touch = first(ledger);
  const own = ledger.contacts.find(({ id }) => id === touch.contact_id).name.split(" ")[0];
  const other = ledger.contacts.find(({ id }) => id !== touch.contact_id).name.split(" ")[0];
  const one = taken(ledger, touch);
  assert.ok(one.text.includes(own), "mails say the name");
  one.text = one.text.replaceAll(own, other);
  return { touch: touch.id };
});
planted("something that a provider told and nobody kept", "event", (ledger) => {
  const { touch } = ledger.told[0];
  ledger.responses = ledger.responses.filter((one) => one.touch_id !== touch);
  return { touch };
});
planted("a mail within two days of an order", "order_rest", (ledger) => {
  const touch = first(ledger);
  const at = taken(ledger, touch).at - 3_600_000;
  ledger.orders.push({ source: 1, external_id: "A", customer_id: touch.customer_id, ordered_at: at, changed_at: at, status: "paid" });
  return { touch: touch.id };
});

const hmac = (address) => createHmac("sha256", Buffer.from(SUPPRESSION_KEY, "base64")).update(address).digest("base64url");

// Reads what a shop sent, as rows and as what the providers took, and says what should not have been.
//
// It shares nothing with what it judges: it reads rows as they lie in the database, does its own arithmetic of time zones (by Intl),
// of caps, of hashes and of money, and knows the rules' figures by heart. `export_` reads the rows, `audit` says what is wrong.

import { createHmac } from "node:crypto";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const TABLES = [
  "touches", "entries", "responses", "contacts", "customers", "consents", "suppressions", "orders", "campaigns", "campaign_editions", "campaign_money", "assignments", "senders",
];

// `read(sql)` gives rows. `log`: what recording providers took, `[{ touch, to, name, text, at, provider }]`; `told`: what they said after,
// `[{ kind, touch }]`; `audience`: for each campaign's number the customers who were to be looked at.
export async function export_(read, { log = [], told = [], audience = {}, suppressionKey } = {}) {
  const rows = {};
  for (const table of TABLES) rows[table] = await read(`select * from ${table}`);
  const [sending] = await read("select settings from sending");
  const [shop] = await read("select home_currency from shop");
  return { ...rows, rules: JSON.parse(sending.settings ?? "{}"), currency: shop.home_currency, log, told, audience, suppressionKey };
}

// Every violation: `{ rule, touch, customer, what }`.
export function audit(ledger) {
  const found = [];
  const by = (rows, key = "id") => new Map(rows.map((row) => [row[key], row]));
  const index = { touches: by(ledger.touches), contacts: by(ledger.contacts), customers: by(ledger.customers), entries: by(ledger.entries), campaigns: by(ledger.campaigns), senders: by(ledger.senders) };
  index.taken = grouped(ledger.log, (one) => one.touch);
  index.responses = grouped(ledger.responses, (one) => one.touch_id);
  index.consents = grouped(ledger.consents, (one) => one.contact_id);
  for (const rule of [twice, caps, quiet, left, holdout, budget, reasons, delivery, order, names, events, hours]) {
    rule(ledger, index, (what, touch, customer = touch?.customer_id) => found.push({ rule: what.split(":")[0], touch: touch?.id, customer, what }));
  }
  return found;
}

export const violations = (found) => found.map(({ what, touch, customer }) => `${what} (touch ${touch}, customer ${customer})`).join("\n");

// What went out: a provider has it, may have it, or our own place to lie does.
const OUT = ["sending", "sent", "delivered", "bounced", "complained", "unknown", "task"];
const PROVIDER_HAS = ["sent", "delivered", "bounced", "complained"];

function grouped(rows, key) {
  const groups = new Map();
  for (const row of rows) {
    const at = key(row);
    if (!groups.has(at)) groups.set(at, []);
    groups.get(at).push(row);
  }
  return groups;
}

// When it reached the outside: what the provider says before what we say.
const moment = (touch, { taken }) => {
  const times = (taken.get(touch.id) ?? []).map(({ at }) => at);
  return times.length > 0 ? Math.min(...times) : (touch.sending_at ?? touch.sent_at ?? touch.counted_at);
};
const out = (ledger, index) => ledger.touches.filter((touch) => OUT.includes(touch.state) && moment(touch, index) !== null);

// ---- Once

function twice({ touches }, { taken }, found) {
  const own = new Map(touches.map((touch) => [touch.id, touch]));
  for (const [id, times] of taken) if (times.length > 1) found(`twice: a provider took it ${times.length} times`, own.get(id) ?? { id });
  const places = grouped(touches, (touch) => `${touch.entry_id}/${touch.step}`);
  for (const [, same] of places) if (same.length > 1) found("twice: two rows of one step", same[1]);
  const passages = grouped(touches.filter((touch) => OUT.includes(touch.state)), (touch) => `${touch.campaign_id}/${touch.customer_id}/${touch.entry_id}/${touch.step}`);
  for (const [, same] of passages) if (same.length > 1) found("twice: a step went out twice", same[1]);
}

// ---- Caps, over all campaigns and channels

const CAPS = { email: [2, 7], sms: [1, 7], in_app: [3, 7], post: [1, 60], call: [1, 14], video: [1, 30], retargeting: [1, 30] };

function caps(ledger, index, found) {
  const { rules } = ledger;
  const cap = (channel) => (rules.caps?.[channel] ? [rules.caps[channel].most, rules.caps[channel].days] : CAPS[channel]);
  const total = rules.total ? [rules.total.most, rules.total.days] : [8, 30];
  for (const [, theirs] of grouped(out(ledger, index), (touch) => touch.customer_id)) {
    const times = theirs.map((touch) => ({ touch, at: moment(touch, index) })).sort((a, b) => a.at - b.at);
    for (const { touch, at } of times) {
      const contact = index.contacts.get(touch.contact_id);
      const fewer = contact?.fewer > 0 && at > contact.updated_at;
      const mailbox = ["email", "video"];
      const limits = [[["all"], total]];
      if (mailbox.includes(touch.channel)) limits.push([mailbox, cap("email")]);
      if (touch.channel !== "email") limits.push([[touch.channel], cap(touch.channel)]);
      for (const [channels, [most, days]] of limits) {
        const [allowed, window] = !fewer ? [most, days] : most > 1 && most % 2 === 0 ? [most / 2, days] : [most, days * 2];
        const within = times.filter((other) => other.at <= at && other.at > at - window * DAY && (channels[0] === "all" || channels.includes(other.touch.channel)));
        if (within.length > allowed) found(`cap: ${within.length} over ${channels} within ${window} days, of at most ${allowed}`, touch);
      }
    }
  }
}

// ---- Hours

const HOURS = { email: [7, 22], sms: [9, 20] };
// Of messages to a telephone: the outer bound of a country's law, and whether it has Sundays.
const LAW = { US: [8, 21, true], GB: [8, 21, true], IE: [8, 21, true], IN: [10, 19, true], FR: [8, 20, false], DE: [8, 20, false], AT: [8, 20, false], CH: [8, 20, false] };
const clocks = new Map();

export function wall(zone, at) {
  if (!clocks.has(zone)) clocks.set(zone, new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", weekday: "short", hourCycle: "h23" }));
  const parts = Object.fromEntries(clocks.get(zone).formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  return { hour: Number(parts.hour), weekday: parts.weekday };
}

function zones(contact) {
  const isZone = (name) => {
    try {
      return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
    } catch {
      return false;
    }
  };
  if (contact.time_zone && isZone(contact.time_zone)) return { zones: [contact.time_zone], known: true };
  if (!contact.country) return { zones: [], known: false };
  const region = new Intl.Locale("und", { region: contact.country });
  const all = region.getTimeZones?.() ?? region.timeZones ?? [];
  return { zones: all, known: all.length > 0 };
}

function quiet(ledger, index, found) {
  const { rules } = ledger;
  for (const touch of out(ledger, index)) {
    const contact = index.contacts.get(touch.contact_id);
    if (!contact || !HOURS[touch.channel]) continue;
    const at = moment(touch, index);
    const own = rules.hours?.[touch.channel];
    let [from, to] = own ? [own.from, own.to] : HOURS[touch.channel];
    let { zones: places, known } = zones(contact);
    if (!known) {
      const fallback = rules.fallback_hours ?? { from: 10, to: 18 };
      [from, to, places] = [Math.max(from, fallback.from), Math.min(to, fallback.to), [rules.fallback_zone ?? "UTC"]];
    }
    const isOpen = (zone) => {
      const { hour, weekday } = wall(zone, at);
      if (hour < from || hour >= to) return false;
      if (touch.channel !== "sms") return true;
      const [first, last, sundays] = LAW[contact.country] ?? [9, 20, true];
      return hour >= first && hour < last && (sundays || weekday !== "Sun");
    };
    // Of a country with several zones nobody knows in which somebody is: it must be day in one of them.
    if (!places.some(isOpen)) found(`quiet: sent at ${places.map((zone) => `${wall(zone, at).hour} h in ${zone}`).slice(0, 3).join(", ")}`, touch);
  }
}

// ---- Who left

const CONSENT = { email: "email", video: "email", sms: "sms", call: "phone", post: "post", in_app: "inapp", retargeting: "ads" };

function left(ledger, index, found) {
  const { suppressions, suppressionKey } = ledger;
  const silent = new Map(suppressions.map((row) => [`${row.channel}/${row.hash}`, row]));
  const hash = (address) => createHmac("sha256", Buffer.from(suppressionKey, "base64")).update(address.trim().toLowerCase()).digest("base64url");
  const theirResponses = grouped(ledger.responses, (one) => one.customer_id);
  for (const touch of out(ledger, index)) {
    const at = moment(touch, index);
    const channel = CONSENT[touch.channel];
    const history = (index.consents.get(touch.contact_id) ?? []).filter((row) => row.channel === channel && row.purpose === "marketing" && row.recorded_at < at);
    const last = history.toSorted((a, b) => a.occurred_at - b.occurred_at || a.id - b.id).at(-1);
    if (last && last.state !== "granted") found(`left: sent after they had ${last.state}`, touch);
    if (history.some((row) => row.state === "complained")) found("left: sent after a complaint", touch);
    for (const response of theirResponses.get(touch.customer_id) ?? []) {
      const of = index.touches.get(response.touch_id);
      if (of?.id !== touch.id && ["complained"].includes(response.kind) && response.received_at < at && of?.contact_id === touch.contact_id && CONSENT[of.channel] === channel) {
        found(`left: sent after they had ${response.kind} about another`, touch);
      }
    }
    const contact = index.contacts.get(touch.contact_id);
    if (contact?.bounced_at && contact.bounced_at < at && channel === "email") found("left: sent to an address that had bounced", touch);
    if (!contact && !ledger.log.some((one) => one.touch === touch.id)) continue;
    if (suppressionKey === undefined) continue;
    const address = index.taken.get(touch.id)?.[0].to ?? (touch.channel === "sms" ? contact?.phone : contact?.email);
    const entry = address && silent.get(`${channel}/${hash(address)}`);
    if (entry && entry.recorded_at < at) found(`left: sent to an address that is ${entry.reason}`, touch);
  }
}

// ---- Who is held out

function holdout(ledger, index, found) {
  const held = new Set(ledger.assignments.filter((row) => row.is_held_out).map((row) => row.customer_id));
  for (const touch of ledger.touches) {
    const isOut = OUT.includes(touch.state) || index.taken.has(touch.id);
    if (!isOut) continue;
    const entry = index.entries.get(touch.entry_id);
    if (entry?.arm > 0) found(`holdout: somebody of arm ${entry.arm} was contacted`, touch);
    else if (entry && held.has(touch.customer_id)) found("holdout: somebody who is held out from everything was contacted", touch);
  }
}

// ---- Money

function budget(ledger, _, found) {
  const free = ["planned", "held", "skipped", "ghost"];
  const spent = ledger.touches.filter((touch) => !free.includes(touch.state));
  const sum = (touches) => touches.reduce((all, touch) => all + touch.cost, 0);
  for (const [id, touches] of grouped(spent, (touch) => touch.campaign_id)) {
    const campaign = ledger.campaigns.find((row) => row.id === id);
    const edition = ledger.campaign_editions.find((row) => row.campaign_id === id && row.number === campaign?.edition);
    const { most, split = [] } = JSON.parse(edition?.plan ?? "{}").budget ?? {};
    if (most) {
      if (most.currency !== ledger.currency) found(`currency: a budget in ${most.currency} of a shop in ${ledger.currency}`, touches[0]);
      const micros = Math.round(Number(most.amount) * 1e6);
      if (sum(touches) > micros) found(`budget: ${sum(touches)} spent of ${micros}`, touches.at(-1));
      for (const [channel, share] of split) {
        const part = sum(touches.filter((touch) => touch.channel === channel));
        if (part > (micros * share) / 1000) found(`budget: ${part} spent over ${channel} of ${(micros * share) / 1000}`, touches.at(-1));
      }
    }
    for (const [channel, own] of [["", touches], ...grouped(touches, (touch) => touch.channel)]) {
      const reserved = ledger.campaign_money.find((row) => row.campaign_id === id && row.channel === channel)?.reserved ?? 0;
      if (reserved !== sum(own)) found(`budget: ${reserved} is reserved over ${channel || "everything"} where ${sum(own)} is spent`, own[0]);
    }
  }
  const limits = { sms: 50e6, ...ledger.rules.money_a_day };
  for (const [key, touches] of grouped(spent.filter((touch) => touch.counted_at !== null), (touch) => `${touch.channel}/${Math.floor(touch.counted_at / DAY)}`)) {
    const most = limits[key.split("/")[0]];
    if (most !== undefined && sum(touches) > most) found(`budget: ${sum(touches)} spent on ${key} of ${most} a day`, touches.at(-1));
  }
}

// ---- Nobody is passed over

function reasons(ledger, index, found) {
  const touches = grouped(ledger.touches, (touch) => touch.entry_id);
  for (const entry of ledger.entries) {
    if (entry.state !== "open" && !entry.reason) found(`reason: entry ${entry.id} is ${entry.state} for none`, undefined, entry.customer_id);
    if (entry.state === "open" && !touches.has(entry.id) && entry.next_at === null) found(`reason: entry ${entry.id} has neither a touch nor a time to plan one`, undefined, entry.customer_id);
  }
  for (const touch of ledger.touches) {
    if (["skipped", "held", "failed", "unknown", "ghost"].includes(touch.state) && !touch.reason) found(`reason: it is ${touch.state} for none`, touch);
  }
  const entered = new Set(ledger.entries.map((entry) => `${entry.campaign_id}/${entry.customer_id}`));
  for (const [campaign, customers] of Object.entries(ledger.audience)) {
    for (const customer of customers) if (!entered.has(`${campaign}/${customer}`)) found(`reason: nobody knows why campaign ${campaign} has no row of them`, undefined, customer);
  }
}

// ---- What the ledger says, and what the provider says

function delivery(ledger, index, found) {
  const recorded = new Set(ledger.log.map((one) => one.sender).filter((sender) => sender !== undefined));
  for (const touch of ledger.touches) {
    const times = index.taken.get(touch.id) ?? [];
    const provider = index.senders.get(touch.sender)?.provider;
    const isRecorded = touch.sender !== null && provider !== "sink" && (recorded.size === 0 || recorded.has(touch.sender) || provider !== undefined);
    if (PROVIDER_HAS.includes(touch.state) && isRecorded && ledger.log.length > 0 && times.length === 0) found(`lost: it is ${touch.state}, and no provider got it`, touch);
    if (times.length > 0 && !OUT.includes(touch.state)) found(`unrecorded: a provider got it, and the ledger says ${touch.state}`, touch);
  }
  for (const one of ledger.log) if (!index.touches.has(one.touch)) found("unrecorded: a provider got what no row knows", { id: one.touch, customer_id: undefined });
}

function order(ledger, index, found) {
  for (const touch of ledger.touches) {
    const wrong = (what) => found(`order: ${what}`, touch);
    const { state } = touch;
    if (["sent", "delivered", "bounced", "complained"].includes(state) && touch.sent_at === null) wrong(`${state}, and never sent`);
    if (["planned", "held", "ghost"].includes(state) && (touch.sent_at !== null || touch.sender_id !== null)) wrong(`${state}, and was sent`);
    if (["planned", "held", "skipped", "ghost", "failed"].includes(state) && touch.counted_at !== null) wrong(`${state}, and counts`);
    if (["claimed", "sending"].includes(state) && touch.claim === null) wrong(`${state} by nobody`);
    if (["sending", "sent", "unknown"].includes(state) && touch.key === null) wrong(`${state} under no key`);
    if (touch.sent_at !== null && touch.sent_at < touch.created_at) wrong("sent before it was planned");
    if (touch.sent_at !== null && touch.sending_at !== null && touch.sent_at < touch.sending_at) wrong("sent before it was asked for");
    const rank = { delivered: 1, bounced: 2, complained: 3 };
    for (const { kind } of index.responses.get(touch.id) ?? []) {
      if (rank[kind] && !(rank[state] >= rank[kind]) && !(kind === "bounced" && state === "failed")) wrong(`${state} after it was ${kind}`);
    }
  }
}

// ---- Whose name and whose address

function names(ledger, index, found) {
  const first = (name) => name?.trim().split(/\s+/)[0];
  const owners = grouped(ledger.contacts.filter(({ name }) => first(name)), ({ name }) => first(name));
  const same = (a, b) => a?.trim().toLowerCase() === b?.trim().toLowerCase();
  for (const one of ledger.log) {
    const touch = index.touches.get(one.touch);
    const contact = index.contacts.get(touch?.contact_id);
    if (!contact) continue;
    if (!same(one.to, touch.channel === "sms" ? contact.phone : contact.email)) found("swapped: it went to an address that is not its contact's", touch);
    if (one.name && !same(one.name, contact.name)) found("swapped: it is addressed to another's name", touch);
    const others = new Set((one.text ?? "").split(/[^\p{L}\p{N}]+/u).filter((word) => owners.has(word) && owners.get(word).every((owner) => owner.customer_id !== contact.customer_id)));
    if (others.size > 0 && !(one.text ?? "").includes(first(contact.name) ?? "\0")) found(`swapped: it says ${[...others]} to somebody else`, touch);
  }
}

// ---- What providers told

function events(ledger, index, found) {
  for (const { kind, touch } of ledger.told) {
    if (!(index.responses.get(touch) ?? []).some((response) => response.kind === kind)) found(`event: that it was ${kind} is nowhere`, index.touches.get(touch) ?? { id: touch });
  }
}

// ---- The hours after an order

function hours(ledger, index, found) {
  const rest = (ledger.rules.quiet_after_order ?? 48) * HOUR;
  const orders = grouped(ledger.orders.filter((row) => row.status === "paid"), (row) => row.customer_id);
  const services = new Set(ledger.campaign_editions.filter((row) => JSON.parse(row.plan).class === "service").map((row) => row.campaign_id));
  for (const touch of out(ledger, index)) {
    const at = moment(touch, index);
    if (services.has(touch.campaign_id)) continue;
    const lately = (orders.get(touch.customer_id) ?? []).some((row) => row.ordered_at <= at && row.changed_at <= at && row.ordered_at > at - rest);
    if (lately) found("order_rest: sent within the hours after an order", touch);
  }
}

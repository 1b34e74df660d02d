// Links of messages, sealed as DESIGN.md says and by none of the worker's code; and rows of a ledger to try them on.

import { createHmac } from "node:crypto";

import { SUPPRESSION_KEY, uuid7 } from "./harness.mjs";

const CHANNELS = ["email", "sms", "in_app", "post", "call", "video", "retargeting"];
const LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt", "sv", "pl", "ja", "ar", "he"];

function number(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

// purpose: leave, open, click, video, in_app. address: two signs.
export function token(purpose, { touch, contact, channel = "email", language = "en", address = "ae", link = 0, key = SUPPRESSION_KEY }) {
  const said = Buffer.from([
    CHANNELS.indexOf(channel) * 32 + LANGUAGES.indexOf(language),
    ...(purpose === "leave" ? Buffer.from(address) : []),
    ...number(touch),
    ...number(contact),
    ...(purpose === "click" ? number(link) : []),
  ]);
  const own = createHmac("sha256", Buffer.from(key, "base64")).update(`\0link/${purpose}`).digest();
  return Buffer.concat([said, createHmac("sha256", own).update(said).digest().subarray(0, 16)]).toString("base64url");
}

// A customer with one contact who agreed to everything; the contact's number is the customer's.
export async function person(server, id, { email = "ada@example.com", phone = null, name = "Ada Lovelace", external = null } = {}) {
  const record = (channel) => ({ channel, purpose: "marketing", state: "granted", basis: "consent", source: "import", wording: null, act: true, occurred_at: 1, recorded_at: 1, expires_at: null });
  const consent = JSON.stringify(Object.fromEntries(["email", "sms"].map((channel) => [`${channel}/marketing`, record(channel)])));
  await server.d1("insert into customers (id, public_id, external_id, kind, name, name_key, created_at, updated_at) values (?1, ?2, ?2, 'shopper', ?3, '', 0, 0)", id, uuid7(), name);
  await server.d1("insert into contacts (id, public_id, customer_id, name, email, phone, consent, created_at, updated_at) values (?1, ?2, ?1, ?3, ?4, ?5, ?6, 0, 0)", id, uuid7(), name, email, phone, consent);
  for (const channel of ["email", "sms"]) {
    await server.d1("insert into consents (contact_id, channel, purpose, state, basis, source, act, occurred_at, recorded_at) values (?1, ?2, 'marketing', 'granted', 'consent', 'import', 1, 1, 1)", id, channel);
  }
  for (const [kind, value] of [["email", email], ["phone", phone], ["external", external]]) {
    if (value !== null) await server.d1("insert into identities (kind, value, customer_id, created_at) values (?1, ?2, ?3, 0)", kind, value, id);
  }
  return id;
}

export async function entry(server, id, customer, more = {}) {
  const row = { contact_id: customer, next_at: null, ...more };
  await server.d1(
    "insert into entries (id, campaign_id, customer_id, number, state, arm, contact_id, tier, value_tier, reason_was, engagement, win_back, entered_at, next_at) values (?1, 1, ?2, ?1, 'open', 0, ?3, 0, 0, 0, 0, 0, 0, ?4)",
    id, customer, row.contact_id, row.next_at,
  );
}

export async function touch(server, id, customer, more = {}) {
  const row = { contact: customer, entry: id, channel: "email", state: "planned", due: Date.parse("2026-03-03T09:00:00Z"), inputs: null, sent: null, claim: null, ...more };
  await server.d1(
    "insert into touches (id, campaign_id, entry_id, customer_id, contact_id, step, edition, channel, state, due_at, claim, claimed_until, counted_at, inputs, sent_at, created_at) values (?1, 1, ?2, ?3, ?4, ?1, 1, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, 0)",
    id, row.entry, customer, row.contact, row.channel, row.state, row.due, row.claim, row.claim === null ? null : row.due, row.inputs === null ? null : JSON.stringify(row.inputs), row.sent,
  );
}

// A shop that is ready to send: customers who may be written to, a brand, and a campaign that was launched.

import assert from "node:assert/strict";

import { uuid7 } from "./harness.mjs";

const DAY = 86_400_000;
const [LOST, HIGH, FEATURE] = [4, 2, 2];

export const publicId = (id) => `01900000-0000-7000-8000-${String(id).padStart(12, "0")}`;

// A consent to marketing by an act of the person, as `contacts.consent` keeps it.
export const agreed = (channels = ["email"], at = Date.parse("2025-06-01T00:00:00Z"), more = {}) =>
  JSON.stringify(Object.fromEntries(channels.map((channel) => [`${channel}/marketing`, {
    channel, purpose: "marketing", state: "granted", basis: "consent", source: "form", wording: null, act: true, occurred_at: at, recorded_at: at, expires_at: null, ...more,
  }])));

// Customers as scoring leaves them, each with one contact; `rows` may set facets, `name`, `email`, `phone`, `country`, `time_zone`, `consent`.
export async function customers(server, rows, { now, from = 1 } = {}) {
  const today = Math.floor(Date.parse(now) / DAY);
  const usual = { tier: LOST, value_tier: HIGH, reason: FEATURE, engagement: 1, win_back: 1, segment: 42, contact: 300, alone: 60, margin_back: 40_000, order_back: 9_000, excluded: 0, last_day: today - 90, dirty: 0 };
  const [people, facets, contacts] = [[], [], []];
  for (const [at, row] of rows.entries()) {
    const id = from + at;
    const { name = `Name${id} Last`, email = `c${id}@example.com`, phone = null, country = "US", time_zone = "America/New_York", consent = agreed(), ...own } = row;
    people.push([id, publicId(id), `C-${id}`, name]);
    facets.push({ customer_id: id, country, ...usual, ...own });
    contacts.push([uuid7(), id, name, email, phone, country, time_zone, consent]);
  }
  for (let at = 0; at < people.length; at += 2_000) {
    const part = (all) => JSON.stringify(all.slice(at, at + 2_000));
    await server.d1("insert into customers (id, public_id, external_id, name, name_key, created_at, updated_at) select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, lower(j.value ->> 3), 0, 0 from json_each(?1) j", part(people));
    const columns = Object.keys(facets[at]);
    await server.d1(`insert into facets (${columns.join(", ")}) select ${columns.map((column) => `j.value ->> '${column}'`).join(", ")} from json_each(?1) j`, part(facets));
    await server.d1("insert into contacts (public_id, customer_id, name, email, phone, country, time_zone, consent, created_at, updated_at) select j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7, 0, 0 from json_each(?1) j", part(contacts));
  }
}

// What the law and the lint want of a sender.
export async function brand(server) {
  const owner = await server.api("owner");
  const { json: { brand } } = await owner.get("/api/brand");
  const put = await owner.put("/api/brand", { ...brand, name: "Northwind", site: "https://northwind.example", sender: "Ada Reed", from: "ada@northwind.example", reply_to: "ada@northwind.example", postal_address: "Northwind Ltd\n12 Quay Road\nBristol BS1 4QA", sms_sender: "Northwind" });
  assert.equal(put.status, 200, put.text);
}

// Mail alone, on these days, with these messages; nobody held out.
export const byMail = (plan, days = [0, 5, 11], more = {}) => ({
  ...plan,
  holdout: 0,
  routes: [],
  steps: days.map((day, at) => ({ id: at + 1, day, message: ["help", "proof", "last_word"][at % 3], channel: "email", when: { when: "always" } })),
  ...more,
});

// A campaign that was drafted, approved by a person and launched; `edit` changes its plan.
export async function launched(server, { segment = "row:high-missing_feature", edit = (plan) => byMail(plan), name = "Spring", person } = {}) {
  const owner = person ?? (await server.person({ role: "owner" }));
  const made = await owner.post("/api/campaigns", { name, segment });
  assert.equal(made.status, 201, made.text);
  let { campaign } = made.json;
  const changed = await owner.patch(`/api/campaigns/${campaign.id}`, { plan: edit(campaign.plan) }, { "if-match": `"${campaign.version}"` });
  assert.equal(changed.status, 200, changed.text);
  ({ campaign } = changed.json);
  const seen = { digest: campaign.approval.digest };
  const approved = await owner.post(`/api/campaigns/${campaign.id}/approve`, seen);
  assert.equal(approved.status, 200, approved.text);
  const ran = await owner.post(`/api/campaigns/${campaign.id}/launch`, seen);
  assert.equal(ran.status, 200, ran.text);
  return { campaign: ran.json.campaign, owner };
}

// No shop-wide holdout, so that a test knows whom it reaches; other rules by `more`.
export async function rules(server, more = {}) {
  await server.d1("update sending set settings = ?1", JSON.stringify({ holdout: 0, ...more }));
}

// Lets the minutes pass until `to`, with a cron at each `step`.
export async function pass(server, from, to, step = 60_000) {
  for (let at = Date.parse(from); at <= Date.parse(to); at += step) {
    await server.seams.clock(new Date(at).toISOString());
    await server.scheduled("* * * * *");
  }
}

export const touches = (server) =>
  server.d1("select t.id, t.customer_id, t.step, t.channel, t.state, t.reason, t.evidence, t.due_at, t.sent_at, t.cost, t.counted_at from touches t order by t.customer_id, t.step");

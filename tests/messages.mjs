// All messages of a campaign to customers of a sample shop, with the rows that they are to be read against.

import assert from "node:assert/strict";

import { load, NOW, rows, text } from "./sample.mjs";
import { known } from "./truth.mjs";

const POSTAL = "Fernwood Ltd, 1 Quay Road, Bristol BS1 4QA";
const IMPROVEMENTS = [
  { kind: "feature", title: "Offline mode on phones", shipped_on: "2026-06-01", reasons: ["missing_feature"] },
  { kind: "service", title: "Delivery within two days", shipped_on: "2026-05-20", reasons: ["service", "poor_experience"] },
];
const PROOF = { kind: "quote", text: "It came within a day, and somebody answered when I asked.", who: "Ana, florist in Porto", source: "Mail of 3 May 2026", permission: { by: "Ana", on: "2026-05-05" }, tags: {} };

export const SHOP = {
  name: "Fernwood",
  sender: "Mara Lind",
  role: "Customer care",
  site: "https://www.fernwood.example",
  names: [POSTAL, PROOF.text, PROOF.who, ...IMPROVEMENTS.map(({ title }) => title)],
  days: IMPROVEMENTS.map(({ shipped_on }) => shipped_on),
};

// A shop's first customers, loaded; a brand, offers that can be kept, news and a quotation; a campaign in all channels.
export async function prepare(server, api, shop, customers) {
  await load(api, shop, (id) => Number(id.split("-")[1]) <= customers);
  const { brand } = (await api.get("/api/brand")).json;
  const whole = {
    ...brand, name: SHOP.name, site: SHOP.site, sender: SHOP.sender, sender_role: SHOP.role, from: "mara@fernwood.example", reply_to: "mara@fernwood.example",
    postal_address: POSTAL, sms_sender: "Fernwood", names_tickets: true,
  };
  assert.equal((await api.put("/api/brand", whole)).status, 200);
  await api.post("/api/fulfilments", { provider: "task", name: "Our team" });
  const pool = (await api.post("/api/fulfilments", { provider: "pool", name: "Codes", settings: { depth: 150 } })).json.fulfilment.id;
  const codes = Array.from({ length: 50 }, (_, n) => `SPRING-${n}`).join("\n");
  assert.equal((await api.post("/api/code-pools", { fulfilment: pool, codes })).status, 200);
  for (const improvement of IMPROVEMENTS) assert.equal((await api.post("/api/improvements", improvement)).status, 201);
  assert.equal((await api.post("/api/proofs", PROOF)).status, 201);
  const { campaign } = (await api.post("/api/campaigns", { name: "All" })).json;
  const draft = { ...campaign.draft, steps: campaign.draft.steps.map((step) => ({ ...step, channels: ["email", "sms", "in_app", "post", "call", "video"] })) };
  assert.equal((await api.patch(`/api/campaigns/${campaign.id}`, { draft })).status, 200);
  const people = await server.d1("select public_id as id, external_id as number from customers where external_id is not null order by external_id");
  return { campaign: campaign.id, people, truth: truths(shop) };
}

// Of a customer's number: what their rows say.
function truths(shop) {
  const by = (kind) => Map.groupBy(rows(text(shop, kind)), ({ customer_id }) => customer_id);
  const [customers, orders, events] = ["customers", "orders", "events"].map(by);
  return (number) => known({ customer: customers.get(number)[0], orders: orders.get(number) ?? [], events: events.get(number) ?? [] }, NOW);
}

// What a checker reads of a message as the API gives it.
export const read = ({ message, rendered }) => ({ subjects: rendered.subjects, preheader: rendered.preheader, text: rendered.text, promise: message.promise });

// Who did what: an entry for every change, none with a customer's values, and a chain that shows when somebody changed the log.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";
import { aModel, begin, imported, keepModel, order, person, send } from "../rows.mjs";
import { png } from "../pictures.mjs";

const NOW = "2026-03-02T09:00:00Z";
const TOMORROW = "2026-03-03T09:17:00Z";

let server, api, document;
before(async () => {
  server = await start({ now: NOW, outside: { "files.example": () => new Response("", { status: 404 }) } });
  document = (await server.request("GET", "/api/openapi.json")).json;
});
after(() => server.stop());
const fresh = async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
};
beforeEach(fresh);

const operations = () =>
  Object.entries(document.paths).flatMap(([pattern, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${pattern}`));
const log = () => server.d1("select * from audit order by id");
const newest = async () => (await server.d1("select coalesce(max(id), 0) as id from audit"))[0].id;
const since = async (id) => (await server.d1("select action from audit where id > ?1 order by id", id)).map((row) => row.action);
const customer = async (name = "Ana", email = "ana@example.com") => {
  await imported(api, "customers", [person(1, email, { name })], { file: `people ${email}` });
  return (await server.d1("select public_id from customers"))[0].public_id;
};
const couple = async () => {
  await customer();
  await imported(api, "customers", [person(2, "bea@example.com", { name: "Bea" })], { file: "another" });
  return (await server.d1("select public_id from customers order by id")).map((row) => row.public_id);
};
const tour = {
  name: "Factory tour", fulfilment: "task", answers: ["service"],
  terms: { depth_from: 0, depth_to: 0, amount: 0, minimum_order: 0, expiry_days: 30, taken_cost: 500, made_cost: 0, excluded_brands: [] },
};
const view = { list: "radar", name: "Save first", query: "tier=immediate" };
const improvement = { kind: "feature", title: "Calendars are in step", features: ["calendar sync"] };
const shipped = async () => (await api.post("/api/improvements", improvement)).json.improvement.id;
// A campaign that may be moved in this way, with what moves it.
const ready = async (verb) => {
  await customer();
  const { brand } = (await api.get("/api/brand")).json;
  await api.put("/api/brand", { ...brand, from: "ada@shop.example", postal_address: "12 Quay Road\nBristol" });
  const owner = await asOwner();
  const id = await campaign();
  const path = `/api/campaigns/${id}`;
  const { plan, version } = (await owner.get(path)).json.campaign;
  const steps = [{ id: 1, day: 0, message: "help", channel: "email" }];
  await owner.patch(path, { plan: { ...plan, steps, routes: [], audience: { tiers: ["lost", "healthy", "not_scored"] } } }, { "if-match": `"${version}"` });
  const seen = async () => ({ digest: (await owner.get(path)).json.campaign.approval.digest });
  const one = {
    act: (what, body = {}) => owner.post(`${path}/${what}`, body),
    approve: async () => one.act("approve", await seen()),
    launch: async () => one.act("launch", await seen()),
    republish: async () => one.act("republish", await seen()),
  };
  if (["launch", "pause", "resume", "undo", "finish", "republish", "correction"].includes(verb)) await one.approve();
  if (["pause", "resume", "undo", "finish", "republish", "correction"].includes(verb)) await one.launch();
  if (verb === "resume") await one.act("pause");
  if (verb === "republish") {
    const { plan, version } = (await owner.get(path)).json.campaign;
    await owner.patch(path, { plan: { ...plan, priority: 51 } }, { "if-match": `"${version}"` });
    await one.approve();
  }
  return one;
};
const campaign = async () => (await api.post("/api/campaigns", { name: "Spring" })).json.campaign.id;
const words = { slot: "opening", locale: "en", text: "Good to have you." };
const block = async () => (await api.post("/api/blocks", { name: "Hello", content: words })).json.block.id;
const proof = async () => (await api.post("/api/proofs", { kind: "quote", text: "It holds.", source: "A mail" })).json.proof.id;
const picture = async () => (await api.post("/api/images?alt=A+dot", png())).json.image.hash;
const asFirst = { "if-match": '"1"' };
const aSegment = { name: "Lost", filter: { all: [{ is: { field: "tier", operator: "one_of", values: ["lost"] } }] } };
const aWriter = { enabled: false, provider: "openai", model: "m-1", ticket_text: false, currency: "USD", input_price: "3", output_price: "15", per_call: "1", per_day: "2", per_month: "3", timeout_seconds: 2 };
const aMessage = {
  message: { step: "help", channel: "email", locale: "en", subjects: [], preheader: null, greeting: "", parts: [{ slot: "opening", block: "x", text: "Hello.", facts: [] }], call: null,
    signature: "", promise: null, day: "2026-03-02", facts: [], is_fallback: true, same_thread: false },
  recipient: { id: "x", locale: null, value: "low", reason: "unknown", engagement: "silent", facts: [] },
  promise: null,
  brand: { name: "Shop", site: null, colours: { background: "#ffffff", text: "#000000", accent: "#0000ff", on_accent: "#ffffff" }, logo: null, sender: null, sender_role: null, from: null,
    reply_to: null, postal_address: null, sms_sender: null, tone: "warm", locale: "en", link_hosts: [] },
  slots: ["opening"],
};
const channel = async () => (await api.post("/api/channels", { provider: "sink", name: "Our way out" })).json.channel.id;
const way = async (provider = "task", settings = {}) => (await api.post("/api/fulfilments", { provider, name: "Our way", settings })).json.fulfilment.id;
const begun = async () => {
  const id = await customer();
  await server.d1("insert into facets (customer_id, dirty, contact, alone, margin_back, order_back) select id, 0, 300, 50, 40000, 10000 from customers where true on conflict do update set contact = 300, alone = 50, margin_back = 40000, order_back = 10000");
  await way();
  return id;
};
const beginning = (id) => api.post("/api/interventions", { customer: id, offer: "manager" });
const asOwner = () => server.person({ role: "owner" });
// Somebody else with their session, for what would end one's own.
const colleague = () => server.person({ role: "viewer", email: "vera@example.com", name: "Vera Viewer" });

// What each change writes, by hand: a route that is absent here fails. `prepare` makes what the change needs.
const CHANGES = {
  "POST /api/sign-in-links": { none: "asking is answered alike for everybody, and what is done with a link is told then", act: () => server.request("POST", "/api/sign-in-links", { email: "x@example.com" }, { origin: server.url }) },
  "POST /api/session": { writes: "signed_in", act: async () => ({ status: (await colleague()) && 201 }) },
  "DELETE /api/session": { writes: "signed_out", prepare: colleague, act: (one) => one.delete("/api/session") },
  "POST /api/people": { writes: "person_added", prepare: asOwner, act: (owner) => owner.post("/api/people", { email: "max@example.com", name: "Max", role: "marketer" }) },
  "PATCH /api/people/{id}": {
    writes: "person_changed",
    prepare: async () => ({ owner: await asOwner(), id: (await colleague()).id }),
    act: ({ owner, id }) => owner.patch(`/api/people/${id}`, { name: "Vera" }, { "if-match": '"1"' }),
  },
  "POST /api/people/{id}/link": {
    writes: "link_made",
    prepare: async () => ({ owner: await asOwner(), id: (await colleague()).id }),
    act: ({ owner, id }) => owner.post(`/api/people/${id}/link`, {}),
  },
  "DELETE /api/sessions": { writes: "session_ended", prepare: async () => [await asOwner(), await asOwner()][1], act: (owner) => owner.delete("/api/sessions") },
  "DELETE /api/sessions/{id}": {
    writes: "session_ended",
    prepare: async () => {
      const owner = await asOwner();
      await asOwner();
      return { owner, id: (await owner.get("/api/sessions")).json.sessions.find((one) => !one.current).id };
    },
    act: ({ owner, id }) => owner.delete(`/api/sessions/${id}`),
  },
  "POST /api/tokens": { writes: "token_made", prepare: asOwner, act: (owner) => owner.post("/api/tokens", { name: "Warehouse", permissions: ["view"] }) },
  "DELETE /api/tokens/{id}": {
    writes: "token_revoked",
    prepare: async () => {
      const owner = await asOwner();
      return { owner, id: (await owner.post("/api/tokens", { name: "Warehouse", permissions: ["view"] })).json.token.id };
    },
    act: ({ owner, id }) => owner.delete(`/api/tokens/${id}`),
  },
  "PATCH /api/shop": { writes: "shop_changed", act: () => api.patch("/api/shop", { name: "Tea" }) },
  "PUT /api/rates": { writes: "rates_changed", act: () => api.put("/api/rates", { rates: [{ currency: "EUR", day: "2026-01-01", rate: 1.1 }] }) },
  "PUT /api/margins": { writes: "margins_changed", act: () => api.put("/api/margins", { categories: [{ name: "Tea", share: 1, margin: 0.5 }], products: [] }, { "if-match": '"1"' }) },
  "POST /api/offers": { writes: "offer_added", act: () => api.post("/api/offers", tour) },
  "PATCH /api/offers/{id}": { writes: "offer_changed", act: () => api.patch("/api/offers/trial", { live: false }, { "if-match": '"1"' }) },
  "DELETE /api/offers/{id}": {
    writes: "offer_removed",
    prepare: async () => (await api.post("/api/offers", tour)).json.offer,
    act: (offer) => api.delete(`/api/offers/${offer.id}`, { "if-match": '"1"' }),
  },
  "PUT /api/guardrails": {
    writes: "guardrails_changed",
    prepare: async () => (await api.get("/api/guardrails")).json.guardrails,
    act: (limits) => api.put("/api/guardrails", { ...limits, anyway: 500 }, { "if-match": '"1"' }),
  },
  "POST /api/matrix/preview": { none: "it only computes", act: () => api.post("/api/matrix/preview", {}) },
  "PUT /api/retention": { writes: "retention_changed", act: () => api.put("/api/retention", { event_days: 90 }) },
  "PUT /api/copywriter": {
    writes: "copywriter_changed",
    act: () => api.put("/api/copywriter", aWriter),
  },
  "POST /api/copywriter/test": {
    writes: "copywriter_tested",
    // Without a key nobody is asked, which is what is written down.
    prepare: async () => api.put("/api/copywriter", aWriter),
    act: () => api.post("/api/copywriter/test", {}),
  },
  "POST /api/copywriter/write": { none: "it proposes words, and whoever takes them changes a draft", act: () => api.post("/api/copywriter/write", aMessage) },
  "POST /api/copywriter/read": { none: "it reads a text and keeps nothing", act: () => api.post("/api/copywriter/read", { text: "too expensive" }) },
  "PUT /api/exclusions": {
    writes: "exclusions_changed",
    act: async () => api.put("/api/exclusions", { ...(await api.get("/api/exclusions")).json.exclusions, refund_per_cent: 75 }),
  },
  "PUT /api/declared-traits": { writes: "traits_declared", act: () => api.put("/api/declared-traits", { declared: [{ name: "plan", kind: "text" }] }) },
  "POST /api/segments": { writes: "segment_saved", act: () => api.post("/api/segments", aSegment) },
  "POST /api/segments/count": { none: "it counts and keeps nothing", act: () => api.post("/api/segments/count", { filter: aSegment.filter }) },
  "PATCH /api/segments/{id}": {
    writes: "segment_changed",
    prepare: async () => (await api.post("/api/segments", aSegment)).json.segment.id,
    act: (id) => api.patch(`/api/segments/${id}`, { name: "Dear" }),
  },
  "DELETE /api/segments/{id}": {
    writes: "segment_removed",
    prepare: async () => (await api.post("/api/segments", aSegment)).json.segment.id,
    act: (id) => api.delete(`/api/segments/${id}`),
  },
  "PUT /api/thresholds": { writes: "thresholds_changed", act: () => api.put("/api/thresholds", { immediate: 0.6, moderate: 0.5, early: 0.4 }) },
  "DELETE /api/thresholds": {
    writes: "thresholds_reset",
    prepare: () => api.put("/api/thresholds", { immediate: 0.6, moderate: 0.5, early: 0.4 }),
    act: () => api.delete("/api/thresholds"),
  },
  "PUT /api/models/{name}": {
    writes: "model_uploaded",
    prepare: () => aModel(server, api),
    act: ({ parameters, card }) => api.request("PUT", "/api/models/risk", { model: JSON.parse(parameters), card: JSON.parse(card) }),
  },
  "POST /api/models/{id}/use": {
    writes: "model_used",
    prepare: async () => {
      await keepModel(server, await aModel(server, api), 1);
      const [{ public_id }] = await server.d1("select public_id from models where public_id is not null");
      await server.d1("update models set live = public_id is null");
      return public_id;
    },
    act: (id) => api.post(`/api/models/${id}/use`, {}),
  },
  "PATCH /api/customers/{id}": { writes: "customer_changed", prepare: () => customer(), act: (id) => api.patch(`/api/customers/${id}`, { tags: ["vip"] }, { "if-match": '"1"' }) },
  "PUT /api/customers/{id}/reason": { writes: "reason_set", prepare: () => customer(), act: (id) => api.put(`/api/customers/${id}/reason`, { reason: "price" }, { "if-match": '"1"' }) },
  "PUT /api/topics": { writes: "topics_changed", act: () => api.put("/api/topics", { phrases: [{ reason: "price", phrase: "dear", weight: 2 }] }, { "if-match": '"1"' }) },
  "POST /api/topics/read": { none: "it reads a text and keeps nothing", act: () => api.post("/api/topics/read", { text: "too expensive" }) },
  "POST /api/customers/bulk": { writes: "customers_changed", prepare: () => customer(), act: (id) => api.post("/api/customers/bulk", { ids: [id], add_tags: ["vip"] }) },
  "POST /api/customers/{id}/notes": { writes: "note_added", prepare: () => customer(), act: (id) => api.post(`/api/customers/${id}/notes`, { body: "Called" }) },
  "PATCH /api/notes/{id}": {
    writes: "note_changed",
    prepare: async () => (await api.post(`/api/customers/${await customer()}/notes`, { body: "Called" })).json.note.id,
    act: (id) => api.patch(`/api/notes/${id}`, { body: "Called twice" }, { "if-match": '"1"' }),
  },
  "DELETE /api/notes/{id}": {
    writes: "note_removed",
    prepare: async () => (await api.post(`/api/customers/${await customer()}/notes`, { body: "Called" })).json.note.id,
    act: (id) => api.delete(`/api/notes/${id}`, { "if-match": '"1"' }),
  },
  "DELETE /api/customers/{id}": {
    writes: ["erasure_asked", "customer_erased"],
    prepare: async () => ({ owner: await asOwner(), id: await customer() }),
    act: ({ owner, id }) => owner.delete(`/api/customers/${id}`),
  },
  "POST /api/customers/{id}/merge": { writes: "customers_merged", prepare: couple, act: ([one, other]) => api.post(`/api/customers/${one}/merge`, { into: other }) },
  "POST /api/merges/{id}/undo": {
    writes: "merge_undone",
    prepare: async () => {
      const [one, other] = await couple();
      return (await api.post(`/api/customers/${one}/merge`, { into: other })).json.merge.id;
    },
    act: (id) => api.post(`/api/merges/${id}/undo`, {}),
  },
  "POST /api/privacy-requests": { writes: "privacy_request_added", prepare: () => customer(), act: (id) => api.post("/api/privacy-requests", { kind: "export", customer: id }) },
  "PATCH /api/privacy-requests/{id}": {
    writes: "privacy_request_changed",
    prepare: async () => (await api.post("/api/privacy-requests", { kind: "export", customer: await customer() })).json.privacy_request.id,
    act: (id) => api.patch(`/api/privacy-requests/${id}`, { done: true }),
  },
  "POST /api/improvements": { writes: "improvement_added", act: () => api.post("/api/improvements", improvement) },
  "PATCH /api/improvements/{id}": { writes: "improvement_changed", prepare: shipped, act: (id) => api.patch(`/api/improvements/${id}`, { title: "Calendars meet" }) },
  "POST /api/improvements/{id}/announce": { writes: "improvement_announced", prepare: shipped, act: (id) => api.post(`/api/improvements/${id}/announce`, {}, { "if-match": '"1"' }) },
  "DELETE /api/improvements/{id}": { writes: "improvement_removed", prepare: shipped, act: (id) => api.delete(`/api/improvements/${id}`) },
  "POST /api/campaigns": { writes: "campaign_added", act: () => api.post("/api/campaigns", { name: "Spring" }) },
  "PATCH /api/campaigns/{id}": { writes: "campaign_changed", prepare: campaign, act: (id) => api.patch(`/api/campaigns/${id}`, { name: "Summer" }) },
  "DELETE /api/campaigns/{id}": { writes: "campaign_removed", prepare: campaign, act: (id) => api.delete(`/api/campaigns/${id}`) },
  "POST /api/campaigns/{id}/test": {
    writes: "test_sent",
    prepare: async () => ({ owner: await asOwner(), id: await campaign() }),
    act: ({ owner, id }) => owner.post(`/api/campaigns/${id}/test`, { step: "help", channel: "email" }),
  },
  ...Object.fromEntries(
    [
      ["approve", "campaign_approved", (one) => one.approve()],
      ["launch", "campaign_launched", (one) => one.launch()],
      ["pause", "campaign_paused", (one) => one.act("pause")],
      ["resume", "campaign_resumed", (one) => one.act("resume")],
      ["undo", "campaign_undone", (one) => one.act("undo")],
      ["finish", "campaign_finished", (one) => one.act("finish")],
      ["archive", "campaign_archived", (one) => one.act("archive")],
      ["republish", "campaign_republished", (one) => one.republish()],
      ["duplicate", "campaign_added", (one) => one.act("duplicate")],
      ["save-plan", "plan_saved", (one) => one.act("save-plan", { name: "Ours" })],
    ].map(([verb, writes, act]) => [`POST /api/campaigns/{id}/${verb}`, { writes, prepare: () => ready(verb), act }]),
  ),
  "POST /api/campaigns/{id}/correction": {
    writes: "campaign_added",
    prepare: () => ready("correction"),
    act: async (one) => {
      await server.d1("insert into touches (campaign_id, entry_id, customer_id, step, edition, channel, state, due_at, created_at) select c.id, 1, p.id, 1, 1, 'email', 'sent', 0, 0 from campaigns c, customers p");
      return one.act("correction", { step: 1 });
    },
  },
  "PATCH /api/tasks/{id}": {
    writes: "task_changed",
    prepare: async () => {
      const id = uuid7();
      await server.d1("insert into tasks (public_id, kind, title, due_at, created_at, updated_at) values (?1, 'call', 'Call Ada', 0, 0, 0)", id);
      return id;
    },
    act: (id) => api.request("PATCH", `/api/tasks/${id}`, { state: "done", outcome: "reached" }, { "if-match": '"1"' }),
  },
  "PUT /api/sending": { writes: "sending_rules_changed", act: () => api.put("/api/sending", { two_person: true }) },
  "POST /api/sending/stop": { writes: "sending_stopped", act: () => api.post("/api/sending/stop", {}) },
  "POST /api/sending/resume": { writes: "sending_resumed", prepare: () => api.post("/api/sending/stop", {}), act: () => api.post("/api/sending/resume", {}) },
  "PUT /api/brand": {
    writes: "brand_changed",
    prepare: async () => (await api.get("/api/brand")).json.brand,
    act: (brand) => api.put("/api/brand", { ...brand, name: "Ada's" }),
  },
  "POST /api/blocks": { writes: "block_added", act: () => api.post("/api/blocks", { name: "Hello", content: words }) },
  "PATCH /api/blocks/{id}": { writes: "block_changed", prepare: block, act: (id) => api.patch(`/api/blocks/${id}`, { name: "Good day" }, asFirst) },
  "DELETE /api/blocks/{id}": { writes: "block_removed", prepare: block, act: (id) => api.delete(`/api/blocks/${id}`, asFirst) },
  "POST /api/proofs": { writes: "proof_added", act: () => api.post("/api/proofs", { kind: "quote", text: "It holds.", source: "A mail" }) },
  "PATCH /api/proofs/{id}": { writes: "proof_changed", prepare: proof, act: (id) => api.patch(`/api/proofs/${id}`, { who: "Ana" }, asFirst) },
  "DELETE /api/proofs/{id}": { writes: "proof_removed", prepare: proof, act: (id) => api.delete(`/api/proofs/${id}`, asFirst) },
  "POST /api/images": { writes: "image_added", act: () => api.post("/api/images?alt=A+dot", png()) },
  "DELETE /api/images/{hash}": { writes: "image_removed", prepare: picture, act: (hash) => api.delete(`/api/images/${hash}`, asFirst) },
  "POST /api/views": { writes: "view_saved", prepare: asOwner, act: (owner) => owner.post("/api/views", view) },
  "PATCH /api/views/{id}": {
    writes: "view_changed",
    prepare: async () => {
      const owner = await asOwner();
      return { owner, id: (await owner.post("/api/views", view)).json.view.id };
    },
    act: ({ owner, id }) => owner.patch(`/api/views/${id}`, { name: "Later" }, { "if-match": '"1"' }),
  },
  "DELETE /api/views/{id}": {
    writes: "view_removed",
    prepare: async () => {
      const owner = await asOwner();
      return { owner, id: (await owner.post("/api/views", view)).json.view.id };
    },
    act: ({ owner, id }) => owner.delete(`/api/views/${id}`, { "if-match": '"1"' }),
  },
  "POST /api/channels": { writes: "channel_added", act: () => api.post("/api/channels", { provider: "sink", name: "Our outbox" }) },
  "PATCH /api/channels/{id}": { writes: "channel_changed", prepare: () => channel(), act: (id) => api.patch(`/api/channels/${id}`, { name: "Our tray" }) },
  "DELETE /api/channels/{id}": { writes: "channel_removed", prepare: () => channel(), act: (id) => api.delete(`/api/channels/${id}`) },
  "POST /api/channels/{id}/test": { writes: "channel_tested", prepare: () => channel(), act: (id) => api.post(`/api/channels/${id}/test`, {}) },
  "POST /api/fulfilments": { writes: "fulfilment_added", act: () => api.post("/api/fulfilments", { provider: "task", name: "Our team" }) },
  "PATCH /api/fulfilments/{id}": { writes: "fulfilment_changed", prepare: () => way(), act: (id) => api.patch(`/api/fulfilments/${id}`, { name: "Our people" }) },
  "DELETE /api/fulfilments/{id}": { writes: "fulfilment_removed", prepare: () => way(), act: (id) => api.delete(`/api/fulfilments/${id}`) },
  "POST /api/fulfilments/{id}/test": { writes: "fulfilment_tested", prepare: () => way(), act: (id) => api.post(`/api/fulfilments/${id}/test`, {}) },
  "POST /api/code-pools": { writes: "codes_uploaded", prepare: () => way("pool", { depth: 200 }), act: (id) => api.post("/api/code-pools", { fulfilment: id, codes: "SPRING-1" }) },
  "POST /api/interventions": { writes: "intervention_begun", prepare: begun, act: beginning },
  "PATCH /api/interventions/{id}": {
    writes: "intervention_changed",
    prepare: async () => (await beginning(await begun())).json.intervention.id,
    act: (id) => api.patch(`/api/interventions/${id}`, { state: "done", note: "Ada is glad" }),
  },
  "PATCH /api/dead-letters/{id}": { writes: "dead_letter_dropped", prepare: () => deadLetter(), act: ({ id }) => api.patch(`/api/dead-letters/${id}`, { action: "drop" }, { "if-match": '"1"' }) },
  "POST /api/dead-letters/replay": { writes: "dead_letters_replayed", prepare: () => deadLetter(), act: ({ source }) => api.post("/api/dead-letters/replay", { source }) },
  "POST /api/sources": { writes: "source_added", act: () => api.post("/api/sources", { kind: "segment", name: "App" }) },
  "PATCH /api/sources/{id}": {
    writes: "source_changed",
    prepare: async () => (await api.post("/api/sources", { kind: "segment", name: "App" })).json.source.id,
    act: (id) => api.patch(`/api/sources/${id}`, { write_key: "new" }, { "if-match": '"1"' }),
  },
  "POST /api/sources/{id}/pull": {
    writes: "source_pulled",
    prepare: async () => {
      const settings = { url: "https://files.example/orders.csv", file_kind: "orders" };
      const { id } = (await api.post("/api/sources", { kind: "pull", name: "Nightly", settings })).json.source;
      return id;
    },
    act: (id) => api.post(`/api/sources/${id}/pull`, {}),
  },
  "DELETE /api/sources/{id}": {
    writes: "source_removed",
    prepare: async () => (await api.post("/api/sources", { kind: "segment", name: "App" })).json.source.id,
    act: (id) => api.delete(`/api/sources/${id}`, { "if-match": '"1"' }),
  },
  "POST /api/imports": { writes: "import_started", act: () => api.post("/api/imports?kind=orders", "order_id,customer_id,date,amount\n1,1,2026-01-01,5\n", { "content-type": "text/csv" }) },
  "POST /api/imports/{id}/batches": { none: "a piece of the import that was started", prepare: () => begin(api, "orders"), act: ({ id }) => send(api, id, 0, "orders", [order(1, "A", "2026-01-05")]) },
  "POST /api/imports/{id}/cancel": { writes: "import_cancelled", prepare: () => begin(api, "orders"), act: ({ id }) => api.post(`/api/imports/${id}/cancel`, {}) },
  "DELETE /api/sample": { writes: "sample_removed", prepare: () => imported(api, "orders", [order(1, "A", "2026-01-05")], { sample: "store" }), act: () => api.delete("/api/sample") },
  "POST /u/{token}": { none: "a customer's own word, which the history of consent has", act: () => api.post("/u/x", "List-Unsubscribe=One-Click") },
  "POST /api/runs": { writes: "job_asked", act: () => api.post("/api/runs", { job: "prune" }) },
};
// Reading changes nothing, but what leaves the shop is told.
const EXPORTS = {
  "GET /api/customers/export.csv": { writes: "customers_exported", act: () => api.get("/api/customers/export.csv") },
  "GET /api/customers/{id}/export": { writes: "customer_exported", prepare: () => customer(), act: (id) => api.get(`/api/customers/${id}/export`) },
  "GET /api/imports/{id}/rejected.csv": { writes: "rejected_rows_exported", prepare: () => begin(api, "orders"), act: ({ id }) => api.get(`/api/imports/${id}/rejected.csv`) },
  "GET /api/imports/export.csv": { writes: "imports_exported", act: () => api.get("/api/imports/export.csv") },
  "GET /api/audit/export.csv": { writes: "audit_exported", act: () => api.get("/api/audit/export.csv") },
};

test("every change and every export writes its one entry, and nothing else writes any", async () => {
  for (const operation of operations()) {
    const [method, pattern] = operation.split(" ");
    const how = CHANGES[operation] ?? EXPORTS[operation];
    assert.ok(how !== undefined || method === "GET", `${operation} says neither what it writes nor why it writes nothing`);
    const { writes, none, prepare = () => undefined, act } = how ?? { none: "it reads", act: () => api.get(pattern.replace("{id}", uuid7())) };
    await fresh();
    const prepared = await prepare();
    const before = await newest();
    const answer = await act(prepared);
    assert.ok(answer.status < 300 || how === undefined, `${operation}: ${answer.status} ${answer.text}`);
    assert.deepEqual(await since(before), none === undefined ? [writes].flat() : [], operation);
  }
  for (const operation of [...Object.keys(CHANGES), ...Object.keys(EXPORTS)]) assert.ok(operations().includes(operation), `there is no ${operation} any more`);
});

test("what is refused, and what changes nothing, writes no entry", async () => {
  const before = await newest();
  await api.put("/api/rates", { rates: [{ currency: "USD", day: "x", rate: 0 }] });
  await api.delete("/api/thresholds");
  await api.delete("/api/sample");
  await (await server.api("viewer")).put("/api/rates", { rates: [] }, { "if-match": '"1"' });
  assert.deepEqual(await since(before), []);
  const { id } = await begin(api, "orders");
  const started = await newest();
  assert.equal((await begin(api, "orders")).id, id);
  await api.post(`/api/imports/${id}/cancel`, {});
  await api.post(`/api/imports/${id}/cancel`, {});
  assert.deepEqual(await since(started), ["import_cancelled"]);
});

test("no value of a customer stands in the log, whatever is done with them", async () => {
  const id = await customer("Canary Quetzal", "canary-address@example.com");
  await api.patch(`/api/customers/${id}`, { tags: ["canary tag"] }, { "if-match": '"1"' });
  await api.post("/api/customers/bulk", { query: "q=canary", add_tags: ["canary second"] });
  await api.patch(`/api/customers/${id}`, { set_aside: { reason: "paused", until: "2026-04-01", note: "Canary is ill" } }, { "if-match": '"3"' });
  await api.post("/api/customers/bulk", { query: "q=canary", set_aside: { reason: "wrong", until: "2026-05-01", note: "Canary is well" } });
  const note = await api.post(`/api/customers/${id}/notes`, { body: "Canary called" });
  await api.patch(`/api/notes/${note.json.note.id}`, { body: "Canary called twice" }, { "if-match": '"1"' });
  await api.get("/api/customers/export.csv?q=canary&tag=canary%20tag");
  await api.get("/api/customers?q=canary");
  const rows = await log();
  const actions = new Set(rows.map((row) => row.action));
  for (const action of ["import_started", "customer_changed", "customers_changed", "note_added", "note_changed", "customers_exported"]) assert.ok(actions.has(action), action);
  const told = rows.map(({ object_kind, object_name, ...row }) => (object_kind === "import" ? row : { object_kind, object_name, ...row }));
  assert.doesNotMatch(JSON.stringify(told), /canary|quetzal/i);
});

test("entries are listed newest first, in pages, and by actor, action, day and object", async () => {
  const owner = await server.person({ role: "owner", name: "Olga Owner" });
  await owner.request("PATCH", "/api/shop", { name: "Tea" }, { "if-match": '"1"' });
  const { id } = await begin(api, "orders", { file: "orders.csv" });
  await api.post(`/api/imports/${id}/cancel`, {});
  await server.seams.clock(TOMORROW);
  await api.put("/api/thresholds", { immediate: 0.6, moderate: 0.5, early: 0.425 });
  const list = async (query = "") => (await api.get(`/api/audit?${query}`)).json;
  const texts = async (query) => (await list(query)).audit.map((entry) => entry.text);
  const all = [
    "test owner set own risk thresholds: immediate 60 %, moderate 50 %, early 42.5 %.",
    "test owner cancelled the import of orders.csv.",
    "test owner started an import of orders.csv: orders.",
    "Olga Owner changed the shop's settings: name from My shop to Tea.",
    "Olga Owner signed in: by link.",
  ];
  assert.deepEqual(await texts(), all);
  assert.deepEqual(await texts(`actor=${owner.id}`), all.slice(3));
  const [{ public_id }] = await server.d1("select public_id from tokens");
  assert.deepEqual(await texts(`actor=${public_id}`), all.slice(0, 3));
  assert.deepEqual(await texts(`actor=${uuid7()}`), []);
  assert.deepEqual(await texts("actor=system"), []);
  assert.deepEqual(await texts("action=data"), all.slice(1, 3));
  assert.deepEqual(await texts("action=import_started,sign_ins"), [all[2], all[4]]);
  assert.deepEqual(await texts("to=2026-03-02"), all.slice(1));
  assert.deepEqual(await texts("from=2026-03-03&to=2026-03-03"), all.slice(0, 1));
  assert.deepEqual(await texts(`object=import:${id}`), all.slice(1, 3));
  assert.deepEqual(await texts(`object=import:${id}&actor=${owner.id}`), []);

  const pages = [];
  let cursor;
  do {
    const page = await list(`limit=2${cursor === undefined ? "" : `&cursor=${cursor}`}`);
    pages.push(page.audit.map((entry) => entry.text));
    cursor = page.meta.next_cursor ?? undefined;
  } while (cursor !== undefined);
  assert.deepEqual(pages, [all.slice(0, 2), all.slice(2, 4), all.slice(4)]);
  const [{ actor, object, at, request_id }] = (await list("action=import_cancelled")).audit;
  assert.deepEqual([actor, object, at], [{ kind: "token", name: "test owner" }, { kind: "import", id, name: "orders.csv" }, NOW]);
  assert.match(request_id, /^[0-9a-f-]{36}$/);

  for (const [query, field] of [["actor=max", "actor"], ["action=dance", "action"], ["from=1.1.2026", "from"], ["to=x", "to"], ["object=import", "object"], ["limit=501", "limit"], ["limit=0", "limit"], ["cursor=x", "cursor"]]) {
    const answer = await api.get(`/api/audit?${query}`);
    assert.deepEqual([answer.status, Object.keys(answer.json.fields ?? {})], [422, [field]], query);
  }
  assert.equal((await api.get("/api/audit?colour=red")).status, 400);
});

test("the export holds what the filters let through, starts no formula, and tells of itself", async () => {
  await server.d1("update tokens set name = '=cmd|calc'");
  await begin(api, "orders", { file: "+orders.csv" });
  await server.d1(
    `insert into audit (at, actor_kind, actor_name, action, fields)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < 2500) select 0, 'system', 'A job', 'job_asked', '[]' from n`,
  );
  const answer = await api.get("/api/audit/export.csv?action=data");
  assert.equal(answer.headers.get("content-type"), "text/csv; charset=utf-8");
  const lines = answer.text.split("\r\n");
  assert.equal(lines.length, 1 + 2_501 + 1, "a header, every entry over three pages, and the last line's end");
  assert.equal(lines[0], "id,at,actor,actor_kind,action,object_kind,object_id,object,text,request_id");
  assert.match(lines.at(-2), /^1?\d*,2026-03-02T09:00:00Z,'=cmd\|calc,token,import_started,import,[0-9a-f-]{36},'\+orders\.csv,'=cmd\|calc started an import of \+orders\.csv: orders\.,[0-9a-f-]{36}$/);
  const [{ text, fields }] = (await api.get("/api/audit?limit=1")).json.audit;
  assert.deepEqual([text, fields], ["=cmd|calc exported the audit log: action data.", [{ name: "action", to: "data" }]]);
});

// The chain, computed here from the raw rows alone.
const COLUMNS = ["id", "at", "actor_kind", "actor_id", "actor_name", "action", "object_kind", "object_id", "object_name", "fields", "request_id"];
const chained = (rows) => {
  let hash = "";
  return rows.map((row) => {
    hash = createHash("sha256").update(`${hash}\n${JSON.stringify(COLUMNS.map((column) => row[column]))}`).digest("hex");
    return { audit_id: row.id, hash };
  });
};
const seals = () => server.d1("select audit_id, hash from audit_seals order by audit_id");
const hourly = () => server.scheduled("17 * * * *");
const chain = async () => (await api.get("/api/audit?limit=1")).json.meta.chain;
const some = async () => {
  for (const name of ["One", "Two", "Drei — \"drei\"", "Four\\", "Fünf"]) await api.patch("/api/shop", { name });
};

test("the hourly job seals what came in, in a chain that anybody can compute", async () => {
  await some();
  assert.deepEqual(await chain(), { sealed: 0, waiting: 5, checked_at: null, broken_at: null });
  await hourly();
  const first = await seals();
  assert.equal(first.length, 5);
  assert.deepEqual(first, chained(await log()));
  assert.deepEqual(await chain(), { sealed: 5, waiting: 0, checked_at: NOW, broken_at: null });
  await some();
  await hourly();
  assert.deepEqual(await seals(), chained(await log()));
  assert.deepEqual((await seals()).slice(0, 5), first, "a seal never changes");
  assert.deepEqual(await chain(), { sealed: 10, waiting: 0, checked_at: NOW, broken_at: null });
});

test("an hour in which nothing happened writes nothing, and a day is checked once", async () => {
  const tables = async () => Promise.all(["audit_seals", "rollups", "runs", "leases", "usage", "wakes"].map((name) => server.d1(`select * from ${name}`)));
  const empty = await tables();
  await hourly();
  assert.deepEqual(await tables(), empty);
  await some();
  await hourly();
  const idle = await tables();
  await hourly();
  assert.deepEqual(await tables(), idle);
  await server.seams.clock(TOMORROW);
  await hourly();
  assert.equal((await chain()).checked_at, TOMORROW);
  const [{ counts, status }] = await server.d1("select counts, status from runs where job = 'seal' order by id desc limit 1");
  assert.deepEqual([status, JSON.parse(counts)], ["done", { checked: 5 }]);
  const checked = await tables();
  await hourly();
  assert.deepEqual(await tables(), checked);
});

const COPY = "insert into audit select ?1, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, fields, request_id from audit where id = ?2";
for (const [what, tamper, at] of [
  ["a changed name", (ids) => server.d1("update audit set actor_name = 'Somebody else' where id = ?1", ids[2]), 2],
  ["a changed time", (ids) => server.d1("update audit set at = at + 1 where id = ?1", ids[0]), 0],
  ["changed values", (ids) => server.d1("update audit set fields = '[]' where id = ?1", ids[4]), 4],
  ["a removed row", (ids) => server.d1("delete from audit where id = ?1", ids[1]), 1],
  ["a removed row with its seal", async (ids) => {
    await server.d1("delete from audit where id = ?1", ids[1]);
    await server.d1("delete from audit_seals where audit_id = ?1", ids[1]);
  }, 1],
  ["the last row removed", (ids) => server.d1("delete from audit where id = ?1", ids[4]), 4],
  ["the last rows removed with their seals", async (ids) => {
    await server.d1("delete from audit where id >= ?1", ids[3]);
    await server.d1("delete from audit_seals where audit_id >= ?1", ids[3]);
  }, 3],
  ["a row put in before all others", (ids) => server.d1(COPY, ids[0] - 1, ids[3]), -1],
  ["a row put in the place of another", async (ids) => {
    await server.d1("delete from audit where id = ?1", ids[2]);
    await server.d1(COPY, ids[2], ids[3]);
  }, 2],
  ["a changed row with a seal that fits it", async (ids) => {
    await server.d1("update audit set actor_name = 'Somebody else' where id = ?1", ids[2]);
    await server.d1("update audit_seals set hash = ?2 where audit_id = ?1", ids[2], chained(await log())[2].hash);
  }, 3],
]) {
  test(`the nightly check finds ${what}`, async () => {
    await some();
    await hourly();
    const ids = (await log()).map((row) => row.id);
    await tamper(ids);
    await server.seams.clock(TOMORROW);
    await hourly();
    const expected = at < 0 ? ids[0] - 1 : ids[at];
    assert.equal((await chain()).broken_at, expected);
    const [{ counts, status }] = await server.d1("select counts, status from runs where job = 'seal' order by id desc limit 1");
    assert.deepEqual([status, JSON.parse(counts).broken, JSON.parse(counts).broken_at], ["done", 1, expected]);
    await api.patch("/api/shop", { name: "Later" });
    await server.seams.clock("2026-03-04T09:17:00Z");
    await hourly();
    assert.equal((await chain()).broken_at, expected, "and does not forget it");
  });
}

test("refused changes leave no gap in the numbers, so that a gap is a removed row", async () => {
  await api.patch("/api/shop", { name: "One" });
  const refused = await Promise.all(Array.from({ length: 5 }, (_, n) => api.patch("/api/shop", { name: `Late ${n}` }, { "if-match": '"1"' })));
  assert.ok(refused.every((answer) => answer.status === 412));
  await api.patch("/api/shop", { name: "Two" });
  const ids = (await log()).map((row) => row.id);
  assert.deepEqual(ids, [ids[0], ids[0] + 1]);
});

test("a long log is sealed and checked in pages", async () => {
  await server.d1(
    `insert into audit (at, actor_kind, actor_name, action, fields)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < 3300) select i, 'system', 'A job', 'job_asked', '[]' from n`,
  );
  await hourly();
  assert.deepEqual(await seals(), chained(await log()));
  const [{ counts, pages }] = await server.d1("select counts, pages from runs where job = 'seal'");
  assert.deepEqual(JSON.parse(counts), { sealed: 3_300, checked: 3_300 });
  assert.ok(pages >= 7, `${pages}`);
  const ids = (await log()).map((row) => row.id);
  await server.d1("update audit set at = 0 where id = ?1", ids[3_000]);
  await server.seams.clock(TOMORROW);
  await hourly();
  assert.equal((await chain()).broken_at, ids[3_000]);
});

test("a sealing that loses its lease writes nothing, and each row gets one seal", async () => {
  await some();
  await server.seams.arm("seal.computed");
  const losing = hourly();
  await server.seams.reached("seal.computed");
  await server.d1("update leases set token = 'somebody else', epoch = epoch + 1, expires_at = 1 where name = 'seal'");
  await server.seams.release("seal.computed");
  await losing;
  assert.deepEqual(await seals(), []);
  await hourly();
  assert.deepEqual(await seals(), chained(await log()));
  assert.deepEqual((await server.d1("select status from runs where job = 'seal' order by id")).map((row) => row.status), ["lost", "done"]);
  assert.equal((await chain()).sealed, 5);
});

// A message that could not be applied, of the source that is there from the start.
async function deadLetter() {
  const [source] = await server.d1("select id, public_id from sources order by id limit 1");
  const id = uuid7();
  await server.d1(
    "insert into dead_letters (public_id, source, key, topic, body, reason, fix, received_at, died_at) values (?1, ?2, ?1, 'track', '{}', 'r', 'f', 0, 0)",
    id, source.id,
  );
  return { id, source: source.public_id };
}

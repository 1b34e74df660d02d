// Campaigns as drafts: what is kept and refused, two editors, the people of a preview, and tests that go to nobody but oneself.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";

const NOW = "2026-03-02T09:00:00Z";
const TODAY = Math.floor(Date.parse(NOW) / 86_400_000);
const [EARLY, LOST] = [1, 4];
const [LOW, HIGH] = [0, 2];
const [PRICE, FEATURE] = [1, 2];

let server, api;
before(async () => (server = await start({ now: NOW })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("marketer");
});

const add = async (body = {}) => {
  const answer = await api.post("/api/campaigns", { name: "Spring", ...body });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.campaign;
};
const change = (id, version, body, client = api) => client.request("PATCH", `/api/campaigns/${id}`, body, { "if-match": `"${version}"` });
const edited = (draft, edit) => {
  const copy = structuredClone(draft);
  edit(copy);
  return copy;
};

// Customers as scoring leaves them.
async function customers(rows) {
  const usual = { tier: LOST, value_tier: HIGH, reason: FEATURE, engagement: 1, segment: 42, contact: 300, alone: 60, margin_back: 40_000, order_back: 9_000, excluded: 0, last_day: TODAY - 90, dirty: 0 };
  for (const [at, row] of rows.entries()) {
    const id = at + 1;
    const { name, ...facets } = { ...usual, ...row };
    await server.d1("insert into customers (id, public_id, external_id, name, name_key, created_at, updated_at) values (?1, ?2, ?3, ?4, ?4, 0, 0)",
      id, `01900000-0000-7000-8000-${String(id).padStart(12, "0")}`, `C-${id}`, name ?? `Name${id} Last`);
    const columns = Object.keys(facets);
    await server.d1(`insert into facets (customer_id, ${columns.join(", ")}) values (?1, ${columns.map((_, n) => `?${n + 2}`).join(", ")})`, id, ...Object.values(facets));
    await server.d1("insert into contacts (public_id, customer_id, name, email, consent, created_at, updated_at) values (?1, ?2, '', ?3, '{}', 0, 0)",
      uuid7(), id, `c${id}@example.com`);
  }
}

test("a new campaign is the ladder's five steps left to the composer, for the segment's value and reason", async () => {
  const campaign = await add({ segment: "row:high-missing_feature" });
  assert.deepEqual(campaign.draft.steps.map(({ step }) => step), ["help", "proof", "small_incentive", "full_incentive", "last_word"]);
  assert.deepEqual(campaign.draft.steps.map(({ after_days }) => after_days), [0, 5, 6, 7, 8]);
  assert.deepEqual(campaign.draft.steps.map(({ same_thread }) => same_thread), [false, false, false, false, false]);
  assert.deepEqual([campaign.draft.brief.value, campaign.draft.brief.reason], ["high", "missing_feature"]);
  assert.deepEqual([campaign.state, campaign.version, campaign.segment.id, campaign.segment.is_gone], ["draft", 1, "row:high-missing_feature", false]);
  const { campaigns } = (await api.get("/api/campaigns")).json;
  assert.deepEqual(campaigns.map(({ id, name, draft }) => [id, name, draft]), [[campaign.id, "Spring", undefined]]);
  const alone = await add({ name: "From a brief", brief: { value: "low", reason: "price", tone: "plain", locale: "de", product: "tea", change: null, link: null } });
  assert.deepEqual([alone.segment, alone.draft.brief.product], [null, "tea"]);
});

test("what an editor wrote comes back word for word", async () => {
  const { id, draft } = await add();
  const mine = edited(draft, ({ steps }) => {
    steps[0].subjects[1] = { by: "own", text: "Your {{ last_item }}" };
    steps[1].parts = { opening: { by: "pinned", block: "opening-1" }, body: { by: "model", text: "Zwei Sätze. {{ feature_used }}", model: "m-1" } };
    steps[2].channels = ["email", "sms"];
    steps[2].forms = { sms: "Ada: 10 % off. STOP to end" };
    steps[3].after_days = 14;
  });
  assert.equal((await change(id, 1, { draft: mine })).status, 200);
  const kept = (await api.get(`/api/campaigns/${id}`)).json.campaign;
  assert.deepEqual([kept.draft, kept.version], [mine, 2]);
});

test("of two editors the second overwrites nothing and learns what stands", async () => {
  const { id, draft } = await add();
  const owner = await server.person({ role: "owner" });
  const mine = edited(draft, ({ steps }) => (steps[0].parts = { opening: { by: "own", text: "Mine." } }));
  const theirs = edited(draft, ({ steps }) => (steps[4].parts = { closing: { by: "own", text: "Theirs." } }));
  assert.equal((await change(id, 1, { draft: mine }, owner)).status, 200);
  const late = await change(id, 1, { draft: theirs });
  assert.deepEqual([late.status, late.json.code, late.json.conflict.yours, late.json.conflict.current], [412, "stale", 1, 2]);
  assert.deepEqual(late.json.conflict.resource.draft, mine);
  assert.equal(late.json.conflict.resource.updated_by, "Test owner");
  const both = edited(mine, ({ steps }) => (steps[4].parts = theirs.steps[4].parts));
  assert.equal((await change(id, 2, { draft: both })).status, 200);
  assert.deepEqual((await api.get(`/api/campaigns/${id}`)).json.campaign.draft, both);
  assert.equal((await api.request("PATCH", `/api/campaigns/${id}`, { name: "x" })).status, 428, "without a version");
});

test("twenty saves of one version leave one", async () => {
  const { id } = await add();
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => change(id, 1, { name: `Spring ${n}` })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(412)]);
  const [won] = answers.filter(({ status }) => status === 200);
  const kept = (await api.get(`/api/campaigns/${id}`)).json.campaign;
  assert.deepEqual([kept.name, kept.version], [won.json.campaign.name, 2]);
  assert.equal((await server.d1("select count(*) as n from audit where action = 'campaign_changed'"))[0].n, 1);
});

test("each field of a draft that is wrong is named, and nothing is kept", async () => {
  const { id, draft } = await add();
  const own = (text) => ({ by: "own", text });
  const cases = [
    ["draft.steps", ({ steps }) => steps.reverse()],
    ["draft.steps", ({ steps }) => steps.pop()],
    ["draft.steps", (draft) => (draft.steps = [])],
    ["draft.steps[0].same_thread", ({ steps }) => (steps[0].same_thread = true)],
    ["draft.steps[1].after_days", ({ steps }) => (steps[1].after_days = 0)],
    ["draft.steps[1].after_days", ({ steps }) => (steps[1].after_days = 91)],
    ["draft.steps[2].channels", ({ steps }) => (steps[2].channels = ["sms"])],
    ["draft.steps[2].subjects[0].text", ({ steps }) => (steps[2].subjects[0] = own("Hello\r\nBcc: all@example.com"))],
    ["draft.steps[3].parts.body.text", ({ steps }) => (steps[3].parts = { body: own("x".repeat(2_001)) })],
    ["draft.steps[3].parts.opening.text", ({ steps }) => (steps[3].parts = { opening: own("{{ credit_card }}") })],
    ["draft.steps[3].parts.value.text", ({ steps }) => (steps[3].parts = { value: own("{% for x in range(1000000000) %}x{% endfor %}") })],
    ["draft.steps[3].parts.subject", ({ steps }) => (steps[3].parts = { subject: { by: "composer" } })],
    ["draft.steps[4].forms.sms", ({ steps }) => (steps[4].forms = { sms: "" })],
    ["draft.brief.link", ({ brief }) => (brief.link = "javascript:alert(1)")],
    ["draft.brief.locale", ({ brief }) => (brief.locale = "english")],
  ];
  for (const [field, edit] of cases) {
    const answer = await change(id, 1, { draft: edited(draft, edit) });
    assert.deepEqual([answer.status, Object.keys(answer.json.fields)], [422, [field]], `${field}: ${answer.text}`);
    assert.ok(answer.json.fields[field].length > 5);
  }
  for (const body of [{ name: " " }, { segment: "row:high-nothing" }, { segment: uuid7() }, { segment: "' or 1=1" }]) {
    const answer = await change(id, 1, body);
    assert.deepEqual([answer.status, Object.keys(answer.json.fields)], [422, Object.keys(body)], answer.text);
  }
  const odd = await change(id, 1, { draft: edited(draft, ({ steps }) => (steps[0].angle = "shame")) });
  assert.deepEqual([odd.status, Object.keys(odd.json.fields)], [422, ["draft.steps[0].angle"]]);
  assert.equal((await api.get(`/api/campaigns/${id}`)).json.campaign.version, 1);
});

test("a segment that was removed is said to be gone, and its campaign can still be written", async () => {
  const filter = { all: [{ is: { field: "tier", operator: "one_of", values: ["lost"] } }] };
  const { segment } = (await api.post("/api/segments", { name: "Lapsed", filter })).json;
  const { id, segment: named } = await add({ segment: segment.id });
  assert.deepEqual([named.name, named.kind, named.is_gone], ["Lapsed", "own", false]);
  await api.delete(`/api/segments/${segment.id}`);
  const kept = (await change(id, 1, { name: "Summer" })).json.campaign;
  assert.deepEqual([kept.segment.is_gone, kept.name], [true, "Summer"]);
  assert.deepEqual((await api.get(`/api/campaigns/${id}/people`)).json.code, "segment_gone");
  assert.equal((await change(id, 2, { segment: null })).json.campaign.segment, null);
  assert.deepEqual((await api.get(`/api/campaigns/${id}/people`)).json.people, []);
});

test("people of the audience come page by page, there and back, and nobody else does", async () => {
  await customers(Array.from({ length: 47 }, (_, n) => (n % 3 === 2 ? { value_tier: LOW, reason: PRICE } : n === 3 ? { excluded: 5 } : {})));
  const wanted = Array.from({ length: 47 }, (_, n) => n).filter((n) => n % 3 !== 2 && n !== 3).map((n) => `01900000-0000-7000-8000-${String(n + 1).padStart(12, "0")}`);
  const { id } = await add({ segment: "row:high-missing_feature" });
  const page = async (query) => (await api.get(`/api/campaigns/${id}/people?${query}`)).json;
  const ids = ({ people }) => people.map(({ recipient }) => recipient.id);
  const first = await page("limit=12");
  assert.equal(first.meta.previous_cursor, null);
  const second = await page(`limit=12&cursor=${first.meta.next_cursor}`);
  const third = await page(`limit=12&cursor=${second.meta.next_cursor}`);
  assert.equal(third.meta.next_cursor, null);
  assert.deepEqual([...ids(first), ...ids(second), ...ids(third)], wanted);
  const back = await page(`limit=12&cursor=${third.meta.previous_cursor}`);
  assert.deepEqual(ids(back), ids(second));
  assert.deepEqual(ids(await page(`limit=12&cursor=${back.meta.previous_cursor}`)), ids(first));
  assert.deepEqual(ids(await page(`limit=12&cursor=${back.meta.next_cursor}`)), ids(third));
  for (const query of ["limit=0", "limit=21", "cursor=x", "cursor=--1", "cursor=1%20or%201"]) {
    assert.equal((await api.get(`/api/campaigns/${id}/people?${query}`)).status, 422, query);
  }
});

test("each person comes with true facts and with what each step would offer, and nothing is promised", async () => {
  await customers([{ name: "Ada Lovelace" }, { name: "<script>alert(1)</script> {{ 7*7 }}" }, { contact: null, alone: null, margin_back: null, order_back: null }]);
  const owner = await server.api("owner");
  await owner.post("/api/fulfilments", { provider: "task", name: "Our team" });
  const pool = (await owner.post("/api/fulfilments", { provider: "pool", name: "Codes", settings: { depth: 150 } })).json.fulfilment.id;
  await owner.post("/api/code-pools", { fulfilment: pool, codes: "SPRING-1\nSPRING-2" });
  await api.post("/api/improvements", { kind: "feature", title: "Calendars are in step", shipped_on: "2026-02-01", reasons: ["missing_feature"] });
  const { id, draft } = await add({ segment: "row:high-missing_feature" });
  const { people, meta } = (await api.get(`/api/campaigns/${id}/people`)).json;
  assert.equal(meta.today, "2026-03-02");
  const [ada, odd, unscored] = people;
  assert.deepEqual([ada.name, ada.recipient.value, ada.recipient.reason], ["Ada Lovelace", "high", "missing_feature"]);
  const facts = Object.fromEntries(ada.recipient.facts.map(({ key, value }) => [key, value]));
  assert.deepEqual(facts.first_name, { kind: "text", text: "Ada" });
  assert.deepEqual(facts.improvement, { kind: "text", text: "Calendars are in step" });
  assert.ok(ada.recipient.facts.every(({ source }) => source.length > 0));
  assert.deepEqual(ada.promises.map(({ step }) => step), draft.steps.map(({ step }) => step));
  assert.deepEqual(ada.promises.map(({ day }) => day), ["2026-03-02", "2026-03-07", "2026-03-13", "2026-03-20", "2026-03-28"]);
  assert.equal(ada.promises[0].promise, null, "the first message offers nothing");
  const made = ada.promises.filter(({ promise }) => promise);
  assert.ok(made.length > 0, JSON.stringify(ada.promises));
  for (const { day, promise, is_sample } of made) {
    assert.ok(promise.expires > day, "an offer outlives its message");
    assert.equal(promise.code === null, !is_sample);
    assert.ok(promise.code === null || promise.code === "BACK-SAMPLE", "no real code is shown");
  }
  assert.equal(odd.recipient.id, "01900000-0000-7000-8000-000000000002");
  assert.ok(unscored.promises.every(({ promise, why }) => promise !== null || Array.isArray(why)));
  assert.deepEqual(await server.d1("select (select count(*) from codes) + (select count(*) from interventions) + (select count(*) from pool_codes where code is not null) as n"), [{ n: 0 }]);
});

test("a draft with longer pauses moves each message and its expiry", async () => {
  await customers([{}]);
  await (await server.api("owner")).post("/api/fulfilments", { provider: "task", name: "Our team" });
  const { id, draft } = await add({ segment: "row:high-missing_feature" });
  const promises = async () => (await api.get(`/api/campaigns/${id}/people`)).json.people[0].promises;
  const before = await promises();
  await change(id, 1, { draft: edited(draft, ({ steps }) => (steps[1].after_days = 15)) });
  const later = await promises();
  const days = (one, other) => (Date.parse(other) - Date.parse(one)) / 86_400_000;
  assert.deepEqual(later.map(({ day }, n) => days(before[n].day, day)), [0, 10, 10, 10, 10]);
  const offered = later.flatMap(({ promise }, n) => (promise ? [days(before[n].promise.expires, promise.expires)] : []));
  assert.ok(offered.length > 0 && offered.every((moved) => moved === 10), JSON.stringify(offered));
});

const outbox = async () => (await server.seams.outbox()).outbox;
const first = { step: "help", channel: "email" };

test("a test goes to whoever asks, and to no customer", async () => {
  await customers([{ name: "Ada Lovelace" }]);
  const { id, draft } = await add({ segment: "row:high-missing_feature" });
  await change(id, 1, { draft: edited(draft, ({ steps }) => (steps[0].subjects[1] = { by: "own", text: "A question" })) });
  const mia = await server.person({ role: "marketer", email: "mia@example.com", name: "Mia" });
  const recipient = "01900000-0000-7000-8000-000000000001";
  const answer = await mia.post(`/api/campaigns/${id}/test`, { ...first, variant: 1, recipient });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual([answer.json.test.to, answer.json.test.subject, answer.json.test.left_today], ["mia@example.com", "[Test] A question", 19]);
  assert.deepEqual((await outbox()).map(({ recipient, subject }) => [recipient, subject]), [["mia@example.com", "[Test] A question"]]);
  const refusals = [
    [{ ...first, to: "c1@example.com" }, 422], [{ ...first, recipient: uuid7() }, 422], [{ ...first, variant: 2 }, 422],
    [{ ...first, channel: "sms" }, 422], [{ ...first, step: "sixth" }, 422],
  ];
  for (const [body, status] of refusals) {
    assert.equal((await mia.post(`/api/campaigns/${id}/test`, body)).status, status, JSON.stringify(body));
  }
  assert.equal((await api.post(`/api/campaigns/${id}/test`, first)).status, 403, "a program has no address");
  assert.equal((await mia.post(`/api/campaigns/${uuid7()}/test`, first)).status, 404);
  assert.equal((await outbox()).length, 1);

  const owner = await server.person({ role: "owner" });
  assert.equal((await owner.delete(`/api/customers/${recipient}`)).status, 200);
  assert.deepEqual(await server.d1("select subject from outbox where about is not null"), [], "whoever is erased stands in no test either");
});

test("fifty tests at once are twenty, and the next day there are twenty more", async () => {
  const { id } = await add();
  const mia = await server.person({ role: "marketer", email: "mia@example.com", name: "Mia" });
  const answers = await Promise.all(Array.from({ length: 50 }, () => mia.post(`/api/campaigns/${id}/test`, first)));
  const count = (status) => answers.filter((answer) => answer.status === status).length;
  assert.deepEqual([count(201), count(429)], [20, 30]);
  assert.deepEqual(answers.filter(({ status }) => status === 201).map(({ json }) => json.test.left_today).sort((a, b) => a - b), Array.from({ length: 20 }, (_, n) => n));
  assert.equal((await outbox()).length, 20);
  assert.equal((await server.d1("select count(*) as n from audit where action = 'test_sent'"))[0].n, 20);
  const refused = answers.find(({ status }) => status === 429);
  assert.equal(refused.headers.get("retry-after"), String(15 * 3600));
  const max = await server.person({ role: "marketer", email: "max@example.com", name: "Max" });
  assert.equal((await max.post(`/api/campaigns/${id}/test`, first)).status, 201, "each has their own");
  await server.seams.clock("2026-03-03T00:00:00Z");
  const later = await server.person({ role: "marketer", email: "mia@example.com", name: "Mia" });
  const again = await later.post(`/api/campaigns/${id}/test`, first);
  assert.equal(again.json.test?.left_today, 19, again.text);
});

test("the same request twice is one campaign", async () => {
  const key = { "idempotency-key": "one" };
  const answers = [await api.post("/api/campaigns", { name: "Spring" }, key), await api.post("/api/campaigns", { name: "Spring" }, key)];
  assert.equal(answers[0].json.campaign.id, answers[1].json.campaign.id);
  assert.equal((await api.get("/api/campaigns")).json.campaigns.length, 1);
});

test("a campaign that is removed is gone; what was made from an older version removes nothing", async () => {
  const { id } = await add();
  await change(id, 1, { name: "Summer" });
  assert.equal((await api.request("DELETE", `/api/campaigns/${id}`, undefined, { "if-match": '"1"' })).status, 412);
  assert.equal((await api.request("DELETE", `/api/campaigns/${id}`, undefined, { "if-match": '"2"' })).status, 200);
  assert.equal((await api.get(`/api/campaigns/${id}`)).status, 404);
  assert.equal((await api.get(`/api/campaigns/${id}/people`)).status, 404);
});

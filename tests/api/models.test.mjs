// Models: fitted, compared with the one in use, used again, and brought in by a browser.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until, uuid7 } from "../harness.mjs";
import { begin, order, person, ran, send } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";
const LATER = "2026-03-04T09:00:00Z";
const TODAY = Math.floor(Date.parse(NOW) / 86_400_000);
const CUSTOMERS = 900;

let server, api;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  for (const point of (await server.seams.points()).armed) await server.seams.release(point);
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
});

const day = (n) => new Date((TODAY - n) * 86_400_000).toISOString().slice(0, 10);
const mulberry = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
// Two years of customers who buy at random, each as often as they do, until they leave; with `regular` nobody leaves and everybody
// buys every two weeks.
const history = ({ regular = false } = {}) => {
  const random = mulberry(7);
  const exponential = (mean) => -mean * Math.log(1 - random());
  return Array.from({ length: CUSTOMERS }, (_, customer) => {
    const first = 720 - random() * 500;
    if (regular) return Array.from({ length: 20 }, (_, n) => [customer, 2 + (customer % 11) + n * 14]);
    const gap = 15 + exponential(45);
    const gone = Math.max(0, first - exponential(500));
    const days = [[customer, Math.floor(first)]];
    for (let at = first - exponential(gap); at > gone; at -= exponential(gap)) days.push([customer, Math.floor(at)]);
    return days;
  }).flat().map(([customer, ago], at) => order(at + 1, `C-${customer}`, day(ago), 1_000 + (customer % 50) * 20));
};

// In one import, so that the first fit sees all of it.
const load = async (rows, file = "all") => {
  const { id } = await begin(api, "orders", { file });
  const STEP = 2_000;
  for (let at = 0; at < rows.length; at += STEP) {
    const sent = await send(api, id, at / STEP, "orders", rows.slice(at, at + STEP), { last: at + STEP >= rows.length });
    assert.equal(sent.status, 200, sent.text);
  }
};
const settled = () =>
  until(async () => {
    await server.scheduled("* * * * *");
    const [{ n }] = await server.d1("select (select count(*) from wakes) + (select count(*) from leases where cursor <> '{}') + (select count(*) from facets where dirty > 0) as n");
    return n === 0;
  }, "the end of all work", 120_000);
const prepared = async (how) => {
  await load(history(how));
  await settled();
};
const versions = async () => (await api.get("/api/models")).json.versions;
const live = async () => (await versions()).find((version) => version.live);
const upload = (model, card, who = api) => who.request("PUT", "/api/models/risk", { model, card });
const stored = async () => {
  const [{ parameters, card }] = await server.d1("select parameters, card from models where live = 1");
  return [JSON.parse(parameters), JSON.parse(card)];
};
const isHeldBack = (id) => ((BigInt(id) * 2654435761n) / 65536n) % 5n === 0n;

test("a fit takes the place of the prior, the same fit is no new version, and scores say on which they rest", async () => {
  await prepared();
  const [fitted, prior] = await versions();
  assert.deepEqual([fitted.live, fitted.card.basis, fitted.source, fitted.comparison], [true, "fitted", "worker", null]);
  assert.deepEqual([prior.live, prior.card.basis], [false, "prior"]);
  assert.equal(fitted.scores + prior.scores, CUSTOMERS);
  assert.ok(fitted.scores > 0);
  assert.deepEqual((await api.get("/api/models")).json.model, fitted.card);
  const again = await ran(api, "fit");
  assert.deepEqual([again.status, again.counts.unchanged, again.counts.customers], ["done", 1, CUSTOMERS], JSON.stringify(again.counts));
  assert.deepEqual((await versions()).map(({ id }) => id), [fitted.id, prior.id]);
  assert.deepEqual(await server.d1("select * from fit_parts"), []);
});

test("new data give a new model beside its comparison, and one that is worse is refused and kept", async () => {
  // Nobody leaves, and a model that expects nobody to is hard to beat.
  await prepared({ regular: true });
  await server.d1("update models set parameters = json_set(parameters, '$.rhythm.z', 12) where live = 1");
  const before = await live();
  await server.seams.clock(LATER);
  await load([order(900_001, "C-1", day(0), 4_000)], "more");
  const run = await ran(api, "fit");
  const [newest] = await versions();
  assert.ok(newest.comparison.customers > 100, JSON.stringify(newest.comparison));
  assert.deepEqual([run.status, run.counts.refused, newest.live, newest.comparison.accepted], ["done", 1, false, false], JSON.stringify(newest.comparison));
  assert.match(newest.comparison.text, /may be worse/);
  assert.equal((await live()).id, before.id);
  const refused = await api.post(`/api/models/${newest.id}/use`, {});
  assert.deepEqual([refused.status, refused.json.code], [409, "model_refused"]);

  // The next hour does not try again.
  await server.scheduled("17 * * * *");
  assert.equal((await versions())[0].id, newest.id);
});

test("an earlier model is used again, and everybody is scored by it", async () => {
  await prepared();
  const [fitted, prior] = await versions();
  const used = await api.post(`/api/models/${prior.id}/use`, {});
  assert.deepEqual([used.status, used.json.version.live, used.json.version.id], [200, true, prior.id], used.text);
  assert.equal((await api.get("/api/models")).json.model.basis, "prior");
  await until(async () => (await server.scheduled("* * * * *")) && (await server.d1("select 1 from wakes where job = 'rescore'")).length === 0, "everybody is scored again");
  const [{ n }] = await server.d1("select count(*) as n from scores where model_id = (select id from models where live = 1)");
  assert.ok(n > CUSTOMERS / 2, `${n} scores moved`);
  assert.equal((await api.post(`/api/models/${fitted.id}/use`, {})).status, 200);
  assert.equal((await live()).id, fitted.id);
  assert.equal((await api.post(`/api/models/${uuid7()}/use`, {})).status, 404);
  assert.equal((await (await server.api("marketer")).post(`/api/models/${prior.id}/use`, {})).status, 403);
});

test("the card says by which held-out days the forecast was chosen, and estimates come with intervals where it says how sure it is", async () => {
  await prepared();
  const { forecast } = (await live()).card;
  assert.deepEqual([forecast.cut_off, forecast.days], [day(90), 90], JSON.stringify(forecast));
  assert.ok(["MBG/NBD", "Pareto/NBD"].includes(forecast.model), forecast.text);
  assert.deepEqual(forecast.tried.map(({ model }) => model).sort(), ["BG/NBD", "MBG/NBD", "NBD", "Pareto/NBD"]);
  assert.ok(forecast.tried.every(({ customers, log_loss: loss }) => customers === forecast.tried[0].customers && loss > 0));
  const of = async (tier) => {
    const [{ public_id: id }] = await server.d1(`select c.public_id from customers c join facets f on f.customer_id = c.id where f.tier = ${tier} order by c.id limit 1`);
    return (await api.get(`/api/customers/${id}`)).json.customer;
  };
  const within = (figure, [low, high]) => low <= figure && figure <= high;
  const amount = (figure, { low, high }) => within(Number(figure.amount), [Number(low.amount), Number(high.amount)]);
  const diagonal = (size) => JSON.stringify(Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => (row === column ? 0.01 : 0))));
  const rescored = async (change) => {
    await server.d1(`update models set parameters = ${change} where live = 1`);
    await server.d1("insert or replace into wakes (job, due_at) values ('rescore', 0)");
    await settled();
  };
  await rescored(`json_set(parameters, '$.forecast.covariance', json('${diagonal(4)}'), '$.spend_covariance', json('${diagonal(3)}'))`);
  const [healthy, lost] = [await of(0), await of(4)];
  for (const customer of [healthy, lost]) {
    assert.ok(within(customer.p_alive, customer.p_alive_interval), JSON.stringify(customer.p_alive_interval));
    assert.ok(within(customer.expected_orders, customer.expected_orders_interval), JSON.stringify(customer.expected_orders_interval));
    assert.ok(amount(customer.lifetime_value, customer.lifetime_value_interval), JSON.stringify(customer.lifetime_value_interval));
  }
  assert.deepEqual([healthy.second_lifetime_value, healthy.second_lifetime_value_interval], [null, null]);
  assert.ok(amount(lost.second_lifetime_value, lost.second_lifetime_value_interval), JSON.stringify(lost.second_lifetime_value));
  const [row] = (await api.get("/api/customers?tier=lost&limit=1")).json.customers;
  assert.ok(amount(row.lifetime_value, row.lifetime_value_interval), JSON.stringify(row.lifetime_value_interval));

  // A model that does not say how sure it is gives figures without intervals.
  await rescored("json_remove(parameters, '$.forecast', '$.spend_covariance')");
  const unsure = await of(4);
  assert.ok(unsure.expected_orders > 0 && unsure.second_lifetime_value !== null);
  const intervals = ["p_alive_interval", "expected_orders_interval", "lifetime_value_interval", "second_lifetime_value_interval"];
  assert.deepEqual(intervals.map((name) => unsure[name]), [null, null, null, null]);
});

test("a page of one customer tells what its score was made of, also by a model of the past", async () => {
  await prepared();
  const [{ public_id }] = await server.d1("select c.public_id from customers c join facets f on f.customer_id = c.id where f.tier = 0 order by c.id limit 1");
  const { customer } = (await api.get(`/api/customers/${public_id}`)).json;
  assert.ok(customer.peers.customers > 0 && customer.peers.figures.length > 0, JSON.stringify(customer.peers));
  assert.ok("explanation" in customer && "p_return_interval" in customer && "risk_interval" in customer && customer.set_aside === null);

  // Of whoever can leave within 90 days, the parts of the prediction add up to its logit, by whichever model gave the score.
  const explained = async () => {
    const told = [];
    for (const { public_id: id } of await server.d1("select c.public_id from customers c join facets f on f.customer_id = c.id where f.p90 between 500 and 9500 order by c.id limit 10")) {
      const { explanation } = (await api.get(`/api/customers/${id}`)).json.customer;
      if (explanation === null) continue;
      const sum = explanation.parts.reduce((total, { effect }) => total + effect, explanation.base);
      assert.ok(Math.abs(sum - explanation.logit) < 1e-5 && explanation.probability > 0 && explanation.probability < 1, JSON.stringify(explanation));
      told.push(explanation);
    }
    return told;
  };
  const before = await explained();
  assert.ok(before.length > 0, "somebody's score was learned");
  await server.d1("insert into models (name, parameters, card, live, created_at) select 'risk', json_remove(parameters, '$.leaving', '$.returning'), card, 1, created_at from models where live = 1");
  await server.d1("update models set live = 0 where id < (select max(id) from models)");
  assert.deepEqual(await explained(), before, "another model is live, and the scores rest on the one before");
});

test("what a fit reads is walked in pages, without those on whom models are compared", async () => {
  await prepared();
  await server.d1("update shop set plan = 'free'");
  const pages = [];
  let cursor;
  do {
    const answer = await api.get(`/api/models/risk/training${cursor ? `?cursor=${cursor}` : ""}`);
    assert.equal(answer.status, 200, answer.text);
    assert.ok(answer.text.length < 600_000, `${answer.text.length} bytes`);
    pages.push(answer.json.training);
    cursor = answer.json.training.next_cursor;
  } while (cursor);
  assert.ok(pages.length > 2, `${pages.length} pages`);
  assert.equal(pages.flatMap((page) => page.groups).reduce((sum, [, , , customers]) => sum + customers, 0), CUSTOMERS);
  const ids = (await server.d1("select customer_id as id from states")).map(({ id }) => id);
  assert.equal(pages.flatMap((page) => page.sample).length, ids.filter((id) => !isHeldBack(id)).length);
  assert.ok(ids.some(isHeldBack) && ids.filter(isHeldBack).length < ids.length / 3);
  const sampled = JSON.parse(pages[0].sample[0]);
  assert.ok(sampled.state.v > 0 && Array.isArray(sampled.asides) && sampled.held_back === undefined, pages[0].sample[0]);
  assert.deepEqual([pages.at(-1).read, pages.at(-1).total, pages[0].today, pages[0].settings.home], [CUSTOMERS, CUSTOMERS, NOW.slice(0, 10), "USD"]);
  assert.equal((await api.get("/api/models/value/training")).status, 404);
  assert.equal((await api.get("/api/models/risk/training?cursor=x")).status, 422);
  assert.equal((await (await server.api("manager")).get("/api/models/risk/training")).status, 403);
});

test("a model that a browser fitted goes live where it is not worse, and is refused with the reason where it is", async () => {
  await prepared();
  const [model, card] = await stored();
  await server.d1("update shop set plan = 'free'");
  const before = await live();

  // It calls nobody lost and expects nobody to leave.
  const careless = await upload({ ...model, rhythm: { ...model.rhythm, z: 12 } }, card);
  assert.deepEqual([careless.status, Object.keys(careless.json.fields ?? {})], [422, ["model"]], careless.text);
  assert.match(careless.json.fields.model, /may be worse.*held back/);
  assert.equal((await live()).id, before.id);

  const moved = { ...model, thresholds: { ...model.thresholds, early: model.thresholds.early * 0.9 } };
  const accepted = await upload(moved, { ...card, customers: 5, name: "mine", fitted_at: null });
  assert.equal(accepted.status, 200, accepted.text);
  const { version } = accepted.json;
  assert.deepEqual([version.live, version.source, version.card.customers, version.card.name, version.card.fitted_at], [true, "browser", CUSTOMERS, "risk", NOW]);
  assert.ok(version.comparison.accepted && version.comparison.customers > 5 && version.comparison.difference === 0, JSON.stringify(version.comparison));
  await settled();
  assert.deepEqual((await stored())[0].thresholds, moved.thresholds);

  const wrong = [
    [{ ...model, schema: 99 }, card, "model"],
    [{ ...model, rhythm: { ...model.rhythm, within: -1 } }, card, "model"],
    [{ nonsense: true }, card, "model"],
    [{ ...model, home: "EUR" }, card, "model.home"],
    [{ ...model, churn_days: 90 }, card, "model.churn_days"],
    [model, { ...card, basis: "prior" }, "card.basis"],
    [model, { ...card, text: "x".repeat(5_000) }, "card.text"],
  ];
  for (const [badModel, badCard, field] of wrong) {
    const answer = await upload(badModel, badCard);
    assert.deepEqual([answer.status, Object.keys(answer.json.fields ?? {})], [422, [field]], answer.text);
  }
  assert.equal((await upload(model, card, await server.api("marketer"))).status, 403);
  assert.equal((await api.request("PUT", "/api/models/value", { model, card })).status, 404);
});

test("a fit that dies goes on behind the part that it gathered", async () => {
  await prepared();
  await server.d1("update models set parameters = json_set(parameters, '$.rhythm.z', 0.1), card = json_set(card, '$.basis', 'prior') where live = 1");
  await server.seams.arm("fit.gathered");
  const dying = api.post("/api/runs", { job: "fit" });
  await server.seams.reached("fit.gathered");
  assert.equal((await server.d1("select * from fit_parts")).length, 1);
  await server.d1("update leases set expires_at = 1 where name = 'fit'");
  await server.seams.arm("fit.read");
  const next = api.post("/api/runs", { job: "fit" });
  await server.seams.reached("fit.read");
  await server.seams.release("fit.gathered");
  await server.seams.release("fit.read");
  const { run } = (await next).json;
  assert.deepEqual([run.status, run.counts.fitted, run.pages], ["done", 1, 1], "neither the beginning nor the part came again");
  await dying;
  assert.deepEqual(await server.d1("select * from fit_parts"), []);
});

test("a column of the shop's own that foretells who leaves is learned from, told with its value, and sent to a browser without what points at people", async () => {
  const random = mulberry(11);
  const exponential = (mean) => -mean * Math.log(1 - random());
  const plan = (n) => ["Starter", "Pro", "Team"][n % 3];
  const lives = Array.from({ length: CUSTOMERS }, (_, n) => {
    const first = 480 - Math.floor(random() * 350);
    const gone = Math.max(0, first - exponential(plan(n) === "Starter" ? 150 : 3_000));
    const gap = 9 + exponential(8);
    const days = [first];
    for (let at = first - exponential(gap); at > gone; at -= exponential(gap)) days.push(Math.floor(at));
    return days;
  });
  const since = (n) => Date.parse(`${day(lives[n][0] + 1)}T12:00:00Z`);
  const tell = async (rows, file) => {
    const { id } = await begin(api, "customers", { file });
    const sent = await send(api, id, 0, "customers", rows);
    assert.equal(sent.status, 200, sent.text);
  };
  const told = (n, value, updated_at = since(n)) =>
    person(`C-${n}`, `c${n}@example.com`, { traits: { plan: value, "Second e-mail": `second${n}@example.com` }, updated_at });
  await tell(lives.map((_, n) => told(n, plan(n))), "customers");
  await load(lives.flatMap((days, n) => days.map((ago) => [n, ago])).map(([n, ago], at) => order(at + 1, `C-${n}`, day(ago), 2_000)));
  await settled();

  const [model, card] = await stored();
  const { own, columns } = model.leaving.fits[0];
  assert.deepEqual(Object.keys(own.kinds), ["plan"], JSON.stringify(card.validation.tried));
  assert.deepEqual(columns.filter((name) => name.startsWith("trait:")), ["trait:plan=Pro", "trait:plan=Starter", "trait:plan=Team"]);
  assert.ok(card.validation.importance.some(({ code, text }) => code === "trait:plan" && text === "Your own column “plan”"), JSON.stringify(card.validation.importance));
  const triggers = await server.d1("select t.value ->> 'text' as text, t.value ->> 'effect' as effect, c.public_id from scores s join customers c on c.id = s.customer_id, json_each(s.score, '$.triggers') t where t.value ->> 'code' = 'trait:plan'");
  assert.ok(triggers.length > 5, `${triggers.length} triggers`);
  assert.deepEqual([...new Set(triggers.map(({ text }) => text))], ["plan is Starter"]);
  assert.ok(triggers.every(({ effect }) => effect >= 0.2));

  const { customer } = (await api.get(`/api/customers/${triggers[0].public_id}`)).json;
  const { base, parts, logit } = customer.explanation;
  assert.ok(parts.some(({ code, text }) => code === "trait:plan" && text === "plan is Starter"), JSON.stringify(parts));
  assert.ok(Math.abs(parts.reduce((sum, { effect }) => sum + effect, base) - logit) < 1e-5, JSON.stringify(customer.explanation));

  const page = (await api.get("/api/models/risk/training")).json.training;
  const sampled = page.sample.map((text) => JSON.parse(text).state.own);
  assert.ok(sampled.length > 100 && sampled.every((traits) => Object.keys(traits).join() === "plan" && traits.plan.length === 1), page.sample[0]);

  // A later row scores its customer again, an older one changes nothing that is shown.
  const [{ id, external_id: external, score: before }] = await server.d1("select c.id, c.external_id, s.score from customers c join scores s on s.customer_id = c.id where c.public_id = ?1", triggers[0].public_id);
  const n = Number(external.slice(2));
  await tell([told(n, "Pro", Date.parse(NOW) - 3_600_000)], "later");
  await tell([told(n, "Team", since(n) - 86_400_000)], "older");
  await settled();
  const [after] = await server.d1("select c.traits ->> '$.plan' as plan, c.traits_at ->> '$.plan' as since, c.traits_earlier -> '$.plan' as earlier, s.score from customers c join scores s on s.customer_id = c.id where c.id = ?1", id);
  assert.deepEqual([after.plan, after.since], ["Pro", Date.parse(NOW) - 3_600_000]);
  assert.deepEqual(JSON.parse(after.earlier), [[since(n) - 86_400_000, "Team"], [since(n), "Starter"]]);
  assert.ok(JSON.parse(after.score).risk.p90 < JSON.parse(before).risk.p90, `${after.score} ${before}`);
});

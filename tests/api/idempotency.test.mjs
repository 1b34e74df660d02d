// A POST that is sent again happens once: keys, replays, and what nobody may learn from them.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { sha256, start, until } from "../harness.mjs";
import { options } from "../rows.mjs";

const NOW = "2026-03-02T09:00:00Z";

let server, api;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
});

const file = (name) => ({ file_name: name, file_size: name.length, file_digest: sha256(name), options: options("orders") });
const begin = (client, name, key) => client.post("/api/imports?kind=orders", file(name), { "idempotency-key": key });
const count = async (table) => (await server.d1(`select count(*) as n from ${table}`))[0].n;
const kept = () => server.d1("select principal, key, status, body from idempotency order by principal, key");

test("twenty equal requests at once make one import, and all are told of it", async () => {
  // A stored body starts a new import each time it comes without a digest of its own.
  const send = () => api.post("/api/imports?kind=orders", "order_id,customer_id,date,amount\n1,1,2026-01-01,5\n", { "content-type": "text/csv", "idempotency-key": "twenty" });
  const answers = await Promise.all(Array.from({ length: 20 }, send));
  const through = answers.filter((answer) => answer.status === 202 && answer.headers.get("idempotency-replayed") === null);
  assert.equal(through.length, 1);
  for (const answer of answers) {
    if (answer.status === 202) assert.equal(answer.json.import.id, through[0].json.import.id);
    else assert.deepEqual([answer.status, answer.json.code, answer.headers.get("retry-after")], [409, "idempotency_key_at_work", "2"]);
  }
  assert.equal(await count("imports"), 1);
  const later = await send();
  assert.deepEqual([later.status, later.headers.get("idempotency-replayed"), later.text], [202, "true", through[0].text]);
  assert.equal(await count("imports"), 1);
  assert.equal((await server.d1("select count(*) as n from audit where action = 'import_started'"))[0].n, 1);
  await send();
  assert.equal((await api.post("/api/imports?kind=orders", "order_id,customer_id,date,amount\n1,1,2026-01-01,5\n", { "content-type": "text/csv" })).status, 202);
  assert.equal(await count("imports"), 2, "without a key it is another one");
});

test("the same key with another body, query or address is refused and does nothing", async () => {
  assert.equal((await begin(api, "a.csv", "k")).status, 201);
  const others = [
    await begin(api, "b.csv", "k"),
    await api.post("/api/imports?kind=orders&dry_run=false", file("a.csv"), { "idempotency-key": "k" }),
    await api.post("/api/runs", { job: "prune" }, { "idempotency-key": "k" }),
  ];
  for (const other of others) assert.deepEqual([other.status, other.json.code], [422, "idempotency_key_reused"]);
  assert.equal(await count("imports"), 1);
  assert.equal(await count("runs"), 0);
});

test("a key belongs to its sender", async () => {
  const other = await server.api("marketer");
  const somebody = await server.person({ role: "manager" });
  assert.equal((await begin(api, "a.csv", "k")).status, 201);
  for (const client of [other, somebody]) {
    const answer = await begin(client, "b.csv", "k");
    assert.ok([200, 201].includes(answer.status), answer.text);
    assert.deepEqual([answer.headers.get("idempotency-replayed"), answer.json.import.file_name], [null, "b.csv"]);
  }
  const principals = (await kept()).map((row) => row.principal.split(":")[0]);
  assert.deepEqual(principals, ["person", "token", "token"]);
});

test("a key is free again after a refusal, and after a day", async () => {
  const refused = await api.post("/api/runs", { job: "dance" }, { "idempotency-key": "k" });
  assert.equal(refused.status, 422);
  assert.deepEqual(await kept(), []);
  const first = await api.post("/api/runs", { job: "prune" }, { "idempotency-key": "k" });
  assert.equal(first.status, 200);
  const again = await api.post("/api/runs", { job: "prune" }, { "idempotency-key": "k" });
  assert.deepEqual([again.text, again.headers.get("idempotency-replayed")], [first.text, "true"]);

  await server.seams.clock("2026-03-03T08:59:59Z");
  assert.equal((await api.post("/api/runs", { job: "prune" }, { "idempotency-key": "k" })).json.run.id, first.json.run.id);
  await server.seams.clock("2026-03-03T09:00:00Z");
  const next = await api.post("/api/runs", { job: "prune" }, { "idempotency-key": "k" });
  assert.equal(next.headers.get("idempotency-replayed"), null);
  assert.notEqual(next.json.run.id, first.json.run.id);
});

test("a request at work holds its key, and one that broke off asks to look before it is done again", async () => {
  await server.seams.arm("idempotency.reserved");
  const held = begin(api, "a.csv", "k");
  await server.seams.reached("idempotency.reserved");
  const meanwhile = await begin(api, "a.csv", "k");
  assert.deepEqual([meanwhile.status, meanwhile.json.code], [409, "idempotency_key_at_work"]);
  await server.seams.clock("2026-03-02T09:01:00Z");
  const unknown = await begin(api, "a.csv", "k");
  assert.deepEqual([unknown.status, unknown.json.code], [409, "idempotency_unknown"]);
  assert.match(unknown.json.detail, /new key/);
  assert.equal(await count("imports"), 0);
  // The first one was only slow: its answer counts from now on.
  await server.seams.release("idempotency.reserved");
  assert.equal((await held).status, 201);
  assert.equal((await begin(api, "a.csv", "k")).headers.get("idempotency-replayed"), "true");
});

test("after a failure on our side nothing is done a second time", async () => {
  await server.d1("create trigger broken before insert on imports begin select raise(abort, 'no such luck'); end");
  try {
    assert.equal((await begin(api, "a.csv", "k")).status, 500);
  } finally {
    await server.d1("drop trigger broken");
  }
  const again = await begin(api, "a.csv", "k");
  assert.deepEqual([again.status, again.json.code], [409, "idempotency_unknown"]);
  assert.equal(await count("imports"), 0);
  assert.equal((await begin(api, "a.csv", "other")).status, 201);
});

test("secrets are shown once and stored nowhere", async () => {
  const owner = await server.person({ role: "owner" });
  const body = { name: "Warehouse", permissions: ["view"] };
  const made = await owner.post("/api/tokens", body, { "idempotency-key": "t" });
  assert.equal(made.status, 201, made.text);
  const { secret, ...token } = made.json.token;
  assert.match(secret, /^rk_/);
  const again = await owner.post("/api/tokens", body, { "idempotency-key": "t" });
  assert.deepEqual([again.status, again.json.token], [201, token]);
  const link = await owner.post(`/api/people/${owner.id}/link`, undefined, { "idempotency-key": "l", "content-type": "application/json" });
  assert.equal(link.status, 201, link.text);
  const opened = link.json.link.address.split("#")[1];
  const stored = JSON.stringify(await kept());
  assert.ok(!stored.includes(secret) && !stored.includes(opened), stored);
  assert.equal((await server.d1("select count(*) as n from tokens where name = 'Warehouse'"))[0].n, 1);
});

test("a key that no header can hold well is refused, and other methods need none", async () => {
  for (const key of ["a b", "x".repeat(256), "ä"]) {
    const answer = await server.request("POST", "/api/runs", { job: "prune" }, { authorization: `Bearer ${await server.token("owner")}`, "idempotency-key": key });
    assert.deepEqual([answer.status, answer.json.code], [400, "idempotency_key"], key);
  }
  await api.get("/api/shop", { "idempotency-key": "k" });
  await api.patch("/api/shop", { name: "Tea" }, { "idempotency-key": "k" });
  assert.deepEqual(await kept(), []);
  assert.equal(await count("runs"), 0);
});

test("stored answers are dropped after a day", async () => {
  await begin(api, "a.csv", "old");
  await server.seams.clock("2026-03-03T12:00:00Z");
  await begin(api, "b.csv", "young");
  await until(async () => {
    await server.scheduled("17 * * * *");
    return (await kept()).length === 1;
  }, "the hourly job");
  assert.deepEqual((await kept()).map((row) => row.key), ["young"]);
});

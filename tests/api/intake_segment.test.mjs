// Segment's HTTP API: its paths, limits and answers, and each message in the inbox once.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";

import { contracts, sha256, start, until } from "../harness.mjs";
import * as sources from "../sources.mjs";

const NOW = "2026-11-22T09:00:00Z";
const DAY = 86_400_000;

let server, api, source;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await sources.apart(server);
  await server.seams.clock(NOW);
  api = await server.api("owner");
  source = await connect("segment");
});

const { basic } = sources;
const connect = (kind, more) => sources.connect(api, kind, more);
const counts = (of = source) => sources.counts(api, of);
const push = (target, body, headers = basic(source.write_key)) => server.request("POST", target, body, headers);
const inbox = () => server.d1("select i.key, i.topic, i.body, i.received_at, i.sent_at, s.public_id as source from inbox i join sources s on s.id = i.source order by i.id");

test("each call and its short form is answered as Segment answers, and stored as it came", async () => {
  const types = ["identify", "track", "page", "screen", "group", "alias"];
  for (const type of types) {
    for (const target of [`/v1/${type}`, `/v1/${type[0]}`]) {
      const answer = await push(target, { messageId: target, userId: "u1" });
      assert.deepEqual([answer.status, answer.json], [200, { success: true }], target);
    }
  }
  const rows = await inbox();
  assert.deepEqual(rows.map((row) => [row.key, row.topic]), types.flatMap((type) => [[`/v1/${type}`, type], [`/v1/${type[0]}`, type]]));
  assert.deepEqual(rows[0], {
    key: "/v1/identify", topic: "identify", body: '{"messageId":"/v1/identify","userId":"u1"}',
    received_at: Date.parse(NOW), sent_at: null, source: source.id,
  });
});

test("a message costs one write, and nothing more where the job is awake or the message is known", async () => {
  // The job stands still, so that it answers no wake meanwhile.
  await server.d1("insert into leases (name, epoch, token, expires_at, cursor) values ('intake', 1, 'somebody', 9e15, '{}')");
  await push("/v1/track", { messageId: "the copy of the sources is read" });
  await server.d1("insert into wakes (job, due_at) values ('intake', 0) on conflict (job) do update set due_at = 0");
  const awake = (await push("/v1/track", { messageId: "m1" })).meter;
  assert.deepEqual([awake.queries, awake.rows_written], [1, 2], "a row and its key");
  const known = (await push("/v1/track", { messageId: "m1" })).meter;
  assert.deepEqual([known.queries, known.rows_written], [1, 0]);
});

test("what comes again is stored once, and counted", async () => {
  for (let n = 0; n < 3; n += 1) assert.equal((await push("/v1/track", { messageId: "m1", event: "A" })).status, 200);
  await push("/v1/batch", { batch: [{ type: "track", messageId: "m1" }, { type: "track", messageId: "m2" }, { type: "track", messageId: "m2" }] });
  assert.deepEqual((await inbox()).map((row) => row.key), ["m1", "m2"]);
  assert.deepEqual(await counts(), { duplicate: 4, rejected: {} });
  await until(async () => (await server.d1("select sum(n) as n from source_counts c join sources s on s.id = c.source where outcome = 'duplicate' and s.public_id = ?1", source.id))[0].n === 4, "the counts are written down");
  assert.deepEqual(await counts(), { duplicate: 4, rejected: {} }, "and not twice");
});

test("two sources may use the same ids", async () => {
  const other = await connect("segment");
  await push("/v1/track", { messageId: "m1" });
  await push("/v1/track", { messageId: "m1" }, basic(other.write_key));
  assert.deepEqual((await inbox()).map((row) => row.source), [source.id, other.id]);
});

test("the key may come in the body, and is not stored with it", async () => {
  const { write_key: writeKey } = source;
  assert.equal((await push("/v1/track", { writeKey, messageId: "one" }, {})).status, 200);
  assert.equal((await push("/v1/batch", { writeKey, batch: [{ type: "track", messageId: "two", writeKey }] }, {})).status, 200);
  assert.deepEqual((await inbox()).map((row) => row.key), ["one", "two"]);
  assert.ok(!JSON.stringify(await inbox()).includes(writeKey));
});

test("a body is JSON whatever its content type says, and gzip whatever its headers say", async () => {
  const body = (messageId) => JSON.stringify({ batch: [{ type: "track", messageId }], sentAt: "2026-11-22T08:59:58.000Z" });
  for (const [name, headers, bytes] of [
    ["form", { "content-type": "application/x-www-form-urlencoded" }, body("form")],
    ["text", { "content-type": "text/plain" }, body("text")],
    ["gzip as form", { "content-type": "application/x-www-form-urlencoded", "content-encoding": "gzip" }, gzipSync(body("gzip as form"))],
    ["gzip unnamed", { "content-type": "application/json" }, gzipSync(body("gzip unnamed"))],
  ]) {
    const answer = await push("/v1/batch", bytes, { ...basic(source.write_key), ...headers });
    assert.equal(answer.status, 200, `${name}: ${answer.text}`);
  }
  const rows = await inbox();
  assert.deepEqual(rows.map((row) => row.key), ["form", "text", "gzip as form", "gzip unnamed"]);
  assert.ok(rows.every((row) => row.sent_at === Date.parse("2026-11-22T08:59:58Z")));
});

test("numbers beyond 2^53 and prices stay digit for digit", async () => {
  const raw = '{"messageId":"m","type":"track","properties":{"order_id":90071992547409931,"total":0.10,"tiny":1e-400,"text":"\\u0000é"}}';
  await push("/v1/track", raw);
  await push("/v1/batch", `{"batch":[${raw.replace('"m"', '"n"')}]}`);
  const [one, two] = await inbox();
  assert.deepEqual([one.body, two.body], [raw, raw.replace('"m"', '"n"')]);
});

test("limits are Segment's: 32 KB a message, 500 KB and 2,500 messages a batch", async () => {
  const sized = (bytes) => JSON.stringify({ messageId: "m", x: "" }).replace('""', `"${"x".repeat(bytes - 24)}"`);
  assert.equal(sized(32_768).length, 32_768);
  assert.equal((await push("/v1/track", sized(32_768))).status, 200);
  const large = await push("/v1/track", sized(32_769));
  assert.deepEqual([large.status, large.json.code], [400, "too_large"]);
  const many = (n) => ({ batch: Array.from({ length: n }, (_, i) => ({ type: "track", messageId: `b${i}` })) });
  assert.equal((await push("/v1/batch", many(2_500))).status, 200);
  assert.equal((await push("/v1/batch", many(2_501))).status, 400);
  const heavy = { batch: Array.from({ length: 20 }, (_, i) => ({ type: "track", messageId: `h${i}`, x: "x".repeat(26_000) })) };
  assert.equal((await push("/v1/batch", heavy)).status, 400);
  assert.equal((await inbox()).length, 1 + 2_500);
  assert.deepEqual((await counts()).rejected, { too_large: 3 });
});

test("a bad message of a batch loses none of the good ones, and a batch without a good one is refused", async () => {
  const mixed = await push("/v1/batch", { batch: [{ type: "track", messageId: "1" }, 7, null, { messageId: "no type" }, { type: "page", messageId: "2" }] });
  assert.equal(mixed.status, 200);
  assert.deepEqual((await inbox()).map((row) => row.key), ["1", "2"]);
  assert.equal((await push("/v1/batch", { batch: [7] })).status, 400);
  assert.equal((await push("/v1/batch", { batch: [] })).status, 200, "nothing is nothing wrong");
  assert.deepEqual((await counts()).rejected, { bad_json: 4 });
});

test("what is no JSON, too deep, too large or a bomb is refused and counted", async () => {
  for (const [what, body, status, code] of [
    ["no JSON", "{", 400, "bad_json"],
    ["no object", "[1]", 400, "bad_json"],
    ["not UTF-8", new Uint8Array([0x22, 0xff, 0x22]), 400, "bad_json"],
    ["too deep", `{"a":${"[".repeat(32)}${"]".repeat(32)}}`, 400, "too_deep"],
    ["open brackets", "[".repeat(200_000), 400, "too_deep"],
    ["over a megabyte", "x".repeat(1_000_001), 413, "too_large"],
    ["a bomb", gzipSync(Buffer.alloc(9_000_000)), 400, "gzip_ratio"],
    ["a broken-off gzip", gzipSync('{"a":1}').subarray(0, 20), 400, "gzip_damaged"],
  ]) {
    const answer = await push("/v1/track", body);
    assert.deepEqual([answer.status, answer.json.code], [status, code], what);
  }
  assert.deepEqual(await inbox(), []);
  assert.deepEqual((await counts()).rejected, { bad_json: 7, too_large: 1 });
});

test("an unknown, revoked or other key is nobody's", async () => {
  const stripe = await connect("stripe", { secrets: ["whsec_test"] });
  for (const headers of [{}, basic("wrong"), basic(""), basic("whsec_test"), basic(stripe.id), { authorization: `Bearer ${source.write_key}` }]) {
    const answer = await push("/v1/track", { messageId: "m" }, headers);
    assert.deepEqual([answer.status, answer.json.code], [401, "unknown_key"]);
  }
  const old = source.write_key;
  const next = (await api.patch(`/api/sources/${source.id}`, { write_key: "new" })).json.source.write_key;
  assert.equal((await push("/v1/track", { messageId: "old" }, basic(old))).status, 200, "both are good until one is revoked");
  await api.patch(`/api/sources/${source.id}`, { write_key: "revoke" });
  assert.equal((await push("/v1/track", { messageId: "late" }, basic(old))).status, 401);
  assert.equal((await push("/v1/track", { messageId: "new" }, basic(next))).status, 200);
  assert.deepEqual((await inbox()).map((row) => row.key), ["old", "new"]);
  assert.deepEqual((await counts()).rejected, { unknown_key: 1 });
});

test("a paused source tells the sender to come again, and a removed one is gone", async () => {
  await api.patch(`/api/sources/${source.id}`, { paused: true });
  const paused = await push("/v1/track", { messageId: "m" });
  assert.deepEqual([paused.status, paused.json.code, paused.headers.get("retry-after")], [503, "paused", "600"]);
  assert.deepEqual((await counts()).rejected, { paused: 1 });
  await api.patch(`/api/sources/${source.id}`, { paused: false });
  assert.equal((await push("/v1/track", { messageId: "m" })).status, 200);
  await api.delete(`/api/sources/${source.id}`);
  assert.equal((await push("/v1/track", { messageId: "n" })).status, 401);
  assert.equal((await inbox()).length, 1);
});

test("an event from before any day that is kept is refused by the sender's own clock", async () => {
  const at = (days) => new Date(Date.parse(NOW) - days * DAY).toISOString();
  assert.equal((await push("/v1/track", { messageId: "young", timestamp: at(179) })).status, 200);
  const old = await push("/v1/track", { messageId: "old", timestamp: at(182) });
  assert.deepEqual([old.status, old.json.code], [400, "too_old"]);
  assert.equal((await push("/v1/identify", { messageId: "who", timestamp: at(900) })).status, 200, "who somebody is does not grow old");
  assert.equal((await push("/v1/track", { messageId: "slow clock", timestamp: at(182), sentAt: at(182) })).status, 200);
  assert.deepEqual((await counts()).rejected, { too_old: 1 });
});

test("pages of other origins may push, and read the answer, here and nowhere else", async () => {
  const origin = "https://www.example.com";
  for (const target of ["/v1/t", "/v1/b"]) {
    const asked = await server.request("OPTIONS", target, undefined, {
      origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type,x-retry-count",
    });
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get("access-control-allow-origin"), "*");
    assert.equal(asked.headers.get("access-control-allow-methods"), "POST");
    for (const name of ["authorization", "content-type", "x-retry-count"]) assert.ok(asked.headers.get("access-control-allow-headers").includes(name));
  }
  for (const body of [{ messageId: "m" }, "{"]) {
    assert.equal((await push("/v1/t", body, { ...basic(source.write_key), origin })).headers.get("access-control-allow-origin"), "*");
  }
  assert.equal((await push("/v1/t", {}, { origin })).headers.get("access-control-allow-origin"), "*", "a refusal as well");
  for (const target of ["/api/sources", "/v1/x"]) {
    const asked = await server.request("OPTIONS", target, undefined, { origin });
    assert.equal(asked.headers.get("access-control-allow-origin"), null, target);
  }
  assert.equal((await server.request("GET", "/v1/track")).status, 405);
});

test("a page's key acts for nobody whom the shop does not vouch for", async () => {
  const page = await connect("browser");
  assert.ok(page.secret.length >= 40, "made for the shop's server");
  const user_hash = createHmac("sha256", page.secret).update("u1").digest("hex");
  const by = (body, key = page.write_key) => push("/v1/batch", { batch: [body] }, basic(key));
  assert.equal((await by({ type: "track", messageId: "1", anonymousId: "a" })).status, 200);
  assert.equal((await by({ type: "identify", messageId: "2", userId: "u1", context: { user_hash } })).status, 200);
  for (const forged of [
    { type: "identify", userId: "u1", traits: { email: "evil@example.com" } },
    { type: "identify", userId: "u2", context: { user_hash } },
    { type: "track", userId: "u1", event: "Order Completed", context: { user_hash: "00".repeat(32) } },
    { type: "alias", userId: "u2", previousId: "u1" },
    { type: "alias", userId: "u2", previousId: "u1", context: { user_hash } },
    { type: "group", userId: "u1", groupId: "acme", context: { user_hash } },
    { type: "group", anonymousId: "a", groupId: "acme" },
  ]) {
    const answer = await by({ messageId: "forged", ...forged });
    assert.deepEqual([answer.status, answer.json.code], [403, "forbidden"], JSON.stringify(forged));
  }
  assert.deepEqual((await inbox()).map((row) => row.key), ["1", "2"]);
  assert.deepEqual((await counts(page)).rejected, { forbidden: 7 });
  assert.equal((await push("/v1/identify", { messageId: "3", userId: "u1" })).status, 200, "a server's key may");
});

test("a page's key counts only from the pages that its settings name", async () => {
  const page = await connect("browser", { settings: { origins: ["https://www.example.com"] } });
  const from = (origin) => push("/v1/track", { messageId: `${origin}`, anonymousId: "a" }, { ...basic(page.write_key), ...(origin && { origin }) });
  assert.equal((await from("https://www.example.com")).status, 200);
  for (const origin of ["https://evil.test", "http://www.example.com", "null", undefined]) {
    assert.equal((await from(origin)).status, 403, origin);
  }
  assert.equal((await inbox()).length, 1);
});

test("where the database refuses, the sender is told to try again", async () => {
  await server.d1("create trigger busy before insert on inbox begin select raise(abort, 'D1 DB is overloaded'); end");
  try {
    const answer = await push("/v1/track", { messageId: "m" });
    assert.deepEqual([answer.status, answer.json.code, answer.headers.get("retry-after")], [503, "busy", "5"]);
  } finally {
    await server.d1("drop trigger busy");
  }
  await server.d1("create trigger spent before insert on inbox begin select raise(abort, 'exceeded its daily row write limit'); end");
  try {
    const answer = await push("/v1/track", { messageId: "m" });
    assert.deepEqual([answer.status, answer.json.code], [503, "daily_limit"]);
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
  } finally {
    await server.d1("drop trigger spent");
  }
  assert.equal((await push("/v1/track", { messageId: "m" })).status, 200);
});

test("a source that has sent its day's messages waits for the next day, others do not", async () => {
  const small = await connect("segment", { settings: { daily_messages: 3 } });
  const batch = (n, of) => push("/v1/batch", { batch: Array.from({ length: n }, (_, i) => ({ type: "track", messageId: `${of.id}${n}${i}` })) }, basic(of.write_key));
  assert.equal((await batch(2, small)).status, 200);
  assert.equal((await batch(4, small)).status, 200, "the batch that begins before the end is taken whole");
  const over = await batch(1, small);
  assert.deepEqual([over.status, over.json.code, over.headers.get("retry-after")], [429, "too_many_requests", String(15 * 3600)]);
  assert.equal((await batch(1, source)).status, 200);
  await server.seams.clock("2026-11-23T00:00:01Z");
  assert.equal((await batch(1, small)).status, 200);
  assert.deepEqual((await counts(small)).rejected, { too_many: 1 });
});

test("every sample of Segment's clients is accepted, and once when sent three times", { skip: contracts("segment").skip }, async () => {
  const { folder } = contracts("segment");
  let sent = 0;
  for (const file of readdirSync(folder)) {
    const sample = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
    const body = sample.body ?? sample.body_after_gunzip ?? sample;
    const moved = JSON.parse(JSON.stringify(body), (name, value) => (/^(timestamp|originalTimestamp|sentAt|receivedAt)$/.test(name) ? NOW : value));
    const type = body.batch ? "batch" : body.type ?? file.split(/[-.]/)[0].replace("common", "track");
    const bytes = sample.headers?.["content-encoding"] === "gzip" ? gzipSync(JSON.stringify(moved)) : JSON.stringify(moved);
    for (let n = 0; n < 3; n += 1) {
      const answer = await push(`/v1/${type}`, bytes, { ...sample.headers, ...basic(source.write_key) });
      assert.equal(answer.status, 200, `${file}: ${answer.text}`);
    }
    sent += body.batch?.length ?? 1;
  }
  assert.equal((await inbox()).length, sent);
  assert.ok(sent >= 18, `${sent}`);
  assert.deepEqual(await counts(), { duplicate: 2 * sent, rejected: {} });
});

test("keys are stored as hashes", async () => {
  const rows = await server.d1("select key_hash, hint from write_keys");
  assert.deepEqual(rows, [{ key_hash: sha256(source.write_key), hint: source.write_key.slice(-4) }]);
});

// Files at addresses: fetched when they are due, imported where they are new, and told about where they cannot be read.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";

import { start, until } from "../harness.mjs";
import { connect, file, files, orders } from "../pulls.mjs";
import { counts, ran } from "../rows.mjs";
import { apart } from "../sources.mjs";

const NOW = "2026-03-02T09:00:00Z";
const HOUR = 3_600_000;

let server, api, local;
const elsewhere = {};
before(async () => {
  local = await files();
  const outside = (host) => ({ [host]: (request) => elsewhere[host](request) });
  server = await start({ now: NOW, outside: { ...local.outside, ...outside("files.example"), ...outside("mirror.example") } });
});
after(async () => {
  await server.stop();
  await local.stop();
});
beforeEach(async () => {
  await server.reset();
  await apart(server);
  local.clear();
  await server.seams.clock(NOW);
  api = await server.api("owner");
});

const at = (hours) => server.seams.clock(new Date(Date.parse(NOW) + hours * HOUR).toISOString());
const pulled = async () => {
  const run = await ran(api, "pull");
  await ran(api, "import");
  return run;
};
const found = async (source) => (await api.get(`/api/sources/${source.id}`)).json.source;
const imports = async () => (await api.get("/api/imports")).json.imports;
const stored = async (table = "orders") => (await server.d1(`select count(*) as n from ${table}`))[0].n;
const known = () => server.d1("select external_id, amount from orders order by external_id");

test("a file is fetched, imported under its source, and asked for again when its hours are over", async () => {
  local.serve("/out/orders.csv", file(orders(3)));
  const source = await connect(api, { url: local.url("/out/orders.csv?token=1"), every_hours: 6 });
  assert.deepEqual([source.kind, source.status, source.address, source.next_pull_at], ["pull", "waiting", "", NOW]);
  await pulled();
  const [one] = await imports();
  assert.deepEqual([one.kind, one.status, one.file_name, ...counts(one)], ["orders", "done", "orders.csv", 3, 3, 0, 0]);
  const [{ id }] = await server.d1("select id from sources where public_id = ?1", source.id);
  assert.deepEqual(await server.d1("select distinct source from orders"), [{ source: id }]);
  const now = await found(source);
  assert.deepEqual([now.status, now.received_at, now.error, now.next_pull_at, now.version], ["live", NOW, undefined, "2026-03-02T15:00:00Z", 1]);

  await at(5.9);
  await server.scheduled("17 * * * *");
  assert.equal(local.asked.length, 1, "not due yet");
  local.serve("/out/orders.csv", file(orders(4)));
  await at(6);
  await server.scheduled("17 * * * *");
  await ran(api, "import");
  assert.equal(local.asked.length, 2);
  assert.deepEqual(counts((await imports())[0]), [4, 1, 3, 0], "only what is new or changed is stored");
});

test("a file that did not change is not imported again, whether the server says so or its content does", async () => {
  local.serve("/tagged.csv", (request, response) => {
    if (request.headers["if-none-match"] === '"v1"') return response.writeHead(304).end();
    return file(orders(2), { etag: '"v1"' })(request, response);
  });
  local.serve("/dated.csv", (request, response) => {
    const when = "Mon, 02 Mar 2026 08:00:00 GMT";
    if (request.headers["if-modified-since"] === when) return response.writeHead(304).end();
    return file(orders(2), { "last-modified": when })(request, response);
  });
  local.serve("/plain.csv", file(orders(2)));
  const sources = [];
  for (const path of ["/tagged.csv", "/dated.csv", "/plain.csv"]) sources.push(await connect(api, { url: local.url(path) }));
  await pulled();
  assert.equal((await imports()).length, 3);
  await at(24);
  const run = await pulled();
  assert.equal(run.counts.unchanged, 3);
  assert.equal((await imports()).length, 3);
  for (const source of sources) {
    const now = await found(source);
    assert.deepEqual([now.received_at, now.next_pull_at], [NOW, "2026-03-04T09:00:00Z"]);
  }
});

test("gzip, JSON Lines and both are read by their content, whatever their headers say", async () => {
  const lines = [
    { order_id: "O-1", customer: { id: "C-1", email: "ada@example.com" }, date: "2026-01-18", amount: 12.5, currency: "EUR", items: ["Tea", "Pot"] },
    { order_id: "O-2", customer: { id: "C-2", email: "ben@example.com" }, date: "2026-01-19", amount: "7.00", currency: "EUR" },
  ].map((line) => JSON.stringify(line)).join("\n");
  const mapping = { customer_id: "customer.id", email: "customer.email" };
  for (const [path, body, columns] of [["/a.csv.gz", gzipSync(orders(2)), {}], ["/b.jsonl", lines, mapping], ["/c.gz", gzipSync(lines), mapping]]) {
    await server.d1("delete from orders");
    local.serve(path, file(body, { "content-type": "application/octet-stream" }));
    await connect(api, { url: local.url(path), columns });
    await pulled();
    assert.equal(await stored(), 2, path);
  }
  assert.deepEqual(await known(), [{ external_id: "O-1", amount: 1250 }, { external_id: "O-2", amount: 700 }]);
  const people = await server.d1("select value from identities where kind = 'email' order by value");
  assert.ok(["ada@example.com", "ben@example.com"].every((email) => people.some(({ value }) => value === email)));
});

test("a line of JSON that is broken is refused alone, with what it held", async () => {
  const line = (n) => JSON.stringify({ order_id: `O-${n}`, customer_id: `C-${n}`, date: "2026-01-18", amount: 5 });
  local.serve("/a.jsonl", file(`${line(1)}\n{"order_id": "O-2", "amo\n${line(3)}\n`));
  await connect(api, { url: local.url("/a.jsonl") });
  await pulled();
  const [one] = await imports();
  assert.deepEqual(counts(one), [3, 2, 0, 1]);
  const rejected = (await api.get(`/api/imports/${one.id}/rejected.csv`)).text;
  assert.match(rejected, /O-2/);
});

test("what is no table is told in words that say what to do", async () => {
  for (const [path, handler, words] of [
    ["/page", file("\n<!doctype html><html><body>Sign in SECRET</body></html>", { "content-type": "text/html" }), /web page .* sign-in/],
    ["/empty", file(""), /is empty/],
    ["/list", file('[{"order_id": 1}]'), /JSON Lines/],
    ["/book.xlsx", file(Buffer.from("PK\u0003\u0004rest")), /Excel workbook/],
    ["/gone", (_, response) => response.writeHead(404).end("SECRET"), /no file at the address .*404/],
    ["/closed", (_, response) => response.writeHead(401).end("SECRET"), /401.*token/],
    ["/other", file("order_id,who,when,SUM\n1,2,3,4\n"), /no column is chosen for: Order date.*order_id,who,when,SUM/],
    ["/bomb", file(gzipSync(Buffer.alloc(200_000_000))), /100 times/],
    ["/ill", (_, response) => response.writeHead(503).end(), /503.*again by itself/],
    ["/broken", (_, response) => response.writeHead(200, { "content-length": 100 }).write("order_id,", () => response.destroy()), /broke off|reached|falls silent/],
  ]) {
    local.serve(path, handler);
    const source = await connect(api, { url: local.url(path) });
    await pulled();
    const now = await found(source);
    assert.match(now.error ?? "none", words, path);
    assert.ok(!now.error.includes("SECRET"), "what an address says is shown to nobody");
    assert.equal(now.status, "waiting");
  }
  assert.deepEqual(await imports(), []);
  assert.equal(await stored("import_chunks"), 0);
});

test("columns go by their names: in another order they are found, a person's choice goes before the guess, and what is missing is named", async () => {
  local.serve("/a.csv", file("total,placed,who\n12.00,2026-01-18,C-1\n"));
  const columns = { amount: "Total", date: "placed", customer_id: "who" };
  const source = await connect(api, { url: local.url("/a.csv"), columns });
  await pulled();
  assert.equal(await stored(), 1);
  local.serve("/a.csv", file("who,placed,net,total\nC-2,2026-01-19,9.00,10.00\n"));
  await at(24);
  await pulled();
  assert.deepEqual((await server.d1("select amount from orders order by amount")).map(({ amount }) => amount), [1000, 1200]);
  local.serve("/a.csv", file("who,placed,sum\nC-2,2026-01-19,9.00\n"));
  await at(48);
  await pulled();
  assert.match((await found(source)).error, /There is no column Total: the file has who, placed, sum\. Change the columns/);
  local.serve("/a.csv", file("who,placed,total\nC-3,2026-01-19,9.00\n"));
  await at(72);
  await pulled();
  const now = await found(source);
  assert.deepEqual([now.error, now.received_at, await stored()], [undefined, "2026-03-05T09:00:00Z", 3]);
  assert.deepEqual((await api.patch(`/api/sources/${source.id}`, { settings: { ...now.settings, columns: { size: "total" } } })).json.fields, {
    "settings.columns": (await api.post("/api/sources", { kind: "pull", name: "x", settings: { ...now.settings, columns: { size: "total" } } })).json.fields["settings.columns"],
  });
});

test("trouble that passes is tried again at longer and longer intervals, and shown once it does not pass", async () => {
  local.serve("/a.csv", file(orders(1)));
  const source = await connect(api, { url: local.url("/a.csv") });
  await pulled();
  local.serve("/a.csv", (_, response) => response.writeHead(502).end());
  await at(24);
  const waits = [];
  for (let n = 1; n <= 3; n += 1) {
    await pulled();
    const now = await found(source);
    assert.equal(now.error !== undefined, n === 3, `failure ${n}`);
    const [{ at: asked }] = await server.d1("select asked_at as at from pulls");
    waits.push((Date.parse(now.next_pull_at) - asked) / HOUR);
    await server.seams.clock(now.next_pull_at);
  }
  assert.deepEqual(waits, [1, 2, 4]);
  local.serve("/a.csv", file(orders(2)));
  await pulled();
  assert.deepEqual([(await found(source)).error, await stored()], [undefined, 2]);
});

// The server's connection that breaks reaches the worker as silence, ten seconds of it.
test("a file that falls silent half-way goes on with a part where the server gives parts, and is read over where it does not", async () => {
  const body = Buffer.from(orders(40_000));
  assert.ok(body.length > 2 * 750_000);
  const ranges = [];
  const serve = (has_parts) => (request, response) => {
    ranges.push(request.headers.range);
    const from = has_parts ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0) : 0;
    const headers = { "content-type": "text/csv", etag: '"v1"', ...(has_parts && { "accept-ranges": "bytes" }) };
    if (from > 0) headers["content-range"] = `bytes ${from}-${body.length - 1}/${body.length}`;
    response.writeHead(from > 0 ? 206 : 200, headers);
    if (ranges.length === 1) response.write(body.subarray(0, 1_000_000));
    else response.end(body.subarray(from));
  };
  // Nobody reads what is stored while this test looks at it.
  await server.d1("insert into leases (name, epoch, token, expires_at) values ('import', 1, 'somebody', 9e15)");
  for (const has_parts of [true, false]) {
    ranges.length = 0;
    local.serve("/large.csv", serve(has_parts));
    const source = await connect(api, { url: local.url("/large.csv") });
    await until(async () => (await found(source)).received_at !== null, "the file is stored", 60_000);
    assert.deepEqual(ranges, [undefined, has_parts ? "bytes=750000-" : undefined]);
    const [{ id, status }] = await server.d1("select id, status from imports order by id desc limit 1");
    assert.equal(status, "queued");
    const chunks = await server.d1("select body from import_chunks where import_id = ?1 order by seq", id);
    assert.ok(Buffer.concat(chunks.map((chunk) => Buffer.from(chunk.body, "base64"))).equals(body), `parts: ${has_parts}`);
  }
  assert.equal((await server.d1("select distinct digest from pulls")).length, 1, "the same content has the same digest");
});

test("a file that changes while it is read is begun again, and told of where it never stands still", async () => {
  let asked = 0;
  local.serve("/moving.csv", (_, response) => {
    asked += 1;
    response.writeHead(200);
    response.write(orders(30_000, asked).slice(0, 1_000_000));
    if (asked % 2 === 0) response.end();
  });
  const source = await connect(api, { url: local.url("/moving.csv") });
  await until(async () => (await found(source)).error !== undefined, "the source says so", 120_000);
  assert.match((await found(source)).error, /changes while it is being read/);
  await ran(api, "import");
  assert.deepEqual([await stored("import_chunks"), await stored()], [0, 0]);
});

test("a server that never ends is left, and one that falls silent is too", async () => {
  local.serve("/endless.csv", (_, response) => {
    response.writeHead(200);
    response.write("order_id,customer_id,date,amount\n");
    const timer = setInterval(() => response.write("1,"), 500);
    response.on("close", () => clearInterval(timer));
  });
  local.serve("/silent.csv", (_, response) => response.writeHead(200).write("order_id,"));
  local.serve("/asleep.csv", () => {});
  const sources = [];
  for (const path of ["/asleep.csv", "/silent.csv", "/endless.csv"]) sources.push(await connect(api, { url: local.url(path) }));
  const began = Date.now();
  for (let n = 0; n < 3; n += 1) await ran(api, "pull");
  for (const source of sources) assert.match((await found(source)).error, /too slow or falls silent/, source.settings.url);
  assert.ok(Date.now() - began < 90_000);
  assert.deepEqual(await imports(), []);
});

test("a person fetches now: the answer comes at once, and what goes wrong is shown at once", async () => {
  local.serve("/a.csv", file(orders(1)));
  const source = await connect(api, { url: local.url("/a.csv") });
  await pulled();
  local.serve("/a.csv", (_, response) => response.writeHead(500).end());
  const answer = await api.post(`/api/sources/${source.id}/pull`, {});
  assert.deepEqual([answer.status, answer.json.source.id, answer.json.source.next_pull_at], [202, source.id, NOW]);
  await pulled();
  assert.match((await found(source)).error, /500/);
  assert.equal((await server.d1("select count(*) as n from audit where action = 'source_pulled'"))[0].n, 1);
  const app = (await api.post("/api/sources", { kind: "segment", name: "App" })).json.source;
  assert.deepEqual([(await api.post(`/api/sources/${app.id}/pull`, {})).json.code], ["no_pull"]);
  await api.patch(`/api/sources/${source.id}`, { paused: true });
  assert.equal((await api.post(`/api/sources/${source.id}/pull`, {})).json.code, "paused");
  assert.equal((await api.post("/api/sources/00000000-0000-7000-8000-000000000001/pull", {})).status, 404);
});

test("while the last file is still being stored no other is fetched, and a paused or removed source is left alone", async () => {
  local.serve("/a.csv", file(orders(1)));
  const source = await connect(api, { url: local.url("/a.csv") });
  await ran(api, "pull");
  await server.d1("update imports set status = 'paused', resume_at = ?1", Date.parse(NOW) + 1_000 * HOUR);
  await at(24);
  await ran(api, "pull");
  assert.equal(local.asked.length, 1);
  assert.equal((await found(source)).next_pull_at, "2026-03-03T10:00:00Z");
  await server.d1("update imports set status = 'cancelled'");
  await api.patch(`/api/sources/${source.id}`, { paused: true });
  await at(48);
  await ran(api, "pull");
  await api.delete(`/api/sources/${source.id}`);
  await ran(api, "pull");
  assert.equal(local.asked.length, 1);
});

test("a source that is removed between two parts leaves nothing behind", async () => {
  local.serve("/large.csv", file(orders(60_000)));
  const source = await connect(api, { url: local.url("/large.csv") });
  await server.seams.arm("pull.chunk", { once: true });
  const run = api.post("/api/runs", { job: "pull" });
  await server.seams.reached("pull.chunk");
  const [{ id }] = await server.d1("select public_id as id from imports");
  assert.equal((await api.post(`/api/imports/${id}/cancel`, {})).status, 200, "a person cancels its import");
  await api.delete(`/api/sources/${source.id}`);
  await server.seams.release("pull.chunk");
  assert.equal((await run).status, 200);
  await ran(api, "import");
  assert.equal(await stored("import_chunks"), 0);
  assert.equal((await imports())[0].status, "cancelled");
});

test("a token goes to its own server alone, is never shown, and is forgotten with its server", async () => {
  const seen = [];
  const answers = (body) => (request) => {
    seen.push([new URL(request.url).host, request.headers.get("authorization")]);
    return typeof body === "string" ? new Response(body) : Response.redirect(body.to, 302);
  };
  elsewhere["files.example"] = answers({ to: "https://mirror.example/a.csv" });
  elsewhere["mirror.example"] = answers(orders(1));
  const source = await connect(api, { url: "https://files.example/a.csv" }, { secrets: ["canary-token"] });
  assert.deepEqual(source.secrets, ["bearer"]);
  await pulled();
  assert.deepEqual(seen, [["files.example", "Bearer canary-token"], ["mirror.example", null]]);
  assert.equal(await stored(), 1);
  const dump = JSON.stringify(await Promise.all(["sources", "secrets", "imports", "audit", "pulls", "runs", "leases"].map((table) => server.d1(`select * from ${table}`))));
  assert.ok(!dump.includes("canary"));

  const target = `/api/sources/${source.id}`;
  const same = { ...source.settings, url: "https://FILES.example/b.csv" };
  assert.deepEqual((await api.patch(target, { settings: same })).json.source.secrets, ["bearer"], "another path of the same server");
  await pulled();
  seen.length = 0; // From here on: a change rings for its pull, which may be quicker than the test.
  const moved = { ...source.settings, url: "https://mirror.example/a.csv" };
  assert.deepEqual((await api.patch(target, { settings: moved })).json.source.secrets, [], "another server");
  const entries = await server.d1("select fields from audit where action = 'source_changed' order by id");
  assert.deepEqual(entries.map(({ fields }) => JSON.parse(fields).map(({ name }) => name).filter((name) => name === "secrets").length), [0, 1]);
  await pulled();
  await until(() => seen.length > 0, "the pull from the other server");
  assert.deepEqual(seen, [["mirror.example", null]]);
  const back = (await api.patch(target, { settings: source.settings, secrets: ["canary-2"] })).json.source;
  assert.deepEqual(back.secrets, ["bearer"], "a new one comes with the change");
  assert.deepEqual((await api.patch(target, { secrets: [] })).json.source.secrets, []);
  for (const secrets of [["a", "b"], ["a b"], ["a\r\nx: y"], [""]]) {
    assert.deepEqual(Object.keys((await api.patch(target, { secrets })).json.fields ?? {}), ["secrets"], JSON.stringify(secrets));
  }
});

test("settings of a pull are refused by their field's name", async () => {
  const good = { url: "https://files.example/a.csv", file_kind: "orders" };
  for (const [settings, field] of [
    [{ file_kind: "orders" }, "settings.url"],
    [{ url: good.url }, "settings.file_kind"],
    [{ ...good, every_hours: 0 }, "settings.every_hours"],
    [{ ...good, every_hours: 169 }, "settings.every_hours"],
    [{ ...good, columns: { size: "Total" } }, "settings.columns"],
    [{ ...good, columns: { amount: " " } }, "settings.columns"],
    [{ ...good, origins: ["https://a.test"] }, "settings"],
  ]) {
    const answer = await api.post("/api/sources", { kind: "pull", name: "x", settings });
    assert.deepEqual([answer.status, Object.keys(answer.json.fields ?? {})], [422, [field]], JSON.stringify(settings));
  }
  assert.equal((await api.post("/api/sources", { kind: "segment", name: "x", settings: { columns: { a: "b" } } })).status, 422);
});

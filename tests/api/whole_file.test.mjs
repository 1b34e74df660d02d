// A file that takes more than a day under the free plan: a browser sends it whole, with the options it was checked under.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { sha256, start, until } from "../harness.mjs";
import { counts, options, ran } from "../rows.mjs";

const NOW = "2026-03-20T09:00:00Z";
const TODAY = Math.floor(Date.parse(NOW) / 86_400_000);
const ROWS = 2_000;

// Both 01/03 and 12,34 read either way: only the options say which.
const EXACT = {
  ...options("orders"),
  delimiter: ";",
  date_order: "day_first",
  decimal_comma: true,
  columns: { order_id: 1, customer_id: 0, date: 3, amount: 2 },
  currency: "EUR",
};
const FILE = ["a;b;c;d", ...Array.from({ length: ROWS }, (_, n) => `C-${n % 40};O-${n};12,34;0${1 + (n % 2)}/03/2026`)].join("\n");
const DIGEST = sha256("the file and its options");

let server, api;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  api = await server.api("owner");
  await server.d1("update shop set plan = 'free'");
});

const written = (rows) =>
  server.d1("insert into usage (day, rows_written) values (?1, ?2) on conflict (day) do update set rows_written = excluded.rows_written", TODAY, rows);
const shown = async (id) => (await api.get(`/api/imports/${id}`)).json.import;
const whole = (given, more = {}) => {
  const query = new URLSearchParams({ kind: "orders", file_name: "sales.csv", file_digest: DIGEST, options: JSON.stringify(given), ...more });
  return api.post(`/api/imports?${query}`, FILE, { "content-type": "text/csv" });
};

test("a whole file is read exactly as its options say, stops at the limit, and goes on after midnight with nobody there", async () => {
  await written(87_000);
  const sent = await whole(EXACT);
  assert.equal(sent.status, 202, sent.text);
  const { id, stored, file_name } = sent.json.import;
  assert.deepEqual([stored, file_name], [true, "sales.csv"]);
  const [row] = await server.d1("select file_digest, file_size, options from imports");
  assert.deepEqual({ ...row, options: JSON.parse(row.options) }, { file_digest: DIGEST, file_size: FILE.length, options: EXACT });
  await ran(api, "import");
  const paused = await until(async () => ((await shown(id)).status === "paused" ? shown(id) : false), "the pause");
  assert.equal(paused.resume_at, "2026-03-21T00:00:00Z");
  assert.ok(paused.rows_read > 0 && paused.rows_read < ROWS, `${paused.rows_read}`);
  assert.equal((await whole(EXACT)).json.import.id, id, "the same file finds its import");
  assert.equal((await server.d1("select count(*) as n from imports"))[0].n, 1);

  await server.seams.clock("2026-03-21T00:01:00Z");
  await until(async () => {
    await server.scheduled("* * * * *");
    return (await shown(id)).status === "done";
  }, "the end of the import");
  assert.deepEqual(counts(await shown(id)), [ROWS, ROWS, 0, 0]);
  assert.deepEqual(await server.d1("select distinct ordered_at, amount, currency from orders order by 1"), [
    { ordered_at: Date.parse("2026-03-01T12:00:00Z"), amount: 1234, currency: "EUR" },
    { ordered_at: Date.parse("2026-03-02T12:00:00Z"), amount: 1234, currency: "EUR" },
  ]);
  assert.equal((await server.d1("select count(*) as n from orders"))[0].n, ROWS);
  await ran(api, "import");
  assert.deepEqual(await server.d1("select seq from import_chunks"), [], "nothing of the file is left");
});

test("a paused whole file can be cancelled, and is not gone on with the next day", async () => {
  await written(90_000);
  const { id } = (await whole(EXACT)).json.import;
  await ran(api, "import");
  assert.equal((await shown(id)).status, "paused");
  assert.equal((await api.post(`/api/imports/${id}/cancel`, {})).json.import.status, "cancelled");
  await server.seams.clock("2026-03-21T00:01:00Z");
  await server.scheduled("* * * * *");
  await ran(api, "import");
  assert.deepEqual([(await shown(id)).status, await server.d1("select external_id from orders limit 1"), await server.d1("select seq from import_chunks")], ["cancelled", [], []]);
});

test("options that do not fit are refused before anything is stored", async () => {
  const refused = async (answer) => {
    const { status, json } = await answer;
    return [status, Object.keys(json.fields ?? {})];
  };
  assert.deepEqual(await refused(whole({ ...EXACT, kind: "events" })), [422, ["options"]]);
  assert.deepEqual(await refused(whole({ ...EXACT, columns: { order_id: 1 } })), [422, ["options"]]);
  assert.deepEqual(await refused(whole({ kind: "orders" })), [422, ["options"]]);
  assert.deepEqual(await refused(whole(EXACT, { map: "amount:c" })), [422, ["options"]]);
  assert.deepEqual(await refused(whole(EXACT, { shift_days: "3" })), [422, ["options"]]);
  assert.deepEqual(await refused(whole(EXACT, { file_digest: "abc" })), [422, ["file_digest"]]);
  assert.deepEqual(await server.d1("select id from imports"), []);
});

test("the longest file that is taken whole is told before an import starts", async () => {
  const told = async () => (await api.get("/api/imports")).json.meta.body_bytes;
  const free = await told();
  await server.d1("update shop set plan = 'paid'");
  assert.deepEqual([free, await told()], [30_000_000, 675_000_000]);
});

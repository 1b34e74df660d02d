// The list of imports: narrowed by status and kind, page by page, and as a file.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { begin, imported, order, person, send } from "../rows.mjs";

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

const list = async (query = "") => {
  const answer = await api.get(`/api/imports${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const names = async (query) => (await list(query)).imports.map((one) => one.file_name);
// One of each of these: done orders, a half-sent file of orders, cancelled customers, failed rates, paused events.
const some = async () => {
  await imported(api, "orders", [order(1, "A", "2026-01-05")], { file: "done.csv" });
  const { id: half } = await begin(api, "orders", { file: "half.csv" });
  await send(api, half, 0, "orders", [order(2, "B", "2026-01-05")], { last: false });
  const { id: gone } = await begin(api, "customers", { file: "gone.csv" });
  assert.equal((await api.post(`/api/imports/${gone}/cancel`, {})).status, 200);
  const { id: broken } = await begin(api, "rates", { file: "broken.csv" });
  await server.d1("update imports set status = 'failed', error = '=broken', finished_at = ?2 where public_id = ?1", broken, Date.parse(NOW));
  const { id: waits } = await begin(api, "events", { file: "waits.csv" });
  await server.d1("update imports set status = 'paused', resume_at = ?2 where public_id = ?1", waits, Date.parse("2026-03-03T00:00:00Z"));
  return { half, gone, broken, waits };
};
const many = (count, status = "done") =>
  server.d1(
    `insert into imports (public_id, kind, source, status, file_name, options, created_at, updated_at)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)
     select printf('0193a1b2-0000-7000-8000-%012d', i), 'orders', 1, ?2, 'f' || i, ?3, i, i from n`,
    count, status,
    JSON.stringify({ kind: "orders", encoding: "utf8", delimiter: ",", header: true, date_order: "year_first", decimal_comma: false, columns: {}, currency: "USD", time_zone: "UTC", shift_days: 0 }),
  );

test("imports are narrowed by status and by kind, several of each, the newest first", async () => {
  await some();
  for (const [query, expected] of [
    ["", ["waits.csv", "broken.csv", "gone.csv", "half.csv", "done.csv"]],
    ["?status=done", ["done.csv"]],
    ["?status=receiving,queued,running,paused", ["waits.csv", "half.csv"]],
    ["?kind=orders", ["half.csv", "done.csv"]],
    ["?kind=rates,customers", ["broken.csv", "gone.csv"]],
    ["?kind=orders,events&status=paused,done", ["waits.csv", "done.csv"]],
    ["?kind=orders&status=failed", []],
    ["?status=&kind=", ["waits.csv", "broken.csv", "gone.csv", "half.csv", "done.csv"]],
  ]) {
    assert.deepEqual(await names(query), expected, query);
  }
});

test("without a query the newest hundred come, with what the plan allows", async () => {
  await many(105);
  const { imports, meta } = await list();
  assert.deepEqual([imports.length, imports[0].file_name, imports.at(-1).file_name], [100, "f105", "f6"]);
  assert.ok(meta.body_bytes > 0 && meta.rows_per_order > 0, JSON.stringify(meta));
  const rest = await list(`?cursor=${meta.next_cursor}`);
  assert.deepEqual([rest.imports.map((one) => one.file_name), rest.meta.next_cursor], [["f5", "f4", "f3", "f2", "f1"], null]);
});

test("pages follow one another without a gap or a double, also while new imports come", async () => {
  await many(7);
  await server.d1("update imports set status = 'failed' where file_name = 'f4'");
  const pages = [];
  let cursor;
  do {
    const page = await list(`?status=done&limit=2${cursor === undefined ? "" : `&cursor=${cursor}`}`);
    pages.push(page.imports.map((one) => one.file_name));
    cursor = page.meta.next_cursor ?? undefined;
    await imported(api, "orders", [order(pages.length, "A", "2026-01-05")], { file: `new ${pages.length}` });
  } while (cursor !== undefined);
  assert.deepEqual(pages, [["f7", "f6"], ["f5", "f3"], ["f2", "f1"]]);
});

test("a value that is none is refused by the name of its field, and the export refuses the same before it writes its entry", async () => {
  for (const [query, field] of [["status=burnt", "status"], ["status=done,Failed", "status"], ["kind=orders,teapots", "kind"], ["limit=0", "limit"], ["limit=501", "limit"], ["cursor=x", "cursor"]]) {
    const answer = await api.get(`/api/imports?${query}`);
    assert.deepEqual([answer.status, Object.keys(answer.json.fields ?? {})], [422, [field]], query);
  }
  assert.equal((await api.get("/api/imports?colour=red")).status, 400);
  for (const query of ["status=burnt", "kind=teapots"]) assert.equal((await api.get(`/api/imports/export.csv?${query}`)).status, 422);
  assert.deepEqual(await server.d1("select id from audit where action = 'imports_exported'"), []);
});

test("the export holds what the filters let through, starts no formula, and tells of itself", async () => {
  const { broken } = await some();
  await server.d1("update imports set file_name = '=cmd|calc' where public_id = ?1", broken);
  const answer = await api.get("/api/imports/export.csv?status=failed,paused&limit=1&cursor=1");
  assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "text/csv; charset=utf-8"]);
  assert.match(answer.headers.get("content-disposition"), /attachment; filename="imports\.csv"/);
  const lines = answer.text.split("\r\n");
  assert.equal(lines[0], "id,file,kind,status,sample,dry_run,rows_read,rows_accepted,rows_duplicate,rows_rejected,error,started,finished,goes_on");
  assert.match(lines[1], /^[0-9a-f-]{36},waits\.csv,events,paused,no,no,0,0,0,0,,2026-03-02T09:00:00Z,,2026-03-03T00:00:00Z$/);
  assert.equal(lines[2], `${broken},'=cmd|calc,rates,failed,no,no,0,0,0,0,'=broken,2026-03-02T09:00:00Z,2026-03-02T09:00:00Z,`);
  assert.deepEqual(lines.slice(3), [""]);
  const [{ text, fields }] = (await api.get("/api/audit?action=imports_exported")).json.audit;
  assert.deepEqual([text, fields], ["test owner exported the list of imports: status failed, paused.", [{ name: "status", to: "failed, paused" }]]);

  await imported(api, "customers", [person(1, "ada@example.com")], { file: "people.csv", sample: "store" });
  const sample = (await api.get("/api/imports/export.csv?kind=customers&status=done")).text.split("\r\n");
  assert.match(sample[1], /,people\.csv,customers,done,yes,no,1,1,0,0,,/);
});

test("a long history is exported whole, over several pages", async () => {
  await many(2_300);
  const lines = (await api.get("/api/imports/export.csv")).text.trimEnd().split("\r\n");
  assert.equal(lines.length, 2_301);
  assert.deepEqual([lines[1], lines[1_000], lines[1_001], lines[2_300]].map((line) => line.split(",")[1]), ["f2300", "f1301", "f1300", "f1"]);
  assert.equal(new Set(lines).size, lines.length, "no line twice");
});

test("who may not export gets no file, and nothing is written down", async () => {
  for (const role of ["viewer", "marketer"]) {
    const who = await server.api(role);
    assert.equal((await who.get("/api/imports?status=done")).status, 200, role);
    assert.equal((await who.get("/api/imports/export.csv")).status, 403, role);
  }
  assert.deepEqual(await server.d1("select id from audit where action = 'imports_exported'"), []);
});

test("cancelling several one after the other ends those that are unfinished and leaves the others as they ended", async () => {
  const { half, gone, broken, waits } = await some();
  const answers = [];
  for (const id of [half, waits, gone, broken]) answers.push((await api.post(`/api/imports/${id}/cancel`, {})).json.import.status);
  assert.deepEqual(answers, ["cancelled", "cancelled", "cancelled", "failed"]);
  assert.deepEqual(await names("?status=receiving,queued,running,paused"), []);
  const entries = await server.d1("select object_name from audit where action = 'import_cancelled' order by id");
  assert.deepEqual(entries.map((row) => row.object_name), ["gone.csv", "half.csv", "waits.csv"], "each once");
  assert.equal((await server.d1("select count(*) as n from orders"))[0].n, 2, "what was stored stays");
});

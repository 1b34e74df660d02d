// One change to many customers: those chosen, or a whole list page by page.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";
import { from, person } from "../person.mjs";
import { begin, person as customer, send } from "../rows.mjs";

const CUSTOMERS = 2_600;
const PAGE = 1_000;
const idOf = (n) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;

let server, api, mia, max;
before(async () => {
  server = await start();
});
after(() => server.stop());

async function fill(customers, tags = "[]") {
  await server.d1(
    `with recursive n (n) as (select 1 union all select n + 1 from n where n < ?1)
     insert into customers (id, public_id, external_id, name, name_key, tags, created_at, updated_at)
     select n, '00000000-0000-7000-8000-' || printf('%012d', n), 'C-' || n, 'Person ' || n, 'person ' || n, ?2, 0, 0 from n`,
    customers, tags,
  );
  await server.d1("insert into facets (customer_id, dirty, tier, lifecycle, orders, country) select id, 0, id % 5, id % 7, 1, 'DE' from customers");
}

beforeEach(async () => {
  await server.reset();
  api = await server.api("marketer");
  mia = await person(server, "success", "Mia");
  max = await person(server, "marketer", "Max");
});

async function bulk(body, who = api) {
  const answer = await who.post("/api/customers/bulk", body);
  assert.equal(answer.status, 200, answer.text);
  return { ...answer.json.bulk, meter: answer.meter };
}

// To its end, with what each page did.
async function whole(body, between = async () => {}) {
  const pages = [];
  let cursor;
  do {
    const page = await bulk(cursor === undefined ? body : { ...body, cursor });
    pages.push(page);
    cursor = page.next_cursor ?? undefined;
    await between(pages.length);
  } while (cursor !== undefined);
  const sum = (name) => pages.reduce((total, page) => total + page[name], 0);
  return { pages, seen: sum("seen"), changed: sum("changed"), full: sum("full") };
}

const stored = () => server.d1("select id, owner_id, tags, version from customers order by id");
const log = () => server.d1("select action, object_kind, fields from audit order by id");

test("chosen customers get an owner and tags in one call, and a second call changes nothing", async () => {
  await fill(6);
  const hostile = "=cmd|' /C calc'!A0";
  const ids = [2, 4, 5].map(idOf);
  const body = { ids: [...ids, idOf(2), uuid7()], owner: mia.id, add_tags: [` ${hostile}`, "VIP", "vip"] };
  const { seen, changed, full, next_cursor } = await bulk(body);
  assert.deepEqual([seen, changed, full, next_cursor], [3, 3, 0, null], "who is not there is left out, who is named twice counts once");
  const tags = JSON.stringify([hostile, "VIP"]);
  assert.deepEqual(await stored(), [1, 2, 3, 4, 5, 6].map((id) => {
    const is = [2, 4, 5].includes(id);
    return { id, owner_id: is ? mia.row : null, tags: is ? tags : "[]", version: is ? 2 : 1 };
  }));
  const [line, ...more] = await log();
  assert.deepEqual(more, []);
  assert.deepEqual([line.action, line.object_kind, JSON.parse(line.fields)], ["customers_changed", null, [{ name: "customers", to: "3" }, { name: "owner", to: "Mia" }, { name: "tags" }]]);
  const again = await bulk(body);
  assert.deepEqual([again.changed, again.meter.rows_written], [0, 0]);
  assert.equal((await log()).length, 1);
});

test("a list is changed page by page: each customer once, a row for each and a constant", async () => {
  await fill(CUSTOMERS);
  await server.d1("update customers set tags = '[\"Old\",\"late\"]' where id % 2 = 0");
  const { pages, seen, changed } = await whole({ query: "tier=", add_tags: ["late"], remove_tags: ["OLD"] });
  assert.deepEqual(pages.map((page) => page.seen), [PAGE, PAGE, CUSTOMERS - 2 * PAGE]);
  assert.deepEqual([seen, changed], [CUSTOMERS, CUSTOMERS]);
  assert.ok((await stored()).every((row) => row.tags === '["late"]' && row.version === 2));
  for (const page of pages) {
    const constant = page.meter.rows_written - page.changed;
    assert.ok(constant >= 1 && constant <= 5, `${constant} rows besides ${page.changed} customers`);
    assert.ok(page.meter.rows_read <= page.seen * 9 + 100, `${page.meter.rows_read} rows read for ${page.seen}`);
    assert.ok(page.meter.queries <= 6, JSON.stringify(page.meter));
  }
  assert.deepEqual((await log()).map((line) => JSON.parse(line.fields)[0].to), ["1000", "1000", "600"]);
  const owners = await whole({ query: "", owner: mia.id });
  for (const page of owners.pages) {
    const each = (page.meter.rows_written - 5) / page.changed;
    assert.ok(each <= 2 && page.meter.rows_written > page.changed, "an owner is a row and its place in the index");
  }
});

test("a change that takes customers out of its own list still reaches all of them", async () => {
  await fill(CUSTOMERS, '["hot"]');
  const untagged = await whole({ query: "tag=hot&sort=name", remove_tags: ["Hot"] });
  assert.deepEqual([untagged.seen, untagged.changed], [CUSTOMERS, CUSTOMERS]);
  const given = await whole({ query: "owner=none&lifecycle=new,active", owner: max.id });
  const expected = (await server.d1("select count(*) as n from facets where lifecycle in (0, 1)"))[0].n;
  assert.deepEqual([given.changed, (await server.d1("select count(*) as n from customers where owner_id = ?1", max.row))[0].n], [expected, expected]);
  const taken = await whole({ query: `owner=${max.id}`, owner: null });
  assert.deepEqual([taken.changed, (await server.d1("select count(*) as n from customers where owner_id is not null"))[0].n], [expected, 0]);
  const found = await whole({ query: "q=person%201", add_tags: ["one"] });
  const ones = (await server.d1("select count(*) as n from customers where name like 'Person 1%'"))[0].n;
  assert.ok(ones > PAGE);
  assert.deepEqual([found.changed, (await server.d1("select count(*) as n from customers where tags = '[\"one\"]'"))[0].n], [ones, ones]);
});

test("a hundred thousand customers are changed at the same cost a page from first to last", async () => {
  await fill(100_000);
  const { pages, changed } = await whole({ query: "country=DE&owner=none", owner: mia.id, add_tags: ["big"] });
  assert.equal(changed, 100_000);
  const [first, last] = [pages[0].meter, pages.findLast((page) => page.changed === PAGE).meter];
  assert.ok(Math.abs(last.rows_read - first.rows_read) < 100, JSON.stringify({ first, last }));
  assert.ok(pages.every((page) => page.changed <= PAGE && page.meter.rows_written <= 2 * PAGE + 6));
  const [{ n }] = await server.d1("select count(*) as n from customers where owner_id = ?1 and tags = '[\"big\"]' and version = 2", mia.row);
  assert.equal(n, 100_000);
});

test("while a list is changed others change its customers, and nobody's change is lost", async () => {
  await fill(CUSTOMERS);
  let edits = 0;
  await whole({ query: "", add_tags: ["bulk"] }, async (page) => {
    for (const n of [page * 10, CUSTOMERS - page]) {
      const { version, tags } = (await max.get(`/api/customers/${idOf(n)}`)).json.customer;
      const answer = await max.patch(`/api/customers/${idOf(n)}`, { tags: [...tags, `own ${n}`] }, from(version));
      assert.equal(answer.status, 200);
      edits += 1;
    }
  });
  const rows = await stored();
  assert.ok(rows.every((row) => JSON.parse(row.tags).includes("bulk")));
  assert.equal(rows.filter((row) => /own/.test(row.tags)).length, edits);

  // At the same moment: a page is made anew where somebody was quicker.
  const at = await Promise.all([
    bulk({ query: "", add_tags: ["a"] }), bulk({ query: "", add_tags: ["b"] }, max), bulk({ query: "", owner: mia.id }),
  ]);
  assert.ok(at.every((page) => page.changed === PAGE));
  for (const row of (await stored()).slice(0, PAGE)) {
    const tags = JSON.parse(row.tags);
    assert.ok(tags.includes("a") && tags.includes("b") && row.owner_id === mia.row, JSON.stringify(row));
    assert.equal(row.version, 5 + (/own/.test(row.tags) ? 1 : 0));
  }
});

test("who is left out stays as they are, and who is full is counted", async () => {
  await fill(30);
  const full = Array.from({ length: 50 }, (_, n) => `t${n}`);
  await server.d1("update customers set tags = ?1 where id in (3, 4)", JSON.stringify(full));
  const { seen, changed, full: left } = await bulk({ query: "", except: [idOf(1), idOf(2)], add_tags: ["x"] });
  assert.deepEqual([seen, changed, left], [28, 26, 2]);
  const rows = await stored();
  assert.deepEqual(rows.slice(0, 4).map((row) => row.version), [1, 1, 1, 1]);
  assert.ok(rows.slice(4).every((row) => row.tags === '["x"]' && row.version === 2));
});

test("what is no bulk change is refused and changes nobody", async () => {
  await fill(3);
  const ids = [idOf(1)];
  for (const [body, field] of [
    [{ add_tags: ["x"] }, "ids"],
    [{ ids, query: "", add_tags: ["x"] }, "ids"],
    [{ ids: [], add_tags: ["x"] }, "ids"],
    [{ ids: Array.from({ length: 1_001 }, (_, n) => idOf(n)), add_tags: ["x"] }, "ids"],
    [{ ids }, "body"],
    [{ ids, add_tags: [""] }, "add_tags"],
    [{ ids, add_tags: ["x".repeat(51)] }, "add_tags"],
    [{ ids, add_tags: ["VIP"], remove_tags: ["vip"] }, "remove_tags"],
    [{ ids, owner: uuid7() }, "owner"],
    [{ ids, add_tags: ["x"], cursor: "MQ" }, "cursor"],
    [{ query: "", add_tags: ["x"], cursor: "no" }, "cursor"],
    [{ query: "tier=dead", add_tags: ["x"] }, "tier"],
    [{ query: "colour=red", add_tags: ["x"] }, "query"],
    [{ query: "", except: Array.from({ length: 1_001 }, (_, n) => idOf(n)), add_tags: ["x"] }, "except"],
    [{ ids, name: "Eve" }, "name"],
  ]) {
    const answer = await api.post("/api/customers/bulk", body);
    assert.equal(answer.status, 422, JSON.stringify(body).slice(0, 80));
    assert.deepEqual(Object.keys(answer.json.fields), [field], JSON.stringify(body).slice(0, 80));
  }
  for (const role of ["viewer", "success"]) {
    assert.equal((await (await person(server, role)).post("/api/customers/bulk", { ids, add_tags: ["x"] })).status, 403);
  }
  assert.ok((await stored()).every((row) => row.version === 1));
  assert.deepEqual(await log(), []);
});

test("an import adds its tags to those given meanwhile, in their spelling, and raises the version only then", async () => {
  const people = (tags) => [customer("C-1", "a@example.com", { tags })];
  const imported = async (tags, file) => {
    const { id } = await begin(api, "customers", { file });
    return send(api, id, 0, "customers", people(tags));
  };
  assert.equal((await imported(["tea"], "first")).status, 200);
  const [{ public_id: id, version }] = await server.d1("select public_id, version from customers");
  assert.equal(version, 1);

  await server.seams.arm("import.planned");
  const importing = imported(["late", "TEA"], "second");
  await server.seams.reached("import.planned");
  const edit = await max.patch(`/api/customers/${id}`, { tags: ["Tea", "own"] }, from(1));
  assert.equal(edit.status, 200, edit.text);
  await server.seams.release("import.planned");
  const answer = await importing;
  assert.equal(answer.status, 200, answer.text);
  const row = async () => (await server.d1("select tags, version from customers"))[0];
  assert.deepEqual(await row(), { tags: '["Tea","own","late"]', version: 3 });

  assert.equal((await imported(["tea", "own"], "third")).status, 200);
  assert.deepEqual(await row(), { tags: '["Tea","own","late"]', version: 3 }, "no new tag, no new version");
  const late = await max.patch(`/api/customers/${id}`, { tags: [] }, from(2));
  assert.equal(late.status, 412, "who edits is shown what an import brought");
});

test("the sample shop takes its notes with it", async () => {
  await fill(3);
  await server.d1("update customers set sample = 1 where id < 3");
  await server.d1("update facets set sample = 1 where customer_id < 3");
  await server.d1("update shop set sample = 'store'");
  for (const n of [1, 2, 3]) assert.equal((await max.post(`/api/customers/${idOf(n)}/notes`, { body: `about ${n}` })).status, 201);
  const answer = await api.delete("/api/sample");
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(await server.d1("select customer_id from notes"), [{ customer_id: 3 }]);
});

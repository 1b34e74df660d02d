// Working lists: every filter alone and with every other, owners, tags and notes, and the export of what a list shows.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";
import { from, person } from "../person.mjs";

const CUSTOMERS = 420;
const TIERS = ["healthy", "early", "moderate", "immediate", "lost"];
const LIFECYCLES = ["new", "active", "at_risk", "lost", "in_win_back", "won_back", "given_up"];
const COUNTRIES = ["DE", "FR", "US", null];
const TAGS = ["vip", "VIP", "=cmd|' /C calc'!A0", "50% \"off\"", "<script>alert(1)</script>", "מבצע", "O'Brien; drop table customers"];

// Hash-like steps, so that no two properties rise and fall together.
const all = Array.from({ length: CUSTOMERS }, (_, at) => at + 1).map((n) => ({
  n,
  id: `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`,
  name: `Person ${String((n * 7919) % 1000).padStart(3, "0")}`,
  tier: TIERS[n % 5],
  lifecycle: LIFECYCLES[(n * 5) % 7],
  country: COUNTRIES[(n >> 2) % 4],
  tags: n % 3 === 0 ? [] : n % 8 === 0 ? [TAGS[n % 7], "late"] : [TAGS[n % 7]],
  owner: n % 4 === 0 ? "mia" : n % 9 === 0 ? "sam" : null,
}));

let server, api, mia, sam;
before(async () => {
  server = await start();
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  api = await server.api("manager");
  mia = await person(server, "marketer", "Mia");
  sam = await person(server, "success", "Sam =1+1");
  const row = { mia: mia.row, sam: sam.row };
  const json = (fields) => JSON.stringify(all.map(fields));
  await server.d1(
    `insert into customers (id, public_id, external_id, name, name_key, tags, owner_id, created_at, updated_at)
     select value ->> 0, value ->> 1, 'C-' || (value ->> 0), value ->> 2, lower(value ->> 2), value ->> 3, value ->> 4, 0, 0 from json_each(?1)`,
    json((c) => [c.n, c.id, c.name, JSON.stringify(c.tags), row[c.owner] ?? null]),
  );
  await server.d1(
    `insert into facets (customer_id, dirty, tier, lifecycle, p30, p60, p90, value, last_day, deadline_day, orders, country)
     select value ->> 0, 0, value ->> 1, value ->> 2, value ->> 3, 9000, 9500, value ->> 0, 20000, 20100, 2, value ->> 4 from json_each(?1)`,
    json((c) => [c.n, TIERS.indexOf(c.tier), LIFECYCLES.indexOf(c.lifecycle), (c.n * 37) % 10_000, c.country]),
  );
  await server.d1(
    `insert into identities (kind, value, customer_id, created_at)
     select 'external', '1:C-' || value, value, 0 from json_each(?1) union all select 'email', 'p' || value || '@example.com', value, 0 from json_each(?1)`,
    json((c) => c.n),
  );
});

const list = async (query = "", who = api) => {
  const answer = await who.get(`/api/customers?${query}`);
  assert.equal(answer.status, 200, `${query}: ${answer.text}`);
  return answer.json;
};

async function walk(query, between = async () => {}) {
  const ids = [];
  let cursor = "";
  do {
    const { customers, meta } = await list(`limit=37&${query}${cursor && `&cursor=${cursor}`}`);
    ids.push(...customers.map((customer) => customer.id));
    cursor = meta.next_cursor;
    await between(ids);
  } while (cursor);
  return ids;
}

const one = async (n) => (await api.get(`/api/customers/${all[n - 1].id}`)).json.customer;
const edit = (who, n, body, version) => who.patch(`/api/customers/${all[n - 1].id}`, body, from(version));
const lower = (tag) => tag.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

// Each filter as the address has it, with what it lets through by the test's own reckoning.
const filters = () => [
  ["tier=lost,early", (c) => ["lost", "early"].includes(c.tier)],
  ["q=person%201", (c) => c.name.startsWith("Person 1")],
  ["q=p1", (c) => `${c.n}`.startsWith("1")],
  [`owner=${mia.id}`, (c) => c.owner === "mia"],
  [`owner=${sam.id}`, (c) => c.owner === "sam"],
  ["owner=none", (c) => c.owner === null],
  ...TAGS.map((tag) => [`tag=${encodeURIComponent(tag)}`, (c) => c.tags.some((other) => lower(other) === lower(tag))]),
  ["tag=late", (c) => c.tags.includes("late")],
  ["lifecycle=at_risk", (c) => c.lifecycle === "at_risk"],
  ["lifecycle=new,given_up,active", (c) => ["new", "given_up", "active"].includes(c.lifecycle)],
  ["country=DE", (c) => c.country === "DE"],
  ["country=fr,US", (c) => ["FR", "US"].includes(c.country)],
];

test("every filter alone and with every other gives exactly whom it should, counted", async () => {
  const named = filters();
  const wanted = new Set();
  for (const [at, [query, lets]] of named.entries()) {
    for (const [other, alsoLets] of named.slice(at)) {
      if (query !== other && query.split("=")[0] === other.split("=")[0]) continue;
      const both = query === other ? query : `${query}&${other}`;
      const expected = all.filter((c) => lets(c) && alsoLets(c)).map((c) => c.id).sort();
      const { customers, meta } = await list(`limit=500&${both}`);
      assert.deepEqual(customers.map((c) => c.id).sort(), expected, both);
      assert.equal(meta.total, expected.length, both);
      assert.equal(meta.total_at_least, null);
      wanted.add(expected.length);
    }
  }
  assert.ok(wanted.size > 20, "the pairs tell filters apart");
});

test("all filters together go on by cursor and by offset, in every sort", async () => {
  const query = `tier=lost,early,healthy&owner=none&country=DE,FR,US&lifecycle=${LIFECYCLES.slice(0, 6).join(",")}&q=person`;
  for (const narrowed of [query, query.replace("&q=person", ""), query.replace("owner=none", `owner=${mia.id}`)]) {
    const owner = narrowed.includes("none") ? null : "mia";
    const whom = all.filter((c) => ["lost", "early", "healthy"].includes(c.tier) && c.owner === owner && c.country && c.lifecycle !== "given_up");
    assert.ok(whom.length > 40, `${whom.length}`);
    for (const sort of ["risk", "-risk", "value", "name", "-name", "last_order", "deadline", "waiting", "-regain"]) {
      const ids = await walk(`${narrowed}&sort=${sort}`);
      assert.deepEqual(ids.toSorted(), whom.map((c) => c.id).sort(), `${narrowed} ${sort}`);
      const { customers } = await list(`${narrowed}&sort=${sort}&limit=9&offset=11`);
      assert.deepEqual(customers.map((c) => c.id), ids.slice(11, 20), sort);
    }
  }
});

test("sorts hold within a filter", async () => {
  const names = (query) => list(`limit=500&${query}`).then(({ customers }) => customers.map((c) => c.name));
  for (const query of ["tag=vip", `owner=${mia.id}`, "lifecycle=lost&q=person", "country=DE"]) {
    const rising = await names(`${query}&sort=name`);
    assert.deepEqual(rising, rising.toSorted(), query);
    assert.deepEqual((await names(`${query}&sort=-name`)), rising.toReversed(), query);
    const values = (await list(`limit=500&${query}&sort=value`)).customers.map((c) => Number(c.lifetime_value.amount));
    assert.ok(values.length > 5 && values.every((value, at) => at === 0 || value <= values[at - 1]), query);
  }
});

test("paging meets each customer once while others change owners and tags", async () => {
  let edits = 0;
  const between = async (ids) => {
    // Whoever was just met, and whoever comes late.
    for (const n of [Number(ids.at(-1).slice(-12)), CUSTOMERS - edits]) {
      const { version } = await one(n);
      assert.equal((await edit(api, n, { owner: sam.id, tags: [`edit ${edits}`] }, version)).status, 200);
    }
    edits += 1;
  };
  for (const sort of ["risk", "-name", "value"]) {
    const ids = await walk(`lifecycle=${LIFECYCLES.join(",")}&sort=${sort}`, between);
    assert.deepEqual(ids.toSorted(), all.map((c) => c.id), sort);
  }
  assert.ok(edits > 30);
});

test("me is who asks, and a token is nobody", async () => {
  const mine = await list("owner=me&limit=500", sam);
  assert.deepEqual(mine.customers.map((c) => c.id).sort(), all.filter((c) => c.owner === "sam").map((c) => c.id));
  assert.deepEqual(mine.customers[0].owner, { id: sam.id, name: "Sam =1+1" });
  const refused = await api.get("/api/customers?owner=me");
  assert.deepEqual([refused.status, Object.keys(refused.json.fields)], [422, ["owner"]]);
});

test("what a filter does not know is refused under its name, in the list and in the export", async () => {
  for (const [query, field] of [
    ["owner=7", "owner"],
    [`owner=${uuid7()}`, "owner"],
    ["owner=' or 1=1 --", "owner"],
    ["lifecycle=gone", "lifecycle"],
    ["lifecycle=new,", null],
    ["country=DEU", "country"],
    ["country=%27%27", "country"],
    [`tag=${"x".repeat(61)}`, "tag"],
    ["tag=%00", null],
    ["tag=%25", null],
  ]) {
    for (const target of ["/api/customers", "/api/customers/export.csv"]) {
      const answer = await api.get(`${target}?${query}`);
      assert.equal(answer.status, field ? 422 : 200, `${target} ${query}`);
      if (field) assert.deepEqual(Object.keys(answer.json.fields), [field], query);
    }
  }
});

test("a list by tiers alone reads everybody three times at most, and one by owner little more", async () => {
  const read = async (query) => (await api.get(`/api/customers?${query}&limit=10`)).meter.rows_read;
  const byTier = await read("tier=lost");
  const byOwner = await read(`owner=${sam.id}`);
  assert.ok(byTier < CUSTOMERS * 3.5, `${byTier}`);
  assert.ok(byOwner < byTier + 4 * all.filter((c) => c.owner === "sam").length + 40, `${byOwner} by owner, ${byTier} by tier`);
});

test("a total beyond ten thousand is said to be at least that", async () => {
  await server.d1(
    `with recursive n (n) as (select 1001 union all select n + 1 from n where n < 11500)
     insert into facets (customer_id, dirty, tier, lifecycle, country) select n, 0, 0, 0, 'AT' from n`,
  );
  const { meta } = await list("country=AT&limit=1");
  assert.deepEqual([meta.total, meta.total_at_least], [null, 10_000]);
});

test("owner and tags change in one version, with a line of the log that names no tag", async () => {
  const before = await one(1);
  const answer = await edit(api, 1, { owner: mia.id, tags: [" First ", "first", ...TAGS] }, before.version);
  assert.equal(answer.status, 200, answer.text);
  const { customer } = answer.json;
  assert.deepEqual(customer.owner, { id: mia.id, name: "Mia" });
  assert.deepEqual(customer.tags, ["First", ...TAGS.filter((tag) => tag !== "VIP")], "as they were, once whatever the case");
  assert.equal(customer.version, before.version + 1);
  assert.deepEqual(await one(1), customer);
  const [{ owner_id, version }] = await server.d1("select owner_id, version from customers where id = 1");
  assert.deepEqual([owner_id, version], [mia.row, customer.version]);
  const [line, ...more] = await server.d1("select action, object_kind, object_id, object_name, fields from audit");
  assert.deepEqual(more, []);
  assert.deepEqual(
    { ...line, fields: JSON.parse(line.fields) },
    { action: "customer_changed", object_kind: "customer", object_id: customer.id, object_name: null, fields: [{ name: "owner", to: "Mia" }, { name: "tags" }] },
  );

  const again = await edit(api, 1, { owner: mia.id, tags: customer.tags }, customer.version);
  assert.deepEqual([again.status, again.json.customer.version, again.meter.rows_written], [200, customer.version, 0], "nothing new is no change");
  const freed = await edit(api, 1, { owner: null }, customer.version);
  assert.deepEqual([freed.json.customer.owner, freed.json.customer.tags], [null, customer.tags]);
});

test("the second of two editors is shown what stands, and changes nothing", async () => {
  const { version } = await one(2);
  assert.equal((await edit(api, 2, { tags: ["theirs"] }, version)).status, 200);
  const late = await edit(mia, 2, { tags: ["mine"] }, version);
  assert.deepEqual([late.status, late.json.code], [412, "stale"]);
  assert.deepEqual([late.json.conflict.yours, late.json.conflict.current], [version, version + 1]);
  assert.deepEqual(late.json.conflict.resource, (await mia.get(`/api/customers/${all[1].id}`)).json.customer);
  assert.deepEqual((await one(2)).tags, ["theirs"]);
  assert.equal((await server.d1("select count(*) as n from audit"))[0].n, 1);
  assert.equal((await mia.patch(`/api/customers/${all[1].id}`, { tags: [] })).status, 428);
  assert.equal((await mia.get(`/api/customers/${all[1].id}`)).headers.get("etag"), `"${version + 1}"`);

  const { version: now } = await one(3);
  const at = await Promise.all(["a", "b", "c", "d", "e"].map((tag) => edit(api, 3, { tags: [tag] }, now)));
  assert.deepEqual(at.map((answer) => answer.status).sort(), [200, 412, 412, 412, 412], "of five at once one is first");
  assert.equal((await one(3)).version, now + 1);
});

test("what is no owner and no tag is refused", async () => {
  const { version } = await one(1);
  const gone = await person(server, "viewer", "Gone");
  await server.d1("update users set disabled_at = 1 where id = ?1", gone.row);
  for (const [body, field] of [
    [{ owner: uuid7() }, "owner"],
    [{ owner: gone.id }, "owner"],
    [{ owner: "x" }, "owner"],
    [{ tags: [" "] }, "tags"],
    [{ tags: ["x".repeat(51)] }, "tags"],
    [{ tags: ["a\u0000b"] }, "tags"],
    [{ tags: Array.from({ length: 51 }, (_, n) => `${n}`) }, "tags"],
    [{ name: "Eve" }, "name"],
  ]) {
    const answer = await edit(api, 1, body, version);
    assert.equal(answer.status, 422, JSON.stringify(body).slice(0, 60));
    assert.deepEqual(Object.keys(answer.json.fields), [field]);
  }
  assert.equal((await api.patch(`/api/customers/${uuid7()}`, { tags: [] }, from(1))).status, 404);
  assert.equal((await one(1)).version, version);
});

test("a success manager changes the tags and notes of their own customers only, and gives none away", async () => {
  const own = all.find((c) => c.owner === "sam");
  const others = [all.find((c) => c.owner === "mia"), all.find((c) => c.owner === null)];
  assert.equal((await edit(sam, own.n, { tags: ["called"] }, 1)).status, 200);
  assert.equal((await sam.post(`/api/customers/${own.id}/notes`, { body: "Called." })).status, 201);
  for (const body of [{ owner: mia.id }, { owner: null }]) assert.equal((await edit(sam, own.n, body, 2)).status, 403);
  assert.equal((await edit(sam, own.n, { owner: sam.id, tags: ["still"] }, 2)).status, 200, "theirs already is no giving away");
  for (const other of others) {
    for (const body of [{ tags: ["x"] }, { owner: sam.id }]) assert.equal((await edit(sam, other.n, body, 1)).status, 403);
    assert.equal((await sam.post(`/api/customers/${other.id}/notes`, { body: "x" })).status, 403);
  }
  const viewer = await person(server, "viewer");
  await server.d1("update customers set owner_id = ?1 where id = 1", viewer.row);
  assert.equal((await edit(viewer, 1, { tags: ["x"] }, 1)).status, 403, "a viewer changes nobody");
  assert.deepEqual((await server.d1("select count(*) as n from customers where version > 1"))[0], { n: 1 });
  assert.equal((await sam.post("/api/customers/bulk", { ids: [own.id], add_tags: ["x"] })).status, 403);
});

test("notes are written, changed and removed by who wrote them, or by an owner of the shop", async () => {
  const target = `/api/customers/${all[0].id}`;
  const hostile = `<img src=x onerror=alert(1)> =cmd "quoted" 50% מבצע\n${"é".repeat(100)}`;
  const wrote = await mia.post(`${target}/notes`, { body: `  ${hostile.replace("\n", "\r\n")}\n` });
  assert.equal(wrote.status, 201, wrote.text);
  const { note } = wrote.json;
  assert.deepEqual([note.body, note.author, note.mine, note.version], [hostile, "Mia", true, 1]);
  const byToken = (await api.post(`${target}/notes`, { body: "Second" })).json.note;
  assert.equal(byToken.mine, false);
  const notes = async (who) => (await who.get(target)).json.customer.notes;
  assert.deepEqual((await notes(mia)).map((n) => [n.body, n.mine]), [["Second", false], [hostile, true]], "newest first");

  const owner = await person(server, "owner", "Olga");
  const manager = await person(server, "manager");
  const change = (who, id, body, version) => who.patch(`/api/notes/${id}`, { body }, from(version));
  for (const who of [manager, sam, api]) assert.equal((await change(who, note.id, "x", 1)).status, 403);
  const changed = await change(mia, note.id, "Mine, changed", 1);
  assert.deepEqual([changed.status, changed.json.note.body, changed.json.note.version], [200, "Mine, changed", 2]);
  const late = await change(owner, note.id, "Olga's", 1);
  assert.equal(late.status, 412);
  assert.deepEqual([late.json.conflict.yours, late.json.conflict.current, late.json.conflict.resource.body], [1, 2, "Mine, changed"]);
  assert.equal((await change(owner, note.id, "Olga's", 2)).status, 200);
  assert.equal((await mia.delete(`/api/notes/${note.id}`, from(2))).status, 412);
  assert.equal((await manager.delete(`/api/notes/${note.id}`, from(3))).status, 403);
  assert.equal((await mia.delete(`/api/notes/${note.id}`)).status, 428);
  assert.equal((await mia.delete(`/api/notes/${note.id}`, from(3))).status, 200);
  assert.equal((await mia.delete(`/api/notes/${note.id}`, from(3))).status, 404);
  assert.equal((await owner.delete(`/api/notes/${byToken.id}`, from(1))).status, 200);
  assert.deepEqual(await notes(mia), []);

  const lines = await server.d1("select action, actor_name, object_id, fields from audit order by id");
  assert.deepEqual(lines.map((line) => line.action), ["note_added", "note_added", "note_changed", "note_changed", "note_removed", "note_removed"]);
  assert.deepEqual([...new Set(lines.map((line) => line.object_id))], [all[0].id]);
  assert.ok(!JSON.stringify(lines).includes("changed\"}") && lines.every((line) => line.fields === "[]"), "no word of a note is in the log");

  for (const body of ["", " \n", "x".repeat(4001), "a\u0000b"]) {
    const answer = await mia.post(`${target}/notes`, { body });
    assert.deepEqual([answer.status, Object.keys(answer.json.fields)], [422, ["body"]]);
  }
  assert.equal((await mia.post(`${target}/notes`, { body: "é".repeat(4000) })).status, 201);
  assert.equal((await mia.post(`/api/customers/${uuid7()}/notes`, { body: "x" })).status, 404);
});

test("tags in use are counted, the most frequent first", async () => {
  const { tags } = (await api.get("/api/tags")).json;
  const counts = new Map();
  for (const tag of all.flatMap((c) => c.tags)) counts.set(lower(tag), (counts.get(lower(tag)) ?? 0) + 1);
  assert.deepEqual(new Map(tags.map(({ tag, customers }) => [lower(tag), customers])), counts);
  assert.ok(tags.every(({ customers }, at) => at === 0 || customers <= tags[at - 1].customers));
});

const csv = async (query, who = api) => {
  const answer = await who.get(`/api/customers/export.csv?${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.text.replace(/^\uFEFF/, "").trimEnd().split("\r\n");
};

test("the export follows every filter, has the chosen columns in their order, and defuses tags and owners", async () => {
  for (const [query, lets] of filters()) {
    const expected = all.filter(lets).map((c) => `C-${c.n}`);
    assert.deepEqual((await csv(query)).slice(1).map((line) => line.split(",")[1]), expected, query);
  }
  assert.match((await csv(""))[0], /^id,external_id,kind,name,.*,orders,owner,tags$/);
  const [head, ...lines] = await csv(`columns=tags,owner,country&owner=${sam.id}`);
  assert.equal(head, "id,external_id,kind,name,email,tags,owner,country");
  assert.equal(lines.length, all.filter((c) => c.owner === "sam").length);
  const owners = await csv(`columns=owner&owner=${sam.id}`);
  assert.ok(owners.slice(1).every((line) => line.endsWith(",Sam =1+1")));
  const formula = await csv(`columns=tags&tag=${encodeURIComponent(TAGS[2])}`);
  assert.ok(formula.length > 10);
  for (const line of formula.slice(1)) assert.match(line, /,'=cmd\|' \/C calc'!A0/);
  for (const wrong of ["columns=name;drop", "columns=tags,tags"]) assert.equal((await api.get(`/api/customers/export.csv?${wrong}`)).status, 422);
});

test("a selection is exported alone, each once, and the log has a line of each export but no search", async () => {
  const chosen = [all[7], all[3], all[7]].map((c) => c.id);
  const lines = await csv(`ids=${chosen.join(",")},${uuid7()}&columns=customer`);
  assert.deepEqual(lines.slice(1).map((line) => line.split(",")[1]), ["C-4", "C-8"]);
  assert.equal((await api.get("/api/customers/export.csv?ids=7")).status, 422);
  const others = await csv(`tier=lost&except=${all[3].id},${all[8].id}`);
  assert.deepEqual(others.slice(1).map((line) => line.split(",")[1]), all.filter((c) => c.tier === "lost" && ![4, 9].includes(c.n)).map((c) => `C-${c.n}`));
  await csv("q=p1%40example.com&tier=lost");
  const log = await server.d1("select action, fields from audit order by id");
  assert.deepEqual(log.map((line) => [line.action, JSON.parse(line.fields).map((field) => [field.name, field.to])]), [
    ["customers_exported", [["selected", "4"]]],
    ["customers_exported", [["by tier", undefined]]],
    ["customers_exported", [["by tier", undefined], ["by search", undefined]]],
  ]);
});

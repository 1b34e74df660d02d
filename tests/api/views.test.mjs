// Saved views: whose they are, who may share and change them, and what may stand in one.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";
import { from, person } from "../person.mjs";

let server, mia, max, viewer, owner;
before(async () => {
  server = await start();
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  [mia, max, viewer, owner] = await Promise.all([
    person(server, "marketer", "Mia"), person(server, "marketer", "Max"), person(server, "viewer", "Vera"), person(server, "owner", "Olga"),
  ]);
});

const save = (who, more = {}) => who.post("/api/views", { list: "radar", name: "Big ones", query: "tier=immediate&sort=value", ...more });
const saved = async (who, more) => {
  const answer = await save(who, more);
  assert.equal(answer.status, 201, answer.text);
  return answer.json.view;
};
const views = async (who, query = "") => (await who.get(`/api/views${query}`)).json.views;
const change = (who, view, body, version = view.version) => who.patch(`/api/views/${view.id}`, body, from(version));
const remove = (who, view, version = view.version) => who.delete(`/api/views/${view.id}`, from(version));
const names = async (who, query) => (await views(who, query)).map((view) => view.name);
const log = async () => (await server.d1("select action, actor_name, object_kind, object_id, object_name, fields from audit order by id"));

test("a view comes back as it was saved, for its owner alone", async () => {
  const hostile = "<b>\"50%\"</b> O'Brien =cmd|x מבצע %_";
  const query = "view=lost&tier=lost&q=%22%20or%201%3D1%20--&tag=%3Dcmd&owner=me&lifecycle=lost&country=DE&sort=-name";
  const view = await saved(mia, { list: "customers", name: `  ${hostile} `, query: `?${query}`, columns: ["tags", "owner", "risk"] });
  assert.deepEqual(
    { ...view, id: null },
    { id: null, list: "customers", name: hostile, shared: false, mine: true, owner: "Mia", query, columns: ["tags", "owner", "risk"], version: 1 },
  );
  assert.deepEqual(await views(mia), [view]);
  for (const who of [max, viewer, owner]) {
    assert.deepEqual(await views(who), []);
    assert.equal((await change(who, view, { name: "Mine now" })).status, 404, "whose it is not, it is not there");
    assert.equal((await remove(who, view)).status, 404);
  }
  const [row] = await server.d1("select name, query, columns, owner_id, shared from views");
  assert.deepEqual(row, { name: hostile, query, columns: '["tags","owner","risk"]', owner_id: mia.row, shared: 0 });
  const [line] = await log();
  assert.deepEqual(line, { action: "view_saved", actor_name: "Mia", object_kind: "view", object_id: view.id, object_name: hostile, fields: "[]" });
});

test("lists have their own views, in the order of their names", async () => {
  await saved(mia, { name: "b" });
  await saved(mia, { name: "A", list: "customers" });
  await saved(max, { name: "C", shared: true });
  assert.deepEqual(await names(mia, "?list=radar"), ["b", "C"]);
  assert.deepEqual(await names(mia, "?list=customers"), ["A"]);
  assert.deepEqual(await names(mia), ["A", "b", "C"]);
  assert.equal((await mia.get("/api/views?list=orders")).status, 422);
});

test("a shared view is everybody's to read, and its owner's or an owner of the shop's to change", async () => {
  const view = await saved(mia, { shared: true });
  const token = await server.api("owner");
  for (const who of [max, viewer, owner, token]) {
    const [seen] = await views(who);
    assert.deepEqual(seen, { ...view, mine: false });
  }
  for (const who of [max, viewer]) {
    assert.equal((await change(who, view, { name: "x" })).status, 403);
    assert.equal((await remove(who, view)).status, 403);
  }
  const renamed = await change(owner, view, { name: "Everybody's" });
  assert.deepEqual([renamed.status, renamed.json.view.name, renamed.json.view.mine, renamed.json.view.version], [200, "Everybody's", false, 2]);
  assert.deepEqual(await views(mia), [{ ...view, name: "Everybody's", version: 2 }]);
  const hidden = await change(mia, view, { shared: false, query: "q=secret", columns: ["risk"] }, 2);
  assert.equal(hidden.status, 200);
  assert.deepEqual(await views(max), []);
  assert.equal((await remove(owner, view, 3)).status, 404);
  assert.equal((await remove(mia, view, 3)).status, 200);
  assert.deepEqual(await views(mia), []);
  assert.deepEqual((await log()).map((line) => [line.action, line.actor_name, JSON.parse(line.fields)]), [
    ["view_saved", "Mia", []],
    ["view_changed", "Olga", [{ name: "name", from: "Big ones", to: "Everybody's" }]],
    ["view_changed", "Mia", [{ name: "shared", from: "yes", to: "no" }, { name: "query" }, { name: "columns" }]],
    ["view_removed", "Mia", []],
  ]);
});

test("sharing needs the permission to edit, and a program saves no views", async () => {
  assert.equal((await save(viewer, { shared: true })).status, 403);
  const own = await saved(viewer);
  assert.equal((await change(viewer, own, { shared: true })).status, 403);
  assert.equal((await change(viewer, own, { name: "Mine" })).status, 200);
  const token = await server.api("owner");
  assert.equal((await save(token)).status, 403);
  assert.equal((await change(token, own, { name: "x" }, 2)).status, 403);
  assert.deepEqual(await views(token), []);
  assert.deepEqual(await server.d1("select name, shared, version from views"), [{ name: "Mine", shared: 0, version: 2 }]);
});

test("the second of two editors is shown what stands, and changes nothing", async () => {
  const view = await saved(mia, { shared: true });
  assert.equal((await change(owner, view, { name: "Theirs" })).status, 200);
  const late = await change(mia, view, { name: "Mine" });
  assert.deepEqual([late.status, late.json.code], [412, "stale"]);
  const { yours, current, resource } = late.json.conflict;
  assert.deepEqual([yours, current, resource], [1, 2, (await views(mia))[0]]);
  assert.equal((await remove(mia, view)).status, 412);
  assert.equal((await mia.patch(`/api/views/${view.id}`, { name: "x" })).status, 428);
  assert.equal((await mia.delete(`/api/views/${view.id}`)).status, 428);
  assert.deepEqual(await names(mia), ["Theirs"]);
  assert.equal((await log()).length, 2);
});

test("what a list would refuse is not saved", async () => {
  for (const [more, field] of [
    [{ list: "orders" }, "list"],
    [{ name: " " }, "name"],
    [{ name: "x".repeat(101) }, "name"],
    [{ name: "a\u0000b" }, "name"],
    [{ query: "tier=dead" }, "query"],
    [{ query: "limit=5" }, "query"],
    [{ query: "colour=red" }, "query"],
    [{ query: "tier=lost&tier=early" }, "query"],
    [{ query: "owner=7" }, "query"],
    [{ query: "q=a b" }, "query"],
    [{ query: `q=${"x".repeat(2_000)}` }, "query"],
    [{ columns: ["password"] }, "columns"],
    [{ columns: ["tags", "tags"] }, "columns"],
  ]) {
    const answer = await save(mia, more);
    assert.equal(answer.status, 422, JSON.stringify(more).slice(0, 60));
    assert.deepEqual(Object.keys(answer.json.fields), [field], JSON.stringify(more).slice(0, 60));
  }
  assert.deepEqual(await server.d1("select count(*) as n from views"), [{ n: 0 }]);
  assert.deepEqual(await log(), []);
});

test("a person saves at most a hundred, also when they are sent at once", async () => {
  await server.d1(
    `insert into views (public_id, list, name, owner_id, query, created_at, updated_at)
     select 'v' || value, 'radar', 'v' || value, ?1, '', 0, 0 from json_each(?2)`,
    mia.row, JSON.stringify(Array.from({ length: 97 }, (_, n) => n)),
  );
  const answers = await Promise.all(Array.from({ length: 6 }, () => save(mia)));
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 201, 201, 409, 409, 409]);
  assert.equal((await log()).length, 3, "what was not saved is not in the log");
  assert.equal((await save(max)).status, 201, "of each person");
  assert.equal((await mia.patch(`/api/views/${uuid7()}`, { name: "x" }, from(1))).status, 404);
});

// The shop's own blocks: every wording is kept, one is in use, and two people never overwrite each other.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";

let server, api;
before(async () => (server = await start({ now: "2026-03-02T09:00:00Z" })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  api = await server.api("marketer");
});

const content = (text, more = {}) => ({ slot: "opening", locale: "en", text, ...more });
const add = async (body) => {
  const answer = await api.post("/api/blocks", body);
  assert.equal(answer.status, 201, answer.text);
  return answer.json.block;
};
const change = (id, version, body) => api.request("PATCH", `/api/blocks/${id}`, body, { "if-match": `"${version}"` });

test("a block needs the facts that it names, and stands under its own name or the one that it replaces", async () => {
  const own = await add({ name: "The last thing", content: content("Your {{ last_item }} of {{ last_order | date }}.", { steps: ["help"], reasons: ["price", "price"] }) });
  assert.deepEqual(own.content.needs.sort(), ["last_item", "last_order"]);
  assert.deepEqual([own.content.reasons, own.block, own.replaces, own.current, own.version], [["price"], own.id, null, 1, 1]);
  const instead = await add({ name: "Ours", replaces: "opening.help.item", content: content("Prices rose.") });
  assert.equal(instead.block, "opening.help.item");
  const again = await api.post("/api/blocks", { name: "Twice", replaces: "opening.help.item", content: content("Again.") });
  assert.deepEqual([again.status, again.json.code, Object.keys(again.json.fields)], [409, "taken", ["replaces"]]);
  assert.deepEqual((await api.get("/api/blocks")).json.blocks.map(({ name }) => name), ["Ours", "The last thing"]);
});

test("each wording is kept, and an earlier one can be taken up again", async () => {
  const { id } = await add({ name: "Hello", content: content("One.") });
  assert.equal((await change(id, 1, { content: content("Two.") })).json.block.current, 2);
  const back = await change(id, 2, { current: 1 });
  assert.deepEqual([back.json.block.current, back.json.block.content.text, back.json.block.version], [1, "One.", 3]);
  const third = await change(id, 3, { content: content("Three.") });
  assert.equal(third.json.block.current, 3);
  const same = await change(id, 4, { content: content("Three."), name: "Good day" });
  assert.deepEqual([same.json.block.current, same.json.block.name], [3, "Good day"], "what is written again is no new wording");
  const { versions } = (await api.get(`/api/blocks/${id}/versions`)).json;
  assert.deepEqual(versions.map(({ number, content, is_current }) => [number, content.text, is_current]), [[3, "Three.", true], [2, "Two.", false], [1, "One.", false]]);
  const unknown = await change(id, 5, { current: 9 });
  assert.deepEqual(Object.keys(unknown.json.fields), ["current"]);
});

test("of two people the second writes nothing, and learns what stands", async () => {
  const { id } = await add({ name: "Hello", content: content("One.") });
  const answers = await Promise.all(["Mine.", "Theirs."].map((text) => change(id, 1, { content: content(text) })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
  const [won] = answers.filter(({ status }) => status === 200);
  const [lost] = answers.filter(({ status }) => status === 412);
  assert.equal(lost.json.conflict.resource.content.text, won.json.block.content.text);
  assert.equal((await api.get(`/api/blocks/${id}/versions`)).json.versions.length, 2, "the loser's words are no version");
});

test("what is no template, or no text, is refused at its field", async () => {
  const texts = ["", "{{ credit_card }}", "{{ last_item", "{% include 'x' %}", "{% for x in range(1000000) %}x{% endfor %}", "{{ 7 * '7' }}{% macro a() %}{{ a() }}{% endmacro %}", "x".repeat(2_001), "a\u0000b"];
  for (const text of texts) {
    const answer = await api.post("/api/blocks", { name: "x", content: content(text) });
    assert.deepEqual([answer.status, Object.keys(answer.json.fields ?? {})], [422, ["content.text"]], `${text.slice(0, 40)}: ${answer.text}`);
  }
  const cases = [[{ name: "", content: content("x") }, "name"], [{ name: "x", replaces: "a b", content: content("x") }, "replaces"], [{ name: "x", replaces: "no.such.block", content: content("x") }, "replaces"],
    [{ name: "x", replaces: "opening.help.item", content: content("x", { slot: "closing" }) }, "content.slot"], [{ name: "x", content: content("x", { locale: "English" }) }, "content.locale"]];
  for (const [body, field] of cases) {
    assert.deepEqual(Object.keys((await api.post("/api/blocks", body)).json.fields), [field]);
  }
  assert.deepEqual((await api.get("/api/blocks")).json.blocks, []);
});

test("a block that is removed is gone with its words", async () => {
  const { id } = await add({ name: "Hello", content: content("One.") });
  assert.equal((await api.request("DELETE", `/api/blocks/${id}`, undefined, { "if-match": '"2"' })).status, 412);
  assert.equal((await api.request("DELETE", `/api/blocks/${id}`, undefined, { "if-match": '"1"' })).status, 200);
  assert.deepEqual(await server.d1("select (select count(*) from blocks) + (select count(*) from block_words) as n"), [{ n: 0 }]);
  assert.equal((await api.get(`/api/blocks/${id}/versions`)).status, 404);
});

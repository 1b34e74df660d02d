// What may be cited: only with a permission, and only while it holds.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";

let server, api;
before(async () => (server = await start({ now: "2026-03-02T09:00:00Z" })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock("2026-03-02T09:00:00Z");
  api = await server.api("marketer");
});

const quote = {
  kind: "quote", text: "It came within a day.", who: "Ana, florist in Porto", source: "Mail of 3 May 2025",
  permission: { by: "Ana", on: "2026-01-05" }, expires_on: "2026-03-02", tags: { reasons: ["service"], segments: ["row:high-service"] },
};
const add = async (body) => {
  const answer = await api.post("/api/proofs", body);
  assert.equal(answer.status, 201, answer.text);
  return answer.json.proof;
};
const change = (id, version, body) => api.request("PATCH", `/api/proofs/${id}`, body, { "if-match": `"${version}"` });

test("a proof may be used from its permission to the end of its last day", async () => {
  const { id, unusable } = await add(quote);
  assert.equal(unusable, null);
  const alone = await add({ kind: "figure", text: "9 of 10 come back.", source: "Our orders of 2025" });
  assert.match(alone.unusable, /allowed/);
  await server.seams.clock("2026-03-03T00:00:01Z");
  const [, proof] = (await api.get("/api/proofs")).json.proofs;
  assert.equal(proof.id, id);
  assert.match(proof.unusable, /over/);
  assert.equal((await change(id, 1, { expires_on: null })).json.proof.unusable, null, "without a last day it holds");
  assert.match((await change(id, 2, { permission: null })).json.proof.unusable, /allowed/);
});

test("what is left out stays, null clears, and of two people the second writes nothing", async () => {
  const { id } = await add(quote);
  const changed = (await change(id, 1, { who: null, text: "It came at once." })).json.proof;
  assert.deepEqual([changed.who, changed.text, changed.source, changed.tags.reasons], [null, "It came at once.", quote.source, ["service"]]);
  const late = await change(id, 1, { text: "Theirs." });
  assert.deepEqual([late.status, late.json.conflict.resource.text], [412, "It came at once."]);
});

test("each field that is wrong is named", async () => {
  const cases = {
    text: { text: " " }, source: { source: "" }, link: { link: "http://example.com" },
    "permission.on": { permission: { by: "Ana", on: "2026-03-03" } }, "permission.by": { permission: { by: "", on: "2026-01-01" } },
    expires_on: { expires_on: "soon" }, "tags.industries": { tags: { industries: ["magic"] } },
  };
  for (const [field, wrong] of Object.entries(cases)) {
    const answer = await api.post("/api/proofs", { ...quote, ...wrong });
    assert.deepEqual([answer.status, Object.keys(answer.json.fields)], [422, [field]], answer.text);
  }
  assert.deepEqual((await api.get("/api/proofs")).json.proofs, []);
});

test("no word of a proof gets into the audit log", async () => {
  const { id } = await add(quote);
  await change(id, 1, { text: "It came at once, says Ana." });
  await api.request("DELETE", `/api/proofs/${id}`, undefined, { "if-match": '"2"' });
  const lines = JSON.stringify(await server.d1("select * from audit where object_kind = 'proof'"));
  assert.ok(lines.includes("proof_removed") && !lines.includes("Ana") && !lines.includes("within a day"), lines);
});

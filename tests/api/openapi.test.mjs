// The document of the API is the API.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";

let server, document;
before(async () => {
  server = await start();
  document = (await server.request("GET", "/api/openapi.json")).json;
});
after(() => server.stop());

const operations = () =>
  Object.entries(document.paths).flatMap(([pattern, item]) =>
    Object.entries(item).map(([method, operation]) => ({ pattern, method: method.toUpperCase(), operation })),
  );

test("every documented route is there, and knows no method that is not documented", async () => {
  const api = await server.api("owner");
  for (const [pattern, item] of Object.entries(document.paths)) {
    const target = pattern.replace("{id}", uuid7());
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await api.request(method, target, method === "GET" ? undefined : {});
      const known = item[method.toLowerCase()] !== undefined;
      assert.equal(answer.status === 405, !known, `${method} ${pattern}: ${answer.status}`);
    }
  }
});

test("every operation has words, a name of its own and the shape of its refusals", () => {
  const names = operations().map(({ operation }) => operation.operationId);
  assert.equal(new Set(names).size, names.length);
  for (const { pattern, method, operation } of operations()) {
    assert.ok(operation.summary?.length > 5, `${method} ${pattern} says nothing`);
    assert.ok(operation.responses.default, `${method} ${pattern} has no refusal`);
  }
});

test("what the document refers to is in it", () => {
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/#\/components\/schemas\/([^"]+)/g)) {
    assert.ok(document.components.schemas[name], `no schema ${name}`);
  }
});

// Who may call what, written down by hand: a route that is absent here fails.
const EVERYBODY = ["stranger", "viewer", "success", "marketer", "manager", "owner"];
// `from`: this role and those above it, as people and as programs with a token of the role; `people`: no program; `also`: people who
// may besides.
const ranked = (role) => EVERYBODY.slice(EVERYBODY.indexOf(role));
const from = (role, also = []) => ({ people: [...also, ...ranked(role)], tokens: ranked(role) });
const people = (role) => ({ people: ranked(role), tokens: [] });
const ALLOWED = {
  "GET /healthz": from("stranger"),
  "GET /api/openapi.json": from("stranger"),
  "POST /api/sign-in-links": from("stranger"),
  "POST /api/session": from("stranger"),
  "GET /api/session": from("viewer"),
  "DELETE /api/session": from("viewer"),
  "GET /api/people": from("viewer"),
  "POST /api/people": people("owner"),
  "PATCH /api/people/{id}": people("owner"),
  "POST /api/people/{id}/link": people("owner"),
  "GET /api/sessions": people("viewer"),
  "DELETE /api/sessions": people("viewer"),
  "DELETE /api/sessions/{id}": people("viewer"),
  "GET /api/tokens": people("owner"),
  "POST /api/tokens": people("owner"),
  "DELETE /api/tokens/{id}": people("owner"),
  "GET /api/shop": from("viewer"),
  "PATCH /api/shop": from("owner"),
  "GET /api/rates": from("viewer"),
  "PUT /api/rates": from("marketer"),
  "GET /api/margins": from("viewer"),
  "PUT /api/margins": from("owner"),
  "GET /api/economics": from("viewer"),
  "GET /api/limits": from("viewer"),
  "GET /api/retention": from("viewer"),
  "PUT /api/retention": from("owner"),
  "GET /api/overview": from("viewer"),
  "GET /api/customers": from("viewer"),
  "GET /api/customers/export.csv": from("manager"),
  "GET /api/customers/{id}": from("viewer"),
  "GET /api/customers/{id}/timeline": from("viewer"),
  "PATCH /api/customers/{id}": from("marketer", ["success"]),
  "PUT /api/customers/{id}/reason": from("marketer", ["success"]),
  "GET /api/topics": from("viewer"),
  "PUT /api/topics": from("marketer"),
  "POST /api/topics/read": from("viewer"),
  "POST /api/customers/bulk": from("marketer"),
  "GET /api/tags": from("viewer"),
  "POST /api/customers/{id}/notes": from("marketer", ["success"]),
  "PATCH /api/notes/{id}": from("marketer", ["success"]),
  "DELETE /api/notes/{id}": from("marketer", ["success"]),
  "GET /api/views": from("viewer"),
  "POST /api/views": people("viewer"),
  "PATCH /api/views/{id}": people("viewer"),
  "DELETE /api/views/{id}": people("viewer"),
  "GET /api/segments": from("viewer"),
  "POST /api/segments": from("marketer"),
  "POST /api/segments/count": from("viewer"),
  "GET /api/segments/aggregates": from("viewer"),
  "GET /api/segments/{id}": from("viewer"),
  "PATCH /api/segments/{id}": from("marketer"),
  "DELETE /api/segments/{id}": from("marketer"),
  "GET /api/exclusions": from("viewer"),
  "PUT /api/exclusions": from("marketer"),
  "GET /api/declared-traits": from("viewer"),
  "PUT /api/declared-traits": from("marketer"),
  "GET /api/copywriter": from("viewer"),
  "PUT /api/copywriter": from("owner"),
  "POST /api/copywriter/test": from("owner"),
  "POST /api/copywriter/write": from("marketer"),
  "POST /api/copywriter/read": from("marketer"),
  "GET /api/thresholds": from("viewer"),
  "PUT /api/thresholds": from("marketer"),
  "DELETE /api/thresholds": from("marketer"),
  "GET /api/offers": from("viewer"),
  "POST /api/offers": from("marketer"),
  "PATCH /api/offers/{id}": from("marketer"),
  "DELETE /api/offers/{id}": from("marketer"),
  "GET /api/guardrails": from("viewer"),
  "PUT /api/guardrails": from("owner"),
  "GET /api/matrix": from("viewer"),
  "POST /api/matrix/preview": from("viewer"),
  "GET /api/models": from("viewer"),
  "POST /api/models/{id}/use": from("owner"),
  "GET /api/models/{name}/training": from("owner"),
  "PUT /api/models/{name}": from("owner"),
  "POST /api/imports": from("marketer"),
  "GET /api/imports": from("viewer"),
  "GET /api/imports/export.csv": from("manager"),
  "GET /api/imports/{id}": from("viewer"),
  "POST /api/imports/{id}/batches": from("marketer"),
  "POST /api/imports/{id}/cancel": from("marketer"),
  "GET /api/imports/{id}/rejected.csv": from("marketer"),
  "DELETE /api/sample": from("marketer"),
  "GET /api/sources": from("viewer"),
  "POST /api/sources": from("owner"),
  "GET /api/sources/{id}": from("viewer"),
  "PATCH /api/sources/{id}": from("owner"),
  "DELETE /api/sources/{id}": from("owner"),
  "POST /api/sources/{id}/pull": from("marketer"),
  "GET /api/sources/{id}/stats": from("viewer"),
  "GET /api/sources/{id}/messages": from("viewer"),
  "DELETE /api/customers/{id}": people("owner"),
  "GET /api/customers/{id}/export": from("manager"),
  "POST /api/customers/{id}/merge": from("marketer"),
  "GET /api/merges": from("viewer"),
  "POST /api/merges/{id}/undo": from("marketer"),
  "GET /api/privacy-requests": from("viewer"),
  "POST /api/privacy-requests": from("marketer"),
  "GET /api/privacy-requests/{id}": from("viewer"),
  "PATCH /api/privacy-requests/{id}": from("owner"),
  "GET /api/channels": from("viewer"),
  "POST /api/channels": from("owner"),
  "GET /api/channels/{id}": from("viewer"),
  "PATCH /api/channels/{id}": from("owner"),
  "DELETE /api/channels/{id}": from("owner"),
  "POST /api/channels/{id}/test": from("owner"),
  "GET /api/fulfilments": from("viewer"),
  "POST /api/fulfilments": from("owner"),
  "GET /api/fulfilments/{id}": from("viewer"),
  "PATCH /api/fulfilments/{id}": from("owner"),
  "DELETE /api/fulfilments/{id}": from("owner"),
  "POST /api/fulfilments/{id}/test": from("owner"),
  "POST /api/code-pools": from("marketer"),
  "GET /api/codes": from("viewer"),
  "GET /api/interventions": from("viewer"),
  "POST /api/interventions": from("marketer", ["success"]),
  "GET /api/interventions/{id}": from("viewer"),
  "PATCH /api/interventions/{id}": from("marketer", ["success"]),
  "GET /api/dead-letters": from("viewer"),
  "GET /api/dead-letters/{id}": from("viewer"),
  "PATCH /api/dead-letters/{id}": from("marketer"),
  "POST /api/dead-letters/replay": from("marketer"),
  "GET /api/improvements": from("viewer"),
  "POST /api/improvements": from("marketer"),
  "GET /api/improvements/{id}": from("viewer"),
  "PATCH /api/improvements/{id}": from("marketer"),
  "POST /api/improvements/{id}/announce": from("marketer"),
  "DELETE /api/improvements/{id}": from("marketer"),
  "GET /api/campaigns": from("viewer"),
  "POST /api/campaigns": from("marketer"),
  "GET /api/campaigns/{id}": from("viewer"),
  "PATCH /api/campaigns/{id}": from("marketer"),
  "DELETE /api/campaigns/{id}": from("marketer"),
  "GET /api/campaigns/{id}/people": from("viewer"),
  "GET /api/campaigns/{id}/messages": from("viewer"),
  "POST /api/campaigns/{id}/test": people("marketer"),
  "GET /api/campaigns/{id}/forecast": from("viewer"),
  "GET /api/campaigns/{id}/progress": from("viewer"),
  "GET /api/reports": from("viewer"),
  "GET /api/campaigns/{id}/entries": from("viewer"),
  "POST /api/campaigns/{id}/approve": people("manager"),
  "POST /api/campaigns/{id}/launch": from("marketer"),
  "POST /api/campaigns/{id}/republish": from("marketer"),
  "POST /api/campaigns/{id}/pause": from("marketer"),
  "POST /api/campaigns/{id}/resume": from("marketer"),
  "POST /api/campaigns/{id}/undo": from("marketer"),
  "POST /api/campaigns/{id}/finish": from("marketer"),
  "POST /api/campaigns/{id}/archive": from("marketer"),
  "POST /api/campaigns/{id}/duplicate": from("marketer"),
  "POST /api/campaigns/{id}/correction": from("marketer"),
  "POST /api/campaigns/{id}/save-plan": from("marketer"),
  "GET /api/plans": from("viewer"),
  "GET /api/touches": from("viewer"),
  "GET /api/tasks": from("viewer"),
  "PATCH /api/tasks/{id}": from("marketer", ["success"]),
  "GET /api/sending": from("viewer"),
  "PUT /api/sending": from("owner"),
  "POST /api/sending/stop": from("marketer"),
  "POST /api/sending/resume": from("marketer"),
  "GET /api/brand": from("viewer"),
  "PUT /api/brand": from("owner"),
  "GET /api/blocks": from("viewer"),
  "POST /api/blocks": from("marketer"),
  "PATCH /api/blocks/{id}": from("marketer"),
  "DELETE /api/blocks/{id}": from("marketer"),
  "GET /api/blocks/{id}/versions": from("viewer"),
  "GET /api/proofs": from("viewer"),
  "POST /api/proofs": from("marketer"),
  "PATCH /api/proofs/{id}": from("marketer"),
  "DELETE /api/proofs/{id}": from("marketer"),
  "GET /api/images": from("viewer"),
  "POST /api/images": from("marketer"),
  "DELETE /api/images/{hash}": from("marketer"),
  "GET /images/{hash}": from("stranger"),
  "GET /u/{token}": from("stranger"),
  "POST /u/{token}": from("stranger"),
  "GET /o/{token}": from("stranger"),
  "GET /c/{token}": from("stranger"),
  "GET /v/{token}": from("stranger"),
  "GET /api/audit": from("owner"),
  "GET /api/audit/export.csv": from("owner"),
  "GET /api/runs": from("viewer"),
  "POST /api/runs": from("owner"),
};

// Columns of the same table: whoever is not signed in, people of each role, and programs with a token of each.
async function columns() {
  const strangers = [{ who: "stranger", client: server, may: ({ people }) => people.includes("stranger") }];
  const signedIn = [];
  const programs = [];
  for (const role of EVERYBODY.slice(1)) {
    signedIn.push({ who: `${role}, signed in`, client: () => server.person({ role }), may: ({ people }) => people.includes(role) });
    programs.push({ who: `${role}'s token`, client: await server.api(role), may: ({ tokens }) => tokens.includes(role) });
  }
  return [...strangers, ...signedIn, ...programs];
}

test("each role is let in where the table says, and nowhere else, with a session and with a token", async () => {
  const all = await columns();
  const clients = new Map();
  for (const { pattern, method } of operations()) {
    const allowed = ALLOWED[`${method} ${pattern}`];
    assert.ok(allowed, `${method} ${pattern} stands in no table of permissions`);
    for (const { who, client, may } of all) {
      // Some of these routes end the session that asks.
      if (typeof client === "function" && (!clients.has(who) || (await clients.get(who).get("/api/session")).status === 401)) {
        clients.set(who, await client());
      }
      const caller = clients.get(who) ?? client;
      // A body that no route accepts: whoever is let in changes nothing.
      const body = method === "GET" ? undefined : "[]";
      const headers = { origin: server.url, "content-type": "application/json" };
      const { status } = await caller.request(method, pattern.replace("{id}", uuid7()), body, headers);
      const refused = who === "stranger" ? status === 401 : status === 403;
      assert.equal(refused, !may(allowed), `${method} ${pattern} by ${who}: ${status}`);
    }
  }
});

test("no row of the table is about a route that is gone", () => {
  const there = new Set(operations().map(({ pattern, method }) => `${method} ${pattern}`));
  for (const row of Object.keys(ALLOWED)) assert.ok(there.has(row), `${row} is no route`);
});

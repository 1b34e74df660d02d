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
const from = (role) => EVERYBODY.slice(EVERYBODY.indexOf(role));
const ALLOWED = {
  "GET /healthz": EVERYBODY,
  "GET /api/openapi.json": EVERYBODY,
  "POST /api/sign-in-links": EVERYBODY,
  "POST /api/session": EVERYBODY,
  "GET /api/session": from("viewer"),
  "DELETE /api/session": from("viewer"),
  "GET /api/shop": from("viewer"),
  "PATCH /api/shop": from("owner"),
  "GET /api/rates": from("viewer"),
  "PUT /api/rates": from("marketer"),
  "GET /api/margins": from("viewer"),
  "PUT /api/margins": from("owner"),
  "GET /api/economics": from("viewer"),
  "GET /api/limits": from("viewer"),
  "GET /api/overview": from("viewer"),
  "GET /api/customers": from("viewer"),
  "GET /api/customers/export.csv": from("manager"),
  "GET /api/customers/{id}": from("viewer"),
  "GET /api/customers/{id}/timeline": from("viewer"),
  "GET /api/thresholds": from("viewer"),
  "PUT /api/thresholds": from("marketer"),
  "DELETE /api/thresholds": from("marketer"),
  "GET /api/models": from("viewer"),
  "POST /api/imports": from("marketer"),
  "GET /api/imports": from("viewer"),
  "GET /api/imports/{id}": from("viewer"),
  "POST /api/imports/{id}/batches": from("marketer"),
  "POST /api/imports/{id}/cancel": from("marketer"),
  "GET /api/imports/{id}/rejected.csv": from("marketer"),
  "DELETE /api/sample": from("marketer"),
  "GET /api/audit": from("owner"),
  "GET /api/audit/export.csv": from("owner"),
  "GET /api/runs": from("viewer"),
  "POST /api/runs": from("owner"),
};

test("each role is let in where the table says, and nowhere else", async () => {
  const callers = { stranger: { request: server.request } };
  for (const role of EVERYBODY.slice(1)) callers[role] = await server.api(role);
  for (const { pattern, method } of operations()) {
    const allowed = ALLOWED[`${method} ${pattern}`];
    assert.ok(allowed, `${method} ${pattern} stands in no table of permissions`);
    for (const who of EVERYBODY) {
      // A body that no route accepts: whoever is let in changes nothing.
      const body = method === "GET" ? undefined : "[]";
      const headers = { origin: server.url, "content-type": "application/json" };
      const { status } = await callers[who].request(method, pattern.replace("{id}", uuid7()), body, headers);
      const refused = who === "stranger" ? status === 401 : status === 403;
      assert.equal(refused, !allowed.includes(who), `${method} ${pattern} by ${who}: ${status}`);
    }
  }
});

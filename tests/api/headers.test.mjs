// The headers of every answer, and the limits on bodies.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src 'self' data:; " +
  "style-src 'self' 'unsafe-inline'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

// What a message's reader sees runs nothing and loads nothing but our own pictures; a picture alone does nothing at all.
const PAGE = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const SANDBOX = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
const POLICIES = { "/u/{token}": PAGE, "/c/{token}": PAGE, "/v/{token}": PAGE, "/o/{token}": SANDBOX };

let server, api;
before(async () => {
  server = await start();
  api = await server.api("owner");
});
after(() => server.stop());

function check(answer, what, policy = CONTENT_SECURITY_POLICY) {
  const header = (name) => answer.headers.get(name);
  assert.equal(header("content-security-policy"), policy, what);
  assert.match(header("strict-transport-security"), /max-age=\d{8,}/, what);
  assert.equal(header("x-content-type-options"), "nosniff", what);
  assert.equal(header("cross-origin-opener-policy"), "same-origin", what);
  assert.equal(header("referrer-policy"), "no-referrer", what);
  assert.equal(header("cache-control"), "no-store", what);
  assert.equal(header("access-control-allow-origin"), null, what);
  assert.match(header("x-request-id"), /^[0-9a-f-]{36}$/, what);
}

test("every route answers with the headers, to friends, strangers and refusals", async () => {
  const { paths } = (await api.get("/api/openapi.json")).json;
  for (const [pattern, methods] of Object.entries(paths)) {
    const target = pattern.replace("{id}", uuid7());
    for (const method of Object.keys(methods).map((name) => name.toUpperCase())) {
      const body = method === "GET" ? undefined : {};
      check(await server.request(method, target, body), `${method} ${pattern} by a stranger`, POLICIES[pattern]);
      check(await api.request(method, target, body), `${method} ${pattern} by an owner`, POLICIES[pattern]);
    }
  }
});

test("what is not there and what is not allowed have them too", async () => {
  check(await api.get("/api/nothing"), "an unknown path");
  check(await api.request("PUT", "/healthz", {}), "an unknown method");
  check(await server.request("OPTIONS", "/api/customers", undefined, { origin: "https://evil.test" }), "a preflight");
});

test("a body above one megabyte is refused", async () => {
  const answer = await api.patch("/api/shop", JSON.stringify({ name: "x".repeat(1_000_001) }), { "content-type": "application/json" });
  assert.equal(answer.status, 413);
  assert.equal(answer.json.code, "too_large");
});

test("JSON nested deeper than 32 levels is refused, also where the bracket is never closed", async () => {
  for (const body of [`{"name":${"[".repeat(40)}${"]".repeat(40)}}`, "[".repeat(100_000)]) {
    const answer = await api.patch("/api/shop", body, { "content-type": "application/json" });
    assert.equal(answer.status, 400);
    assert.equal(answer.json.code, "too_deep");
  }
});

test("a body of another type than JSON is refused", async () => {
  const answer = await api.patch("/api/shop", "name=x", { "content-type": "application/x-www-form-urlencoded" });
  assert.equal(answer.status, 415);
});

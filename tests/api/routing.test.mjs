// Which addresses reach the worker, and what it says to those it does not know.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { root, start } from "../harness.mjs";

// The prefixes of the architecture: webhooks, tracking, public links, the app's own API.
const DYNAMIC = ["/api/x", "/v1/x", "/hooks/x/y", "/o/x/y", "/c/x/y", "/u/x/y", "/v/x/y", "/healthz", "/__seams/x"];

let server;
before(async () => {
  server = await start();
});
after(() => server.stop());

test("every dynamic prefix reaches the worker, also for a browser that navigates", async () => {
  for (const target of DYNAMIC) {
    for (const headers of [{}, { "sec-fetch-mode": "navigate", accept: "text/html" }]) {
      const answer = await server.request("GET", target, undefined, headers);
      assert.ok(answer.headers.get("x-request-id"), `${target} did not reach the worker`);
      if (target === "/healthz") continue;
      assert.equal(answer.status, 404, target);
      assert.match(answer.headers.get("content-type"), /problem\+json/, target);
      assert.equal(answer.json.code, "not_found", target);
    }
  }
});

test("the list of prefixes names each of them", () => {
  const config = readFileSync(path.join(root, "wrangler.toml"), "utf8");
  const list = JSON.parse(config.match(/^run_worker_first = (\[.*\])$/m)[1]);
  for (const target of DYNAMIC) {
    const reached = list.some((entry) => (entry.endsWith("*") ? target.startsWith(entry.slice(0, -1)) : target === entry));
    assert.ok(reached, `${target} is in no entry of run_worker_first`);
  }
});

test("liveness is open to everybody, and what waits is for those who are known", async () => {
  await server.d1("insert into wakes (job, due_at) values ('score', unixepoch() * 1000 - 60000), ('fit', unixepoch() * 1000 + 600000)");
  const stranger = await server.request("GET", "/healthz");
  assert.deepEqual(Object.keys(stranger.json.health), ["version"]);
  const { work } = (await (await server.api("viewer")).get("/healthz")).json.health;
  assert.equal(work.jobs_due, 1);
  assert.ok(work.oldest_due_seconds >= 60 && work.oldest_due_seconds < 120);
});

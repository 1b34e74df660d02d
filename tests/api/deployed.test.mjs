// What a deployment must not do that a local run may.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { start } from "../harness.mjs";

const ORIGIN = "https://shop.example.com";

let server;
before(async () => {
  // A stray LOCAL does not make a deployment local.
  server = await start({ vars: { LOCAL: "true", ORIGIN } });
  await server.signInLink();
});
after(() => server.stop());

const ask = (origin) => server.request("POST", "/api/sign-in-links", { email: "owner@example.com" }, { origin });

test("a deployment trusts its own origin only, and no name of the machine", async () => {
  assert.equal((await ask(server.url)).status, 403);
  assert.equal((await ask(ORIGIN)).status, 202);
});

test("a deployment puts no link where somebody could read it", async () => {
  assert.equal((await ask(ORIGIN)).status, 202);
  await new Promise((next) => setTimeout(next, 300));
  assert.deepEqual((await server.seams.outbox()).outbox, []);
  const [{ n }] = await server.d1("select count(*) as n from sign_in_links where browser_hash is not null");
  assert.equal(n, 0);
  assert.ok(!server.logs().some((line) => line.message.includes("/sign-in#")));
});

test("a deployment says that nothing can be sent yet, and counts no test of a message", async () => {
  const owner = await server.person({ headers: { origin: ORIGIN } });
  const { id } = (await owner.post("/api/campaigns", { name: "Spring" })).json.campaign;
  const answer = await owner.post(`/api/campaigns/${id}/test`, { step: "help", channel: "email" });
  assert.deepEqual([answer.status, answer.json.code], [409, "not_connected"]);
  assert.deepEqual((await server.seams.outbox()).outbox, []);
  assert.deepEqual(await server.d1("select * from test_sends"), []);
});

test("a deployment does not call itself local", async () => {
  assert.equal((await (await server.api("owner")).get("/api/shop")).json.shop.local, false);
});

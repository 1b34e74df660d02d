import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { open } from "./browser.mjs";

let at;
before(async () => (at = await open()));
after(() => at.stop());

test("opening a sign-in link changes nothing; its button signs in and the token leaves the address", async () => {
  const me = await at.visitor();
  const link = await at.server.signInLink();
  await me.page.goto(link);
  await me.page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.deepEqual(await at.server.d1("select count(*) as n from sessions"), [{ n: 0 }]);
  await me.page.getByRole("button", { name: "Sign in" }).click();
  await me.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  assert.equal(new URL(me.page.url()).hash, "");
  const [cookie] = (await me.context.cookies()).filter(({ name }) => name === "__Host-rekindle");
  assert.ok(cookie.httpOnly && cookie.secure && cookie.sameSite === "Lax" && cookie.path === "/", JSON.stringify(cookie));
  await me.end();
});

test("a used link is refused with a way on", async () => {
  const me = await at.visitor();
  const link = await at.server.signInLink();
  await me.page.goto(link);
  await me.page.getByRole("button", { name: "Sign in" }).click();
  await me.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await me.end();

  const other = await at.visitor();
  other.expect(/status of 4\d\d/);
  await other.page.goto(link);
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await other.page.getByRole("alert").waitFor();
  await other.page.getByLabel("E-mail address").waitFor();
  await other.end();
});

test("a visitor without a session is led to signing in and then to the place they wanted", async () => {
  const me = await at.visitor();
  me.expect(/status of 401/);
  await me.page.goto(`${at.server.url}/radar?sort=value`);
  await me.page.waitForURL(/\/sign-in\?/);
  const wanted = new URL(me.page.url()).search;
  const link = new URL(await at.server.signInLink());
  await me.page.goto(`${link.origin}${link.pathname}${wanted}${link.hash}`);
  await me.page.getByRole("button", { name: "Sign in" }).click();
  await me.page.getByRole("heading", { level: 1, name: "Radar" }).waitFor();
  assert.equal(new URL(me.page.url()).search, "?sort=value");
  await me.end();
});

test("a link asked for in a local run lands in the outbox and works in the browser that asked", async () => {
  const me = await at.visitor();
  await at.server.signInLink(); // Makes the owner.
  await me.page.goto(`${at.server.url}/sign-in`);
  await me.page.getByLabel("E-mail address").fill("owner@example.com");
  await me.page.getByRole("button", { name: "Send me a link" }).click();
  await me.page.getByText("Look into your mail").waitFor();
  const { outbox } = await at.server.seams.outbox();
  const link = JSON.stringify(outbox).match(/http:\/\/localhost:\d+\/sign-in#[\w-]+/)[0];

  const other = await at.visitor();
  other.expect(/status of 4\d\d/);
  await other.page.goto(link);
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await other.page.getByRole("alert").waitFor();
  await other.end();

  await me.page.goto(link);
  await me.page.getByRole("button", { name: "Sign in" }).click();
  await me.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await me.end();
});

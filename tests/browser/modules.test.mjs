// The app's other modules, such as the second, which holds Data and Settings: when they come, what they share, and what happens where one does not come.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { root, until } from "../harness.mjs";
import { open, settled } from "./browser.mjs";

const GATE = /\/assets\/gate-[^/]*\.js/;
const LAB = /\/assets\/lab-[^/]*\.js/;
const OFFICE = /\/assets\/office-[^/]*\.js/;

let at;
before(async () => (at = await open()));
after(() => at.stop());

test("the second module comes by itself once the first view stands, and both know one session", async () => {
  const me = await at.visitor();
  const asked = [];
  me.context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await me.signIn();
  const came = () => asked.filter((path) => OFFICE.test(path)).length;
  await until(() => came() === 1, "the second module");

  const sessions = () => asked.filter((path) => path === "/api/session").length;
  const before = sessions();
  const { page } = me;
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await settled(page, "Settings");
  await page.waitForFunction(() => document.activeElement?.matches("h1"));
  assert.equal(await page.title(), "Settings · Rekindle");
  assert.equal(sessions(), before, "the session is handed over, not asked for again");
  assert.equal(came(), 1);

  const ids = await page.evaluate(() => [...document.querySelectorAll("[id]")].map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length, `each id stands once: ${ids}`);

  await page.goBack();
  await settled(page, "Overview");
  assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, "nothing of the second module is left in the page");
  await me.end();
});

test("signing out and in again gives the second module's pages a new place", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await page.getByRole("link", { name: "Data" }).first().click();
  await settled(page, "Data");
  await page.getByRole("button", { name: "Olga Owner" }).first().click();
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await settled(page, "Sign in");
  await me.signIn();
  await page.getByRole("link", { name: "Data" }).first().click();
  await settled(page, "Data");
  await page.getByLabel("CSV file").waitFor({ state: "attached" });
  await me.end();
});

test("where the second module cannot be loaded the page says so, and another try works", async () => {
  const me = await at.visitor();
  me.expect(/ERR_FAILED|Failed to fetch/);
  const { page } = me;
  await me.signIn();
  await page.route(OFFICE, (route) => route.abort());
  await page.goto(`${at.server.url}/data`);
  await page.getByText("This page could not be loaded").waitFor();
  await settled(page, "Data");
  await page.unroute(OFFICE);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByLabel("CSV file").waitFor({ state: "attached" });
  assert.equal(await page.getByText("This page could not be loaded").count(), 0);
  await me.end();
});

test("the third module comes only to those who go to Models, and where it cannot be loaded another try works", async () => {
  const me = await at.visitor();
  me.expect(/ERR_FAILED|Failed to fetch/);
  const asked = [];
  me.context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const { page } = me;
  await me.signIn();
  await until(() => asked.some((path) => OFFICE.test(path)), "the second module");
  assert.ok(!asked.some((path) => LAB.test(path)), "Models waits until it is asked for");
  await page.route(LAB, (route) => route.abort());
  await page.getByRole("link", { name: "Models" }).first().click();
  await page.getByText("This page could not be loaded").waitFor();
  await page.unroute(LAB);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "No model yet" }).waitFor();
  const ids = await page.evaluate(() => [...document.querySelectorAll("[id]")].map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length, `each id stands once: ${ids}`);
  await me.end();
});

test("the fourth module comes only to those who go to Sources, shares the session, and the tabs lead to and fro", async () => {
  const me = await at.visitor();
  const asked = [];
  me.context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const { page } = me;
  await me.signIn();
  await page.getByRole("link", { name: "Data" }).first().click();
  await settled(page, "Data");
  const tabs = page.getByRole("navigation", { name: "Data" });
  await tabs.waitFor();
  assert.ok(!asked.some((path) => GATE.test(path)), "Sources waits until it is asked for");
  const sessions = () => asked.filter((path) => path === "/api/session").length;
  const before = sessions();
  await tabs.getByRole("link", { name: "Sources" }).click();
  await page.getByRole("heading", { name: "No source is connected" }).waitFor();
  assert.equal(await tabs.getByRole("link", { name: "Sources" }).getAttribute("aria-current"), "page");
  assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, "nothing of the second module is left in the page");
  const ids = await page.evaluate(() => [...document.querySelectorAll("[id]")].map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length, `each id stands once: ${ids}`);
  await tabs.getByRole("link", { name: "Import", exact: true }).click();
  await page.getByLabel("CSV file").waitFor({ state: "attached" });
  await page.goBack();
  await page.getByRole("heading", { name: "No source is connected" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("h1"));
  assert.equal(sessions(), before, "the session is handed over, not asked for again");
  await me.end();
});

test("the engine of templates and MJML are in the Web Worker alone", () => {
  const folder = path.join(root, "dist", "assets");
  const holds = (module) => {
    const file = readdirSync(folder).find((name) => new RegExp(`^${module}-[0-9a-f]+\\.wasm$`).test(name));
    assert.ok(file, `${module} is built`);
    const bytes = readFileSync(path.join(folder, file)).toString("latin1");
    return ["minijinja", "mrml"].filter((crate) => bytes.includes(`/${crate}-`));
  };
  assert.deepEqual(holds("app-worker"), ["minijinja", "mrml"], "what is looked for is found where it is");
  for (const module of ["app", "office", "lab", "gate", "studio", "press"]) assert.deepEqual(holds(module), [], module);
});

// Data › History: narrowing down, selecting, cancelling several, the file of what is shown, and what is older.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { begin, imported, order, send } from "../rows.mjs";
import { accessible, open, screenshot, settled } from "./browser.mjs";

let at, api;
before(async () => {
  at = await open();
  api = await at.server.api("owner");
  await imported(api, "orders", [order(1, "A", "2026-01-05")], { file: "orders-may.csv" });
  for (const file of ["half one.csv", "half two.csv", "half three.csv"]) {
    const { id } = await begin(api, "orders", { file });
    await send(api, id, 0, "orders", [order(2, "B", "2026-01-05")], { last: false });
  }
  await begin(api, "customers", { file: "people.csv" });
  const { id } = await begin(api, "rates", { file: "=rates.csv" });
  await at.server.d1("update imports set status = 'failed', error = 'No column holds a currency' where public_id = ?1", id);
});
after(() => at.stop());

const files = (page) => page.locator("tbody th[scope=row] span").allTextContents();
const shows = async (page, expected) => {
  await settled(page);
  await until(async () => JSON.stringify(await files(page)) === JSON.stringify(expected), `${expected} are shown`);
};
const pressed = (page) => page.locator("button[aria-pressed=true]").allTextContents();
const button = (page, name) => page.getByRole("button", { name, exact: true });
const ALL = ["=rates.csv", "people.csv", "half three.csv", "half two.csv", "half one.csv", "orders-may.csv"];

test("the list narrows down by status and kind, the address keeps it, and Back takes it away again", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/data/history", "Data");
  await shows(page, ALL);
  await button(page, "Receiving").click();
  await page.waitForURL(/\/data\/history\?status=receiving$/);
  await shows(page, ALL.slice(1, 5));
  await button(page, "Done").click();
  await page.waitForURL(/status=receiving,done$/);
  await shows(page, ALL.slice(1));
  await button(page, "Customers").click();
  await page.waitForURL(/status=receiving,done&kind=customers$/);
  await shows(page, ["people.csv"]);
  assert.deepEqual(await pressed(page), ["Receiving", "Done", "Customers"]);
  await page.goBack();
  await shows(page, ALL.slice(1));
  assert.deepEqual(await pressed(page), ["Receiving", "Done"]);
  await button(page, "Show everything").click();
  await shows(page, ALL);
  assert.deepEqual(await pressed(page), []);

  await me.visit("/data/history?status=burnt,failed&kind=teapots&colour=red", "Data");
  await shows(page, ["=rates.csv"]);
  assert.deepEqual(await pressed(page), ["Failed"], "what the address says wrongly is left out");

  await me.visit("/data/history?status=queued&kind=events", "Data");
  await page.getByRole("heading", { name: "No import fits" }).waitFor();
  await accessible(page, "History that matches nothing");
  await button(page, "Show all imports").click();
  await page.waitForURL(/\/data\/history$/);
  await shows(page, ALL);
  await me.end();
});

test("the file holds what is shown, and the audit log tells of it", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/data/history?status=failed,done", "Data");
  await shows(page, ["=rates.csv", "orders-may.csv"]);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export CSV" }).click()]);
  assert.equal(download.suggestedFilename(), "imports.csv");
  const lines = readFileSync(await download.path(), "utf8").trimEnd().split("\r\n");
  assert.deepEqual(lines.slice(1).map((line) => line.split(",").slice(1, 4)), [["'=rates.csv", "rates", "failed"], ["orders-may.csv", "orders", "done"]]);
  const [{ fields }] = await at.server.d1("select fields from audit where action = 'imports_exported'");
  assert.deepEqual(JSON.parse(fields), [{ name: "status", to: "done, failed" }]);
  await me.end();
});

test("several unfinished imports are cancelled at once by the keyboard, and the page says how many", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/data/history?kind=orders", "Data");
  await shows(page, ALL.slice(2));
  assert.equal(await page.getByLabel("Select orders-may.csv").count(), 0, "what is done cannot be cancelled");
  assert.ok(await button(page, "Cancel selected").isDisabled());
  await page.getByLabel("Select all").focus();
  await page.keyboard.press("Space");
  await page.getByText("3 selected").waitFor();
  await page.getByLabel("Select half two.csv").focus();
  await page.keyboard.press("Space");
  await page.getByText("2 selected").waitFor();
  await button(page, "Cancel selected").focus();
  await page.keyboard.press("Enter");
  const ask = page.getByRole("dialog", { name: "Cancel the selected imports?" });
  await ask.getByText("half three.csv, half one.csv").waitFor();
  await ask.getByText("2 imports stop here").waitFor();
  await accessible(page, "the question before imports are cancelled");
  // One of them ends by itself meanwhile.
  await at.server.d1("update imports set status = 'done', finished_at = 1 where file_name = 'half one.csv'");
  await button(ask, "Cancel them").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("note").filter({ hasText: "1 import is cancelled. What is stored stays. 1 had ended before." }).waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("h1"));
  await page.getByText("Nothing selected").waitFor();
  const rows = await at.server.d1("select file_name, status from imports where file_name glob 'half*' order by id");
  assert.deepEqual(rows.map((row) => row.status), ["done", "receiving", "cancelled"]);
  for (const [name, status] of [["half three.csv", "Cancelled"], ["half one.csv", "Done"]]) {
    await page.getByRole("row").filter({ hasText: name }).getByText(status, { exact: true }).waitFor();
    assert.equal(await page.getByLabel(`Select ${name}`).count(), 0);
  }

  // Narrowed to what is unfinished, a cancelled import leaves the list.
  await me.visit("/data/history?status=receiving", "Data");
  await shows(page, ["people.csv", "half two.csv"]);
  await page.getByRole("button", { name: "Cancel the import of half two.csv" }).click();
  await shows(page, ["people.csv"]);
  const entries = await at.server.d1("select object_name from audit where action = 'import_cancelled' order by id");
  assert.deepEqual(entries.map((row) => row.object_name), ["half three.csv", "half two.csv"]);
  await me.end();
});

test("where one of several cannot be cancelled, the page says how many were and offers the rest again", async () => {
  const ids = [];
  for (const file of ["left.csv", "right.csv"]) ids.push((await begin(api, "events", { file })).id);
  const me = await at.visitor();
  const { page } = me;
  me.expect(/Failed to load resource/);
  await me.signIn();
  await me.visit("/data/history?kind=events", "Data");
  await page.getByLabel("Select all").check();
  let refuse = true;
  await page.route(`**/api/imports/${ids[0]}/cancel`, (route) => (refuse ? route.abort() : route.continue()));
  await button(page, "Cancel selected").click();
  const ask = page.getByRole("dialog", { name: "Cancel the selected imports?" });
  await button(ask, "Cancel them").click();
  await ask.getByRole("alert").waitFor();
  await ask.getByText("1 import stops here").waitFor();
  const status = async () => (await at.server.d1("select status from imports where kind = 'events' order by id")).map((row) => row.status);
  assert.deepEqual(await status(), ["receiving", "cancelled"]);
  refuse = false;
  await button(ask, "Cancel them").click();
  await ask.waitFor({ state: "hidden" });
  await page.getByRole("note").filter({ hasText: "1 import is cancelled." }).waitFor();
  assert.deepEqual(await status(), ["cancelled", "cancelled"]);
  await me.end();
});

test("a viewer looks and narrows down, but neither cancels nor exports", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn({ email: "vera@example.com", role: "viewer", name: "Vera Viewer" });
  await me.visit("/data/history?status=receiving", "Data");
  await shows(page, ["people.csv"]);
  assert.deepEqual(await page.getByRole("checkbox").count(), 0);
  for (const name of ["Cancel selected", /^Cancel the import/]) assert.equal(await page.getByRole("button", { name }).count(), 0);
  assert.equal(await page.getByRole("link", { name: "Export CSV" }).count(), 0);
  await me.end();
});

for (const [theme, width] of [["light", 1280], ["dark", 1280], ["light", 390]]) {
  test(`axe finds nothing on History in the ${theme} theme at ${width} px, and nothing of it is wider`, async () => {
    const me = await at.visitor({ theme, width, height: 844 });
    const { page } = me;
    await me.signIn();
    await me.visit("/data/history?kind=orders,customers,rates", "Data");
    await page.getByLabel("Select people.csv").check();
    await page.getByText("1 selected").waitFor();
    await accessible(page, `History, ${theme}, ${width} px`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    await screenshot(page, `history-${theme}-${width}`);
    await me.end();
  });
}

test("older imports come by asking for more, and each stands there once", async () => {
  const [{ options }] = await at.server.d1("select options from imports limit 1");
  await at.server.d1(
    `insert into imports (public_id, kind, source, status, file_name, options, created_at, updated_at)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < 130)
     select printf('0193a1b2-0000-7000-8000-%012d', i), 'orders', 1, 'done', 'f' || i, ?1, i, i from n`,
    options,
  );
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/data/history?kind=orders", "Data");
  await until(async () => (await files(page)).length === 100, "the first hundred");
  await button(page, "Load more").click();
  await until(async () => (await files(page)).length === 134, "all of them");
  await button(page, "Load more").waitFor({ state: "detached" });
  const all = await files(page);
  assert.deepEqual([all[0], all[129], all.at(-1)], ["f130", "f1", "orders-may.csv"]);
  assert.equal(new Set(all).size, all.length);
  await me.end();
});

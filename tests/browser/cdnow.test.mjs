// A real order history from the file to a Radar with people on it. Source of the data: its README beside it (Fader & Hardie).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { dataset } from "../harness.mjs";
import { figure, open, screenshot, settled } from "./browser.mjs";

const { file, skip } = dataset("cdnow", "cdnow_sample_log.csv");
// The day after the log's last one.
const NOW = "1998-07-01T00:17:00Z";

// Counted from the file by means of its own, in cents.
function totals() {
  const [header, ...rows] = readFileSync(file, "utf8").trimEnd().split(/\r?\n/);
  const columns = header.split(",");
  const [customer, amount] = [columns.indexOf("customer_id"), columns.indexOf("amount")];
  const cells = rows.map((row) => row.split(","));
  return {
    orders: rows.length,
    customers: new Set(cells.map((row) => row[customer])).size,
    cents: cells.reduce((sum, row) => sum + Math.round(Number(row[amount]) * 100), 0),
  };
}

let at;
before(async () => {
  if (!skip) at = await open({ now: NOW });
});
after(() => at?.stop());

test("CDNOW imported in the browser and scored by the cron gives a Radar with people and the file's own totals", { skip }, async () => {
  const expected = totals();
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/data", "Data");
  await page.getByLabel("CSV file").setInputFiles(file);
  const start = page.getByRole("button", { name: /^Import [\d,]+ orders/ });
  await start.waitFor();
  assert.equal(figure(await start.innerText()), expected.orders);
  const began = performance.now();
  await start.click();
  await page.getByText("The import is done").waitFor({ timeout: 120_000 });
  console.log(`import of ${expected.orders} orders in the browser: ${((performance.now() - began) / 1000).toFixed(1)} s`);

  const scored = performance.now();
  await at.server.scheduled("17 * * * *");
  console.log(`fit and score of ${expected.customers} customers by the cron: ${((performance.now() - scored) / 1000).toFixed(1)} s`);

  await me.visit("/", "Overview");
  const cell = (name) => page.getByRole("row", { name: /USD/ }).getByRole("cell").nth(name);
  assert.equal(figure(await cell(0).innerText()), expected.orders);
  assert.equal(Math.round(figure(await cell(1).innerText()) * 100), expected.cents);
  const [stored] = await at.server.d1("select count(*) as orders, sum(amount) as cents, count(distinct customer_id) as customers from orders");
  assert.deepEqual(stored, { orders: expected.orders, cents: expected.cents, customers: expected.customers });
  await screenshot(page, "cdnow-overview");

  await page.getByRole("link", { name: /^Radar/ }).first().click();
  await settled(page, "Radar");
  const rows = page.getByRole("table", { name: "Customers on Radar" }).getByRole("row");
  await rows.nth(1).waitFor();
  assert.ok((await rows.count()) > 5, "Radar lists people");
  const waiting = await at.server.d1("select count(*) as n from facets where dirty = 1 or tier = 9");
  assert.deepEqual(waiting, [{ n: 0 }], "everybody is scored");
  await screenshot(page, "cdnow-radar");

  // The same file again changes nothing.
  await me.visit("/data", "Data");
  await page.getByLabel("CSV file").setInputFiles(file);
  await start.click();
  await page.getByText("The import is done").waitFor({ timeout: 120_000 });
  assert.deepEqual(await at.server.d1("select count(*) as orders, sum(amount) as cents from orders"), [{ orders: expected.orders, cents: expected.cents }]);
  assert.deepEqual(await at.server.d1("select count(*) as n from facets where dirty = 1"), [{ n: 0 }]);
  await me.end();
});

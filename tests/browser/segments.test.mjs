// Segments as a marketer meets them: the map and the table, one segment, a filter that counts as it is written, and who is left out.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { open, pictures, run, settled } from "./browser.mjs";

let at;
before(async () => (at = await open()));
after(() => at.stop());

test("a sample shop's segments add up, lead to their people, and a new one counts as it is written", async () => {
  await at.server.reset();
  const owner = await at.server.api("owner");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/data", "Data");
  await page.getByRole("button", { name: /store/i }).first().click();
  await page.getByText("The import is done").waitFor({ timeout: 120_000 });
  await run(owner, "score");
  await run(owner, "segments");
  const { segments, meta } = (await owner.get("/api/segments")).json;
  assert.equal(meta.rows.reduce((sum, row) => sum + row.customers, 0), 500);

  await me.visit("/segments", "Segments");
  const table = page.getByRole("region", { name: "Micro-segments" });
  await table.getByRole("row").nth(1).waitFor();
  assert.equal(await table.getByRole("row").count(), segments.length + 1);
  const tile = await page.locator("svg.treemap rect").first().boundingBox();
  assert.ok(tile.width > 40 && tile.height > 40, "the map is drawn");
  await pictures(page, "segments");

  await table.getByRole("link").first().click();
  await page.getByRole("heading", { name: "People" }).waitFor();
  await page.getByRole("region", { name: "The most valuable customers of the segment" }).getByRole("row").nth(1).waitFor();
  await pictures(page, "segment");

  await me.visit("/segments/new", "New segment");
  const [{ n }] = await at.server.d1("select count(*) as n from facets where tier = 4");
  await page.getByText(`${n} customers`, { exact: true }).waitFor();
  await page.getByText("Customers who are lost.").waitFor();
  await page.getByRole("button", { name: "Add a condition" }).click();
  await page.getByText("Customers who are lost and whose last order was more than 90 days ago.").waitFor();
  await page.getByLabel("Name").fill("Long gone");
  await pictures(page, "new-segment");
  await page.getByRole("button", { name: "Save the segment" }).click();
  await page.getByRole("heading", { level: 1, name: "Long gone" }).waitFor();
  await page.getByRole("link", { name: /^See all/ }).click();
  await page.getByRole("button", { name: "Remove the filter In a segment" }).waitFor();

  await me.visit("/segments", "Segments");
  await page.getByRole("button", { name: "Change the rules" }).click();
  me.expect(/status of 422 .*\/api\/exclusions/);
  await page.getByLabel("Orders a year").fill("1");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Use 2 to 100000, or null to leave nobody out for it").waitFor();
  await page.getByLabel("Orders a year").fill("6");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal((await owner.get("/api/exclusions")).json.exclusions.orders_a_year, 6);
  await settled(page);
  await me.end();
});

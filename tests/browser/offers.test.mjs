// The matrix of offers: the browser's numbers are the API's, sliders move it, the keyboard reaches it, and limits are compared before
// they are saved.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { crowd, limits, same, shown, slide } from "../matrix.mjs";
import { open, pictures } from "./browser.mjs";

let at, api;
before(async () => {
  at = await open();
  api = await at.server.api("owner");
  await crowd(at.server, 2_400);
});
after(() => at.stop());

test("sliders recompute the matrix to the API's numbers, and what they move is marked", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/offers", "Offers");
  const stored = await limits(api);
  await same(page, api, stored);
  await slide(page, "Greatest discount", [120]);
  await same(page, api, { ...stored, greatest_discount: 120 });
  assert.ok((await page.locator(".cell.moved").count()) > 0);
  await slide(page, "No offer above", [150]);
  await slide(page, "Budget", [stored.spend / 2]);
  const { spend } = await page.locator('[data-limit="Budget"]').evaluate((slider) => ({ spend: Number(slider.value) }));
  const matrix = await same(page, api, { ...stored, greatest_discount: 120, anyway: 150, spend });
  assert.ok(matrix.effect.is_bound);
  await page.getByText(/^The next (US)?\$100 would bring back/).waitFor();
  await page.getByRole("button", { name: "Back to today's" }).click();
  await same(page, api, stored);
  assert.equal(await page.locator(".cell.moved").count(), 0);
  await me.end();
});

test("a cell opens by keyboard with its terms, interval and what it rests on", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/offers", "Offers");
  await page.locator('[data-at="0-0"]').focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const panel = page.getByRole("heading", { name: "Feature upgrade · high value, price" });
  await panel.waitFor();
  await page.getByText(/90 % sure: \d+–\d+ %/).waitFor();
  await page.getByText(/A prior, not your own figure/).waitFor();
  assert.equal(await page.locator('.matrix .cell[tabindex="0"]').count(), 1, "one stop of the Tab key");
  await pictures(page, "offers");
  await me.end();
});

test("limits are compared with today's, saved, and hold in the API", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/offers", "Offers");
  await slide(page, "Greatest discount", [150]);
  await page.getByRole("button", { name: "Compare and save" }).click();
  await page.getByRole("row", { name: /Greatest discount 25 % 15 %/ }).waitFor();
  await page.getByRole("button", { name: "Save limits" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  const stored = await limits(api);
  assert.equal(stored.greatest_discount, 150);
  await same(page, api, stored);
  await me.end();
});

test("an offer of the shop's own becomes a column", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/offers/catalogue", "Offers");
  await page.getByRole("button", { name: "Add an offer" }).click();
  await page.getByLabel("Name").fill("Factory tour");
  await page.getByLabel("Costs you when taken, USD").fill("x");
  await page.getByRole("button", { name: "Save offer" }).click();
  await page.getByText("Use an amount such as 12.50").waitFor();
  await page.getByLabel("Costs you when taken, USD").fill("4.50");
  await page.getByLabel("Service").check();
  await page.getByRole("button", { name: "Save offer" }).click();
  await page.getByRole("row", { name: /Factory tour/ }).waitFor();
  await pictures(page, "offers-catalogue");
  const before = Object.keys(await (await me.visit("/offers", "Offers"), shown(page)).then((now) => now.cells)).length;
  assert.equal(before, 24 * 8);
  await page.getByRole("columnheader", { name: "Factory tour" }).waitFor();
  await me.end();
});

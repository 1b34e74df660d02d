// The first run: what a new shop is asked, by keyboard and on a phone, and what its answers do to the figures.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { uuid7 } from "../harness.mjs";
import { accessible, open, screenshot, settled } from "./browser.mjs";

const DAY = 86_400_000;

let at, owner;
before(async () => {
  at = await open();
});
after(() => at.stop());
beforeEach(async () => {
  await at.server.reset();
  owner = await at.server.api("owner");
});

const shop = async () => (await owner.get("/api/shop")).json.shop;
const field = (me, label) => me.page.getByRole("textbox", { name: label, exact: true });
const choice = (me, label) => me.page.getByRole("combobox", { name: label, exact: true });

// Sixty customers, two of whom are at risk with 150 a year between them.
const fill = async () => {
  const today = Math.floor(Date.now() / DAY);
  for (let id = 1; id <= 60; id += 1) {
    await at.server.d1("insert into customers (id, public_id, external_id, name, name_key, created_at, updated_at) values (?1, ?2, ?1 || '', '', '', 0, 0)", id, uuid7());
    await at.server.d1("insert into facets (customer_id, dirty, tier, value, last_day, buy_days) values (?1, 0, ?2, 7500, ?3, 1)", id, id <= 2 ? 3 : 0, today - 5);
    await at.server.d1("insert into orders (source, external_id, customer_id, ordered_at, amount, currency, changed_at) values (1, ?1 || '', ?1, ?2, 4000, 'USD', 0)", id, (today - 5) * DAY);
  }
};

test("the questions are answered by keyboard alone, wrong ones stay beside their fields, and three ways lead on", async () => {
  const me = await at.visitor();
  me.expect(/status of 422/);
  await me.signIn();
  await settled(me.page, "Overview");
  for (const way of ["Look around first", "Bring your orders", "Connect a store"]) await me.page.getByRole("heading", { name: way }).waitFor();
  await accessible(me.page, "the first run");
  await screenshot(me.page, "first-run-light");

  await choice(me, "Industry").focus();
  await me.page.keyboard.type("Beauty");
  await me.page.getByText("what is usual in beauty stands in: 60 %").waitFor();
  await me.page.keyboard.press("Tab");
  await me.page.keyboard.type("Both");
  await me.page.keyboard.press("Tab");
  await me.page.keyboard.press("ControlOrMeta+A");
  await me.page.keyboard.type("euro");
  await me.page.keyboard.press("Tab");
  await me.page.keyboard.press("Tab");
  await me.page.keyboard.type("12,000");
  await me.page.keyboard.press("Tab");
  await me.page.keyboard.press("Tab");
  await me.page.keyboard.type("145");
  await me.page.keyboard.press("Tab");
  await me.page.keyboard.type("8,50");
  await me.page.keyboard.press("Enter");
  await me.page.getByText("Use three letters, such as EUR.").waitFor();
  assert.equal(await field(me, "Gross margin in per cent").getAttribute("aria-invalid"), "true");
  assert.equal((await shop()).version, 1, "nothing is sent while something is wrong");
  await accessible(me.page, "the first run with mistakes");
  await screenshot(me.page, "first-run-mistakes-light");
  // What was typed is still there.
  assert.equal(await field(me, "Active customers, about").inputValue(), "12,000");
  assert.equal(await field(me, "Cost of winning a new customer").inputValue(), "8,50");

  await field(me, "Home currency").fill("eur");
  await field(me, "Gross margin in per cent").fill("45");
  await me.page.keyboard.press("Enter");
  await me.page.getByText("Choose a way to begin").waitFor();
  const { profile, home_currency, set_up } = await shop();
  assert.deepEqual([home_currency, set_up], ["EUR", true]);
  assert.deepEqual(profile, {
    industry: "beauty", business_model: "both", active_customers: 12_000, margin: 0.45, margin_basis: "one", acquisition_cost: { amount: "8.50", currency: "EUR" },
  });
  await me.page.getByRole("link", { name: "Import a CSV" }).click();
  await settled(me.page, "Data");
  await me.end();
});

test("all questions can be passed over, and are not asked again", async () => {
  const me = await at.visitor();
  await me.signIn();
  await me.page.getByRole("button", { name: "Skip: use what is usual" }).click();
  await me.page.getByText("Choose a way to begin").waitFor();
  const { profile, set_up, version } = await shop();
  assert.deepEqual([set_up, version, profile.industry, profile.margin], [true, 2, null, null]);
  await me.visit("/", "Overview");
  assert.equal(await me.page.getByRole("heading", { name: "About your shop" }).count(), 0);
  await me.end();
});

test("who may not change the shop is not asked", async () => {
  const me = await at.visitor();
  await me.signIn({ email: "vera@example.com", role: "viewer", name: "Vera Viewer" });
  await me.page.getByText("Choose a way to begin").waitFor();
  assert.equal(await me.page.getByRole("heading", { name: "About your shop" }).count(), 0);
  await me.end();
});

test("every figure that rests on a default says so, and answers in Settings make it the shop's own", async () => {
  await fill();
  const me = await at.visitor();
  await me.signIn();
  await settled(me.page, "Overview");
  const stake = me.page.locator("section", { has: me.page.getByRole("heading", { name: "What is at stake" }) });
  await stake.getByText("Usual in trade in general, not your own figure.").waitFor();
  assert.match(await stake.innerText(), /US?\$60\b/, "40 % of 150");
  await me.page.getByText("These figures rest on what is usual in trade").waitFor();
  await accessible(me.page, "overview with defaults");
  await screenshot(me.page, "overview-defaults-light");

  await stake.getByRole("link", { name: "Set your own" }).first().click();
  await settled(me.page, "Settings");
  await choice(me, "Gross margin is told").selectOption("category");
  await field(me, "Categories").fill("Shoes\t60\t50\nSocks; 20; many");
  await me.page.getByRole("button", { name: "Save answers" }).click();
  await me.page.getByText("Line 2: The margin is no per cent").waitFor();
  await field(me, "Categories").fill("Shoes\t60\t50\nSocks; 20; 90 %");
  await field(me, "Active customers, about").fill("500");
  await field(me, "Cost of winning a new customer").fill("10");
  await accessible(me.page, "the questions in Settings");
  await screenshot(me.page, "settings-shop-light");
  await me.page.getByRole("button", { name: "Save answers" }).click();
  await me.page.getByText("Saved", { exact: true }).waitFor();
  assert.deepEqual(await at.server.d1("select name, share, margin from margins order by name"), [
    { name: "Shoes", share: 0.6, margin: 0.5 },
    { name: "Socks", share: 0.2, margin: 0.9 },
  ]);

  await me.visit("/", "Overview");
  await stake.getByText("Weighted by the shares of your 2 categories.").waitFor();
  assert.match(await stake.innerText(), /US?\$90\b[\s\S]*US?\$20\b/, "60 % of 150, two customers at 10");
  await me.page.getByText("The count of active customers does not agree").waitFor();
  await me.visit("/data", "Data");
  await me.page.getByText(/You said 500 customers are active; 60 have paid/).waitFor();
  await me.end();
});

test("what two people answer at once is shown to the second, who loses nothing", async () => {
  await fill();
  const me = await at.visitor();
  me.expect(/status of 412/);
  await me.signIn();
  await me.visit("/settings", "Settings");
  await field(me, "Active customers, about").fill("70");
  assert.equal((await owner.patch("/api/shop", { margin: 0.3 })).status, 200);
  await me.page.getByRole("button", { name: "Save answers" }).click();
  const dialog = me.page.getByRole("dialog", { name: /Somebody else saved/ });
  await dialog.waitFor();
  await accessible(me.page, "two versions of the answers");
  await dialog.getByRole("button", { name: "Save the chosen" }).click();
  await me.page.getByText("Saved", { exact: true }).waitFor();
  const { profile } = await shop();
  assert.deepEqual([profile.margin, profile.active_customers], [0.3, 70]);
  await me.end();
});

test("limits show what of the plan is used, in words and bars, and what is nearly used up", async () => {
  const today = Math.floor(Date.now() / DAY);
  await at.server.d1("update shop set plan = 'free', set_up_at = 1");
  for (let back = 20; back > 0; back -= 1) {
    await at.server.d1("insert into usage (day, rows_read, rows_written, requests, size) values (?1, ?2, ?3, ?4, ?5)", today - back, 90_000 - back, 4_000 + 700 * back, 900 + back, 100e6 + (20 - back) * 1e6);
  }
  await at.server.d1("insert into usage (day, rows_read, rows_written, requests) values (?1, 100000, 86000, 1200)", today);
  const me = await at.visitor();
  await me.signIn();
  await me.visit("/settings/limits", "Settings");
  await me.page.getByText(/86 % of the rows that may be written today are used/).waitFor();
  await me.page.getByText(/86,\d+ of 100,000/).waitFor();
  await me.page.getByRole("combobox", { name: "Show" }).selectOption("requests");
  await me.page.getByRole("img", { name: /^Requests by day/ }).waitFor();
  await me.page.getByText("As a table").click();
  assert.equal(await me.page.getByRole("row").count(), 22);
  await accessible(me.page, "limits");
  await screenshot(me.page, "settings-limits-light");
  await me.end();
});

for (const [theme, width] of [["dark", 1280], ["light", 390]]) {
  test(`the first run, Settings and Limits in the ${theme} theme at ${width} px`, async () => {
    const me = await at.visitor({ theme, width, height: 844 });
    const size = width === 390 ? "390" : theme;
    await me.signIn();
    await settled(me.page, "Overview");
    await me.page.getByRole("heading", { name: "About your shop" }).waitFor();
    for (const [path, heading, name] of [["/", "Overview", "first-run"], ["/settings", "Settings", "settings-shop"], ["/settings/limits", "Settings", "settings-limits"]]) {
      await me.visit(path, heading);
      const wide = await me.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${path} is ${wide} px wide`);
      await accessible(me.page, `${path}, ${theme}, ${width} px`);
      await screenshot(me.page, `${name}-${size}`);
    }
    await me.end();
  });
}

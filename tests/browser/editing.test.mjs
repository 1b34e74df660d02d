// Two people change the same thing: the second is shown both versions, chooses, and nothing is lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { accessible, open, screenshot, settled } from "./browser.mjs";

let at;
before(async () => (at = await open()));
after(() => at.stop());

const OTHER = { email: "second@example.com", role: "owner", name: "Sven Second" };
const form = (page) => page.locator("form").filter({ has: page.getByLabel("Home currency") }).first();
const shop = async () => (await at.server.d1("select name, time_zone, home_currency, churn_days, version from shop"))[0];

async function both(path) {
  const one = await at.visitor();
  const two = await at.visitor();
  for (const me of [one, two]) me.expect(/status of 412/);
  await one.signIn();
  await two.signIn(OTHER);
  await one.visit(path, "Settings");
  await two.visit(path, "Settings");
  return [one, two, async () => { await one.end(); await two.end(); }];
}

async function rename(page, name) {
  await form(page).getByLabel("Name").fill(name);
  await form(page).getByRole("button", { name: "Save" }).click();
}

test("who saves second sees both names and who was quicker; keeping on editing loses nothing; the chosen one stands", async () => {
  const [one, two, end] = await both("/settings");
  await form(two.page).getByLabel("Name").fill("Second's shop");
  await form(two.page).getByLabel("Time zone").selectOption("Europe/Lisbon");
  await rename(one.page, "First's shop");
  await form(one.page).getByText("Saved", { exact: true }).waitFor();
  assert.equal((await shop()).name, "First's shop");

  await form(two.page).getByRole("button", { name: "Save" }).click();
  const dialog = two.page.getByRole("dialog", { name: "Somebody else saved this meanwhile" });
  await dialog.getByText("Olga Owner saved it").waitFor();
  const name = dialog.getByRole("group", { name: "Name" });
  await name.getByText("First's shop").waitFor();
  assert.ok(await name.getByRole("radio", { name: /Second's shop/ }).isChecked(), "what one typed is chosen at first");
  assert.equal((await shop()).name, "First's shop", "nothing is overwritten before the choice");
  await accessible(two.page, "both versions");
  await screenshot(two.page, "editing-light");

  await dialog.getByRole("button", { name: "Keep editing" }).click();
  assert.equal(await form(two.page).getByLabel("Name").inputValue(), "Second's shop");
  await form(two.page).getByRole("button", { name: "Save" }).click();
  await dialog.getByRole("group", { name: "Name" }).getByRole("radio", { name: /First's shop/ }).check();
  await dialog.getByRole("button", { name: "Save the chosen" }).click();
  await form(two.page).getByText("Saved", { exact: true }).waitFor();
  const { name: stored, time_zone } = await shop();
  assert.deepEqual({ stored, time_zone }, { stored: "First's shop", time_zone: "Europe/Lisbon" });
  assert.equal(await form(two.page).getByLabel("Name").inputValue(), "First's shop");
  await end();
});

test("by the keyboard one's own version is kept over the other", async () => {
  const [one, two, end] = await both("/settings");
  await rename(one.page, "Theirs");
  await form(one.page).getByText("Saved", { exact: true }).waitFor();
  await form(two.page).getByLabel("Name").fill("Mine");
  await two.page.keyboard.press("Enter");
  const dialog = two.page.getByRole("dialog", { name: "Somebody else saved this meanwhile" });
  await dialog.getByRole("button", { name: "Save the chosen" }).focus();
  await two.page.keyboard.press("Enter");
  await form(two.page).getByText("Saved", { exact: true }).waitFor();
  assert.equal((await shop()).name, "Mine");
  await end();
});

test("changes of different fields both stand, and nobody has to choose", async () => {
  const [one, two, end] = await both("/settings");
  await rename(one.page, "Renamed meanwhile");
  await form(one.page).getByText("Saved", { exact: true }).waitFor();
  await form(two.page).getByLabel("Time zone").selectOption("Asia/Tokyo");
  await form(two.page).getByRole("button", { name: "Save" }).click();
  await form(two.page).getByText("Saved", { exact: true }).waitFor();
  const { name, time_zone } = await shop();
  assert.deepEqual({ name, time_zone }, { name: "Renamed meanwhile", time_zone: "Asia/Tokyo" });
  assert.equal(await form(two.page).getByLabel("Name").inputValue(), "Renamed meanwhile");
  await end();
});

test("the rule of who counts as lost is chosen between where two set it", async () => {
  const [one, two, end] = await both("/settings");
  for (const [{ page }, days] of [[one, "60"], [two, "120"]]) {
    await page.getByLabel("After a number of days without an order").check();
    await page.getByLabel("Days without an order", { exact: true }).fill(days);
  }
  const save = (page) => page.locator("form").filter({ has: page.getByLabel("After a number of days without an order") }).getByRole("button", { name: "Save" }).click();
  await save(one.page);
  await one.page.getByText("Deadlines follow with the next scoring").waitFor();
  await save(two.page);
  const dialog = two.page.getByRole("dialog", { name: "Somebody else saved this meanwhile" });
  await dialog.getByText("after 60 days").waitFor();
  await dialog.getByRole("button", { name: "Save the chosen" }).click();
  await two.page.getByText("Deadlines follow with the next scoring").waitFor();
  assert.equal((await shop()).churn_days, 120);
  await end();
});

test("two set a rate of the same day: both are shown; rates of other days are both kept", async () => {
  const [one, two, end] = await both("/settings/rates");
  const add = async ({ page }, currency, day, rate) => {
    await page.getByLabel("Currency").fill(currency);
    await page.getByLabel("From", { exact: true }).fill(day);
    await page.getByLabel(/^Worth in/).fill(rate);
    await page.getByRole("button", { name: "Store the rate" }).click();
  };
  const stored = () => at.server.d1("select currency, day, rate from rates order by currency, day, rate");
  await add(one, "GBP", "2026-01-02", "1.25");
  await one.page.getByText("1 GBP = 1.25").waitFor();
  await add(two, "CHF", "2026-01-02", "1.1");
  await two.page.getByText("1 CHF = 1.1").waitFor();
  await two.page.getByText("1 GBP = 1.25").waitFor();
  assert.equal((await stored()).length, 2, "the first's rate is still there");

  await add(one, "SEK", "2026-01-02", "0.09");
  await one.page.getByText("1 SEK = 0.09").waitFor();
  await add(two, "SEK", "2026-01-02", "0.1");
  const dialog = two.page.getByRole("dialog", { name: "Somebody else saved this meanwhile" });
  await dialog.getByText("0.09").waitFor();
  await dialog.getByRole("radio", { name: /0\.09/ }).check();
  await dialog.getByRole("button", { name: "Save the chosen" }).click();
  await dialog.waitFor({ state: "hidden" });
  assert.deepEqual((await stored()).map(({ currency, rate }) => [currency, rate]), [["CHF", 1.1], ["GBP", 1.25], ["SEK", 0.09]]);
  await end();
});

test("a change of somebody whom another owner just changed is shown before it overwrites", async () => {
  await at.server.signInLink({ email: "max@example.com", role: "marketer", name: "Max Marketer" });
  const [one, two, end] = await both("/settings/people");
  const edit = async ({ page }) => {
    await page.getByRole("row").filter({ hasText: "max@example.com" }).getByRole("button", { name: /^Change/ }).click();
    return page.getByRole("dialog", { name: "Change somebody of the team" });
  };
  const [first, second] = [await edit(one), await edit(two)];
  await first.getByLabel("Manager", { exact: true }).check();
  await second.getByLabel("Viewer", { exact: true }).check();
  await first.getByRole("button", { name: "Save" }).click();
  await first.waitFor({ state: "hidden" });
  await second.getByRole("button", { name: "Save", exact: true }).click();
  const dialog = two.page.getByRole("dialog", { name: "Somebody else saved this meanwhile" });
  await dialog.getByText("Olga Owner saved it").waitFor();
  const role = dialog.getByRole("group", { name: "Role" });
  await role.getByRole("radio", { name: /Manager/ }).check();
  await dialog.getByRole("button", { name: "Save the chosen" }).click();
  await dialog.waitFor({ state: "hidden" });
  assert.deepEqual(await at.server.d1("select role from users where email = 'max@example.com'"), [{ role: "manager" }]);
  await end();
});

test("an answer that gets lost on its way is asked for again, and nobody is added twice", async () => {
  const owner = await at.visitor();
  owner.expect(/ERR_FAILED/);
  await owner.signIn();
  await owner.visit("/settings/people", "Settings");
  const keys = [];
  await owner.page.route("**/api/people", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > 1) return route.continue();
    // The worker did it, and the network broke before its answer came.
    await route.fetch();
    return route.abort("failed");
  });
  await owner.page.getByRole("button", { name: "Add somebody" }).click();
  const dialog = owner.page.getByRole("dialog", { name: "Add somebody to the team" });
  await dialog.getByLabel("E-mail address").fill("once@example.com");
  await dialog.getByLabel("Name").fill("Only Once");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText("Only Once is added.").waitFor();
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.match(keys[0], /^[0-9a-f]{32}$/);
  assert.deepEqual(await at.server.d1("select count(*) as n from users where email = 'once@example.com'"), [{ n: 1 }]);
  assert.deepEqual(await at.server.d1("select count(*) as n from audit where action = 'person_added' and object_name = 'Only Once'"), [{ n: 1 }]);
  await owner.end();
});

for (const [name, options] of [["dark", { theme: "dark" }], ["390", { width: 390, height: 844 }]]) {
  test(`both versions can be read and chosen: ${name}`, async () => {
    const one = await at.visitor();
    await one.signIn();
    const two = await at.visitor(options);
    two.expect(/status of 412/);
    await two.signIn(OTHER);
    await two.visit("/settings", "Settings");
    await one.visit("/settings", "Settings");
    await rename(one.page, `A name that is as long as names of shops get, ${name}`);
    await form(one.page).getByText("Saved", { exact: true }).waitFor();
    await rename(two.page, `Another ${name}`);
    const dialog = two.page.getByRole("dialog", { name: "Somebody else saved this meanwhile" });
    await dialog.getByText("Olga Owner saved it").waitFor();
    await settled(two.page);
    await accessible(two.page, `both versions, ${name}`);
    assert.ok((await two.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0);
    await screenshot(two.page, `editing-${name}`);
    await one.end();
    await two.end();
  });
}

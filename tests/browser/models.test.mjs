// Predictions as people meet them: the Models page, a fit in the browser, what explains a customer's risk, and who is set aside.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { imported, order } from "../rows.mjs";
import { accessible, open, screenshot, settled } from "./browser.mjs";

const NOW = "2026-03-02T09:00:00Z";
const TODAY = Math.floor(Date.parse(NOW) / 86_400_000);
const CUSTOMERS = 900;
const VERA = { email: "vera@example.com", role: "viewer", name: "Vera Viewer" };

let at, owner;
const day = (ago) => new Date((TODAY - ago) * 86_400_000).toISOString().slice(0, 10);
// Two years of customers who buy at random, each at a rate of their own, and leave at random: the same on each run.
const history = () => {
  let seed = 20_260_302;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const wait = (mean) => -mean * Math.log(1 - random());
  return Array.from({ length: CUSTOMERS }, (_, customer) => {
    const gap = 12 + wait(22);
    const began = 720 - 500 * random();
    const left = began - wait(450);
    const days = [];
    for (let ago = began; ago > Math.max(left, 1); ago -= Math.max(2, gap * (0.6 + 0.8 * random()))) days.push(Math.round(ago));
    return days.map((ago) => [customer, ago]);
  }).flat().map(([customer, ago], n) => order(n + 1, `C-${customer}`, day(ago), 1_000 + (customer % 50) * 20));
};
const done = () =>
  until(async () => {
    await at.server.scheduled("* * * * *");
    const [{ n }] = await at.server.d1("select (select count(*) from wakes) + (select count(*) from leases where cursor <> '{}') + (select count(*) from facets where dirty > 0) as n");
    return n === 0;
  }, "the end of all work", 180_000);

before(async () => {
  at = await open({ now: NOW });
  owner = await at.server.api("owner");
});
after(() => at.stop());

test("a shop without orders is told when its first model comes", async () => {
  const me = await at.visitor();
  await me.signIn();
  await me.visit("/models", "Models");
  await me.page.getByRole("heading", { name: "No model yet" }).waitFor();
  await accessible(me.page, "Models without a model");
  await me.end();
});

test("prior experience says how much is missing, and a fit in the browser says that it is too little", async () => {
  await imported(owner, "orders", history().filter(({ external_id }) => Number(external_id.slice(2)) < 60), { file: "few" });
  await done();
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/models", "Models");
  await page.getByText(/\d+ customers bought again so far, and 200 are needed: \d+ more/).waitFor();
  await page.getByText("General experience, not your shop yet").waitFor();
  const versions = async () => (await owner.get("/api/models")).json.versions.map(({ id, live }) => [id, live]);
  const known = await versions();
  await page.getByRole("button", { name: "Fit now" }).click();
  await page.getByText("There is too little to learn from yet").first().waitFor({ timeout: 60_000 });
  assert.deepEqual(await versions(), known, "nothing was sent");
  await accessible(page, "Models of prior experience");
  await screenshot(page, "models-prior-light");
  await me.end();
});

test("the replay, the calibration and the versions are shown with the tables behind them", async () => {
  const rows = history();
  for (let from = 0; from < rows.length; from += 4_000) await imported(owner, "orders", rows.slice(from, from + 4_000), { file: `part ${from}` });
  await done();
  await owner.post("/api/runs", { job: "fit" });
  await done();
  const { model } = (await owner.get("/api/models")).json;
  assert.equal(model.basis, "fitted");
  assert.ok(model.backtest && model.validation, JSON.stringify(model));

  for (const [theme, width] of [["light", 1280], ["dark", 1280], ["light", 390]]) {
    const me = await at.visitor({ theme, width });
    const { page } = me;
    await me.signIn();
    await me.visit("/models", "Models");
    await page.getByText(model.backtest.text).waitFor();
    await page.getByText(/Of 100 pairs of one who left and one who did not, it put \d+ in the right order/).waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} px wide`);
    await accessible(page, `Models, ${theme}, ${width} px`);
    await screenshot(page, `models-${theme}-${width}`);

    // The tables behind, by key and by button.
    await page.getByRole("figure", { name: /Flags of the model/ }).focus();
    await page.keyboard.press("t");
    const flags = page.getByRole("table", { name: "Flagged, and what happened" });
    const cells = await flags.getByRole("row", { name: /^Rekindle/ }).getByRole("cell").allTextContents();
    assert.deepEqual(cells.slice(0, 2).map(Number), [model.backtest.flagged, model.backtest.flagged_left]);
    await page.getByRole("button", { name: "Show the table" }).first().click();
    const groups = page.getByRole("table", { name: "Groups from the least probable to the most" }).first();
    assert.equal(await groups.getByRole("row").count(), model.validation.calibration.length + 1);
    await accessible(page, `tables of Models, ${theme}, ${width} px`);
    await me.end();
  }
});

test("a viewer reads the Models page and changes nothing", async () => {
  const me = await at.visitor();
  await me.signIn(VERA);
  await me.visit("/models", "Models");
  await me.page.getByRole("table", { name: "Models, the newest first" }).waitFor();
  for (const name of ["Fit now", "Use this version again"]) assert.equal(await me.page.getByRole("button", { name }).count(), 0, name);
  await me.end();
});

test("an earlier version is used again after one question", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/models", "Models");
  await page.getByRole("button", { name: "Use this version again" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Use this version again" });
  await dialog.getByText("Everybody is scored again").waitFor();
  await accessible(page, "the question before another version is used");
  await dialog.getByRole("button", { name: "Use this version" }).click();
  await page.getByText("General experience, not your shop yet").waitFor();
  assert.equal((await owner.get("/api/models")).json.model.basis, "prior");
  await me.end();
});

test("a fit in this browser goes on while other pages are looked at, and goes live where it is not worse", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/models", "Models");
  // The first page of what it reads waits, so that the page can be left while it reads.
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await me.context.route(/\/api\/models\/risk\/training/, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("button", { name: "Fit now" }).click();
  await page.getByRole("progressbar", { name: "Fitting" }).waitFor();
  await accessible(page, "a fit on its way");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("button", { name: "Fit now" }).click();
  await page.getByRole("link", { name: "Radar" }).first().click();
  await settled(page, "Radar");
  release();
  await page.getByRole("link", { name: "Models" }).first().click();
  await settled(page, "Models");
  await page.getByText("The fitted model is in use").first().waitFor({ timeout: 240_000 });
  await page.getByText(/Fitted in \d+\.\d s/).waitFor();
  const [newest] = (await owner.get("/api/models")).json.versions;
  assert.deepEqual([newest.live, newest.source, newest.card.basis], [true, "browser", "fitted"]);
  assert.ok(newest.card.validation && newest.card.backtest, "the card came along");
  await accessible(page, "a fit that ended");
  await screenshot(page, "models-fitted-light");
  await me.end();
  await done();
});

test("a fit in this browser that may be worse is not used, and the page says why", async () => {
  const known = (await owner.get("/api/models")).json.versions;
  assert.deepEqual([known[0].live, known[0].card.basis], [true, "fitted"]);
  for (const width of [1280, 390]) {
    const me = await at.visitor({ width });
    const { page } = me;
    // What was learned is made worse on its way: this model calls nobody lost and expects nobody to leave.
    await me.context.route((url) => url.pathname === "/api/models/risk", async (route) => {
      const upload = route.request().postDataJSON();
      upload.model.rhythm.z = 12;
      await route.continue({ postData: JSON.stringify(upload) });
    });
    me.expect(/status of 422 .*\/api\/models\/risk\)/);
    await me.signIn();
    await me.visit("/models", "Models");
    await page.getByRole("button", { name: "Fit now" }).click();
    const panel = page.getByRole("region", { name: "Fit in this browser" });
    await panel.getByText("The fitted model is not used").waitFor({ timeout: 240_000 });
    await panel.getByText(/It may be worse, so the model in use stays: \d+ customers held back from both/).waitFor();
    await panel.getByText(/\d+ customers, of whom \d+ bought again/).waitFor();
    await panel.getByRole("button", { name: "Fit now" }).waitFor();
    assert.deepEqual((await owner.get("/api/models")).json.versions, known, "no version came, and the same one is in use");
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
    await accessible(page, `a fit that was refused, ${width} px`);
    await screenshot(page, `models-refused-light-${width}`);
    await me.end();
  }
});

test("customers are set aside in bulk and by key, shown with reason and day, and come back", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/radar", "Radar");
  const table = page.getByRole("table", { name: "Customers on Radar" });
  const first = table.getByRole("row").nth(1);
  assert.match(await first.locator("td.risk").textContent(), /\d+\u00a0% \(<?\d+–>?\d+\), between \d+\u00a0% and .* in (30|60|90) d/);
  const name = await first.locator("a.name").textContent();

  // In bulk, with a day that is too far first.
  await table.getByRole("checkbox", { name: `Select ${name}`, exact: true }).click();
  await page.getByRole("button", { name: "Not at risk", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Not at risk" });
  await dialog.getByLabel(/Buys in a season/).check();
  await dialog.getByLabel("Until").selectOption("");
  await dialog.getByLabel("The last day").fill("2028-01-01");
  await dialog.getByRole("button", { name: "Set 1 customer aside" }).click();
  await dialog.getByText("Choose a day from 2026-03-02 to 2027-04-06.").waitFor();
  await accessible(page, "the dialog about setting aside");
  await screenshot(page, "set-aside-light");
  await dialog.getByLabel("The last day").fill("2026-06-30");
  await dialog.getByLabel(/Note/).fill("Ski shop");
  await dialog.getByRole("button", { name: "Set 1 customer aside" }).click();
  await page.getByText("Not at risk until 2026-06-30: 1 customer.").locator("visible=true").first().waitFor();
  await until(async () => (await table.getByRole("link", { name, exact: true }).count()) === 0, "the row leaves Radar");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Taken back for 1 customer.").locator("visible=true").first().waitFor();
  await done();

  // By key, on the row in focus.
  await me.visit("/radar", "Radar");
  await page.keyboard.press("j");
  await page.waitForFunction(() => document.activeElement?.matches("a.name"));
  const focused = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("n");
  await dialog.getByRole("button", { name: "Set 1 customer aside" }).click();
  await page.getByText(/^Not at risk until 2026-05-31: 1 customer/).locator("visible=true").first().waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).locator("visible=true").first().click();
  await page.getByRole("link", { name: "Not at risk" }).click();
  const aside = table.getByRole("row").filter({ hasText: focused });
  await aside.getByText("Said that they pause").waitFor();
  await aside.getByText("until 31 May 2026").waitFor();
  await accessible(page, "Radar of those set aside");
  await screenshot(page, "radar-set-aside-light");
  await aside.getByRole("checkbox").click();
  await page.getByRole("button", { name: "At risk again" }).click();
  await page.getByText("No longer set aside: 1 customer.").locator("visible=true").first().waitFor();
  await me.end();
  await done();
});

test("a customer's page explains the risk in parts that add up, beside peers, and says who is not at risk", async () => {
  const { customers } = (await owner.get("/api/customers?tier=immediate,moderate,early&limit=50")).json;
  const all = await Promise.all(customers.map(async ({ id }) => (await owner.get(`/api/customers/${id}`)).json.customer));
  const customer = all.find(({ explanation, peers }) => explanation && peers);
  assert.ok(customer, "somebody at risk is explained");
  const { explanation, peers } = customer;
  for (const [theme, width] of [["light", 1280], ["dark", 1280], ["light", 390]]) {
    const me = await at.visitor({ theme, width });
    const { page } = me;
    await me.signIn();
    await me.visit(`/customers/${customer.id}`);
    await page.getByRole("figure", { name: /What the prediction is made of/ }).focus();
    await page.keyboard.press("t");
    const table = page.getByRole("table", { name: "Leaving within 90 days: parts and their sum" });
    const figures = (await table.getByRole("row").getByRole("cell").allTextContents()).map((text) => Number(text.replace("−", "-").replace(/\s*%/, "")));
    const [base, ...rest] = figures.slice(0, explanation.parts.length + 1);
    const sum = figures[explanation.parts.length + 1];
    assert.ok(Math.abs(base + rest.reduce((a, b) => a + b, 0) - sum) < 0.005 * (rest.length + 2), `${figures}`);
    assert.equal(figures.at(-1), Math.round(explanation.probability * 100));
    const beside = page.getByRole("table", { name: "This customer and the middle one of the healthy" });
    assert.equal(await beside.locator("td .behind").count(), peers.figures.filter(({ behind }) => behind).length);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} px wide`);
    await accessible(page, `an explained customer, ${theme}, ${width} px`);
    await page.keyboard.press("t");
    await screenshot(page, `customer-explained-${theme}-${width}`);
    await me.end();
  }

  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit(`/customers/${customer.id}`);
  await page.getByRole("button", { name: "Not at risk", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Not at risk" });
  await dialog.getByLabel(/Is on leave/).check();
  await dialog.getByRole("button", { name: "Set this customer aside" }).click();
  const panel = page.getByRole("region", { name: "Set aside" });
  await panel.getByText("Not at risk until 31 May 2026").waitFor();
  await panel.getByText(/Is on leave.*said by Olga Owner/).waitFor();
  await accessible(page, "a customer who is set aside");
  await panel.getByRole("button", { name: "At risk again" }).click();
  await panel.getByRole("button", { name: "Undo" }).waitFor();
  assert.equal((await owner.get(`/api/customers/${customer.id}`)).json.customer.set_aside, null);
  await me.end();
});

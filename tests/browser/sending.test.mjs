// Campaigns that reach people, as a marketer meets them: a plan moved by pointer and by keyboard, an audience with its reasons, the numbers before a
// launch, the launch and its undo, how it goes, what it asks the team to do, and the one button that stops everything.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { accessible, open, pictures, run, settled } from "./browser.mjs";

let at, owner;
before(async () => {
  at = await open();
  owner = await at.server.api("owner");
  const me = await at.visitor();
  await me.signIn();
  await me.visit("/data", "Data");
  await me.page.getByRole("button", { name: /store/i }).first().click();
  await me.page.getByText("The import is done").waitFor({ timeout: 120_000 });
  await me.end();
  await run(owner, "score");
  await run(owner, "segments");
});
after(() => at.stop());

const saved = (page) => page.locator(".save-state", { hasText: /^Saved$/ }).waitFor();
const stored = async (id) => (await owner.get(`/api/campaigns/${id}`)).json.campaign;
const card = (page, step) => page.locator(`[data-step="${step}"]`);
const day = (campaign, step) => campaign.plan.steps.find(({ id }) => id === step)?.day;

async function made(name, more = {}) {
  const { segments } = (await owner.get("/api/segments")).json;
  const [largest] = segments.filter(({ kind }) => kind === "micro").sort((one, other) => other.customers - one.customers);
  const answer = await owner.post("/api/campaigns", { name, segment: largest.id, ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.campaign;
}

async function opened(me, campaign, leaf) {
  await me.visit(`/campaigns/${campaign.id}${leaf}`, campaign.name);
}

test("a campaign begins with a ready-made plan", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/campaigns", "Campaigns");
  await page.getByRole("button", { name: "New campaign" }).first().click();
  const dialog = page.getByRole("dialog", { name: "A new campaign" });
  await until(async () => (await dialog.getByRole("radio").count()) > 3, "the ready-made plans");
  await accessible(page, "a new campaign with plans");
  await dialog.getByRole("radio").first().check();
  const name = await dialog.getByLabel("Name").inputValue();
  assert.notEqual(name, "", "the plan names the campaign until somebody does");
  await dialog.getByRole("button", { name: "Make it" }).click();
  await settled(page, name);
  await page.getByRole("link", { name: "Plan", exact: true }).click();
  await until(async () => (await page.locator(".cal-card").count()) > 3, "the steps of the plan");
  await me.end();
});

test("steps move by keyboard and by pointer, are added, taken out and brought back, and are saved by themselves", async () => {
  const campaign = await made("A calendar");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await opened(me, campaign, "/plan");
  const first = campaign.plan.steps[0];
  await card(page, first.id).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-step")), String(first.id), "the moved card keeps the focus");
  await saved(page);
  assert.equal(day(await stored(campaign.id), first.id), first.day + 8);
  const status = page.locator('[role="status"].unseen');
  await until(async () => (await status.innerText()) === `Step ${first.id} is on day ${first.day + 8}.`, "the move is said");

  const last = campaign.plan.steps.at(-1);
  const from = await card(page, last.id).boundingBox();
  const to = await page.locator('[data-day="15"]').boundingBox();
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 8 });
  await page.locator('[data-day="15"].over').waitFor();
  await page.mouse.up();
  await saved(page);
  assert.equal(day(await stored(campaign.id), last.id), 15);

  const before = await page.locator(".cal-card").count();
  await page.getByRole("button", { name: "Add a step" }).click();
  await until(async () => (await page.locator(".cal-card").count()) === before + 1, "a new step");
  await page.keyboard.press("Delete");
  await until(async () => (await page.locator(".cal-card").count()) === before, "the step to go");
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => (await page.locator(".cal-card").count()) === before + 1, "the step to come back");
  await pictures(page, "campaign-plan");
  await me.end();
});

test("a step's channel, the table and the rules are saved, and what cannot be is said beside its field", async () => {
  const campaign = await made("Rules of a plan");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await opened(me, campaign, "/plan");
  const panel = page.getByRole("region", { name: "Step" }).first();
  await panel.getByLabel("Channel").selectOption("sms");
  await saved(page);
  const step = campaign.plan.steps[0].id;
  assert.equal((await stored(campaign.id)).plan.steps.find(({ id }) => id === step).channel, "sms");
  await page.getByLabel("Held out, in per cent").fill("12.5");
  await saved(page);
  assert.equal((await stored(campaign.id)).plan.holdout, 125);
  await page.getByLabel("Held out, in per cent").fill("a lot");
  await page.getByText("Use per cent from 0 to 100, such as 12.5.").waitFor();
  assert.equal((await stored(campaign.id)).plan.holdout, 125);
  await page.getByLabel("Runs").selectOption("always");
  await page.getByLabel("Who went through it").selectOption("after");
  await page.getByLabel("Days after the entry before ended").fill("60");
  await saved(page);
  assert.deepEqual((await stored(campaign.id)).plan.mode, { mode: "always", again: { again: "after", days: 60 } });
  await me.end();
});

test("an audience counts as it is chosen and names why the rest gets nothing", async () => {
  const campaign = await made("An audience");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await opened(me, campaign, "/audience");
  const found = page.getByRole("region", { name: "Whom it finds" });
  await found.getByText("Would be contacted").waitFor();
  await page.getByLabel(/^Lost/).check();
  await saved(page);
  assert.deepEqual((await stored(campaign.id)).plan.audience.tiers, ["lost"]);
  await page.getByRole("button", { name: "Add a filter" }).click();
  await saved(page);
  await until(async () => (await stored(campaign.id)).plan.audience.filter !== undefined, "the filter in the plan");
  const reason = found.locator("details").first();
  if ((await reason.count()) > 0) {
    await reason.locator("summary").click();
    await reason.getByRole("link").first().waitFor();
  }
  await pictures(page, "campaign-audience");
  await me.end();
});

test("the launch shows its numbers, asks once, waits ten minutes, and can be taken back", async () => {
  const campaign = await made("A launch");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await opened(me, campaign, "/launch");
  await page.getByRole("region", { name: "What it is expected to bring" }).getByText("Margin because of it").waitFor();
  await page.getByRole("figure", { name: /^Messages by day/ }).focus();
  await page.keyboard.press("t");
  await page.getByRole("table", { name: "Messages by day and channel" }).waitFor();
  await pictures(page, "campaign-launch");
  const obstacles = page.getByText("In the way of a launch");
  if ((await obstacles.count()) > 0) {
    assert.ok((await page.locator(".notice.warning a").count()) > 0, "each obstacle has a link that mends it");
    return me.end();
  }
  const panel = page.getByRole("region", { name: "Approval and launch" });
  assert.ok(await panel.getByRole("button", { name: "Launch…" }).isDisabled(), "nobody approved it yet");
  await panel.getByRole("button", { name: "Approve" }).click();
  await panel.getByText(/approved it/).waitFor();
  await panel.getByRole("button", { name: "Launch…" }).click();
  const dialog = page.getByRole("dialog", { name: "Launch this campaign?" });
  await dialog.getByText("Will be contacted").waitFor();
  await accessible(page, "the launch");
  await dialog.getByRole("button", { name: "Launch it" }).click();
  await page.getByText("Launched: nothing has left yet").waitFor();
  assert.equal((await stored(campaign.id)).state, "running");
  await page.getByText("Where everybody is").waitFor();
  await settled(page, "A launch");
  await pictures(page, "campaign-live");
  await page.getByRole("button", { name: "Undo the launch" }).click();
  await until(async () => (await stored(campaign.id)).state !== "running", "the launch taken back");
  await me.end();
});

test("stopping all sending is one click and a question away on every page, and everybody sees it", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  for (const [place, heading] of [["/", "Overview"], ["/radar", "Radar"], ["/settings", "Settings"]]) {
    await me.visit(place, heading);
    await page.getByRole("button", { name: "Stop all sending" }).first().waitFor();
  }
  await page.getByRole("button", { name: "Stop all sending" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Stop all sending?" });
  await accessible(page, "the question before all sending stops");
  await dialog.getByRole("button", { name: "Stop all sending" }).click();
  await page.getByText("All sending is stopped.").first().waitFor();
  assert.equal((await owner.get("/api/sending")).json.sending.is_stopped, true);
  await me.visit("/customers", "Customers");
  await page.locator(".stopped-line").waitFor();
  await pictures(page, "sending-stopped");
  await page.getByRole("button", { name: "Resume sending" }).click();
  await until(async () => (await page.locator(".stopped-line").count()) === 0, "sending to go on");
  assert.equal((await owner.get("/api/sending")).json.sending.is_stopped, false);
  await me.end();
});

test("rules of sending show their defaults, are saved, and go back to the default when they are emptied", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/settings/sending", "Settings");
  const most = page.getByLabel("E-mail: at most");
  assert.equal(await most.getAttribute("placeholder"), "2");
  assert.equal(await most.inputValue(), "");
  await most.fill("3");
  await page.getByLabel("An e-mail", { exact: true }).fill("0.0025");
  await page.getByRole("button", { name: "Save the rules" }).click();
  await until(async () => (await owner.get("/api/sending")).json.sending.rules.caps.email?.most === 3, "the cap");
  assert.equal((await owner.get("/api/sending")).json.sending.rules.costs.email, 2500);
  await settled(page, "Settings");
  await pictures(page, "settings-sending");
  await page.getByLabel("Days after which a held message is given up").fill("soon");
  await page.getByRole("button", { name: "Save the rules" }).click();
  await page.getByText("Use a whole number.").waitFor();
  await page.getByLabel("Days after which a held message is given up").fill("");
  await page.getByLabel("E-mail: at most").fill("");
  await page.getByLabel("E-mail: in days").fill("");
  await page.getByRole("button", { name: "Save the rules" }).click();
  await until(async () => (await owner.get("/api/sending")).json.sending.rules.caps.email === undefined, "the default");
  await me.end();
});

test("tasks of campaigns stand in the Inbox, and a customer's page has their messages", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/inbox", "Inbox");
  await page.getByRole("region", { name: "Tasks of campaigns" }).waitFor();
  await pictures(page, "inbox-tasks");
  const [customer] = (await owner.get("/api/customers?limit=1")).json.customers;
  await me.visit(`/customers/${customer.id}`);
  await page.getByText("Messages of campaigns").waitFor();
  await me.end();
});

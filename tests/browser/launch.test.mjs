// From an empty shop to the first mails: by hand in the app, with the clock moved on, and in fewer clicks than a coffee takes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { brand, rules } from "../shopfront.mjs";
import { open, run, settled } from "./browser.mjs";

const MINUTE = 60_000;
const MOST_CLICKS = 25;

// Quiet hours are by each person's own clock: the hour in which it begins must not decide what is sent.
const begin = new Date();
begin.setUTCHours(14, 0, 0, 0);

let at, owner;
before(async () => {
  at = await open({ now: begin.toISOString() });
  owner = await at.server.api("owner");
  await brand(at.server);
  await rules(at.server);
});
after(() => at.stop());

test("import, Radar, plan, approve, launch: the first touches lie in the outbox", async () => {
  const me = await at.visitor();
  const { page } = me;
  await page.addInitScript(() => {
    addEventListener("click", (event) => {
      if (event.isTrusted) sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks") ?? 0) + 1);
    }, true);
  });
  await me.signIn();
  await page.evaluate(() => sessionStorage.setItem("clicks", 0));

  await page.getByRole("link", { name: "Data", exact: true }).first().click();
  await settled(page, "Data");
  await page.getByRole("button", { name: /store/i }).first().click();
  await page.getByText("The import is done").waitFor({ timeout: 120_000 });
  for (const job of ["fit", "score", "segments"]) await run(owner, job);
  await page.getByRole("link", { name: /^Radar/ }).first().click();
  await settled(page, "Radar");
  await page.getByRole("table", { name: "Customers on Radar" }).getByRole("row").nth(1).waitFor();

  await page.getByRole("link", { name: /^Campaigns/ }).first().click();
  await settled(page, "Campaigns");
  await page.getByRole("button", { name: "New campaign" }).first().click();
  const dialog = page.getByRole("dialog", { name: "A new campaign" });
  await dialog.getByRole("radio", { name: /lapsed/i }).first().check();
  const name = await dialog.getByRole("textbox", { name: "Name" }).inputValue();
  await dialog.getByRole("button", { name: "Make it" }).click();
  await settled(page, name);
  await page.getByRole("link", { name: "Audience", exact: true }).click();
  await page.getByLabel(/^Lost/).check();
  await page.locator(".save-state", { hasText: /^Saved$/ }).waitFor();
  await page.getByRole("link", { name: /launch/i }).first().click();
  const panel = page.getByRole("region", { name: "Approval and launch" });
  await panel.getByRole("button", { name: "Approve" }).click();
  await panel.getByText(/approved it/).waitFor();
  await panel.getByRole("button", { name: "Launch…" }).click();
  await page.getByRole("dialog", { name: "Launch this campaign?" }).getByRole("button", { name: "Launch it" }).click();
  await page.getByText("Launched: nothing has left yet").waitFor();
  const clicks = Number(await page.evaluate(() => sessionStorage.getItem("clicks")));
  assert.ok(clicks > 5 && clicks < MOST_CLICKS, `${clicks} clicks`);
  console.log(`# ${clicks} clicks from an empty shop to a launch`);

  const sent = async () => (await at.server.d1("select count(*) as n from outbox where about is not null"))[0].n;
  for (let minute = 1; minute <= 9; minute += 4) {
    await at.server.seams.clock(new Date(begin.getTime() + minute * MINUTE).toISOString());
    await at.server.scheduled("* * * * *");
  }
  assert.equal(await sent(), 0, "it can still be taken back");
  for (let half = 1; half <= 48 && (await sent()) < 20; half += 1) {
    await at.server.seams.clock(new Date(begin.getTime() + half * 30 * MINUTE).toISOString());
    await at.server.scheduled("* * * * *");
  }
  await until(async () => (await sent()) > 0, "mails in the outbox");
  const left = await at.server.d1("select count(*) as n from customers c join facets f on f.customer_id = c.id where f.tier = 4 and not exists (select 1 from entries e where e.customer_id = c.id)");
  assert.equal(left[0].n, 0, "everybody lost has an entry, or a reason");
  await me.end();
});

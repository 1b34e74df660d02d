// Why a customer leaves, on their page, and the shop's words for reasons.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { event, imported, person } from "../rows.mjs";
import { accessible, open, pictures, run, settled } from "./browser.mjs";

const NOW = "2026-03-02T09:00:00Z";

let at, owner;
before(async () => {
  at = await open({ now: NOW });
  owner = await at.server.api("owner");
  await imported(owner, "customers", [person("A-1", "ana@example.com", { name: "Ana Sousa" })]);
  await imported(owner, "events", [
    event(1, "A-1", "2026-01-12", "Subscription Renewed", { plan: "Team", price: 20, currency: "USD", seats: 4, term_days: 31 }),
    event(2, "A-1", "2026-02-02", "Feature Requested", { feature: "Offline mode" }),
    event(3, "A-1", "2026-02-05", "Ticket Opened", { id: "7", subject: "Price per seat", text: "Seasonal workers cost us a full seat. That is too expensive." }),
    event(4, "A-1", "2026-02-10", "Subscription Cancelled", { ends: "now", comment: "The blue badge did it" }),
  ]);
  await run(owner, "score");
});
after(() => at.stop());

const why = async () => {
  const { customers } = (await owner.get("/api/customers?q=A-1")).json;
  return (await owner.get(`/api/customers/${customers[0].id}`)).json.customer;
};

test("a customer's page says why they leave with its evidence, and takes a correction and its undoing", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  const { id, why: inferred } = await why();
  await me.visit(`/customers/${id}`, "Ana Sousa");
  const panel = page.locator("section").filter({ has: page.getByRole("heading", { name: "Why they leave" }) });
  await panel.getByText(inferred.evidence[0].text).waitFor();
  await panel.getByText("Asked for: Offline mode").waitFor();
  assert.match(await panel.getByText(/likely$/).textContent(), /^(Price|Missing feature), \d+\s?% likely$/);
  await pictures(page, "customer-why");
  await accessible(page, "a customer's reason");
  await panel.getByLabel("Correct the reason").selectOption("service");
  await panel.getByText("Service, as a person said").waitFor();
  await until(async () => (await at.server.d1("select reason from customers"))[0].reason === 3, "the correction");
  await run(owner, "score");
  assert.deepEqual([(await why()).why.reason, (await why()).why.corrected], ["service", true]);
  await panel.getByRole("button", { name: "Infer it again" }).click();
  await until(async () => (await at.server.d1("select reason from customers"))[0].reason === null, "the correction is gone");
  await run(owner, "score");
  assert.equal((await why()).why.reason, inferred.reason);
});

test("words for reasons are tried before they are saved, and change what was read", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/segments/topics", "Words for reasons");
  await page.getByLabel("What a customer wrote").fill("The blue badge did it");
  await page.getByLabel("Word or phrase").fill("Blue  badge");
  await page.getByLabel("Speaks for").selectOption("competitor");
  await page.getByLabel("How much it says").selectOption("3");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("listitem").filter({ hasText: "blue badge" }).first().waitFor();
  await page.getByRole("button", { name: "Read it" }).click();
  await page.getByText("By the words").waitFor();
  assert.match(await page.getByText(/^Competitor \d+/).first().textContent(), /Competitor (9\d|100)/);
  await settled(page, "Words for reasons");
  await pictures(page, "topics");
  await accessible(page, "words for reasons");
  // The same word once more is refused where it is typed.
  await page.getByLabel("Word or phrase").fill("BLUE badge");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("it stands in the list twice").waitFor();
  await page.getByRole("button", { name: "Save 1 change" }).click();
  await page.getByRole("button", { name: "Go back to the list every shop starts with" }).waitFor();
  await run(owner, "refold");
  await run(owner, "score");
  assert.equal((await why()).why.reason, "competitor");
});

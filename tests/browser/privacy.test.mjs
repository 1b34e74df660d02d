// What people may ask for: the register, how long events stay, and one customer's export, objection, merging and erasure.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { imported, order, person } from "../rows.mjs";
import { open, pictures, settled } from "./browser.mjs";

const NOW = "2026-03-02T09:00:00Z";

let at, owner;
before(async () => {
  at = await open({ now: NOW });
  owner = await at.server.api("owner");
  await imported(owner, "customers", [
    person("C-1", "ana@example.com", { name: "Ana Sousa" }),
    person("C-2", "ana.sousa@example.org", { line: 3, name: "Ana de Sousa" }),
    person("C-3", "boris@example.com", { line: 4, name: "Boris Breuer" }),
    person("C-4", "carla@example.com", { line: 5, name: "Carla Cruz" }),
  ]);
  await imported(owner, "orders", [order(1, "C-2", "2026-02-20"), order(2, "C-3", "2026-02-21"), order(3, "C-4", "2026-02-22")]);
});
after(() => at.stop());

const customer = async (id) => (await owner.get(`/api/customers?q=${id}`)).json.customers.find(({ external_id }) => external_id === id);
const requests = async () => (await owner.get("/api/privacy-requests")).json.privacy_requests;
const row = (page, text) => page.getByRole("row").filter({ hasText: text });

test("a request is recorded by keyboard, has its due date, gets a note, is marked done and opened again", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/settings", "Settings");
  await page.getByRole("link", { name: "Privacy" }).click();
  await page.getByRole("heading", { name: "Nobody has asked for anything" }).waitFor();
  await settled(page, "Settings");
  await pictures(page, "privacy-none");

  await page.getByRole("button", { name: "Record a request" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Record a request" });
  await dialog.getByRole("button", { name: "Record it" }).click();
  await dialog.getByText("Search for the customer, and choose one of those found.").waitFor();
  await dialog.getByLabel("Customer", { exact: true }).fill("Boris");
  await dialog.getByRole("radio", { name: "Boris Breuer" }).focus();
  await page.keyboard.press("Space");
  await dialog.getByLabel("Note, if you like").fill("By mail, on Monday.");
  await pictures(page, "privacy-record");
  await dialog.getByRole("button", { name: "Record it" }).click();
  await dialog.waitFor({ state: "hidden" });
  const boris = row(page, "Boris Breuer");
  await boris.getByText("By mail, on Monday.").waitFor();
  await boris.getByText("All that is held on them").first().waitFor();
  const [{ kind, due_at, note }] = await requests();
  assert.deepEqual([kind, note], ["export", "By mail, on Monday."]);
  assert.match(due_at, /^2026-0(3-3|4-0)/);

  const carla = await customer("C-4");
  const late = await owner.post("/api/privacy-requests", { kind: "erasure", customer: carla.id, received_at: "2026-01-05T08:00:00Z" });
  assert.equal(late.status, 201, late.text);
  await page.reload();
  await page.getByText("1 request is overdue").waitFor();
  await row(page, "Carla Cruz").getByText("Overdue").waitFor();
  assert.match(await page.getByRole("row").nth(1).textContent(), /Carla Cruz/, "what is due first stands first");
  await pictures(page, "privacy-register");

  await boris.getByRole("button", { name: /^Note/ }).click();
  const noting = page.getByRole("dialog", { name: "Note on this request" });
  await noting.getByLabel("Note", { exact: true }).fill("Sent on Tuesday.");
  await noting.getByRole("button", { name: "Save the note" }).click();
  await boris.getByText("Sent on Tuesday.").waitFor();
  await boris.getByRole("button", { name: /^Mark done/ }).click();
  const again = page.getByRole("button", { name: /^Open again/ });
  await again.waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  assert.ok((await requests()).find(({ kind }) => kind === "export").done_at);
  await again.click();
  await boris.getByRole("button", { name: /^Mark done/ }).waitFor();
  await me.end();
});

test("how long events stay is changed after a warning that says what goes, and never over somebody else's change", async () => {
  const me = await at.visitor();
  const { page } = me;
  me.expect(/status of 412/);
  await me.signIn();
  await me.visit("/settings/privacy", "Settings");
  const form = page.locator("form").filter({ hasText: "How long events stay" });
  const days = form.getByLabel("Days");
  await days.fill("29");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("Write a whole number of days from 30 to 730.").waitFor();
  const kept = async () => (await owner.get("/api/retention")).json.retention.event_days;
  const first = await kept();
  await days.fill("30");
  await form.getByText(/Saving removes events from before/).waitFor();
  await days.press("Enter");
  const asks = page.getByRole("dialog", { name: "Remove older events?" });
  await asks.getByText(/from before .*2026 are removed within a day/).waitFor();
  await pictures(page, "privacy-retention");
  await asks.getByRole("button", { name: "Leave it" }).click();
  assert.equal(await kept(), first, "nothing is removed before somebody says so");
  const theirs = await owner.put("/api/retention", { event_days: 200 });
  assert.equal(theirs.status, 200, theirs.text);
  await days.press("Enter");
  await asks.getByRole("button", { name: "Save and remove them" }).click();
  const clash = page.getByRole("dialog", { name: "Somebody else saved this meanwhile" });
  await clash.getByText("200").waitFor();
  assert.equal(await kept(), 200);
  await clash.getByRole("button", { name: "Save the chosen" }).click();
  await form.getByText("Saved.", { exact: true }).waitFor();
  assert.equal(await kept(), 30);
  await me.end();
});

test("a customer's data are exported, profiling is objected to and taken up again, from the menu of their page", async () => {
  const boris = await customer("C-3");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit(`/customers/${boris.id}`, "Boris Breuer");
  await page.getByRole("button", { name: "Personal data" }).press("Enter");
  await pictures(page, "customer-menu");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export all data" }).click()]);
  const held = readFileSync(await download.path(), "utf8");
  assert.match(held, /boris@example\.com/);
  JSON.parse(held);

  // A download leaves the menu open.
  await page.getByRole("link", { name: "Objection and merges" }).click();
  await settled(page, "Personal data of Boris Breuer");
  await page.getByRole("button", { name: "Object to profiling" }).click();
  await page.getByText(/They object to profiling, since/).waitFor();
  await pictures(page, "personal-data");
  assert.ok((await owner.get(`/api/customers/${boris.id}`)).json.customer.objected_at);
  await page.getByRole("link", { name: "Back to Boris Breuer" }).click();
  await settled(page, "Boris Breuer");
  await page.getByText("not profiled", { exact: true }).waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Profile again" }).click();
  await page.getByRole("button", { name: "Object to profiling" }).waitFor();
  assert.equal((await owner.get(`/api/customers/${boris.id}`)).json.customer.objected_at, undefined);
  await me.end();
});

test("two records are laid side by side, become one, and are two again from the timeline", async () => {
  const [one, two] = [await customer("C-1"), await customer("C-2")];
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit(`/customers/${one.id}`, "Ana Sousa");
  await page.getByRole("button", { name: "Personal data" }).click();
  await page.getByRole("link", { name: "Merge with…" }).click();
  const dialog = page.getByRole("dialog", { name: "Merge two records" });
  await dialog.getByLabel("The other record").fill("ana");
  await dialog.getByRole("radio", { name: "Ana de Sousa", exact: true }).check();
  assert.equal(await dialog.getByRole("radio", { name: "Ana Sousa", exact: true }).count(), 0, "nobody is merged with themselves");
  // The other has an order, so it stays until somebody says otherwise.
  await dialog.getByText("Ana de Sousa stays.").waitFor();
  await pictures(page, "personal-data-merge");
  await dialog.getByRole("radio", { name: "This one stays" }).first().check();
  await dialog.getByText("Ana Sousa stays. Orders, events, contacts and notes of Ana de Sousa go to it").waitFor();
  await dialog.getByRole("button", { name: "Merge them" }).click();
  await settled(page, "Ana Sousa");
  assert.equal((await customer("C-2"))?.id, undefined, "the other one is no longer listed");
  const merged = page.getByRole("listitem").filter({ hasText: "Merged with Ana de Sousa" });
  await merged.getByRole("button", { name: /^Undo/ }).waitFor();
  await pictures(page, "customer-merged");
  await merged.getByRole("button", { name: /^Undo/ }).click();
  await page.getByText("Taken apart from Ana de Sousa").waitFor();
  assert.equal((await customer("C-2")).id, two.id);
  assert.equal(await page.getByRole("button", { name: /^Undo/ }).count(), 0, "what is undone cannot be undone again");
  await me.end();
});

test("somebody is erased only after their name was typed, and then is found nowhere", async () => {
  const carla = await customer("C-4");
  const me = await at.visitor();
  const { page } = me;
  me.expect(/status of 404/);
  await me.signIn();
  await me.visit("/settings/privacy", "Settings");
  await row(page, "Carla Cruz").getByRole("link", { name: /^Erase/ }).click();
  const dialog = page.getByRole("dialog", { name: "Erase Carla Cruz for good?" });
  await dialog.getByText("What stays:").waitFor();
  await pictures(page, "personal-data-erase");
  await dialog.getByLabel("Name or id").fill("Carla");
  await page.keyboard.press("Enter");
  await dialog.getByText("Type Carla Cruz, as it is written above.").waitFor();
  assert.ok(await customer("C-4"), "half a name erases nobody");
  await dialog.getByLabel("Name or id").fill("Carla Cruz");
  await page.keyboard.press("Enter");
  await settled(page, "Customers");
  await until(async () => (await customer("C-4")) === undefined, "Carla to be gone");
  await me.visit(`/customers/${carla.id}`, "Customer");
  await page.getByRole("heading", { name: "No such customer" }).waitFor();
  await until(async () => (await requests()).some(({ kind, done_at }) => kind === "erasure" && done_at !== null), "the request to be done");
  await me.visit("/settings/privacy", "Settings");
  assert.ok(!(await page.content()).includes("Carla"));
  await me.end();
});

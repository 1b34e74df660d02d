// Working lists, by mouse and by keyboard: filters in the address, rows selected, many changed at once, files, saved views, columns;
// and owner, tags and notes of one customer.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, test } from "node:test";

import { accessible, open, run, screenshot, settled } from "./browser.mjs";

const PEOPLE = 240;
const MIA = { email: "mia@example.com", role: "manager", name: "Mia Manager" };
const SAM = { email: "sam@example.com", role: "success", name: "Sam Success" };

let at;
before(async () => {
  at = await open();
  const owner = await at.server.api("owner");
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  const rows = ["order_id,customer_id,email,name,date,amount,currency"];
  for (let person = 0; person < PEOPLE; person += 1) {
    const name = `Person ${String(person).padStart(3, "0")}`;
    for (let n = 0; n < 2 + (person % 5); n += 1) {
      rows.push(`o${person}-${n},c${person},p${person}@example.com,${name},${day(5 + (person % 60) + n * 20)},${20 + person}.00,USD`);
    }
  }
  const answer = await owner.post("/api/imports?kind=orders", rows.join("\n"), { "content-type": "text/csv" });
  assert.equal(answer.status, 202, answer.text);
  for (const job of ["import", "fit", "score"]) await run(owner, job);
  // Orders tell no country.
  await at.server.d1("update facets set country = case when (select substr(external_id, 2) from customers where id = customer_id) % 3 = 0 then 'PT' else 'DE' end");
  await at.server.signInLink(MIA);
  await at.server.signInLink(SAM);
});
after(() => at.stop());
beforeEach(async () => {
  await at.server.d1("update customers set tags = '[]', owner_id = null");
});

test("rows are selected by click, by range, by key and all at once, and Esc lets them go", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/customers?sort=name", "Customers");
  const box = (name) => page.getByRole("checkbox", { name: `Select ${name}`, exact: true });
  const chosen = (words) => page.getByText(words, { exact: true }).locator("visible=true").first().waitFor();

  await box("Person 002").click();
  await chosen("1 customer selected");
  assert.equal(new URL(page.url()).pathname, "/customers", "a box opens no customer");
  await box("Person 005").click({ modifiers: ["Shift"] });
  await chosen("4 customers selected");
  await box("Person 003").click();
  await chosen("3 customers selected");

  // Selected rows survive being scrolled out of the page.
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await page.getByText("Person 239").waitFor();
  assert.equal(await box("Person 002").count(), 0);
  await page.evaluate(() => window.scrollTo(0, 0));
  await box("Person 002").waitFor();
  assert.ok(await box("Person 002").isChecked() && !(await box("Person 003").isChecked()));

  await page.getByRole("checkbox", { name: `Select all ${PEOPLE} customers that match` }).click();
  await chosen(`${PEOPLE} customers selected`);
  await box("Person 000").click();
  await chosen(`${PEOPLE - 1} customers selected`);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelector("tr.chosen") === null);

  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await chosen("1 customer selected");
  assert.match(await page.locator("[role=status][aria-live=polite]").textContent(), /1 customer selected/);
  // Another filter is another list: nobody of the one before stays selected unseen.
  await page.getByRole("searchbox").fill("Person 1");
  await page.getByText("of 100 customers").waitFor();
  assert.equal(await page.getByText("1 customer selected", { exact: true }).locator("visible=true").count(), 0);
  await me.end();
});

test("a range over rows that were never loaded selects all of them", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/customers?sort=name", "Customers");
  await page.getByRole("checkbox", { name: "Select Person 000", exact: true }).click();
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await page.getByRole("checkbox", { name: "Select Person 239", exact: true }).click({ modifiers: ["Shift"] });
  await page.getByText(`${PEOPLE} customers selected`, { exact: true }).locator("visible=true").first().waitFor();
  await me.end();
});

test("filters stand in the address, chips take them away, and Back brings them again", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/customers", "Customers");
  await page.getByRole("button", { name: "Filter" }).click();
  const panel = page.getByRole("group", { name: "Filters of this list" });
  await panel.getByLabel("Country").fill("pt");
  await panel.getByLabel("Country").press("Enter");
  await page.waitForURL(/country=PT/);
  await panel.getByLabel("Looked after by").selectOption("none");
  await page.waitForURL(/owner=none/);
  await page.getByText("of 80 customers").waitFor();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), "Filter (2)", "Esc gives the focus back");

  await page.getByRole("button", { name: "Remove the filter PT" }).click();
  await page.waitForURL((url) => !url.search.includes("country"));
  await page.getByText(`of ${PEOPLE} customers`).waitFor();
  await page.goBack();
  await page.waitForURL(/country=PT/);
  await page.getByText("of 80 customers").waitFor();

  await me.visit("/customers?owner=nonsense&lifecycle=unheard&country=xyz&tier=none", "Customers");
  await page.getByText(`of ${PEOPLE} customers`).waitFor();
  await me.end();
});

test("a tag for many is added page by page, counted, and taken back from those alone who got it", async () => {
  const owner = await at.server.api("owner");
  const one = (await owner.get("/api/customers?q=Person 001&limit=1")).json.customers[0];
  assert.equal((await owner.patch(`/api/customers/${one.id}`, { tags: ["VIP"] })).status, 200);
  const tagged = async () => (await at.server.d1("select count(*) as n from customers where tags like '%vip%'"))[0].n;

  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/customers?sort=name", "Customers");
  await page.getByRole("checkbox", { name: "Select Person 000", exact: true }).click();
  await page.getByRole("checkbox", { name: "Select Person 003", exact: true }).click({ modifiers: ["Shift"] });
  await page.getByRole("button", { name: "Add tag" }).click();
  await page.getByLabel("Tag", { exact: true }).fill("vip");
  await page.keyboard.press("Enter");
  await page.getByText("Tag “vip” added to 3 customers. 1 was so already.").locator("visible=true").first().waitFor();
  assert.equal(await tagged(), 4);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Taken back for 3 customers.").locator("visible=true").first().waitFor();
  assert.equal(await tagged(), 1, "who had the tag before keeps it");

  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("button", { name: `Select all ${PEOPLE}` }).click();
  await page.getByRole("checkbox", { name: "Select Person 000", exact: true }).click();
  await page.getByRole("button", { name: "Give to" }).click();
  await page.getByRole("combobox", { name: "Who looks after them" }).selectOption(MIA.name);
  await page.getByRole("button", { name: "Give", exact: true }).click();
  await page.getByText(`Mia Manager now looks after ${PEOPLE - 1} customers.`).locator("visible=true").first().waitFor();
  const [{ n }] = await at.server.d1("select count(*) as n from customers c join users u on u.id = c.owner_id where u.email = ?1", MIA.email);
  assert.equal(n, PEOPLE - 1);
  await me.end();
});

test("a file holds the columns and the customers that were chosen", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/customers?sort=name&country=PT", "Customers");
  const file = async (name) => {
    const waiting = page.waitForEvent("download");
    await page.getByRole("link", { name }).click();
    const lines = (await readFile(await (await waiting).path(), "utf8")).trim().split("\r\n");
    return { head: lines[0], rows: lines.slice(1) };
  };
  assert.equal((await file("Export CSV")).rows.length, 80);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Country" }).check();
  await page.getByRole("checkbox", { name: "Risk" }).uncheck();
  await page.keyboard.press("Escape");
  await page.getByRole("checkbox", { name: "Select Person 003", exact: true }).click();
  await page.getByRole("checkbox", { name: "Select Person 006", exact: true }).click();
  const some = await file("Export selected");
  assert.match(some.head, /^id,external_id,kind,name,email,main_trigger,.*,country$/);
  assert.deepEqual(some.rows.map((row) => row.split(",")[3]), ["Person 003", "Person 006"]);
  await page.getByRole("button", { name: "Select all 80" }).click();
  await page.getByRole("checkbox", { name: "Select Person 003", exact: true }).click();
  const most = await file("Export selected");
  assert.equal(most.rows.length, 79);
  assert.ok(!most.rows.some((row) => row.includes("Person 003")));
  await me.end();
});

test("columns are chosen, ordered and kept by the browser, by keyboard alone", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/customers?sort=name", "Customers");
  const heads = () => page.locator("table.long thead th:not(.pick)").allTextContents();
  assert.deepEqual(await heads(), ["Customer", "Risk", "12 weeks", "Why", "Value a year", "Deadline, last order"]);
  await page.getByRole("button", { name: "Columns" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("checkbox", { name: "Tags" }).focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Move Tags up" }).focus();
  for (let place = 5; place >= 1; place -= 1) {
    await page.keyboard.press("Enter");
    await page.waitForFunction((place) => document.querySelector("[aria-live=polite]").textContent.startsWith(`Tags is column ${place} of`), place);
    await page.waitForFunction(() => document.activeElement.getAttribute("aria-label") === "Move Tags up");
  }
  await page.getByRole("checkbox", { name: "12 weeks" }).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Escape");
  const wanted = ["Customer", "Tags", "Risk", "Why", "Value a year", "Deadline, last order"];
  assert.deepEqual(await heads(), wanted);
  await page.reload();
  await settled(page, "Customers");
  assert.deepEqual(await heads(), wanted);
  // Radar keeps its own.
  await me.visit("/radar", "Radar");
  assert.ok(!(await heads()).includes("Tags"));
  await me.end();
});

test("a shared view opens for another person as it was saved; who was slower is shown both and loses nothing", async () => {
  const me = await at.visitor();
  await me.signIn();
  await me.visit("/customers?country=DE&sort=name", "Customers");
  await me.page.getByRole("button", { name: "Columns" }).click();
  await me.page.getByRole("checkbox", { name: "Country" }).check();
  await me.page.keyboard.press("Escape");
  await me.page.getByRole("button", { name: "Views" }).click();
  await me.page.getByLabel("Save what is shown as").fill("Germans <b>");
  await me.page.getByLabel("Share it with the team").check();
  await me.page.getByRole("button", { name: "Save view" }).click();
  await me.page.getByRole("button", { name: "Germans <b>" }).first().waitFor();

  const sam = await at.visitor();
  await sam.signIn(SAM);
  await sam.visit("/customers", "Customers");
  await sam.page.getByRole("button", { name: "Views" }).click();
  await sam.page.getByRole("group", { name: "Saved views" }).getByRole("button", { name: /Germans <b>/ }).click();
  await sam.page.waitForURL(/country=DE&sort=name/);
  await sam.page.getByText("of 160 customers").waitFor();
  await sam.page.getByRole("columnheader", { name: "Country" }).waitFor();
  assert.equal(await sam.page.getByText("Rename, share or delete").count(), 0, "another's view is not theirs to change");
  await sam.end();

  // The same person in another tab was quicker.
  const [{ public_id: id }] = await at.server.d1("select public_id from views where name = ?1", "Germans <b>");
  await at.server.d1("update views set name = 'Germany', version = version + 1 where public_id = ?1", id);
  me.expect(/status of 412/);
  await me.page.getByText("Rename, share or delete").click();
  await me.page.getByLabel("Name", { exact: true }).fill("Alemania");
  await me.page.getByRole("button", { name: "Save", exact: true }).click();
  const dialog = me.page.getByRole("dialog", { name: "Somebody else saved this meanwhile" });
  await dialog.getByText("Germany").waitFor();
  await dialog.getByText("Alemania").waitFor();
  await dialog.getByRole("button", { name: "Save the chosen" }).click();
  await dialog.waitFor({ state: "hidden" });
  await me.page.getByRole("button", { name: "Alemania" }).first().waitFor();
  assert.deepEqual(await at.server.d1("select name, shared from views where public_id = ?1", id), [{ name: "Alemania", shared: 1 }]);

  // The form stays open.
  await me.page.getByRole("button", { name: "Delete", exact: true }).click();
  await me.page.getByText("“Alemania” is deleted.").waitFor();
  await me.page.getByRole("group", { name: "Saved views" }).getByRole("button", { name: "Undo" }).click();
  await me.page.getByRole("button", { name: "Alemania" }).first().waitFor();
  assert.equal((await at.server.d1("select count(*) as n from views where name = 'Alemania' and shared = 1"))[0].n, 1);
  await me.end();
});

test("a customer gets an owner, tags and notes; a change made elsewhere meanwhile is shown and nothing is lost", async () => {
  const owner = await at.server.api("owner");
  const { id } = (await owner.get("/api/customers?q=Person 010&limit=1")).json.customers[0];
  const row = async () => (await at.server.d1("select tags, (select email from users where id = owner_id) as owner from customers where public_id = ?1", id))[0];
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit(`/customers/${id}`, "Person 010");
  await page.getByLabel("Looked after by").selectOption(MIA.name);
  await page.getByRole("button", { name: "Take over" }).waitFor();
  await page.getByLabel("Add a tag").fill('<script> "big" 50%');
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: 'Remove the tag <script> "big" 50%' }).waitFor();
  assert.deepEqual(await row(), { tags: JSON.stringify(['<script> "big" 50%']), owner: MIA.email });

  // Somebody tags the same customer elsewhere.
  assert.equal((await owner.patch(`/api/customers/${id}`, { tags: ["theirs"] })).status, 200);
  me.expect(/status of 412/);
  await page.getByLabel("Add a tag").fill("mine");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Somebody else saved this meanwhile" });
  await dialog.getByText("theirs", { exact: true }).waitFor();
  await dialog.getByText('<script> "big" 50%, mine').waitFor();
  await dialog.getByRole("button", { name: "Save the chosen" }).click();
  await page.getByRole("button", { name: "Remove the tag mine" }).waitFor();
  assert.deepEqual(JSON.parse((await row()).tags), ['<script> "big" 50%', "mine"]);

  const notes = () => at.server.d1("select body, version from notes where customer_id = (select id from customers where public_id = ?1) order by id", id);
  await page.getByLabel("Write a note").fill("Called on Monday.\nWants a <b>discount</b>.");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.getByText("Wants a <b>discount</b>.").waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Note", { exact: true }).fill("Called on Tuesday.");
  await page.getByRole("button", { name: "Save note" }).click();
  await page.locator(".note .body", { hasText: "Called on Tuesday." }).waitFor();
  assert.deepEqual(await notes(), [{ body: "Called on Tuesday.", version: 2 }]);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("The note is deleted.").waitFor();
  assert.deepEqual(await notes(), []);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator(".note .body", { hasText: "Called on Tuesday." }).waitFor();
  assert.deepEqual(await notes(), [{ body: "Called on Tuesday.", version: 1 }]);
  await screenshot(page, "customer-care-light");
  await me.end();

  // A success manager works on their own customers and reads the others.
  const [{ sam }] = await at.server.d1("select id as sam from users where email = ?1", SAM.email);
  const his = await at.visitor();
  await his.signIn(SAM);
  await his.visit(`/customers/${id}`, "Person 010");
  assert.equal(await his.page.getByLabel("Add a tag").count() + (await his.page.getByLabel("Write a note").count()), 0);
  await at.server.d1("update customers set owner_id = ?1, version = version + 1 where public_id = ?2", sam, id);
  await his.visit(`/customers/${id}`, "Person 010");
  await his.page.getByLabel("Add a tag").fill("called");
  await his.page.keyboard.press("Enter");
  await his.page.getByRole("button", { name: "Remove the tag called" }).waitFor();
  assert.equal(await his.page.getByLabel("Looked after by").count(), 0, "they give nobody away");
  await his.end();
});

for (const [theme, width] of [["light", 1280], ["dark", 1280], ["light", 390]]) {
  test(`axe finds nothing in the ${theme} theme at ${width} px, with rows selected and each panel open`, async () => {
    const me = await at.visitor({ theme, width, height: 844 });
    const { page } = me;
    await me.signIn();
    await me.visit("/customers?sort=name&country=DE,PT&owner=none", "Customers");
    const picture = async (name) => {
      await accessible(page, `${name}, ${theme}, ${width} px`);
      await page.screenshot({ path: new URL(`../screenshots/lists-${name}-${width === 390 ? 390 : theme}.png`, import.meta.url).pathname });
    };
    for (const [button, name] of [[/^Filter/, "filter"], ["Views", "views"], ["Columns", "columns"]]) {
      await page.getByRole("button", { name: button }).click();
      await page.waitForFunction(() => document.querySelector(".skeleton") === null);
      await picture(name);
      await page.keyboard.press("Escape");
    }
    await page.getByRole("checkbox", { name: "Select Person 001", exact: true }).click();
    await page.getByRole("checkbox", { name: "Select Person 003", exact: true }).click();
    await page.getByRole("button", { name: "Add tag" }).click();
    await picture("bulk");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} px wide`);
    await me.end();
  });
}

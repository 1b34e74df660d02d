// A file at an address: connected, fetched at once, told about where it cannot be read, and asked for with a token that nobody sees again.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { open, pictures, run, settled } from "./browser.mjs";

let at, owner, answer;
const seen = [];
before(async () => {
  const outside = {
    "files.example": (request) => {
      seen.push(request.headers.get("authorization"));
      return answer();
    },
  };
  at = await open({ outside });
  owner = await at.server.api("owner");
});
after(() => at.stop());

const csv = (rows) => new Response(rows.join("\n") + "\n", { headers: { "content-type": "text/csv" } });
const orders = (n) => ["order_id,customer_id,email,date,amount", ...Array.from({ length: n }, (_, i) => `O-${i},C-${i},c${i}@example.com,2026-01-18,1${i}.00`)];
// Fetched and imported, as the doorbell and the hourly job do by themselves.
const fetched = async () => {
  await run(owner, "pull");
  await run(owner, "import");
};

test("a file is connected by keyboard, fetched, pulled once more by hand, and a page that is no file says what to do", async () => {
  answer = () => csv([...orders(2), "O-9,C-9,c9@example.com,never,1.00"]);
  const me = await at.visitor();
  const { page } = me;
  me.expect(/status of 422/);
  await me.signIn();
  await me.visit("/data/sources/new", "Connect a source");
  await page.getByRole("radio", { name: "A file at an address" }).focus();
  await page.keyboard.press("Space");
  await page.getByRole("heading", { name: "A file at an address", exact: true }).waitFor();
  const address = page.getByLabel("Address of the file");
  await address.fill("files.example/orders.csv");
  await page.keyboard.press("Enter");
  await page.getByText("Give the whole address").waitFor();
  // Looks whole, and is no place of the internet: the worker's to say.
  await address.fill("https://169.254.169.254/latest");
  await page.keyboard.press("Enter");
  await page.locator(".field .error").filter({ hasNotText: "Give the whole address" }).waitFor();
  await address.fill("https://files.example/orders.csv");
  await page.getByLabel("How often").selectOption("6");
  await page.getByLabel("Token, if the address asks for one").fill("canary-token");
  await pictures(page, "pull-connect");
  await page.getByRole("button", { name: "Continue" }).click();
  await settled(page, "Nightly file");
  await page.getByText("A token is stored.").waitFor();
  await fetched();
  const files = page.getByRole("table", { name: "The last files" });
  await files.getByRole("link", { name: "Download the 1 rejected rows" }).waitFor();
  assert.match(await files.getByRole("row").nth(1).textContent(), /3\s*2\s*1$/);
  assert.ok(!(await page.content()).includes("canary-token"), "a token is never shown again");
  assert.equal(seen.at(-1), "Bearer canary-token");
  await pictures(page, "pull-one");

  answer = () => new Response("<!doctype html><title>Sign in</title>", { headers: { "content-type": "text/html" } });
  await page.getByRole("button", { name: "Pull now" }).click();
  await fetched();
  await page.getByText(/The last try failed: /).waitFor();
  await page.getByText("Failing", { exact: true }).waitFor();
  await pictures(page, "pull-failed");

  await page.getByRole("button", { name: "Forget it" }).click();
  await page.getByText("None is stored").waitFor();
  answer = () => csv(orders(3));
  await page.getByRole("button", { name: "Pull now" }).click();
  await fetched();
  await files.getByRole("row").nth(2).waitFor();
  assert.equal(seen.at(-1), null);
  await page.getByText(/The last try failed/).waitFor({ state: "hidden" });
  await me.end();
});

test("columns that the guess misses are named, and where a file moves is checked before it is asked", async () => {
  const made = await owner.post("/api/sources", { kind: "pull", name: "Columns", settings: { url: "https://files.example/o.csv", file_kind: "orders", every_hours: 24 } });
  assert.equal(made.status, 201, made.text);
  const me = await at.visitor();
  const { page } = me;
  me.expect(/status of 422/);
  await me.signIn();
  await me.visit(`/data/sources/${made.json.source.id}`, "Columns");
  const columns = page.getByLabel("Columns, where the guess is wrong");
  await columns.fill("date");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("date names no column.").waitFor();
  await columns.fill("burnt = Date");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("burnt is no field of such a file").waitFor();
  await columns.fill("date = Bought on");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  const { settings } = (await owner.get(`/api/sources/${made.json.source.id}`)).json.source;
  assert.deepEqual([settings.columns, settings.every_hours], [{ date: "Bought on" }, 24]);
  await me.end();
});

// From signing in to one customer's reasons without touching the mouse.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { open, run, settled } from "./browser.mjs";

let at;
before(async () => (at = await open()));
after(() => at.stop());

test("the whole flow works with the keyboard alone: sign in, import, Radar, search, one customer", async () => {
  const me = await at.visitor();
  const { page } = me;
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());

  await page.goto(await at.server.signInLink());
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await tabTo(page, "button", "Sign in");
  await press("Enter");
  await settled(page, "Overview");

  await press("g", "d");
  await settled(page, "Data");
  await tabTo(page, "textarea", "Or paste rows");
  await page.keyboard.insertText(orders());
  await tabTo(page, "button", "Read the pasted rows");
  await press("Enter");
  await page.getByRole("button", { name: /^Import [\d,]+ orders/ }).waitFor();
  await tabTo(page, "button", /^Import [\d,]+ orders/);
  await press("Enter");
  await page.getByText("The import is done").waitFor({ timeout: 60_000 });
  const owner = await at.server.api("owner");
  await run(owner, "fit");
  await run(owner, "score");

  await press("g", "c");
  await settled(page, "Customers");
  await press("/");
  await page.waitForFunction(() => document.activeElement?.matches("input"));
  await page.keyboard.type("Zoe");
  const row = page.getByRole("link", { name: "Zoe Zander" });
  await row.waitFor();
  await page.waitForFunction(() => document.querySelectorAll("tbody a").length === 1);
  await tabTo(page, "a", "Zoe Zander");
  await press("Enter");
  await settled(page, /Zoe Zander/);
  await page.getByRole("heading", { name: "Timeline" }).waitFor();

  await press("?");
  const keys = page.getByRole("dialog");
  await keys.waitFor();
  await press("Escape");
  await keys.waitFor({ state: "hidden" });
  await press("g", "r");
  await settled(page, "Radar");
  await me.end();
});

test("focus is visible on every stop of the tab key", async () => {
  const me = await at.visitor();
  await me.signIn();
  await me.visit("/radar", "Radar");
  const seen = new Set();
  for (let n = 0; n < 40; n += 1) {
    await me.page.keyboard.press("Tab");
    const stop = await me.page.evaluate(() => {
      const at = document.activeElement;
      if (at === null || at === document.body) return null;
      const style = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      return {
        what: `${at.tagName} ${at.textContent.trim().slice(0, 30) || at.getAttribute("aria-label")}`,
        marked: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none",
        seen: box.width > 0 && box.height > 0,
      };
    });
    if (stop === null) break;
    assert.ok(stop.marked && stop.seen, `focus cannot be seen on ${stop.what}`);
    seen.add(stop.what);
  }
  assert.ok(seen.size >= 10, `only ${seen.size} stops`);
  await me.end();
});

// Presses Tab until the element has focus, as a person would who looks for it.
async function tabTo(page, tag, name) {
  for (let n = 0; n < 120; n += 1) {
    const found = await page.evaluate(
      ([tag, name, flags]) => {
        const at = document.activeElement;
        if (!at?.matches(tag)) return false;
        const label = at.getAttribute("aria-label") ?? (at.labels?.[0]?.textContent || at.textContent);
        return flags === null ? label.includes(name) : new RegExp(name, flags).test(label.trim());
      },
      name instanceof RegExp ? [tag, name.source, name.flags] : [tag, name, null],
    );
    if (found) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`the tab key never reaches ${tag} ${name}`);
}

function orders() {
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  const rows = ["order_id,customer_id,email,name,date,amount,currency"];
  const people = ["Zoe Zander", "Yuri Young", "Xenia Xu", "Will Wu"];
  people.forEach((name, person) => {
    for (let n = 0; n < 6; n += 1) rows.push(`k${person}-${n},k${person},k${person}@example.com,${name},${day(20 + person * 30 + n * 14)},25.00,USD`);
  });
  return rows.join("\n");
}

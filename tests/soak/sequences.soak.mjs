// The sequences of each named row of the offer matrix to six made-up people, written and linted by the example `messages`; three people of
// each are photographed on a phone, on a desktop and in the dark, and axe reads every mail. Pictures: tests/screenshots/sequences.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

import { root } from "../harness.mjs";

const made = mkdtempSync(path.join(os.tmpdir(), "rekindle-"));
after(() => rmSync(made, { recursive: true }));
const PEOPLE = ["rich-shopper", "rich-account", "unknown-shopper"];

test("every sequence is written, and the lint finds nothing", { timeout: 1_200_000 }, (t) => {
  const run = spawnSync("cargo", ["run", "--locked", "--quiet", "-p", "shared", "--example", "messages", "--", made], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  for (const line of run.stdout.split("\n").filter((line) => line.includes("“"))) t.diagnostic(line.trim());
  assert.equal(run.status, 0, run.stderr);
});

test("each mail is accessible, no wider than a phone, and has its picture", { timeout: 1_200_000 }, async (t) => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  after(() => browser.close());
  const pictures = path.join(root, "tests", "screenshots", "sequences");
  mkdirSync(pictures, { recursive: true });
  const mails = readdirSync(made).filter((name) => name.endsWith(".html"));
  assert.ok(mails.length >= 7 * 6 * 5, `${mails.length}`);
  for (const [device, viewport, colorScheme] of [["phone", { width: 390, height: 844 }, "light"], ["desktop", { width: 900, height: 900 }, "light"], ["dark", { width: 390, height: 844 }, "dark"]]) {
    const context = await browser.newContext({ viewport, colorScheme });
    const page = await context.newPage();
    await page.route("**/*", (route) => (route.request().url().startsWith("file:") ? route.continue() : route.abort()));
    for (const name of mails.filter((name) => PEOPLE.some((person) => name.includes(person)))) {
      await page.goto(`file://${path.join(made, name)}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= viewport.width, `${name} on a ${device}`);
      const { violations } = await new AxeBuilder({ page }).disableRules(["region", "page-has-heading-one", "landmark-one-main"]).analyze();
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${name}, ${device}`);
      await page.screenshot({ path: path.join(pictures, `${name.replace(".html", "")}-${device}.png`), fullPage: true });
    }
    await context.close();
  }
  t.diagnostic(`${mails.length} mails written, ${readdirSync(pictures).length} pictures`);
});

// A real browser on the app as it is deployed, except for the worker's seams. Whatever the browser complains about fails the test:
// console errors, breaches of the content security policy, requests to anywhere else, answers of 500 and above.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

import { root, start } from "../harness.mjs";

const SCREENSHOTS = path.join(root, "tests", "screenshots");

// Starts the server and a browser. `now` is the virtual clock's first time, for the worker and for the pages.
export async function open({ now, outside } = {}) {
  assert.ok(existsSync(path.join(root, "dist", "index.html")), "the app is not built: run `cargo xtask build`");
  const server = await start({ now, outside });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--no-proxy-server",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-default-apps",
      "--disable-extensions",
      "--disable-sync",
      // The preview's frames in the page's own process: Playwright loses count of frames of others that go while they come.
      "--disable-features=Translate,OptimizationHints,MediaRouter,IsolateSandboxedIframes",
    ],
  });

  // A person with a browser profile of their own, and an address, as sign-ins are counted by address.
  let visitors = 0;
  const visitor = async ({ theme = "light", width = 1280, height = 800, locale = "en-GB" } = {}) => {
    const context = await browser.newContext({ colorScheme: theme, viewport: { width, height }, locale, timezoneId: "UTC", reducedMotion: "reduce", extraHTTPHeaders: { "cf-connecting-ip": `198.51.100.${(visitors += 1)}` } });
    const complaints = [];
    // What a test means to provoke: a pattern that the complaint's text matches.
    const expected = [];
    const complain = (text) => {
      if (!expected.some((pattern) => pattern.test(text))) complaints.push(text);
    };
    context.on("console", (message) => {
      if (message.type() === "error") complain(`console: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => complain(`page: ${error.error().message}`));
    context.on("response", (response) => {
      if (response.status() >= 500) complain(`${response.status()} from ${response.url()}`);
    });
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== server.url) complain(`request to ${request.url()}`);
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    return {
      page,
      context,
      expect: (pattern) => expected.push(pattern),
      signIn: async (who) => {
        await page.goto(await server.signInLink(who));
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      },
      // Goes to a place and waits until it shows what it has.
      visit: async (target, heading) => {
        await page.goto(server.url + target);
        await settled(page, heading);
      },
      // Ends the visit and fails on any complaint.
      end: async () => {
        await context.close();
        assert.deepEqual(complaints, [], "what the browser complained about");
      },
    };
  };

  return {
    server,
    browser,
    visitor,
    stop: async () => {
      await browser.close();
      await server.stop();
    },
  };
}

// Waits until the page's heading stands and nothing of it is still on its way.
export async function settled(page, heading) {
  await page.getByRole("heading", { level: 1, ...(heading === undefined ? {} : { name: heading }) }).waitFor();
  await page.waitForFunction(() => document.querySelector("[aria-busy=true], .bone") === null);
}

// Fails on anything that axe finds on the page as it stands.
export async function accessible(page, what) {
  const axe = new AxeBuilder({ page });
  // A preview's frame runs no script, so not axe's either, which would wait for it for ever.
  if ((await page.locator("iframe[sandbox='']").count()) > 0) axe.setLegacyMode(true).exclude("iframe");
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `    ${html}\n    ${failureSummary}`).join("\n")}`);
  assert.deepEqual(found, [], `axe on ${what}`);
}

export async function screenshot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

// The settled page in light and dark, checked by axe, and on a phone, where it must not be wider than the screen.
export async function pictures(page, name) {
  await settled(page);
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    await accessible(page, `${name}, ${theme}`);
    await screenshot(page, `${name}-${theme}`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${name} is ${wide} px wide`);
  await screenshot(page, `${name}-390`);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: "light" });
}

// The most memory that any renderer ever had resident, as the kernel counts it: it holds the page and its Web Worker.
export async function renderers(browser) {
  const session = await browser.newBrowserCDPSession();
  let peak = 0;
  const look = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    for (const { type, id } of processInfo) {
      if (type !== "renderer") continue;
      try {
        const [, kilobytes] = readFileSync(`/proc/${id}/status`, "utf8").match(/VmHWM:\s+(\d+) kB/) ?? [];
        peak = Math.max(peak, Number(kilobytes ?? 0) / 1024);
      } catch (error) {
        // A renderer that ended since it was listed.
        if (error.code !== "ENOENT" && error.code !== "ESRCH") throw error;
      }
    }
  };
  await look();
  assert.ok(peak > 0, "no renderer was found");
  const timer = setInterval(() => look().catch(() => clearInterval(timer)), 1_000);
  return { peak: () => Math.round(peak), stop: () => clearInterval(timer) };
}

// Runs a job to its end, as the hourly cron would.
export async function run(owner, job) {
  const answer = await owner.post("/api/runs", { job });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.run.status, "done", answer.text);
  return answer.json.run;
}

// "1,234" or "$1,234.50" as a number.
export function figure(text) {
  const match = text.replaceAll(",", "").match(/-?\d+(\.\d+)?/);
  assert.ok(match, `no figure in ${JSON.stringify(text)}`);
  return Number(match[0]);
}

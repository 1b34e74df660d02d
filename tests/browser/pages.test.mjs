// Every page in both themes and on a phone: axe, sizes, first load, and a picture of each.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { uuid7 } from "../harness.mjs";
import { accessible, open, run, screenshot, settled } from "./browser.mjs";

const PAGES = [
  ["/", "Overview"],
  ["/radar", "Radar"],
  ["/radar?view=lost", "Radar"],
  ["/customers", "Customers"],
  ["/segments", "Segments"],
  ["/offers", "Offers"],
  ["/improvements", "Improvements"],
  ["/campaigns", "Campaigns"],
  ["/inbox", "Inbox"],
  ["/results", "Results"],
  ["/models", "Models"],
  ["/data", "Data"],
  ["/data/history", "Data"],
  ["/data/sources", "Data"],
  ["/data/sources/new?kind=browser", "Connect a source"],
  ["/data/dead-letters", "Data"],
  ["/settings", "Settings"],
  ["/settings/rates", "Settings"],
  ["/settings/senders", "Settings"],
  ["/settings/sending", "Settings"],
  ["/no-such-page", undefined],
];

let at;
let customer;
before(async () => {
  at = await open();
  const owner = await at.server.api("owner");
  // Hostile and foreign names belong to the pages' ordinary load.
  const names = ["Ada Lovelace", "<img src=x onerror=alert(1)>", "=HYPERLINK(\"http://x\")", "王小明", "فاطمة الزهراء", "Ольга Петрова", "x".repeat(120)];
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  const orders = ["order_id,customer_id,email,name,date,amount,currency"];
  for (let person = 0; person < 60; person += 1) {
    const name = (names[person] ?? `Person ${person}`).replaceAll('"', '""');
    const gap = 5 + (person % 9) * 6;
    for (let n = 0; n < 1 + (person % 8); n += 1) {
      orders.push(`o${person}-${n},c${person},p${person}@example.com,"${name}",${day(10 + person * 3 + n * gap)},${(10 + person * 1.5).toFixed(2)},USD`);
    }
  }
  const answer = await owner.post("/api/imports?kind=orders", orders.join("\n"), { "content-type": "text/csv" });
  assert.equal(answer.status, 202, answer.text);
  await run(owner, "import");
  await run(owner, "fit");
  await run(owner, "score");
  const { json } = await owner.get("/api/customers?sort=-name&limit=1");
  customer = json.customers[0].id;
});
after(() => at.stop());

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing on any page in the ${theme} theme`, async () => {
    const me = await at.visitor({ theme });
    me.expect(/status of 40[14]/);
    await me.visit("/sign-in", "Sign in");
    await accessible(me.page, `/sign-in, ${theme}`);
    await screenshot(me.page, `sign-in-${theme}`);
    await me.signIn();
    for (const [path, heading] of [...PAGES, [`/customers/${customer}`, undefined], [`/customers/${uuid7()}`, undefined]]) {
      await me.visit(path, heading);
      await accessible(me.page, `${path}, ${theme}`);
      await screenshot(me.page, `${slug(path)}-${theme}`);
    }
    await me.page.keyboard.press("?");
    await me.page.getByRole("dialog").waitFor();
    await accessible(me.page, `the list of keys, ${theme}`);
    await screenshot(me.page, `keys-${theme}`);
    await me.end();
  });
}

test("no page is wider than a phone of 390 px, and axe finds nothing there", async () => {
  const me = await at.visitor({ width: 390, height: 844 });
  me.expect(/status of 404/);
  await me.signIn();
  for (const [path, heading] of [...PAGES, [`/customers/${customer}`, undefined]]) {
    await me.visit(path, heading);
    const wide = await me.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${path} is ${wide} px wide`);
    await accessible(me.page, `${path}, 390 px`);
    await screenshot(me.page, `${slug(path)}-390`);
  }
  await me.end();
});

test("hostile names are text, and nothing of them runs", async () => {
  const me = await at.visitor();
  await me.signIn();
  await me.visit("/customers?sort=name", "Customers");
  await me.page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
  assert.equal(await me.page.locator("img[src=x]").count(), 0);
  await me.end();
});

test("navigation moves focus to the heading and names the page", async () => {
  const me = await at.visitor();
  await me.signIn();
  for (const name of ["Radar", "Customers", "Data", "Settings", "Overview"]) {
    await me.page.getByRole("link", { name: new RegExp(`^${name}`) }).first().click();
    await settled(me.page, name);
    await me.page.waitForFunction((name) => document.activeElement?.tagName === "H1" && document.activeElement.textContent.includes(name), name);
    assert.match(await me.page.title(), new RegExp(`^${name}`));
  }
  await me.end();
});

test("the first load brings one module and the page's data, and Radar is soon usable", async () => {
  const me = await at.visitor();
  await me.signIn();
  const cookies = await me.context.cookies();
  const times = [];
  for (let n = 0; n < 3; n += 1) {
    const first = await at.browser.newContext({ viewport: { width: 1280, height: 800 } });
    await first.addCookies(cookies);
    const page = await first.newPage();
    const began = performance.now();
    await page.goto(`${at.server.url}/radar`);
    await page.getByRole("table", { name: "Customers on Radar" }).getByRole("row").nth(1).waitFor();
    times.push(Math.round(performance.now() - began));
    if (n === 0) {
      const loaded = await page.evaluate(() => {
        const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
        const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
        return { paint, files: all.map(({ name, encodedBodySize, transferSize }) => ({ name, encodedBodySize, transferSize })) };
      });
      for (const { name, encodedBodySize } of loaded.files) console.log(`${(encodedBodySize / 1000).toFixed(1).padStart(8)} KB  ${new URL(name).pathname}`);
      console.log(`first paint after ${Math.round(loaded.paint)} ms`);
      const code = loaded.files.map(({ name }) => new URL(name).pathname).filter((name) => /\.(js|wasm)$/.test(name));
      assert.equal(code.filter((name) => name.endsWith(".wasm")).length, 1, `one module at first: ${code}`);
      assert.ok(!code.some((name) => name.includes("app-worker")), `the Web Worker's module waits until it is needed: ${code}`);
      const calls = loaded.files.filter(({ name }) => new URL(name).pathname.startsWith("/api/"));
      assert.ok(calls.length <= 2, `the session and one request for the page's data: ${calls.map(({ name }) => name)}`);
    }
    await first.close();
  }
  console.log(`first load to a usable Radar: ${times.join(", ")} ms`);
  assert.ok(Math.min(...times) < 5_000, `first load took ${times} ms`);
  await me.end();
});

test("built files may be cached for good, the page may not, and every file carries the headers", async () => {
  const page = await at.server.fetch("/");
  assert.doesNotMatch(page.headers.get("cache-control") ?? "", /immutable/);
  const html = await page.text();
  const files = [...html.matchAll(/(?:src|href|content)="(\/[^"]+)"/g)].map(([, file]) => file);
  assert.ok(files.some((file) => file.endsWith(".wasm")) && files.some((file) => file.endsWith(".js")), html);
  for (const file of ["/", "/radar", ...files, "/samples/manifest.json"]) {
    const { headers, status } = await at.server.fetch(file);
    assert.equal(status, 200, file);
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'.*frame-ancestors 'none'/, file);
    assert.equal(headers.get("x-content-type-options"), "nosniff", file);
    assert.match(headers.get("strict-transport-security") ?? "", /max-age=\d{7,}/, file);
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin", file);
    if (file.startsWith("/assets/")) assert.match(headers.get("cache-control") ?? "", /immutable/, file);
  }
});

function slug(path) {
  return path === "/" ? "overview" : path.replace(/[0-9a-f]{8}-[0-9a-f-]+/, "one").replace(/^\//, "").replace(/[/?=]/g, "-");
}

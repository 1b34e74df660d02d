// The snippet on pages of a shop: what it tells, whom it keeps silent about, and what it leaves on a visitor's device.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { root, until } from "../harness.mjs";
import { open } from "./browser.mjs";

const TEA = { "@context": "https://schema.org", "@graph": [{ "@type": "BreadcrumbList" }, { "@type": "Product", sku: "TEA-1", name: "Green tea", category: "Tea", offers: [{ "@type": "Offer", priceSpecification: [{ price: "7.90", priceCurrency: "EUR" }] }] }] };

let at, source, shop, pages;
before(async () => {
  at = await open();
  source = (await (await at.server.api("owner")).post("/api/sources", { kind: "browser", name: "Shop" })).json.source;
  shop = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(pages[new URL(request.url, "http://x").pathname] ?? pages["/"]);
  });
  await new Promise((listening) => shop.listen(0, "127.0.0.1", listening));
});
after(async () => {
  shop.close();
  shop.closeAllConnections();
  await at.stop();
});
beforeEach(() => at.server.d1("delete from inbox"));

const tag = (more = "") => `<script async src="${at.server.url}/rekindle.js" data-key="${source.write_key}" ${more}></script>`;
const html = (body = "", { title = "Shop", more, classes = "" } = {}) => `<!doctype html><title>${title}</title><link rel=icon href="data:,">${tag(more)}<body class="${classes}">${body}`;
const address = (page = "/") => `http://127.0.0.1:${shop.address().port}${page}`;
const told = async () => (await at.server.d1("select topic, body from inbox order by id")).map(({ topic, body }) => ({ topic, ...JSON.parse(body) }));
const quiet = async (page) => {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => typeof window.rekindle?.consent === "function");
};
const stored = (page) => page.evaluate(() => ({ cookies: document.cookie, local: { ...localStorage }, session: { ...sessionStorage } }));

// A visitor of the shop, and whatever their browser sent to Rekindle.
async function guest(html, hint = "") {
  pages = html;
  const me = await at.visitor();
  me.expect(/^request to http:\/\/127\.0\.0\.1/);
  // A header more would make the browser ask first.
  await me.context.setExtraHTTPHeaders({});
  const sent = [];
  me.context.on("request", (request) => request.url().includes("/v1/") && sent.push(request));
  if (hint) await me.context.addInitScript(hint);
  return { ...me, sent };
}

test("nothing is stored or sent before somebody agrees; then the page and its product come, and taking it back leaves nothing", async () => {
  const me = await guest({ "/": html(`<script type="application/ld+json">${JSON.stringify(TEA)}</script>`, { title: "Green tea", classes: "single-product postid-42" }) });
  await me.page.goto(address("/tea?token=secret#part"));
  await quiet(me.page);
  assert.deepEqual(await stored(me.page), { cookies: "", local: {}, session: {} });
  assert.equal(me.sent.length, 0);

  await me.page.evaluate(() => rekindle.consent(true));
  const [page, product] = await until(async () => {
    const all = await told();
    return all.length === 2 && all;
  });
  assert.deepEqual(page.context.page, { path: "/tea", title: "Green tea", url: address("/tea"), referrer: "" });
  assert.deepEqual([product.event, product.properties], ["Product Viewed", { product_id: "42", sku: "TEA-1", name: "Green tea", category: "Tea", price: "7.90", currency: "EUR", url: address("/tea") }]);
  assert.match(page.anonymousId, /^[0-9a-f]{32}$/);
  assert.equal(page.anonymousId, product.anonymousId);
  assert.ok(!JSON.stringify([page, product]).includes("secret"));
  const after = await stored(me.page);
  assert.deepEqual([after.cookies, after.local], ["", { rekindle: page.anonymousId }]);
  assert.deepEqual(await me.context.cookies(), []);

  await me.page.goto(address("/again"), { referer: address("/tea?token=secret") });
  const [, , next] = await until(async () => {
    const all = await told();
    return all.length === 4 && all;
  });
  assert.equal(next.anonymousId, page.anonymousId, "the same visitor on the next page");
  assert.equal(next.context.page.referrer, address("/tea"), "without the query of the page before");

  await me.page.evaluate(() => rekindle.consent(false));
  assert.deepEqual(await stored(me.page), { cookies: "", local: {}, session: {} });
  await me.page.goto(address("/later"));
  await quiet(me.page);
  assert.equal((await told()).length, 4);
  await me.end();
});

for (const [what, hint] of [
  ["do not track", "Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })"],
  ["global privacy control", "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })"],
]) {
  test(`a browser that sends "${what}" is never measured, whatever the page says`, async () => {
    const me = await guest({ "/": html() }, hint);
    await me.page.goto(address());
    await me.page.evaluate(() => localStorage.setItem("rekindle", "an earlier id"));
    await me.page.goto(address());
    await quiet(me.page);
    await me.page.evaluate(() => {
      rekindle.consent(true);
      rekindle.page();
      rekindle.track("Product Viewed", { product_id: "1" });
      rekindle.identify("u1", "00", {});
    });
    await me.page.waitForTimeout(300);
    assert.equal(me.sent.length, 0);
    assert.deepEqual(await stored(me.page), { cookies: "", local: {}, session: {} });
    await me.end();
  });
}

test("what a lost answer leaves in doubt is sent again by the next page and stands there once", async () => {
  const me = await guest({ "/": html("", { more: 'data-consent="given"' }) });
  me.expect(/ERR_FAILED|ERR_INTERNET_DISCONNECTED/);
  let lost = 0;
  await me.context.route("**/v1/b", async (route) => {
    if (++lost > 2) return route.continue();
    // The first never leaves; the second arrives, and its answer is lost.
    if (lost === 2) await route.fetch();
    await route.abort();
  });
  await me.page.goto(address("/one"));
  await until(() => lost === 1);
  await me.page.goto(address("/two"));
  await until(async () => lost > 2 && (await me.page.evaluate(() => sessionStorage.length === 0)));
  const all = await told();
  assert.deepEqual(all.map((message) => message.context.page.path), ["/one", "/two"]);
  await me.end();
});

test("somebody who is signed in is named by the shop's own hash alone", async () => {
  const hash = createHmac("sha256", source.secret).update("u1").digest("hex");
  const call = `<script>(window.rekindle = window.rekindle || []).push(["identify", "u1", "${hash}", { name: "Ada" }])</script>`;
  const me = await guest({ "/": html(call, { more: 'data-consent="given"' }), "/forged": html(call.replace("u1", "u2"), { more: 'data-consent="given"' }) });
  await me.page.goto(address());
  const [who, page] = await until(async () => {
    const all = await told();
    return all.length === 2 && all;
  });
  assert.deepEqual([who.topic, who.userId, who.traits], ["identify", "u1", { name: "Ada" }]);
  assert.deepEqual([page.topic, page.userId], ["page", "u1"]);
  me.expect(/403/);
  const before = me.sent.length;
  await me.page.goto(address("/forged"));
  await until(async () => me.sent.length > before && (await me.page.evaluate(() => sessionStorage.length === 0)));
  assert.equal((await told()).length, 2, "another id under the same hash is nobody's");
  await me.end();
});

test("a page that changes its address without loading is a page, and the shop's banners are heard", async () => {
  const banner = `<script>
    let allowed = false;
    window.Shopify = { loadFeatures: (_, done) => done(), customerPrivacy: { analyticsProcessingAllowed: () => allowed } };
    window.ShopifyAnalytics = { meta: { page: { pageType: "product" }, product: { id: 632910392 } } };
    window.agree = () => { allowed = true; document.dispatchEvent(new CustomEvent("visitorConsentCollected", { detail: { analyticsAllowed: true } })); };
  </script>`;
  const me = await guest({ "/": html(banner, { title: "IPod Nano" }), "/press": html("<script>window.wp_consent_type = 'optin'; window.wp_has_consent = () => false</script>") });
  await me.page.goto(address());
  await quiet(me.page);
  assert.equal(me.sent.length, 0);
  await me.page.evaluate(() => agree());
  const [, product] = await until(async () => {
    const all = await told();
    return all.length === 2 && all;
  });
  assert.deepEqual([product.properties.product_id, product.properties.name], [632910392, "IPod Nano"]);
  await me.page.evaluate(() => history.pushState({}, "", "/cart?step=2"));
  await until(async () => (await told()).some((message) => message.context.page?.path === "/cart"));
  await me.page.evaluate(() => rekindle.consent(false));

  await at.server.d1("delete from inbox");
  await me.page.goto(address("/press"));
  await quiet(me.page);
  assert.equal((await told()).length, 0);
  await me.page.evaluate(() => document.dispatchEvent(new CustomEvent("wp_listen_for_consent_change", { detail: { statistics: "allow" } })));
  await until(async () => (await told()).length === 1);
  await me.end();
});

test("every page may load it, and it is kept for an hour", async () => {
  const { headers } = await at.server.request("GET", "/rekindle.js");
  assert.equal(headers.get("cache-control"), "public, max-age=3600");
  assert.equal(headers.get("cross-origin-resource-policy"), "cross-origin");
  assert.equal(headers.get("access-control-allow-origin"), "*");
  assert.match(headers.get("content-type"), /javascript/);
  assert.ok(!headers.get("set-cookie"));
  assert.ok(!/document\.cookie/.test(readFileSync(path.join(root, "public", "rekindle.js"), "utf8")));
});

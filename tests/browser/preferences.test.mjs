// The page on which people leave, and the page of a video, as a browser shows them: without a script, on a phone, in the dark.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { person, token, touch } from "../links.mjs";
import { open, pictures } from "./browser.mjs";

let at, source, shop, body;
before(async () => {
  at = await open({ now: new Date().toISOString() });
  source = (await (await at.server.api("owner")).post("/api/sources", { kind: "browser", name: "Shop" })).json.source;
  const [{ id }] = await at.server.d1("select id from sources where kind = 'browser'");
  await person(at.server, 7, { external: `${id}:u1` });
  await touch(at.server, 12, 7, { state: "sent", inputs: { video: { address: "https://film.example/a.mp4" } } });
  shop = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(body);
  });
  await new Promise((listening) => shop.listen(0, "127.0.0.1", listening));
});
after(async () => {
  shop.close();
  shop.closeAllConnections();
  await at.stop();
});

const own = (more) => `${at.server.url}/u/${token("leave", { touch: 12, contact: 7, ...more })}`;

test("the page of preferences is accessible, fits a phone and the dark, and stops everything in one click without a script", async () => {
  const me = await at.visitor();
  await me.page.goto(own());
  await pictures(me.page, "preferences");
  assert.equal(await me.page.locator("script").count(), 0);
  await me.page.goto(own({ language: "ar" }));
  await pictures(me.page, "preferences-ar");
  await me.end();

  const context = await at.browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(own({ language: "de" }));
  await page.keyboard.press("Tab");
  assert.equal(await page.locator(":focus").textContent(), "Alle Nachrichten abbestellen", "the first thing that a keyboard reaches");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Erledigt" }).waitFor();
  assert.equal(page.url(), own({ language: "de" }));
  const [{ n }] = await at.server.d1("select count(*) as n from consents where state = 'denied'");
  assert.equal(n, 6);
  assert.deepEqual(await context.cookies(), []);
  await context.close();
});

test("what was chosen is said, and stopping everything stays at hand", async () => {
  const me = await at.visitor();
  await me.page.goto(own());
  await me.page.getByRole("button", { name: "Pause for 30 days" }).click();
  await me.page.getByRole("heading", { level: 1, name: "Done" }).waitFor();
  await pictures(me.page, "preferences-done");
  await me.page.getByRole("button", { name: "Stop all messages" }).click();
  await me.page.getByText("You get no more messages").waitFor();
  await me.end();
});

test("a personal video has a page of its own", async () => {
  const me = await at.visitor();
  await me.page.goto(`${at.server.url}/v/${token("video", { touch: 12, contact: 7 })}`);
  await me.page.getByRole("heading", { level: 1, name: "Ada, a video for you" }).waitFor();
  await pictures(me.page, "video");
  await me.end();
});

for (const look of ["banner", "dialog"]) {
  test(`a message on a site is a ${look}: text alone, closed by Escape, and nothing of the page moves`, async () => {
    await at.server.d1("delete from in_app");
    await touch(at.server, look === "banner" ? 21 : 22, 7, { channel: "in_app", state: "sent" });
    const content = { look, language: "en", title: "Welcome back", paragraphs: ["<img src=x onerror=alert(1)>", "Your tea is here again."], action: { text: "See it", link: "https://shop.example/tea" } };
    await at.server.d1("insert into in_app (touch_id, customer_id, content, expires_at) values (?1, 7, ?2, ?3)", look === "banner" ? 21 : 22, JSON.stringify(content), Date.now() + 1e9);
    const hash = createHmac("sha256", source.secret).update("u1").digest("hex");
    body = `<!doctype html><html lang=en><title>Shop</title><link rel=icon href="data:,"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; script-src ${at.server.url} 'unsafe-inline'; connect-src ${at.server.url}"><script>(window.rekindle = window.rekindle || []).push(["identify", "u1", "${hash}"])</script><script async src="${at.server.url}/rekindle.js" data-key="${source.write_key}" data-consent="given"></script><main><h1>Shop</h1><button id=own>Own</button><p style="height:2000px">Long</p></main>`;
    const me = await at.visitor();
    me.expect(/^request to http:\/\/127\.0\.0\.1|style-src|inline style/);
    await me.context.setExtraHTTPHeaders({});
    await me.page.goto(`http://127.0.0.1:${shop.address().port}/`);
    await me.page.locator("#own").focus();
    const before = await me.page.locator("main").boundingBox();
    const box = me.page.getByRole(look === "dialog" ? "dialog" : "region", { name: "Welcome back" });
    await box.waitFor();
    assert.deepEqual(await me.page.locator("main").boundingBox(), before, "nothing moves");
    assert.equal(await box.locator("img").count(), 0);
    await box.getByText("<img src=x onerror=alert(1)>").waitFor();
    const focused = await me.page.evaluate(() => document.activeElement.id);
    if (look === "banner") assert.equal(focused, "own", "a banner takes no focus");
    await pictures(me.page, `inapp-${look}`);
    await until(async () => (await at.server.d1("select shown_at from in_app"))[0].shown_at !== null);
    await me.page.keyboard.press("Escape");
    await box.waitFor({ state: "detached" });
    assert.equal(await me.page.evaluate(() => document.activeElement.id), "own", "the focus is where it was");
    await until(async () => (await at.server.d1("select closed_at from in_app"))[0].closed_at !== null);
    const asked = me.page.waitForResponse((response) => response.url().includes("/v1/inapp?"));
    await me.page.reload();
    assert.deepEqual(await (await asked).json(), { message: null });
    assert.equal(await box.count(), 0, "closed, it does not come again");
    await me.end();
  });
}

// Sources: connecting one by its steps, the first event that turns the page green, what a source's page shows, and dead letters.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { accessible, open, pictures, settled } from "./browser.mjs";

let at, owner;
before(async () => {
  at = await open();
  owner = await at.server.api("owner");
});
after(() => at.stop());

const made = async (kind, name, more = {}) => {
  const { status, json, text } = await owner.post("/api/sources", { kind, name, ...more });
  assert.equal(status, 201, text);
  return json.source;
};
const track = (key, messageId, more = {}) =>
  at.server.request("POST", "/v1/track", { type: "track", event: "Report Exported", userId: "u1", messageId, ...more }, { authorization: `Basic ${btoa(`${key}:`)}` });
const stats = async ({ id }) => (await owner.get(`/api/sources/${id}/stats`)).json.stats;

test("an app is connected by keyboard, its key is shown once, and the first event turns the page green by itself", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await me.signIn();
  await me.visit("/data/sources", "Data");
  await page.getByRole("heading", { name: "No source is connected" }).waitFor();
  await pictures(page, "sources-none");
  await page.getByRole("link", { name: "Connect a source" }).click();
  await settled(page, "Connect a source");
  await page.getByRole("radio", { name: "Shopify", exact: true }).focus();
  await page.keyboard.press("Space");
  await page.getByRole("heading", { name: "Shopify", exact: true }).waitFor();
  await page.getByRole("radio", { name: "Your app or server" }).check();
  await pictures(page, "sources-connect");
  const name = page.getByRole("textbox", { name: "Name" });
  await name.fill("");
  await page.keyboard.press("Enter");
  await page.getByText("Give it a name that the team knows it by.").waitFor();
  await name.fill("Our <b>app</b>");
  await page.keyboard.press("Enter");
  await settled(page, "Set up Our <b>app</b>");

  const key = await page.getByRole("textbox", { name: "Write key" }).inputValue();
  assert.ok(key.length > 20, key);
  await page.getByRole("button", { name: "Copy Write key" }).click();
  await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);
  await page.getByText("Waiting for the first event").waitFor();
  await pictures(page, "sources-setup");
  assert.equal((await track(key, "first")).status, 200);
  await page.getByText("It works: the first event came").waitFor();
  await pictures(page, "sources-setup-green");

  await page.reload();
  await settled(page, "Set up Our <b>app</b>");
  await page.getByText(/One key is live: it ends in/).waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Write key" }).count(), 0, "the key is shown once");
  assert.ok(!(await page.content()).includes(key));
  await me.end();
});

test("a source shows its counts, what just came in both views, and stops asking while nobody looks", async () => {
  const source = await made("segment", "Live app");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit(`/data/sources/${source.id}`, "Live app");
  await page.getByRole("heading", { name: "Nothing came yet" }).waitFor();
  await track(source.write_key, "one", { properties: { big: "706405506930370084" } });
  await track(source.write_key, "one");
  await track(source.write_key, "two");
  const messages = page.getByRole("list", { name: "Messages, newest first" });
  await messages.getByText("track", { exact: true }).nth(1).waitFor();
  await page.getByRole("button", { name: "As they came" }).click();
  await messages.getByText("706405506930370084").waitFor();
  const fact = (name) => page.locator(".facts > div").filter({ has: page.locator("dt", { hasText: name }) }).locator("dd");
  await fact("Sent again").getByText(/^1/).waitFor();
  assert.match(await fact("Accepted").textContent(), /^2/);
  const { accepted, duplicate } = await stats(source);
  assert.deepEqual({ accepted, duplicate }, { accepted: 2, duplicate: 1 });
  await page.getByText("As a table").click();
  await page.getByRole("table", { name: "Messages by day" }).waitFor();
  await pictures(page, "sources-one");

  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await page.waitForTimeout(1_000);
  asked.length = 0;
  await page.waitForTimeout(9_000);
  assert.deepEqual(asked, [], "a page that nobody looks at asks nothing");
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: false, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  await page.waitForTimeout(1_500);
  assert.ok(asked.some((url) => url.endsWith("/stats")), "and asks at once when somebody comes back");
  await me.end();
});

test("a source is paused and resumed, renamed beside somebody else's change, gets another key, and is removed by its name", async () => {
  const source = await made("segment", "Old name");
  const me = await at.visitor();
  const { page } = me;
  me.expect(/status of 4(12|09)/);
  await me.signIn();
  await me.visit(`/data/sources/${source.id}`, "Old name");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).waitFor();
  await page.getByText("What comes is refused and counted as rejected.").waitFor();
  assert.equal((await owner.get(`/api/sources/${source.id}`)).json.source.status, "paused");
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();

  await page.getByRole("button", { name: "Make another key" }).click();
  const second = await page.getByRole("textbox", { name: "Write key" }).inputValue();
  assert.notEqual(second, source.write_key);
  await page.getByText("2 keys are live.").waitFor();
  await page.getByRole("button", { name: "Revoke all but the newest" }).click();
  await page.getByRole("dialog", { name: "Revoke the old keys?" }).getByRole("button", { name: "Revoke", exact: true }).click();
  await page.getByText("One key is live").waitFor();

  // Each changes something else: nobody has to choose.
  await page.reload();
  await settled(page, "Old name");
  const now = (await owner.get(`/api/sources/${source.id}`)).json.source;
  const theirs = await owner.patch(`/api/sources/${source.id}`, { name: "Their name" }, { "if-match": `"${now.version}"` });
  assert.equal(theirs.status, 200, theirs.text);
  await page.getByRole("textbox", { name: "Messages a day" }).fill("10,000");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  const both = (await owner.get(`/api/sources/${source.id}`)).json.source;
  assert.deepEqual([both.name, both.settings.daily_messages], ["Their name", 10_000]);

  await page.getByRole("button", { name: "Remove", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Remove the source for good?" });
  await dialog.getByRole("textbox").fill("Old name");
  await dialog.getByRole("button", { name: "Remove the source" }).click();
  await dialog.getByText("Type Their name, as it is written above.").waitFor();
  await accessible(page, "removing a source");
  await dialog.getByRole("textbox").fill("Their name");
  await page.keyboard.press("Enter");
  await settled(page, "Data");
  assert.ok(!(await owner.get("/api/sources")).json.sources.some(({ id }) => id === source.id));
  await me.end();
});

test("a store's secret is stored by pasting it, never shown again, and a viewer changes nothing", async () => {
  const source = await made("shopify", "The store");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit(`/data/sources/${source.id}/setup`, "Set up The store");
  assert.equal(await page.getByRole("textbox", { name: "Address" }).inputValue(), source.address);
  const field = page.getByRole("textbox", { name: /secret/i }).first();
  await field.fill("two words");
  await page.getByRole("button", { name: "Store the secret" }).click();
  await page.getByText(/Paste the secret alone/).waitFor();
  await field.fill("shpss_canary_0123456789");
  await page.getByRole("button", { name: "Store the secret" }).click();
  await page.getByText("A secret is stored").waitFor();
  assert.deepEqual((await owner.get(`/api/sources/${source.id}`)).json.source.secrets, ["signing"]);
  assert.ok(!(await page.content()).includes("shpss_canary"));
  assert.equal(await field.inputValue(), "");
  await page.getByLabel("Take the old one too while the sender changes over").check();
  await field.fill("shpss_next_0123456789");
  await page.getByRole("textbox", { name: "The old secret" }).fill("shpss_canary_0123456789");
  await page.getByRole("button", { name: "Replace the secret" }).click();
  await page.getByText("Two secrets are stored, and either is taken").waitFor();
  await pictures(page, "sources-shopify");
  await me.end();

  const viewer = await at.visitor();
  await viewer.signIn({ email: "vera@example.com", role: "viewer", name: "Vera Viewer" });
  await viewer.visit(`/data/sources/${source.id}`, "The store");
  for (const name of ["Pause", "Remove", "Save", "Store the secret"]) {
    assert.equal(await viewer.page.getByRole("button", { name, exact: true }).count(), 0, name);
  }
  await viewer.end();
});

test("a dead letter says what is wrong, is mended by hand and replayed, another is dropped", async () => {
  const source = await made("segment", "Letters");
  const died = async (key, body) => {
    await at.server.d1(
      `insert into dead_letters (public_id, source, key, topic, body, field, reason, fix, received_at, died_at)
        values (?1, (select id from sources where public_id = ?2), ?3, 'track', ?4, 'event', 'event is missing', 'Name what was done.', ?5, ?5)`,
      `0193a1b2-0000-7000-8000-00000000000${key}`, source.id, `k${key}`, body, Date.now(),
    );
  };
  await died(1, '{"type":"track","userId":"u9","messageId":"k1","properties":{"id":706405506930370084}}');
  await died(2, '{"type":"track","userId":"u9","messageId":"k2"}');
  const me = await at.visitor();
  me.expect(/status of 4(12|09|22)/);
  const { page } = me;
  await me.signIn();
  await me.visit(`/data/dead-letters?source=${source.id}`, "Data");
  await page.getByRole("row").filter({ hasText: "event is missing" }).nth(1).waitFor();
  await pictures(page, "dead-letters");
  await me.visit("/data/dead-letters/0193a1b2-0000-7000-8000-000000000001", "Dead letter: track");
  const body = page.getByRole("textbox", { name: "The message, as it came" });
  const text = await body.inputValue();
  assert.match(text, /706405506930370084/, "no digit is rounded");
  await pictures(page, "dead-letter");
  await body.fill(text.slice(0, -1));
  await page.getByRole("button", { name: "Replay it as mended" }).click();
  await page.getByText(/this is no longer JSON/).waitFor();
  await body.fill(text.replace('"type": "track"', '"type": "track", "event": "Report Exported"'));
  await page.getByRole("button", { name: "Replay it as mended" }).click();
  await settled(page, "Data");
  const letters = async () => at.server.d1("select key, status from dead_letters where source = (select id from sources where public_id = ?1) order by key", source.id);
  assert.deepEqual((await letters())[0], { key: "k1", status: "replayed" });

  await me.visit("/data/dead-letters/0193a1b2-0000-7000-8000-000000000002", "Dead letter: track");
  await page.getByRole("button", { name: "Drop it" }).click();
  await page.getByRole("dialog", { name: "Drop this message?" }).getByRole("button", { name: "Drop it" }).click();
  await settled(page, "Data");
  assert.deepEqual((await letters())[1], { key: "k2", status: "dropped" });
  await me.end();
});

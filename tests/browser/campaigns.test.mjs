// Campaigns as a marketer meets them: a sequence written for real people, edited with the lint beside it, saved by itself, never overwritten by
// somebody else's, and previewed in a frame that can do nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { accessible, open, pictures, run, screenshot, settled } from "./browser.mjs";

let at, owner;
before(async () => {
  at = await open();
  owner = await at.server.api("owner");
  const me = await at.visitor();
  await me.signIn();
  await me.visit("/data", "Data");
  await me.page.getByRole("button", { name: /store/i }).first().click();
  await me.page.getByText("The import is done").waitFor({ timeout: 120_000 });
  await me.end();
  await run(owner, "score");
  await run(owner, "segments");
});
after(() => at.stop());

const OTHER = { email: "second@example.com", role: "owner", name: "Sven Second" };
const slot = (page, name) => page.getByRole("region", { name: new RegExp(`^${name}`) }).first();
const saved = (page) => page.locator(".save-state", { hasText: /^Saved$/ }).waitFor();
const frame = (page) => page.frameLocator("iframe").first();
// The document in the preview's frame: it is made anew with each stroke, so that no look into the frame would hold.
const sheet = (page, words) => until(async () => (await page.locator("iframe").first().getAttribute("srcdoc").catch(() => ""))?.includes(words), `${words} in the preview`);

// The segment with the most people, so that there is a next one.
async function made(name) {
  const { segments } = (await owner.get("/api/segments")).json;
  const [largest] = segments.filter(({ kind }) => kind === "micro").sort((one, other) => other.customers - one.customers);
  const answer = await owner.post("/api/campaigns", { name, segment: largest.id });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.campaign;
}

const stored = async (id) => (await owner.get(`/api/campaigns/${id}`)).json.campaign;

async function opened(me, campaign) {
  await me.visit(`/campaigns/${campaign.id}`, campaign.name);
  await slot(me.page, "Opening").locator(".slot-words p").first().waitFor();
  await sheet(me.page, "<body");
}

test("a campaign is made for a segment, listed, renamed and deleted", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/campaigns", "Campaigns");
  await page.getByText("No campaign yet").waitFor();
  await pictures(page, "campaigns-empty");
  await page.getByRole("button", { name: "New campaign" }).click();
  const dialog = page.getByRole("dialog", { name: "A new campaign" });
  await dialog.getByLabel("Name").fill("Back to tea");
  await until(async () => (await dialog.getByLabel("For", { exact: true }).locator("option").count()) > 2, "the segments");
  await accessible(page, "a new campaign");
  await dialog.getByLabel("For", { exact: true }).selectOption({ index: 1 });
  await dialog.getByRole("button", { name: "Make it" }).click();
  await settled(page, "Back to tea");

  await me.visit("/campaigns", "Campaigns");
  await page.getByRole("button", { name: "Rename Back to tea" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Tea again");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: "Tea again" }).waitFor();
  await pictures(page, "campaigns");
  await page.getByRole("button", { name: "Delete Tea again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete it" }).click();
  await page.getByText("No campaign yet").waitFor();
  await me.end();
});

test("words of one's own are linted as they are typed, saved by themselves, and undone", async () => {
  const campaign = await made("Own words");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await opened(me, campaign);
  const opening = slot(page, "Opening");
  const before = await opening.locator(".slot-words").innerText();
  await opening.getByRole("button", { name: /^Write my own/ }).click();
  const area = opening.getByRole("textbox");
  await area.fill("You ordered 4711 times from us. See https://evil.example for more.");
  await opening.locator(".finding.error").first().waitFor();
  assert.match(await opening.locator(".finding.error").allInnerTexts().then((all) => all.join(" ")), /evil\.example|4711/);
  await page.locator(".press-step[aria-current] .badge.error").waitFor();
  await saved(page);
  assert.match((await stored(campaign.id)).draft.steps[0].parts.opening.text, /4711/);

  await area.fill("I hope that the last months were kind to you.");
  await until(async () => (await opening.locator(".finding.error").count()) === 0, "the findings to go");
  await sheet(page, "I hope that the last months were kind to you.");
  await opening.getByRole("button", { name: /^What changed/ }).click();
  await opening.locator("ins").first().waitFor();
  await saved(page);

  for (let tries = 0; (await opening.getByRole("textbox").count()) > 0 && tries < 5; tries += 1) await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => (await opening.locator(".slot-words").innerText()) === before, "what stood before");
  await saved(page);
  assert.deepEqual((await stored(campaign.id)).draft.steps[0].parts, {});
  await page.getByRole("button", { name: "Redo" }).click();
  await opening.getByRole("textbox").waitFor();
  await me.end();
});

test("other words are taken and pinned, and the next person gets their own", async () => {
  const campaign = await made("Pins");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await opened(me, campaign);
  const value = slot(page, "Middle");
  const first = await value.locator(".slot-words").innerText();
  await value.getByRole("button", { name: /^Other words/ }).click();
  await until(async () => (await value.locator(".slot-words").innerText()) !== first, "other words");
  await value.getByText("Pinned", { exact: true }).waitFor();
  await saved(page);
  assert.equal((await stored(campaign.id)).draft.steps[0].parts.body.by, "pinned");

  const who = () => page.locator(".as-person b").innerText();
  const one = await who();
  const words = await slot(page, "Opening").locator(".slot-words").innerText();
  await page.getByRole("button", { name: "The next person" }).click();
  await until(async () => (await who()) !== one, "the next person");
  await until(async () => (await slot(page, "Opening").locator(".slot-words").innerText()) !== words, "their own opening");
  await page.getByRole("button", { name: "The person before" }).click();
  await until(async () => (await who()) === one, "the first person again");

  await page.getByText("Why this text").click();
  await page.getByRole("table", { name: "Where each part comes from" }).getByRole("row").nth(3).waitFor();
  for (const name of ["Phone", "Dark", "Like a letter", "Subject B", "Designed", "Desktop"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await sheet(page, "<body");
  }
  await me.end();
});

test("the editor is whole in light and dark, by axe and on a phone, where its columns are tabs", async () => {
  const campaign = await made("Looks");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await opened(me, campaign);
  await pictures(page, "campaign");
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [tab, shown] of [["Sequence", ".press-sequence"], ["Preview", ".press-preview"], ["Words", ".press-words"]]) {
    await page.getByRole("group", { name: "What is shown" }).getByRole("button", { name: tab }).click();
    await page.locator(shown).waitFor();
    assert.equal(await page.locator(".press > section:visible").count(), 1, "one column at a time");
    await accessible(page, `${tab} on a phone`);
    await screenshot(page, `campaign-390-${tab.toLowerCase()}`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  // Each form of the message.
  await page.getByText("Other forms of this message").click();
  for (const form of ["SMS", "In the app", "Postcard", "Call", "Video"]) {
    await page.getByRole("checkbox", { name: form }).check();
    await slot(page, form).locator(".slot-words p").first().waitFor();
    await sheet(page, "<body");
    if (form === "SMS") await page.getByText(/segments? of (GSM-7|UCS-2)/).waitFor();
    if (form === "Postcard") assert.equal(await page.locator("iframe").count(), 2, "front and back");
    await screenshot(page, `campaign-form-${form.toLowerCase().replaceAll(" ", "-")}`);
  }
  await saved(page);
  await me.end();
});

test("of two editors neither overwrites the other: other fields are joined, the same one is asked about", async () => {
  const campaign = await made("Two people");
  const one = await at.visitor();
  const two = await at.visitor();
  for (const me of [one, two]) me.expect(/status of 412/);
  await one.signIn();
  await two.signIn(OTHER);
  await opened(one, campaign);
  await opened(two, campaign);
  const write = async ({ page }, name, text) => {
    const place = slot(page, name);
    if ((await place.getByRole("textbox").count()) === 0) await place.getByRole("button", { name: /^Write my own/ }).click();
    await place.getByRole("textbox").fill(text);
  };
  await write(one, "Opening", "The first one's opening, kind and short.");
  await saved(one.page);
  await write(two, "Closing", "The second one's closing, kind and short.");
  await saved(two.page);
  await slot(two.page, "Opening").getByRole("textbox").waitFor();
  const both = (await stored(campaign.id)).draft.steps[0].parts;
  assert.deepEqual([both.opening.text, both.closing.text], ["The first one's opening, kind and short.", "The second one's closing, kind and short."]);

  await write(two, "Opening", "The second one's opening.");
  await saved(two.page);
  await write(one, "Opening", "The first one's other opening.");
  const dialog = one.page.getByRole("dialog", { name: "Somebody else saved this meanwhile" });
  await dialog.getByRole("group", { name: "Mail 1, opening" }).waitFor();
  await accessible(one.page, "both versions of a text");
  await screenshot(one.page, "campaign-conflict");
  assert.equal((await stored(campaign.id)).draft.steps[0].parts.opening.text, "The second one's opening.", "nothing is overwritten before the choice");
  await dialog.getByRole("button", { name: "Keep editing" }).click();
  await one.page.getByRole("button", { name: "Choose what shall stand" }).click();
  await dialog.getByRole("group", { name: "Mail 1, opening" }).getByRole("radio", { name: /second one's opening/ }).check();
  await dialog.getByRole("button", { name: "Save the chosen" }).click();
  await saved(one.page);
  const last = (await stored(campaign.id)).draft.steps[0].parts;
  assert.deepEqual([last.opening.text, last.closing.text], ["The second one's opening.", "The second one's closing, kind and short."]);
  await one.end();
  await two.end();
});

test("a hostile name is text in the preview, and its frame can run and load nothing", async () => {
  const hostile = `<img src=https://evil.example/x.png onerror="parent.hacked=1"><script>parent.hacked=1</script>{{ 7*7 }}`;
  const campaign = await made("Hostile");
  const { people } = (await owner.get(`/api/campaigns/${campaign.id}/people`)).json;
  await at.server.d1("update customers set name = ?1 where public_id = ?2", hostile, people[0].recipient.id);
  await at.server.d1("update contacts set name = ?1 where customer_id = (select id from customers where public_id = ?2)", hostile, people[0].recipient.id);
  await at.server.d1("update brand set name = ?1 where id = 1", `Tea <script>parent.hacked=1</script>`).catch(() => {});
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await opened(me, campaign);
  await page.locator(".as-person b", { hasText: "onerror" }).waitFor();
  const element = page.locator("iframe").first();
  assert.equal(await element.getAttribute("sandbox"), "");
  assert.match(await element.getAttribute("srcdoc"), /^<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src http[^;]*\/images\/ data:">/);
  assert.equal(await frame(page).locator("script, img[src^='https://evil'], iframe, object, form").count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.doesNotMatch(await frame(page).locator("body").innerText(), /49/);
  // A script in it would be refused all the same.
  me.expect(/sandboxed|Content Security Policy/i);
  assert.equal(await frame(page).locator("body").evaluate(() => window.origin).catch(() => "null"), "null");
  await me.end();
});

test("a test goes to oneself", async () => {
  const campaign = await made("Test");
  const me = await at.visitor();
  await me.signIn();
  await opened(me, campaign);
  await me.page.getByRole("button", { name: "Send a test to me" }).click();
  await me.page.getByRole("region", { name: "Preview" }).getByText(/^Sent to .* tests are left today\.$/).waitFor();
  await me.end();
});

test("proofs, own texts, brand and language models are set up", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/campaigns/proofs", "Campaigns");
  await page.getByRole("button", { name: "Add a proof" }).click();
  await page.getByLabel("Word for word").fill("The tea was with me in two days.");
  await page.getByLabel("Where it comes from").fill("Review of 3 March");
  await page.getByRole("button", { name: "Add it" }).click();
  await page.getByText("Not used:").waitFor();
  await pictures(page, "proofs");

  await me.visit("/campaigns/blocks", "Campaigns");
  await page.getByRole("button", { name: "Write a text" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Our opening");
  await page.getByLabel("Text", { exact: true }).fill("I wrote this myself, on a quiet afternoon.");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Edit Our opening" }).click();
  await page.getByLabel("Text", { exact: true }).fill("I wrote this myself, on a loud afternoon.");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByText("Version 2").first().waitFor();
  await page.getByRole("button", { name: "Versions Our opening" }).click();
  await page.locator("ins", { hasText: "loud" }).waitFor();
  await accessible(page, "versions of a text");
  await page.getByRole("button", { name: /^Use it again/ }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await pictures(page, "blocks");

  await me.visit("/campaigns/brand", "Campaigns");
  await page.getByText("Words on the background: contrast", { exact: false }).waitFor();
  const picker = page.getByLabel("Choose a picture");
  const png = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 900, height: 300 });
    const context = canvas.getContext("2d");
    context.fillStyle = "#1f5fbf";
    context.fillRect(0, 0, 900, 300);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  await picker.setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: Buffer.from(png, "base64") });
  await page.getByLabel("Cut from the left").fill("20");
  await page.getByLabel("What it shows, for those who see no pictures").fill("Tea house");
  await page.getByRole("button", { name: "Store the picture" }).click();
  await page.getByAltText("The logo as messages carry it").waitFor();
  await page.getByLabel("Who writes").fill("Mara Lind");
  await page.getByRole("button", { name: "Save the brand" }).click();
  await until(async () => (await owner.get("/api/brand")).json.brand.sender === "Mara Lind", "the brand");
  assert.match((await owner.get("/api/brand")).json.brand.logo, /^\/images\/[0-9a-f]{64}/);
  await picker.setInputFiles({ name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>") });
  await page.locator(".error", { hasText: "cannot be read as a picture" }).waitFor();
  await settled(page, "Campaigns");
  await pictures(page, "brand");

  await me.visit("/campaigns/writing", "Campaigns");
  await page.getByText("Nobody was asked yet.").waitFor();
  await page.getByLabel("At most a month").fill("a lot");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText(/Write an amount such as/).waitFor();
  await page.getByLabel("At most a month").fill("12.5");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await until(async () => (await owner.get("/api/copywriter")).json.copywriter.per_month.startsWith("12.5"), "the cap");
  await pictures(page, "writing");
  await me.end();
});

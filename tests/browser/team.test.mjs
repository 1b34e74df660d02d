// The team in Settings: people, tokens, sessions and what the audit log tells of them, by mouse and by keyboard.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { accessible, open, screenshot, settled } from "./browser.mjs";

let at;
before(async () => (at = await open()));
after(() => at.stop());

const row = (page, name) => page.getByRole("row").filter({ hasText: name });

test("an owner adds somebody, who signs in by the link, is made a viewer and is out at once", async () => {
  const owner = await at.visitor();
  await owner.signIn();
  await owner.visit("/settings/people", "Settings");
  await owner.page.getByRole("button", { name: "Add somebody" }).click();
  const dialog = owner.page.getByRole("dialog", { name: "Add somebody to the team" });
  // Nothing is sent before it is known whom.
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText("Type the address they sign in with.").waitFor();
  await dialog.getByLabel("E-mail address").fill("max@example.com");
  await dialog.getByLabel("Name").fill("Max Marketer");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByRole("button", { name: "Make the link" }).click();
  const link = await dialog.getByLabel("Sign-in link").inputValue();
  assert.match(link, /\/sign-in#.{20,}/);
  assert.deepEqual(await at.server.d1("select role, disabled_at from users where email = 'max@example.com'"), [{ role: "marketer", disabled_at: null }]);
  await owner.page.keyboard.press("Escape");
  await row(owner.page, "max@example.com").getByText("Marketer", { exact: true }).waitFor();

  const max = await at.visitor();
  max.expect(/status of 40[13]/);
  await max.page.goto(link);
  await max.page.getByRole("button", { name: "Sign in" }).click();
  await max.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await max.visit("/settings/sessions", "Settings");
  assert.deepEqual(await max.page.getByRole("navigation", { name: "Settings" }).getByRole("link").allTextContents(), ["Shop", "Exchange rates", "Sessions", "Senders", "Sending", "Privacy", "Limits"]);
  await max.visit("/settings/people", "Settings");
  await max.page.getByText("Only an owner sees this").waitFor();

  await owner.visit("/settings/people", "Settings");
  await row(owner.page, "max@example.com").getByRole("button", { name: /^Change/ }).click();
  const change = owner.page.getByRole("dialog", { name: "Change somebody of the team" });
  await change.getByLabel("Viewer", { exact: true }).check();
  await change.getByText("1 session ends").waitFor();
  await change.getByRole("button", { name: "Save" }).click();
  await row(owner.page, "max@example.com").getByText("Viewer", { exact: true }).waitFor();
  const [{ sessions, role }] = await at.server.d1(
    "select role, (select count(*) from sessions where user_id = users.id) as sessions from users where email = 'max@example.com'",
  );
  assert.deepEqual({ sessions, role }, { sessions: 0, role: "viewer" });

  // By the next thing that the page asks of the server, if not by the click.
  const radar = max.page.getByRole("link", { name: /^Radar/ }).first();
  await radar.click({ timeout: 2_000 }).catch(() => {});
  await max.page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await max.end();
  await owner.end();
});

test("the last owner can neither be disabled nor demoted, and the page says why", async () => {
  const owner = await at.visitor();
  await owner.signIn();
  await owner.visit("/settings/people", "Settings");
  await owner.page.getByText("There is one owner").waitFor();
  const mine = row(owner.page, "owner@example.com");
  assert.equal(await mine.getByRole("checkbox").count(), 0);
  await mine.getByRole("button", { name: /^Change/ }).click();
  const change = owner.page.getByRole("dialog", { name: "Change somebody of the team" });
  await change.getByText("The last owner keeps the role").waitFor();
  assert.ok(await change.getByLabel("Viewer", { exact: true }).isDisabled());
  assert.ok(await change.getByLabel("May sign in").isDisabled());
  assert.ok(await change.getByLabel("Name").isEnabled());
  await owner.end();
});

test("several people are disabled and enabled at once by the keyboard, and told before what it ends", async () => {
  for (const [email, name] of [["una@example.com", "Una One"], ["tom@example.com", "Tom Two"]]) {
    await at.server.signInLink({ email, role: "marketer", name });
  }
  const una = await at.visitor();
  una.expect(/status of 401/);
  await una.signIn({ email: "una@example.com", role: "marketer", name: "Una One" });
  const owner = await at.visitor();
  await owner.signIn();
  await owner.visit("/settings/people", "Settings");
  for (const name of ["Select Una One", "Select Tom Two"]) {
    await owner.page.getByLabel(name).focus();
    await owner.page.keyboard.press("Space");
  }
  await owner.page.getByText("2 selected").waitFor();
  await owner.page.getByRole("button", { name: "Disable", exact: true }).focus();
  await owner.page.keyboard.press("Enter");
  const ask = owner.page.getByRole("dialog", { name: "Disable the selected people?" });
  await ask.getByText("At once 1 session ends").waitFor();
  await ask.getByRole("button", { name: "Disable them" }).focus();
  await owner.page.keyboard.press("Enter");
  await row(owner.page, "una@example.com").getByText("Disabled").waitFor();
  const disabled = () => at.server.d1("select email from users where disabled_at is not null order by email");
  await until(async () => (await disabled()).length === 2, "both are disabled");
  await una.page.getByRole("link", { name: /^Radar/ }).first().click();
  await una.page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await una.end();

  await owner.page.getByLabel("Select Una One").check();
  await owner.page.getByRole("button", { name: "Enable", exact: true }).click();
  await row(owner.page, "una@example.com").getByText("Disabled").waitFor({ state: "detached" });
  assert.deepEqual(await disabled(), [{ email: "tom@example.com" }]);
  await owner.end();
});

test("a token is shown once, does what was ticked, and is refused once revoked", async () => {
  const owner = await at.visitor();
  await owner.signIn();
  await owner.visit("/settings/tokens", "Settings");
  await owner.page.getByText("No token is in use").waitFor();
  await owner.page.getByRole("button", { name: "Make a token" }).click();
  const dialog = owner.page.getByRole("dialog", { name: "Make a token" });
  await dialog.getByLabel("Name").fill("Nightly import");
  await dialog.getByLabel("Export", { exact: true }).check();
  assert.ok(await dialog.getByLabel("See", { exact: true }).isDisabled(), "every token may see");
  await dialog.getByLabel("Ends after").selectOption("7");
  await dialog.getByRole("button", { name: "Make the token" }).click();
  const secret = await dialog.getByLabel("Token Nightly import").inputValue();
  assert.match(secret, /^rk_/);
  await owner.page.keyboard.press("Escape");
  const mine = row(owner.page, "Nightly import");
  await mine.getByText(`rk_…${secret.slice(-4)}`).waitFor();
  await mine.getByText("Ends within 7 days").waitFor();
  assert.ok(!(await owner.page.content()).includes(secret), "the page keeps no secret");

  const ask = (method, path) => at.server.request(method, path, undefined, { authorization: `Bearer ${secret}` });
  assert.equal((await ask("GET", "/api/shop")).status, 200);
  assert.equal((await ask("GET", "/api/tokens")).status, 403);

  await mine.getByRole("button", { name: /^Revoke/ }).click();
  await owner.page.getByRole("dialog", { name: "Revoke for good?" }).getByRole("button", { name: "Revoke" }).click();
  await owner.page.getByText("No token is in use").waitFor();
  assert.equal((await ask("GET", "/api/shop")).status, 401);
  await owner.page.getByLabel(/^Show the 1 that ended/).check();
  await row(owner.page, "Nightly import").getByText("Revoked").waitFor();
  await owner.end();
});

test("everybody sees where they are signed in and ends what they do not know", async () => {
  const who = { email: "vera@example.com", role: "viewer", name: "Vera Viewer" };
  const here = await at.visitor();
  await here.signIn(who);
  const there = await at.visitor();
  there.expect(/status of 401/);
  await there.signIn(who);
  await here.visit("/settings/sessions", "Settings");
  await here.page.getByText("This one").waitFor();
  assert.equal(await here.page.getByRole("row").count(), 3);
  await here.page.getByRole("button", { name: "End all others" }).click();
  await here.page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
  await until(async () => (await here.page.getByRole("row").count()) === 2, "one session stays");
  await there.page.getByRole("link", { name: /^Radar/ }).first().click();
  await there.page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await there.end();

  // An owner ends the rest.
  here.expect(/status of 401/);
  const owner = await at.visitor();
  await owner.signIn();
  await owner.visit("/settings/sessions", "Settings");
  await owner.page.getByRole("button", { name: "Everybody's" }).click();
  const theirs = row(owner.page, "Vera Viewer");
  await theirs.getByRole("checkbox").check();
  assert.equal(new URL(owner.page.url()).search, "?who=all");
  await owner.page.getByRole("group", { name: "With the selected rows" }).getByRole("button", { name: "End" }).click();
  await owner.page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
  await theirs.waitFor({ state: "detached" });
  const left = await at.server.d1("select count(*) as n from sessions s join users u on u.id = s.user_id where u.email = ?1", who.email);
  assert.deepEqual(left, [{ n: 0 }]);
  await here.end();
  await owner.end();
});

test("signing out of this browser from the list of sessions leads to the sign-in page", async () => {
  const me = await at.visitor();
  await me.signIn({ email: "sam@example.com", role: "viewer", name: "Sam Short" });
  await me.visit("/settings/sessions", "Settings");
  await me.page.getByRole("button", { name: /^Sign out/ }).last().click();
  await me.page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
  await me.page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  assert.deepEqual(await at.server.d1("select count(*) as n from sessions s join users u on u.id = s.user_id where u.email = 'sam@example.com'"), [{ n: 0 }]);
  await me.end();
});

test("the audit log tells all of it in sentences, narrows down by the address, and exports what it shows", async () => {
  const owner = await at.visitor();
  await owner.signIn();
  await owner.visit("/settings/audit", "Settings");
  for (const sentence of [
    /Olga Owner added Max Marketer to the team/,
    /Olga Owner made a sign-in link for Max Marketer/,
    /Olga Owner changed Max Marketer: .*role from marketer to viewer/,
    /Olga Owner made the token Nightly import/,
    /Olga Owner revoked the token Nightly import/,
    /Vera Viewer signed in/,
  ]) {
    await owner.page.getByRole("listitem").filter({ hasText: sentence }).first().waitFor();
  }
  const rows = await at.server.d1("select action, count(*) as n from audit group by action");
  const count = Object.fromEntries(rows.map(({ action, n }) => [action, n]));
  assert.equal(count.token_made, 1);

  await owner.page.getByLabel("What", { exact: true }).selectOption("people");
  await owner.page.waitForURL(/what=people/);
  await settled(owner.page);
  await until(async () => (await owner.page.getByText("Vera Viewer signed in").count()) === 0, "sign-ins are left out");
  const shown = await owner.page.locator(".log-day li").count();
  const people = ["person_added", "person_changed", "token_made", "token_revoked", "link_made", "session_ended"];
  const signs = people.slice(0, 4).reduce((sum, action) => sum + (count[action] ?? 0), 0);
  assert.ok(shown >= signs, `${shown} entries of people, at least ${signs} were written`);
  const [download] = await Promise.all([owner.page.waitForEvent("download"), owner.page.getByRole("link", { name: "Export CSV" }).click()]);
  const file = readFileSync(await download.path(), "utf8");
  assert.match(file, /Max Marketer/);
  assert.doesNotMatch(file, /Vera Viewer signed in/);
  assert.equal(file.trimEnd().split(/\r?\n/).length - 1, shown, "a line for each entry, and the head");

  await owner.page.goBack();
  await owner.page.getByText("Vera Viewer signed in").first().waitFor();
  await owner.page.getByRole("listitem").filter({ hasText: "made the token Nightly import" }).getByRole("button", { name: /^Its history/ }).click();
  await owner.page.waitForURL(/object=token/);
  await until(async () => (await owner.page.locator(".log-day li").count()) === 2, "made and revoked");
  await owner.visit("/settings/audit?what=exports", "Settings");
  await owner.page.getByText("Olga Owner exported the audit log").first().waitFor();
  await owner.visit("/settings/audit?from=2001-01-01&to=2001-01-02", "Settings");
  await owner.page.getByText("Nothing was done that fits").waitFor();
  await owner.end();
});

test("an entry that is older than the page comes by asking for more", async () => {
  const [{ id }] = await at.server.d1("select id from users where email = 'owner@example.com'");
  const batch = Array.from({ length: 130 }, (_, n) =>
    at.server.env.DB.prepare(
      "insert into audit (at, actor_kind, actor_id, actor_name, action, fields) values (?1, 'person', ?2, 'Olga Owner', 'thresholds_reset', '[]')",
    ).bind(1_000 + n, id),
  );
  await at.server.env.DB.batch(batch);
  const owner = await at.visitor();
  await owner.signIn();
  await owner.visit("/settings/audit?what=settings", "Settings");
  const lines = owner.page.locator(".log-day li");
  assert.equal(await lines.count(), 100);
  await owner.page.getByRole("button", { name: "Show older ones" }).click();
  await until(async () => (await lines.count()) >= 130, "the older ones");
  await owner.page.getByRole("button", { name: "Show older ones" }).waitFor({ state: "detached" });
  await owner.end();
});

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing on the team's pages and dialogs in the ${theme} theme`, async () => {
    const me = await at.visitor({ theme });
    await me.signIn();
    await look(me, theme);
    await me.end();
  });
}

test("the team's pages fit a phone of 390 px", async () => {
  const me = await at.visitor({ width: 390, height: 844 });
  await me.signIn();
  await look(me, "390");
  await me.end();
});

async function look(me, name) {
  const { page } = me;
  const check = async (what) => {
    await accessible(page, `${what}, ${name}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `${what} is ${wide} px too wide`);
    await screenshot(page, `team-${what}-${name}`);
  };
  await at.server.signInLink({ email: "max@example.com", role: "viewer", name: "Max Marketer" });
  await me.visit("/settings/people", "Settings");
  await check("people");
  await page.getByRole("button", { name: "Add somebody" }).click();
  await page.getByRole("dialog").waitFor();
  await check("add");
  await page.keyboard.press("Escape");
  await row(page, "max@example.com").getByRole("button", { name: /^Change/ }).click();
  await page.getByRole("dialog").getByLabel("Manager", { exact: true }).check();
  await check("change");
  await page.keyboard.press("Escape");
  await me.visit("/settings/tokens", "Settings");
  await page.getByRole("button", { name: "Make a token" }).click();
  await check("make-token");
  await page.getByLabel("Name").fill(`Seen ${name}`);
  await page.getByRole("button", { name: "Make the token" }).click();
  await page.getByText("Copy it now", { exact: true }).waitFor();
  await check("token-once");
  await page.keyboard.press("Escape");
  await row(page, `Seen ${name}`).waitFor();
  await check("tokens");
  await me.visit("/settings/sessions?who=all", "Settings");
  await check("sessions");
  await me.visit("/settings/audit", "Settings");
  await check("audit");
}

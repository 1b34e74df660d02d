// The HTML of all mail layouts against what mail clients are known to show: caniemail.com's list, by the package `caniemail`.
//
// The level: in each client named here no feature is unsupported, but for the enhancements below, without which a mail reads as well.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { caniemail } from "caniemail";

import { root } from "../harness.mjs";
import { folder } from "./xtask.mjs";

const CLIENTS = [
  "gmail.desktop-webmail",
  "gmail.ios",
  "gmail.android",
  "apple-mail.macos",
  "apple-mail.ios",
  "outlook.outlook-com",
  "outlook.windows",
  "yahoo.desktop-webmail",
  "yahoo.ios",
  "yahoo.android",
  "samsung-email.android",
];

// What may be missing somewhere, and what a reader then sees.
const ENHANCEMENTS = new Map([
  ["@media", "one column at its full width, in light colours"],
  ["Chaining selectors", "the columns' own width"],
  ["color-scheme meta tag", "light colours, or the client's own dark ones"],
  ["border-radius", "square corners"],
  ["border-spacing", "the table's attribute says the same"],
  ["outline", "the image's attribute for its border says the same"],
  ["opacity", "nothing: the preheader is not displayed anyway"],
  ["overflow", "nothing: the preheader is not displayed anyway"],
  ["max-height property", "nothing: the preheader is not displayed anyway"],
  ["height property", "an image at the height that its width asks for"],
  ["word-break", "long words that reach over the edge"],
  ["word-spacing", "the client's own"],
  ["cursor", "the client's own pointer"],
  ["target attribute", "the client's own way to open a link"],
  ["aria-label attribute", "the mail without a name of its own for a screen reader"],
  ["<body> element", "the same in a div"],
]);

const made = folder();
const run = spawnSync("cargo", ["run", "--quiet", "--locked", "--package", "shared", "--example", "layouts", "--", made.path], { cwd: root, encoding: "utf8" });
assert.equal(run.status, 0, run.stderr);
const mails = readdirSync(made.path).filter((name) => name.startsWith("mail-") && name.endsWith(".html"));
const html = (name) => readFileSync(path.join(made.path, name), "utf8");
test.after(() => made.remove());

const unsupported = (text) => {
  const { issues } = caniemail({ clients: CLIENTS, html: text });
  return [...issues.errors].flatMap(([client, list]) => list.map(({ title }) => ({ client, title })));
};

test("every mail layout keeps to what the named mail clients show", () => {
  assert.ok(mails.length >= 6, mails.join());
  const missed = new Set();
  for (const name of mails) {
    const all = unsupported(html(name));
    assert.deepEqual(all.filter(({ title }) => !ENHANCEMENTS.has(title)), [], name);
    all.forEach(({ title }) => missed.add(title));
  }
  assert.deepEqual([...missed].sort(), [...ENHANCEMENTS.keys()].sort(), "each enhancement is one that some client lacks");
});

test("the list finds what clients do not show", () => {
  const bad = unsupported('<!doctype html><html><body><div style="display:flex"><video src="x"></video></div></body></html>');
  assert.ok(bad.some(({ client, title }) => client === "outlook.windows" && title.includes("flex")), JSON.stringify(bad));
});

test("every layout is under 100 KB, loads nothing from elsewhere and runs nothing", () => {
  for (const name of readdirSync(made.path).filter((name) => name.endsWith(".html"))) {
    const text = html(name);
    assert.ok(Buffer.byteLength(text) < 100 * 1024, `${name} takes ${Buffer.byteLength(text)} bytes`);
    for (const [, address] of text.matchAll(/\s(?:src|background)="([^"]*)"/g)) {
      assert.match(address, /^https:\/\/rekindle\.example\//, name);
    }
    assert.doesNotMatch(text, /<script|<link|<iframe|@import|url\(|\son\w+=|\{\{|\{%/i, name);
  }
});

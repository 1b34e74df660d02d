import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { root } from "../harness.mjs";
import { folder, xtask } from "./xtask.mjs";

test("a configuration that nobody has filled in is refused before anything is built or sent", async () => {
  const { code, stdout, stderr } = await xtask("deploy", "--dry-run");
  assert.notEqual(code, 0);
  assert.equal(stdout, "");
  assert.equal(stderr.trim().split("\n").length, 1, stderr);
  assert.match(stderr, /wrangler\.toml/);
});

test("a dry run with a filled configuration packs the deployable, offline", async () => {
  const work = folder();
  const config = readFileSync(path.join(root, "wrangler.toml"), "utf8")
    .replace(/^(main|directory|migrations_dir) = "(.*)"$/gm, (_, key, value) => `${key} = ${JSON.stringify(path.join(root, value))}`)
    .replace("00000000-0000-0000-0000-000000000000", "0190c1f0-0000-7000-8000-000000000001")
    .replace("00000000000000000000000000000000", "0123456789abcdef0123456789abcdef");
  const file = path.join(work.path, "wrangler.toml");
  writeFileSync(file, `${config}\n[vars]\nORIGIN = "https://shop.example.com"\n`);
  const { code, stdout, stderr } = await xtask("deploy", "--dry-run", "--config", file);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /nothing was sent/);
  work.remove();
});

// More pushes than a minute holds: the sender is told when to come again, and never that all is well. What a minute holds is made small
// here; that the deployment's number and the wait that is told fit together is tested beside the code.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { root, start, until } from "../harness.mjs";
import { basic, connect, counts } from "../sources.mjs";

const A_MINUTE = 20;
// Before these the isolate does not ask how many others took.
const UNASKED = 1_000;

let server, api, folder;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "rekindle-"));
  const config = path.join(folder, "wrangler.toml");
  const absolute = (text, name) => text.replace(new RegExp(`^${name} = "(.*)"`, "m"), (_, place) => `${name} = ${JSON.stringify(path.join(root, place))}`);
  const own = ["main", "directory", "migrations_dir"].reduce(absolute, readFileSync(path.join(root, "wrangler.toml"), "utf8"));
  const small = own.replace(/(name = "PUSHES"[^[]*limit = )\d+/, `$1${A_MINUTE}`);
  assert.notEqual(small, own);
  writeFileSync(config, small);
  server = await start({ config });
  api = await server.api("owner");
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const push = (source, n) => server.request("POST", "/v1/track", { messageId: `m${n}`, userId: "u1", event: "Signed In" }, basic(source.write_key));
const stored = async () => (await server.d1("select count(*) as n from inbox"))[0].n;

test("a source that pushes more than its minute holds is told when to come again, and others are not held up", async () => {
  const [busy, calm] = [await connect(api, "segment"), await connect(api, "segment", { name: "Calm" })];
  // All of it within one period of the clock.
  const into = Date.now() % 60_000;
  if (into > 15_000) await new Promise((next) => setTimeout(next, 60_000 - into + 20));
  const within = UNASKED + A_MINUTE;
  for (let n = 0; n < within; n += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, k) => push(busy, n + k)));
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([200]), `pushes from ${n}`);
  }
  for (let n = 1; n <= 3; n += 1) {
    const over = await push(busy, within + n);
    assert.deepEqual([over.status, over.json.code, over.headers.get("retry-after")], [429, "too_many_requests", "60"]);
    assert.equal(over.meter.rows_written, 0, "what is refused writes nothing");
  }
  assert.equal((await push(calm, "calm")).status, 200);
  assert.equal(await stored(), within + 1);
  await until(async () => (await counts(api, busy)).rejected.too_many === 3, "the refusals are counted");
});

// Readers of outside bytes are fed with broken ones for an hour in all, each with no more memory than a small machine has.
//
// REKINDLE_FUZZ_MINUTES (60), REKINDLE_FUZZ_SEED (of the day).

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { root } from "../harness.mjs";

const MINUTES = Number(process.env.REKINDLE_FUZZ_MINUTES ?? 60);
// Readers, as they follow each other: one that reads two kinds takes twice its share.
const READERS = 11;
const seed = process.env.REKINDLE_FUZZ_SEED ?? String(Math.floor(Date.now() / 86_400_000));
// Kilobytes that a process may map. A test of the worker's crate maps more than it uses.
const MOST = 4_000_000;

const SUITES = [["shared", "--test", "fuzz"], ["functions", "--lib", "sources::fuzz::"]];

test("nothing panics and nothing fills the memory", { timeout: 4 * 3_600_000 }, (t) => {
  const built = spawnSync("cargo", ["test", "--locked", "--release", "--no-run", "-p", "shared", "-p", "functions", "--test", "fuzz", "--lib"], { cwd: root, stdio: "inherit" });
  assert.equal(built.status, 0);
  const env = { ...process.env, REKINDLE_FUZZ_SECONDS: String(Math.ceil((MINUTES * 60) / READERS)), REKINDLE_FUZZ_SEED: seed };
  for (const [name, ...which] of SUITES) {
    const command = `ulimit -v ${MOST}; exec cargo test --locked --release -p ${name} ${which.join(" ")} -- --nocapture --test-threads 1`;
    const run = spawnSync("bash", ["-c", command], { cwd: root, env, encoding: "utf8", maxBuffer: 1 << 28 });
    for (const line of run.stdout.split("\n").filter((line) => /inputs/.test(line))) t.diagnostic(line);
    assert.equal(run.status, 0, run.stderr.slice(-4_000));
  }
});

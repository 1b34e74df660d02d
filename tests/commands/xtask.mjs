// Runs `cargo xtask` as a user would, by the program that cargo has built already.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

import { root } from "../harness.mjs";

// Gives back how the command ended and what it printed.
export function xtask(...args) {
  return new Promise((done) => {
    const child = begin(...args);
    child.on("close", (code) => done({ code, stdout: child.out, stderr: child.err }));
  });
}

// Starts a command that goes on; its output grows in `out` and `err`.
export function begin(...args) {
  const [program, ...first] = process.env.REKINDLE_XTASK ? [process.env.REKINDLE_XTASK] : ["cargo", "xtask"];
  const child = spawn(program, [...first, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  child.out = "";
  child.err = "";
  child.stdout.on("data", (text) => (child.out += text));
  child.stderr.on("data", (text) => (child.err += text));
  return child;
}

export function folder() {
  const made = mkdtempSync(path.join(os.tmpdir(), "rekindle-"));
  return { path: made, remove: () => rmSync(made, { recursive: true, force: true }) };
}

// Listens on a port that nobody else has.
export async function taken() {
  const server = net.createServer();
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { port: server.address().port, free: () => new Promise((done) => server.close(done)) };
}

// Rekindle as real processes on a data folder of its own, as a local run has them: to be killed whole at any moment, and started
// again on the same data.
//
// The database is a file. While no server is up a test reads and writes it here; while one is up it only reads.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, openSync, closeSync, readFileSync, readdirSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";

import { SUPPRESSION_KEY, VAULT_KEY, root, sha256, until, uuid7 } from "./harness.mjs";

const WRANGLER = path.join(root, "node_modules", "wrangler", "bin", "wrangler.js");
const OFFLINE = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false", CI: "true" };

// The worker with seams of this tree.
export const worker = process.env.REKINDLE_WORKER_DIR ?? path.join(root, "functions", "build-seams");

// Groups that would outlive a test file that breaks off.
const groups = new Set();
process.on("exit", () => groups.forEach(endGroup));

export function dataFolder() {
  return own(mkdtempSync(path.join(os.tmpdir(), "rekindle-processes-")));
}

// The same data once more, of a server that is down.
export function copyOf(data) {
  const copy = dataFolder();
  cpSync(data.path, copy.path, { recursive: true });
  return copy;
}

// Applies the migrations that `config` names, as a deployment does: also beside a server that is up. Two processes on one file of SQLite
// can stand in each other's way, which those of a deployment cannot: that one is tried again.
export async function migrate(data, config = path.join(root, "wrangler.toml")) {
  const args = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", state(data), "--config", config];
  for (let tries = 1; ; tries += 1) {
    try {
      await promisify(execFile)(process.execPath, [WRANGLER, ...args], { cwd: path.dirname(config), env: OFFLINE });
      return;
    } catch (error) {
      if (tries === 8 || !`${error.stderr}`.includes("SQLITE_BUSY")) throw error;
    }
  }
}

// `answer` gets the open database; on a server that is up, pass `readOnly`.
export function withStore(data, answer, { readOnly = false } = {}) {
  const folder = path.join(state(data), "v3", "d1", "miniflare-D1DatabaseObject");
  const files = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  assert.equal(files.length, 1, `one database: ${files}`);
  const store = new DatabaseSync(path.join(folder, files[0]), { readOnly });
  try {
    return answer(store);
  } finally {
    store.close();
  }
}

export const rows = (data, sql, ...values) =>
  withStore(data, (store) => store.prepare(sql).all(...values).map((row) => ({ ...row })), { readOnly: true });

// A token, made as `cargo xtask token` makes it.
export function makeToken(data, role = "owner") {
  const text = `rk_${randomBytes(32).toString("base64url")}`;
  withStore(data, (store) =>
    store
      .prepare("insert into tokens (public_id, token_hash, name, role, created_at, expires_at) values (?, ?, ?, ?, 0, ?)")
      .run(uuid7(), sha256(text), `test ${role}`, role, Date.now() + 365 * 86_400_000));
  return text;
}

// The minutes that leases and answered wakes wait for, without waiting: their times come from the database's own clock.
export function passTime(data, millis) {
  withStore(data, (store) => {
    store.prepare("update leases set expires_at = max(expires_at - ?, 1) where expires_at > 0").run(millis);
    store.prepare("update wakes set due_at = due_at - ?").run(millis);
  });
}

// Starts the server and waits until it answers. `now` (RFC 3339) sets the virtual clock, which dies with the server; `port` is that of a
// server that was killed, whose address stands in what it wrote.
export async function serve(data, { token, now, program = worker, config = path.join(root, "wrangler.toml"), port: own } = {}) {
  const port = own ?? (await freePort());
  const url = `http://localhost:${port}`;
  const args = ["dev", path.join(program, "index.js"), "--config", config, "--ip", "127.0.0.1", "--port", `${port}`, "--inspector-port", "0"];
  args.push("--persist-to", state(data), "--var", "LOCAL:true", "--var", `ORIGIN:${url}`, "--var", `VAULT_KEY:${VAULT_KEY}`, "--var", `SUPPRESSION_KEY:${SUPPRESSION_KEY}`, "--show-interactive-dev-session=false");
  const file = path.join(data.path, "server.log");
  const log = openSync(file, "w");
  // A group of its own: wrangler and both of its runtimes are killed together, or the survivor would hang.
  const child = spawn(process.execPath, [WRANGLER, ...args], { cwd: path.dirname(config), env: OFFLINE, detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  // A test that fails before it kills its server does not keep the test runner waiting for it.
  child.unref();
  groups.add(child.pid);
  const ended = new Promise((done) => child.once("exit", done));

  const request = async (method, target, body, headers = {}) => {
    const init = { method, headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers }, redirect: "manual" };
    if (body !== undefined) {
      init.body = typeof body === "string" ? body : JSON.stringify(body);
      if (typeof body !== "string") init.headers["content-type"] ??= "application/json";
    }
    const response = await fetch(new URL(target, url), init);
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, text, json: isJson && text !== "" ? JSON.parse(text) : undefined };
  };
  const seam = async (name, body) => {
    const answer = await request("POST", `/__seams/${name}`, body);
    assert.equal(answer.status, 200, `seam ${name}: ${answer.text}`);
  };

  await until(async () => {
    assert.ok(child.exitCode === null, `the server ended: ${readFileSync(file, "utf8")}`);
    return (await fetch(new URL("/healthz", url)).catch(() => undefined))?.ok;
  }, "the server's first answer", 90_000);
  if (now !== undefined) await seam("clock", { now });

  return {
    url,
    port,
    request,
    get: (target, headers) => request("GET", target, undefined, headers),
    post: (target, body, headers) => request("POST", target, body, headers),
    put: (target, body, headers) => request("PUT", target, body, headers),
    patch: (target, body, headers) => request("PATCH", target, body, headers),
    arm: (name, more) => seam("points", { name, armed: true, ...more }),
    reached: (name, within = 60_000) =>
      until(async () => (await request("GET", "/__seams/points")).json.waiting.includes(name), `the moment ${name}`, within),
    // Fires a cron as the platform would.
    scheduled: async (cron) => {
      const answer = await request("GET", `/cdn-cgi/local/scheduled?cron=${cron.replaceAll(" ", "+")}&format=json`);
      assert.match(answer.text, /"ok"/, `cron ${cron}`);
    },
    // SIGKILL to the whole group, as a power cut.
    kill: async () => {
      // Its end is waited for now, which an unreferenced child does not keep the process alive for.
      child.ref();
      endGroup(child.pid);
      groups.delete(child.pid);
      await ended;
      await until(() => isFree(port), "the end of every process", 20_000);
    },
  };
}

const state = (data) => path.join(data.path, "state");
const own = (folder) => ({ path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) });

function endGroup(id) {
  try {
    process.kill(-id, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

async function freePort() {
  const server = net.createServer();
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

function isFree(port) {
  return new Promise((answer) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => (socket.destroy(), answer(false)));
    socket.once("error", () => answer(true));
  });
}

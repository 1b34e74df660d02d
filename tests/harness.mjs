// Starts Rekindle's worker on workerd inside the test's own process, with an empty in-memory store, and gives tests their hands on
// it: tokens of every role, the database, the crons, and the seams of a test build (clock, fault points, outbox, meter).
//
// A request that the worker makes to the outside and that no test expects fails the test: see `outside`.

import assert from "node:assert/strict";
import { createHash, randomBytes, randomInt } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

// The keys of a test's vault: the first seals.
export const VAULT_KEYS = { test: Buffer.alloc(32, 7), old: Buffer.alloc(32, 8) };
export const VAULT_KEY = Object.entries(VAULT_KEYS).map(([id, key]) => `${id}:${key.toString("base64")}`).join(",");

// What a test's worker hashes addresses with.
export const SUPPRESSION_KEY = Buffer.alloc(32, 9).toString("base64");

// Where public data sets lie; a test that needs one skips, with this reason, where it is absent.
export function dataset(...parts) {
  const file = path.join(process.env.REKINDLE_DATA ?? path.join(root, "..", "shared", "data"), ...parts);
  return existsSync(file) ? { file, skip: false } : { file, skip: `${file} is absent: set REKINDLE_DATA` };
}

// Where the samples of what others send lie, a folder a sender; a test that needs one skips, with this reason, where it is absent.
export function contracts(sender) {
  const { file: folder, skip } = dataset("..", "contracts", "samples", sender);
  return { folder, skip };
}

// `now`: the virtual clock's first time (RFC 3339); the real one where it is left out.
// `vars`: variables of the worker over those of a local run.
// `config`: the path of another configuration than the deployment's.
// `outside`: `(request) => Response` for each host that the worker may call, by host name.
export async function start({ now, vars = {}, outside = {}, config = "wrangler.toml" } = {}) {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
  process.env.WRANGLER_SEND_METRICS ??= "false";
  const worker = process.env.REKINDLE_WORKER_DIR ?? path.join(root, "functions", "build-seams");
  assert.ok(existsSync(path.join(worker, "index.js")), "the worker is not built: run `cargo xtask build --seams`");
  mkdirSync(path.join(root, "dist"), { recursive: true });

  const { createTestHarness } = await import("wrangler");
  const options = (more) => ({
    root,
    workers: [{ configPath: config, prebuiltWorkerDir: worker, vars: { LOCAL: "true", VAULT_KEY, SUPPRESSION_KEY, ...more, ...vars } }],
  });
  const server = createTestHarness(options({ ORIGIN: "http://localhost" }));
  const guard = guardOutside(outside);
  const { url } = await server.listen();
  // The port is known only now, and the worker compares `Origin` headers with this setting.
  const origin = `http://localhost:${url.port}`;
  guard.allow(`localhost:${url.port}`, `127.0.0.1:${url.port}`);
  await server.update(options({ ORIGIN: origin }));
  const handle = () => server.getWorker("rekindle");
  await handle().applyD1Migrations("DB");
  const env = await handle().getEnv();

  const request = async (method, target, body, headers = {}) => {
    // Each request from an address of its own, as sign-ins are counted by address: a test about that gives one.
    const address = `198.51.${randomInt(256)}.${randomInt(256)}`;
    const init = { method, headers: { "cf-connecting-ip": address, ...headers }, redirect: "manual" };
    if (body !== undefined) {
      const raw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
      init.body = raw ? body : JSON.stringify(body);
      if (body instanceof ReadableStream) init.duplex = "half";
      if (!raw) init.headers["content-type"] ??= "application/json";
    }
    const response = await guard.fetch(new URL(target, origin), init);
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    const meter = response.headers.get("x-rekindle-meter");
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: /[/+]json/.test(type) && text !== "" ? JSON.parse(text) : undefined,
      meter: meter === null ? undefined : JSON.parse(meter),
    };
  };

  const d1 = async (sql, ...values) => (await env.DB.prepare(sql).bind(...values).all()).results;

  const seeded = [];
  for (const { name } of await d1("select name from sqlite_master where type = 'table' and not name glob 'sqlite_*' and not name glob '_cf_*' and not name glob 'd1_*'")) {
    seeded.push({ name, rows: await d1(`select * from "${name}"`) });
  }

  const token = async (role, { expiresAt = Date.now() + 365 * 86_400_000 } = {}) => {
    const text = `rk_${randomBytes(32).toString("base64url")}`;
    await d1(
      "insert into tokens (public_id, token_hash, name, role, created_at, expires_at) values (?1, ?2, ?3, ?4, 0, ?5)",
      uuid7(), sha256(text), `test ${role}`, role, expiresAt,
    );
    return text;
  };

  // A client with a bearer token of the role: `await api("owner")` then `.get(path)`, `.post(path, body, headers)`, …
  // `patch`, `put` and `delete` read the resource first and name its version in If-Match, as a form does that a person has open;
  // headers of the caller's own go before it, and `request` sends nothing but what it is given.
  const api = async (role) => {
    const authorization = { authorization: `Bearer ${await token(role)}` };
    const verb = (method) => (target, body, headers) => request(method, target, body, { ...authorization, ...headers });
    const change = (method) => async (target, body, headers) => {
      const version = headers?.["if-match"] === undefined ? (await verb("GET")(target)).headers.get("etag") : null;
      return verb(method)(target, body, { ...(version === null ? {} : { "if-match": version }), ...headers });
    };
    return {
      get: (target, headers) => verb("GET")(target, undefined, headers),
      post: verb("POST"),
      patch: change("PATCH"),
      put: change("PUT"),
      delete: (target, headers) => change("DELETE")(target, undefined, headers),
      request: (method, target, body, headers) => verb(method)(target, body, headers),
    };
  };

  // A one-time link of the user, made as `cargo xtask sign-in` makes it: the row in the store, the token in the hand.
  const signInLink = async ({ email = "owner@example.com", role = "owner", name = "Olga Owner" } = {}) => {
    await d1(
      "insert into users (public_id, email, name, role, created_at, updated_at) values (?1, ?2, ?3, ?4, 0, 0) on conflict do nothing",
      uuid7(), email, name, role,
    );
    const [{ id }] = await d1("select id from users where email = ?1", email);
    const text = randomBytes(32).toString("base64url");
    const at = await businessNow();
    await d1(
      "insert into sign_in_links (token_hash, user_id, created_at, expires_at) values (?1, ?2, ?3, ?4)",
      sha256(text), id, at, at + 15 * 60_000,
    );
    return `${origin}/sign-in#${text}`;
  };

  // A client of somebody who has signed in by a link, with the person's id.
  const person = async ({ role = "owner", email = `${role}@example.com`, name = `Test ${role}`, headers = {} } = {}) => {
    const token = (await signInLink({ role, email, name })).split("#")[1];
    const answer = await request("POST", "/api/session", { token }, { origin, ...headers });
    assert.equal(answer.status, 201, answer.text);
    const cookie = answer.headers.getSetCookie()[0].split(";")[0];
    const verb = (method) => (target, body, more) => request(method, target, body, { origin, cookie, ...headers, ...more });
    return {
      id: answer.json.session.user.id,
      cookie,
      get: (target, more) => verb("GET")(target, undefined, more),
      post: verb("POST"),
      patch: verb("PATCH"),
      put: verb("PUT"),
      delete: (target, more) => verb("DELETE")(target, undefined, more),
      request: (method, target, body, more) => verb(method)(target, body, more),
    };
  };

  let clock = now;
  const businessNow = async () => (clock === undefined ? Date.now() : Date.parse(clock));
  const seam = async (method, name, body) => {
    const answer = await request(method, `/__seams/${name}`, body);
    assert.ok(answer.status < 300, `seam ${name}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const seams = {
    // `null` gives the real clock back.
    clock: async (time) => {
      clock = time ?? undefined;
      await seam("POST", "clock", { now: time });
    },
    // Bytes that events and messages may fill; `null` gives the plan's own back.
    space: (bytes) => seam("POST", "space", { bytes }),
    // `database`: the message that every call to the database fails with; `backlog`: what keeps opt-outs meanwhile fails too. Nothing: all is well.
    outage: ({ database = null, backlog = false } = {}) => seam("POST", "outage", { database, backlog }),
    // `skip` lets so many pass first; with `once` only one is held, and whoever comes later passes.
    arm: (name, more) => seam("POST", "points", { name, armed: true, ...more }),
    release: (name) => seam("POST", "points", { name, armed: false }),
    points: () => seam("GET", "points"),
    outbox: () => seam("GET", "outbox"),
    // Resolves once the worker stands at the armed point `name`.
    reached: async (name, within = 10_000) => {
      const until = Date.now() + within;
      for (;;) {
        const answer = await seams.points();
        if (JSON.stringify(answer.waiting ?? answer).includes(`"${name}"`)) return;
        assert.ok(Date.now() < until, `the worker never reached ${name}: ${JSON.stringify(answer)}`);
        await new Promise((next) => setTimeout(next, 20));
      }
    },
  };
  if (now !== undefined) await seams.clock(now);

  return {
    url: origin,
    // Like `fetch`, for paths of this server; not signed in.
    fetch: (target, init) => guard.fetch(new URL(target, origin), init),
    request,
    api,
    token,
    person,
    signInLink,
    d1,
    env,
    seams,
    // Fires a cron as the platform would.
    scheduled: async (cron) => {
      const answer = await handle().scheduled({ cron, scheduledTime: new Date(await businessNow()) });
      assert.equal(answer.outcome, "ok", `cron ${cron}`);
      return answer;
    },
    logs: () => server.getLogs(),
    clearLogs: () => server.clearLogs(),
    // Puts every table back to what the migrations left, which is much quicker than a new server.
    reset: async () => {
      await env.DB.batch(
        seeded.flatMap(({ name, rows }) => [
          env.DB.prepare(`delete from "${name}"`),
          ...rows.map((row) => {
            const columns = Object.keys(row);
            const marks = columns.map((_, at) => `?${at + 1}`);
            return env.DB.prepare(`insert into "${name}" (${columns.join(", ")}) values (${marks.join(", ")})`).bind(...Object.values(row));
          }),
        ]),
      );
    },
    // Ends the server, and fails if the worker called anything outside that no test expected.
    stop: async () => {
      await server.close();
      guard.end();
    },
  };
}

// Waits for `check` to answer something true, and gives it back.
export async function until(check, what = "what the test waits for", within = 20_000) {
  const end = Date.now() + within;
  for (;;) {
    const answer = await check();
    if (answer) return answer;
    assert.ok(Date.now() < end, `${what} did not happen within ${within / 1000} s`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

export function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

export function uuid7() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// workerd sends the worker's outbound requests through this process's `globalThis.fetch`.
function guardOutside(outside) {
  const real = globalThis.fetch;
  const own = new Set();
  const unexpected = [];
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { host } = new URL(request.url);
    if (own.has(host)) return real(request);
    const answer = outside[host];
    if (answer !== undefined) return answer(request);
    unexpected.push(`${request.method} ${request.url}`);
    throw new TypeError(`unexpected outbound request: ${request.method} ${request.url}`);
  };
  return {
    fetch: real,
    allow: (...hosts) => hosts.forEach((host) => own.add(host)),
    end: () => {
      globalThis.fetch = real;
      assert.deepEqual(unexpected, [], "the worker called addresses that no test expected");
    },
  };
}

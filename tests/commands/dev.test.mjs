import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import { until } from "../harness.mjs";
import { begin, folder, taken, xtask } from "./xtask.mjs";

const READY = /^Rekindle is ready: (http:\/\/localhost:\d+) · sign in: (http:\S+\/sign-in#[\w-]{43})$/m;

test("dev serves the app and its API, other commands find its server, and nothing of it outlives it", async () => {
  const data = folder();
  const { port, free } = await taken();
  await free();
  const dev = begin("dev", "--port", String(port), "--data-dir", data.path, "--no-sample");
  const ended = once(dev, "close");
  try {
    await until(() => READY.test(dev.out) || dev.exitCode !== null, "the ready line", 120_000);
    assert.equal(dev.out.trim().split("\n").length, 1, `exactly one line: ${dev.out}\n${dev.err}`);
    const [, url, link] = dev.out.match(READY);

    const page = await fetch(url);
    assert.match(await page.text(), /<title>Rekindle/);
    const signIn = await fetch(`${url}/api/session`, {
      method: "POST",
      headers: { origin: url, "content-type": "application/json" },
      body: JSON.stringify({ token: new URL(link).hash.slice(1) }),
    });
    assert.equal(signIn.status, 201, await signIn.clone().text());
    const { session } = await signIn.json();
    assert.equal(session.user.role, "owner");
    assert.equal(session.shop.local, true);

    const token = await xtask("token", "--role", "viewer", "--data-dir", data.path);
    assert.match(token.stdout, /^rk_[\w-]{43}\n$/, token.stderr);
    const authorization = `Bearer ${token.stdout.trim()}`;
    assert.equal((await fetch(`${url}/api/overview`, { headers: { authorization } })).status, 200);
    assert.equal((await fetch(`${url}/api/imports?kind=orders`, { method: "POST", headers: { authorization, "content-type": "text/csv" }, body: "x" })).status, 403);

    const cron = await xtask("cron", "score", "--data-dir", data.path);
    assert.equal(JSON.parse(cron.stdout).status, "done", cron.stderr);

    const second = await xtask("dev", "--data-dir", data.path);
    assert.notEqual(second.code, 0);
    assert.match(second.stderr, /already runs on this data folder.*--data-dir/);
  } finally {
    dev.kill("SIGTERM");
    await ended;
  }
  await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
  // Nobody serves the folder now: the command starts a server of its own, on the data that is there.
  const again = await xtask("cron", "score", "--data-dir", data.path);
  assert.equal(JSON.parse(again.stdout).status, "done", again.stderr);
  data.remove();
});

test("a taken port, an unknown role and an unknown job are each told in one sentence with the way out", async () => {
  const data = folder();
  const { port, free } = await taken();
  const dev = await xtask("dev", "--port", String(port), "--data-dir", data.path);
  await free();
  assert.notEqual(dev.code, 0);
  assert.match(dev.stderr, new RegExp(`^Port ${port} is taken: .*--port ${port + 1}\\.\\n$`));

  const token = await xtask("token", "--role", "king", "--data-dir", data.path);
  assert.notEqual(token.code, 0);
  assert.match(token.stderr, /^There is no role `king`: choose one of owner, .*\n$/);

  const cron = await xtask("cron", "nap", "--data-dir", data.path);
  assert.notEqual(cron.code, 0);
  assert.match(cron.stderr, /; job: .*score/);
  data.remove();
});

// The one door out: on a deployment no address of the inside is asked, wherever it is written and whoever sends on to it.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { connect, orders } from "../pulls.mjs";
import { ran } from "../rows.mjs";
import { apart } from "../sources.mjs";

const NOW = "2026-03-02T09:00:00Z";

let server, api;
const asked = [];
let answers = () => new Response("");
before(async () => {
  const at = (host) => ({ [host]: (request) => (asked.push(request.url), answers(request)) });
  // Deployed: nothing of a developer's machine is allowed.
  server = await start({ now: NOW, vars: { LOCAL: "false" }, outside: { ...at("files.example"), ...at("mirror.example") } });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await apart(server);
  await server.seams.clock(NOW);
  asked.length = 0;
  api = await server.api("owner");
});

// A spelling, and what of it is refused.
const HOSTILE = (own) => [
  ["http://files.example/", /https/],
  ["file:///etc/passwd", /https/],
  ["ftp://files.example/a.csv", /https/],
  ["//files.example/a.csv", /https:\/\//],
  ["https://127.0.0.1/", /numeric/],
  ["https://2130706433/", /numeric/],
  ["https://0x7f000001/", /numeric/],
  ["https://0177.0.0.1/", /numeric/],
  ["https://127.1/", /numeric/],
  ["https://[::1]/", /numeric/],
  ["https://[::ffff:7f00:1]/", /numeric/],
  ["https://[fd12:3456::1]/", /numeric/],
  ["https://169.254.169.254/latest/meta-data/", /numeric/],
  ["https://10.0.0.1./", /letters/],
  ["https://localhost/", /private/],
  ["https://printer.local/", /private/],
  ["https://vault.corp.internal/", /private/],
  ["https://nas.home.arpa/", /private/],
  ["https://intranet/", /private/],
  ["https://127.0.0.1.nip.io/", /private/],
  ["https://owner:secret@files.example/", /@/],
  ["https://files.example:8443/", /port/],
  ["https://files.example@169.254.169.254/", /@/],
  ["https://ex\u0430mple.com/", /xn--/],
  ["https://\uff11\uff12\uff17.0.0.\uff11/", /letters/],
  ["https://files.example\\@127.0.0.1/", /begins with https/],
  ["https://files.example%00.localhost/", /letters/],
  [`https://${own}/api/customers`, /own|private/],
  [`${own}`, /https:\/\//],
];
const own = () => new URL(server.url).hostname;
const good = { url: "https://files.example/a.csv", file_kind: "orders" };

test("no hostile address is taken when a source is connected or changed", async () => {
  const source = await connect(api, good);
  const table = HOSTILE(own());
  assert.ok(table.length >= 20);
  for (const [url, why] of table) {
    const settings = { ...good, url };
    for (const answer of [await api.post("/api/sources", { kind: "pull", name: "x", settings }), await api.patch(`/api/sources/${source.id}`, { settings })]) {
      assert.equal(answer.status, 422, url);
      assert.match(answer.json.fields["settings.url"], why, url);
    }
  }
  assert.equal((await api.get("/api/sources")).json.sources.length, 1);
  assert.deepEqual((await api.get(`/api/sources/${source.id}`)).json.source.settings.url, good.url);
});

test("no answer sends on to a hostile address", async () => {
  const source = await connect(api, good);
  const target = `/api/sources/${source.id}`;
  for (const [to] of HOSTILE(own())) {
    // Of a path the answer's own server is meant.
    if (!to.includes("://")) continue;
    // A header holds bytes: what is no ASCII goes as UTF-8.
    answers = () => new Response(null, { status: 302, headers: { location: Buffer.from(to).toString("latin1") } });
    await api.post(`${target}/pull`, {});
    await ran(api, "pull");
    assert.match((await api.get(target)).json.source.error ?? "none", /sends on to an address that is not asked/, to);
    await server.d1("update sources set error = null");
  }
  assert.ok(asked.length >= 20 && asked.every((url) => url === good.url), JSON.stringify(asked));
});

test("an answer sends on three times and no more, each time by the same rules", async () => {
  const source = await connect(api, { ...good, url: "https://files.example/1" });
  const sends = (last) => (request) => {
    const n = Number(new URL(request.url).pathname.slice(1));
    if (n > last) return new Response(orders(1));
    const to = n % 2 === 1 ? `https://mirror.example/${n + 1}` : `//files.example/${n + 1}`;
    return new Response(null, { status: [301, 302, 303, 307, 308][n % 5], headers: { location: n === 3 ? "/4" : to } });
  };
  answers = sends(3);
  await ran(api, "pull");
  assert.deepEqual(asked.map((url) => url.replace("https://", "")), ["files.example/1", "mirror.example/2", "files.example/3", "files.example/4"]);
  assert.equal((await api.get(`/api/sources/${source.id}`)).json.source.error, undefined);
  await ran(api, "import");
  answers = sends(9);
  asked.length = 0;
  await api.patch(`/api/sources/${source.id}`, { settings: { ...source.settings, every_hours: 1 } });
  await ran(api, "pull");
  assert.equal(asked.length, 4);
  assert.match((await api.get(`/api/sources/${source.id}`)).json.source.error, /sends on more than 3 times/);
});

test("a stored address is judged again before it is asked", async () => {
  const source = await connect(api, good);
  await server.d1("update sources set settings = json_set(settings, '$.url', 'https://169.254.169.254/') where public_id = ?1", source.id);
  await ran(api, "pull");
  assert.match((await api.get(`/api/sources/${source.id}`)).json.source.error, /numeric/);
  assert.deepEqual(asked, []);
});

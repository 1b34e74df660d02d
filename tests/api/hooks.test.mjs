// Webhooks of stores and helpdesks: what is signed goes into the inbox once, anything else is refused and counted.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { contracts, start, uuid7 } from "../harness.mjs";
import * as sources from "../sources.mjs";

const NOW = "2026-11-22T09:00:00Z";
const SECONDS = Date.parse(NOW) / 1000;
const SECRET = "shpss_first";

let server, api;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await sources.apart(server);
  await server.seams.clock(NOW);
  api = await server.api("owner");
});

const connect = (kind, secrets = [SECRET]) => sources.connect(api, kind, { secrets });
const counts = (source) => sources.counts(api, source);
const mac = (algorithm, secret, text, encoding) => createHmac(algorithm, secret).update(text).digest(encoding);

// The headers with which each sender signs a body, written down from its own documentation.
let delivery = 0;
const SIGN = {
  shopify: (body, secret, { topic = "orders/create", id = `d${(delivery += 1)}` } = {}) => ({
    "x-shopify-hmac-sha256": mac("sha256", secret, body, "base64"), "x-shopify-topic": topic, "x-shopify-webhook-id": id,
  }),
  woocommerce: (body, secret, { topic = "order.updated", id = `d${(delivery += 1)}` } = {}) => ({
    "x-wc-webhook-signature": mac("sha256", secret, body, "base64"), "x-wc-webhook-topic": topic, "x-wc-webhook-delivery-id": id,
  }),
  stripe: (body, secret, { at = SECONDS } = {}) => ({ "stripe-signature": `t=${at},v1=${mac("sha256", secret, `${at}.${body}`, "hex")}` }),
  zendesk: (body, secret, { at = SECONDS, id = `d${(delivery += 1)}` } = {}) => {
    const time = new Date(at * 1000).toISOString();
    return {
      "x-zendesk-webhook-signature": mac("sha256", secret, time + body, "base64"), "x-zendesk-webhook-signature-timestamp": time,
      "x-zendesk-webhook-invocation-id": id,
    };
  },
  intercom: (body, secret) => ({ "x-hub-signature": `sha1=${mac("sha1", secret, body, "hex")}` }),
};
const KINDS = Object.keys(SIGN);
const BODY = {
  shopify: '{"id":90071992547409931,"total_price":"29.30"}',
  woocommerce: '{"id":7}',
  stripe: '{"id":"evt_1","type":"invoice.paid","created":1}',
  zendesk: '{"ticket_id":"35436","status":"open"}',
  intercom: '{"type":"notification_event","id":"notif_1","topic":"conversation.user.created"}',
};

const send = (source, body, headers) => server.request("POST", new URL(source.address).pathname, body, { "content-type": "application/json", ...headers });
const inbox = () => server.d1("select key, topic, body from inbox order by id");

for (const kind of KINDS) {
  test(`${kind}: what is signed is stored once, byte for byte, however often it is sent`, async () => {
    const source = await connect(kind);
    const headers = SIGN[kind](BODY[kind], SECRET);
    for (let n = 0; n < 3; n += 1) assert.equal((await send(source, BODY[kind], headers)).status, 200);
    assert.deepEqual((await inbox()).map((row) => row.body), [BODY[kind]]);
    assert.deepEqual(await counts(source), { duplicate: 2, rejected: {} });
  });

  test(`${kind}: what is tampered with, unsigned or signed by somebody else is refused and counted`, async () => {
    const source = await connect(kind);
    const headers = SIGN[kind](BODY[kind], SECRET);
    const changed = BODY[kind].replace(/\d/, "0");
    for (const [what, body, sent, code] of [
      ["tampered", changed, headers, "bad_signature"],
      ["longer", `${BODY[kind]} `, headers, "bad_signature"],
      ["another's", BODY[kind], SIGN[kind](BODY[kind], "other"), "bad_signature"],
      ["unsigned", BODY[kind], {}, "unsigned"],
    ]) {
      const answer = await send(source, body, sent);
      assert.deepEqual([answer.status, answer.json.code], [401, code], what);
      assert.ok(!answer.text.includes(SECRET));
    }
    assert.deepEqual(await inbox(), []);
    assert.deepEqual(await counts(source), { duplicate: 0, rejected: { bad_signature: 3, unsigned: 1 } });
  });

  test(`${kind}: two secrets are good while the sender changes over, and the old one no longer after`, async () => {
    const source = await connect(kind);
    const late = { id: "late" };
    const by = (secret, more) => send(source, BODY[kind], SIGN[kind](BODY[kind], secret, more));
    assert.deepEqual((await api.patch(`/api/sources/${source.id}`, { secrets: [SECRET, "second"] })).json.source.secrets, ["signing", "signing_next"]);
    assert.equal((await by(SECRET)).status, 200);
    assert.equal((await by("second")).status, 200);
    assert.deepEqual((await api.patch(`/api/sources/${source.id}`, { secrets: ["second"] })).json.source.secrets, ["signing"]);
    assert.equal((await by(SECRET, late)).status, 401);
    assert.equal((await by("second")).status, 200);
  });

  test(`${kind}: at another address, another kind, paused or removed nothing is taken`, async () => {
    const source = await connect(kind);
    const other = KINDS.find((name) => name !== kind);
    const headers = SIGN[kind](BODY[kind], SECRET);
    for (const target of [`/hooks/${kind}/${uuid7()}`, `/hooks/${other}/${source.id}`, `/hooks/${kind}/1`, `/hooks/ebay/${source.id}`, `/hooks/segment/${source.id}`]) {
      assert.equal((await server.request("POST", target, BODY[kind], headers)).status, 404, target);
    }
    assert.equal((await server.request("GET", new URL(source.address).pathname)).status, 405);
    await api.patch(`/api/sources/${source.id}`, { paused: true });
    assert.deepEqual([(await send(source, BODY[kind], headers)).status, (await counts(source)).rejected], [503, { paused: 1 }]);
    await api.delete(`/api/sources/${source.id}`);
    assert.equal((await send(source, BODY[kind], headers)).status, 404);
    assert.deepEqual(await inbox(), []);
  });

  test(`${kind}: what is signed but no JSON, too deep or too large is refused`, async () => {
    const source = await connect(kind);
    for (const [body, status, code] of [["{", 400, "bad_json"], [`{"a":${"[".repeat(40)}${"]".repeat(40)}}`, 400, "too_deep"], [`{"a":"${"x".repeat(1_000_000)}"}`, 413, "too_large"]]) {
      const answer = await send(source, body, SIGN[kind](body, SECRET));
      assert.deepEqual([answer.status, answer.json.code], [status, code]);
    }
    assert.deepEqual((await counts(source)).rejected, { bad_json: 2, too_large: 1 });
    const large = JSON.stringify({ id: "large", text: '"'.repeat(490_000) });
    assert.equal((await send(source, large, SIGN[kind](large, SECRET))).status, 200, "up to a megabyte, whatever must be escaped");
    assert.equal((await inbox())[0].body, large);
  });
}

for (const kind of ["stripe", "zendesk"]) {
  test(`${kind}: a request that was signed more than five minutes ago is stale`, async () => {
    const source = await connect(kind);
    const at = (seconds) => send(source, BODY[kind], SIGN[kind](BODY[kind], SECRET, { at: SECONDS + seconds }));
    for (const seconds of [-301, 301]) {
      const answer = await at(seconds);
      assert.deepEqual([answer.status, answer.json.code], [401, "stale"]);
    }
    assert.equal((await at(-299)).status, 200);
    assert.deepEqual((await counts(source)).rejected, { stale: 2 });
  });
}

test("WooCommerce's unsigned trial is answered 200 and stored nowhere", async () => {
  const source = await connect("woocommerce");
  const answer = await send(source, "webhook_id=10", { "content-type": "application/x-www-form-urlencoded" });
  assert.equal(answer.status, 200);
  assert.deepEqual(await inbox(), []);
  assert.deepEqual(await counts(source), { duplicate: 0, rejected: {} });
});

test("two orders of one second share WooCommerce's delivery id and are two", async () => {
  const source = await connect("woocommerce");
  for (const body of ['{"id":1}', '{"id":2}', '{"id":1}']) await send(source, body, SIGN.woocommerce(body, SECRET, { id: "same" }));
  const digest = (text) => createHash("sha256").update(text).digest("hex");
  assert.deepEqual((await inbox()).map((row) => row.key), [`same:${digest('{"id":1}')}`, `same:${digest('{"id":2}')}`]);
});

test("a secret that we make for WooCommerce's form is shown once, and signs", async () => {
  const source = await connect("woocommerce", []);
  assert.ok(source.secret.length >= 40);
  assert.equal((await api.get(`/api/sources/${source.id}`)).json.source.secret, undefined);
  assert.equal((await send(source, "{}", SIGN.woocommerce("{}", source.secret))).status, 200);
});

test("without a secret nothing is let in", async () => {
  const source = await connect("shopify", []);
  for (const secret of ["", " ", SECRET]) {
    const headers = SIGN.shopify("{}", secret);
    assert.equal((await send(source, "{}", headers)).status, 401);
  }
  assert.deepEqual((await counts(source)).rejected, { bad_signature: 3 });
});

test("every sample of stores and helpdesks is accepted, and once when sent three times", { skip: contracts("shopify").skip }, async () => {
  for (const kind of KINDS) {
    const source = await connect(kind);
    const { folder } = contracts(kind);
    const files = readdirSync(folder).filter((file) => file.endsWith(".json") && !file.startsWith("_") && !file.includes(".rest."));
    assert.ok(files.length > 0, kind);
    for (const file of files) {
      const body = readFileSync(path.join(folder, file), "utf8");
      const topic = file.replace(/(\.[\d-]+)?\.json$/, "").replace("-", "/");
      const headers = SIGN[kind](body, SECRET, { topic, id: file });
      const before = (await inbox()).length;
      for (let n = 0; n < 3; n += 1) assert.equal((await send(source, body, headers)).status, 200, `${kind} ${file}`);
      assert.equal((await inbox()).length, before + 1, `${kind} ${file}`);
    }
  }
});

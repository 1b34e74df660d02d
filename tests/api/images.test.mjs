// Pictures of messages: what is taken, how they are shown, and what is refused whatever it is called.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";
import { chunk, jpeg, png, pngOf, webp } from "../pictures.mjs";

let server, api;
before(async () => (server = await start({ now: "2026-03-02T09:00:00Z" })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  api = await server.api("marketer");
});

const MOST = 1_000_000;
const upload = (bytes, alt = "A cup of coffee", type = "image/png") =>
  api.post(`/api/images?alt=${encodeURIComponent(alt)}`, bytes, { "content-type": type });
const shown = async (path, headers = {}) => {
  const answer = await fetch(new URL(path, server.url), { headers });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
};

test("each type is known by its bytes, and anybody sees it for ever under the hash of what it holds", async () => {
  for (const [bytes, type, called] of [[png(3, 2), "image/png", "image/jpeg"], [jpeg(300, 200), "image/jpeg", "text/html"], [webp(640, 480), "image/webp", "image/svg+xml"]]) {
    const answer = await upload(bytes, "A cup", called);
    assert.equal(answer.status, 201, answer.text);
    const { image } = answer.json;
    assert.deepEqual([image.media_type, image.size, image.alt, image.hash], [type, bytes.length, "A cup", createHash("sha256").update(bytes).digest("hex")]);
    const seen = await shown(image.path);
    assert.equal(seen.status, 200);
    assert.ok(seen.bytes.equals(bytes));
    const header = (name) => seen.headers.get(name);
    assert.equal(header("content-type"), type);
    assert.equal(header("cache-control"), "public, max-age=31536000, immutable");
    assert.equal(header("x-content-type-options"), "nosniff");
    assert.match(header("content-security-policy"), /^default-src 'none';.*\bsandbox$/);
    assert.equal(header("set-cookie"), null);
    assert.equal((await shown(image.path, { "if-none-match": header("etag") })).status, 304);
  }
  assert.deepEqual((await api.get("/api/images")).json.images.map(({ width, height }) => [width, height]).sort(), [[3, 2], [300, 200], [640, 480]].sort());
});

test("the same picture once more is one picture, with the newer words", async () => {
  const [one, two] = [await upload(png(), "A dot"), await upload(png(), "A grey dot")];
  assert.equal(one.json.image.hash, two.json.image.hash);
  const { images } = (await api.get("/api/images")).json;
  assert.deepEqual(images.map(({ alt }) => alt), ["A grey dot"]);
});

test("a picture says what it shows", async () => {
  for (const alt of ["", " ", "x".repeat(201), "a\u0000b"]) {
    const answer = await upload(png(), alt);
    assert.deepEqual([answer.status, Object.keys(answer.json.fields)], [422, ["alt"]], JSON.stringify(alt));
  }
});

test("hostile files are refused, each with what to do, and none is kept", async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>');
  const gif = Buffer.from("GIF89a\x01\0\x01\0\x80\0\0", "latin1");
  const cases = [
    ["an SVG with a script", svg, /SVG.*PNG/],
    ["an SVG behind a declaration", Buffer.concat([Buffer.from('\ufeff<?xml version="1.0"?>\n'), svg]), /SVG.*PNG/],
    ["a page", Buffer.from("<!doctype html><script>alert(1)</script>"), /PNG/],
    ["a GIF", gif, /PNG, JPEG or WebP/],
    ["nothing", Buffer.alloc(0), /PNG, JPEG or WebP/],
    ["only the magic bytes", png().subarray(0, 8), /damaged/],
    ["a picture that broke off", png().subarray(0, -5), /damaged/],
    ["a page behind a picture", Buffer.concat([png(), Buffer.from("<script>alert(1)</script>")]), /more than a picture/],
    ["an archive behind a picture", Buffer.concat([jpeg(), Buffer.from("PK\x03\x04", "latin1")]), /more than a picture/],
    ["a script in a remark", png(2, 2, [chunk("tEXt", Buffer.from("Comment\0<ScRiPt>alert(1)</script>"))]), /more than a picture/],
    ["a bomb of 60,000 x 60,000 dots", png(60_000, 60_000), /4096 pixels/],
    ["a wide bomb", jpeg(65_535, 1), /4096 pixels/],
    ["a picture without a side", png(0, 5), /4096 pixels/],
  ];
  for (const [what, bytes, fix] of cases) {
    const answer = await upload(bytes);
    assert.equal(answer.status, 422, `${what}: ${answer.text}`);
    assert.match(answer.json.fields.body, fix, what);
  }
  assert.deepEqual((await api.get("/api/images")).json.images, []);
});

test("one megabyte is taken and one byte more is refused", async () => {
  assert.equal((await upload(pngOf(MOST))).status, 201);
  const answer = await upload(pngOf(MOST + 1));
  assert.deepEqual([answer.status, answer.json.code], [413, "too_large"]);
  assert.equal((await api.get("/api/images")).json.images.length, 1);
});

test("what no hash is, or nobody uploaded, is not there", async () => {
  for (const path of [`/images/${"0".repeat(64)}`, "/images/x", `/images/${"A".repeat(64)}`, "/images/..%2f..%2fapi%2fshop"]) {
    const seen = await shown(path);
    assert.equal(seen.status, 404, path);
    assert.equal(seen.headers.get("cache-control"), "no-store");
  }
});

test("a picture in use stays; out of use it goes, for everybody", async () => {
  const owner = await server.api("owner");
  const { hash, path } = (await upload(png())).json.image;
  const { brand } = (await owner.get("/api/brand")).json;
  assert.equal((await owner.put("/api/brand", { ...brand, logo: path })).status, 200);
  const refused = await api.request("DELETE", `/api/images/${hash}`);
  assert.deepEqual([refused.status, refused.json.code], [409, "in_use"]);
  assert.match(refused.json.detail, /the brand/);
  assert.equal((await shown(path)).status, 200);

  assert.equal((await owner.put("/api/brand", { ...brand, logo: null })).status, 200);
  assert.equal((await api.request("DELETE", `/api/images/${hash}`)).status, 200);
  assert.equal((await shown(path)).status, 404);
  assert.equal((await api.request("DELETE", `/api/images/${hash}`)).status, 404);
  const gone = await owner.put("/api/brand", { ...brand, logo: path });
  assert.deepEqual([gone.status, Object.keys(gone.json.fields)], [422, ["logo"]]);
});

// The links of a message: the picture, clicks and personal videos. What is a person's and what a machine's, and where a link may lead.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until } from "../harness.mjs";
import { person, token, touch } from "../links.mjs";

const NOW = "2026-03-02T09:00:00Z";
const now = Date.parse(NOW);
const PERSON = { "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148" };
const LINKS = ["https://shop.example/tea?utm=1#top", "http://shop.example/old", "javascript:alert(1)", "//evil.test", "https://shop.example/\u00e4", "data:text/html,x"];

let server;
before(async () => (server = await start({ now: NOW })));
after(() => server.stop());
beforeEach(async () => {
  await server.seams.outage();
  await server.reset();
  await server.seams.clock(NOW);
  await person(server, 7);
  const video = { address: "https://film.example/ada.mp4", poster: `/images/${"a".repeat(64)}` };
  await touch(server, 12, 7, { state: "sent", sent: now - 3_600_000, inputs: { links: LINKS, video } });
});

const get = (purpose, more = {}, headers = PERSON, method = "GET") => {
  const place = { open: "o", click: "c", video: "v" }[purpose];
  return server.request(method, `/${place}/${token(purpose, { touch: 12, contact: 7, ...more })}${more.query ?? ""}`, undefined, headers);
};
const responses = () => server.d1("select key, touch_id, customer_id, kind, detail from responses order by key");
const told = (count) => until(async () => (await responses()).length === count && (await responses()), `${count} responses`);
const quiet = async () => {
  await new Promise((next) => setTimeout(next, 300));
  return responses();
};
const isPrivate = (answer, what) =>
  assert.deepEqual(["cache-control", "referrer-policy", "x-robots-tag", "set-cookie"].map((name) => answer.headers.get(name)), ["no-store", "no-referrer", "noindex, nofollow", null], what);

test("an open is a dot, and one row a minute", async () => {
  const answer = await get("open");
  assert.deepEqual([answer.status, answer.headers.get("content-type"), answer.headers.get("cross-origin-resource-policy")], [200, "image/gif", "cross-origin"]);
  isPrivate(answer, "the dot");
  assert.deepEqual(await told(1), [{ key: "o:12", touch_id: 12, customer_id: 7, kind: "opened", detail: null }]);
  await get("open");
  await told(2);
  for (let n = 0; n < 5; n += 1) await get("open");
  assert.deepEqual((await quiet()).map(({ key }) => key), ["o:12", `o:12:${now / 60_000}`]);
  await server.seams.clock("2026-03-02T09:01:00Z");
  await get("open");
  await told(3);
  assert.deepEqual(await server.d1("select engaged_at from contacts"), [{ engaged_at: null }], "an open says nothing of a person");
});

test("a click leads to what the message held, and is the person's", async () => {
  const answer = await get("click", { link: 0 });
  assert.deepEqual([answer.status, answer.headers.get("location"), answer.text], [302, LINKS[0], ""]);
  isPrivate(answer, "a click");
  assert.deepEqual(await told(1), [{ key: "c:12:0", touch_id: 12, customer_id: 7, kind: "clicked", detail: '{"link":0}' }]);
  assert.deepEqual(await server.d1("select engaged_at from contacts"), [{ engaged_at: now }]);
  assert.equal((await get("click", { link: 1 })).headers.get("location"), LINKS[1]);
  assert.equal((await get("click", { link: 4 })).headers.get("location"), "https://shop.example/%C3%A4");
});

test("no link leads to anything else, whatever stands in the row or the address", async () => {
  for (const link of [2, 3, 5, 6, 5000]) {
    const answer = await get("click", { link });
    assert.deepEqual([answer.status, answer.headers.get("location")], [404, null], String(link));
    isPrivate(answer, String(link));
  }
  const good = token("click", { touch: 12, contact: 7 });
  const other = { touch: 12, contact: 8 };
  for (const one of [good.slice(0, -1) + (good.endsWith("A") ? "Q" : "A"), token("open", { touch: 12, contact: 7 }), token("click", other), token("click", { touch: 13, contact: 7 }), "x", "https:%2f%2fevil.test"]) {
    const answer = await server.request("GET", `/c/${one}?url=https://evil.test`, undefined, PERSON);
    assert.deepEqual([answer.status, answer.headers.get("location")], [404, null], one);
  }
  assert.deepEqual(await quiet(), []);
});

test("machines are told apart, and count for nobody's interest", async () => {
  for (const [headers, method] of [[{ "user-agent": "Barracuda Sentinel (EE)" }], [{ "user-agent": "" }], [{ ...PERSON, "sec-purpose": "prefetch" }], [PERSON, "HEAD"]]) {
    assert.equal((await get("click", {}, headers, method)).status, 302);
  }
  const rows = await until(async () => {
    const all = await responses();
    return all.length >= 2 && all;
  });
  assert.ok(rows.every(({ key, detail }) => key.startsWith("c:12:0:scanner") && JSON.parse(detail).scanner === true), JSON.stringify(rows));
  await get("click");
  await until(async () => (await responses()).some(({ key }) => key === "c:12:0"), "a person's click stands beside theirs");
  await server.d1("update touches set sent_at = ?1", now - 3_000);
  await server.d1("delete from responses");
  await server.d1("update contacts set engaged_at = null");
  await get("click");
  assert.deepEqual((await told(1)).map(({ key, detail }) => [key, JSON.parse(detail)]), [["c:12:0:scanner", { scanner: true, why: "soon" }]], "nobody reads within three seconds");
  assert.deepEqual(await server.d1("select engaged_at from contacts"), [{ engaged_at: null }]);
});

test("a database that refuses costs no visitor their way where it is known, and none a server's error page", async () => {
  await server.seams.outage({ database: "D1_ERROR: too many requests queued" });
  assert.deepEqual([(await get("open")).status, (await get("open")).headers.get("content-type")], [200, "image/gif"]);
  for (const purpose of ["click", "video"]) {
    const answer = await get(purpose);
    assert.equal(answer.status, 503, purpose);
    assert.match(answer.headers.get("content-type"), /^text\/html/);
    assert.match(answer.text, /Please try again in a few minutes/);
  }
});

test("a personal video greets by the first name, runs no script, and counts being played once", async () => {
  const page = await get("video", { language: "de" });
  assert.equal(page.status, 200);
  assert.match(page.text, /<h1>Ada, ein Video für Sie<\/h1>/);
  assert.ok(!page.text.includes("Lovelace") && !/<script/.test(page.text));
  assert.match(page.headers.get("content-security-policy"), /^default-src 'none'; img-src 'self'; style-src/);
  isPrivate(page, "the page");
  assert.deepEqual(await quiet(), [], "to look at the page is not to play it");
  for (let n = 0; n < 3; n += 1) {
    const player = await get("video", { query: "?play=1" });
    assert.equal(player.status, 200);
    assert.match(player.text, /<video [^>]*src="https:\/\/film\.example\/ada\.mp4"/);
    assert.match(player.headers.get("content-security-policy"), /media-src 'self' https:/);
  }
  assert.ok((await told(2)).every(({ kind }) => kind === "played"));
});

test("a video that lies on another site is opened there, and a hostile name or address does nothing", async () => {
  await server.d1("update touches set inputs = ?1", JSON.stringify({ video: { address: "https://www.loom.example/share/1" } }));
  assert.equal((await get("video", { query: "?play=1" })).headers.get("location"), "https://www.loom.example/share/1");
  await server.d1("update contacts set name = ?1", "<script>alert(1)</script> \"'&");
  assert.match((await get("video")).text, /<h1>A video for you<\/h1>/);
  for (const address of ["javascript:alert(1)", "http://film.example/1.mp4", "/videos/../api/shop", "", null]) {
    await server.d1("update touches set inputs = ?1", JSON.stringify({ video: { address } }));
    assert.equal((await get("video")).status, 404, String(address));
    assert.equal((await get("video", { query: "?play=1" })).status, 404, String(address));
  }
  await server.d1("delete from contacts");
  assert.equal((await get("video")).status, 404, "nothing is left of somebody who was erased");
});

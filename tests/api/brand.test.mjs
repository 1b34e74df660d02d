// The shop's brand: what messages lack without it, what is refused, and two people who change it at once.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start } from "../harness.mjs";

let server, api;
before(async () => (server = await start({ now: "2026-03-02T09:00:00Z" })));
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  api = await server.api("owner");
});

const whole = {
  name: "Ada's Coffee", site: "https://ada.example", colours: { background: "#ffffff", text: "#111111", accent: "#1F5FBF", on_accent: "#ffffff" },
  logo: null, sender: "Ana Reis", sender_role: "Customer care", from: "ana@ada.example", reply_to: "ana@ada.example",
  postal_address: "Rua 1\n4000 Porto", sms_sender: "Ada", tone: "plain", locale: "pt-PT", link_hosts: ["ada.example", ".ada.example"], names_tickets: true,
};

test("a new shop has a plain brand under its own name, which says what it lacks", async () => {
  const { brand, meta } = (await api.get("/api/brand")).json;
  assert.equal(brand.name, (await api.get("/api/shop")).json.shop.name);
  assert.deepEqual([meta.version, meta.updated_at], [1, null]);
  assert.deepEqual(meta.missing.map(({ field }) => field), ["sender", "from", "reply_to", "postal_address", "site"]);
  assert.ok(meta.missing.every(({ fix }) => fix.length > 10));
});

test("a whole brand is kept as it was written, and lacks nothing", async () => {
  const answer = await api.put("/api/brand", whole);
  assert.equal(answer.status, 200, answer.text);
  const { brand, meta } = (await api.get("/api/brand")).json;
  assert.deepEqual([brand, meta.missing, meta.version], [whole, [], 2]);
});

test("of two people at once the second is told what stands, and nothing is lost", async () => {
  const first = await api.put("/api/brand", whole, { "if-match": '"1"' });
  assert.equal(first.status, 200);
  const second = await api.put("/api/brand", { ...whole, sender: "Max" }, { "if-match": '"1"' });
  assert.deepEqual([second.status, second.json.code, second.json.conflict.yours, second.json.conflict.current], [412, "stale", 1, 2]);
  assert.equal(second.json.conflict.resource.sender, "Ana Reis");
  assert.equal((await api.request("PUT", "/api/brand", whole)).status, 428);
});

test("each value that a message could not carry is refused at its field", async () => {
  const cases = {
    name: [" ", "x".repeat(101), "a\nb"],
    site: ["http://ada.example", "javascript:alert(1)", "https://127.0.0.1"],
    reply_to: ["ana", "Ana <a@b.c>", "a@b.c\r\nBcc: x@y.z"],
    sender: ["Ana\r\nBcc: x"],
    sms_sender: ["TwelveLetter", "123", "Café"],
    locale: ["English", "<b>"],
    logo: ["https://evil.example/x.png", "/images/../api/shop"],
    link_hosts: [["*"], ["a b"], ["https://ada.example"]],
  };
  for (const [field, values] of Object.entries(cases)) {
    for (const value of values) {
      const answer = await api.put("/api/brand", { ...whole, [field]: value });
      assert.deepEqual([answer.status, Object.keys(answer.json.fields)], [422, [field]], `${field} ${JSON.stringify(value)}: ${answer.text}`);
    }
  }
  const colours = await api.put("/api/brand", { ...whole, colours: { ...whole.colours, accent: "red;background:url(//evil)" } });
  assert.deepEqual(Object.keys(colours.json.fields), ["colours.accent"]);
  assert.equal((await api.get("/api/brand")).json.meta.version, 1);
});

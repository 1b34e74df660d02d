// Every message to every customer of both sample shops, in every form: no hole, no wrong fact, nothing that the lint refuses. They are read
// by a checker that knows only the shops' files, and that itself is tried with planted faults.
//
// REKINDLE_CUSTOMERS (30): of each shop.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { start, uuid7 } from "../harness.mjs";
import { prepare, read, SHOP } from "../messages.mjs";
import { NOW } from "../sample.mjs";
import { check } from "../truth.mjs";

const CUSTOMERS = Number(process.env.REKINDLE_CUSTOMERS ?? 30);
const HOUR = 3_600_000;

const server = await start({ now: NOW });
after(() => server.stop());

for (const shop of ["store", "saas"]) {
  let api, campaign, people, truth;
  const written = new Map();
  const messages = async (id, query = "") => {
    const answer = await api.get(`/api/campaigns/${campaign}/messages?customer=${id}${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.messages;
  };

  test(`the ${shop} and what it is written with`, { timeout: HOUR }, async () => {
    await server.reset();
    await server.seams.clock(NOW);
    api = await server.api("owner");
    ({ campaign, people, truth } = await prepare(server, api, shop, CUSTOMERS));
    assert.ok(people.length >= CUSTOMERS * 0.9, `${people.length} customers`);
  });

  test(`${shop}: thirty messages to each customer say nothing that their rows do not`, { timeout: HOUR }, async (t) => {
    const wrong = [];
    const refused = [];
    let [count, fallbacks, marketing, millis] = [0, 0, 0, 0];
    for (const { id, number } of people) {
      const from = performance.now();
      const all = await messages(id);
      millis += performance.now() - from;
      assert.equal(all.length, 30);
      written.set(number, all);
      const theirs = truth(number);
      for (const one of all) {
        count += 1;
        const at = `${number} ${one.message.step} ${one.message.channel}`;
        for (const what of check(read(one), theirs, SHOP)) wrong.push(`${at}: ${what}`);
        for (const { severity, code, found } of one.findings) if (severity === "error") refused.push(`${at}: ${code} ${found}`);
        if (one.message.channel === "email") {
          marketing += 1;
          fallbacks += Number(one.message.is_fallback);
          assert.ok(one.words >= 150 && one.words <= 200, `${at}: ${one.words} words`);
        }
      }
    }
    t.diagnostic(`${count} messages to ${people.length} customers, ${Math.round((1000 * count) / millis)} a second written, read and laid out by the worker; two facts or more in ${marketing - fallbacks} of ${marketing} mails`);
    assert.deepEqual(wrong, []);
    assert.deepEqual(refused, []);
  });

  test(`${shop}: no two people of other facts are opened alike`, () => {
    const openings = new Map();
    for (const [number, all] of written) {
      for (const { message } of all.filter(({ message }) => message.channel === "email")) {
        const opening = message.parts.filter(({ slot }) => slot === "opening").map(({ text }) => text).join("\n");
        const { since, last, orders, seats, plan } = truth(number);
        const all = { customer_since: since, last_order: last?.day, last_item: last?.items[0], orders, seats, plan };
        const facts = Object.fromEntries(message.facts.filter((key) => key in all).map((key) => [key, all[key]]));
        if (openings.has(opening)) assert.deepEqual(facts, openings.get(opening), `${number} ${message.step}: ${opening}`);
        openings.set(opening, facts);
      }
    }
  });

  // Each takes a true message in which its words stand, and makes one of them false.
  const plants = {
    store: [
      ["another day of the order", /order of (\d+) (\w+)/, (_, day, month) => `order of ${(Number(day) % 27) + 1} ${month}`],
      ["one order more", /(\d+) orders/, (_, count) => `${Number(count) + 1} orders`],
      ["a thing that was never bought", /you chose (.+?)\. I'd/, () => "you chose Titanium teapot. I'd"],
      ["another person's name", /^(Hi|Hello|Dear) [^,\n]+,/m, (_, word) => `${word} Wilhelmina,`],
      ["another year", /first ordered on (\d+ \w+) (\d{4})/, (_, day, year) => `first ordered on ${day} ${Number(year) - 1}`],
      ["a hole", /^(Hi|Hello|Dear) [^,\n]+,/m, (_, word) => `${word} {{ first_name }},`],
      ["a stranger in the text", /I'd like to/, () => "I and Wilhelmina would like to"],
    ],
    saas: [
      ["another code", /code(?: for it)?(?: is)? [A-Z0-9-]{4,}/, () => "code BACK-999"],
      ["a deeper discount", /(\d+)% off/, (_, share) => `${Number(share) + 5}% off`],
      ["a later end", /until (\d+) (\w+ \d{4})/, (_, day, month) => `until ${(Number(day) % 27) + 1} ${month}`],
      ["one seat more", /(\d+) seats/, (_, seats) => `${Number(seats) + 1} seats`],
      ["a foreign link", /https:\/\/www\.fernwood\.example/, () => "https://fernwood.evil.example"],
      ["an invented figure", /I'd like to/, () => "After 347 visits I'd like to"],
    ],
  };
  test(`${shop}: the checker sees each planted fault`, () => {
    for (const [name, pattern, plant] of plants[shop]) {
      const found = [...written].flatMap(([number, all]) => all.map((one) => [number, read(one)])).find(([, one]) => pattern.test(one.text));
      assert.ok(found, `no message says ${pattern}`);
      const [number, one] = found;
      const spoiled = { ...one, text: one.text.replace(pattern, plant) };
      assert.notEqual(spoiled.text, one.text);
      assert.deepEqual(check(one, truth(number), SHOP), []);
      assert.notDeepEqual(check(spoiled, truth(number), SHOP), [], name);
    }
  });

  test(`${shop}: a returned thing is not asked about, and a letter is the same words`, async () => {
    const [{ id, number }] = people;
    const letter = await messages(id, "&look=letter");
    assert.deepEqual(letter.map(({ message }) => message), written.get(number).map(({ message }) => message));
    assert.notEqual(letter[0].rendered.html, written.get(number)[0].rendered.html);
    const theirs = { ...truth(number), last: { day: "2026-01-01", items: ["Teapot"] }, spoiled: ["Teapot"] };
    assert.notDeepEqual(check({ subjects: ["How did Teapot turn out?"], preheader: "", text: "", promise: null }, theirs, SHOP), []);
  });
}

test("a stranger is not written to, and without a customer it is the brief's words", async () => {
  const api = await server.api("owner");
  const { id } = (await api.post("/api/campaigns", { name: "Brief" })).json.campaign;
  assert.equal((await api.get(`/api/campaigns/${id}/messages?customer=${uuid7()}`)).status, 422);
  assert.equal((await api.get(`/api/campaigns/${uuid7()}/messages`)).status, 404);
  const { messages } = (await api.get(`/api/campaigns/${id}/messages`)).json;
  assert.deepEqual(messages.map(({ message }) => message.channel), Array(5).fill("email"));
  assert.ok(messages.every(({ rendered }) => rendered.html.includes("<html") && !rendered.text.includes("{{")));
});

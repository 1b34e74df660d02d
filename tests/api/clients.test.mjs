// The official clients of Segment and RudderStack, told nothing but another host: what they say they delivered is what is there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Analytics } from "@segment/analytics-node";
import RudderAnalytics from "@rudderstack/rudder-sdk-node";

import { start } from "../harness.mjs";
import { connect } from "../sources.mjs";

const EVENTS = 5_000;
const PEOPLE = 100;

let server, api;
before(async () => {
  server = await start();
  api = await server.api("owner");
});
after(() => server.stop());

// Each client's events: sign-ins, uses of a feature and orders of a hundred people.
const event = (n) => {
  const userId = `u${n % PEOPLE}`;
  if (n % 50 === 0) return { userId, event: "Order Completed", properties: { order_id: `O-${n}`, total: 20 + (n % 7), currency: "USD" } };
  return { userId, event: n % 3 === 0 ? "Signed In" : "Report Exported", properties: { n } };
};

const clients = {
  segment: async (key, send) => {
    const client = new Analytics({ writeKey: key, host: server.url, maxEventsInBatch: 100, flushInterval: 50 });
    const errors = [];
    client.on("error", (error) => errors.push(error));
    await send((message) => client.track(message));
    await client.closeAndFlush({ timeout: 60_000 });
    assert.deepEqual(errors, []);
  },
  rudderstack: async (key, send) => {
    const client = new RudderAnalytics(key, { dataPlaneUrl: server.url, flushAt: 100, flushInterval: 50, maxInternalQueueSize: 2 * EVENTS });
    const errors = [];
    let told = 0;
    await send((message) => client.track(message, (error) => {
      told += 1;
      if (error) errors.push(error);
    }));
    while (told < EVENTS && errors.length === 0) {
      await client.flush();
      await new Promise((next) => setTimeout(next, 20));
    }
    assert.deepEqual(errors, []);
  },
};

for (const [name, run] of Object.entries(clients)) {
  test(`the client of ${name} delivers ${EVENTS} events, and the counts agree exactly`, async () => {
    const source = await connect(api, "segment", { name });
    await run(source.write_key, async (track) => {
      for (let n = 0; n < EVENTS; n++) {
        track(event(n));
        // As a program does that does something besides; the clients keep what waits in memory.
        if (n % 500 === 499) await new Promise((next) => setTimeout(next, 5));
      }
    });
    const [{ id }] = await server.d1("select id from sources where public_id = ?1", source.id);
    const [{ n: stored }] = await server.d1("select count(*) as n from inbox where source = ?1", id);
    assert.equal(stored, EVENTS);
    for (;;) {
      const answer = await api.post("/api/runs", { job: "intake" });
      assert.equal(answer.status, 200, answer.text);
      const { stats } = (await api.get(`/api/sources/${source.id}/stats`)).json;
      if (stats.waiting > 0) continue;
      assert.deepEqual([stats.accepted, stats.duplicate, stats.rejected, stats.dead, stats.parked], [EVENTS, 0, {}, 0, 0]);
      break;
    }
    const [figures] = await server.d1(
      `select (select count(*) from events where source = ?1) as events, (select count(*) from orders where source = ?1) as orders,
        (select sum(amount) from orders where source = ?1) as spent,
        (select count(distinct customer_id) from events where source = ?1) as people`, id,
    );
    const all = Array.from({ length: EVENTS }, (_, n) => event(n));
    const orders = all.filter((one) => one.event === "Order Completed");
    assert.deepEqual(figures, {
      events: all.length - orders.length, orders: orders.length,
      spent: orders.reduce((sum, one) => sum + one.properties.total * 100, 0),
      people: new Set(all.filter((one) => one.event !== "Order Completed").map((one) => one.userId)).size,
    });
  });
}

// What a touch costs the database over its life: from when it is planned until its provider told what became of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { start } from "../harness.mjs";
import { Provider } from "../providers.mjs";
import { brand, byMail, customers, launched, rules } from "../shopfront.mjs";

const NOW = "2026-03-02T15:00:00Z";
const later = (minutes) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
const PEOPLE = 200;
// Twelve rows: the touch planned, claimed, begun, recorded and told of; its entry planned, woken and planned again; the response; three counts. As
// many entries of indexes, which the database counts as rows. Two more, once an entry: what comes of it is looked at. One more a response, so
// that those that are new are found.
const MOST_WRITTEN = 28;

let clock = NOW;
const resend = new Provider("resend", { now: () => Date.parse(clock) });
let server;
before(async () => (server = await start({ now: NOW, outside: { [resend.host]: resend.outside() } })));
after(() => server.stop());

test(`a touch writes at most ${MOST_WRITTEN} rows over its life, entries of indexes among them`, async (t) => {
  await brand(server);
  await rules(server, { canary: 1_000 });
  await resend.connect(await server.api("owner"));
  await customers(server, Array.from({ length: PEOPLE }, () => ({})), { now: NOW });
  await launched(server, { edit: (plan) => byMail(plan, [0]) });
  const minute = async (at) => {
    clock = later(at);
    await server.seams.clock(clock);
    await server.scheduled("* * * * *");
  };
  const planned = () => server.d1("select count(*) as n from touches where state = 'planned'");
  await minute(1);
  await server.d1("update entries set next_at = 1");
  while ((await planned())[0].n < PEOPLE) await minute(2);
  const written = async (job) => (await server.d1("select coalesce(sum(rows_written), 0) as written, coalesce(sum(rows_read), 0) as read from runs where job = ?1", job))[0];
  const before = await written("plan");
  while (resend.accepted.length < PEOPLE) await minute(11);
  // What was sent is looked at by the planner, and told of by the provider.
  await minute(12);
  const after = await written("plan");
  const dispatched = await written("dispatch");
  let told = 0;
  for (const of of resend.accepted.slice(0, 50)) {
    const [answer] = await resend.tell(server.request, [{ kind: "delivered", of }]);
    told += answer.meter.rows_written / 50;
  }
  const each = { planned: before.written / PEOPLE, sent: dispatched.written / PEOPLE, "planned again": (after.written - before.written) / PEOPLE, told };
  const sum = Object.values(each).reduce((all, one) => all + one, 0);
  const words = Object.entries(each).map(([name, rows]) => `${name} ${rows.toFixed(2)}`).join(", ");
  t.diagnostic(`rows written a touch: ${sum.toFixed(2)} (${words}); read to send: ${(dispatched.read / PEOPLE).toFixed(1)}`);
  assert.ok(sum <= MOST_WRITTEN, `${sum.toFixed(2)} rows were written a touch: ${words}`);
});

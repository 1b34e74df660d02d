// A model fitted to a hundred thousand customers and everybody scored by it, on a worker whose memory ends at 96 MiB, and then one
// fitted to them in a browser: how long each takes and how much memory it had. `REKINDLE_CUSTOMERS` takes another number; the small
// versions are in the API and the browser tests.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { open, renderers } from "../browser/browser.mjs";
import { until } from "../harness.mjs";

const CUSTOMERS = Number(process.env.REKINDLE_CUSTOMERS ?? 100_000);
const STEP = 20_000;
const NOW = "2026-03-02T09:20:00Z";
const TODAY = Math.floor(Date.parse(NOW) / 86_400_000);

let at, server;
before(async () => {
  at = await open({ now: NOW });
  server = at.server;
});
after(() => at.stop());

// Each customer has a pace of their own and leaves some day; the hash of customer and order makes gaps uneven.
async function fill() {
  for (let from = 0; from < CUSTOMERS; from += STEP) {
    const numbers = `with recursive n(i) as (select ${from + 1} union all select i + 1 from n where i < ${Math.min(from + STEP, CUSTOMERS)})`;
    await server.d1(`${numbers} insert into customers (id, public_id, external_id, name, name_key, created_at, updated_at)
      select i, printf('01900000-0000-7000-8000-%012x', i), 'C-' || i, 'Name ' || i, 'name ' || i, 0, 0 from n`);
    await server.d1(`${numbers} insert into facets (customer_id, dirty) select i, 1 from n`);
    await server.d1(`${numbers}, paced(i, first, gap, last) as (
        select i, ${TODAY} - 30 - (i * 7919 % 700), 9 + (i * 104729 % 97) * (1 + i % 2), ${TODAY} - case i % 3 when 0 then (i * 15485863 % 600) else 0 end from n
      ), bought(i, k, day) as (
        select i, 0, first from paced
        union all
        select b.i, b.k + 1, b.day + 1 + (p.gap * (20 + (b.i * 31 + b.k * 8117) % 180)) / 100
        from bought b join paced p on p.i = b.i
        where b.k < 59 and b.day + 1 + (p.gap * (20 + (b.i * 31 + b.k * 8117) % 180)) / 100 <= p.last
      )
      insert into orders (source, external_id, customer_id, ordered_at, amount, currency, status, changed_at)
      select 1, i || '-' || k, i, day * 86400000 + 43200000, 1000 + (i * 7 + k * 13) % 9000, 'USD', 'paid', 0 from bought`);
  }
  const [{ orders }] = await server.d1("select count(*) as orders from orders");
  console.log(`${CUSTOMERS} customers, ${orders} orders`);
  await server.d1("insert into wakes (job, due_at) values ('score', 1)");
}

// The crons, as often as it takes; each invocation's time and memory.
async function drive({ hourly = true } = {}) {
  const calls = [];
  const fire = async (cron) => {
    const began = performance.now();
    await server.scheduled(cron);
    calls.push(performance.now() - began);
  };
  if (hourly) await fire("17 * * * *");
  await until(async () => {
    await fire("* * * * *");
    const [{ n }] = await server.d1("select (select count(*) from wakes) + (select count(*) from leases where cursor <> '{}') + (select count(*) from facets where dirty > 0) as n");
    return n === 0;
  }, "the end of all work", 3 * 3_600_000);
  console.log(`${calls.length} crons, the longest ${(Math.max(...calls) / 1_000).toFixed(1)} s`);
}

const mostMemory = () => {
  const most = {};
  for (const { message } of server.logs()) {
    if (!message.startsWith('{"')) continue;
    const { kind, job, megabytes } = JSON.parse(message);
    if (kind === "job") most[job] = Math.max(most[job] ?? 0, megabytes);
  }
  return most;
};

test(`${CUSTOMERS} customers are scored, a model is fitted to them, and they are scored by it`, { timeout: 4 * 3_600_000 }, async () => {
  await fill();
  const began = performance.now();
  await drive();
  console.log(`all of it: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  for (const run of await server.d1("select job, status, pages, counts, rows_read, rows_written, error from runs order by id")) console.log(JSON.stringify(run));
  const memory = mostMemory();
  console.log(`most memory by job, in MiB: ${JSON.stringify(memory)}`);
  assert.deepEqual(await server.d1("select job, error from runs where status <> 'done'"), []);
  const [{ live }] = await server.d1("select json_extract(card, '$.basis') as live from models where live = 1");
  assert.equal(live, "fitted");
  assert.deepEqual(await server.d1("select count(*) as n from facets where dirty <> 0 or tier = 9"), [{ n: 0 }]);
  assert.ok(Object.values(memory).every((megabytes) => megabytes <= 96), JSON.stringify(memory));
});

test(`a browser fits a model to ${CUSTOMERS} customers, and it goes live where it is not worse`, { timeout: 3_600_000 }, async () => {
  const owner = await server.api("owner");
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  await me.visit("/models", "Models");
  const memory = await renderers(at.browser);
  const idle = memory.peak();
  let [pages, bytes] = [0, 0];
  me.context.on("response", async (response) => {
    if (!response.url().includes("/training")) return;
    pages += 1;
    bytes += (await response.body()).length;
  });
  let upload = 0;
  me.context.on("request", (request) => {
    if (request.method() === "PUT") upload = request.postDataBuffer().length;
  });
  const began = performance.now();
  const since = () => `${((performance.now() - began) / 1_000).toFixed(1)} s`;
  await page.getByRole("button", { name: "Fit now" }).click();
  const panel = page.getByRole("region", { name: "Fit in this browser" });
  await panel.getByText(/^Learning from the histories/).waitFor({ timeout: 1_800_000 });
  console.log(`read: ${since()}, ${pages} pages, ${(bytes / 1e6).toFixed(1)} MB; ${await panel.getByText(/^Learning/).textContent()}`);
  await panel.getByText(/^Fitted in \d+\.\d s/).waitFor({ timeout: 1_800_000 });
  memory.stop();
  console.log(`all of it: ${since()}, peak ${memory.peak()} MB of ${idle} MB before, ${(upload / 1e3).toFixed(1)} KB sent`);
  console.log((await panel.innerText()).split("\n").slice(2).join("\n"));
  const [newest] = (await owner.get("/api/models")).json.versions;
  assert.deepEqual([newest.live, newest.source, newest.card.basis, newest.card.customers], [true, "browser", "fitted", CUSTOMERS]);
  console.log(newest.comparison.text);
  await me.end();
  await drive({ hourly: false });
  assert.deepEqual(await server.d1("select count(*) as n from facets where dirty <> 0 or tier = 9"), [{ n: 0 }]);
});

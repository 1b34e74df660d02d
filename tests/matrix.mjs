// A shop of many customers as the matrix sees them, and the page that computes it.

import assert from "node:assert/strict";

// Customers by rows of facets alone, which is all that the matrix reads: every row of it, chances and worth spread over what shops have.
export async function crowd(server, customers) {
  const most = 20_000;
  for (let from = 1; from <= customers; from += most) {
    await server.d1(
      `insert into facets (customer_id, dirty, tier, value_tier, reason, engagement, contact, alone, margin_back, order_back, excluded)
       with recursive n(id) as (select cast(?1 as integer) union all select id + 1 from n where id < ?2)
       select id, 0, 4, id % 3, (id / 3) % 8, (id / 24) % 3, 30 + (id * 7919) % 420, (30 + (id * 7919) % 420) * (40 + (id * 104729) % 50) / 100,
         (1 + id % 3) * (2000 + (id * 1299709) % 30000), (1 + id % 3) * (1500 + (id * 15485863) % 4000), case when id % 50 = 0 then 1 else 0 end
       from n where true
       on conflict (customer_id) do update set contact = excluded.contact, alone = excluded.alone, margin_back = excluded.margin_back,
         order_back = excluded.order_back, value_tier = excluded.value_tier, reason = excluded.reason, engagement = excluded.engagement, excluded = excluded.excluded`,
      from, Math.min(from + most - 1, customers),
    );
  }
}

// Moves a slider as a hand does, and waits until the page has drawn what follows. Milliseconds of each move, layout included.
export const slide = (page, limit, values) =>
  page.evaluate(
    async ([limit, values]) => {
      const slider = document.querySelector(`[data-limit="${limit}"]`);
      const turn = () => new Promise((done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = done;
        port2.postMessage(null);
      });
      const times = [];
      for (const value of values) {
        const before = performance.now();
        slider.value = String(value);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await turn();
        document.body.getBoundingClientRect();
        times.push(performance.now() - before);
      }
      return times;
    },
    [limit, values],
  );

// What the page shows, as numbers: the margin of the shop and of each cell that is on it.
export const shown = (page) =>
  page.evaluate(() => ({
    margin: Number(document.querySelector(".effect").dataset.margin),
    cells: Object.fromEntries([...document.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, Number(cell.dataset.gain)])),
  }));

// Fails unless the page shows what the API answers for these limits.
export async function same(page, api, limits) {
  const answer = await api.post("/api/matrix/preview", { guardrails: limits });
  assert.equal(answer.status, 200, answer.text);
  const { matrix } = answer.json;
  const { margin, cells } = await shown(page);
  assert.equal(margin, matrix.effect.margin);
  assert.ok(Object.keys(cells).length > 0);
  for (const [place, gain] of Object.entries(cells)) assert.equal(gain, matrix.cells[place].gain, `cell ${place}`);
  return matrix;
}

export const limits = async (api) => (await api.get("/api/guardrails")).json.guardrails;

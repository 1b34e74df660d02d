import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { open, run, settled } from "./browser.mjs";

let at;
before(async () => (at = await open()));
after(() => at.stop());

for (const [shop, name] of [
  ["store", /store/i],
  ["saas", /saas|software|accounts/i],
]) {
  test(`the sample ${shop} loads with one click, is scored, and goes with one click`, async () => {
    await at.server.reset();
    const owner = await at.server.api("owner");
    const me = await at.visitor();
    const { page } = me;
    await me.signIn();
    await me.visit("/data", "Data");
    await page.getByRole("button", { name }).first().click();
    await page.getByText("The import is done").waitFor({ timeout: 120_000 });
    const [{ marked, all }] = await at.server.d1("select sum(sample) as marked, count(*) as 'all' from customers");
    assert.equal(all, 500);
    assert.equal(marked, all, "every sample customer carries the mark");
    await run(owner, "fit");
    await run(owner, "score");
    await me.visit("/radar", "Radar");
    const rows = page.getByRole("table", { name: "Customers on Radar" }).getByRole("row");
    await rows.nth(1).waitFor();
    assert.ok((await rows.count()) > 5, "Radar lists people");

    await me.visit("/data", "Data");
    await page.getByRole("button", { name: /remove/i }).click();
    await page.getByText(/sample shop (is|was) removed|removed/i).first().waitFor({ timeout: 60_000 });
    for (const table of ["customers", "contacts", "orders", "events", "facets", "states", "scores", "identities", "consents"]) {
      assert.deepEqual(await at.server.d1(`select count(*) as n from ${table}`), [{ n: 0 }], table);
    }
    await me.visit("/radar", "Radar");
    await page.getByText("No customers yet").waitFor();
    await settled(page);
    await me.end();
  });
}

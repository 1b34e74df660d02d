import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { open } from "./browser.mjs";

const ROWS = 60_000;

let at;
let folder;
before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "rekindle-"));
  at = await open();
});
after(async () => {
  await at.stop();
  rmSync(folder, { recursive: true });
});

test("an import whose tab was closed goes on from the last stored batch when the same file is chosen again", async () => {
  const file = path.join(folder, "orders.csv");
  const rows = ["order_id,customer_id,date,amount,currency"];
  for (let n = 0; n < ROWS; n += 1) rows.push(`r${n},c${n % 3_000},2026-0${1 + (n % 6)}-1${n % 10},${(n % 90) + 1}.25,USD`);
  writeFileSync(file, rows.join("\n"));

  const me = await at.visitor();
  // Leaving the page in the middle breaks off a request.
  me.expect(/ERR_ABORTED|Failed to fetch/);
  await me.signIn();
  const begin = async (page) => {
    await page.goto(`${at.server.url}/data`);
    await page.getByLabel("CSV file").setInputFiles(file);
    await page.getByRole("button", { name: /^(Import|Go on|Resume)/ }).click({ timeout: 60_000 });
  };
  await begin(me.page);
  const progress = async () => (await at.server.d1("select id, status, next_batch, rows_accepted from imports order by id"))[0];
  const before = await until(async () => {
    const import_ = await progress();
    return import_?.next_batch >= 2 && import_;
  }, "the second batch");
  await me.page.close();
  const stored = await progress();
  assert.ok(stored.rows_accepted < ROWS, `the tab was closed too late: ${JSON.stringify(stored)}`);

  const numbers = [];
  const page = await me.context.newPage();
  page.on("request", (request) => {
    if (/\/batches$/.test(request.url())) numbers.push(JSON.parse(request.postData() ?? "{}").number);
  });
  me.context.on("request", (request) => {
    if (/\/batches$/.test(request.url()) && request.postData()) numbers.push(JSON.parse(request.postData()).number);
  });
  await begin(page);
  await page.getByText("The import is done").waitFor({ timeout: 120_000 });
  const imports = await at.server.d1("select status, rows_read, rows_accepted, rows_rejected from imports");
  assert.deepEqual(imports, [{ status: "done", rows_read: ROWS, rows_accepted: ROWS, rows_rejected: 0 }]);
  assert.deepEqual(await at.server.d1("select count(*) as n from orders"), [{ n: ROWS }]);
  for (const number of numbers) assert.ok(number >= before.next_batch, `batch ${number} was sent again`);
  await me.end();
});

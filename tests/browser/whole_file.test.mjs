import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { until } from "../harness.mjs";
import { open } from "./browser.mjs";

const NOW = "2026-03-20T23:40:00Z";
const TODAY = Math.floor(Date.parse(NOW) / 86_400_000);
const ROWS = 2_000;

let at;
let folder;
before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "rekindle-"));
  at = await open({ now: NOW });
});
after(async () => {
  await at.stop();
  rmSync(folder, { recursive: true });
});

test("an import that needs two days is said to, and goes on after midnight with its tab closed", async () => {
  const { server } = at;
  const file = path.join(folder, "orders & more.csv");
  const rows = ["order_id;customer_id;date;amount"];
  for (let n = 0; n < ROWS; n += 1) rows.push(`r${n};c${n % 40};0${1 + (n % 2)}/03/2026;12,50`);
  writeFileSync(file, rows.join("\n"));
  await server.d1("update shop set plan = 'free'");
  await server.d1("insert into usage (day, rows_written) values (?1, 86000)", TODAY);

  const me = await at.visitor();
  await me.signIn();
  const { page } = me;
  const batches = [];
  me.context.on("request", (request) => void (/\/batches$/.test(request.url()) && batches.push(request.url())));
  await page.goto(`${server.url}/data`);
  await page.getByLabel("CSV file").setInputFiles(file);
  await page.getByLabel("Dates").selectOption("day_first");
  await page.getByText("This import needs 2 days on your plan: Rekindle takes the file whole").waitFor();
  await page.getByRole("button", { name: /^Import 2,000 orders/ }).click();
  await page.getByText("Rekindle has the whole file: you can close this tab").filter({ visible: true }).first().waitFor();
  const stored = async () => (await server.d1("select status, file_name, rows_read, rows_accepted from imports"))[0];
  await until(async () => {
    await server.scheduled("* * * * *");
    return (await stored()).status === "paused";
  }, "the pause at the limit");
  await page.close({ runBeforeUnload: true });

  const history = await me.context.newPage();
  await history.goto(`${server.url}/data/history`);
  await history.getByText("Goes on by itself").waitFor();
  await history.getByText(/Paused until 21 Mar/).waitFor();
  await history.getByRole("button", { name: "Cancel the import of orders & more.csv" }).waitFor();

  await server.seams.clock("2026-03-21T00:01:00Z");
  await until(async () => {
    await server.scheduled("* * * * *");
    return (await stored()).status === "done";
  }, "the end of the import");
  assert.deepEqual(await stored(), { status: "done", file_name: "orders & more.csv", rows_read: ROWS, rows_accepted: ROWS });
  assert.deepEqual(await server.d1("select distinct ordered_at, amount from orders order by 1"), [
    { ordered_at: Date.parse("2026-03-01T12:00:00Z"), amount: 1250 },
    { ordered_at: Date.parse("2026-03-02T12:00:00Z"), amount: 1250 },
  ]);
  assert.deepEqual(batches, []);
  await me.end();
});

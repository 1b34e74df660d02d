// The sample shops as the app loads them: their files, the rows in them, and a server that holds one.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import { root, until } from "./harness.mjs";
import { ran } from "./rows.mjs";

// The day after the files end: on it, and on no other, an import moves no date.
export const NOW = "2026-07-02T09:00:00Z";

const ORDER = ["rates", "customers", "orders", "events"];

export function text(shop, kind) {
  const file = path.join(root, "dist", "samples", shop, `${kind}.csv.gz`);
  assert.ok(existsSync(file), "the sample shops are not made: run `cargo xtask build`");
  return gunzipSync(readFileSync(file)).toString("utf8");
}

// Rows as objects. Cells may be quoted; no cell of the samples holds a line break.
export function rows(csv) {
  const [header, ...lines] = csv.trimEnd().split("\n").map(cells);
  return lines.map((line) => Object.fromEntries(header.map((name, at) => [name, line[at] ?? ""])));
}

function cells(line) {
  const found = [];
  for (let at = 0; at <= line.length; at += 1) {
    if (line[at] === '"') {
      let cell = "";
      for (at += 1; !(line[at] === '"' && line[at + 1] !== '"'); at += 1) {
        if (line[at] === '"') at += 1;
        cell += line[at];
      }
      found.push(cell);
      at += 1;
    } else {
      const end = line.indexOf(",", at);
      const to = end < 0 ? line.length : end;
      found.push(line.slice(at, to));
      at = to;
    }
  }
  return found;
}

// Loads, folds, scores and places one shop; `keep` leaves out customers by their number.
export async function load(api, shop, keep = () => true) {
  for (const kind of ORDER) {
    const [header, ...lines] = text(shop, kind).trimEnd().split("\n");
    const column = header.split(",").indexOf("customer_id");
    const kept = column < 0 ? lines : lines.filter((line) => keep(cells(line)[column]));
    const sent = await api.post(`/api/imports?kind=${kind}&sample=${shop}&shift_days=0&file_name=${kind}.csv`, [header, ...kept].join("\n"), { "content-type": "text/csv" });
    assert.equal(sent.status, 202, sent.text);
    await until(async () => {
      await ran(api, "import");
      const { status, error } = (await api.get(`/api/imports/${sent.json.import.id}`)).json.import;
      assert.ok(status !== "failed", error);
      return status === "done";
    }, `the import of ${kind}`, 300_000);
  }
  await ran(api, "intake");
  await ran(api, "score");
  await ran(api, "segments");
}

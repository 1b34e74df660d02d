// Sources in tests: connected, pushed to, and told apart from those of the test before.

import assert from "node:assert/strict";

import { uuid7 } from "./harness.mjs";

export const basic = (key) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` });

// A worker counts refusals in its memory and writes them down a little later, by the number of the source. A test that begins with an
// empty store would give its sources the numbers of the last test's: so each begins where no number was.
let numbers = 1_000;
export async function apart(server) {
  numbers += 1_000;
  await server.d1("insert into sources (id, public_id, kind, name, created_at) values (?1, ?2, 'file', 'Numbers begin here', 0)", numbers, uuid7());
}

export async function connect(api, kind, more = {}) {
  const answer = await api.post("/api/sources", { kind, name: `My ${kind}`, ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.source;
}

export async function counts(api, source) {
  const { stats } = (await api.get(`/api/sources/${source.id}/stats`)).json;
  return { duplicate: stats.duplicate, rejected: stats.rejected };
}

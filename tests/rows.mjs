// Imports as a browser sends them: rows, batches, and what the store holds afterwards.

import assert from "node:assert/strict";

import { sha256 } from "./harness.mjs";

const COLUMNS = {
  orders: { order_id: 0, customer_id: 1, date: 2, amount: 3 },
  customers: { customer_id: 0, email: 1, name: 2 },
  events: { event_id: 0, customer_id: 1, event: 2, time: 3 },
  rates: { currency: 0, date: 1, rate: 2 },
};

export const options = (kind) => ({
  kind,
  encoding: "utf8",
  delimiter: ",",
  header: true,
  date_order: "year_first",
  decimal_comma: false,
  columns: COLUMNS[kind],
  currency: "USD",
  time_zone: "UTC",
  shift_days: 0,
});

// `day` is an ISO date; an order without a time is at noon, as the parser has it.
export const order = (n, customer, day, amount = 1000, more = {}) => ({
  line: n + 1,
  key: { own: `O-${n}` },
  external_id: `${customer}`,
  ordered_at: Date.parse(`${day}T12:00:00Z`),
  amount,
  currency: "USD",
  status: "paid",
  ...more,
});

export const event = (n, customer, day, name = "Email Opened", properties = {}, who = {}) => ({
  line: n + 1,
  key: { own: `E-${n}` },
  external_id: `${customer}`,
  event: name,
  occurred_at: Date.parse(`${day}T12:00:00Z`),
  properties,
  ...who,
});

export const person = (id, email, more = {}) => ({
  line: 2, external_id: `${id}`, email, kind: null, phone: null, country: null, time_zone: null, created_at: null, ...more,
});

export async function begin(api, kind, { file = "file.csv", sample } = {}) {
  const body = { file_name: file, file_size: file.length, file_digest: sha256(`${kind} ${file}`), options: options(kind), sample };
  const answer = await api.post(`/api/imports?kind=${kind}`, body);
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer.json.import;
}

export const send = (api, id, number, kind, rows, { last = true, rejected = [] } = {}) =>
  api.post(`/api/imports/${id}/batches`, { number, rows: { kind, rows }, rejected, rows_read: rows.length + rejected.length, last });

// One import of one batch, to its end.
export async function imported(api, kind, rows, how = {}) {
  const { id } = await begin(api, kind, how);
  const answer = await send(api, id, 0, kind, rows, how);
  assert.equal(answer.status, 200, answer.text);
  return { ...answer.json.import, meter: answer.meter };
}

// A job to its end, however many invocations it takes.
export async function ran(api, job) {
  const answer = await api.post("/api/runs", { job });
  assert.equal(answer.status, 200, answer.text);
  return { ...answer.json.run, meter: answer.meter };
}

// The model of now for good, so that no fit comes between: give it to `keepModel` after each reset.
export async function aModel(server, api) {
  await ran(api, "score");
  const [{ parameters, card }] = await server.d1("select parameters, card from models where live = 1");
  return { parameters, card: JSON.stringify({ ...JSON.parse(card), basis: "fitted" }) };
}

export const keepModel = (server, { parameters, card }, at) =>
  server.d1("insert into models (name, parameters, card, live, created_at) values ('risk', ?1, ?2, 1, ?3)", parameters, card, at);

// Rows of scores and facets without where customers stand in the shop: that follows the shop's thirds, which a run of segments finds in
// its own time.
const PLACE = ["value_tier", "win_back", "segment", "waiting", "regain", "contact", "alone", "margin_back", "order_back"];
export const unplaced = (rows) => rows.map((row) => {
  const rest = Object.fromEntries(Object.entries(row).filter(([name]) => !PLACE.includes(name)));
  if (typeof row.score !== "string") return rest;
  const { cell, chances, ...score } = JSON.parse(row.score);
  return { ...rest, score };
});

// What scoring left, without times and versions.
export const scored = async (server) => ({
  states: await server.d1("select customer_id, state from states order by 1"),
  scores: unplaced(await server.d1("select customer_id, score, history from scores order by 1")),
  facets: unplaced(await server.d1("select * from facets order by 1")),
});

export const counts = ({ rows_read, rows_accepted, rows_duplicate, rows_rejected }) => [rows_read, rows_accepted, rows_duplicate, rows_rejected];

// A file server on this machine, and sources that fetch from it.

import assert from "node:assert/strict";
import { createServer } from "node:http";

// `serve(path, handler)` answers a path by `(request, response)`; `asked` has the requests, `outside` is for `start` of the harness.
export async function files() {
  const real = globalThis.fetch;
  const handlers = new Map();
  const asked = [];
  const server = createServer((request, response) => {
    const path = request.url.split("?")[0];
    asked.push({ path, headers: request.headers });
    const handler = handlers.get(path);
    if (handler === undefined) response.writeHead(404).end("nothing");
    else handler(request, response);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const host = `127.0.0.1:${server.address().port}`;
  return {
    host,
    url: (path) => `http://${host}${path}`,
    asked,
    serve: (path, handler) => handlers.set(path, handler),
    clear: () => {
      handlers.clear();
      asked.length = 0;
    },
    outside: { [host]: (request) => real(request, { redirect: "manual" }) },
    stop: () => new Promise((stopped) => server.close(stopped).closeAllConnections()),
  };
}

// A body with headers, in one piece.
export const file = (body, headers = {}) => (_, response) => response.writeHead(200, { "content-type": "text/csv", ...headers }).end(body);

// Orders of customers `first` to `first + n - 1`, one a line.
export const orders = (n, first = 1, header = "order_id,customer_id,email,date,amount") =>
  [header, ...Array.from({ length: n }, (_, i) => `O-${first + i},C-${first + i},c${first + i}@example.com,2026-01-18,${10 + (i % 90)}.00`)].join("\n") + "\n";

export async function connect(api, settings, more = {}) {
  const answer = await api.post("/api/sources", { kind: "pull", name: "Nightly", settings: { file_kind: "orders", ...settings }, ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.source;
}

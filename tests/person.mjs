// Somebody of the team who is signed in: a client with their cookie, as the browser would call.

import { randomBytes } from "node:crypto";

import { sha256, uuid7 } from "./harness.mjs";

const DAY = 86_400_000;

// `row` is the number in users, `id` the public one, `at` the time of the server's clock.
export async function person(server, role, name = `${role} person`, at = Date.now()) {
  const id = uuid7();
  const email = `${id}@example.com`;
  await server.d1(
    "insert into users (public_id, email, name, role, created_at, updated_at) values (?1, ?2, ?3, ?4, 0, 0)",
    id, email, name, role,
  );
  const [{ id: row }] = await server.d1("select id from users where public_id = ?1", id);
  const secret = randomBytes(32).toString("base64url");
  await server.d1(
    "insert into sessions (token_hash, user_id, created_at, seen_at, expires_at) values (?1, ?2, ?3, ?3, ?4)",
    sha256(secret), row, at, at + DAY,
  );
  const own = { origin: server.url, cookie: `__Host-rekindle=${secret}` };
  const call = (method) => (target, body, headers) => server.request(method, target, body, { ...own, ...headers });
  return {
    row,
    id,
    name,
    get: (target, headers) => call("GET")(target, undefined, headers),
    post: call("POST"),
    patch: call("PATCH"),
    delete: (target, headers) => call("DELETE")(target, undefined, headers),
  };
}

// The header that names the version a change was made from.
export const from = (version) => ({ "if-match": `"${version}"` });

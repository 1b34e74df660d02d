// The team: who may sign in and as what, and that a change of it holds at once.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { start, until, uuid7 } from "../harness.mjs";

const NOW = "2026-03-02T09:00:00Z";

let server, owner;
before(async () => {
  server = await start({ now: NOW });
});
after(() => server.stop());
beforeEach(async () => {
  await server.reset();
  await server.seams.clock(NOW);
  owner = await server.person();
});

const version = (number) => ({ "if-match": `"${number}"` });
const audited = async (action) => server.d1("select * from audit where action = ?1 order by id", action);
const user = async (email) => (await server.d1("select * from users where email = ?1", email))[0];
const people = async (client = owner) => (await client.get("/api/people")).json.people;
const status = async (client) => (await client.get("/api/session")).status;
const add = (body) => owner.post("/api/people", { email: "new@example.com", name: "Nia New", role: "marketer", ...body });

test("the team is known to all of it, addresses and sessions to owners only", async () => {
  const viewer = await server.person({ role: "viewer" });
  const [forOwner] = (await people()).filter(({ id }) => id === viewer.id);
  assert.deepEqual(
    [forOwner.name, forOwner.email, forOwner.role, forOwner.disabled, forOwner.sessions, forOwner.last_seen],
    ["Test viewer", "viewer@example.com", "viewer", false, 1, "2026-03-02T09:00:00Z"],
  );
  const forViewer = await people(viewer);
  assert.deepEqual(forViewer.map(({ name }) => name), ["Test owner", "Test viewer"]);
  for (const { email, sessions, last_seen } of forViewer) assert.deepEqual([email, sessions, last_seen], [null, null, null]);
});

test("somebody who was added is invited, signs in with the role they were given, and stands in the audit log", async () => {
  const answer = await add({ email: " New@Example.com ", name: " Nia New " });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual([answer.json.person.email, answer.json.person.name, answer.json.person.version], ["new@example.com", "Nia New", 1]);
  const [mail, ...more] = (await server.seams.outbox()).outbox;
  assert.deepEqual([mail.recipient, more.length], ["new@example.com", 0]);
  const token = mail.body.match(/\/sign-in#(\S+)/)[1];
  const signedIn = await server.request("POST", "/api/session", { token }, { origin: server.url });
  assert.equal(signedIn.status, 201, signedIn.text);
  assert.equal(signedIn.json.session.user.role, "marketer");
  const [line] = await audited("person_added");
  assert.deepEqual([line.actor_kind, line.actor_name, line.object_id, line.object_name], ["person", "Test owner", answer.json.person.id, "Nia New"]);
  assert.deepEqual(JSON.parse(line.fields), [{ name: "role", to: "marketer" }]);
});

test("an address that somebody has is refused with the field's name, and nothing is written", async () => {
  const answer = await add({ email: "OWNER@example.com" });
  assert.equal(answer.status, 409);
  assert.equal(answer.json.code, "taken");
  assert.match(answer.json.fields.email, /has this address/);
  assert.deepEqual([(await audited("person_added")).length, (await people()).length], [0, 1]);
});

test("what is no address, no name or no role is refused with the field's name", async () => {
  for (const [field, body] of [
    ["email", { email: "nobody" }],
    ["email", { email: "a@b.c\r\nbcc: d@e.f" }],
    ["name", { name: "  " }],
    ["name", { name: "x".repeat(101) }],
    ["role", { role: "root" }],
  ]) {
    const answer = await add(body);
    assert.equal(answer.status, 422, JSON.stringify(body));
    assert.ok(answer.json.fields[field], answer.text);
  }
  assert.equal((await people()).length, 1);
});

test("another role ends sessions, unused links and tokens in the same write, so that the next request is a stranger's", async () => {
  const manager = await server.person({ role: "owner", email: "manager@example.com" });
  const made = await manager.post("/api/tokens", { name: "Sync", permissions: ["edit"] });
  const token = { authorization: `Bearer ${made.json.token.secret}` };
  const link = (await server.signInLink({ email: "manager@example.com" })).split("#")[1];
  assert.equal(await status(manager), 200);
  assert.equal((await server.request("GET", "/api/shop", undefined, token)).status, 200);

  const answer = await owner.patch(`/api/people/${manager.id}`, { role: "marketer" }, version(1));
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.json.person.role, answer.json.person.version, answer.json.person.sessions], ["marketer", 2, 0]);
  assert.equal(await status(manager), 401, "the same cookie");
  assert.equal((await server.request("GET", "/api/shop", undefined, token)).status, 401, "the token they made");
  assert.equal((await server.request("POST", "/api/session", { token: link }, { origin: server.url })).status, 410, "a link of before");
  const { id } = await user("manager@example.com");
  assert.deepEqual(await server.d1("select * from sessions where user_id = ?1", id), []);
  assert.deepEqual(await server.d1("select revoked_at from tokens where created_by = ?1", id), [{ revoked_at: Date.parse(NOW) }]);
  assert.equal(await status(owner), 200, "whoever changed it stays signed in");

  const [line] = await audited("person_changed");
  assert.deepEqual(JSON.parse(line.fields), [{ name: "role", from: "owner", to: "marketer" }]);
});

test("a new name ends nothing", async () => {
  const viewer = await server.person({ role: "viewer" });
  const answer = await owner.patch(`/api/people/${viewer.id}`, { name: "Vera" }, version(1));
  assert.equal(answer.json.person.name, "Vera");
  assert.equal((await viewer.get("/api/session")).json.session.user.name, "Vera");
});

test("a person who is switched off is out at once, and may sign in again once switched on", async () => {
  const viewer = await server.person({ role: "viewer" });
  const off = await owner.patch(`/api/people/${viewer.id}`, { disabled: true }, version(1));
  assert.deepEqual([off.status, off.json.person.disabled, off.json.person.sessions], [200, true, 0]);
  assert.equal(await status(viewer), 401);
  const link = (await server.signInLink({ email: "viewer@example.com" })).split("#")[1];
  assert.equal((await server.request("POST", "/api/session", { token: link }, { origin: server.url })).status, 410);

  const on = await owner.patch(`/api/people/${viewer.id}`, { disabled: false }, version(2));
  assert.deepEqual([on.status, on.json.person.disabled], [200, false]);
  assert.equal(await status(viewer), 401, "the old session stays ended");
  assert.equal(await status(await server.person({ role: "viewer" })), 200);
});

test("the last owner who can sign in stays one", async () => {
  await server.signInLink({ email: "off@example.com" });
  await server.d1("update users set disabled_at = 1 where email = 'off@example.com'");
  for (const change of [{ role: "manager" }, { disabled: true }, { role: "manager", disabled: true }]) {
    const answer = await owner.patch(`/api/people/${owner.id}`, change, version(1));
    assert.equal(answer.status, 409, JSON.stringify(change));
    assert.equal(answer.json.code, "last_owner");
  }
  const { role, disabled_at, version: stored } = await user("owner@example.com");
  assert.deepEqual([role, disabled_at, stored], ["owner", null, 1]);
  assert.equal(await status(owner), 200);
  assert.deepEqual(await audited("person_changed"), [], "what was refused is no change");
  assert.equal((await owner.patch(`/api/people/${owner.id}`, { name: "Olga" }, version(1))).status, 200, "a name may change");
});

test("two owners who demote each other in the same moment leave one", async () => {
  const other = await server.person({ email: "other@example.com" });
  await server.seams.arm("people.before_change");
  const both = [
    owner.patch(`/api/people/${other.id}`, { role: "viewer" }, version(1)),
    other.patch(`/api/people/${owner.id}`, { role: "viewer" }, version(1)),
  ];
  await until(async () => (await server.seams.points()).waiting.length === 2, "both stand before their write");
  await server.seams.release("people.before_change");
  const statuses = (await Promise.all(both)).map((answer) => answer.status);
  assert.deepEqual(statuses.sort(), [200, 409]);
  const owners = await server.d1("select email from users where role = 'owner' and disabled_at is null");
  assert.equal(owners.length, 1);
  assert.equal((await audited("person_changed")).length, 1);
});

test("an owner who was demoted while they changed somebody changes nothing", async () => {
  const other = await server.person({ email: "other@example.com" });
  const viewer = await server.person({ role: "viewer" });
  await server.seams.arm("people.before_change");
  const change = other.patch(`/api/people/${viewer.id}`, { role: "owner" }, version(1));
  await server.seams.reached("people.before_change");
  await server.d1("update users set role = 'marketer' where email = 'other@example.com'");
  await server.seams.release("people.before_change");
  assert.equal((await change).status, 403);
  assert.equal((await user("viewer@example.com")).role, "viewer");
  assert.deepEqual(await audited("person_changed"), []);
});

test("a change names its version, and an old one is shown what stands now", async () => {
  const viewer = await server.person({ role: "viewer" });
  const change = (headers) => owner.patch(`/api/people/${viewer.id}`, { name: "Late" }, headers);
  assert.equal((await change()).status, 428);
  assert.equal((await owner.patch(`/api/people/${viewer.id}`, { name: "First" }, version(1))).status, 200);
  const late = await change(version(1));
  assert.equal(late.status, 412);
  assert.deepEqual([late.json.conflict.yours, late.json.conflict.current, late.json.conflict.resource.name], [1, 2, "First"]);
  assert.equal((await user("viewer@example.com")).name, "First");
});

test("ids that are nobody's are not there, on every route that takes one", async () => {
  for (const id of [uuid7(), "1", "00000000-0000-7000-8000-00000000000x"]) {
    assert.equal((await owner.patch(`/api/people/${id}`, { name: "X" }, version(1))).status, 404, id);
    assert.equal((await owner.post(`/api/people/${id}/link`)).status, 404, id);
    assert.equal((await owner.delete(`/api/tokens/${id}`)).status, 404, id);
    assert.equal((await owner.delete(`/api/sessions/${id}`)).status, 404, id);
  }
});

test("a link for somebody works once, in any browser, for 15 minutes, and is written down", async () => {
  const added = (await add()).json.person;
  const answer = await owner.post(`/api/people/${added.id}/link`);
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.link.expires_at, "2026-03-02T09:15:00Z");
  const [address, token] = answer.json.link.address.split("#");
  assert.equal(address, `${server.url}/sign-in`);
  const post = (headers) => server.request("POST", "/api/session", { token }, { origin: server.url, ...headers });
  const signedIn = await post({ cookie: "__Host-rekindle-browser=theirs" });
  assert.equal(signedIn.json.session.user.email, "new@example.com");
  assert.equal((await post()).status, 410);
  const [line] = await audited("link_made");
  assert.deepEqual([line.actor_name, line.object_id], ["Test owner", added.id]);
  assert.ok(!JSON.stringify(await server.d1("select * from audit")).includes(token), "no secret in the log");

  const late = (await owner.post(`/api/people/${added.id}/link`)).json.link.address.split("#")[1];
  await server.seams.clock("2026-03-02T09:15:00Z");
  assert.equal((await server.request("POST", "/api/session", { token: late }, { origin: server.url })).status, 410);
});

test("nobody gets a link to sign in as another owner, who has been here before", async () => {
  const fresh = (await add({ role: "owner" })).json.person;
  assert.equal((await owner.post(`/api/people/${fresh.id}/link`)).status, 201, "an owner who was never here");
  await server.person({ email: "new@example.com" });
  assert.equal((await owner.post(`/api/people/${fresh.id}/link`)).status, 403, "once they were");
  await server.d1("delete from sessions where user_id = (select id from users where email = 'new@example.com')");
  assert.equal((await owner.post(`/api/people/${fresh.id}/link`)).status, 403, "also when their sessions have ended");
  assert.equal((await owner.post(`/api/people/${owner.id}/link`)).status, 201, "for oneself");
  assert.equal((await audited("link_made")).length, 2);
});

test("there is no link for a person who is switched off, and no sixth within an hour", async () => {
  const added = (await add()).json.person;
  for (let n = 2; n <= 5; n += 1) assert.equal((await owner.post(`/api/people/${added.id}/link`)).status, 201, `link ${n}`);
  const sixth = await owner.post(`/api/people/${added.id}/link`);
  assert.equal(sixth.status, 429);
  assert.equal((await audited("link_made")).length, 4, "the invitation is no link that was made by hand");
  await server.d1("update users set disabled_at = 1 where email = 'new@example.com'");
  assert.equal((await owner.post(`/api/people/${added.id}/link`)).json.code, "disabled");
});

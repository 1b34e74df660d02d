// Providers that keep their contract, write down what they took, and fail as they are told to.
//
// Written from their documentation, and with nothing of the worker's code. As an `outside` of the harness it answers in the test's own
// process; as a server it listens on this machine, for runs whose processes are killed.
//
// Resend: a key counts for 24 hours; the same key with the same body has the same answer, with another one 409, while the first is at
// work 409 too. What was refused leaves no key behind. SendGrid: no keys, each request is a mail.

import { createHash, createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import { uuid7 } from "./harness.mjs";

const DAY = 86_400_000;
const SECRET = Buffer.from("0123456789abcdef0123456789abcdef");
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

const CREDENTIALS = {
  resend: { api_key: "re_test", signing_secret: `whsec_${SECRET.toString("base64")}` },
  sendgrid: { api_key: "SG.test", verification_key: publicKey.export({ type: "spki", format: "der" }).toString("base64") },
};

// What may go wrong with a request. `taken`: the provider took it all the same. `answers`: what comes back; without it nothing does.
const FAULTS = {
  429: { answers: ({ retryAfter = 30 }) => reply(429, { name: "rate_limit_exceeded", message: "Too many requests" }, { "retry-after": `${retryAfter}` }) },
  500: { answers: () => reply(500, { name: "internal_server_error", message: "Something went wrong" }) },
  401: { answers: () => reply(401, { name: "invalid_api_key", message: "The key is not valid" }) },
  hang: { lost: "hang" },
  drop: { lost: "drop" },
  taken_500: { taken: true, answers: () => reply(500, { name: "internal_server_error", message: "Something went wrong" }) },
  taken_hang: { taken: true, lost: "hang" },
  taken_drop: { taken: true, lost: "drop" },
};

const reply = (status, body, headers = {}) => ({ status, headers: { "content-type": "application/json", ...headers }, body: body === null ? "" : JSON.stringify(body) });

export class Provider {
  // `now`: its clock, in milliseconds. `plan`: `(asked, number) => fault`, where a fault is a name or `{ fault, … }`, or nothing.
  // `before`: `(phase, asked) => promise`, at "asked", "taken" and (of SendGrid) between two requests: where a test acts.
  constructor(kind, { name = kind, now = Date.now, plan = () => undefined, before = async () => {}, refuses = /@refused\.example$/ } = {}) {
    Object.assign(this, { kind, name, now, plan, before, refuses, host: `api.${name}.example` });
    // Every request to send, whatever came of it; and every mail that was taken.
    this.asked = [];
    this.accepted = [];
    this.keys = new Map();
    this.stopped = new Set();
  }

  // One request: what is answered, or how it is lost.
  async handle({ method, path, headers, body }) {
    if (method === "GET") return this.#look(path);
    const paths = this.kind === "resend" ? ["/emails", "/emails/batch"] : ["/v3/mail/send"];
    if (method !== "POST" || !paths.includes(path)) return reply(404, { name: "not_found", message: "The requested endpoint does not exist" });
    const asked = { number: this.asked.length, at: this.now(), path, key: headers.get("idempotency-key") ?? null, body, mails: mails(this.kind, body) };
    this.asked.push(asked);
    const planned = this.plan(asked, asked.number);
    const fault = typeof planned === "object" ? planned : { fault: planned };
    asked.fault = fault.fault;
    await this.before("asked", asked);
    const { taken = true, lost, answers } = fault.fault === undefined ? {} : { taken: false, ...FAULTS[fault.fault] };
    let answer = taken ? await this.#take(asked) : undefined;
    if (taken) await this.before("taken", asked);
    if (lost) return { lost };
    answer = answers?.(fault) ?? answer;
    asked.status = answer.status;
    answer.asked = asked;
    return answer;
  }

  #look(path) {
    if (this.kind === "resend" && path === "/domains") return reply(200, { data: [{ id: uuid7(), name: "northwind.example", status: "verified" }] });
    if (this.kind === "sendgrid" && path === "/v3/scopes") return reply(200, { scopes: ["mail.send"] });
    return reply(404, { name: "not_found", message: "The requested endpoint does not exist" });
  }

  async #take(asked) {
    const wrong = asked.mails.find(({ to }) => this.refuses.test(to));
    if (this.kind === "sendgrid") {
      if (wrong) return reply(400, { errors: [{ message: "Does not contain a valid address.", field: "personalizations.0.to.0.email" }] });
      const [one] = this.#accept(asked);
      return { ...reply(202, null), headers: { "x-message-id": one } };
    }
    if (wrong) return reply(422, { statusCode: 422, name: "validation_error", message: "Invalid `to` field." });
    const digest = createHash("sha256").update(`${asked.path}\n${asked.body}`).digest("hex");
    const known = asked.key === null ? undefined : this.keys.get(asked.key);
    if (known && known.at > asked.at - DAY) {
      asked.repeats = true;
      if (known.digest !== digest) return reply(409, { statusCode: 409, name: "invalid_idempotent_request", message: "Same idempotency key used with a different request payload." });
      if (known.ids === undefined) return reply(409, { statusCode: 409, name: "concurrent_idempotent_requests", message: "Same idempotency key used while original request is still in progress." });
      return this.#made(asked, known.ids);
    }
    const entry = { digest, at: asked.at };
    if (asked.key !== null) this.keys.set(asked.key, entry);
    await this.before("at work", asked);
    entry.ids = this.#accept(asked);
    return this.#made(asked, entry.ids);
  }

  #made(asked, ids) {
    return reply(200, asked.path === "/emails" ? { id: ids[0] } : { data: ids.map((id) => ({ id })) });
  }

  #accept(asked) {
    return asked.mails.map((mail) => {
      const id = uuid7();
      this.accepted.push({ id, at: asked.at, provider: this.name, request: asked.number, key: asked.key, ...mail });
      return id;
    });
  }

  // For `outside` of the harness: a fault is a connection that breaks, or one that says nothing.
  outside() {
    return async (request) => {
      const { pathname } = new URL(request.url);
      const answer = await this.handle({ method: request.method, path: pathname, headers: request.headers, body: await request.text() });
      if (answer.lost === "drop") throw new TypeError("the connection broke");
      if (answer.lost === "hang") await new Promise((done) => this.stopped.add(done));
      return new Response(answer.body || null, { status: answer.status ?? 503, headers: answer.headers });
    };
  }

  // Lets go of what hangs.
  release() {
    this.stopped.forEach((done) => done());
    this.stopped.clear();
  }

  forget() {
    for (const list of [this.asked, this.accepted]) list.length = 0;
    this.keys.clear();
    this.release();
    this.plan = () => undefined;
    this.before = async () => {};
  }

  // Listens on this machine alone; its address.
  async listen() {
    this.server = createServer((request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("error", () => {});
      response.on("error", () => {});
      request.on("end", async () => {
        const headers = { get: (name) => request.headers[name] ?? null };
        const answer = await this.handle({ method: request.method, path: request.url, headers, body: Buffer.concat(parts).toString() });
        if (answer.lost === "drop") return request.socket.destroy();
        if (answer.lost === "hang") return;
        response.writeHead(answer.status, answer.headers);
        // So that somebody can act between the two halves.
        if (this.halves && answer.asked) {
          const middle = Math.floor(answer.body.length / 2);
          response.write(answer.body.slice(0, middle));
          await this.halves(answer);
          response.end(answer.body.slice(middle));
        } else response.end(answer.body);
      });
    });
    // A worker that was killed leaves connections behind.
    this.server.on("clientError", (_, socket) => socket.destroy());
    await new Promise((ready) => this.server.listen(0, "127.0.0.1", ready));
    this.address = `http://127.0.0.1:${this.server.address().port}`;
    return this.address;
  }

  async close() {
    this.release();
    this.server?.closeAllConnections();
    await new Promise((done) => (this.server === undefined ? done() : this.server.close(done)));
  }

  // A way to send by this provider that was set up and tested: its row with the API's view of it. `base_url`: where it is asked.
  async connect(owner, more = {}) {
    const from = this.kind === "resend" ? "Northwind <ada@northwind.example>" : "ada@northwind.example";
    const base_url = this.address ?? `https://${this.host}`;
    const made = await owner.post("/api/channels", { provider: this.kind, name: this.name, from, base_url, credentials: CREDENTIALS[this.kind], ...more });
    if (made.status !== 201) throw new Error(`${made.status} ${made.text}`);
    const tested = await owner.post(`/api/channels/${made.json.channel.id}/test`, {});
    if (tested.json?.channel?.state !== "live") throw new Error(`${tested.status} ${tested.text}`);
    this.channel = tested.json.channel;
    return this.channel;
  }

  // Tells what became of mails, `[{ kind, of: what was accepted }]`, as the provider signs it; `request(method, path, body, headers)`.
  async tell(request, events) {
    const path = `/hooks/${this.kind}/${this.channel.id}`;
    const seconds = Math.floor(this.now() / 1000);
    const bodies = this.kind === "resend" ? events.map((event) => resendEvent(event, this.now())) : [sendgridEvents(events, seconds)];
    const answers = [];
    for (const body of bodies) {
      const id = `msg_${uuid7()}`;
      const headers = this.kind === "resend"
        ? { "svix-id": id, "svix-timestamp": `${seconds}`, "svix-signature": `v1,${createHmac("sha256", SECRET).update(`${id}.${seconds}.${body}`).digest("base64")}` }
        : { "x-twilio-email-event-webhook-timestamp": `${seconds}`, "x-twilio-email-event-webhook-signature": createSign("sha256").update(`${seconds}${body}`).sign(privateKey, "base64") };
      const answer = await request("POST", path, body, { "content-type": "application/json", ...headers });
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      answers.push(answer);
    }
    return answers;
  }
}

function mails(kind, body) {
  const read = JSON.parse(body);
  if (kind === "sendgrid") {
    const [{ email, name = null }] = read.personalizations[0].to;
    const text = read.content.find(({ type }) => type === "text/plain").value;
    return [{ touch: Number(read.custom_args.touch), to: email, name, from: read.from.email, subject: read.subject, text, headers: read.headers }];
  }
  return (Array.isArray(read) ? read : [read]).map((mail) => {
    const touch = Number(mail.tags.find(({ name }) => name === "touch").value);
    return { touch, to: mail.to[0], name: null, from: mail.from, subject: mail.subject, text: mail.text, headers: mail.headers };
  });
}

const RESEND = { delivered: "email.delivered", bounced: "email.bounced", complained: "email.complained", opened: "email.opened" };
function resendEvent({ kind, of }, now) {
  const bounce = kind === "bounced" ? { bounce: { type: "Permanent", subType: "General", message: "No such mailbox" } } : {};
  return JSON.stringify({ type: RESEND[kind], created_at: new Date(now).toISOString(), data: { email_id: of.id, to: [of.to], tags: { touch: `${of.touch}` }, ...bounce } });
}

const SENDGRID = { delivered: "delivered", bounced: "bounce", complained: "spamreport", opened: "open" };
function sendgridEvents(events, timestamp) {
  const rows = events.map(({ kind, of }) => ({
    event: SENDGRID[kind], email: of.to, timestamp, sg_event_id: uuid7(), sg_message_id: `${of.id}.recvd-1`, touch: `${of.touch}`,
    ...(kind === "bounced" ? { type: "bounce", status: "5.1.1", reason: "No such mailbox" } : {}),
  }));
  return `${JSON.stringify(rows)}\r\n`;
}

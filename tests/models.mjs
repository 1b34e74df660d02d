// Language models as the contracts have them: what they answer, and the traps that a test lays for the next question.

import { readFileSync } from "node:fs";
import path from "node:path";

import { contracts } from "./harness.mjs";

export const { folder, skip } = contracts("llm");
const sample = (name) => JSON.parse(readFileSync(path.join(folder, name), "utf8"));
const json = (body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

// How each provider says `text`, as a whole answer, and as a stream of events.
const SAYS = {
  openai: (text, { end = "stop", refusal = null } = {}) => {
    const answer = sample("openai.chat.completion.json");
    Object.assign(answer.choices[0], { finish_reason: end, message: { ...answer.choices[0].message, content: text, refusal } });
    return json(answer);
  },
  anthropic: (text, { end = "end_turn" } = {}) =>
    json({ ...sample("anthropic.message.json"), content: [{ type: "text", text }], stop_reason: end }),
  // Its REST interface has the shape of OpenAI's beside its own; the binding itself is always remote.
  workers_ai: (text, { end = "stop" } = {}) => {
    const { usage } = sample("workers-ai.text-generation.json").result;
    return json({ choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: end }], usage });
  },
};

const event = (data) => `data: ${JSON.stringify(data)}\n\n`;
const STREAMS = {
  openai: (text) => [
    ...text.match(/[^]{1,40}/g).map((content) => event({ choices: [{ delta: { content }, finish_reason: null }] })),
    event({ choices: [{ delta: {}, finish_reason: "stop" }] }),
    event({ choices: [], usage: { prompt_tokens: 19, completion_tokens: 10 } }),
    "data: [DONE]\n\n",
  ],
  anthropic: (text) => [
    event({ type: "message_start", message: { usage: { input_tokens: 12, output_tokens: 1 } } }),
    ...text.match(/[^]{1,40}/g).map((part) => event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: part } })),
    event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 6 } }),
    event({ type: "message_stop" }),
  ],
};
STREAMS.workers_ai = STREAMS.openai;

const REFUSALS = {
  openai: {
    limited: (headers) => json(sample("openai.error-429.json"), 429, headers),
    quota: () => json({ error: { message: "You exceeded your current quota, please check your plan", type: "insufficient_quota", param: null, code: "insufficient_quota" } }, 429),
    refusal: () => SAYS.openai(null, { refusal: "I'm sorry, I can't help with that." }),
    cut: "length",
  },
  anthropic: {
    limited: (headers) => json(sample("anthropic.error-429.json"), 429, headers),
    quota: () => json({ type: "error", error: { type: "invalid_request_error", message: "Your credit balance is too low to access the API" } }, 400),
    refusal: () => SAYS.anthropic("I cannot help with that.", { end: "refusal" }),
    cut: "max_tokens",
  },
  workers_ai: {
    limited: (headers) => json({ result: null, success: false, errors: [{ code: 3040, message: "Capacity temporarily exceeded" }], messages: [] }, 429, headers),
    quota: () => json({ result: null, success: false, errors: [{ code: 4006, message: "you have used up your daily free allocation of 10,000 neurons" }], messages: [] }, 429),
    refusal: () => SAYS.workers_ai("", { end: "content_filter" }),
    cut: "length",
  },
};

// A server that answers `say(question)` with the words of a model, and what a test laid for the next question instead.
export function model(form, say) {
  const asked = [];
  const traps = [];
  const handle = async (request) => {
    const body = await request.text();
    const question = { path: new URL(request.url).pathname, headers: request.headers, body: JSON.parse(body), text: body };
    asked.push(question);
    const go = () => SAYS[form](say(question));
    return traps.length > 0 ? traps.shift()(question, go) : go();
  };
  const stream = (text) => {
    const parts = STREAMS[form](text).map((part) => new TextEncoder().encode(part));
    const body = new ReadableStream({
      async pull(controller) {
        const part = parts.shift();
        if (part === undefined) return controller.close();
        controller.enqueue(part);
        await new Promise((next) => setTimeout(next, 5));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  return { handle, asked, trap: (answer) => traps.push(answer), says: SAYS[form], stream, ...REFUSALS[form], json };
}

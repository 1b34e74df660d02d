// The least that a worker can do for a push: look the key up by its hash, write one row, answer.

let keys;

export default {
  async fetch(request, env) {
    const key = atob(request.headers.get("authorization").slice(6)).slice(0, -1);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
    const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    keys ??= new Map((await env.DB.prepare("select key_hash, source from write_keys").all()).results.map((row) => [row.key_hash, row.source]));
    const source = keys.get(hash);
    if (source === undefined) return new Response("", { status: 401 });
    const body = await request.text();
    const { messageId, type } = JSON.parse(body);
    await env.DB.prepare("insert into inbox (source, key, topic, body, received_at, sent_at) values (?1, ?2, ?3, ?4, ?5, null) on conflict (source, key) do nothing")
      .bind(source, messageId, type, body, Date.now())
      .run();
    return Response.json({ success: true });
  },
};

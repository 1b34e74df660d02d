// Stores that make codes, as their contracts have it: what they hold, and the traps that a test lays for the next request.

import { readFileSync } from "node:fs";
import path from "node:path";

import { contracts } from "./harness.mjs";

export const samples = ["stripe-codes", "shopify-codes", "woocommerce-codes"].map(contracts);
const sample = (store, name) => JSON.parse(readFileSync(path.join(contracts(store).folder, name), "utf8"));
const json = (body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

// `trap(name, (request, go) => Response)` is laid once for the next request that `matches`; `go()` lets the store do it.
// `lost`: the store does it, and its answer never comes.
function trapped(answer) {
  const traps = [];
  const asked = [];
  const handle = async (request) => {
    const body = await request.text();
    const url = new URL(request.url);
    const question = { method: request.method, path: url.pathname, query: url.searchParams, headers: request.headers, body };
    asked.push(question);
    const at = traps.findIndex(({ matches }) => matches(question));
    const go = () => answer(question);
    return at < 0 ? go() : traps.splice(at, 1)[0].spring(question, go);
  };
  const trap = (matches, spring) => traps.push({ matches, spring });
  const lost = (matches) => trap(matches, async (_, go) => {
    await go();
    throw new TypeError("the connection broke");
  });
  return { handle, trap, lost, asked, traps };
}

// Stripe: coupons by their id, promotion codes whose text is unique among the active ones, answers kept by idempotency key.
export function stripe() {
  const coupons = new Map();
  const codes = [];
  const kept = new Map();
  const made = (form) => Object.fromEntries(new URLSearchParams(form));
  const error = (name) => {
    const { status, json: body, headers } = sample("stripe-codes", name);
    return json(body, status, headers);
  };
  const answer = ({ method, path: at, query, headers, body }) => {
    if (!headers.get("authorization")?.startsWith("Bearer rk_")) return json({ error: { type: "invalid_request_error" } }, 401);
    const key = headers.get("idempotency-key");
    if (method === "POST" && kept.has(key)) {
      const before = kept.get(key);
      return before.body === body ? json(before.answer, before.status) : error("error-idempotency.json");
    }
    const keep = (answer, status = 200) => {
      kept.set(key, { body, answer, status });
      return json(answer, status);
    };
    const form = made(body);
    if (method === "POST" && at === "/v1/coupons") {
      if (coupons.has(form.id)) return error("error-coupon-exists.json");
      const coupon = { ...sample("stripe-codes", "coupon.response.json"), id: form.id, duration: form.duration,
        percent_off: form.percent_off ? Number(form.percent_off) : null, amount_off: form.amount_off ? Number(form.amount_off) : null,
        currency: form.currency ?? null };
      coupons.set(form.id, coupon);
      return keep(coupon);
    }
    if (at.startsWith("/v1/coupons/")) return json(coupons.get(at.split("/").at(-1)));
    if (method === "POST" && at === "/v1/promotion_codes") {
      if (codes.some((code) => code.active && code.code.toUpperCase() === form.code.toUpperCase())) return error("error-coupon-exists.json");
      const code = { ...sample("stripe-codes", "promotion_code.response.json"), id: `promo_${codes.length + 1}`, code: form.code,
        customer: form.customer ?? null, expires_at: Number(form.expires_at), metadata: { rekindle_key: form["metadata[rekindle_key]"] },
        promotion: { coupon: form["promotion[coupon]"], type: "coupon" }, max_redemptions: Number(form.max_redemptions) };
      codes.push(code);
      return keep(code);
    }
    if (method === "GET" && at === "/v1/promotion_codes") {
      return json({ data: codes.filter((code) => !query.get("code") || code.code.toUpperCase() === query.get("code").toUpperCase()) });
    }
    const code = codes.find(({ id }) => at === `/v1/promotion_codes/${id}`);
    if (code) return json(Object.assign(code, { active: form.active !== "false" }));
    return json({ error: { type: "invalid_request_error", code: "resource_missing" } }, 404);
  };
  return { ...trapped(answer), codes, coupons, error };
}

// Shopify: discounts by their code, lots that are imported later than they are answered for.
export function shopify() {
  const discounts = [];
  const lots = [];
  const cost = { extensions: { cost: { requestedQueryCost: 13, throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 1987, restoreRate: 100 } } } };
  const all = () => discounts.flatMap((discount) => discount.codes.map((code) => ({ code, discount })));
  const held = (code) => all().find((one) => one.code.toUpperCase() === code.toUpperCase())?.discount;
  const node = (discount) => discount && { id: discount.id, codeDiscount: { __typename: "DiscountCodeBasic", ...discount.fields, asyncUsageCount: discount.uses,
    codes: { nodes: [{ id: `${discount.id}/1`, code: discount.codes[0] }] } } };
  const fields = ({ title, startsAt, endsAt, usageLimit, customerGets }) => ({ title, status: "ACTIVE", startsAt, endsAt, usageLimit,
    customerGets: { value: { __typename: "DiscountPercentage", percentage: customerGets.value.percentage } } });
  const answer = ({ path: at, headers, body }) => {
    if (at === "/admin/oauth/access_token") return json({ access_token: "shpat_of_client", scope: "write_discounts", expires_in: 86399 });
    if (!headers.get("x-shopify-access-token")?.startsWith("shpat_")) return json({ errors: "[API] Invalid API key or access token" }, 401);
    const { query, variables } = JSON.parse(body);
    const data = (name, value) => json({ data: { [name]: value }, ...cost });
    if (query.includes("currentAppInstallation")) return data("currentAppInstallation", { accessScopes: [{ handle: "write_discounts" }] });
    if (query.includes("discountCodeBasicCreate")) {
      const { input } = variables;
      if (held(input.code)) return json(sample("shopify-codes", "userErrors-taken.response.json"));
      const discount = { id: `gid://shopify/DiscountCodeNode/${discounts.length + 1}`, codes: [input.code], uses: 0, context: input.context, fields: fields(input) };
      discounts.push(discount);
      return data("discountCodeBasicCreate", { codeDiscountNode: node(discount), userErrors: [] });
    }
    if (query.includes("discountCodeBasicUpdate")) {
      const discount = discounts.find(({ id }) => id === variables.id);
      discount.fields = fields(variables.input);
      return data("discountCodeBasicUpdate", { codeDiscountNode: node(discount), userErrors: [] });
    }
    if (query.includes("codeDiscountNodeByCode")) return data("codeDiscountNodeByCode", node(held(variables.code)) ?? null);
    if (query.includes("discountRedeemCodeBulkAdd")) {
      const lot = { id: `gid://shopify/DiscountRedeemCodeBulkCreation/${lots.length + 1}`, polls: 0, codes: variables.codes.map(({ code }) => code),
        discount: discounts.find(({ id }) => id === variables.id), results: new Map() };
      lots.push(lot);
      return data("discountRedeemCodeBulkAdd", { bulkCreation: { id: lot.id, codesCount: lot.codes.length, done: false }, userErrors: [] });
    }
    if (query.includes("discountRedeemCodeBulkCreation")) {
      const lot = lots.find(({ id }) => id === variables.id);
      lot.polls += 1;
      // Imported at the second look.
      if (lot.polls > 1) importLot(lot);
      const nodes = lot.codes.map((code) => {
        const result = lot.results.get(code);
        return { code, discountRedeemCode: result === "ok" ? { id: `gid://shopify/DiscountRedeemCode/${code}`, code, asyncUsageCount: 0 } : null,
          errors: result && result !== "ok" ? [{ code: result, field: ["code"], message: "must be unique" }] : [] };
      });
      return data("discountRedeemCodeBulkCreation", { id: lot.id, done: lot.polls > 1, codesCount: nodes.length, codes: { pageInfo: { hasNextPage: false, endCursor: null }, nodes } });
    }
    if (query.includes("discountCodeDeactivate")) {
      const discount = discounts.find(({ id }) => id === variables.id);
      discount.fields.status = "EXPIRED";
      return data("discountCodeDeactivate", { codeDiscountNode: node(discount), userErrors: [] });
    }
    return json({ errors: [{ message: "undefined", extensions: { code: "undefinedField" } }] });
  };
  const importLot = (lot) => {
    for (const code of lot.codes) {
      if (lot.results.has(code)) continue;
      const is_taken = held(code) !== undefined;
      lot.results.set(code, is_taken ? "TAKEN" : "ok");
      if (!is_taken) lot.discount.codes.push(code);
    }
  };
  const says = (word) => ({ body }) => body.includes(word);
  const throttled = () => json(sample("shopify-codes", "throttled.response.json"));
  return { ...trapped(answer), discounts, lots, importLot, held, says, throttled };
}

// WooCommerce: coupons in lower case; a share above 100 is stored as nothing.
export function woocommerce() {
  const coupons = [];
  const stored = (input) => ({ ...sample("woocommerce-codes", "coupon.response.json"), id: 700 + coupons.length, code: input.code.toLowerCase(),
    amount: Number(input.amount) > 100 && input.discount_type === "percent" ? "0.00" : Number(input.amount).toFixed(2), discount_type: input.discount_type,
    date_expires_gmt: input.date_expires_gmt, usage_limit: input.usage_limit, individual_use: input.individual_use, usage_count: 0,
    minimum_amount: Number(input.minimum_amount ?? 0).toFixed(2), email_restrictions: input.email_restrictions ?? [],
    meta_data: (input.meta_data ?? []).map((meta, at) => ({ id: 5000 + at, ...meta })) });
  const duplicate = () => sample("woocommerce-codes", "error-duplicate.json");
  const create = (input) => {
    if (coupons.some(({ code }) => code === input.code.toLowerCase())) return undefined;
    coupons.push(stored(input));
    return coupons.at(-1);
  };
  const answer = ({ method, path: at, query, headers, body }) => {
    if (headers.get("authorization") !== `Basic ${Buffer.from("ck_1:cs_1").toString("base64")}`) return json({ code: "woocommerce_rest_authentication_error" }, 401);
    const id = Number(at.split("/").at(-1));
    if (method === "GET") return json(coupons.filter(({ code }) => !query.get("code") || code === query.get("code").toLowerCase()));
    if (method === "DELETE") return json(coupons.splice(coupons.findIndex((coupon) => coupon.id === id), 1)[0]);
    if (method === "PUT") return json(Object.assign(coupons.find((coupon) => coupon.id === id), { ...stored(JSON.parse(body)), id }));
    if (at.endsWith("/batch")) {
      const create_one = (input) => create(input) ?? { id: 0, error: { code: duplicate().json.code, message: "exists", data: { status: 400 } } };
      return json({ create: JSON.parse(body).create.map(create_one) });
    }
    const made = create(JSON.parse(body));
    return made ? json(made, 201) : json(duplicate().json, duplicate().status);
  };
  return { ...trapped(answer), coupons };
}

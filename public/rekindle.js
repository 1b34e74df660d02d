// A site's visits and the products that are looked at, told to the shop's Rekindle. docs/snippet.md shows how to set it up.
//
//   <script async src="https://rekindle.example.com/rekindle.js" data-key="…"></script>
//
// Nothing is stored and nothing is sent before the visitor agrees, nor ever where their browser says "do not track" or sends Global
// Privacy Control. It sets no cookies: the visitor's random id lies in the site's local storage, and goes when they take consent back.
// Who is signed in and vouched for by the shop may get a message: rekindle-message.js shows it, and is loaded only where there is one.
(() => {
  const { key, consent: asked } = document.currentScript.dataset;
  const at = (path) => new URL(path, here);
  const here = document.currentScript.src;
  const address = at("/v1/b");
  const early = window.rekindle;
  const refused =
    navigator.globalPrivacyControl || [navigator.doNotTrack, window.doNotTrack, navigator.msDoNotTrack].some((word) => word == "1" || word == "yes");

  const STORED = "rekindle";
  const BATCH = 20;
  const HELD = 100;

  let agreed = false;
  let visitor;
  let person = {};
  // What is not known to have arrived. It outlives the page, in its tab: the worker drops what comes twice.
  let waiting = [];
  let sending = false;
  let pause = 1000;
  // Nothing is sent before this time.
  let rested = 0;
  let seen;

  // A browser may forbid its stores; then each page is a visitor of its own.
  const kept = (name, what) => {
    try {
      const store = window[name + "Storage"];
      if (what === undefined) return store.getItem(STORED);
      if (what) store.setItem(STORED, what);
      else store.removeItem(STORED);
    } catch {}
  };
  const random = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  // Without its query and fragment, where searches, addresses and tokens stand.
  const plain = (link) => link.split(/[?#]/)[0];

  const keep = () => kept("session", waiting.length ? JSON.stringify(waiting) : "");
  const say = (message) => {
    if (refused) return;
    waiting.push({ messageId: random(), timestamp: new Date().toISOString(), ...message, ...person, context: { ...message.context, ...person.context } });
    waiting = waiting.slice(-HELD);
    // The messages of one moment go together.
    if (agreed) setTimeout(send);
  };
  const later = (wait) => {
    rested = Date.now() + (wait || pause);
    setTimeout(send, wait || pause);
    pause = Math.min(pause * 2, 300000);
  };
  const send = () => {
    if (!agreed || sending || !waiting.length || Date.now() < rested) return;
    keep();
    sending = true;
    const some = waiting.slice(0, BATCH);
    const batch = some.map((message) => ({ ...message, anonymousId: visitor }));
    const body = JSON.stringify({ writeKey: key, sentAt: new Date(), batch });
    // As text, so that the browser need not ask first. What is kept alive outlives the page, and may be 64 KB.
    fetch(address, { method: "POST", body, credentials: "omit", keepalive: body.length < 60000 })
      .then((answer) => {
        sending = false;
        // What was refused for good is dropped: it would be refused again.
        if (answer.status == 429 || answer.status > 499) return later(answer.headers.get("retry-after") * 1000);
        pause = 1000;
        waiting = waiting.filter((message) => !some.includes(message));
        keep();
        send();
      })
      .catch(() => {
        sending = false;
        later();
      });
  };

  // The open message of whoever is signed in, asked for once a page. Without the shop's own HMAC nobody gets one.
  let told;
  const ask = () => {
    const { userId, context } = person;
    if (!agreed || !seen || !userId || !context.user_hash || told == seen + userId) return;
    told = seen + userId;
    fetch(at("/v1/inapp?" + new URLSearchParams({ key, user_id: userId, user_hash: context.user_hash })), { credentials: "omit" })
      .then((answer) => answer.ok && answer.json())
      .then(({ message }) => message && show(message))
      .catch(() => {});
  };
  const show = (message) => {
    const script = document.createElement("script");
    script.src = at("/rekindle-message.js");
    script.onload = () => rekindleMessage(message, at(`/v1/inapp/${message.id}/`));
    document.head.append(script);
  };

  // Whether they agree to being measured. Taken back, it leaves nothing on their device.
  const consent = (yes) => {
    if (refused || yes === agreed) return;
    agreed = yes;
    if (yes) {
      visitor = visitor || kept("local") || random();
      kept("local", visitor);
      send();
      ask();
    } else {
      visitor = undefined;
      waiting = [];
      kept("local", "");
      keep();
    }
  };

  const track = (event, properties) => say({ type: "track", event, properties });
  const page = (properties) => {
    const { pathname: path, origin } = location;
    seen = path;
    say({ type: "page", properties, context: { page: { path, title: document.title, url: origin + path, referrer: plain(document.referrer) } } });
    const product = shown();
    if (product) track("Product Viewed", product);
    ask();
  };
  // Who is signed in here. hash: the shop's own HMAC of the id, without which nobody is believed.
  const identify = (userId, user_hash, traits) => {
    person = { userId, context: { user_hash } };
    say({ type: "identify", traits });
    ask();
  };
  // Somebody signed out: who comes next on this device is another visitor.
  const reset = () => {
    person = {};
    visitor = random();
    if (agreed) kept("local", visitor);
  };

  // The page's one product: as Shopify tells of it, else as it is marked up for search engines, under WooCommerce's id where it has one.
  const shown = () => {
    const { product, page: kind } = (window.ShopifyAnalytics || {}).meta || {};
    const marked = [...document.querySelectorAll('script[type="application/ld+json"]')].flatMap((node) => {
      try {
        return products(JSON.parse(node.textContent));
      } catch {
        return [];
      }
    });
    const isShopify = product && kind && kind.pageType == "product";
    if (marked.length != 1 && !isShopify) return;
    const { name, sku, productID, category, offers } = marked[0] || {};
    const offer = [].concat(offers || [])[0] || {};
    const price = [].concat(offer.priceSpecification || offer)[0];
    const { className } = document.body;
    const [, post] = (/\bsingle-product\b/.test(className) && /\bpostid-(\d+)/.exec(className)) || [];
    return {
      product_id: (isShopify && product.id) || post || productID || sku,
      sku,
      name: name || document.title,
      category: category && category.name || category,
      price: price.price || offer.lowPrice,
      currency: price.priceCurrency || offer.priceCurrency,
      url: location.origin + location.pathname,
    };
  };
  const products = (node) =>
    Array.isArray(node) ? node.flatMap(products) : node["@graph"] ? products(node["@graph"]) : /^Product(Group)?$/.test(node["@type"]) ? [node] : [];

  const calls = { consent, page, track, identify, reset };
  const push = ([name, ...rest]) => calls[name] && calls[name](...rest);
  window.rekindle = { ...calls, push };

  const start = () => {
    try {
      waiting.unshift(...JSON.parse(kept("session")));
    } catch {}
    // They agreed on an earlier page, or the shop loads this only for those who did.
    if (asked == "given" || kept("local")) consent(true);
    if (Array.isArray(early)) early.forEach(push);
    page();

    // Consent that Shopify's own banner asks for, and those of WordPress.
    const shopify = window.Shopify;
    const allowed = () => consent(shopify.customerPrivacy.analyticsProcessingAllowed());
    if (shopify && shopify.loadFeatures) {
      shopify.loadFeatures([{ name: "consent-tracking-api", version: "0.1" }], (error) => error || allowed());
      document.addEventListener("visitorConsentCollected", allowed);
    }
    const word = () => consent(window.wp_has_consent("statistics"));
    // Where nobody manages consent, theirs says yes to everything.
    if (window.wp_has_consent && (window.wp_consent_type || window.wp_fallback_consent_type)) word();
    document.addEventListener("wp_listen_for_consent_change", ({ detail }) => {
      if ("statistics" in detail) consent(detail.statistics == "allow");
    });

    // Pages of an app change their address and load nothing.
    const moved = () => setTimeout(() => location.pathname == seen || page(), 300);
    const { pushState } = history;
    history.pushState = function (...rest) {
      pushState.apply(this, rest);
      moved();
    };
    addEventListener("popstate", moved);
    addEventListener("pageshow", ({ persisted }) => persisted && page());
    addEventListener("online", send);
  };
  if (refused) {
    kept("local", "");
    kept("session", "");
  } else if (document.readyState == "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();

// Reads a message against the rows that its customer came from, with nothing of the product: every date, number, code and name in it must
// be theirs, the shop's or the offer's, and where the words say what a date or number is, it must be that one.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const MONTH = MONTHS.join("|");
const DATE = `(?:\\d{1,2} (?:${MONTH})(?: \\d{4})?|(?:${MONTH}) \\d{1,2}(?!\\d)(?:, \\d{4})?)`;

// "14 October 2026", "October 14, 2026", "14 October" as the days that they may be.
function days(text, year) {
  const [, day, month, of] = text.match(new RegExp(`^(\\d{1,2}) (${MONTH})(?: (\\d{4}))?$`)) ?? [];
  const [, other, number, when] = text.match(new RegExp(`^(${MONTH}) (\\d{1,2})(?:, (\\d{4}))?$`)) ?? [];
  const [name, at, stated] = month === undefined ? [other, number, when] : [month, day, of];
  const iso = (of) => `${of}-${String(MONTHS.indexOf(name) + 1).padStart(2, "0")}-${String(at).padStart(2, "0")}`;
  return stated === undefined ? [year - 1, year, year + 1].map(iso) : [iso(stated)];
}

const day = (time) => new Date(time).toISOString().slice(0, 10);
const plus = (iso, days) => new Date(Date.parse(iso) + days * 86_400_000).toISOString().slice(0, 10);

// What the rows of one customer say by the morning of `now`. `rows`: { customer, orders, events } as the files have them.
export function known({ customer, orders, events }, now) {
  const before = (row, field) => Date.parse(row[field]) <= Date.parse(now);
  const past = events.filter((row) => before(row, "time")).map((row) => ({ ...row, ...(row.properties === "" ? {} : JSON.parse(row.properties)) }));
  const bought = orders.filter((row) => before(row, "date")).sort((one, other) => (one.date < other.date ? -1 : 1));
  const of = (event) => past.filter((row) => row.event === event);
  const terms = past.filter((row) => /^Subscription (Started|Renewed)$/.test(row.event)).map(({ time, term_days }) => ({ from: day(time), to: plus(day(time), term_days) }));
  const isAccount = customer.kind === "account";
  const paid = bought.filter((row) => row.status === "paid");
  const firsts = [...(isAccount ? [] : bought.map((row) => day(row.date))), ...terms.map(({ from }) => from)].sort();
  const seats = [...past].reverse().find((row) => /^Subscription/.test(row.event) && row.seats !== undefined)?.seats;
  const plan = [...past].reverse().find((row) => /^Subscription/.test(row.event) && row.plan !== undefined)?.plan;
  const spoiled = bought.filter((row) => row.status === "refunded" || Number(row.refunded) > 0);
  const last = paid.at(-1);
  return {
    now,
    isAccount,
    first: (customer.contact_name || customer.name).split(/\s+/)[0],
    company: isAccount ? customer.name : null,
    since: firsts[0] ?? null,
    orders: paid.length,
    last: last === undefined ? null : { day: day(last.date), items: last.item.split("; ") },
    seats: seats ?? null,
    plan: plan ?? null,
    ends: terms.map(({ to }) => to),
    days: new Set([...bought.map((row) => day(row.date)), ...past.map((row) => day(row.time)), ...terms.map(({ to }) => to), ...spoiled.filter((row) => row.cancelled_at).map((row) => day(row.cancelled_at)), day(customer.created_at)]),
    spoiled: spoiled.flatMap((row) => row.item.split("; ")),
    failed: of("Payment Failed").map((row) => day(row.time)),
    late: of("Delivery Delayed").map((row) => day(row.time)),
    refunded: [...spoiled.map((row) => day(row.cancelled_at || row.date)), ...past.filter((row) => /refund/i.test(row.event)).map((row) => day(row.time))],
    // All that they bought, looked at, use, asked for or wrote about.
    names: [...new Set([
      ...bought.flatMap((row) => row.item.split("; ")),
      ...past.flatMap((row) => [row.product, row.category, row.feature, row.plan, row.subject]).filter(Boolean),
    ])],
    prices: past.filter((row) => row.amount !== undefined && row.seats).map((row) => Number(row.amount) / row.seats),
  };
}

// Complaints about one message; none of a true one. `shop`: { name, sender, role, site, names }, with names that are its own to say.
export function check({ subjects, preheader, text, promise }, known, shop) {
  const wrong = [];
  const whole = [...subjects, preheader, text].join("\n").replaceAll("’", "'");
  const year = Number(known.now.slice(0, 4));
  const say = (what, words) => wrong.push(`${what}: ${words}`);

  for (const [hole] of whole.matchAll(/\{\{|\}\}|\{%|\[[A-Z_ ]+\]|\b(?:undefined|null|NaN|None)\b|<[a-z/!]|,\s*,| {2,}(?=\S)|\(\s*\)|“\s*”/g)) say("hole", hole);

  const isOf = (name, list) => list.some((one) => one.toLowerCase() === name.toLowerCase());
  const own = new RegExp(`^(?:Hi|Hello|Dear) ([^,\n]+),`, "m").exec(text)?.[1];
  if (own !== undefined && own !== known.first && own !== "there") say("name", own);

  // What the words around a date or a number say that it is.
  const expires = promise?.expires;
  const rules = [
    [new RegExp(`first (?:ordered|tried us|came to us) on (${DATE})`, "g"), (at) => days(at, year).includes(known.since)],
    [new RegExp(`(?:have known us|came to us|Thank you|with us|a chance|back to|orders)[^.]{0,12} since (${DATE})`, "g"), (at) => days(at, year).includes(known.since)],
    [new RegExp(`since ((?:${MONTH}) \\d{4})`, "g"), (at) => known.since !== null && at === `${MONTHS[Number(known.since.slice(5, 7)) - 1]} ${known.since.slice(0, 4)}`],
    [new RegExp(`order of (${DATE})`, "g"), (at) => days(at, year).includes(known.last?.day)],
    [new RegExp(`On (${DATE}) you chose`, "g"), (at) => days(at, year).includes(known.last?.day)],
    [new RegExp(`until (${DATE})`, "g"), (at) => days(at, year).includes(expires)],
    [new RegExp(`(?:last paid day[^.]*?is|paid term[^.]*?has|paid up to) (${DATE})`, "g"), (at) => days(at, year).some((one) => known.ends.some((end) => [end, plus(end, -1)].includes(one)))],
    [new RegExp(`(?:money back|returned|gave back)[^.]{0,20} on (${DATE})`, "g"), (at) => days(at, year).some((one) => known.refunded.includes(one))],
    [new RegExp(`late,? on (${DATE})`, "g"), (at) => days(at, year).some((one) => known.late.includes(one))],
    [new RegExp(`(?:billing|open)[^.]{0,60} since (${DATE})`, "g"), (at) => days(at, year).some((one) => known.failed.includes(one))],
    [/\b(\d+) orders\b/g, (at) => Number(at) === known.orders],
    [/\b(\d+) (?:seats|people on)\b/g, (at) => Number(at) === known.seats],
    [/\bcode(?: for it)?(?: is)? ([A-Z0-9-]{4,})/g, (at) => at === promise?.code],
    [/(\d+(?:\.\d+)?) ?% off/g, (at) => Math.round(Number(at) * 10) === promise?.depth],
    [/price went up by (\d+(?:\.\d+)?) ?%/g, (at) => known.prices.some((one, n) => n > 0 && Math.abs((one / known.prices[n - 1] - 1) * 100 - Number(at)) < 0.6)],
    [/you chose (.+?)\. I'd like/g, (at) => isOf(at, known.last?.items ?? []) && !isOf(at, known.spoiled)],
    [/How did (.+?) turn out\?/g, (at) => isOf(at, known.last?.items ?? []) && !isOf(at, known.spoiled)],
  ];
  for (const [pattern, holds] of rules) {
    for (const [words, value] of whole.matchAll(pattern)) if (!holds(value)) say("not so", words);
  }

  // Whatever is left of it once all that is theirs, the shop's or the offer's has been taken out.
  let rest = whole.replaceAll(/^Scene \d+ \([^)]*\):.*$/gm, " ").replaceAll(/https?:\/\/\S+/g, (link) => {
    if (!link.startsWith(shop.site) && !link.startsWith("http://localhost")) say("link", link);
    return " ";
  });
  const strings = [...known.names, known.company, known.plan, known.first, shop.name, shop.sender, shop.role, shop.site, ...shop.names, promise?.code, promise?.name]
    .filter(Boolean)
    .sort((one, other) => other.length - one.length);
  for (const string of strings) rest = rest.replaceAll(new RegExp(string.replaceAll("’", "'").replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi"), " · ");
  rest = rest.replaceAll(new RegExp(DATE, "g"), (at) => {
    if (!days(at, year).some((one) => known.days.has(one) || one === expires || shop.days?.includes(one) || known.days.has(plus(one, 1)))) say("date", at);
    return " ";
  });
  rest = rest.replaceAll(new RegExp(`(?:${MONTH}) \\d{4}`, "g"), " ");
  const numbers = new Set([known.orders, known.seats, promise === undefined || promise === null ? null : promise.depth / 10].filter((one) => one !== null).map(String));
  for (const [number] of rest.matchAll(/\d+(?:[.,]\d+)*/g)) if (!numbers.has(number) && !known.prices.length) say("number", number);
  // A capital letter inside a sentence is a name.
  for (const [, word] of rest.matchAll(/[\p{Ll},;] (\p{Lu}[\p{L}'-]+)/gu)) if (!/^I(?:'|$)/.test(word) && !["STOP", "Your", "You"].includes(word)) say("name", word);
  return wrong;
}


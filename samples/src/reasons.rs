//! Labelled customers who left, with the traces of why: to judge the inference of reasons by.
//!
//! A customer leaves for a reason, which leaves traces at the rates of `data/reasons.json`. Some traces are lost, some customers show
//! those of another reason, some say why: by a code of a list, or in words. Everything is told as a shop tells it, in events and orders.
//! Texts are those of `data/held_out.tsv`, on which nothing in the product was tuned.

use serde_json::{Map, Value, json};

use crate::draw::Draw;

/// How customers leave, and how their traces are spoilt.
#[derive(Debug, Clone)]
pub struct Noise {
    pub seed: u64,
    missing: f64,
    misleading: f64,
    misread_code: f64,
    says_by_code: f64,
    says_by_text: f64,
    /// In the order of the file's names.
    pub reasons: Vec<Leaving>,
}

/// A reason with its share, and the rates of its traces in the order of [`TRACES`].
#[derive(Debug, Clone)]
pub struct Leaving {
    pub code: String,
    pub share: f64,
    traces: Vec<f64>,
}

/// What somebody wrote: where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub reason: String,
    pub source: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    /// Milliseconds since 1970.
    pub at: i64,
    pub name: &'static str,
    pub properties: Map<String, Value>,
}

/// In minor units, of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bought {
    pub at: i64,
    pub minor: i64,
    pub discount: i64,
}

/// Somebody who left.
#[derive(Debug, Clone)]
pub struct Leaver {
    /// The true one.
    pub reason: String,
    pub events: Vec<Happened>,
    pub orders: Vec<Bought>,
    /// They chose from a list.
    pub chose: bool,
    /// They wrote something.
    pub wrote: bool,
    /// P(reason | traces) by the rule that made them, in the order of [`Noise::reasons`]: no inference from traces alone can do better.
    pub best: Vec<f64>,
}

pub const TRACES: [&str; 13] = [
    "price_rise",
    "downgrade",
    "discounts",
    "open_ticket",
    "late_delivery",
    "refund",
    "missing_feature",
    "fading",
    "card_failure",
    "champion_gone",
    "seats_down",
    "detractor",
    "export",
];

/// The day on which all of it is looked at.
pub const TODAY: i32 = 20_400;

const DAY: i64 = 86_400_000;
const TERM: i32 = 31;

/// What shops' lists offer, Stripe's codes among them.
const ANSWERS: [(&str, &[&str]); 8] = [
    ("price", &["too_expensive", "too_expensive", "price", "Too expensive"]),
    ("missing_feature", &["missing_features", "missing_features", "missing feature", "Lack of features"]),
    ("service", &["customer_service", "customer_service", "support", "Poor service"]),
    ("competitor", &["switched_service", "switched_service", "competitor", "Found an alternative"]),
    ("reduced_need", &["unused", "unused", "no longer needed", "Project ended"]),
    ("poor_experience", &["low_quality", "too_complex", "Technical issues", "hard to use"]),
    ("failed_payment", &["payment_failed", "card declined", "insufficient funds"]),
    ("unknown", &["other"]),
];

impl Noise {
    /// The file that was set before the product's inference was written.
    pub fn of_file() -> Option<Self> {
        let file: Value = serde_json::from_str(include_str!("../data/reasons.json")).ok()?;
        let number = |name: &str| file.get(name).and_then(Value::as_f64);
        let leaving = |(code, told): (&String, &Value)| {
            let rates = told.get("traces")?;
            let traces = TRACES.iter().map(|trace| rates.get(trace).and_then(Value::as_f64)).collect::<Option<Vec<_>>>()?;
            Some(Leaving { code: code.clone(), share: told.get("share")?.as_f64()?, traces })
        };
        Some(Self {
            seed: file.get("seed")?.as_u64()?,
            missing: number("missing")?,
            misleading: number("misleading")?,
            misread_code: number("misread_code")?,
            says_by_code: number("says_by_code")?,
            says_by_text: number("says_by_text")?,
            reasons: file.get("reasons")?.as_object()?.iter().map(leaving).collect::<Option<Vec<_>>>()?,
        })
    }

    /// P(reason | traces), exactly as the traces are made.
    fn best(&self, shown: &[bool]) -> Vec<f64> {
        let chance = |leaving: &Leaving| -> f64 {
            let each = leaving.traces.iter().zip(shown).map(|(rate, shows)| {
                let rate = rate * (1.0 - self.missing);
                if *shows { rate } else { 1.0 - rate }
            });
            each.product()
        };
        let own: Vec<f64> = self.reasons.iter().map(chance).collect();
        let odds = self.reasons.iter().zip(&own).enumerate().map(|(at, (leaving, own_chance))| {
            let others = self.reasons.iter().zip(&own).enumerate().filter(|(other, _)| *other != at);
            let misled: f64 = others.map(|(_, (other, chance))| other.share / (1.0 - leaving.share) * chance).sum();
            leaving.share * ((1.0 - self.misleading) * own_chance + self.misleading * misled)
        });
        let odds: Vec<f64> = odds.collect();
        let whole: f64 = odds.iter().sum();
        odds.into_iter().map(|odds| odds / whole).collect()
    }
}

/// The texts on which nothing was tuned.
pub fn held_out() -> Vec<Text> {
    let line = |line: &str| {
        let mut parts = line.splitn(3, '\t').map(str::to_owned);
        Some(Text { reason: parts.next()?, source: parts.next()?, text: parts.next()? })
    };
    include_str!("../data/held_out.tsv").lines().filter_map(line).collect()
}

/// `count` customers who left.
pub fn leavers(noise: &Noise, seed: u64, count: usize) -> Vec<Leaver> {
    let texts = held_out();
    (0..count).map(|index| leaver(noise, &texts, &mut Draw::new(seed, 3, index as u64))).collect()
}

fn leaver(noise: &Noise, texts: &[Text], draw: &mut Draw) -> Leaver {
    let reason = draw.pick_by(&noise.reasons, |leaving| leaving.share);
    let other = |draw: &mut Draw| draw.pick_by(&noise.reasons, |other| if other.code == reason.code { 0.0 } else { other.share });
    let source = if draw.chance(noise.misleading) { other(draw) } else { reason };
    let shown: Vec<bool> = source.traces.iter().map(|rate| draw.chance(*rate) && !draw.chance(noise.missing)).collect();
    let says = draw.unit();
    let chose = says < noise.says_by_code;
    let wrote = !chose && says < noise.says_by_code + noise.says_by_text;
    let mut story = Story::new(draw, &shown, reason.code == "failed_payment");
    if chose {
        let named = if draw.chance(noise.misread_code) { other(draw) } else { reason };
        let answers = ANSWERS.iter().find(|(code, _)| *code == named.code).map_or(&["other"][..], |(_, answers)| *answers);
        let answer = *draw.pick(answers);
        story.say(draw, "cancellation", Map::from_iter([("reason".to_owned(), json!(answer))]));
    }
    if wrote {
        let named = if draw.chance(noise.misleading) { other(draw) } else { reason };
        let fitting: Vec<&Text> = texts.iter().filter(|text| text.reason == named.code).collect();
        let text = *draw.pick(&fitting);
        story.say(draw, &text.source, Map::from_iter([("text".to_owned(), json!(text.text))]));
    }
    if !chose && !wrote && story.asks {
        story.tell(story.left, "Subscription Cancelled", json!({}));
    }
    let best = noise.best(&shown);
    Leaver { reason: reason.code.clone(), events: story.events, orders: story.orders, chose, wrote, best }
}

/// What happened to one of them, in days.
struct Story {
    joined: i32,
    left: i32,
    /// They cancel, rather than let it lapse.
    asks: bool,
    events: Vec<Happened>,
    orders: Vec<Bought>,
}

impl Story {
    fn new(draw: &mut Draw, shown: &[bool], lapses: bool) -> Self {
        let left = TODAY - draw.whole(20, 160);
        let joined = left - draw.whole(330, 420);
        let mut story = Self { joined, left, asks: !lapses && draw.chance(0.7), events: Vec::new(), orders: Vec::new() };
        let shows = |trace: &str| TRACES.iter().zip(shown).any(|(name, shows)| *name == trace && *shows);
        story.pay(draw, shows("price_rise"), shows("seats_down"));
        story.buy(draw, shows("discounts"));
        story.use_it(draw, shows("fading"), shows("champion_gone"));
        story.ask(draw, shows("open_ticket"), shows("detractor"));
        if shows("card_failure") {
            story.tell(left + draw.whole(0, 6), "Payment Failed", json!({}));
        }
        if shows("downgrade") {
            story.tell(left - draw.whole(2, 40), "Downgrade Requested", json!({}));
        }
        if shows("late_delivery") {
            let day = left - draw.whole(3, 60);
            let name = *draw.pick(&["Delivery Delayed", "Shipment Delayed"]);
            story.tell(day, name, json!({"days": draw.whole(3, 20)}));
        }
        if shows("refund") {
            story.tell(left - draw.whole(1, 40), "Order Refunded", json!({}));
        }
        if shows("missing_feature") {
            let feature = *draw.pick(&["Stock on vans", "Offline mode", "Bank feed", "Gift cards"]);
            story.tell(left - draw.whole(5, 80), "Feature Requested", json!({"feature": feature}));
        }
        if shows("export") {
            story.tell(left - draw.whole(0, 20), "Data Exported", json!({"user": "ben"}));
        }
        story
    }

    fn tell(&mut self, day: i32, name: &'static str, properties: Value) {
        let at = i64::from(day) * DAY + (self.events.len() as i64 % 1_000) * 1_000 + DAY / 3;
        let properties = properties.as_object().cloned().unwrap_or_default();
        self.events.push(Happened { at, name, properties });
    }

    /// By the channel of the text.
    fn say(&mut self, draw: &mut Draw, source: &str, said: Map<String, Value>) {
        let (day, name) = match source {
            "survey" => (self.left + draw.whole(0, 5), "Exit Survey Answered"),
            "ticket" => (self.left - draw.whole(0, 25), "Ticket Opened"),
            "nps" => (self.left - draw.whole(0, 40), "NPS Answered"),
            _ => (self.left, "Subscription Cancelled"),
        };
        let mut said = said;
        if name == "NPS Answered" {
            said.insert("score".to_owned(), json!(7));
        }
        if name == "Ticket Opened" {
            said.insert("id".to_owned(), json!("said"));
            self.tell(day + 1, "Ticket Solved", json!({"id": "said"}));
        }
        if name != "Subscription Cancelled" && self.asks {
            self.tell(self.left, "Subscription Cancelled", json!({}));
        }
        self.tell(day, name, Value::Object(said));
    }

    fn pay(&mut self, draw: &mut Draw, rises: bool, shrinks: bool) {
        let price = draw.whole(9, 60);
        let risen = if rises { price + (f64::from(price) * draw.real(0.08, 0.4)) as i32 + 1 } else { price };
        let seats = draw.whole(5, 40);
        let mut day = self.joined;
        while day < self.left {
            let is_last = day + TERM >= self.left;
            let now = if is_last { risen } else { price };
            let seats = if is_last && shrinks { seats / 2 } else { seats };
            let said = json!({"plan": "Team", "price": now, "currency": "USD", "seats": seats, "term_days": TERM});
            self.tell(day, "Subscription Renewed", said);
            day += TERM;
        }
        // Whoever lapses leaves with the end of the last term.
        if !self.asks {
            self.left = day - 1;
        }
    }

    fn buy(&mut self, draw: &mut Draw, by_discount: bool) {
        let mut day = self.joined + draw.whole(1, 20);
        while day < self.left - 20 {
            let minor = i64::from(draw.whole(1_500, 9_000));
            let discount = if by_discount || draw.chance(0.1) { minor / 5 } else { 0 };
            self.orders.push(Bought { at: i64::from(day) * DAY + DAY / 2, minor, discount });
            day += draw.whole(45, 60);
        }
    }

    fn use_it(&mut self, draw: &mut Draw, fades: bool, loses_champion: bool) {
        let habit = f64::from(draw.whole(12, 40));
        let goes = self.left - draw.whole(30, 60);
        if loses_champion {
            self.tell(goes, "User Removed", json!({"user": "ana"}));
        }
        let mut day = self.joined + 1;
        while day < self.left {
            let before = f64::from(self.left - day);
            let warmth = if fades { ((before - 10.0) / 110.0).clamp(0.08, 1.0) } else { 1.0 };
            let uses = libm::round(habit * warmth * draw.real(0.8, 1.2)) as u32;
            let is_gone = loses_champion && day >= goes;
            for (user, feature, share) in [("ana", "plan", 0.5), ("ben", "invoice", 0.3), ("cleo", "map", 0.2)] {
                // Whoever stays takes over what the champion did.
                let user = if is_gone && user == "ana" { "ben" } else { user };
                let count = libm::round(f64::from(uses) * share) as u32;
                if count > 0 {
                    self.tell(day, "Feature Used", json!({"feature": feature, "count": count, "user": user}));
                }
            }
            day += 7;
        }
    }

    fn ask(&mut self, draw: &mut Draw, stays_open: bool, detracts: bool) {
        let day = self.joined + draw.whole(20, 200);
        self.tell(day, "Ticket Opened", json!({"id": "first"}));
        self.tell(day + 2, "Ticket Solved", json!({"id": "first"}));
        if stays_open {
            self.tell(self.left - draw.whole(5, 50), "Ticket Opened", json!({"id": "second"}));
        }
        let score = if detracts { draw.whole(0, 6) } else { draw.whole(7, 10) };
        self.tell(self.left - draw.whole(42, 80), "NPS Answered", json!({"score": score}));
    }
}

//! The scheduling software for trades: business accounts with seats, plans, terms and several people.
//!
//! An account starts, uses the product, renews, grows; at some point it may decide to leave. From then on its terms run out,
//! and usage, seats and tone have often gone down before. Some leave because a payment fails and nobody minds it.

use serde_json::json;

use crate::calendar::{DAYS, Moment, months_after};
use crate::draw::Draw;
use crate::names::{self, Company, Person, Taken};
use crate::tables::{Consent, Customer, Order, Tables};
use crate::tickets::{self, Topic, ticket};

use plans::{Interval, PLANS, Plan};

mod plans;
mod usage;

pub(crate) fn accounts(seed: u64, count: usize, taken: &mut Taken, tables: &mut Tables) {
    for index in 0..count {
        let mut draw = Draw::new(seed, 2, index as u64);
        let mut account = Account::new(&mut draw, index);
        let people = people(&mut draw, &account, taken);
        account.subscribe(&mut draw, tables);
        account.use_product(&mut draw, tables);
        account.ask_for_help(&mut draw, tables);
        account.answer_surveys(&mut draw, tables);
        account.read_mail(&mut draw, tables);
        account.register(&mut draw, tables, people);
    }
}

/// What accounts leave for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Price,
    MissingFeature,
    Service,
    PoorExperience,
    ReducedNeed,
    ChampionLeft,
    Competitor,
}

struct Account {
    id: String,
    company: Company,
    started: i32,
    /// Never paid: tried it for two weeks.
    trial_only: bool,
    interval: Interval,
    plan: &'static Plan,
    /// At the start.
    first_seats: u32,
    /// Day and number, rising by day: what was paid for from then on.
    seats: Vec<(i32, u32)>,
    /// When the decision to leave fell, and why.
    decided: Option<(i32, Reason)>,
    /// From here on usage and tone go down.
    fades_from: i32,
    /// The first day without a paid term.
    ended: Option<i32>,
    champion_left: Option<i32>,
    /// 0..1: how much of what they pay for they use in good times.
    adoption: f64,
}

impl Account {
    fn new(draw: &mut Draw, index: usize) -> Self {
        let company = names::company(draw, index);
        let plan = draw.pick_by(PLANS, |plan| plan.weight);
        let first_seats = libm::round(plan.seats * draw.log_normal(0.5)).clamp(1.0, 400.0) as u32;
        let yearly = if plan.seats > 10.0 { 0.65 } else { 0.35 };
        let interval = if draw.chance(yearly) { Interval::Year } else { Interval::Month };
        let started = joining_day(draw);
        let frailty = draw.gamma(2.0, 0.6);
        let months = draw.exponential(plan.loyalty * frailty);
        let decision_day = started + 20 + (months * 30.4) as i32;
        let reason = draw.pick_by(REASONS, |&(_, weight)| weight).0;
        let decided = (decision_day < DAYS + 120).then_some((decision_day, reason));
        let fades_from = decided.map_or(i32::MAX, |(day, _)| day - draw.whole(25, 150));
        let champion_left = match decided {
            Some((_, Reason::ChampionLeft)) => Some(fades_from.max(started + 5)),
            _ => draw.chance(0.06).then(|| draw.whole(started, DAYS + 200)),
        };
        Self {
            id: format!("A-{:05}", index + 1),
            company,
            started,
            trial_only: draw.chance(0.04),
            interval,
            plan,
            first_seats,
            seats: vec![(started, first_seats)],
            decided,
            fades_from,
            ended: None,
            champion_left: champion_left.filter(|&day| day < DAYS),
            adoption: draw.beta(4.0, 2.0),
        }
    }

    fn offset(&self) -> i32 {
        self.company.place.utc_offset
    }

    fn office(&self, draw: &mut Draw, day: i32) -> Moment {
        Moment::working(draw, day, self.offset())
    }

    /// From 1 (as ever) to near 0 (gone).
    fn warmth(&self, day: i32) -> f64 {
        let decided = self.decided.map_or(i32::MAX, |(day, _)| day);
        let fading = if day <= self.fades_from {
            1.0
        } else {
            let length = f64::from((decided - self.fades_from).max(1));
            (1.0 - 0.7 * f64::from(day - self.fades_from) / length).max(0.12)
        };
        let alone = if self.champion_left.is_some_and(|left| day > left) { 0.7 } else { 1.0 };
        fading * alone
    }

    fn seats_on(&self, day: i32) -> u32 {
        self.seats.iter().rev().find(|&&(from, _)| from <= day).map_or(self.first_seats, |&(_, seats)| seats)
    }

    /// Terms from the start until the account leaves or history ends.
    fn subscribe(&mut self, draw: &mut Draw, tables: &mut Tables) {
        if self.trial_only {
            self.ended = Some(self.started);
            return;
        }
        let mut number = 0;
        let mut paid_on = self.started;
        loop {
            let due = months_after(self.started, (number + 1) * self.interval.months());
            self.pay_term(draw, tables, number, paid_on, due);
            if self.cancels(draw, tables, paid_on, due) {
                self.ended = Some(due);
                return;
            }
            self.change_within(draw, tables, number, paid_on, due);
            if due >= DAYS {
                return;
            }
            number += 1;
            match self.collect(draw, tables, number, due) {
                Some(day) => paid_on = day,
                None => {
                    self.ended = Some(due);
                    return;
                }
            }
            if paid_on >= DAYS {
                return;
            }
        }
    }

    fn pay_term(&mut self, draw: &mut Draw, tables: &mut Tables, number: u32, day: i32, due: i32) {
        let at = self.office(draw, day);
        let seats = self.seats_on(day);
        let price = self.plan.price(seats, self.interval, self.company.place.currency);
        let name = if number == 0 { "Subscription Started" } else { "Subscription Renewed" };
        let properties = [
            ("plan", json!(self.plan.name)),
            ("seats", json!(seats)),
            ("amount", json!(price.text())),
            ("currency", json!(price.currency)),
            ("interval", json!(self.interval.as_str())),
            ("term_days", json!(due - day)),
        ];
        tables.event(format!("{}-t{number:02}", self.id), &self.id, at, name, properties);
        let each = if self.interval == Interval::Year { "a year" } else { "a month" };
        tables.order(Order {
            id: format!("INV-{}-{:02}", self.id.replace("A-", ""), number + 1),
            customer: self.id.clone(),
            at,
            amount: price,
            refunded: 0,
            discount: 0,
            status: "paid",
            cancelled_at: None,
            items: vec![format!("{} plan {each} x {seats}", self.plan.name)],
            code: "",
        });
    }

    /// Whether the term that ends at `due` is the last; most of those who leave say so before.
    fn cancels(&self, draw: &mut Draw, tables: &mut Tables, paid_on: i32, due: i32) -> bool {
        let Some((decided, reason)) = self.decided.filter(|&(day, _)| day < due) else { return false };
        let latest = due - 1;
        let notice = match self.interval {
            Interval::Year => decided.max(due - draw.whole(10, 75)),
            Interval::Month => decided.max(paid_on + 1),
        };
        if draw.chance(0.75) && notice.min(latest) < DAYS {
            let at = self.office(draw, notice.min(latest));
            let said = if draw.chance(0.8) { reason.said() } else { "other" };
            let properties = [("ends", json!("term_end")), ("reason", json!(said))];
            tables.event(format!("{}-x", self.id), &self.id, at, "Subscription Cancelled", properties);
        }
        true
    }

    /// Seats and plans go up in good times and down before some leave.
    fn change_within(&mut self, draw: &mut Draw, tables: &mut Tables, number: u32, from: i32, due: i32) {
        let yearly = self.interval == Interval::Year;
        let day = draw.whole(from + 1, (due - 1).max(from + 1));
        if day >= DAYS {
            return;
        }
        let seats = self.seats_on(day);
        let saves = matches!(self.decided, Some((_, Reason::Price | Reason::ReducedNeed | Reason::Competitor)));
        let cooling = self.warmth(day) < 0.75;
        let changed = if cooling && draw.chance(if saves { 0.45 } else { 0.1 }) {
            if let Some(below) = self.plan.below().filter(|_| draw.chance(0.35)) {
                self.plan = below;
            }
            libm::floor(f64::from(seats) * draw.real(0.4, 0.8)).max(1.0) as u32
        } else if !cooling && draw.chance(if yearly { 0.5 } else { 0.07 }) {
            seats + draw.whole(1, 1 + (seats / 4).min(20) as i32).unsigned_abs()
        } else {
            return;
        };
        self.seats.push((day, changed));
        let at = self.office(draw, day);
        let price = self.plan.price(changed, self.interval, self.company.place.currency);
        let properties = [
            ("plan", json!(self.plan.name)),
            ("seats", json!(changed)),
            ("amount", json!(price.text())),
            ("currency", json!(price.currency)),
        ];
        tables.event(format!("{}-u{number:02}", self.id), &self.id, at, "Subscription Updated", properties);
    }

    /// The day on which the next term is paid, at `due` or some days later; `None` when it never is.
    fn collect(&self, draw: &mut Draw, tables: &mut Tables, number: u32, due: i32) -> Option<i32> {
        if !draw.chance(0.045) {
            return Some(due);
        }
        let reason = *draw.pick(&["card expired", "card declined", "insufficient funds", "bank transfer returned"]);
        for (attempt, after) in [0, 3, 7, 14].into_iter().enumerate() {
            let day = due + after;
            if day >= DAYS {
                return Some(day);
            }
            let at = self.office(draw, day);
            let id = format!("{}-p{number:02}{attempt}", self.id);
            if attempt > 0 && draw.chance(0.42 * self.warmth(day)) {
                tables.event(id, &self.id, at, "Payment Succeeded", []);
                return Some(day);
            }
            tables.event(id, &self.id, at, "Payment Failed", [("reason", json!(reason))]);
        }
        if due + 21 < DAYS {
            let at = self.office(draw, due + 21);
            let properties = [("ends", json!("now")), ("reason", json!("payment failed"))];
            tables.event(format!("{}-x", self.id), &self.id, at, "Subscription Cancelled", properties);
        }
        None
    }

    fn ask_for_help(&self, draw: &mut Draw, tables: &mut Tables) {
        let last = self.ended.unwrap_or(DAYS).min(DAYS);
        let every = 160.0 / libm::sqrt(f64::from(self.first_seats).min(40.0));
        let mut day = self.started + 2;
        let mut number = 0;
        if let Some(left) = self.champion_left.filter(|_| draw.chance(0.6)) {
            let noticed = left + draw.whole(3, 20);
            self.open(draw, tables, "champion", noticed, &tickets::saas::CHAMPION, 0.8);
        }
        while number < 25 {
            let cooling = self.warmth(day) < 0.85;
            let angry = cooling && self.decided.is_some_and(|(_, reason)| reason.is_felt());
            day += 2 + draw.exponential(if angry { every / 3.0 } else { every }) as i32;
            if day >= last {
                return;
            }
            number += 1;
            let topic = match self.decided {
                Some((_, reason)) if cooling && draw.chance(0.65) => reason.topic(),
                _ => draw.pick_by(USUAL_TOPICS, |&(_, weight)| weight).0,
            };
            self.open(draw, tables, &number.to_string(), day, topic, if angry { 0.35 } else { 0.9 });
        }
    }

    fn open(&self, draw: &mut Draw, tables: &mut Tables, id: &str, day: i32, topic: &'static Topic, patience: f64) {
        if day < DAYS {
            let at = self.office(draw, day);
            ticket(draw, tables, &format!("T{}-{id}", self.id), &self.id, at, topic, patience);
        }
    }

    /// Twice a year.
    fn answer_surveys(&self, draw: &mut Draw, tables: &mut Tables) {
        let last = self.ended.unwrap_or(DAYS).min(DAYS);
        for day in (self.started + 60..last).step_by(182) {
            if draw.chance(0.35) {
                let at = self.office(draw, day);
                let mean = 3.0 + 2.5 * self.adoption + 3.6 * self.warmth(day);
                let score = libm::round(mean + 1.3 * draw.normal()).clamp(0.0, 10.0) as u8;
                tables.event(format!("{}-n{day}", self.id), &self.id, at, "NPS Answered", [("score", json!(score))]);
            }
        }
    }

    /// News about the product every other month.
    fn read_mail(&self, draw: &mut Draw, tables: &mut Tables) {
        for day in (20..DAYS).step_by(61).skip_while(|&day| day <= self.started) {
            if self.ended.is_some_and(|ended| day > ended + 180) {
                return;
            }
            let id = format!("{}-m{:02}", self.id, day / 61);
            let sent = self.office(draw, day);
            let campaign = [("campaign", json!("Product news"))];
            tables.event(format!("{id}-d"), &self.id, sent, "Email Delivered", campaign.clone());
            let warmth = self.warmth(day);
            if draw.chance(0.1 + 0.5 * warmth) {
                let opened = sent.later(draw.whole(60, 20_000));
                tables.event(format!("{id}-o"), &self.id, opened, "Email Opened", campaign.clone());
                if draw.chance(0.35 * warmth) {
                    tables.event(format!("{id}-c"), &self.id, opened.later(20), "Email Link Clicked", campaign);
                }
            }
        }
    }

    fn register(self, draw: &mut Draw, tables: &mut Tables, people: Vec<(&'static str, Person)>) {
        let joined = Moment::working(draw, self.started.max(1) - 1, self.offset());
        let mut tags = vec![self.plan.name];
        if self.interval == Interval::Year {
            tags.push("yearly");
        }
        if self.trial_only {
            tags = vec!["trial"];
        }
        if self.seats_on(DAYS) >= 50 {
            tags.push("key account");
        }
        for (_, person) in people.into_iter().take(1) {
            let consent = draw.chance(0.8).then_some(Consent { granted: draw.chance(0.94), at: joined });
            tables.customer(Customer {
                id: self.id.clone(),
                email: person.email,
                name: self.company.name.clone(),
                kind: "account",
                phone: person.phone,
                country: person.place.country,
                time_zone: person.place.time_zone,
                created_at: Some(joined),
                tags: tags.clone(),
                email_consent: consent,
                sms_consent: None,
            });
        }
    }
}

impl Reason {
    /// What they say when they cancel.
    fn said(self) -> &'static str {
        match self {
            Self::Price => "too expensive",
            Self::MissingFeature => "missing feature",
            Self::Service => "support",
            Self::PoorExperience => "unreliable",
            Self::ReducedNeed => "less work",
            Self::ChampionLeft => "nobody uses it",
            Self::Competitor => "moved to another product",
        }
    }

    fn topic(self) -> &'static Topic {
        match self {
            Self::Price | Self::Competitor => &tickets::saas::PRICE,
            Self::MissingFeature => &tickets::saas::MISSING,
            Self::Service => &tickets::saas::SERVICE,
            Self::PoorExperience => &tickets::saas::BUG,
            Self::ReducedNeed => &tickets::saas::LESS_WORK,
            Self::ChampionLeft => &tickets::saas::CHAMPION,
        }
    }

    /// Shows in more tickets.
    fn is_felt(self) -> bool {
        matches!(self, Self::MissingFeature | Self::Service | Self::PoorExperience)
    }
}

/// The product grows steadily.
fn joining_day(draw: &mut Draw) -> i32 {
    loop {
        let day = draw.whole(0, DAYS - 10);
        if draw.chance((1.0 + f64::from(day) / f64::from(DAYS)) / 2.0) {
            return day;
        }
    }
}

/// The account's people with their roles, the one to write to first.
fn people(draw: &mut Draw, account: &Account, taken: &mut Taken) -> Vec<(&'static str, Person)> {
    let more = match account.first_seats {
        1 => 0,
        2..=4 => draw.poisson(0.6),
        5..=20 => 1 + draw.poisson(1.0),
        _ => 2 + draw.poisson(1.6),
    };
    let first = if account.champion_left.is_some() { "admin" } else { "champion" };
    let roles = std::iter::once(first).chain(["billing", "admin", "user", "user", "user"]);
    roles.take(1 + more as usize).map(|role| (role, names::colleague(draw, &account.company, taken))).collect()
}

const REASONS: &[(Reason, f64)] = &[
    (Reason::Price, 22.0),
    (Reason::MissingFeature, 16.0),
    (Reason::Service, 9.0),
    (Reason::PoorExperience, 13.0),
    (Reason::ReducedNeed, 15.0),
    (Reason::ChampionLeft, 13.0),
    (Reason::Competitor, 12.0),
];

const USUAL_TOPICS: &[(&Topic, f64)] = &[
    (&tickets::saas::QUESTION, 55.0),
    (&tickets::saas::BUG, 14.0),
    (&tickets::saas::MISSING, 14.0),
    (&tickets::saas::PRAISE, 12.0),
    (&tickets::saas::PRICE, 5.0),
];

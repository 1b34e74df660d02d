//! The scheduling software for trades: business accounts with seats, plans, terms and several people.
//!
//! An account starts, uses the product, renews, grows; at some point it may decide to leave. From then on its terms run out,
//! and usage, seats and tone have often gone down before. Some leave because a payment fails and nobody minds it.

use crate::calendar::{DAYS, Moment};
use crate::draw::Draw;
use crate::names::{self, Company, Taken};
use crate::tables::{Actor, Consent, Customer, Tables};

use people::{Member, Role, people};
use plans::{Interval, PLANS, Plan};

mod leaving;
mod people;
mod plans;
mod signals;
mod terms;
mod usage;

pub(crate) const TRAITS: [&str; 2] = ["trade", "found_through"];

pub(crate) fn accounts(seed: u64, count: usize, taken: &mut Taken, tables: &mut Tables) {
    for index in 0..count {
        let mut draw = Draw::new(seed, 2, index as u64);
        let mut account = Account::new(&mut draw, index);
        account.people = people(&mut draw, &account, taken);
        account.subscribe(&mut draw, tables);
        account.use_product(&mut draw, tables);
        account.ask_for_help(&mut draw, tables);
        account.answer_surveys(&mut draw, tables);
        account.read_mail(&mut draw, tables);
        // Of its own randomness, so that nothing else of the account depends on it.
        account.leave(&mut Draw::new(seed, 4, index as u64), tables);
        account.register(&mut draw, tables);
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
    /// The one to write to first; where a champion left, that is the next one.
    people: Vec<Member>,
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
        let bound = if interval == Interval::Year { 1.6 } else { 1.0 };
        let months = draw.exponential(plan.loyalty * bound * frailty);
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
            people: Vec::new(),
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

    /// The account, without saying which of its people.
    fn actor(&self) -> Actor<'_> {
        Actor::customer(&self.id)
    }

    /// One of the people who are there on that day.
    fn somebody(&self, draw: &mut Draw, day: i32) -> Actor<'_> {
        let gone = self.champion_left.is_some_and(|left| day > left);
        let present: Vec<&Member> = self.people.iter().filter(|member| !gone || member.role != Role::Champion).collect();
        if present.is_empty() { self.actor() } else { Actor::person(&self.id, &draw.pick(&present).person) }
    }

    fn billing(&self) -> Actor<'_> {
        let member = self.people.iter().find(|member| member.role == Role::Billing);
        member.map_or(self.actor(), |member| Actor::person(&self.id, &member.person))
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

    fn register(self, draw: &mut Draw, tables: &mut Tables) {
        let joined = Moment::working(draw, self.started - 1, self.offset());
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
        let trade = *draw.pick(TRADES);
        let found_through = draw.pick_by(FOUND_THROUGH, |&(_, weight)| weight).0;
        let gone = self.champion_left.is_some();
        for Member { role, person } in self.people.into_iter().filter(|member| !gone || member.role != Role::Champion) {
            let consent = draw.chance(0.8).then_some(Consent { granted: draw.chance(0.94), at: joined });
            tables.customer(Customer {
                id: self.id.clone(),
                email: person.email,
                name: self.company.name.clone(),
                kind: "account",
                contact_name: person.name,
                contact_role: role.as_str(),
                phone: person.phone,
                country: person.place.country,
                time_zone: person.place.time_zone,
                created_at: Some(joined),
                tags: tags.clone(),
                traits: [trade, found_through],
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
}

/// The product grows steadily. The day before, the account is made.
fn joining_day(draw: &mut Draw) -> i32 {
    loop {
        let day = draw.whole(1, DAYS - 10);
        if draw.chance((1.0 + f64::from(day) / f64::from(DAYS)) / 2.0) {
            return day;
        }
    }
}

const TRADES: &[&str] =
    &["plumbing", "heating", "electrical", "roofing", "landscaping", "cleaning", "lifts", "locksmith", "pest control", "solar"];

const REASONS: &[(Reason, f64)] = &[
    (Reason::Price, 22.0),
    (Reason::MissingFeature, 16.0),
    (Reason::Service, 9.0),
    (Reason::PoorExperience, 13.0),
    (Reason::ReducedNeed, 15.0),
    (Reason::ChampionLeft, 13.0),
    (Reason::Competitor, 12.0),
];

const FOUND_THROUGH: &[(&str, f64)] =
    &[("search", 30.0), ("a colleague", 28.0), ("trade fair", 14.0), ("reseller", 10.0), ("advertisement", 18.0)];

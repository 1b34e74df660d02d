//! What somebody did or met with before they left, as signs of why.
//!
//! All are read around one day: the one on which they asked to leave, else the one on which their last term ended or they bought last;
//! of whoever is still there, today. What happened long before has nothing to do with it, and what came later is not its cause.

use super::Reason;
use crate::event::Channel;
use crate::signal::{self, Feeds, date_in_words};
use crate::state::{State, Week};
use crate::time::Day;

/// A kind of sign. Their order is that of the bits under which corrections keep them: it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    PriceRise,
    OpenTicket,
    LateDelivery,
    Refund,
    MissingFeature,
    Fading,
    PaymentFailed,
    ChampionGone,
    SeatsDown,
    Detractor,
    Downgrade,
    Discounts,
    Export,
}

/// A sign that somebody shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub sign: Sign,
    /// In words, with its date.
    pub text: String,
    pub day: Option<Day>,
}

/// The signs of one customer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signs {
    pub shown: Vec<Shown>,
    /// Those that would show: enough is known that their absence says something. In the order of [`Sign::ALL`].
    pub watched: [bool; 13],
    /// What was asked for and never used since.
    pub features: Vec<String>,
}

/// The span in which something can be why somebody left.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: Day,
    /// The day of leaving, or today.
    left: Day,
    to: Day,
}

const BEFORE_DAYS: i32 = 90;
const AFTER_DAYS: i32 = 45;
/// Of whoever buys without a term the last order begins what follows: it comes late, it breaks, it is sent back.
const AFTER_ORDER_DAYS: i32 = 120;

/// Uses of an earlier quarter that make a habit, and the fall that makes it fade.
const USES: u32 = 24;
const FALL: f64 = 0.5;

/// The same of orders: gaps of somebody who bought so often, and how much longer the last two are than those before.
const PURCHASES: usize = 5;
const STRETCH: f64 = 1.6;

const DETRACTOR: u8 = 6;

const EXPORT_DAYS: i32 = 30;
/// Who exports all the time does not pack up.
const EXPORTS: u32 = 6;

impl Sign {
    pub const ALL: [Self; 13] = [
        Self::PriceRise,
        Self::OpenTicket,
        Self::LateDelivery,
        Self::Refund,
        Self::MissingFeature,
        Self::Fading,
        Self::PaymentFailed,
        Self::ChampionGone,
        Self::SeatsDown,
        Self::Detractor,
        Self::Downgrade,
        Self::Discounts,
        Self::Export,
    ];

    /// As evidence names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::PriceRise => "price_rise",
            Self::OpenTicket => "open_ticket",
            Self::LateDelivery => "late_delivery",
            Self::Refund => "refund",
            Self::MissingFeature => "missing_feature",
            Self::Fading => "fading",
            Self::PaymentFailed => "payment_failed",
            Self::ChampionGone => "champion",
            Self::SeatsDown => "seats",
            Self::Detractor => "nps",
            Self::Downgrade => "downgrade",
            Self::Discounts => "discounts",
            Self::Export => "export",
        }
    }
}

impl Signs {
    /// Bits of [`Sign::ALL`], the first the lowest.
    pub fn mask(&self) -> u32 {
        Sign::ALL.iter().enumerate().filter(|(_, sign)| self.shows(**sign)).fold(0, |mask, (bit, _)| mask | (1 << bit))
    }

    pub fn shows(&self, sign: Sign) -> bool {
        self.shown.iter().any(|shown| shown.sign == sign)
    }
}

/// By the end of `today`.
pub fn signs(state: &State, today: Day) -> Signs {
    let span = Span::of(state, today);
    let (asked, features) = asked_for(state, span);
    let shown = [
        price_rise(state, span),
        open_ticket(state, span),
        late(state, span),
        refund(state, span),
        asked,
        fading(state, span),
        payment_failed(state, span),
        of_signal(Sign::ChampionGone, champion(state, span)),
        of_signal(Sign::SeatsDown, signal::seats(state, span.left)),
        detractor(state, span),
        of_signal(Sign::Downgrade, signal::downgrade(state, span.left)),
        of_signal(Sign::Discounts, signal::discounts(state, span.left)),
        export(state, span),
    ];
    let uses = habit(state, span).is_some_and(|(before, _)| before >= USES);
    let is_known = |sign| match sign {
        Sign::PriceRise => state.prices.are_comparable(),
        Sign::Fading => uses || state.days.until(span.left).len() >= PURCHASES,
        Sign::PaymentFailed => state.paid.is_some() || state.payment_failed.is_some(),
        Sign::ChampionGone => state.people.iter().filter(|(_, person)| person.uses > 0).count() > 1,
        Sign::SeatsDown => state.contract.as_ref().is_some_and(|contract| !contract.seats.is_empty()),
        Sign::MissingFeature | Sign::Export => !state.features.is_empty(),
        Sign::Discounts => state.orders() >= 4,
        Sign::Detractor => !state.nps.is_empty(),
        Sign::Downgrade => state.contract.is_some(),
        Sign::OpenTicket | Sign::LateDelivery | Sign::Refund => false,
    };
    Signs { shown: shown.into_iter().flatten().collect(), watched: Sign::ALL.map(is_known), features }
}

impl Span {
    fn of(state: &State, today: Day) -> Self {
        let contract = state.contract.as_ref().filter(|contract| contract.terms.iter().any(|term| term.start <= today));
        if let Some(contract) = contract {
            let ended = contract.so_far(today, 0).current.map(|term| term.end).filter(|end| *end < today);
            let left = contract.cancelled(today).map(|(asked, _)| asked).or(ended).unwrap_or(today);
            return Self { from: left.plus(-BEFORE_DAYS), left, to: left.plus(AFTER_DAYS).min(today) };
        }
        match state.days.until(today).last() {
            Some(last) => Self {
                from: last.plus(-BEFORE_DAYS),
                left: last.plus(AFTER_ORDER_DAYS).min(today),
                to: last.plus(AFTER_ORDER_DAYS).min(today),
            },
            None => Self { from: today.plus(-BEFORE_DAYS), left: today, to: today },
        }
    }

    fn holds(&self, day: Day) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

fn shown(sign: Sign, text: String, day: Day) -> Shown {
    Shown { sign, text, day: Some(day) }
}

fn of_signal(sign: Sign, found: Option<signal::Signal>) -> Option<Shown> {
    found.map(|signal| Shown { sign, text: signal.text, day: signal.since })
}

fn price_rise(state: &State, span: Span) -> Option<Shown> {
    let rise = state.prices.rise(span.from, span.to)?;
    let text = format!("The price rose by {:.0} % on {}", rise.share * 100.0, date_in_words(rise.day));
    Some(shown(Sign::PriceRise, text, rise.day))
}

fn open_ticket(state: &State, span: Span) -> Option<Shown> {
    let opened = state.tickets.open(span.to).filter_map(|ticket| ticket.opened).map(|at| at.day());
    let day = opened.filter(|day| span.holds(*day)).max()?;
    // Of a ticket of the last days nobody knows yet that it stays without an answer.
    let text = format!("A ticket of {} was not solved", date_in_words(day));
    (span.to.since(day) >= 3).then(|| shown(Sign::OpenTicket, text, day))
}

/// The newest of the channel within the span.
fn happened(state: &State, span: Span, channel: Channel) -> Option<Day> {
    let days = state.told.until(span.to).filter(|statement| statement.channel == channel).map(|statement| statement.at.day());
    days.filter(|day| span.holds(*day)).max()
}

fn late(state: &State, span: Span) -> Option<Shown> {
    let day = happened(state, span, Channel::Late)?;
    Some(shown(Sign::LateDelivery, format!("A delivery was late on {}", date_in_words(day)), day))
}

fn refund(state: &State, span: Span) -> Option<Shown> {
    let day = happened(state, span, Channel::Refund)?;
    Some(shown(Sign::Refund, format!("Money was given back for an order of {}", date_in_words(day)), day))
}

/// What they asked for within the span and did not use since, newest first.
fn asked_for(state: &State, span: Span) -> (Option<Shown>, Vec<String>) {
    let mut features: Vec<String> = Vec::new();
    let mut newest = None;
    for statement in state.told.until(span.to).rev() {
        let day = statement.at.day();
        let Some(feature) = &statement.feature else { continue };
        let is_there = state.features.iter().any(|(name, used)| name.eq_ignore_ascii_case(feature) && used.last >= day);
        if is_there || features.iter().any(|known| known.eq_ignore_ascii_case(feature)) {
            continue;
        }
        if span.from.plus(-BEFORE_DAYS) <= day {
            newest = newest.or(Some((feature, day)));
        }
        features.push(feature.clone());
    }
    let shown = newest.map(|(feature, day)| {
        shown(Sign::MissingFeature, format!("Asked for “{feature}” on {} and never got to use it", date_in_words(day)), day)
    });
    (shown, features)
}

/// Uses over the twelve weeks that ended eight weeks before leaving, and over the four weeks before it, as if they were twelve.
fn habit(state: &State, span: Span) -> Option<(u32, u32)> {
    let week = span.left.plus(1).week() - 1;
    if !state.weeks.reach(week - 19) {
        return None;
    }
    let uses = |from: i32, to: i32| {
        let counts = state.weeks.between(from, to).map(|(_, week): (i32, &Week)| week.uses);
        counts.fold(0_u32, u32::saturating_add)
    };
    Some((uses(week - 19, week - 8), uses(week - 3, week).saturating_mul(3)))
}

fn fading(state: &State, span: Span) -> Option<Shown> {
    if let Some((before, now)) = habit(state, span).filter(|(before, _)| *before >= USES) {
        let fall = 1.0 - f64::from(now) / f64::from(before);
        let text = format!("Use fell by {:.0} % over the months before {}", fall * 100.0, date_in_words(span.left));
        return (fall >= FALL).then(|| shown(Sign::Fading, text, span.left));
    }
    let days = state.days.until(span.left);
    let [.., one, two, last] = days else { return None };
    let first = days.first()?;
    let earlier = f64::from(one.since(*first)) / (days.len() - 3).max(1) as f64;
    let latest = f64::from(last.since(*one)) / 2.0;
    let text =
        format!("The last orders came {:.0} days apart, {earlier:.0} before: the last on {}", latest, date_in_words(*last));
    (days.len() >= PURCHASES && two > one && latest >= STRETCH * earlier && earlier > 0.0)
        .then(|| shown(Sign::Fading, text, *last))
}

fn payment_failed(state: &State, span: Span) -> Option<Shown> {
    let failed = state.payment_failed.filter(|failed| state.paid.is_none_or(|paid| paid < *failed))?.day();
    let text = format!("Payment failed on {} and was not made since", date_in_words(failed));
    (failed >= span.from && failed <= span.to).then(|| shown(Sign::PaymentFailed, text, failed))
}

fn champion(state: &State, span: Span) -> Option<signal::Signal> {
    signal::champion(state, &Feeds { usage: Some(span.left.week()), ..Feeds::default() }, span.left)
}

fn detractor(state: &State, span: Span) -> Option<Shown> {
    let (at, score) = state.nps.iter().rev().find(|(at, _)| span.holds(at.day()))?;
    let text = format!("Recommends us {score} of 10 on {}", date_in_words(at.day()));
    (*score <= DETRACTOR).then(|| shown(Sign::Detractor, text, at.day()))
}

fn export(state: &State, span: Span) -> Option<Shown> {
    let is_near = |day: Day| (span.left.plus(-EXPORT_DAYS)..=span.to).contains(&day);
    let mut exports = state.features.iter().filter(|(name, used)| {
        let name = name.to_lowercase();
        name.contains("export") && (name.contains("data") || name.contains("all")) && used.uses <= EXPORTS && is_near(used.last)
    });
    let day = exports.next()?.1.last;
    Some(shown(Sign::Export, format!("Took their data out on {}", date_in_words(day)), day))
}

/// For which a sign speaks most by the stated rates: what evidence is shown under.
pub(super) fn speaks_of(sign: Sign) -> Reason {
    match sign {
        Sign::PriceRise | Sign::Downgrade | Sign::Discounts => Reason::Price,
        Sign::OpenTicket => Reason::Service,
        Sign::LateDelivery | Sign::Refund | Sign::Detractor => Reason::PoorExperience,
        Sign::MissingFeature => Reason::MissingFeature,
        Sign::Fading | Sign::ChampionGone | Sign::SeatsDown => Reason::ReducedNeed,
        Sign::PaymentFailed => Reason::FailedPayment,
        Sign::Export => Reason::Competitor,
    }
}

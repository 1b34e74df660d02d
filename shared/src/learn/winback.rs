//! P(return | contact) and P(return | no contact) within 90 days, apart.
//!
//! Whoever would return anyway needs no offer, so that one figure would not do. The return without contact comes from the shop's own
//! fitted model of returns where there is one (risk::Score's `p_return`); else from a wide prior of the trade, which decays with the
//! days since the deadline down to a floor by reason. What contact adds is a share of those who would stay away, with a decay of its
//! own that is much slower: in the Hillstrom experiment an e-mail brings customers of ten to twelve months' silence as many points
//! as recent ones. Outcomes of past contacts move both (a Beta prior that weighs as much as some people seen). No prior is a
//! measurement of the shop, and the basis says which of them a figure rests on.

mod beta;

pub use beta::interval;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::industry::{self, GENERAL};
use crate::money::Home;
use crate::reason::Reason;
use crate::risk::MAX_CAME_BACK;
use crate::segment::{Engagement, ValueTier};
use crate::time::Day;

/// What [`Chances`] rest on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What is usual in the trade: nothing of the shop's own.
    #[default]
    Prior,
    /// Without contact: the shop's fitted model. What contact adds is still a prior.
    Model,
    /// People of this kind who were contacted, and whose time has passed.
    Outcomes,
}

/// How likely somebody returns within 90 days, or stays for as long if they have not left yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Chances {
    /// If they are contacted.
    pub contact: f64,
    /// If they are left alone.
    pub none: f64,
    /// With 90 % probability `contact` lies between these.
    pub contact_interval: (f64, f64),
    pub none_interval: (f64, f64),
    pub basis: Basis,
}

/// Past people of one kind: how many, and how many of them came back within their window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub people: u32,
    pub back: u32,
}

/// Of past entries whose window has closed, by what was done and not by what was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes {
    pub contacted: Counts,
    /// Held out, or in the no-contact arm.
    pub left_alone: Counts,
}

/// Where somebody is on the way out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lapse {
    /// Days since the deadline, or since what set the clock back: see [`days_lapsed`].
    Lost { days: u32 },
    /// P(churn within 90 days) of who is still there.
    Here { leaves: f64 },
}

/// What the chances of one person depend on.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub lapse: Lapse,
    pub reason: Reason,
    pub value: ValueTier,
    pub engagement: Engagement,
    /// P(return within 90 days) of the lost and its 90 % interval, by a model that was fitted to this shop's own past without
    /// contact; none where it rests on a prior.
    pub natural: Option<(f64, (f64, f64))>,
    /// The shop's trade.
    pub industry: Option<&'static str>,
    pub outcomes: Outcomes,
}

/// Days after which half of the natural return above its floor is gone. On Hillstrom buyers of nine months later buy a third as
/// often by themselves.
const NATURAL_HALF_LIFE: f64 = 180.0;

/// Days after which half of what contact adds above its floor is gone, and that floor as a share.
const CONTACT_HALF_LIFE: f64 = 1_095.0;
const CONTACT_FLOOR: f64 = 0.5;

/// People seen that a prior weighs as much as: few, so that it is wide and outcomes soon outweigh it.
const NATURAL_WEIGHT: f64 = 8.0;
const CONTACT_WEIGHT: f64 = 40.0;

/// Keeping somebody takes half of what winning them back does: an assumption, until outcomes say otherwise.
const KEEPING: f64 = 2.0;

/// Below so many contacted people outcomes move a figure but are not yet what it rests on.
const ENOUGH: u32 = 30;

/// Days from one look to the next for what decays by itself.
const LOOK_AGAIN: i32 = 28;

/// Silence is followed so far ahead.
const MOST_AHEAD: i32 = 1_500;

/// Days since the deadline. `reset` is the last of what starts the clock anew: an improvement that answers their reason, a lower
/// price, a visit.
pub fn days_lapsed(deadline: Day, reset: Option<Day>, today: Day) -> u32 {
    let from = reset.map_or(deadline, |reset| reset.max(deadline));
    u32::try_from(today.since(from)).unwrap_or(0)
}

/// # Formula
/// Lost: `none = n0 (f + (1 − f) 2^(−d / 180))` or the fitted model's; `contact = none + (1 − none) e0 (g + (1 − g) 2^(−d / 1095))`.
/// Still there: `none = 1 − P(churn)`, and contact keeps the share `e0` of who would leave. Then each is updated by its own counts
/// as a Beta prior is.
pub fn chances(asked: &Asked) -> Chances {
    let Asked { lapse, natural, outcomes, .. } = *asked;
    let (prior, weight) = match (lapse, natural) {
        (Lapse::Here { leaves }, _) => (1.0 - leaves, CONTACT_WEIGHT),
        (Lapse::Lost { .. }, Some((natural, interval))) => (natural, weight_of(natural, interval)),
        (Lapse::Lost { days }, None) => (natural_return(asked.industry, asked.reason, days), NATURAL_WEIGHT),
    };
    let prior = prior.clamp(0.0, 1.0);
    let none = updated(prior, weight, outcomes.left_alone);
    let effect = effect(asked);
    // What contact adds is judged on top of what is known of those left alone.
    let added = none.0 + (1.0 - none.0) * effect;
    let contact = updated(added, CONTACT_WEIGHT.min(weight.max(NATURAL_WEIGHT)), outcomes.contacted);
    let basis = match (lapse, natural) {
        _ if outcomes.contacted.people >= ENOUGH => Basis::Outcomes,
        (Lapse::Lost { .. }, None) => Basis::Prior,
        _ => Basis::Model,
    };
    Chances {
        contact: rounded(contact.0),
        none: rounded(none.0),
        contact_interval: (rounded(contact.1.0), rounded(contact.1.1)),
        none_interval: (rounded(none.1.0), rounded(none.1.1)),
        basis,
    }
}

/// P(return within 90 days | no contact) of the trade, `days` after the deadline.
///
/// The deadline is chosen so that at most a fifth of those called lost come back by themselves; of them, those whom the trade keeps.
pub fn natural_return(industry: Option<&str>, reason: Reason, days: u32) -> f64 {
    let industry = industry.and_then(industry::find).unwrap_or(&GENERAL);
    let floor = natural_floor(reason);
    MAX_CAME_BACK * industry.stays * (floor + (1.0 - floor) * halved(days, NATURAL_HALF_LIFE))
}

/// The share of those who would stay away whom contact brings back, or keeps.
pub fn effect(asked: &Asked) -> f64 {
    let by_engagement = match asked.engagement {
        Engagement::Silent => 0.7,
        Engagement::Cooling => 1.0,
        Engagement::Engaged => 1.4,
    };
    let by_value = match asked.value {
        ValueTier::Low => 0.9,
        ValueTier::Mid => 1.0,
        ValueTier::High => 1.1,
    };
    let by_lapse = match asked.lapse {
        Lapse::Lost { days } => contact_decay(days),
        Lapse::Here { .. } => KEEPING,
    };
    first_effect(asked.reason) * by_engagement * by_value * by_lapse
}

/// What is left of contact's effect `days` after the deadline, of 1 on the day itself.
pub fn contact_decay(days: u32) -> f64 {
    CONTACT_FLOOR + (1.0 - CONTACT_FLOOR) * halved(days, CONTACT_HALF_LIFE)
}

/// Margin that a day of waiting costs, in hundredths of minor units, never negative.
///
/// Who is still there may pass their deadline in the next 24 hours (`p30`, spread evenly over its days); of those who then would not
/// return by themselves, contact wins back fewer than it would have kept. Of the lost, what contact adds decays by a day.
///
/// `worth` is the margin of the year after.
pub fn waiting(asked: &Asked, p30: f64, chances: &Chances, worth: Home) -> i64 {
    let lost_share = match asked.lapse {
        Lapse::Here { .. } => {
            let a_day = 1.0 - libm::pow(1.0 - p30.clamp(0.0, 1.0), 1.0 / 30.0);
            let lost = Asked { lapse: Lapse::Lost { days: 0 }, ..*asked };
            let alone = natural_return(asked.industry, asked.reason, 0);
            a_day * (1.0 - alone) * (effect(asked) - effect(&lost)).max(0.0)
        }
        Lapse::Lost { days } => {
            let decay = 1.0 - contact_decay(days.saturating_add(1)) / contact_decay(days);
            (chances.contact - chances.none).max(0.0) * decay
        }
    };
    whole(worth.0.max(0) as f64 * lost_share * 100.0)
}

/// Margin that contact is expected to bring beyond what comes by itself, in minor units, never negative: whom contact harms is left
/// alone.
pub fn regain(chances: &Chances, worth: Home) -> i64 {
    whole(worth.0.max(0) as f64 * (chances.contact - chances.none).max(0.0))
}

/// The first day on which a shown per cent of the lost changes by silence alone, looked at every four weeks; none of who is still
/// there, since scoring follows those, and none where nothing changes any more.
pub fn next_change(asked: &Asked, now: &Chances, today: Day) -> Option<Day> {
    let Lapse::Lost { days } = asked.lapse else { return None };
    let shown = |chances: &Chances| [chances.contact, chances.none].map(|p| libm::round(p * 100.0) as i32);
    (1..=MOST_AHEAD / LOOK_AGAIN).map(|looks| looks * LOOK_AGAIN).find_map(|ahead| {
        let lapse = Lapse::Lost { days: days.saturating_add(ahead.unsigned_abs()) };
        (shown(&chances(&Asked { lapse, ..*asked })) != shown(now)).then(|| today.plus(ahead))
    })
}

/// Of the natural return on the day of the deadline, the share that stays however long the silence: a need may come again, while
/// who was treated badly rarely comes unasked.
fn natural_floor(reason: Reason) -> f64 {
    match reason {
        Reason::ReducedNeed => 0.25,
        Reason::Price => 0.15,
        Reason::FailedPayment | Reason::Competitor | Reason::Unknown => 0.1,
        Reason::MissingFeature | Reason::Service | Reason::PoorExperience => 0.05,
    }
}

/// On the day of the deadline. Round assumptions: a refused card is mended by asking, a need that went is not; a sequence of messages
/// brings a few points more than the single e-mail of Hillstrom (half a point of orders within two weeks).
fn first_effect(reason: Reason) -> f64 {
    match reason {
        Reason::FailedPayment => 0.15,
        Reason::Price => 0.05,
        Reason::MissingFeature | Reason::Service => 0.04,
        Reason::Competitor | Reason::PoorExperience | Reason::Unknown => 0.03,
        Reason::ReducedNeed => 0.02,
    }
}

fn halved(days: u32, half_life: f64) -> f64 {
    libm::exp2(-f64::from(days) / half_life)
}

/// Mean and 90 % interval of a Beta prior with this mean, that weighs `weight` people, after `seen`.
fn updated(prior: f64, weight: f64, seen: Counts) -> (f64, (f64, f64)) {
    let (back, people) = (f64::from(seen.back.min(seen.people)), f64::from(seen.people));
    let (a, b) = (weight * prior + back, weight * (1.0 - prior) + people - back);
    (a / (a + b), interval(a, b))
}

/// The people that a Beta distribution of this mean and about this wide 90 % interval weighs.
fn weight_of(mean: f64, (low, high): (f64, f64)) -> f64 {
    let sd = ((high - low) / 3.289_707).max(1e-4);
    (mean * (1.0 - mean) / (sd * sd) - 1.0).clamp(NATURAL_WEIGHT, 10_000.0)
}

fn rounded(p: f64) -> f64 {
    libm::round(p.clamp(0.0, 1.0) * 1e4) / 1e4
}

fn whole(amount: f64) -> i64 {
    libm::round(amount).clamp(0.0, 9.0e15) as i64
}

#[cfg(test)]
mod tests;

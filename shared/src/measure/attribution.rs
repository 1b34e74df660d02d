//! Which messages a return is told as: five models side by side over the same stored touches.
//!
//! This describes, and proves nothing: whoever would have come anyway also clicked something. What a campaign earned is measured
//! against its holdout, and no share said here enters that figure. Models differ only in how they divide; each divides a return into
//! whole millionths and its money into whole minor units, so that sums over touches are exact. A return with no touch inside the windows
//! is direct, in every model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::campaign::Channel;
use crate::time::{MILLIS_PER_DAY, Millis};

/// A return in whole parts.
pub const WHOLE: u32 = 1_000_000;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AttributionModel)]
pub enum Model {
    /// All to the last; a used code before a click, and a click before a delivery, by [`Settings::clicks_first`].
    #[default]
    Last,
    First,
    /// To each the same.
    Linear,
    /// 40 % to the first and to the last, 20 % to those between; of two, half each.
    Position,
    /// Half as much for each [`Settings::half_life_days`] before the return.
    Decay,
}

/// How long after a touch a return is told as its.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = AttributionSettings)]
pub struct Settings {
    /// Which model the report shows first.
    pub model: Model,
    /// A channel that is not named has its default.
    pub windows: BTreeMap<Channel, Window>,
    pub clicks_first: bool,
    pub half_life_days: u16,
}

/// UTC days; 0 is the same day only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AttributionWindow)]
pub struct Window {
    /// After a click, an answer or a visit from it.
    pub click_days: u16,
    /// After it arrived, with nothing done about it.
    pub delivered_days: u16,
}

/// A touch that went out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Touch {
    pub id: i64,
    pub channel: Channel,
    pub sent_at: Millis,
    /// When it arrived, or went out where nothing tells; none where it did not arrive.
    pub delivered_at: Option<Millis>,
    /// By people, in any order.
    pub clicks: Vec<Millis>,
    /// The return used a code that came with it.
    pub redeemed: bool,
}

/// By what a touch is held to have to do with a return, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AttributionEvidence)]
pub enum Evidence {
    Delivered,
    Clicked,
    Redeemed,
}

/// What one touch has of a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    pub touch: i64,
    pub channel: Channel,
    pub evidence: Evidence,
    /// Of its click, else of its arrival; of a used code that of the return.
    pub at: Millis,
    /// Parts of [`WHOLE`], in the order of [`Model::ALL`].
    pub shares: [u32; 5],
}

/// Who has which share of a return, in order of time; nobody where it is direct. In each model shares add up to [`WHOLE`].
///
/// A touch counts if it went out before the return and its channel's window was open: after its last click before the return, else after
/// its arrival. A touch whose own code was used counts whenever it went out.
pub fn credits(touches: &[Touch], returned_at: Millis, settings: &Settings) -> Vec<Credit> {
    let mut once: BTreeMap<i64, &Touch> = BTreeMap::new();
    for touch in touches {
        let kept = once.entry(touch.id).or_insert(touch);
        *kept = touch.max(kept);
    }
    let mut found: Vec<Credit> = once.into_values().filter_map(|touch| counted(touch, returned_at, settings)).collect();
    found.sort_by_key(|credit| (credit.at, credit.touch));
    for (place, model) in Model::ALL.into_iter().enumerate() {
        let shares = split(i64::from(WHOLE), &weights(model, &found, settings));
        for (credit, share) in found.iter_mut().zip(shares) {
            if let Some(own) = credit.shares.get_mut(place) {
                *own = u32::try_from(share).unwrap_or(0);
            }
        }
    }
    found
}

/// An amount divided by weights into whole minor units that add up to it: each its share rounded towards zero, and what is left, unit by
/// unit, to those who lost most by it, of equal ones to the earlier (the largest remainder, Hamilton 1792). Weights that are all zero
/// divide nothing: everything falls to the last.
pub fn split(amount: i64, weights: &[u64]) -> Vec<i64> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let Some(last) = weights.len().checked_sub(1) else { return Vec::new() };
    if sum == 0 {
        return (0..weights.len()).map(|place| if place == last { amount } else { 0 }).collect();
    }
    let total = u128::from(amount.unsigned_abs());
    let exact = weights.iter().map(|weight| total * u128::from(*weight));
    let mut parts: Vec<(usize, u128, u128)> = exact.enumerate().map(|(place, exact)| (place, exact / sum, exact % sum)).collect();
    let given: u128 = parts.iter().map(|(_, part, _)| part).sum();
    let left = usize::try_from(total - given).unwrap_or(0);
    parts.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)));
    parts.iter_mut().take(left).for_each(|(_, part, _)| *part += 1);
    parts.sort_by_key(|(place, ..)| *place);
    let signed = |part: u128| {
        let part = i64::try_from(part).unwrap_or(i64::MAX);
        if amount < 0 { -part } else { part }
    };
    parts.into_iter().map(|(_, part, _)| signed(part)).collect()
}

impl Model {
    pub const ALL: [Self; 5] = [Self::Last, Self::First, Self::Linear, Self::Position, Self::Decay];

    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::First => "first",
            Self::Linear => "linear",
            Self::Position => "position",
            Self::Decay => "decay",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.code() == code)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { model: Model::Last, windows: BTreeMap::new(), clicks_first: true, half_life_days: 7 }
    }
}

impl Settings {
    pub fn window(&self, channel: Channel) -> Window {
        self.windows.get(&channel).copied().unwrap_or_else(|| Window::usual(channel))
    }
}

impl Window {
    /// Unless a shop says otherwise. What is quick to read is quick to be forgotten; a card lies on the table.
    pub fn usual(channel: Channel) -> Self {
        let (click_days, delivered_days) = match channel {
            Channel::Email => (5, 3),
            Channel::Sms => (3, 1),
            Channel::InApp => (3, 1),
            Channel::Post => (30, 21),
            Channel::Call => (14, 14),
            Channel::Video => (7, 5),
            Channel::Retargeting => (7, 1),
        };
        Self { click_days, delivered_days }
    }
}

fn counted(touch: &Touch, returned_at: Millis, settings: &Settings) -> Option<Credit> {
    if touch.sent_at > returned_at {
        return None;
    }
    let window = settings.window(touch.channel);
    let open = |at: &Millis, days: u16| *at <= returned_at && returned_at.day().since(at.day()) <= i32::from(days);
    let clicked = touch.clicks.iter().copied().filter(|at| open(at, window.click_days)).max();
    let delivered = touch.delivered_at.filter(|at| open(at, window.delivered_days));
    let (evidence, at) = match (touch.redeemed, clicked, delivered) {
        (true, ..) => (Evidence::Redeemed, returned_at),
        (_, Some(at), _) => (Evidence::Clicked, at),
        (_, None, Some(at)) => (Evidence::Delivered, at),
        (_, None, None) => return None,
    };
    Some(Credit { touch: touch.id, channel: touch.channel, evidence, at, shares: [0; 5] })
}

/// Whole numbers, so that shares are the same on every machine.
fn weights(model: Model, credits: &[Credit], settings: &Settings) -> Vec<u64> {
    let last = credits.len().saturating_sub(1);
    let only = |one: usize| (0..credits.len()).map(|place| u64::from(place == one)).collect();
    match model {
        Model::Last => {
            let rank = |credit: &Credit| match credit.evidence {
                Evidence::Redeemed => 2,
                Evidence::Clicked if settings.clicks_first => 1,
                Evidence::Clicked | Evidence::Delivered => 0,
            };
            let best = credits.iter().enumerate().max_by_key(|(place, credit)| (rank(credit), *place));
            only(best.map_or(0, |(place, _)| place))
        }
        Model::First => only(0),
        Model::Linear => vec![1; credits.len()],
        Model::Position if credits.len() <= 2 => vec![1; credits.len()],
        // 40 : 20 / k : 40 for k between.
        Model::Position => {
            let between = u64::try_from(last - 1).unwrap_or(1);
            (0..=last).map(|place| if place == 0 || place == last { 2 * between } else { 1 }).collect()
        }
        Model::Decay => {
            let newest = credits.last().map_or(0, |credit| credit.at.0);
            let half_life = (f64::from(settings.half_life_days.max(1))) * MILLIS_PER_DAY as f64;
            let weight = |credit: &Credit| libm::exp2(40.0 - (newest - credit.at.0) as f64 / half_life);
            credits.iter().map(|credit| libm::round(weight(credit)) as u64).collect()
        }
    }
}

#[cfg(test)]
mod tests;

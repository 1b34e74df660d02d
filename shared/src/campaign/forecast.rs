//! What a campaign is likely to bring and to cost, before its launch.
//!
//! Each run draws what is not known, the chances of a return, and then what chance does with it, the returns of that many people. The
//! intervals carry both. People of one row have the same chances over every channel, so they are drawn once a row and run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Channel;
use super::cost::Micros;
use crate::random::Random;

pub use crate::measure::power::{detectable, share_for};

/// People of one row of the matrix who are reached over one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ForecastGroup)]
pub struct Group {
    /// `segment::Row::number`.
    pub row: u8,
    pub channel: Channel,
    /// Who are contacted: eligible, and held out from nothing.
    pub people: u32,
    /// Chance of a return if left alone, with the 5 % and 95 % quantiles.
    pub alone: Chance,
    /// If contacted.
    pub contact: Chance,
    /// Mean margin of the year after a return, in minor units of the home currency, and its standard deviation over people.
    pub margin_back: f64,
    pub margin_spread: f64,
    /// What a return costs by its offer, in minor units.
    pub offer_cost: f64,
    /// Touches a person, by the day of the calendar and the channel of each.
    pub touches: Vec<Planned>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ForecastChance)]
pub struct Chance {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

/// A touch of the calendar ahead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ForecastTouch)]
pub struct Planned {
    /// Days after the entry.
    pub day: u16,
    pub channel: Channel,
    pub cost: Micros,
    /// The share of the group's people whom it reaches, 0 to 1.
    pub share: f64,
}

/// A figure with its 90 % interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ForecastFigure)]
pub struct Figure {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = CampaignForecast)]
pub struct Forecast {
    /// Returns within the window among the contacted.
    pub won_back: Figure,
    /// More than would come back by themselves.
    pub more: Figure,
    /// Margin of these more, less offers and messages; minor units of the home currency.
    pub margin: Figure,
    /// Of messages and of offers that are redeemed; minor units.
    pub cost: Figure,
    /// Messages by day and channel code.
    pub messages: BTreeMap<u16, BTreeMap<String, u32>>,
    pub cost_by_channel: BTreeMap<String, Micros>,
    pub runs: u32,
}

/// Runs that are enough for steady ends of the intervals.
pub const RUNS: u32 = 2_000;

/// `minor_per_unit`: minor units in a major one, 100 for a dollar.
pub fn forecast(groups: &[Group], minor_per_unit: u32, runs: u32, seed: u64) -> Forecast {
    let runs = runs.clamp(100, 20_000);
    let (messages, cost_by_channel) = calendar(groups);
    let micros: Micros = cost_by_channel.values().copied().sum();
    let sent = micros.0 as f64 / 1e6 * f64::from(minor_per_unit);
    let mut random = Random::new(seed);
    let mut drawn: [Vec<f64>; 4] = Default::default();
    for _ in 0..runs {
        let run = run(groups, &mut random);
        let figures = [run.returned, run.more, run.margin - run.offers - sent, run.offers + sent];
        for (all, one) in drawn.iter_mut().zip(figures) {
            all.push(one);
        }
    }
    let [won_back, more, margin, cost] = drawn.map(figure);
    Forecast { won_back, more, margin, cost, messages, cost_by_channel, runs }
}

#[derive(Default)]
struct Run {
    returned: f64,
    more: f64,
    margin: f64,
    offers: f64,
}

fn run(groups: &[Group], random: &mut Random) -> Run {
    let mut sum = Run::default();
    let mut chances: BTreeMap<(u8, [u64; 4]), (f64, f64)> = BTreeMap::new();
    for group in groups {
        let key = [group.alone.mean, group.contact.mean, group.alone.low, group.contact.low].map(f64::to_bits);
        let (alone, contact) = *chances.entry((group.row, key)).or_insert_with(|| draw(group, random));
        let returned = binomial(group.people, contact, random);
        let more = returned - binomial(group.people, alone, random);
        sum.returned += returned;
        sum.more += more;
        sum.offers += returned * group.offer_cost.max(0.0);
        sum.margin += total(more, group.margin_back, group.margin_spread, random);
    }
    sum
}

/// Chances of one run. What contact adds is drawn of those who would not come by themselves; so much of the spread of `contact` as that
/// of `alone` does not explain is its own.
fn draw(group: &Group, random: &mut Random) -> (f64, f64) {
    let (a, c) = (group.alone, group.contact);
    let alone = beta(a.mean, variance(a), random);
    let rest = 1.0 - a.mean;
    let effect = if rest > 0.0 { (c.mean - a.mean) / rest } else { 0.0 };
    if effect <= 0.0 {
        return (alone, alone);
    }
    let own = (variance(c) - (1.0 - effect) * (1.0 - effect) * variance(a)) / (rest * rest);
    // An effect is never known to better than a tenth of itself.
    let effect = beta(effect, own.max(0.01 * effect * effect), random);
    (alone, alone + (1.0 - alone) * effect)
}

/// Of an interval that holds 90 %, as of a normal distribution.
fn variance(chance: Chance) -> f64 {
    let deviation = (chance.high - chance.low).max(0.0) / (2.0 * 1.644_853_627);
    deviation * deviation
}

fn beta(mean: f64, variance: f64, random: &mut Random) -> f64 {
    let most = mean * (1.0 - mean);
    if !(mean > 0.0 && mean < 1.0 && variance > 0.0) {
        return mean.clamp(0.0, 1.0);
    }
    // As many people as would leave so much doubt; one at least.
    let weight = (most / variance - 1.0).max(1.0);
    random.beta(mean * weight, (1.0 - mean) * weight)
}

/// How many of `people` return: one by one where they are few, else by the normal distribution.
fn binomial(people: u32, chance: f64, random: &mut Random) -> f64 {
    if chance.is_nan() || chance <= 0.0 {
        return 0.0;
    }
    let n = f64::from(people);
    let deviation = libm::sqrt(n * chance * (1.0 - chance));
    if deviation > 6.0 {
        return libm::round(n * chance + deviation * random.normal()).clamp(0.0, n);
    }
    if chance >= 1.0 {
        return n;
    }
    if chance > 0.5 {
        return n - binomial(people, 1.0 - chance, random);
    }
    // From one return to the next (Devroye 1986, chapter X.4.3).
    let log = libm::log1p(-chance);
    let (mut at, mut count) = (0.0, 0.0);
    loop {
        at += libm::floor(libm::log(1.0 - random.unit()) / log) + 1.0;
        if at > n {
            return count;
        }
        count += 1.0;
    }
}

/// The sum over `people`, who may be fewer than none, of amounts of this mean and deviation: a gamma distribution.
fn total(people: f64, mean: f64, deviation: f64, random: &mut Random) -> f64 {
    let count = people.abs();
    if count < 0.5 || !(mean > 0.0 && deviation > 0.0) {
        return people * mean;
    }
    let shape = count * mean * mean / (deviation * deviation);
    let sum = random.gamma(shape) * deviation * deviation / mean;
    if people < 0.0 { -sum } else { sum }
}

type Messages = BTreeMap<u16, BTreeMap<String, u32>>;

fn calendar(groups: &[Group]) -> (Messages, BTreeMap<String, Micros>) {
    let mut counts: BTreeMap<(u16, Channel), f64> = BTreeMap::new();
    let mut costs: BTreeMap<Channel, f64> = BTreeMap::new();
    for group in groups {
        for touch in &group.touches {
            let people = f64::from(group.people) * touch.share.clamp(0.0, 1.0);
            *counts.entry((touch.day, touch.channel)).or_default() += people;
            *costs.entry(touch.channel).or_default() += people * touch.cost.0.max(0) as f64;
        }
    }
    let mut messages = Messages::new();
    for ((day, channel), count) in counts {
        let count = libm::round(count).clamp(0.0, f64::from(u32::MAX)) as u32;
        messages.entry(day).or_default().insert(channel.code().to_owned(), count);
    }
    let micros = |cost: f64| Micros(libm::ceil(cost).clamp(0.0, 9.0e18) as i64);
    (messages, costs.into_iter().map(|(channel, cost)| (channel.code().to_owned(), micros(cost))).collect())
}

fn figure(mut drawn: Vec<f64>) -> Figure {
    let mean = drawn.iter().sum::<f64>() / (drawn.len().max(1)) as f64;
    drawn.sort_by(f64::total_cmp);
    let at = |part: f64| drawn.get(((drawn.len().saturating_sub(1)) as f64 * part) as usize).copied().unwrap_or(0.0);
    Figure { mean, low: at(0.05), high: at(0.95) }
}

#[cfg(test)]
mod tests;

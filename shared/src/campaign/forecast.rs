//! What a campaign is likely to bring and to cost, before its launch.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Channel;
use super::cost::Micros;

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

/// `minor_per_unit`: minor units in a major one, 100 for a dollar.
pub fn forecast(groups: &[Group], minor_per_unit: u32, runs: u32, seed: u64) -> Forecast {
    let _ = (groups, minor_per_unit, seed);
    let none = Figure::default();
    Forecast {
        won_back: none,
        more: none,
        margin: none,
        cost: none,
        messages: BTreeMap::new(),
        cost_by_channel: BTreeMap::new(),
        runs,
    }
}

/// The least difference of two rates that a campaign of `people` finds with this power, two-sided at `alpha`: its held-out share, per
/// mille, has the rate `base`. None where one side is empty.
pub fn detectable(base: f64, held_out: u16, people: u32, power: f64, alpha: f64) -> Option<f64> {
    let _ = (base, held_out, people, power, alpha);
    None
}

/// The least share to hold out, per mille and at most 500, with which `effect` is found; none where no share does.
pub fn share_for(base: f64, effect: f64, people: u32, power: f64, alpha: f64) -> Option<u16> {
    let _ = (base, effect, people, power, alpha);
    None
}

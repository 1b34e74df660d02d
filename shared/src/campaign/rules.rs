//! A shop's rules of reaching people. What is left empty is the default, and never without a limit.

mod check;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Channel;
use super::brake::Thresholds;
use super::cost::{CostBook, Micros, scaled};
use crate::money::Currency;

/// Settings of sending, one set for the whole shop. Stored as JSON; read with [`Rules::read`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = SendingRules)]
pub struct Rules {
    /// By channel; an absent one has the default of [`Rules::cap`].
    pub caps: BTreeMap<Channel, Cap>,
    /// Over all channels together.
    pub total: Cap,
    /// Hours after an order in which nothing is sent.
    pub quiet_after_order: u16,
    /// Days after which a touch that is held is given up.
    pub hold_days: u16,
    /// The share of everybody who is in no campaign at all, per mille. 0 holds nobody out.
    pub holdout: u16,
    /// A name of the IANA database, where a contact's own zone is unknown; none is UTC.
    pub fallback_zone: Option<String>,
    /// Between these hours of the fallback zone.
    pub fallback_hours: Hours,
    /// By channel, within what the law allows.
    pub hours: BTreeMap<Channel, Hours>,
    /// Who launches a campaign did not write it.
    pub two_person: bool,
    /// Countries that may be reached over a channel that costs or that the law is strict about; an absent channel or an empty list has
    /// the default of [`Rules::allows_country`].
    pub countries: BTreeMap<Channel, Vec<String>>,
    /// Most that a channel may cost a day; an absent one has the default of [`Rules::money_a_day`].
    pub money_a_day: BTreeMap<Channel, Micros>,
    /// Share of a campaign's first touches that go before the rest, per mille.
    pub canary: u16,
    /// At least so many.
    pub canary_least: u32,
    /// Minutes between a launch and its first touch, in which it can be undone.
    pub undo_minutes: u16,
    pub ramp: Ramp,
    pub brake: Thresholds,
    pub costs: CostBook,
    /// Times that a provider is asked for one touch.
    pub tries: u8,
}

/// At most so many within so many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactCap)]
pub struct Cap {
    pub most: u16,
    pub days: u16,
}

/// Whole hours of a day on the clock on the wall: from the first, until the second begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SendingHours)]
pub struct Hours {
    pub from: u8,
    /// 24 is midnight.
    pub to: u8,
}

/// How a new sender is warmed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = WarmUp)]
pub struct Ramp {
    /// Messages on the first day.
    pub start: u32,
    /// Each day's share of the day before's, per mille: 1 500 is half as many again.
    pub growth: u16,
    /// The days that it takes; none are limited after.
    pub days: u16,
    /// Of a day's messages, the share that may go to addresses that were long silent, per mille.
    pub probe: u16,
    /// Months without a click, reply or visit after which an address is long silent.
    pub silent_months: u16,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            caps: BTreeMap::new(),
            total: Cap { most: 8, days: 30 },
            quiet_after_order: 48,
            hold_days: 3,
            holdout: 50,
            fallback_zone: None,
            fallback_hours: Hours { from: 10, to: 18 },
            hours: BTreeMap::new(),
            two_person: false,
            countries: BTreeMap::new(),
            money_a_day: BTreeMap::new(),
            canary: 50,
            canary_least: 200,
            undo_minutes: 10,
            ramp: Ramp::default(),
            brake: Thresholds::default(),
            costs: CostBook::default(),
            tries: 3,
        }
    }
}

impl Default for Ramp {
    fn default() -> Self {
        Self { start: 200, growth: 1_500, days: 28, probe: 50, silent_months: 12 }
    }
}

/// Where a channel that costs may go unless a shop says otherwise: the European Economic Area, Switzerland, the United Kingdom, North
/// America, Australia and New Zealand. Fraud with messages to premium numbers comes from elsewhere.
const COUNTRIES: &str =
    "AT AU BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO NZ PL PT RO SE SI SK US";

impl Rules {
    /// Of stored settings; nulls and empty texts in them are what they are to a person: nothing said, the default.
    ///
    /// # Errors
    /// When it is no JSON, or holds what is no rule.
    pub fn read(settings: Option<&str>) -> Result<Self, serde_json::Error> {
        let Some(settings) = settings else { return Ok(Self::default()) };
        let mut value: serde_json::Value = serde_json::from_str(settings)?;
        drop_empty(&mut value);
        serde_json::from_value(value)
    }

    pub fn cap(&self, channel: Channel) -> Cap {
        let default = match channel {
            Channel::Email => Cap { most: 2, days: 7 },
            Channel::Sms => Cap { most: 1, days: 7 },
            Channel::InApp => Cap { most: 3, days: 7 },
            Channel::Post => Cap { most: 1, days: 60 },
            Channel::Call => Cap { most: 1, days: 14 },
            Channel::Video | Channel::Retargeting => Cap { most: 1, days: 30 },
        };
        self.caps.get(&channel).copied().unwrap_or(default)
    }

    /// Mail and what is shown in an app may go anywhere, unless countries are named for them; where the country is unknown, a channel
    /// with a list is closed.
    pub fn allows_country(&self, channel: Channel, country: Option<&str>) -> bool {
        let named = self.countries.get(&channel).filter(|named| !named.is_empty());
        match (named, channel) {
            (Some(named), _) => country.is_some_and(|country| named.iter().any(|one| one == country)),
            (None, Channel::Sms | Channel::Call | Channel::Post) => {
                country.is_some_and(|country| COUNTRIES.split(' ').any(|one| one == country))
            }
            (None, _) => true,
        }
    }

    /// None where a channel costs next to nothing and none is set.
    pub fn money_a_day(&self, channel: Channel, home: Currency) -> Option<Micros> {
        let default = match channel {
            Channel::Sms => Some(50_000_000),
            Channel::Post | Channel::Call | Channel::Video | Channel::Retargeting => Some(100_000_000),
            Channel::Email | Channel::InApp => None,
        };
        self.money_a_day.get(&channel).copied().or(default.map(|micros| scaled(micros, home)))
    }
}

/// How many touches of a campaign with so many contacted go before the rest.
pub fn canary_size(rules: &Rules, contacted: u64) -> u32 {
    let share = contacted.saturating_mul(u64::from(rules.canary)) / 1_000;
    u32::try_from(share).unwrap_or(u32::MAX).max(rules.canary_least)
}

fn drop_empty(value: &mut serde_json::Value) {
    use serde_json::Value;
    let is_empty = |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !is_empty(value));
            fields.values_mut().for_each(drop_empty);
        }
        Value::Array(items) => {
            items.retain(|value| !is_empty(value));
            items.iter_mut().for_each(drop_empty);
        }
        _ => {}
    }
}

//! The cost book: what one touch costs, by channel.
//!
//! Amounts are millionths of a major unit of the home currency ([`Micros`]): a mail costs less than a cent, and a thousand of them do not
//! cost nothing. What is empty is the default, so that no channel is ever free by omission; a shop for which one really is types a zero.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Channel;
use crate::money::Currency;

/// Millionths of a major unit of the home currency: 1 000 000 is a dollar, 1 000 a tenth of a cent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct Micros(pub i64);

/// What a shop pays. None is the default of [`CostBook::of`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CostBook {
    pub email: Option<Micros>,
    /// A segment, where its country has no price of its own.
    pub sms: Option<Micros>,
    /// A segment, by the two letters of a country.
    pub sms_by_country: BTreeMap<String, Micros>,
    pub in_app: Option<Micros>,
    pub postcard: Option<Micros>,
    pub call_minute: Option<Micros>,
    /// Minutes that a call takes, with what is written down after it.
    pub call_minutes: Option<u16>,
    pub video: Option<Micros>,
    pub manager_hour: Option<Micros>,
    /// A person in an audience, for as long as a campaign lasts; what is typed by day counts instead where it is known.
    pub retargeting: Option<Micros>,
}

/// The defaults in dollars: list prices of common providers in 2026, rounded up; an hour of a person at what one costs all in.
const EMAIL: i64 = 1_000;
const SMS: i64 = 100_000;
const IN_APP: i64 = 100;
const POSTCARD: i64 = 1_200_000;
const CALL_MINUTE: i64 = 750_000;
const CALL_MINUTES: u16 = 10;
const VIDEO: i64 = 8_000_000;
const MANAGER_HOUR: i64 = 60_000_000;
const RETARGETING: i64 = 500_000;

/// A segment of SMS with the carriers' fees.
const SMS_BY_COUNTRY: [(&str, i64); 18] = [
    ("AT", 110_000),
    ("AU", 60_000),
    ("BE", 110_000),
    ("CA", 15_000),
    ("CH", 90_000),
    ("DE", 115_000),
    ("DK", 60_000),
    ("ES", 85_000),
    ("FR", 85_000),
    ("GB", 55_000),
    ("IE", 90_000),
    ("IN", 85_000),
    ("IT", 95_000),
    ("NL", 110_000),
    ("NZ", 115_000),
    ("PL", 50_000),
    ("SE", 65_000),
    ("US", 13_000),
];

impl CostBook {
    /// What a touch costs. `units`: segments of an SMS, minutes of a call, else how many; 0 is what is usual.
    pub fn of(&self, channel: Channel, country: Option<&str>, units: u16, home: Currency) -> Micros {
        let (one, usual) = match channel {
            Channel::Email => (self.email.unwrap_or(scaled(EMAIL, home)), 1),
            Channel::Sms => (self.segment(country, home), 1),
            Channel::InApp => (self.in_app.unwrap_or(scaled(IN_APP, home)), 1),
            Channel::Post => (self.postcard.unwrap_or(scaled(POSTCARD, home)), 1),
            Channel::Call => {
                (self.call_minute.unwrap_or(scaled(CALL_MINUTE, home)), self.call_minutes.unwrap_or(CALL_MINUTES).max(1))
            }
            Channel::Video => (self.video.unwrap_or(scaled(VIDEO, home)), 1),
            Channel::Retargeting => (self.retargeting.unwrap_or(scaled(RETARGETING, home)), 1),
        };
        let units = if units == 0 { usual } else { units };
        Micros(one.0.max(0).saturating_mul(i64::from(units)))
    }

    pub fn manager_hour(&self, home: Currency) -> Micros {
        self.manager_hour.unwrap_or(scaled(MANAGER_HOUR, home))
    }

    fn segment(&self, country: Option<&str>, home: Currency) -> Micros {
        let own = country.and_then(|country| self.sms_by_country.get(country)).copied();
        let known = SMS_BY_COUNTRY.iter().find(|(code, _)| Some(*code) == country).map(|(_, price)| scaled(*price, home));
        own.or(self.sms).or(known).unwrap_or(scaled(SMS, home))
    }

    /// Every amount that was typed, by its field.
    pub(super) fn typed(&self) -> impl Iterator<Item = (String, Micros)> {
        let fields = [
            ("email", self.email),
            ("sms", self.sms),
            ("in_app", self.in_app),
            ("postcard", self.postcard),
            ("call_minute", self.call_minute),
            ("video", self.video),
            ("manager_hour", self.manager_hour),
            ("retargeting", self.retargeting),
        ];
        let by_country = self.sms_by_country.iter().map(|(country, price)| (format!("sms_by_country.{country}"), *price));
        fields.into_iter().filter_map(|(field, amount)| Some((field.to_owned(), amount?))).chain(by_country)
    }
}

impl Micros {
    /// Minor units, rounded up: what is reserved is never too little.
    pub fn minor(self, home: Currency) -> i64 {
        let unit = 1_000_000 / 10_i64.pow(home.decimals().min(6));
        self.0.saturating_add(unit - 1).div_euclid(unit)
    }
}

impl std::ops::Add for Micros {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Micros {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), std::ops::Add::add)
    }
}

/// A default in the home currency: whose unit is a cent's worth (yen, won) takes a hundred times as many. Rough on purpose; a shop types
/// its own.
pub(super) fn scaled(micros: i64, home: Currency) -> Micros {
    Micros(if home.decimals() == 0 { micros.saturating_mul(100) } else { micros })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_channel_is_free_by_omission_and_a_typed_zero_is_one() {
        let book = CostBook::default();
        for channel in Channel::ALL {
            assert!(book.of(channel, None, 0, Currency::USD) > Micros(0), "{channel:?}");
        }
        let free = CostBook { email: Some(Micros(0)), ..book };
        assert_eq!(free.of(Channel::Email, None, 0, Currency::USD), Micros(0));
    }

    #[test]
    fn a_segment_is_priced_by_its_country_first_by_the_shop() {
        let book = CostBook { sms_by_country: [("DE".to_owned(), Micros(7))].into(), ..CostBook::default() };
        let of = |country, units| book.of(Channel::Sms, country, units, Currency::USD).0;
        assert_eq!((of(Some("DE"), 2), of(Some("US"), 1), of(None, 0)), (14, 13_000, 100_000));
    }

    #[test]
    fn minor_units_are_rounded_up() {
        assert_eq!([Micros(1), Micros(10_000), Micros(10_001)].map(|cost| cost.minor(Currency::USD)), [1, 1, 2]);
        let yen = Currency::parse("JPY").unwrap();
        assert_eq!(Micros(1_000_001).minor(yen), 2);
    }
}

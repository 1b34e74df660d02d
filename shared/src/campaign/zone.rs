//! In which time zone somebody is taken to be, and in which country.
//!
//! The profile's own zone, else the area of a North American phone number, else the country; where a country has several zones, the one
//! in which most live, and hours that the law sets hold in the outermost of them too. Who is nowhere is in the shop's fallback zone, and
//! is reached between its fallback hours: an unknown zone drops nobody.

mod areas;
mod countries;

use chrono::{DateTime, Datelike as _, NaiveDateTime, Timelike as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::person::Contact;
use super::rules::Rules;
use crate::time::Millis;

/// A zone, with how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    pub tz: Tz,
    pub basis: Basis,
    /// Of an approximate one: the outermost zones of its country.
    pub others: &'static [Tz],
}

/// How a zone is known, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ZoneBasis)]
pub enum Basis {
    Profile,
    /// By the area of the phone number.
    Area,
    /// A country with one zone.
    Country,
    /// A country with several zones: the one in which most live.
    Approximate,
    /// Unknown: the shop's fallback zone, between the fallback hours.
    Fallback,
}

/// Never fails: who is in no known place is in the shop's fallback zone.
pub fn zone(rules: &Rules, contact: &Contact) -> Zone {
    let named = |name: &str| name.parse::<Tz>().ok();
    if let Some(tz) = contact.time_zone.as_deref().and_then(named) {
        return Zone { tz, basis: Basis::Profile, others: &[] };
    }
    let by_phone = contact.phone_prefix.as_deref().and_then(areas::area);
    // A number that was kept through a move says less than the country that a person gave.
    if let Some((country, tz)) = by_phone
        && contact.country.as_deref().is_none_or(|own| own == country)
    {
        return Zone { tz, basis: Basis::Area, others: &[] };
    }
    if let Some(zone) = country(contact).as_deref().and_then(of_country) {
        return zone;
    }
    let tz = rules.fallback_zone.as_deref().and_then(named).unwrap_or(Tz::UTC);
    Zone { tz, basis: Basis::Fallback, others: &[] }
}

/// Of two letters of ISO 3166-1.
pub fn of_country(code: &str) -> Option<Zone> {
    if let Some((_, [tz, others @ ..])) = countries::MANY.iter().find(|(country, _)| *country == code) {
        return Some(Zone { tz: *tz, basis: Basis::Approximate, others });
    }
    let tz = countries::ONE.split("; ").find_map(|line| line.strip_prefix(code)?.strip_prefix(' '))?.parse().ok()?;
    Some(Zone { tz, basis: Basis::Country, others: &[] })
}

/// By the profile, else by the phone number: two letters of ISO 3166-1.
pub fn country(contact: &Contact) -> Option<String> {
    contact.country.clone().or_else(|| {
        let prefix = contact.phone_prefix.as_deref()?;
        areas::area(prefix).map(|(country, _)| country).or_else(|| countries::of_phone(prefix)).map(str::to_owned)
    })
}

/// Of the local week, for `Habits::add`: 0 is Monday 0:00 to 1:00.
pub fn hour_of_week(zone: Zone, at: Millis) -> u8 {
    let local = local(zone.tz, at);
    let hour = local.weekday().num_days_from_monday() * 24 + local.hour();
    u8::try_from(hour).unwrap_or(0)
}

/// What the clock on the wall shows; the far past or future is cut to chrono's range.
pub(super) fn local(tz: Tz, at: Millis) -> NaiveDateTime {
    let utc = DateTime::<Utc>::from_timestamp_millis(at.0).unwrap_or_default();
    utc.with_timezone(&tz).naive_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(profile: Option<&str>, country: Option<&str>, phone: Option<&str>, expected: (&str, Basis)) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let contact =
            Contact { time_zone: owned(profile), country: owned(country), phone_prefix: owned(phone), ..Contact::default() };
        let rules = Rules { fallback_zone: Some("Europe/Vienna".to_owned()), ..Rules::default() };
        let zone = zone(&rules, &contact);
        assert_eq!((zone.tz.name(), zone.basis), expected, "{profile:?} {country:?} {phone:?}");
    }

    #[test]
    fn the_surest_source_decides() {
        check(Some("Asia/Tokyo"), Some("DE"), Some("+1212"), ("Asia/Tokyo", Basis::Profile));
        check(Some("Nowhere/Else"), Some("DE"), None, ("Europe/Berlin", Basis::Country));
        check(None, Some("US"), Some("+1602"), ("America/Phoenix", Basis::Area));
        check(None, None, Some("+16045550100"), ("America/Vancouver", Basis::Area));
        check(None, Some("DE"), Some("+1212"), ("Europe/Berlin", Basis::Country));
        check(None, Some("US"), None, ("America/New_York", Basis::Approximate));
        check(None, Some("US"), Some("+1999"), ("America/New_York", Basis::Approximate));
        check(None, None, Some("+4930"), ("Europe/Berlin", Basis::Country));
        check(None, None, Some("+35312"), ("Europe/Dublin", Basis::Country));
        check(None, None, None, ("Europe/Vienna", Basis::Fallback));
        check(None, Some("ZZ"), Some("garbage"), ("Europe/Vienna", Basis::Fallback));
    }

    #[test]
    fn every_country_of_the_tables_has_a_zone() {
        let singles: Vec<&str> = countries::ONE.split("; ").map(|line| &line[..2]).collect();
        assert!(singles.len() > 220);
        for code in singles.into_iter().chain(countries::MANY.iter().map(|(code, _)| *code)) {
            assert!(of_country(code).is_some(), "{code}");
        }
        for country in ["DE", "US", "IN", "BR", "JP", "ZA", "XK"] {
            assert!(of_country(country).is_some(), "{country}");
        }
        assert!(countries::phones().all(|(_, country)| of_country(country).is_some()));
    }

    #[test]
    fn the_hour_of_the_week_follows_the_wall() {
        let berlin = of_country("DE").unwrap();
        let at = |text: &str| Millis::parse_rfc3339(text).unwrap();
        assert_eq!(hour_of_week(berlin, at("2026-03-23T08:30:00Z")), 9, "a Monday before summer time");
        assert_eq!(hour_of_week(berlin, at("2026-03-30T08:30:00Z")), 10, "a Monday in it");
        assert_eq!(hour_of_week(berlin, at("2026-03-29T21:59:00Z")), 167);
    }
}

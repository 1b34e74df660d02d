//! The hour at which somebody is reached: within what the law and the shop allow, as near as can be to their own habit.

use chrono::{Datelike as _, NaiveDateTime, Timelike as _};

use super::Channel;
use super::habits::Habits;
use super::law;
use super::person::Contact;
use super::rules::{Hours, Rules};
use super::zone::{Basis, Zone, local, zone};
use crate::time::Millis;

/// The earliest time at or after `at` at which a channel is open to a contact.
pub fn next_open_for(rules: &Rules, contact: &Contact, channel: Channel, at: Millis) -> Millis {
    next_open(rules, channel, super::zone::country(contact).as_deref(), zone(rules, contact), at)
}

/// The earliest time at or after `at` at which a channel is open in a country and zone, to a quarter of an hour.
///
/// Every zone's clock is a multiple of a quarter of an hour from UTC, and changes at one; hours begin at whole ones. Going through the
/// quarters is therefore exact, through hours that a change to summer time leaves out or repeats too.
pub fn next_open(rules: &Rules, channel: Channel, country: Option<&str>, zone: Zone, at: Millis) -> Millis {
    let is_open = |at: Millis| is_open(rules, channel, country, zone, at);
    if is_open(at) {
        return at;
    }
    let next = at.0.div_euclid(QUARTER).saturating_add(1);
    let quarters = (next..next.saturating_add(MOST_QUARTERS)).map(|quarter| Millis(quarter.saturating_mul(QUARTER)));
    // Beyond a month without an open hour there is none; later than that nobody waits.
    quarters.into_iter().find(|at| is_open(*at)).unwrap_or(Millis(at.0.saturating_add(MOST_QUARTERS * QUARTER)))
}

/// Whether a channel is open in a country and zone.
pub fn is_open(rules: &Rules, channel: Channel, country: Option<&str>, zone: Zone, at: Millis) -> bool {
    let Some(hours) = hours(rules, channel, zone.basis) else { return true };
    let open = |local: NaiveDateTime| {
        let hour = u8::try_from(local.hour()).unwrap_or(0);
        (hours.from..hours.to).contains(&hour) && law::is_open(channel, country, local)
    };
    // Mail at an odd hour disturbs nobody; a telephone rings.
    let rings = matches!(channel, Channel::Sms | Channel::Call);
    open(local(zone.tz, at)) && (!rings || zone.others.iter().all(|other| open(local(*other, at))))
}

/// Of the open hours of the first day that has any at or after `at`, the one in which they act most. `group`: the habits of people like
/// them, towards which their own are shrunk.
pub fn best_hour(rules: &Rules, contact: &Contact, group: &Habits, channel: Channel, at: Millis) -> Millis {
    let (country, zone) = (super::zone::country(contact), zone(rules, contact));
    let first = next_open(rules, channel, country.as_deref(), zone, at);
    if hours(rules, channel, zone.basis).is_none() {
        return first;
    }
    let day = local(zone.tz, first).date();
    let weekday = u8::try_from(day.weekday().num_days_from_monday()).unwrap_or(0);
    let chances = chances(&contact.habits, group, weekday);
    let next = first.0.div_euclid(HOUR).saturating_add(1);
    let later = (next..next.saturating_add(24)).map(|hour| Millis(hour.saturating_mul(HOUR)));
    let within = later.filter(|at| local(zone.tz, *at).date() == day && is_open(rules, channel, country.as_deref(), zone, *at));
    let chance = |at: Millis| chances.get(local(zone.tz, at).hour() as usize).copied().unwrap_or(0.0);
    // The earlier of equals.
    within.fold(first, |best, at| if chance(at) > chance(best) { at } else { best })
}

/// The chance of acting in each hour of a day of the week (0 is Monday), for somebody who acts on it.
///
/// A Dirichlet posterior: their own counts, of other days of the week at half weight, with a prior of [`PRIOR`] acts by the group's
/// shares; those have a prior of [`GROUP_PRIOR`] acts by [`SHAPE`].
pub fn chances(own: &Habits, group: &Habits, weekday: u8) -> [f64; 24] {
    let shape_sum: f64 = SHAPE.iter().sum();
    let shares = |habits: &Habits, weight: f64, prior: &[f64; 24]| {
        let mut counts = [0.0; 24];
        for (hour, count) in (0_u8..).zip(&mut counts) {
            let at = |day: u8| f64::from(habits.count(day * 24 + hour));
            let others: f64 = (0..7).filter(|day| *day != weekday).map(at).sum();
            *count = at(weekday) + 0.5 * others;
        }
        let sum = counts.iter().sum::<f64>() + weight;
        for (count, prior) in counts.iter_mut().zip(prior) {
            *count = (*count + weight * prior) / sum;
        }
        counts
    };
    let everybody = SHAPE.map(|part| part / shape_sum);
    shares(own, PRIOR, &shares(group, GROUP_PRIOR, &everybody))
}

/// As much as so many acts of their own.
const PRIOR: f64 = 12.0;
const GROUP_PRIOR: f64 = 50.0;

/// Where nothing is known: a working day that begins at nine and is fullest at ten. A guess that little data overrules.
const SHAPE: [f64; 24] =
    [0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.4, 0.7, 1.0, 1.3, 1.5, 1.4, 1.1, 1.1, 1.2, 1.1, 1.1, 1.1, 1.1, 1.2, 1.2, 1.0, 0.7, 0.4];

/// None: open at any time.
fn hours(rules: &Rules, channel: Channel, basis: Basis) -> Option<Hours> {
    let default = match channel {
        Channel::Email | Channel::Video => Hours { from: 7, to: 22 },
        Channel::Sms | Channel::Call => Hours { from: 9, to: 20 },
        Channel::InApp | Channel::Post | Channel::Retargeting => return None,
    };
    let chosen = rules.hours.get(&channel).copied().filter(|hours| hours.from < hours.to && hours.to <= 24);
    let hours = chosen.unwrap_or(default);
    if basis != Basis::Fallback {
        return Some(hours);
    }
    let fallback = rules.fallback_hours;
    let within = Hours { from: hours.from.max(fallback.from), to: hours.to.min(fallback.to) };
    Some(if within.from < within.to { within } else { Hours { from: 10, to: 18 } })
}

const HOUR: i64 = 3_600_000;
const QUARTER: i64 = 900_000;
const MOST_QUARTERS: i64 = 31 * 96;

#[cfg(test)]
mod tests;

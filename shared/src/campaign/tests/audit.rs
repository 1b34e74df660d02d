//! Looks at what was sent, with nothing but the world, the calendar and the rules as the documentation states them.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc, Weekday};
use chrono_tz::Tz;

use super::run::{Outcome, Sent};
use super::world::{DAY, HOUR, Someone};
use crate::campaign::Channel;
use crate::time::Millis;

/// Every rule that was broken, in words.
pub(super) fn audit(outcome: &Outcome) -> Vec<String> {
    let mut found = Vec::new();
    let mut by_person: BTreeMap<usize, Vec<&Sent>> = BTreeMap::new();
    for sent in &outcome.sent {
        by_person.entry(sent.person).or_default().push(sent);
        let mut tell = |what: &str| found.push(format!("{what}: {sent:?} to {:?}", outcome.world.people[sent.person]));
        one(outcome, sent, &mut tell);
    }
    for (person, sent) in by_person {
        let fewer = outcome.world.people[person].fewer;
        for rule in &CAPS {
            if let Some(times) = too_many(&sent, rule, fewer) {
                found.push(format!("cap of {:?}: person {person} at {times:?}", rule.0));
            }
        }
        let mut steps: Vec<(usize, u8)> = sent.iter().map(|sent| (sent.campaign, sent.step)).collect();
        steps.sort_unstable();
        if steps.windows(2).any(|two| two[0] == two[1]) {
            found.push(format!("second: person {person} got a step twice"));
        }
    }
    for (campaign, budget) in outcome.budgets.iter().enumerate() {
        let spent: i64 = outcome.sent.iter().filter(|sent| sent.campaign == campaign).map(|sent| sent.cost).sum();
        if spent > *budget {
            found.push(format!("budget: {spent} of {budget} in campaign {campaign}"));
        }
    }
    for person in 0..outcome.world.people.len() {
        for campaign in 0..outcome.budgets.len() {
            let was_sent = outcome.sent.iter().any(|sent| sent.person == person && sent.campaign == campaign);
            if !was_sent && !outcome.why.contains_key(&(person, campaign)) {
                found.push(format!("no reason: person {person}, campaign {campaign}"));
            }
        }
        // Both are win-backs.
        if let (Some(first), Some(second)) = (outcome.entered.get(&(person, 0)), outcome.entered.get(&(person, 1)))
            && outcome.ended.get(&(person, 0)).is_none_or(|ended| ended > second)
        {
            found.push(format!("two at a time: person {person} at {first:?}, {second:?}"));
        }
    }
    found
}

/// Channels, how many, in how many days.
type Cap = (&'static [Channel], usize, i64);

const CAPS: [Cap; 5] = [
    (&[Channel::Email, Channel::Video], 2, 7),
    (&[Channel::Sms], 1, 7),
    (&[Channel::Post], 1, 60),
    (&[Channel::Call], 1, 14),
    (&Channel::ALL, 8, 30),
];

fn too_many(sent: &[&Sent], (channels, most, days): &Cap, fewer: bool) -> Option<Vec<Millis>> {
    let (most, days) = match (fewer, most) {
        (false, most) => (*most, *days),
        (true, 1) => (1, days * 2),
        (true, most) => (most / 2, *days),
    };
    let mut times: Vec<Millis> = sent.iter().filter(|sent| channels.contains(&sent.channel)).map(|sent| sent.at).collect();
    times.sort_unstable();
    times.windows(most + 1).find(|window| window[most].0 - window[0].0 < days * DAY).map(<[Millis]>::to_vec)
}

fn one(outcome: &Outcome, sent: &Sent, tell: &mut dyn FnMut(&str)) {
    let (world, at) = (&outcome.world, sent.at);
    let someone = &world.people[sent.person];
    let entered = outcome.entered.get(&(sent.person, sent.campaign)).copied().unwrap_or(Millis(i64::MAX));
    let before = |moment: Option<Millis>| moment.is_some_and(|moment| moment <= at);
    let within = |span: Option<(Millis, Millis)>| span.is_some_and(|(from, until)| from <= at && at < until);
    if outcome.held_out.contains(&(sent.person, sent.campaign)) || entered > at {
        tell("held out");
    }
    if before(someone.erased) {
        tell("erased");
    }
    let mailbox = matches!(sent.channel, Channel::Email | Channel::Video);
    let consented = if mailbox { Channel::Email } else { sent.channel };
    if before(someone.opted_out.get(&consented).copied()) {
        tell("opted out");
    }
    if mailbox && (before(someone.complained) || before(someone.bounced)) {
        tell("complained or bounced");
    }
    let needs = !matches!(sent.channel, Channel::InApp);
    if needs && !someone.consents.contains(&consented) {
        tell("no consent");
    }
    if sent.channel == Channel::InApp && before(someone.uninstalled) {
        tell("uninstalled");
    }
    for order in someone.orders.iter().filter(|order| **order <= at) {
        if *order >= entered || at.0 - order.0 < 48 * HOUR {
            tell("came back or just ordered");
        }
    }
    if someone.back.is_some_and(|back| entered <= back && back <= at) {
        tell("came back");
    }
    if within(someone.ticket) || within(someone.reply) || within(someone.pause) {
        tell("a conversation or a pause");
    }
    if within(Some(world.stopped)) || (sent.campaign == 0 && within(Some(world.paused))) {
        tell("stopped or paused");
    }
    if at.0 > entered.0.saturating_add(36 * DAY) {
        tell("too late");
    }
    if matches!(sent.channel, Channel::Sms | Channel::Call) && !someone.phone
        || sent.channel == Channel::Post && !someone.letterbox
    {
        tell("no address");
    }
    let arrives = if sent.channel == Channel::Post { Millis(at.0 + 15 * DAY) } else { at };
    if sent.offer_ends.is_some_and(|ends| ends < arrives.day()) {
        tell("the offer has ended");
    }
    let paid = matches!(sent.channel, Channel::Sms | Channel::Call | Channel::Post);
    if paid && !matches!(someone.country, Some("US" | "CA" | "FR" | "DE" | "GB" | "AU" | "NZ")) {
        tell("a country that is not allowed");
    }
    if is_quiet(someone, sent.channel, at) {
        tell("quiet hours");
    }
}

/// In the zone of the profile, else of the country; America's coasts where only the country is known; else Berlin from 10 to 18.
fn is_quiet(someone: &Someone, channel: Channel, at: Millis) -> bool {
    let rings = matches!(channel, Channel::Sms | Channel::Call);
    let mailbox = matches!(channel, Channel::Email | Channel::Video);
    if !rings && !mailbox {
        return false;
    }
    let zones: Vec<Tz> = match (someone.zone, someone.country) {
        (Some(zone), _) => vec![zone.parse().expect("a zone")],
        (None, Some("US")) if rings => vec![Tz::America__New_York, Tz::America__Los_Angeles, Tz::Pacific__Honolulu],
        (None, Some("US")) => vec![Tz::America__New_York],
        (None, Some("FR")) => vec![Tz::Europe__Paris],
        (None, Some("DE") | None) => vec![Tz::Europe__Berlin],
        (None, Some("GB")) => vec![Tz::Europe__London],
        (None, Some("IN")) => vec![Tz::Asia__Kolkata],
        (None, Some("EG")) => vec![Tz::Africa__Cairo],
        (None, Some(other)) => panic!("no zone for {other}"),
    };
    let utc = DateTime::<Utc>::from_timestamp_millis(at.0).expect("a time");
    zones.into_iter().any(|zone| {
        let local = utc.with_timezone(&zone);
        let hour = local.hour();
        if someone.country.is_none() {
            return !(10..18).contains(&hour);
        }
        if mailbox {
            return !(7..22).contains(&hour);
        }
        let (is_sunday, is_weekend) = (local.weekday() == Weekday::Sun, matches!(local.weekday(), Weekday::Sat | Weekday::Sun));
        // Easter Monday of 2026 and All Saints' Day; German Unity Day is before the autumn's start.
        let is_holiday = matches!((local.month(), local.day()), (4, 6) | (11, 1 | 11));
        let closed = match (someone.country, channel) {
            (Some("FR"), Channel::Call) => is_weekend || is_holiday || hour == 13 || hour < 10,
            (Some("FR"), _) => is_sunday || is_holiday,
            (Some("DE"), _) => is_sunday || (local.month(), local.day()) == (4, 6) || (local.month(), local.day()) == (4, 3),
            (Some("GB" | "AU" | "NZ"), Channel::Call) => is_sunday,
            _ => false,
        };
        closed || !(9..20).contains(&hour)
    })
}

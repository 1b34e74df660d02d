//! Signals read off a state, each against the customer's own past, as triggers in the marketer's words.
//!
//! A signal fires only on what is known: a customer of whom no e-mail was delivered has not stopped reading, and one whose usage
//! stopped together with everybody's has lost nothing but the feed. Rates compare whole weeks, so that a week that has just
//! begun is no decline. Opens decide nothing: machines open mail, and only some are told apart.

mod champion;
mod engagement;
mod feature;
mod intent;
mod past;
pub mod sentiment;
mod sum;

pub(crate) use champion::champion;
pub use feature::{FEATURES, Feature, feature};
pub(crate) use intent::{discounts, downgrade};
pub use past::Past;

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::money::{Currency, Home};
use crate::state::State;
use crate::time::Day;
use sum::Sum;

#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    pub code: &'static str,
    pub text: String,
    pub since: Option<Day>,
    /// Order among the triggers: greater comes first.
    pub weight: f64,
    /// Added to the logit of not renewing a subscription: a stated prior, for shops have too few renewals to learn it from.
    pub logit: f64,
}

/// The newest week in which anybody of the shop sent anything of this kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feeds {
    pub usage: Option<i32>,
    pub email: Option<i32>,
    #[serde(default)]
    pub visits: Option<i32>,
    #[serde(default)]
    pub tickets: Option<i32>,
    #[serde(default)]
    pub community: Option<i32>,
}

/// The silence of a buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderGap {
    pub last: Day,
    pub purchases: usize,
    /// The typical gap in days: the customer's own, or the shop's for one-time buyers.
    pub usual: i32,
    /// Days of silence that count as churn.
    pub deadline: i32,
}

/// What a subscription's dates say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermEnd {
    /// The last paid day.
    pub end: Day,
}

impl Feeds {
    /// Of the whole weeks up to `today`: a week that is not over says nothing, so that a past day reads what it read then.
    pub fn until<'a>(states: impl IntoIterator<Item = &'a State>, today: Day) -> Self {
        let mut feeds = Self::default();
        let last = past::last_whole_week(today);
        for (week, bucket) in states.into_iter().flat_map(|state| state.weeks.iter()).filter(|(week, _)| *week <= last) {
            let kinds = [
                (&mut feeds.usage, bucket.uses > 0 || bucket.sign_ins > 0),
                (&mut feeds.email, bucket.delivered > 0),
                (&mut feeds.visits, bucket.visits > 0),
                (&mut feeds.tickets, bucket.tickets > 0),
                (&mut feeds.community, bucket.community > 0),
            ];
            for (newest, sent) in kinds {
                *newest = (*newest).max(sent.then_some(week));
            }
        }
        feeds
    }
}

/// All signals that fire on `today`, the weightiest first.
pub fn read(
    state: &State,
    gap: Option<&OrderGap>,
    term: Option<&TermEnd>,
    feeds: &Feeds,
    home: Currency,
    today: Day,
) -> Vec<Signal> {
    let mut signals: Vec<Signal> = [
        gap.and_then(|gap| order_gap(gap, today)),
        order_value(state, home, today),
        order_frequency(state, today),
        cancellation(state, term, today),
        renewal(term, today),
        payment_failed(state, today),
        usage(state, feeds, today),
        seats(state, today),
        active_seats(state, feeds, today),
        champion(state, feeds, today),
        email(state, feeds, today),
        ticket(state, today),
        nps(state, today),
        engagement::visits(state, feeds, today),
        engagement::opens(state, feeds, today),
        engagement::community(state, feeds, today),
        engagement::features(state, today),
        downgrade(state, today),
        intent::renewal_delay(state, today),
        discounts(state, today),
        intent::cart(state, today),
    ]
    .into_iter()
    .flatten()
    .collect();
    signals.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.code.cmp(b.code)));
    signals
}

/// `2 March 1998`.
pub fn date_in_words(day: Day) -> String {
    DateTime::from_timestamp_millis(day.start().0).map_or_else(|| day.iso(), |at| at.format("%-d %B %Y").to_string())
}

/// `1 day`, `24 days`.
pub fn days_in_words(days: i32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

fn order_gap(gap: &OrderGap, today: Day) -> Option<Signal> {
    let silent = today.since(gap.last);
    let share = f64::from(silent) / f64::from(gap.deadline.max(1));
    let (fires, text) = if gap.purchases > 1 {
        let every = if gap.usual == 1 { "day".to_owned() } else { format!("{} days", gap.usual) };
        (
            f64::from(silent) >= 1.25 * f64::from(gap.usual),
            format!("No order since {}, usually every {every}", date_in_words(gap.last)),
        )
    } else {
        let usual = days_in_words(gap.usual);
        (
            silent >= gap.usual,
            format!("No second order since {}; those who come back usually do within {usual}", date_in_words(gap.last)),
        )
    };
    fires.then(|| Signal { code: "order_gap", text, since: Some(gap.last), weight: (2.0 * share).min(3.0), logit: 0.0 })
}

fn order_value(state: &State, home: Currency, today: Day) -> Option<Signal> {
    // Orders without a rate would look like orders of nothing.
    if state.orders_apart() > 0 {
        return None;
    }
    let (recent, past) = (Sum::of(state, today, 1, 13), Sum::of(state, today, 14, 52));
    if recent.orders < 2 || past.orders < 3 || recent.spend < 0 || past.spend <= 0 {
        return None;
    }
    let (now, before) = (recent.spend as f64 / f64::from(recent.orders), past.spend as f64 / f64::from(past.orders));
    let fall = 1.0 - now / before;
    let money = |minor: f64| {
        let money = Home(libm::round(minor) as i64).in_currency(home);
        format!("{} {}", money.amount(), money.currency)
    };
    (fall >= 0.25).then(|| Signal {
        code: "order_value",
        text: format!("Orders of {} on average since {}, {} before", money(now), date_in_words(recent.from), money(before)),
        since: Some(recent.from),
        weight: 0.5 + fall,
        logit: 0.0,
    })
}

fn order_frequency(state: &State, today: Day) -> Option<Signal> {
    let first = state.first_day()?;
    let (recent, past) = (Sum::of(state, today, 1, 13), Sum::of(state, today, 14, 52));
    // Someone's past begins with the first order; half a year of it is needed.
    let weeks = (today.week() - 13 - first.week()).min(39);
    if weeks < 26 || past.orders < 4 || recent.orders < 1 {
        return None;
    }
    let usual = f64::from(past.orders) / f64::from(weeks) * 13.0;
    let fall = 1.0 - f64::from(recent.orders) / usual;
    (fall >= 0.4).then(|| Signal {
        code: "order_frequency",
        text: format!(
            "{} since {}, usually {usual:.0} in as long",
            counted(recent.orders, "order", "orders"),
            date_in_words(recent.from)
        ),
        since: Some(recent.from),
        weight: 0.6 + fall,
        logit: 0.3,
    })
}

fn cancellation(state: &State, term: Option<&TermEnd>, today: Day) -> Option<Signal> {
    let (asked, _) = state.contract.as_ref()?.cancelled(today)?;
    let ends = term.map_or_else(String::new, |term| format!(", paid until {}", date_in_words(term.end)));
    let text = format!("Asked to cancel on {}{ends}", date_in_words(asked));
    // Its own chance stands in the model of renewals.
    Some(Signal { code: "cancellation", text, since: Some(asked), weight: 5.0, logit: 0.0 })
}

fn renewal(term: Option<&TermEnd>, today: Day) -> Option<Signal> {
    let term = term.filter(|term| (-30..=30).contains(&term.end.since(today)))?;
    let end = date_in_words(term.end);
    Some(if term.end < today {
        let text = format!("Renewal was due on {end} and is not paid");
        Signal { code: "renewal", text, since: Some(term.end), weight: 1.8, logit: 0.0 }
    } else {
        Signal { code: "renewal", text: format!("Renewal due on {end}"), since: None, weight: 0.2, logit: 0.0 }
    })
}

fn payment_failed(state: &State, today: Day) -> Option<Signal> {
    let failed = state.payment_failed.filter(|failed| state.paid.is_none_or(|paid| paid < *failed))?.day();
    if !(0..=45).contains(&today.since(failed)) {
        return None;
    }
    let times = Sum::of(state, today, 0, 6).payment_failures;
    let text = match times {
        0 | 1 => format!("Payment failed on {} and was not made since", date_in_words(failed)),
        _ => format!("Payment failed {times} times, last on {}, and was not made since", date_in_words(failed)),
    };
    Some(Signal { code: "payment_failed", text, since: Some(failed), weight: 2.2, logit: 1.6 })
}

fn usage(state: &State, feeds: &Feeds, today: Day) -> Option<Signal> {
    let (recent, past) = (Sum::of(state, today, 1, 4), Sum::of(state, today, 5, 16));
    if past.uses < 24 || past.weeks_used < 6 || (recent.uses == 0 && !is_alive(feeds.usage, today)) {
        return None;
    }
    let (now, before) = (f64::from(recent.uses) / 4.0, f64::from(past.uses) / 12.0);
    let fall = 1.0 - now / before;
    (fall >= 0.4).then(|| Signal {
        code: "usage",
        text: format!(
            "Usage down {:.0} % since {}: {now:.0} a week, {before:.0} before",
            fall * 100.0,
            date_in_words(recent.from)
        ),
        since: Some(recent.from),
        weight: 0.8 + fall,
        logit: 1.5 * fall,
    })
}

pub(crate) fn seats(state: &State, today: Day) -> Option<Signal> {
    let known: Vec<(Day, u32)> =
        state.contract.as_ref()?.seats.iter().copied().filter(|(day, _)| *day <= today && today.since(*day) <= 400).collect();
    let (_, now) = *known.last()?;
    let before = known.iter().map(|(_, seats)| *seats).max()?;
    let since = known.iter().rfind(|(_, seats)| *seats > now).and_then(|(above, _)| known.iter().find(|(day, _)| day > above))?.0;
    (today.since(since) <= 120 && f64::from(now) <= 0.85 * f64::from(before)).then(|| Signal {
        code: "seats",
        text: format!("Seats down from {before} to {now} since {}", date_in_words(since)),
        since: Some(since),
        weight: 1.0 + (1.0 - f64::from(now) / f64::from(before)),
        logit: 0.9,
    })
}

fn active_seats(state: &State, feeds: &Feeds, today: Day) -> Option<Signal> {
    let (recent, past) = (Sum::of(state, today, 1, 4), Sum::of(state, today, 5, 16));
    if past.seat_weeks < 6 || past.seats < 3 * past.seat_weeks || (recent.seat_weeks == 0 && !is_alive(feeds.usage, today)) {
        return None;
    }
    let before = f64::from(past.seats) / f64::from(past.seat_weeks);
    let now = f64::from(recent.seats) / f64::from(recent.seat_weeks.max(1));
    let fall = 1.0 - now / before;
    (fall >= 0.35).then(|| Signal {
        code: "active_seats",
        text: format!("{now:.0} people active since {}, {before:.0} before", date_in_words(recent.from)),
        since: Some(recent.from),
        weight: 0.7 + fall,
        logit: fall,
    })
}

fn email(state: &State, feeds: &Feeds, today: Day) -> Option<Signal> {
    let (recent, past) = (Sum::of(state, today, 1, 8), Sum::of(state, today, 9, 32));
    let known = is_alive(feeds.email, today) || recent.clicked > 0;
    if !known || recent.delivered < 4 || past.delivered < 8 || past.clicked < 3 {
        return None;
    }
    let (now, before) =
        (f64::from(recent.clicked) / f64::from(recent.delivered), f64::from(past.clicked) / f64::from(past.delivered));
    let fall = 1.0 - now / before;
    (fall >= 0.5).then(|| Signal {
        code: "email",
        text: format!(
            "Clicked in {} of {} e-mails since {}, in {} of {} before",
            recent.clicked,
            recent.delivered,
            date_in_words(recent.from),
            past.clicked,
            past.delivered
        ),
        since: Some(recent.from),
        weight: 0.4 + 0.5 * fall,
        logit: 0.3 * fall,
    })
}

fn ticket(state: &State, today: Day) -> Option<Signal> {
    let open: Vec<_> = state.tickets.open(today).filter_map(|ticket| Some((ticket.opened?.day(), ticket.tone))).collect();
    let open: Vec<_> = open.into_iter().filter(|(opened, _)| today.since(*opened) <= 180).collect();
    let since = open.iter().map(|(opened, _)| *opened).min()?;
    let angry = open.iter().any(|(_, tone)| tone.is_some_and(|tone| tone <= -30));
    let what = match (open.len(), angry) {
        (1, false) => "A ticket is open".to_owned(),
        (1, true) => "An unhappy ticket is open".to_owned(),
        (n, false) => format!("{n} tickets are open"),
        (n, true) => format!("{n} tickets are open, unhappy ones among them"),
    };
    let (weight, logit) = if angry { (1.5, 0.9) } else { (0.5, 0.3) };
    let text = format!("{what} since {}", date_in_words(since));
    Some(Signal { code: "ticket", text, since: Some(since), weight, logit })
}

fn nps(state: &State, today: Day) -> Option<Signal> {
    let mut answers = state.nps.iter().rev().filter(|(at, _)| at.day() <= today);
    let (at, score) = *answers.next()?;
    if today.since(at.day()) > 180 {
        return None;
    }
    let fell_from = answers.next().map(|(_, before)| *before).filter(|before| *before >= score.saturating_add(3));
    let text = match fell_from {
        Some(before) => format!("Recommends us {score} of 10 on {}, {before} before", date_in_words(at.day())),
        None if score <= 6 => format!("Recommends us {score} of 10 on {}", date_in_words(at.day())),
        None => return None,
    };
    Some(Signal { code: "nps", text, since: Some(at.day()), weight: 0.9, logit: 0.6 })
}

fn is_alive(feed: Option<i32>, today: Day) -> bool {
    feed.is_some_and(|week| week >= today.week() - 2)
}

fn counted(n: u32, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

//! The registry of features: what the learners of churn and return know of a customer as of a day.
//!
//! A new signal enters by a row in [`FEATURES`]: its name, how it is read, which way it may move the probability of churn, and
//! how it is said. The learners, their validation and the explanations take it from there.
//!
//! Everything is read from [`Past`], which shows what had occurred by the end of its day. Registers that a later row overwrites
//! (the last failed payment, plan and price, the open tickets, when a feature was last used) are not read: their past is not
//! kept. The month of the day is no feature either: a year of data holds each but once.

mod breadth;
mod orders;
mod service;
mod usage;

use super::Past;
use crate::learn::Direction;

/// One thing that is known of a customer on a day.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// Stored in models: a name keeps its meaning.
    pub name: &'static str,
    /// The code of the trigger that its contribution is part of; features of one topic are said together.
    pub topic: &'static str,
    /// `None` where it is not known. Skewed counts come as ln(1 + n).
    pub read: fn(&Past<'_>) -> Option<f64>,
    /// Of P(churn), where theory is firm about it.
    pub direction: Direction,
    /// In the marketer's words, with figures; `None` where the figure says nothing to a person.
    pub say: fn(&Past<'_>) -> Option<String>,
}

/// All features, in the order of the learners' columns.
pub const FEATURES: &[Feature] = &[
    // What the buy-till-you-die model says.
    either("base", "order_gap", |past| past.base, nothing),
    // Orders.
    either("purchase_days", "orders", orders::purchase_days, orders::say_purchase_days),
    rising("silence", "order_gap", orders::silence, orders::say_silence),
    either("tenure", "tenure", orders::tenure, orders::say_tenure),
    either("span", "tenure", orders::span, nothing),
    either("gap_mean", "order_gap", orders::gap_mean, nothing),
    either("gap_spread", "order_gap", orders::gap_spread, nothing),
    rising("silence_to_gap", "order_gap", orders::silence_to_gap, orders::say_silence),
    rising("deadline_share", "order_gap", orders::deadline_share, orders::say_deadline),
    either("days_30", "order_frequency", |past| orders::purchases(past, 30), |past| orders::say_purchases(past, 30)),
    either("days_60", "order_frequency", |past| orders::purchases(past, 60), |past| orders::say_purchases(past, 60)),
    either("days_90", "order_frequency", |past| orders::purchases(past, 90), |past| orders::say_purchases(past, 90)),
    either("days_180", "order_frequency", |past| orders::purchases(past, 180), |past| orders::say_purchases(past, 180)),
    falling("frequency_trend", "order_frequency", orders::frequency_trend, orders::say_frequency_trend),
    either("spend_total", "order_value", orders::spend_total, nothing),
    either("spend_mean", "order_value", orders::spend_mean, nothing),
    either("spend_recent", "order_value", orders::spend_recent, nothing),
    falling("value_trend", "order_value", orders::value_trend, orders::say_value_trend),
    either("discount_share", "discounts", orders::discount_share, orders::say_discounts),
    // Use of the product.
    falling("uses", "usage", usage::uses, usage::say_uses),
    falling("uses_trend", "usage", usage::uses_trend, usage::say_uses),
    falling("weeks_used", "usage", usage::weeks_used, usage::say_weeks_used),
    falling("sign_ins", "sign_ins", usage::sign_ins, usage::say_sign_ins),
    falling("sign_ins_trend", "sign_ins", usage::sign_ins_trend, usage::say_sign_ins),
    either("active_seats", "active_seats", usage::active_seats, usage::say_active_seats),
    falling("active_seats_trend", "active_seats", usage::active_seats_trend, usage::say_active_seats),
    falling("seat_use", "active_seats", usage::seat_use, usage::say_seat_use),
    either("seats", "seats", usage::seats, nothing),
    falling("seats_trend", "seats", usage::seats_trend, usage::say_seats),
    falling("breadth", "features", breadth::breadth, breadth::say_breadth),
    falling("breadth_trend", "features", breadth::breadth_trend, breadth::say_breadth),
    rising("abandoned", "features", breadth::abandoned, breadth::say_abandoned),
    either("depth", "features", breadth::depth, nothing),
    // Mail and site. Of opens only those of people count, as far as senders tell them apart.
    either("open_rate", "email_opens", service::open_rate, service::say_opens),
    either("open_trend", "email_opens", service::open_trend, service::say_opens),
    falling("click_rate", "email", service::click_rate, service::say_clicks),
    falling("click_trend", "email", service::click_trend, service::say_clicks),
    falling("visits", "visits", service::visits, service::say_visits),
    falling("visits_trend", "visits", service::visits_trend, service::say_visits),
    falling("visit_days", "visits", service::visit_days, service::say_visit_days),
    falling("community", "community", service::community, service::say_community),
    // Service and payment.
    either("tickets", "ticket", service::tickets, service::say_tickets),
    rising("tickets_unhappy", "ticket", service::tickets_unhappy, service::say_unhappy),
    rising("tickets_unsolved", "ticket", service::tickets_unsolved, service::say_unsolved),
    falling("nps", "nps", service::nps, service::say_nps),
    falling("nps_change", "nps", service::nps_change, service::say_nps),
    rising("payment_failures", "payment_failed", service::payment_failures, service::say_payment_failures),
    // Subscription.
    either("term_days_left", "renewal", service::term_days_left, service::say_term),
    either("renewals", "renewal", service::renewals, service::say_renewals),
    rising("renewal_delay", "renewal_delay", service::renewal_delay, service::say_renewal_delay),
    rising("inquiries", "downgrade", service::inquiries, service::say_inquiries),
    rising("cancellation", "cancellation", service::cancellation, service::say_cancellation),
];

type Read = fn(&Past<'_>) -> Option<f64>;
type Say = fn(&Past<'_>) -> Option<String>;

/// By its name.
pub fn feature(name: &str) -> Option<&'static Feature> {
    FEATURES.iter().find(|feature| feature.name == name)
}

const fn either(name: &'static str, topic: &'static str, read: Read, say: Say) -> Feature {
    Feature { name, topic, read, direction: Direction::Either, say }
}

const fn rising(name: &'static str, topic: &'static str, read: Read, say: Say) -> Feature {
    Feature { name, topic, read, direction: Direction::Rising, say }
}

const fn falling(name: &'static str, topic: &'static str, read: Read, say: Say) -> Feature {
    Feature { name, topic, read, direction: Direction::Falling, say }
}

fn nothing(_: &Past<'_>) -> Option<String> {
    None
}

/// ln(1 + n).
fn log(n: f64) -> f64 {
    libm::log1p(n.max(0.0))
}

/// ln of the ratio of two weekly rates, each with `few` added, so that small counts move it little.
fn trend(recent: f64, earlier: f64, few: f64) -> f64 {
    libm::log((recent.max(0.0) + few) / (earlier.max(0.0) + few))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::money::{Currency, Money, Rates};
    use crate::signal::Feeds;
    use crate::state::{EventFact, OrderFact, State, fold};
    use crate::time::{Day, Millis};

    fn bought(days: &[i32], events: &[(i32, &str, serde_json::Value)]) -> State {
        let order = |day: &i32| OrderFact {
            at: Day(*day).start(),
            amount: Money::new(2_000 + i64::from(*day), Currency::USD),
            refunded: 0,
            discount: 0,
            paid: true,
        };
        let event = |(day, name, properties): &(i32, &str, serde_json::Value)| EventFact {
            at: Millis(Day(*day).start().0 + 1_000),
            name: (*name).to_owned(),
            properties: properties.as_object().expect("an object").clone(),
        };
        let orders: Vec<OrderFact> = days.iter().map(order).collect();
        fold(&orders, &events.iter().map(event).collect::<Vec<_>>(), &Rates::new(Currency::USD))
    }

    fn value(state: &State, today: i32, name: &str) -> Option<f64> {
        let feeds = Feeds::until([state], Day(today));
        (feature(name).expect("a feature").read)(&Past::of(state, &feeds, Currency::USD, Day(today)))
    }

    fn check(state: &State, today: i32, name: &str, expected: Option<f64>) {
        let found = value(state, today, name);
        let equal = match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() < 1e-12,
            (found, expected) => found == expected,
        };
        assert!(equal, "{name} on {today}: {found:?}, not {expected:?}");
    }

    #[test]
    fn names_are_unique_since_models_are_stored_by_them() {
        let names: BTreeSet<&str> = FEATURES.iter().map(|feature| feature.name).collect();
        assert_eq!(names.len(), FEATURES.len());
    }

    #[test]
    fn a_rhythm_reads_as_by_hand() {
        let state = bought(&[0, 10, 30, 60], &[]);
        let log = |n: f64| Some(n.ln_1p());
        for (name, expected) in [
            ("purchase_days", log(3.0)),
            ("silence", log(20.0)),
            ("tenure", log(50.0)),
            ("span", log(30.0)),
            ("gap_mean", log(15.0)),
            ("gap_spread", log(50.0_f64.sqrt())),
            ("silence_to_gap", log(20.0 / 16.0)),
            ("days_30", log(1.0)),
            ("days_60", log(3.0)),
            ("frequency_trend", None),
            ("deadline_share", None),
        ] {
            check(&state, 50, name, expected);
        }
        check(&bought(&[40], &[]), 50, "gap_mean", None);
        check(&bought(&[10, 40], &[]), 50, "gap_spread", None);
        check(&bought(&[60], &[]), 50, "purchase_days", None);
    }

    #[test]
    fn amounts_are_of_the_weeks_that_are_over() {
        // Day 45 is a Sunday, so the order of day 46 lies in the week after.
        let state = bought(&[10, 20, 46], &[]);
        for today in [45, 46, 51] {
            check(&state, today, "spend_total", Some(4_030.0_f64.ln_1p()));
        }
        check(&state, 52, "spend_total", Some(6_076.0_f64.ln_1p()));
    }

    #[test]
    fn what_stopped_is_told_from_a_feed_that_stopped() {
        let uses = |days: &[i32]| days.iter().map(|day| (*day, "Report Exported", json!({}))).collect::<Vec<_>>();
        let stopped = bought(&[0], &uses(&[10, 17, 24, 31, 38, 45]));
        let other = bought(&[0], &uses(&[10, 90]));
        let both = Feeds::until([&stopped, &other], Day(100));
        let read =
            |feeds: &Feeds| (feature("uses_trend").expect("a feature").read)(&Past::of(&stopped, feeds, Currency::USD, Day(100)));
        assert!(read(&both).is_some_and(|trend| trend < -0.5), "{:?}", read(&both));
        assert_eq!(read(&Feeds::until([&stopped], Day(100))), None);
    }

    #[test]
    fn a_cancellation_that_was_taken_back_later_was_asked_for_on_the_days_between() {
        let state = bought(
            &[],
            &[
                (0, "Subscription Started", json!({"term_days": 365})),
                (20, "Subscription Cancelled", json!({})),
                (40, "Subscription Resumed", json!({})),
            ],
        );
        for (today, asked) in [(19, 0.0), (20, 1.0), (39, 1.0), (40, 0.0)] {
            check(&state, today, "cancellation", Some(asked));
        }
    }

    #[test]
    fn an_extreme_life_gives_finite_figures_and_every_word() {
        let days: Vec<i32> = (0..7_000).step_by(3).collect();
        let events: Vec<(i32, &str, serde_json::Value)> = (0..7_000)
            .step_by(5)
            .flat_map(|day| {
                [
                    (day, "Email Delivered", json!({})),
                    (day, "Email Clicked", json!({})),
                    (day, "Email Opened", json!({})),
                    (day, "Community Posted", json!({})),
                    (day, "Signed In", json!({"seats": 1_000_000_000})),
                    (day, "Ticket Opened", json!({"tone": -1})),
                    (day, "NPS Answered", json!({"score": day % 11})),
                    (day, "Payment Failed", json!({})),
                    (day, "Product Viewed", json!({})),
                    (day, "Report Exported", json!({"count": 1_000_000_000})),
                    (day, "Subscription Renewed", json!({"term_days": 30, "seats": day + 1})),
                ]
            })
            .collect();
        let state = bought(&days, &events);
        for today in [-1, 0, 3_000, 6_700, 7_000, 9_000] {
            let feeds = Feeds::until([&state], Day(today));
            let mut past = Past::of(&state, &feeds, Currency::USD, Day(today));
            (past.deadline, past.base) = (Some(9), Some(0.5));
            for feature in FEATURES {
                let value = (feature.read)(&past);
                assert!(value.is_none_or(f64::is_finite), "{} on {today}: {value:?}", feature.name);
                let said = (feature.say)(&past);
                assert!(said.as_deref().is_none_or(|said| !said.is_empty() && !said.contains("NaN")), "{said:?}");
            }
        }
        let known = FEATURES.iter().filter(|feature| value(&state, 7_000, feature.name).is_some()).count();
        assert!(known + 2 >= FEATURES.len(), "only the base and the deadline come from outside, but {known} are known");
    }
}

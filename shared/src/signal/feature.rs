//! The registry of features: what the learners of churn and return know of a customer as of a day.
//!
//! A new signal enters by a row in [`FEATURES`]: its name, how it is read, which way it may move the probability of churn, and
//! how it is said. The learners, their validation and the explanations take it from there.
//!
//! Everything is read from [`Past`], which shows what had occurred by the end of its day. Registers that a later row overwrites
//! (the last failed payment, plan and price, the open tickets, when a feature was last used) are not read: their past is not
//! kept. The month of the day is no feature either: a year of data holds each but once.

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
    // Mail and site. Opens are no feature: machines open mail.
    falling("click_rate", "email", service::click_rate, service::say_clicks),
    falling("click_trend", "email", service::click_trend, service::say_clicks),
    falling("visits", "visits", service::visits, service::say_visits),
    falling("visits_trend", "visits", service::visits_trend, service::say_visits),
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

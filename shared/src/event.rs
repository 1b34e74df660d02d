//! The event vocabulary: what a customer does besides ordering, and a typed reader for it.
//!
//! Names are those of Segment's specification where it has one. They match whatever their case, and `_`, `-` and blanks are the
//! same (`order_completed`). A property may be a number, a boolean or text that reads as one, because a column of a CSV file is
//! always text. What a property does not say stays unknown; nothing is guessed from its absence.
//!
//! | event | properties read (all optional) | what it tells |
//! |---|---|---|
//! | `Order Completed` | | nothing by itself: purchases and money come from the order rows alone, so that none counts twice |
//! | `Product Viewed`, `Page Viewed` | | a visit; never activity |
//! | `Email Delivered`, `Email Opened`, `Email Link Clicked` | | engagement; an open alone decides nothing, machines open mail |
//! | `Ticket Opened` | `id`, `tone`, `subject`, `text` | a complaint or question that waits. `tone`: -1 (angry) to 1 (glad), or `negative`, `neutral`, `positive`; without it, the tone of subject and text |
//! | `Ticket Solved` | `id` | closes that ticket; without `id`, all that were opened before |
//! | `NPS Answered` | `score` 0 to 10 | |
//! | `Payment Failed` | `reason` | the card or the bank refused |
//! | `Payment Succeeded` | | a failed payment went through after all |
//! | `Subscription Started`, `Subscription Renewed` | `plan`, `seats`, `amount` or `price`, `currency`, a term | a paid term from the event on |
//! | `Subscription Updated` | `plan`, `seats`, `amount` or `price`, `currency` | changes within the term |
//! | `Subscription Cancelled` | `ends`: `now` or `term_end` (default), `reason` | the customer asked to end it |
//! | `Subscription Paused` | `days`, `until` (RFC 3339 or an ISO date) | the customer pauses: without an end, until it is resumed |
//! | `Subscription Resumed` | | the cancellation or the pause is taken back |
//! | `Feature Used` | `feature`, `count`, `user` | use of a feature of the product, by somebody of an account |
//! | `Signed In` | `seats`: how many people were active; `user` | use of the product |
//! | `User Removed` | `user` | somebody of an account is gone |
//! | any other name | `count`, `user` | use of a feature that has this name |
//!
//! A **term** is said by `term_days` (its length in days), else by `interval` (`week`, `month`, `quarter`, `year`), else by
//! `term_end` (RFC 3339 or an ISO date: the last paid day). A file whose dates are shifted on import, as those of the sample
//! shops, must use `term_days` or `interval`: text inside properties is not shifted. `amount` is the price of the whole term,
//! `price` that of one seat and term, both decimal text or numbers in major units of `currency` (the home currency without one).
//! An `amount` on a subscription is what the term costs; money counts as earned only by order rows.

use serde_json::{Map, Value};

use crate::signal::sentiment;
use crate::time::{Day, Millis};

/// An event as the fold understands it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Named in the vocabulary, but the order rows tell the same and better.
    OrderCompleted,
    Visited,
    EmailDelivered,
    EmailOpened,
    EmailClicked,
    TicketOpened {
        id: Option<String>,
        /// -1 to 1.
        tone: Option<f64>,
    },
    TicketSolved {
        id: Option<String>,
    },
    NpsAnswered {
        score: u8,
    },
    PaymentFailed,
    PaymentSucceeded,
    TermPaid(Terms),
    TermsChanged(Terms),
    CancellationAsked {
        at_once: bool,
    },
    /// A cancellation or a pause is taken back.
    Resumed,
    Paused {
        /// The last day of the pause.
        until: Option<Day>,
    },
    FeatureUsed {
        feature: String,
        count: u32,
    },
    SignedIn {
        seats: Option<u32>,
    },
    /// Somebody of an account.
    PersonLeft,
    /// A name of the vocabulary without what it needs, such as `NPS Answered` without a score.
    Unreadable,
}

/// What an event says about a subscription.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    pub plan: Option<String>,
    pub seats: Option<u32>,
    pub price: Option<Price>,
    /// The last paid day.
    pub end: Option<Day>,
}

/// Decimal text in major units, as [`crate::money::Money::parse`] reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    pub amount: String,
    /// The amount is for one seat.
    pub a_seat: bool,
    /// ISO 4217; none is the home currency.
    pub currency: Option<String>,
}

/// The longest text kept of a feature's, plan's or ticket's name, in characters.
pub const MAX_NAME: usize = 60;

pub fn read(name: &str, at: Millis, properties: &Map<String, Value>) -> Event {
    let property = Properties(properties);
    match canonical(name).as_str() {
        "order completed" => Event::OrderCompleted,
        "product viewed" | "page viewed" | "viewed page" => Event::Visited,
        "email delivered" => Event::EmailDelivered,
        "email opened" => Event::EmailOpened,
        "email link clicked" | "email clicked" => Event::EmailClicked,
        "ticket opened" => {
            Event::TicketOpened { id: property.text("id"), tone: property.tone().or_else(|| property.tone_of_words()) }
        }
        "ticket solved" => Event::TicketSolved { id: property.text("id") },
        "nps answered" => match property.number("score") {
            Some(score) if (0.0..=10.0).contains(&score) => Event::NpsAnswered { score: libm::round(score) as u8 },
            _ => Event::Unreadable,
        },
        "payment failed" => Event::PaymentFailed,
        "payment succeeded" => Event::PaymentSucceeded,
        "subscription started" | "subscription renewed" => Event::TermPaid(property.terms(at)),
        "subscription updated" => Event::TermsChanged(property.terms(at)),
        "subscription cancelled" | "subscription canceled" => {
            Event::CancellationAsked { at_once: property.text("ends").is_some_and(|ends| canonical(&ends) == "now") }
        }
        "subscription resumed" => Event::Resumed,
        "subscription paused" => Event::Paused { until: property.pause_end(at.day()) },
        "signed in" => Event::SignedIn { seats: property.count("seats") },
        "user removed" => Event::PersonLeft,
        "feature used" => match property.text("feature") {
            Some(feature) => Event::FeatureUsed { feature, count: property.count("count").unwrap_or(1) },
            None => Event::Unreadable,
        },
        "" => Event::Unreadable,
        _ => Event::FeatureUsed { feature: cut(name.trim()), count: property.count("count").unwrap_or(1) },
    }
}

/// Who of an account an event is about.
pub fn user(properties: &Map<String, Value>) -> Option<String> {
    let properties = Properties(properties);
    ["user", "user_id", "userId", "email"].into_iter().find_map(|key| properties.text(key))
}

struct Properties<'a>(&'a Map<String, Value>);

impl Properties<'_> {
    fn text(&self, key: &str) -> Option<String> {
        let text = match self.0.get(key)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then(|| cut(&text))
    }

    fn number(&self, key: &str) -> Option<f64> {
        let number = match self.0.get(key)? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }

    fn count(&self, key: &str) -> Option<u32> {
        self.number(key).filter(|n| (0.0..=1.0e9).contains(n)).map(|n| n as u32)
    }

    fn tone(&self) -> Option<f64> {
        match self.text("tone").as_deref().map(canonical).as_deref() {
            Some("negative" | "angry") => Some(-1.0),
            Some("neutral") => Some(0.0),
            Some("positive" | "glad") => Some(1.0),
            _ => self.number("tone").filter(|tone| (-1.0..=1.0).contains(tone)),
        }
    }

    /// Of the subject and the text, where nobody said how they sound.
    fn tone_of_words(&self) -> Option<f64> {
        let words = |key: &str| self.0.get(key).and_then(Value::as_str).unwrap_or_default();
        let tone = sentiment::tone(&format!("{}\n{}", words("subject"), words("text")))?;
        Some(f64::from(tone) / 100.0)
    }

    fn terms(&self, at: Millis) -> Terms {
        let price = match (self.text("amount"), self.text("price")) {
            (Some(amount), _) => Some((amount, false)),
            (None, Some(price)) => Some((price, true)),
            (None, None) => None,
        };
        Terms {
            plan: self.text("plan"),
            seats: self.count("seats"),
            price: price.map(|(amount, a_seat)| Price { amount, a_seat, currency: self.text("currency") }),
            end: self.term_end(at.day()),
        }
    }

    fn term_end(&self, start: Day) -> Option<Day> {
        if let Some(days) = self.count("term_days").and_then(|days| i32::try_from(days).ok()).filter(|&days| days > 0) {
            return Some(start.plus(days));
        }
        if let Some(interval) = self.text("interval") {
            let days = match canonical(&interval).as_str() {
                "week" | "weekly" => 7,
                "month" | "monthly" => 31,
                "quarter" | "quarterly" => 92,
                "year" | "yearly" | "annual" => 366,
                _ => return None,
            };
            return Some(start.plus(days));
        }
        self.day("term_end").filter(|end| *end >= start)
    }

    fn pause_end(&self, start: Day) -> Option<Day> {
        let days = self.count("days").and_then(|days| i32::try_from(days).ok()).filter(|&days| days > 0);
        days.map(|days| start.plus(days)).or_else(|| self.day("until").filter(|end| *end >= start))
    }

    /// RFC 3339 or an ISO date.
    fn day(&self, key: &str) -> Option<Day> {
        let text = self.text(key)?;
        let moment = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text };
        Millis::parse_rfc3339(&moment).ok().map(Millis::day)
    }
}

/// Names that mean the same have the same form: lower case, words parted by one blank.
pub fn canonical(name: &str) -> String {
    let spaced: String = name.chars().map(|c| if matches!(c, '_' | '-') { ' ' } else { c }).collect();
    spaced.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AT: Millis = Millis(1_700_000_000_000);

    fn check(name: &str, properties: Value, expected: &Event) {
        let Value::Object(properties) = properties else { panic!("not an object") };
        assert_eq!(read(name, AT, &properties), *expected, "{name}");
    }

    #[test]
    fn a_ticket_sounds_as_its_words_do_unless_its_tone_is_said() {
        let tone = |properties: Value| {
            let Value::Object(properties) = properties else { panic!("not an object") };
            let Event::TicketOpened { tone, .. } = super::read("Ticket Opened", Millis(0), &properties) else {
                panic!("no ticket")
            };
            tone
        };
        assert!(tone(json!({"subject": "Still nothing", "text": "I want my money back."})).is_some_and(|tone| tone <= -0.3));
        assert!(tone(json!({"text": "Thank you, everything is perfect."})).is_some_and(|tone| tone > 0.3));
        assert_eq!(tone(json!({"text": "I want my money back.", "tone": 1})), Some(1.0));
        assert_eq!(tone(json!({"id": 7})), None);
    }

    #[test]
    fn names_match_whatever_their_case_and_separator() {
        for name in ["Email Link Clicked", "email_link_clicked", " EMAIL  LINK-CLICKED "] {
            check(name, json!({}), &Event::EmailClicked);
        }
    }

    #[test]
    fn properties_read_the_same_as_numbers_and_as_text() {
        for seats in [json!(12), json!("12"), json!(" 12.0 ")] {
            check("Signed In", json!({ "seats": seats }), &Event::SignedIn { seats: Some(12) });
        }
        for tone in [json!(-1), json!("-1"), json!("negative")] {
            check(
                "Ticket Opened",
                json!({"id": 7, "tone": tone}),
                &Event::TicketOpened { id: Some("7".into()), tone: Some(-1.0) },
            );
        }
    }

    #[test]
    fn a_term_is_said_by_days_an_interval_or_its_last_day() {
        let start = AT.day();
        for (properties, end) in [
            (json!({"term_days": 30}), Some(start.plus(30))),
            (json!({"interval": "year"}), Some(start.plus(366))),
            (json!({"term_end": start.plus(9).iso()}), Some(start.plus(9))),
            (json!({"term_end": start.plus(9).start().rfc3339()}), Some(start.plus(9))),
            (json!({"term_end": "1999-01-01"}), None),
            (json!({"term_end": "soon", "term_days": -3}), None),
            (json!({}), None),
        ] {
            check("Subscription Renewed", properties, &Event::TermPaid(Terms { end, ..Terms::default() }));
        }
    }

    #[test]
    fn a_pause_has_an_end_where_one_is_said() {
        let start = AT.day();
        for (properties, until) in [
            (json!({"days": 30}), Some(start.plus(30))),
            (json!({"until": start.plus(9).iso()}), Some(start.plus(9))),
            (json!({"until": "1999-01-01"}), None),
            (json!({}), None),
        ] {
            check("Subscription Paused", properties, &Event::Paused { until });
        }
    }

    #[test]
    fn prices_keep_their_text_and_say_whether_they_are_for_a_seat() {
        let price = |amount: &str, a_seat| Some(Price { amount: amount.into(), a_seat, currency: Some("EUR".into()) });
        let terms = |price| Event::TermsChanged(Terms { price, ..Terms::default() });
        check("Subscription Updated", json!({"amount": "49.90", "currency": "EUR"}), &terms(price("49.90", false)));
        check("Subscription Updated", json!({"price": 9, "currency": "EUR"}), &terms(price("9", true)));
    }

    #[test]
    fn unknown_names_are_features_and_what_lacks_its_value_is_unreadable() {
        check("Report Exported", json!({}), &Event::FeatureUsed { feature: "Report Exported".into(), count: 1 });
        check(
            "Feature Used",
            json!({"feature": "export", "count": "4"}),
            &Event::FeatureUsed { feature: "export".into(), count: 4 },
        );
        for (name, properties) in
            [("", json!({})), ("NPS Answered", json!({})), ("NPS Answered", json!({"score": 11})), ("Feature Used", json!({}))]
        {
            check(name, properties, &Event::Unreadable);
        }
        check(&"x".repeat(500), json!({"count": -1}), &Event::FeatureUsed { feature: "x".repeat(MAX_NAME), count: 1 });
    }
}

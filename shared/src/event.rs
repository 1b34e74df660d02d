//! The event vocabulary: what a customer does besides ordering, and a typed reader for it.
//!
//! Names are those of Segment's specification where it has one. They match whatever their case, and `_`, `-` and blanks are the
//! same (`order_completed`). A property may be a number, a boolean or text that reads as one, because a column of a CSV file is
//! always text. What a property does not say stays unknown; nothing is guessed from its absence.
//!
//! | event | properties read (all optional) | what it tells |
//! |---|---|---|
//! | `Order Completed`, `Order Updated`, `Order Refunded`, `Order Cancelled` | | nothing by itself: purchases and money come from the order rows alone, so that none counts twice |
//! | `Page Viewed`, `Screen Viewed`, `Product List Viewed`, `Products Searched`, `Application Opened` | | a visit; never activity |
//! | `Product Viewed`, `Product Clicked` | `product_id` or `sku`, `name`, `category` | a visit, and what was looked at |
//! | `Product Added`, `Product Removed` | the same | what lies in the cart |
//! | `Cart Viewed`, `Checkout Started` | `products`: a list of the same | the same, of all of them |
//! | `Cart Emptied` | | nothing lies in it any more |
//! | `Email Delivered`, `Email Opened`, `Email Link Clicked` | `machine`: nobody read it, a machine opened it | engagement; an open alone decides nothing, machines open mail and do not always say so |
//! | `Community Posted`, `Community Replied`, `Community Joined`, `Product Reviewed`, `Product Shared` | | activity among other customers |
//! | `Downgrade Requested`, `Downgrade Inquired`, `Cancellation Page Viewed` | | the customer thinks of a smaller plan, or of leaving |
//! | `Ticket Opened` | `id`, `tone`, `subject`, `text` | a complaint or question that waits. `tone`: -1 (angry) to 1 (glad), or `negative`, `neutral`, `positive`; without it, the tone of subject and text, where they are English. Words such as "cancel my subscription" count as a downgrade inquiry too |
//! | `Ticket Solved` | `id` | closes that ticket; without `id`, all that were opened before |
//! | `NPS Answered` | `score` 0 to 10 | |
//! | `Payment Failed`, `Invoice Payment Failed` | `reason` | the card or the bank refused |
//! | `Payment Succeeded`, `Invoice Paid` | a term, for the invoice of a subscription | a failed payment went through after all |
//! | `Subscription Started` (`Created`, `Activated`), `Subscription Renewed` | `plan`, `seats`, `amount` or `price`, `currency`, a term | a paid term from the event on |
//! | `Subscription Updated` (`Upgraded`, `Downgraded`) | `plan`, `seats`, `amount` or `price`, `currency` | changes within the term |
//! | `Subscription Cancelled`, `Subscription Expired`, `Account Deleted` | `ends`: `now` or `term_end` (default of the first; the others end now), `reason` | the customer asked to end it |
//! | `Subscription Paused` | `days`, `until` (RFC 3339 or an ISO date) | the customer pauses: without an end, until it is resumed |
//! | `Subscription Resumed` (`Reactivated`) | | the cancellation or the pause is taken back |
//! | `Feature Used` | `feature`, `count`, `user` | use of a feature of the product, by somebody of an account |
//! | `Signed In`, `Signed Up` | `seats`: how many people were active; `user` | use of the product |
//! | `User Removed`, `Account Removed User` | `user` | somebody of an account is gone |
//! | `Trial Started`, `Account Created`, `User Invited`, `Signed Out`, `Coupon Applied`, `Email Bounced`, `Unsubscribed` and others that tell no use | | nothing by itself |
//! | any other name | `count`, `user` | use of a feature that has this name |
//!
//! A **term** is said by `term_days` (its length in days), else by `interval` (`week`, `month`, `quarter`, `year`), else by
//! `term_end` (RFC 3339 or an ISO date: the last paid day). A file whose dates are shifted on import, as those of the sample
//! shops, must use `term_days` or `interval`: text inside properties is not shifted. `amount` is the price of the whole term,
//! `price` that of one seat and term, both decimal text or numbers in major units of `currency` (the home currency without one).
//! An `amount` on a subscription is what the term costs; money counts as earned only by order rows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::signal::sentiment;
use crate::time::{Day, Millis};

/// An event as the fold understands it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Named in the vocabulary, but told better by other rows (orders, consent), or of no weight.
    Noted,
    Visited {
        /// What was looked at.
        item: Option<Item>,
    },
    /// Things put into the cart, or taken out.
    Carted {
        items: Vec<Item>,
        is_in: bool,
    },
    CartEmptied,
    EmailDelivered,
    EmailOpened {
        by_machine: bool,
    },
    EmailClicked,
    TicketOpened {
        id: Option<String>,
        /// -1 to 1.
        tone: Option<f64>,
        /// It asks for a smaller plan, or how to leave.
        asks_to_leave: bool,
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
    /// Thinks of a smaller plan, or of leaving.
    DowngradeAsked,
    CommunityActive,
    /// Somebody of an account.
    PersonLeft,
    /// A name of the vocabulary without what it needs, such as `NPS Answered` without a score.
    Unreadable,
}

/// A thing that can be bought, as an event names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// The product's id, else its stock keeping unit, else its name.
    pub id: String,
    pub name: Option<String>,
    pub category: Option<String>,
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Price {
    pub amount: String,
    /// The amount is for one seat.
    pub a_seat: bool,
    /// ISO 4217; none is the home currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// How many things of one cart are read.
pub const MAX_ITEMS: usize = 20;

/// The longest text kept of a feature's, plan's or ticket's name, in characters.
pub const MAX_NAME: usize = 60;

pub fn read(name: &str, at: Millis, properties: &Map<String, Value>) -> Event {
    let property = Properties(properties);
    match canonical(name).as_str() {
        "page viewed"
        | "viewed page"
        | "screen viewed"
        | "product list viewed"
        | "product list filtered"
        | "products searched"
        | "promotion viewed"
        | "promotion clicked"
        | "application opened"
        | "checkout step viewed"
        | "checkout step completed"
        | "payment info entered" => Event::Visited { item: None },
        "product viewed" | "product clicked" => Event::Visited { item: item(properties) },
        "product added" => Event::Carted { items: item(properties).into_iter().collect(), is_in: true },
        "product removed" => Event::Carted { items: item(properties).into_iter().collect(), is_in: false },
        "cart viewed" | "checkout started" => Event::Carted { items: items(properties), is_in: true },
        "cart emptied" | "cart cleared" => Event::CartEmptied,
        "community posted"
        | "community post created"
        | "community replied"
        | "community comment added"
        | "community joined"
        | "product reviewed"
        | "review submitted"
        | "product shared" => Event::CommunityActive,
        "downgrade requested"
        | "downgrade inquired"
        | "downgrade inquiry"
        | "downgrade page viewed"
        | "cancellation page viewed"
        | "cancellation started" => Event::DowngradeAsked,
        "order completed"
        | "order updated"
        | "order refunded"
        | "order cancelled"
        | "order canceled"
        | "product added to wishlist"
        | "product removed from wishlist"
        | "wishlist product added to cart"
        | "cart shared"
        | "coupon entered"
        | "coupon applied"
        | "coupon denied"
        | "coupon removed"
        | "email bounced"
        | "email marked as spam"
        | "unsubscribed"
        | "email unsubscribed"
        | "newsletter unsubscribed"
        | "sms unsubscribed"
        | "subscribed"
        | "email subscribed"
        | "newsletter subscribed"
        | "sms subscribed"
        | "trial started"
        | "trial ended"
        | "trial will end"
        | "trial converted"
        | "account created"
        | "account added user"
        | "user invited"
        | "invite sent"
        | "signed out"
        | "application installed"
        | "application updated"
        | "application backgrounded"
        | "application crashed"
        | "application uninstalled"
        | "install attributed"
        | "payment refunded"
        | "ticket updated"
        | "ticket rated" => Event::Noted,
        "email delivered" => Event::EmailDelivered,
        "email opened" => Event::EmailOpened { by_machine: property.is_true("machine") },
        "email link clicked" | "email clicked" => Event::EmailClicked,
        "ticket opened" => {
            let words = property.words();
            let tone = property.tone().or_else(|| Some(f64::from(sentiment::tone(&words)?) / 100.0));
            Event::TicketOpened { id: property.text("id"), tone, asks_to_leave: asks_to_leave(&words) }
        }
        "ticket solved" => Event::TicketSolved { id: property.text("id") },
        "nps answered" => match property.number("score") {
            Some(score) if (0.0..=10.0).contains(&score) => Event::NpsAnswered { score: libm::round(score) as u8 },
            _ => Event::Unreadable,
        },
        "payment failed" | "invoice payment failed" | "charge failed" => Event::PaymentFailed,
        "payment succeeded" => Event::PaymentSucceeded,
        "invoice paid" => match property.terms(at) {
            Terms { end: None, .. } => Event::PaymentSucceeded,
            terms => Event::TermPaid(terms),
        },
        "subscription started" | "subscription created" | "subscription activated" | "subscription renewed" => {
            Event::TermPaid(property.terms(at))
        }
        "subscription updated" | "subscription upgraded" | "subscription downgraded" => Event::TermsChanged(property.terms(at)),
        "subscription cancelled" | "subscription canceled" => {
            Event::CancellationAsked { at_once: property.text("ends").is_some_and(|ends| canonical(&ends) == "now") }
        }
        "subscription expired" | "subscription ended" | "account deleted" => {
            Event::CancellationAsked { at_once: property.text("ends").is_none_or(|ends| canonical(&ends) == "now") }
        }
        "subscription resumed" | "subscription reactivated" => Event::Resumed,
        "subscription paused" => Event::Paused { until: property.pause_end(at.day()) },
        "signed in" | "signed up" => Event::SignedIn { seats: property.count("seats") },
        "user removed" | "account removed user" => Event::PersonLeft,
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

/// What a product event names.
fn item(properties: &Map<String, Value>) -> Option<Item> {
    let property = Properties(properties);
    let name = property.text("name").or_else(|| property.text("title"));
    let id = ["product_id", "productId", "id", "sku"].into_iter().find_map(|key| property.text(key)).or_else(|| name.clone())?;
    Some(Item { id, name, category: property.text("category") })
}

/// Of the list `products`, or the one that the event itself names.
fn items(properties: &Map<String, Value>) -> Vec<Item> {
    match properties.get("products").and_then(Value::as_array) {
        Some(list) => list.iter().take(MAX_ITEMS).filter_map(Value::as_object).filter_map(item).collect(),
        None => Vec::new(),
    }
}

/// In English, as far as words alone can tell.
fn asks_to_leave(words: &str) -> bool {
    const PHRASES: [&str; 14] = [
        "downgrade",
        "cheaper plan",
        "smaller plan",
        "lower plan",
        "cancel my subscription",
        "cancel our subscription",
        "cancel the subscription",
        "cancel my plan",
        "cancel our plan",
        "cancel my account",
        "cancel our account",
        "close my account",
        "close our account",
        "end my subscription",
    ];
    let words = canonical(words);
    PHRASES.iter().any(|phrase| words.contains(phrase))
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

    fn is_true(&self, key: &str) -> bool {
        match self.0.get(key) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::String(text)) => matches!(canonical(text).as_str(), "true" | "yes" | "1"),
            Some(Value::Number(number)) => number.as_f64() == Some(1.0),
            _ => false,
        }
    }

    /// The subject and the text of a ticket.
    fn words(&self) -> String {
        let words = |key: &str| self.0.get(key).and_then(Value::as_str).unwrap_or_default();
        format!("{}\n{}", words("subject"), words("text"))
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
    fn a_ticket_that_asks_how_to_leave_is_told_apart() {
        let asks = |text: &str| {
            let properties = json!({"subject": "Question", "text": text});
            let Event::TicketOpened { asks_to_leave, .. } =
                super::read("Ticket Opened", AT, properties.as_object().expect("an object"))
            else {
                panic!("no ticket")
            };
            asks_to_leave
        };
        assert!(asks("How do I cancel\nmy subscription?") && asks("Is there a CHEAPER plan?") && asks("I want to downgrade."));
        assert!(!asks("How do I cancel an order?") && !asks("I love this plan.") && !asks(""));
    }

    #[test]
    fn a_ticket_in_another_language_has_no_tone_rather_than_a_guessed_one() {
        let german =
            json!({"text": "Das ist eine Katastrophe, ich warte seit drei Wochen auf mein Geld und niemand antwortet mir."});
        let Event::TicketOpened { tone, .. } = super::read("Ticket Opened", AT, german.as_object().expect("an object")) else {
            panic!("no ticket")
        };
        assert_eq!(tone, None);
    }

    #[test]
    fn carts_name_what_lies_in_them() {
        let item = |id: &str, name: Option<&str>, category: Option<&str>| Item {
            id: id.into(),
            name: name.map(str::to_owned),
            category: category.map(str::to_owned),
        };
        let product = json!({"product_id": 7, "name": "Uno", "category": "Games", "price": 3});
        check("Product Viewed", product.clone(), &Event::Visited { item: Some(item("7", Some("Uno"), Some("Games"))) });
        check("Product Removed", json!({"sku": "U-1"}), &Event::Carted { items: vec![item("U-1", None, None)], is_in: false });
        let items = vec![item("7", Some("Uno"), Some("Games")), item("Go", Some("Go"), None)];
        let list = json!({"products": [product, {"name": "Go"}, {}, 5]});
        check("checkout_started", list, &Event::Carted { items, is_in: true });
        check("Cart Viewed", json!({"products": "none"}), &Event::Carted { items: Vec::new(), is_in: true });
    }

    #[test]
    fn what_tells_no_use_is_no_feature() {
        for name in [
            "Order Completed",
            "Order Refunded",
            "Coupon Applied",
            "Unsubscribed",
            "Email Bounced",
            "Trial Started",
            "Signed Out",
        ] {
            check(name, json!({}), &Event::Noted);
        }
        for machine in [json!(true), json!("true"), json!(1)] {
            check("Email Opened", json!({ "machine": machine }), &Event::EmailOpened { by_machine: true });
        }
        check("Email Opened", json!({"machine": "no"}), &Event::EmailOpened { by_machine: false });
        check("Invoice Paid", json!({}), &Event::PaymentSucceeded);
        check(
            "Invoice Paid",
            json!({"term_days": 30}),
            &Event::TermPaid(Terms { end: Some(AT.day().plus(30)), ..Terms::default() }),
        );
        check("Account Deleted", json!({}), &Event::CancellationAsked { at_once: true });
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
                &Event::TicketOpened { id: Some("7".into()), tone: Some(-1.0), asks_to_leave: false },
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

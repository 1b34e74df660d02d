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
//! | `Dispute Opened`, `Dispute Closed`, `Chargeback Received` | | a payment that the customer wants back from their bank, the end of it, and one that the bank took back: no offers meanwhile, or at all |
//! | `Downgrade Requested`, `Downgrade Inquired`, `Cancellation Page Viewed` | | the customer thinks of a smaller plan, or of leaving |
//! | `Ticket Opened` | `id`, `tone`, `subject`, `text` | a complaint or question that waits. `tone`: -1 (angry) to 1 (glad), or `negative`, `neutral`, `positive`; without it, the tone of subject and text, where they are English. Words such as "cancel my subscription" count as a downgrade inquiry too |
//! | `Ticket Solved` | `id` | closes that ticket; without `id`, all that were opened before |
//! | `NPS Answered` | `score` 0 to 10, `comment` | |
//! | `Exit Survey Answered`, `Survey Answered`, `Cancellation Feedback Given` | `reason`: of a list; `comment` or `text` | why they leave |
//! | `Feature Requested`, `Feature Not Found` | `feature` | what they asked for, until they use it |
//! | `Delivery Delayed`, `Order Delayed`; `Order Shipped`, `Order Delivered` | `promised`: RFC 3339 or an ISO date | a delivery that is late: said so, or after its promised day |
//! | `Payment Failed`, `Invoice Payment Failed` | `reason` | the card or the bank refused |
//! | `Payment Succeeded`, `Invoice Paid` | a term, for the invoice of a subscription | a failed payment went through after all |
//! | `Subscription Started` (`Created`, `Activated`), `Subscription Renewed` | `plan`, `seats`, `amount` or `price`, `currency`, a term | a paid term from the event on |
//! | `Subscription Updated` (`Upgraded`, `Downgraded`) | `plan`, `seats`, `amount` or `price`, `currency` | changes within the term |
//! | `Subscription Cancelled`, `Subscription Expired`, `Account Deleted` | `ends`: `now` or `term_end` (default of the first; the others end now), `reason`, `comment` | the customer asked to end it |
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

mod properties;
#[cfg(test)]
mod tests;
mod told;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::signal::sentiment;
use crate::time::{Day, Millis};

use properties::{Properties, asks_to_leave, cut, item, items};
pub use properties::{canonical, user};
pub use told::{Channel, Told, told};

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
    /// They asked their bank to take a payment back, which is not decided yet.
    Disputed,
    DisputeClosed,
    /// The bank took a payment back.
    ChargedBack,
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
        "dispute opened" | "dispute created" | "charge dispute created" => Event::Disputed,
        "dispute closed" | "dispute won" | "charge dispute closed" => Event::DisputeClosed,
        "chargeback received" | "chargeback created" | "dispute lost" => Event::ChargedBack,
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
        | "order shipped"
        | "order fulfilled"
        | "order delivered"
        | "order delayed"
        | "delivery delayed"
        | "delivery completed"
        | "shipment delayed"
        | "shipment delivered"
        | "survey answered"
        | "exit survey answered"
        | "cancellation survey answered"
        | "churn survey answered"
        | "cancellation feedback given"
        | "feature requested"
        | "feature wanted"
        | "feature not found"
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

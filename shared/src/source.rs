//! Sources: what stores, apps and helpdesks push, read into facts about customers.
//!
//! A reader knows one sender's payloads and nothing of the store: `read(delivery) -> facts`, pure, so that every sample is a test.
//! What a reader cannot take is a [`Refusal`] that names the field and the fix; the delivery waits among the dead letters until
//! somebody mends it. Topics that nothing is read from give no fact and no refusal: senders add topics at will.

mod fact;
mod intercom;
mod kind;
mod markup;
pub mod segment;
pub mod setup;
mod shopify;
mod stripe;
pub mod summary;
mod value;
mod woocommerce;
mod words;
mod zendesk;

pub use fact::{
    Consent, Event, Fact, Link, Member, Order, OrderChange, OrderPart, OrderStatus, Person, Product, Request, RequestKind,
    Stopped, Who,
};
pub use kind::{Family, Kind};
pub use value::Refusal;

use serde_json::Value;

use crate::money::Currency;
use crate::time::Millis;

/// One message of a sender, verified and stored.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    pub kind: Kind,
    /// As the sender names it: `orders/create`, `invoice.paid`, `track`.
    pub topic: &'a str,
    pub body: &'a Value,
    /// Unique within its source: what the sender calls the delivery or the message.
    pub key: &'a str,
    pub received_at: Millis,
    /// When the sender's clock said it left, where it says: the skew of that clock is taken off the times inside.
    pub sent_at: Option<Millis>,
    /// Where the payload names none.
    pub currency: Currency,
    /// Where the shop's pages stand, such as `https://shop.example`: some senders name their products' pages by path alone.
    pub site: Option<&'a str>,
    /// Came with a key that every visitor of a page can read.
    pub by_browser: bool,
}

/// Facts in the order in which they hold.
///
/// # Errors
/// When the payload lacks what its topic needs, or holds it in a form that cannot be read.
pub fn read(delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let mut facts = match delivery.kind {
        Kind::Segment | Kind::Browser => segment::read(delivery),
        Kind::Shopify => shopify::read(delivery),
        Kind::Woocommerce => woocommerce::read(delivery),
        Kind::Stripe => stripe::read(delivery),
        Kind::Zendesk => zendesk::read(delivery),
        Kind::Intercom => intercom::read(delivery),
        // A file is read by its rows.
        Kind::Pull => Ok(Vec::new()),
    }?;
    let latest = Millis(delivery.received_at.0.saturating_add(AHEAD_MILLIS));
    facts.iter_mut().flat_map(Fact::times).filter(|at| **at > latest).for_each(|at| *at = delivery.received_at);
    Ok(facts)
}

/// What happened further ahead of its receipt happened by a clock that is wrong: the receipt stands for it.
const AHEAD_MILLIS: i64 = 5 * 60_000;

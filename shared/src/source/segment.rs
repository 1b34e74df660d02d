//! Segment's messages, as its own libraries and RudderStack's send them: identify, track, page, screen, group, alias.
//!
//! | message | facts |
//! |---|---|
//! | identify | the person with its traits; consents that the traits tell, as bulk states |
//! | group | the account with its traits, and that the person belongs to it |
//! | alias | that two ids are one person |
//! | page, screen | the event `Page Viewed` or `Screen Viewed`, without the query of its address |
//! | track `Order Completed`, `Order Updated` | the order, whole |
//! | track `Order Refunded`, `Order Cancelled` | a part of the order: nothing says which day the order was of |
//! | track `Unsubscribed`, `Email Marked as Spam`, `Email Subscribed` | the act of consent, and the event |
//! | track, any other name | the event, in the words of [`crate::event`] |
//!
//! A group's id is kept apart from users' ids, which often count up from one as groups' ids do: see [`account_id`]. The visitor's
//! network address is never read.

mod browser;
mod clock;
mod commerce;
mod consent;
mod field;
mod message;
mod people;
mod track;

pub use browser::forbidden;
pub use clock::{Moment, moment};

use super::{Delivery, Fact, Refusal};
use message::Message;

/// What becomes the external id of the account that a group is.
pub fn account_id(group_id: &str) -> String {
    format!("group:{group_id}")
}

/// # Errors
/// When the message names nobody, or tells an order or a time in a form that cannot be read.
pub fn read(delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    // What a page may not say is refused where it is received; what got through says nothing.
    if forbidden(delivery).is_some() {
        return Ok(Vec::new());
    }
    let Some(kind) = Kind::of(delivery) else { return Ok(Vec::new()) };
    let message = Message::read(delivery)?;
    match kind {
        Kind::Identify => Ok(people::identify(&message)),
        Kind::Group => people::group(&message),
        Kind::Alias => people::alias(&message),
        Kind::Page => Ok(track::view(&message, "Page Viewed")),
        Kind::Screen => Ok(track::view(&message, "Screen Viewed")),
        Kind::Track => track::track(&message),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Identify,
    Track,
    Page,
    Screen,
    Group,
    Alias,
}

impl Kind {
    /// By the topic, or by the message's own type where the topic is none of them.
    fn of(delivery: &Delivery<'_>) -> Option<Self> {
        let own = || delivery.body.get("type").and_then(serde_json::Value::as_str);
        Self::parse(delivery.topic).or_else(|| own().and_then(Self::parse))
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "identify" => Some(Self::Identify),
            "track" => Some(Self::Track),
            "page" => Some(Self::Page),
            "screen" => Some(Self::Screen),
            "group" => Some(Self::Group),
            "alias" => Some(Self::Alias),
            _ => None,
        }
    }
}

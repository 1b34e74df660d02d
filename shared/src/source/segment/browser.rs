//! What a page may not say, because everybody who opens it could.

use serde_json::Value;

use super::{Kind, field};
use crate::event;
use crate::source::{Delivery, Refusal};

/// Told by servers only: money, contracts, who belongs to an account, and what mail did.
const EVENTS: [&str; 12] = [
    "order ",
    "subscription ",
    "invoice ",
    "payment ",
    "charge ",
    "refund ",
    "trial ",
    "account ",
    "user ",
    "email ",
    "renewal ",
    "ticket solved",
];

/// Said to agree to mail: only a signed-in server can prove it.
const OPT_INS: [&str; 4] = ["subscribed", "email subscribed", "newsletter subscribed", "sms subscribed"];

/// Why a message of a browser's key is not taken, where it is not.
///
/// What is left of it is read with care too: consent is only ever taken back, and [`crate::source::Who::by_browser`] keeps it from
/// joining or changing people who are known.
pub fn forbidden(delivery: &Delivery<'_>) -> Option<Refusal> {
    if !delivery.by_browser {
        return None;
    }
    let fix = "Send it from a server, with the write key of a server source.";
    match Kind::of(delivery)? {
        Kind::Group => Some(Refusal::of("type", "A page cannot say who belongs to an account", fix)),
        Kind::Track => {
            let name = delivery.body.get("event").and_then(field::text)?;
            let canonical = event::canonical(&name);
            let is_told = EVENTS.iter().any(|start| canonical.starts_with(start));
            let is_kept = canonical == "email unsubscribed";
            if OPT_INS.contains(&canonical.as_str()) {
                return Some(Refusal::of("event", "A page cannot agree to mail for somebody", fix));
            }
            (is_told && !is_kept).then(|| Refusal::of("event", format!("A page cannot report {}", field::cut(&name, 60)), fix))
        }
        Kind::Alias if is_of_a_user(delivery.body) => {
            Some(Refusal::of("previousId", "A page cannot make two known people one", fix))
        }
        Kind::Identify | Kind::Page | Kind::Screen | Kind::Alias => None,
    }
}

/// An earlier id beside the visitor's own is another user's.
fn is_of_a_user(body: &Value) -> bool {
    let Some(body) = body.as_object() else { return false };
    match (field::first(body, &["previousId"]), field::first(body, &["anonymousId"])) {
        (Some(previous), Some(anonymous)) => previous != anonymous,
        _ => false,
    }
}

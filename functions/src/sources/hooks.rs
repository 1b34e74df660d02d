//! Webhooks of stores and helpdesks: `/hooks/{kind}/{source id}`.
//!
//! Each is let in by its signature over the raw bytes, and stored under what its sender calls the delivery, so that the same one sent
//! again is known. What its topic means is the reader's to say; unknown ones are taken too, since a refusal would make the sender
//! repeat them, and after some days switch the webhook off.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shared::id::Id;
use shared::source::{Family, Kind};
use shared::time::Millis;

use super::{body, counts, directory, receive, signature};
use crate::auth::limits;
use crate::ctx::Ctx;
use crate::db::inbox::Message;
use crate::problem::Problem;

/// Of an id or topic that a sender chooses; a longer id stands in by its digest.
const KEY_CHARS: usize = 200;

/// A sender's clock may be so far ahead.
const AHEAD: i64 = 300_000;

const ANSWER: &str = r#"{"success":true}"#;

/// What names a delivery inside its body.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Envelope {
    id: Option<serde_json::Value>,
    /// Stripe's, and Zendesk's own events.
    #[serde(rename = "type")]
    kind: Option<serde_json::Value>,
    /// Intercom's.
    topic: Option<serde_json::Value>,
}

/// A path's kind and id; anything else is nobody's address.
pub fn address(path: &str) -> Option<(Kind, Id)> {
    let (kind, id) = path.strip_prefix("/hooks/")?.split_once('/')?;
    let kind = Kind::parse(kind).filter(|kind| kind.family() == Family::Signature)?;
    Some((kind, Id::parse(id).ok()?))
}

/// Takes a delivery.
///
/// # Errors
/// 404 where nothing is connected at the address, 401 for what its sender did not sign, and what makes the sender try again where the
/// store could not take it.
pub async fn answer(ctx: &Ctx, kind: Kind, id: &Id, request: Request<Body>) -> Result<Response<Body>, Problem> {
    let (parts, body) = request.into_parts();
    let Some(source) = directory::by_id(ctx, id).await?.filter(|source| source.kind == kind) else {
        limits::push_from(&ctx.env, &parts.headers).await?;
        return Err(Problem::NotFound);
    };
    receive::admit(ctx, &source).await?;
    let counted = |problem: Problem| {
        let reason = if matches!(problem, Problem::TooLarge(_)) { "too_large" } else { "bad_json" };
        counts::add(ctx, source.id, &counts::rejected(reason), 1);
        problem
    };
    let bytes = body::raw(body).await.map_err(counted)?;
    if is_ping(kind, &parts.headers, &bytes) {
        return Ok(done());
    }
    if let Err(refusal) = signature::verify(kind, &parts.headers, &bytes, &source.signing, ctx.now) {
        counts::add(ctx, source.id, &counts::rejected(refusal.code()), 1);
        return Err(Problem::NotSigned(refusal.code(), refusal.fix()));
    }
    let message = message(kind, &parts.headers, bytes).map_err(counted)?;
    let message = Message { sent_at: sent_at(kind, &parts.headers, ctx.now), ..message };
    receive::store(ctx, &source, &[message]).await?;
    Ok(done())
}

/// WooCommerce tries an address when it is saved, with an unsigned form, and shows its owner an error unless that is answered 200.
/// Nothing is read from it.
pub(super) fn is_ping(kind: Kind, headers: &HeaderMap, body: &[u8]) -> bool {
    let number = body.strip_prefix(b"webhook_id=");
    kind == Kind::Woocommerce
        && !headers.contains_key("x-wc-webhook-signature")
        && number.is_some_and(|number| !number.is_empty() && number.len() < 20 && number.iter().all(u8::is_ascii_digit))
}

pub(super) fn message(kind: Kind, headers: &HeaderMap, bytes: Vec<u8>) -> Result<Message, Problem> {
    let digest = hex(&Sha256::digest(&bytes));
    let body = body::json(bytes)?;
    // Of a list or a text nothing is read, but it is JSON all the same.
    let envelope: Envelope = if body.trim_start().starts_with('{') {
        serde_json::from_str(&body).map_err(|_| bad_json())?
    } else {
        serde_json::from_str::<serde::de::IgnoredAny>(&body).map_err(|_| bad_json())?;
        Envelope::default()
    };
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned).filter(|text| !text.is_empty());
    let (id, kind_in_body) = (word(envelope.id), word(envelope.kind));
    let (key, topic) = match kind {
        Kind::Shopify => (header("x-shopify-webhook-id"), header("x-shopify-topic")),
        // Two deliveries of one second have one id: a hash of the webhook and the second.
        Kind::Woocommerce => {
            (header("x-wc-webhook-delivery-id").map(|id| format!("{id}:{digest}")), header("x-wc-webhook-topic"))
        }
        Kind::Stripe => (id, kind_in_body),
        // A trigger's body has no id and no type: each of its calls has.
        Kind::Zendesk => {
            let is_event = kind_in_body.as_deref().is_some_and(|kind| kind.starts_with("zen:"));
            let id = if is_event { id } else { None };
            (id.or_else(|| header("x-zendesk-webhook-invocation-id")), kind_in_body.or_else(|| Some("trigger".to_owned())))
        }
        Kind::Intercom => (id, word(envelope.topic)),
        Kind::Segment | Kind::Browser | Kind::Pull => (None, None),
    };
    let key = match key {
        Some(key) if key.chars().count() <= KEY_CHARS => key,
        Some(key) => hex(&Sha256::digest(key)),
        None => digest,
    };
    let topic = topic.unwrap_or_default().chars().take(KEY_CHARS).collect();
    Ok(Message { key, topic, body, sent_at: None })
}

/// When it happened, where the sender says so outside the body: deliveries that are repeated for hours come in any order. The signature
/// does not cover it, so that a time ahead of ours counts for nothing.
fn sent_at(kind: Kind, headers: &HeaderMap, now: Millis) -> Option<Millis> {
    let name = (kind == Kind::Shopify).then_some("x-shopify-triggered-at")?;
    let at = Millis::parse_rfc3339(headers.get(name)?.to_str().ok()?).ok()?;
    (at <= Millis(now.0 + AHEAD)).then_some(at)
}

fn word(value: Option<serde_json::Value>) -> Option<String> {
    match value? {
        serde_json::Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn bad_json() -> Problem {
    Problem::BadRequest("bad_json", "The body is signed but is no JSON".to_owned())
}

fn done() -> Response<Body> {
    let mut response = Response::new(Body::from(ANSWER));
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn check(kind: Kind, headers: &[(&'static str, &'static str)], body: &str) -> (String, String) {
        let pairs = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let message = message(kind, &pairs.collect(), body.as_bytes().to_vec()).expect("a message");
        assert_eq!(message.body, body, "as it came");
        (message.key, message.topic)
    }

    fn told(key: &str, topic: &str) -> (String, String) {
        (key.to_owned(), topic.to_owned())
    }

    #[test]
    fn each_sender_names_its_delivery_and_topic_in_its_own_place() {
        let headers = [("x-shopify-webhook-id", "d1"), ("x-shopify-event-id", "e1"), ("x-shopify-topic", "orders/create")];
        assert_eq!(check(Kind::Shopify, &headers, r#"{"id":90071992547409931}"#), told("d1", "orders/create"));
        assert_eq!(check(Kind::Stripe, &[], r#"{"id":"evt_1","type":"invoice.paid"}"#), told("evt_1", "invoice.paid"));
        let body = r#"{"id":"notif_1","topic":"conversation.user.created","type":"notification_event"}"#;
        assert_eq!(check(Kind::Intercom, &[], body), told("notif_1", "conversation.user.created"));
        let invocation = [("x-zendesk-webhook-invocation-id", "83")];
        let body = r#"{"id":"ev","type":"zen:event-type:ticket.created"}"#;
        assert_eq!(check(Kind::Zendesk, &invocation, body), told("ev", "zen:event-type:ticket.created"));
        assert_eq!(check(Kind::Zendesk, &invocation, r#"{"ticket_id":"1","id":"7"}"#), told("83", "trigger"));
    }

    #[test]
    fn shopify_says_beside_the_body_when_it_happened() {
        let now = Millis::parse_rfc3339("2026-11-22T09:00:00Z").expect("a time");
        let at = |kind, text: &'static str| {
            let pair = (HeaderName::from_static("x-shopify-triggered-at"), HeaderValue::from_static(text));
            sent_at(kind, &HeaderMap::from_iter([pair]), now).map(Millis::rfc3339)
        };
        assert_eq!(at(Kind::Shopify, "2024-08-07T22:48:27.480992003Z").as_deref(), Some("2024-08-07T22:48:27Z"));
        assert!(at(Kind::Shopify, "2026-11-22T09:04:59Z").is_some());
        for (kind, text) in
            [(Kind::Shopify, "2026-11-22T09:05:01Z"), (Kind::Shopify, "yesterday"), (Kind::Stripe, "2024-08-07T22:48:27Z")]
        {
            assert_eq!(at(kind, text), None, "{text}");
        }
    }

    #[test]
    fn two_deliveries_of_woocommerce_in_one_second_are_two() {
        let headers = [("x-wc-webhook-delivery-id", "f6"), ("x-wc-webhook-topic", "order.updated")];
        let (one, topic) = check(Kind::Woocommerce, &headers, r#"{"id":1}"#);
        let (two, _) = check(Kind::Woocommerce, &headers, r#"{"id":2}"#);
        assert_eq!(topic, "order.updated");
        assert!(one != two && one.starts_with("f6:") && two.starts_with("f6:"));
        assert_eq!(check(Kind::Woocommerce, &headers, r#"{"id":1}"#).0, one);
    }

    #[test]
    fn a_delivery_without_a_name_is_known_by_its_body() {
        for kind in [Kind::Shopify, Kind::Woocommerce, Kind::Stripe, Kind::Zendesk, Kind::Intercom] {
            let (one, _) = check(kind, &[], r#"{"a":1}"#);
            assert_eq!(check(kind, &[], r#"{"a":1}"#).0, one, "{kind:?}");
            assert_ne!(check(kind, &[], r#"{"a":2}"#).0, one, "{kind:?}");
            assert_eq!(check(kind, &[], "[]").0.len(), 64);
        }
        let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(201));
        assert_eq!(check(Kind::Stripe, &[], &long).0.len(), 64);
    }

    #[test]
    fn only_woocommerces_unsigned_trial_is_answered_without_a_signature() {
        let signed = HeaderMap::from_iter([(HeaderName::from_static("x-wc-webhook-signature"), HeaderValue::from_static("x"))]);
        let none = HeaderMap::new();
        assert!(is_ping(Kind::Woocommerce, &none, b"webhook_id=10"));
        assert!(!is_ping(Kind::Shopify, &none, b"webhook_id=10"));
        assert!(!is_ping(Kind::Woocommerce, &signed, b"webhook_id=10"));
        for body in [&b"webhook_id="[..], b"webhook_id=1&x=2", b"webhook_id=99999999999999999999", b"{}", b""] {
            assert!(!is_ping(Kind::Woocommerce, &none, body));
        }
    }

    #[test]
    fn an_address_names_a_kind_that_signs_and_an_id() {
        let id = Id::from_parts(0, &[0; 10]);
        assert_eq!(address(&format!("/hooks/stripe/{id}")), Some((Kind::Stripe, id.clone())));
        for path in [
            format!("/hooks/segment/{id}"),
            format!("/hooks/ebay/{id}"),
            format!("/hooks/stripe/{id}/x"),
            "/hooks/stripe".to_owned(),
        ] {
            assert_eq!(address(&path), None, "{path}");
        }
    }
}

//! SendGrid: a mail a request. It knows no keys, so that an answer that is lost is never asked for again.
//!
//! Sources: Twilio's documents "Mail Send", "Mail Send Errors", "Event Webhook Reference"; its OpenAPI description.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::words;
use super::event::{self, URL};
use super::message::line;
use super::{Answer, BadBody, Event, Kind, Listed, Mail, Mailbox, Outcome, Request, Told, Unfit};
use crate::time::Millis;

pub const BASE: &str = "https://api.sendgrid.com";

/// What a key must be allowed.
const SCOPE: &str = "mail.send";

#[derive(Debug, Serialize)]
struct Body<'a> {
    personalizations: [Personalization<'a>; 1],
    from: Address<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<Address<'a>>,
    subject: String,
    /// Plain text first: the last that a program understands is shown.
    content: [Content<'a>; 2],
    headers: BTreeMap<&'static str, String>,
    custom_args: Custom,
    tracking_settings: Tracking,
}

#[derive(Debug, Serialize)]
struct Personalization<'a> {
    to: [Address<'a>; 1],
}

#[derive(Debug, Serialize)]
struct Address<'a> {
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, Serialize)]
struct Content<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    value: &'a str,
}

#[derive(Debug, Serialize)]
struct Custom {
    touch: String,
}

/// Links stay as they are, and no pixel or footer of SendGrid's comes in.
#[derive(Debug, Default, Serialize)]
struct Tracking {
    click_tracking: ClickTracking,
    open_tracking: Off,
    subscription_tracking: Off,
    ganalytics: Off,
}

#[derive(Debug, Default, Serialize)]
struct ClickTracking {
    enable: bool,
    enable_text: bool,
}

#[derive(Debug, Default, Serialize)]
struct Off {
    enable: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    errors: Vec<RefusalError>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RefusalError {
    message: String,
    field: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Scopes {
    scopes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Hook {
    event: String,
    sg_event_id: Option<String>,
    sg_message_id: Option<String>,
    timestamp: Option<i64>,
    touch: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
    reason: Option<String>,
    url: Option<String>,
    email: Option<String>,
    #[serde(default)]
    sg_machine_open: bool,
}

/// # Errors
/// Where nobody can be asked to send it.
pub fn send(mail: &Mail) -> Result<Request, Unfit> {
    mail.check()?;
    let address = |mailbox: &'_ Mailbox| mailbox.display();
    let body = Body {
        personalizations: [Personalization { to: [Address { email: &mail.to.email, name: address(&mail.to) }] }],
        from: Address { email: &mail.from.email, name: address(&mail.from) },
        reply_to: mail.reply_to.as_deref().map(|email| Address { email, name: None }),
        subject: line(&mail.subject),
        content: [Content { kind: "text/plain", value: &mail.text }, Content { kind: "text/html", value: &mail.html }],
        headers: mail.headers()?.into_iter().collect(),
        custom_args: Custom { touch: mail.touch.to_string() },
        tracking_settings: Tracking::default(),
    };
    Ok(Request {
        method: "POST",
        path: "/v3/mail/send".to_owned(),
        headers: vec![("content-type", "application/json".to_owned())],
        body: Some(serde_json::to_string(&body).map_err(|_| Unfit::Empty)?),
    })
}

pub fn outcome(answer: &Answer<'_>) -> Outcome {
    if answer.is_success() {
        return Outcome::Accepted { id: answer.message_id.and_then(event::id) };
    }
    let why = || words(&said(answer.body).unwrap_or_else(|| format!("SendGrid answered with status {}", answer.status)));
    match answer.status {
        429 => Outcome::Temporary { retry_after: Some(answer.wait()), proven_not_accepted: true },
        400 if is_about_from(answer.body) => Outcome::Account { why: why() },
        400 | 413 => Outcome::Permanent { why: why() },
        401..=405 => Outcome::Account { why: why() },
        _ if answer.is_unconnected() => Outcome::Temporary { retry_after: None, proven_not_accepted: true },
        _ => Outcome::Unknown { why: why() },
    }
}

fn said(body: &[u8]) -> Option<String> {
    let Refusal { errors } = serde_json::from_slice(body).ok()?;
    errors.into_iter().map(|error| error.message).find(|message| !message.is_empty())
}

/// Each message would be refused for it.
fn is_about_from(body: &[u8]) -> bool {
    let Refusal { errors } = serde_json::from_slice(body).unwrap_or_default();
    errors.iter().any(|error| error.field.as_deref().is_some_and(|field| field == "from" || field.starts_with("from.")))
}

/// Asks what the key may do, and sends nothing.
pub fn test() -> Request {
    Request { method: "GET", path: "/v3/scopes".to_owned(), headers: Vec::new(), body: None }
}

/// # Errors
/// In words, with what to do.
pub fn tested(answer: &Answer<'_>) -> Result<(), String> {
    match answer.status {
        200..300 => {}
        401 | 403 => return Err("SendGrid does not know this key: copy it again, or make a new one under API Keys".to_owned()),
        429 => return Err("SendGrid asks to be left alone for a moment: test it again then".to_owned()),
        status => return Err(format!("SendGrid answered with status {status}: test it again later")),
    }
    match serde_json::from_slice::<Scopes>(answer.body) {
        Ok(Scopes { scopes }) if scopes.iter().any(|scope| scope == SCOPE) => Ok(()),
        Ok(_) => Err("The key may not send mail: give it Mail Send under API Keys".to_owned()),
        Err(_) => Err("The answer is none of SendGrid's: check the address".to_owned()),
    }
}

/// # Errors
/// Where it is no list of events.
pub fn events(told: &Told<'_>) -> Result<Vec<Event>, BadBody> {
    let list: Vec<serde_json::Value> = serde_json::from_slice(told.body).map_err(|_| BadBody)?;
    // One that is not understood does not cost the others.
    let hooks = list.into_iter().filter_map(|one| serde_json::from_value::<Hook>(one).ok());
    Ok(hooks.filter_map(|hook| read(hook, told.now)).collect())
}

fn read(hook: Hook, now: Millis) -> Option<Event> {
    let key = hook.sg_event_id.as_deref().and_then(event::id)?;
    let code = hook.status.as_deref().and_then(event::id);
    let kind = match hook.event.as_str() {
        "processed" => Kind::Accepted,
        "deferred" => Kind::Deferred,
        "delivered" => Kind::Delivered,
        "open" => Kind::Opened { machine: hook.sg_machine_open },
        "click" => Kind::Clicked { url: event::cut(&hook.url.unwrap_or_default(), URL) },
        "spamreport" => Kind::Complained,
        "unsubscribe" | "group_unsubscribe" => Kind::OptedOut,
        // `blocked` is a refusal of this mail, not of the address.
        "bounce" => Kind::Bounced { hard: hook.kind.as_deref() != Some("blocked"), code },
        "dropped" => dropped(&hook.reason.unwrap_or_default()),
        _ => return None,
    };
    // Filters add what they did to the id that was answered: `id.filter…`.
    let provider_id = hook.sg_message_id.as_deref().map(|id| id.split('.').next().unwrap_or(id)).and_then(event::id);
    let stated = hook.timestamp.map(|seconds| Millis(seconds.saturating_mul(1_000)));
    let touch = hook.touch.as_deref().and_then(event::touch);
    let address = hook.email.as_deref().and_then(crate::import::who::address);
    Some(Event { key, touch, provider_id, address, kind, at: event::when(stated, now) })
}

fn dropped(reason: &str) -> Kind {
    let reason = reason.to_lowercase();
    let has = |part: &str| reason.contains(part);
    if has("unsubscribed") {
        Kind::Suppressed { why: Listed::OptedOut }
    } else if has("spam report") {
        Kind::Suppressed { why: Listed::Complained }
    } else if has("bounced") {
        Kind::Suppressed { why: Listed::Bounced }
    } else if reason == "invalid" {
        Kind::Suppressed { why: Listed::Invalid }
    } else {
        Kind::Failed { code: event::cut(&reason, 100) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::message::tests::mail;
    use super::*;

    const NOW: Millis = Millis(1_795_305_600_000);

    fn answer<'a>(status: u16, body: &'a str, id: Option<&'a str>) -> Answer<'a> {
        Answer { status, retry_after: None, resets_at: Some("1795305660"), message_id: id, body: body.as_bytes(), now: NOW }
    }

    fn kinds(events: serde_json::Value) -> Vec<Kind> {
        let body = events.to_string();
        let read = super::events(&Told { id: None, query: "", body: body.as_bytes(), now: NOW }).expect("events");
        read.into_iter().map(|event| event.kind).collect()
    }

    #[test]
    fn a_mail_is_asked_for_with_our_number_and_without_tracking() {
        let request = send(&mail()).expect("request");
        assert_eq!((request.method, request.path.as_str()), ("POST", "/v3/mail/send"));
        let body: serde_json::Value = serde_json::from_str(request.body.as_deref().expect("body")).expect("json");
        assert_eq!(body["personalizations"], json!([{ "to": [{ "email": "ada@example.org", "name": "Ada" }] }]));
        assert_eq!(body["custom_args"], json!({ "touch": "7" }));
        assert_eq!(body["content"][0]["type"], "text/plain");
        assert_eq!(body["headers"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
        assert_eq!(body["tracking_settings"]["click_tracking"], json!({ "enable": false, "enable_text": false }));
        assert!(!request.headers.iter().any(|(name, _)| *name == "idempotency-key"), "it would mean nothing");
    }

    #[test]
    fn answers_mean_what_sendgrid_says_they_mean() {
        assert_eq!(outcome(&answer(202, "", Some("abc"))), Outcome::Accepted { id: Some("abc".to_owned()) });
        assert_eq!(outcome(&answer(202, "", None)), Outcome::Accepted { id: None });
        assert_eq!(outcome(&answer(429, "", None)), Outcome::Temporary { retry_after: Some(60), proven_not_accepted: true });
        let refusal = |field: &str| json!({ "errors": [{ "message": "No.", "field": field }] }).to_string();
        assert_eq!(outcome(&answer(400, &refusal("personalizations.0.to"), None)), Outcome::Permanent { why: "No.".to_owned() });
        for (status, body) in [(400, refusal("from.email")), (401, refusal("")), (403, refusal("from"))] {
            assert!(matches!(outcome(&answer(status, &body, None)), Outcome::Account { .. }), "{status}");
        }
        for status in [500, 502, 503, 504, 520, 522, 524] {
            assert!(matches!(outcome(&answer(status, "", None)), Outcome::Unknown { .. }), "{status}");
        }
        assert!(outcome(&answer(521, "", None)).may_be_repeated_elsewhere());
    }

    #[test]
    fn a_test_asks_for_the_one_scope_that_is_needed() {
        assert_eq!(tested(&answer(200, r#"{"scopes":["mail.send","alerts.read"]}"#, None)), Ok(()));
        for (status, body, about) in [
            (200, r#"{"scopes":["alerts.read"]}"#, "may not send"),
            (200, "[]", "none of SendGrid's"),
            (401, "", "does not know this key"),
            (500, "", "status 500"),
        ] {
            assert!(tested(&answer(status, body, None)).expect_err("trouble").contains(about));
        }
    }

    #[test]
    fn events_are_read_one_by_one() {
        let one = |event: &str, more: serde_json::Value| {
            let mut all = json!({ "event": event, "sg_event_id": "e", "timestamp": 1_795_300_000, "email": "ada@example.org" });
            for (name, value) in more.as_object().expect("object") {
                all[name.as_str()] = value.clone();
            }
            all
        };
        let none = || json!({});
        assert_eq!(
            kinds(json!([
                one("processed", none()),
                one("bounce", json!({ "type": "bounce", "status": "5.1.1" })),
                one("bounce", json!({ "type": "blocked" })),
                one("dropped", json!({ "reason": "Bounced Address" })),
                one("dropped", json!({ "reason": "Unsubscribed Address" })),
                one("dropped", json!({ "reason": "Spam Reporting Address" })),
                one("dropped", json!({ "reason": "Invalid" })),
                one("open", json!({ "sg_machine_open": true })),
                one("group_resubscribe", none()),
                json!("not an event"),
                json!({ "event": "delivered" }),
                one("spamreport", none()),
            ])),
            [
                Kind::Accepted,
                Kind::Bounced { hard: true, code: Some("5.1.1".to_owned()) },
                Kind::Bounced { hard: false, code: None },
                Kind::Suppressed { why: Listed::Bounced },
                Kind::Suppressed { why: Listed::OptedOut },
                Kind::Suppressed { why: Listed::Complained },
                Kind::Suppressed { why: Listed::Invalid },
                Kind::Opened { machine: true },
                Kind::Complained,
            ]
        );
        let body = json!([one("delivered", json!({ "touch": "7", "sg_message_id": "abc.filter0001.1.2" }))]).to_string();
        let read = super::events(&Told { id: None, query: "", body: body.as_bytes(), now: NOW }).expect("events");
        let event = read.first().expect("one");
        assert_eq!((event.touch, event.provider_id.as_deref(), event.at), (Some(7), Some("abc"), Millis(1_795_300_000_000)));
        let bad = super::events(&Told { id: None, query: "", body: b"{}", now: NOW });
        assert_eq!(bad, Err(BadBody));
    }
}

//! Resend: mails one by one and in batches, each request under a key that counts for a day.
//!
//! Sources: resend.com/docs, "Send Email", "Send Batch Emails", "Idempotency Keys", "Errors", "Webhooks"; its OpenAPI description.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::words;
use super::event::{self, URL};
use super::message::{batch_key, line};
use super::{Answer, BadBody, Event, Kind, Listed, Mail, Outcome, Request, Told, Unfit};
use crate::time::Millis;

pub const BASE: &str = "https://api.resend.com";

/// Mails of one request.
pub const BATCH: usize = 100;

/// A key is known for so long.
pub const KEY_HOURS: u16 = 24;

const KEY_CHARS: usize = 256;

/// The tag that our number comes back in.
const TAG: &str = "touch";

#[derive(Debug, Serialize)]
struct Body<'a> {
    from: String,
    to: [&'a str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<&'a str>,
    subject: String,
    html: &'a str,
    text: &'a str,
    headers: BTreeMap<&'static str, String>,
    tags: [Tag; 1],
}

#[derive(Debug, Serialize)]
struct Tag {
    name: &'static str,
    value: String,
}

#[derive(Debug, Deserialize)]
struct Made {
    id: String,
}

#[derive(Debug, Deserialize)]
struct MadeAll {
    data: Vec<Made>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    name: String,
    message: String,
}

#[derive(Debug, Deserialize)]
struct Domains {
    data: Vec<Domain>,
}

#[derive(Debug, Deserialize)]
struct Domain {
    name: String,
    status: String,
    #[serde(default)]
    click_tracking: bool,
}

#[derive(Debug, Deserialize)]
struct Hook {
    #[serde(rename = "type")]
    kind: String,
    created_at: Option<String>,
    #[serde(default)]
    data: Data,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data {
    email_id: Option<String>,
    to: Vec<String>,
    tags: serde_json::Value,
    bounce: Option<Bounce>,
    click: Option<Click>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Bounce {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(rename = "subType")]
    sub_type: Option<String>,
    message: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Click {
    link: String,
}

/// One mail by itself, several in one batch that is taken as a whole or not at all.
///
/// # Errors
/// The first that nobody can be asked to send, with its place.
pub fn send(mails: &[&Mail]) -> Result<Request, (usize, Unfit)> {
    let mut bodies = Vec::with_capacity(mails.len());
    for (at, mail) in mails.iter().enumerate() {
        bodies.push(body(mail).map_err(|unfit| (at, unfit))?);
    }
    let (path, key, body) = match (mails, bodies.as_slice()) {
        ([mail], [body]) => ("/emails", mail.key.clone(), serde_json::to_string(body)),
        _ => ("/emails/batch", batch_key(mails.iter().map(|mail| mail.key.as_str())), serde_json::to_string(&bodies)),
    };
    let key = line(&key).chars().take(KEY_CHARS).collect();
    Ok(Request {
        method: "POST",
        path: path.to_owned(),
        headers: vec![("content-type", "application/json".to_owned()), ("idempotency-key", key)],
        body: Some(body.map_err(|_| (0, Unfit::Empty))?),
    })
}

fn body(mail: &Mail) -> Result<Body<'_>, Unfit> {
    mail.check()?;
    Ok(Body {
        from: mail.from.header(),
        to: [mail.to.email.as_str()],
        reply_to: mail.reply_to.as_deref(),
        subject: line(&mail.subject),
        html: &mail.html,
        text: &mail.text,
        headers: mail.headers()?.into_iter().collect(),
        tags: [Tag { name: TAG, value: mail.touch.to_string() }],
    })
}

/// What became of each of `count` mails of one request.
pub fn outcomes(answer: &Answer<'_>, count: usize) -> Vec<Outcome> {
    if answer.is_success() {
        return accepted(answer.body, count);
    }
    let Refusal { name, message } = serde_json::from_slice(answer.body).unwrap_or_default();
    let why =
        || words(&if message.is_empty() { format!("Resend answered with status {}", answer.status) } else { message.clone() });
    let later = |retry_after, proven_not_accepted| Outcome::Temporary { retry_after, proven_not_accepted };
    let outcome = match (answer.status, name.as_str()) {
        (429, "daily_quota_exceeded" | "monthly_quota_exceeded") => Outcome::Account { why: why() },
        (429, _) => later(Some(answer.wait()), true),
        // The same request is at work: its answer is the answer to this one too.
        (409, "concurrent_idempotent_requests") => later(None, false),
        // The key was used before, with another body: something went out under it.
        (409, _) => Outcome::Unknown { why: why() },
        (401 | 403 | 404 | 405, _) | (_, "invalid_from_address") => Outcome::Account { why: why() },
        (400 | 413 | 422 | 451, _) if count > 1 => Outcome::Alone,
        (400 | 413 | 422 | 451, _) => Outcome::Permanent { why: why() },
        _ => later(None, answer.is_unconnected()),
    };
    vec![outcome; count]
}

/// A success that cannot be read is one all the same: the mails are on their way.
fn accepted(body: &[u8], count: usize) -> Vec<Outcome> {
    let ids: Vec<String> = if count == 1 {
        serde_json::from_slice::<Made>(body).map(|made| vec![made.id])
    } else {
        serde_json::from_slice::<MadeAll>(body).map(|made| made.data.into_iter().map(|one| one.id).collect())
    }
    .unwrap_or_default();
    // Ids in another number than mails belong to nobody knows whom.
    let ids = if ids.len() == count { ids } else { Vec::new() };
    (0..count).map(|at| Outcome::Accepted { id: ids.get(at).and_then(|id| event::id(id)) }).collect()
}

/// Asks what the key may do, and sends nothing.
pub fn test() -> Request {
    Request { method: "GET", path: "/domains".to_owned(), headers: Vec::new(), body: None }
}

/// Reads the answer to [`test`]: what a person must mend, if anything. `from`: the address that is sent from.
///
/// # Errors
/// In words, with what to do.
pub fn tested(answer: &Answer<'_>, from: Option<&str>) -> Result<(), String> {
    if !answer.is_success() {
        let Refusal { name, message } = serde_json::from_slice(answer.body).unwrap_or_default();
        // A key that may only send may not look at domains, which is as it should be.
        if name == "restricted_api_key" {
            return Ok(());
        }
        return Err(match answer.status {
            401 | 403 => "Resend does not know this key: copy it again, or make a new one under API Keys".to_owned(),
            429 => "Resend asks to be left alone for a moment: test it again then".to_owned(),
            status if message.is_empty() => format!("Resend answered with status {status}: test it again later"),
            status => format!("Resend answered with status {status} ({}): test it again later", words(&message)),
        });
    }
    let Ok(Domains { data }) = serde_json::from_slice(answer.body) else {
        return Err("The answer is none of Resend's: check the address".to_owned());
    };
    let Some(host) = from.and_then(|from| from.rsplit_once('@')).map(|(_, host)| host.to_ascii_lowercase()) else {
        return Ok(());
    };
    match data.iter().find(|domain| domain.name.eq_ignore_ascii_case(&host)) {
        Some(domain) if domain.status != "verified" => {
            Err(format!("{host} is not verified at Resend ({}): finish its DNS records under Domains", words(&domain.status)))
        }
        Some(domain) if domain.click_tracking => Err(format!(
            "Resend rewrites the links of {host}, and with them the one to unsubscribe: switch off its click tracking under Domains"
        )),
        Some(_) => Ok(()),
        None => Err(format!("{host} is none of the domains at Resend: add it under Domains, or send from another address")),
    }
}

/// # Errors
/// Where it is no event of Resend's.
pub fn events(told: &Told<'_>) -> Result<Vec<Event>, BadBody> {
    let hook: Hook = serde_json::from_slice(told.body).map_err(|_| BadBody)?;
    let key = told.id.and_then(event::id).ok_or(BadBody)?;
    let Data { email_id, to, tags, bounce, click } = hook.data;
    let kind = match hook.kind.as_str() {
        "email.sent" => Kind::Accepted,
        "email.delivered" => Kind::Delivered,
        "email.delivery_delayed" => Kind::Deferred,
        "email.complained" => Kind::Complained,
        "email.opened" => Kind::Opened { machine: false },
        "email.clicked" => Kind::Clicked { url: event::cut(&click.map(|click| click.link).unwrap_or_default(), URL) },
        "email.failed" => Kind::Failed { code: "failed".to_owned() },
        "email.suppressed" => Kind::Suppressed { why: Listed::Bounced },
        "email.bounced" => bounced(bounce.unwrap_or_default()),
        _ => return Ok(Vec::new()),
    };
    let stated = hook.created_at.and_then(|text| Millis::parse_rfc3339(&text).ok());
    Ok(vec![Event {
        key,
        touch: tag(&tags).and_then(|text| event::touch(&text)),
        provider_id: email_id.and_then(|id| event::id(&id)),
        // Each of our mails has one recipient: of more than one nobody knows whom it is about.
        address: if let [one] = to.as_slice() { crate::import::who::address(one) } else { None },
        kind,
        at: event::when(stated, told.now),
    }])
}

/// Resend tells of refusals for good only, unless it says otherwise; and of addresses that it holds back as if they had bounced.
fn bounced(Bounce { kind, sub_type, message }: Bounce) -> Kind {
    let is_held_back = sub_type.as_deref().is_some_and(|sub| matches!(sub, "Suppressed" | "OnAccountSuppressionList"))
        || message.as_deref().is_some_and(|text| text.contains("account-level suppression list"));
    if is_held_back {
        return Kind::Suppressed { why: Listed::Bounced };
    }
    let hard = !matches!(kind.as_deref(), Some("Transient" | "Temporary" | "Undetermined"));
    Kind::Bounced { hard, code: sub_type.as_deref().and_then(event::id) }
}

/// An object by name, or a list of names and values.
fn tag(tags: &serde_json::Value) -> Option<String> {
    let of_list =
        || tags.as_array()?.iter().find(|tag| tag.get("name").and_then(|name| name.as_str()) == Some(TAG))?.get("value");
    tags.get(TAG).or_else(of_list)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::message::tests::mail;
    use super::*;

    const NOW: Millis = Millis(1_795_305_600_000);

    fn answer(status: u16, body: &str) -> Answer<'_> {
        Answer { status, retry_after: Some("2"), resets_at: None, message_id: None, body: body.as_bytes(), now: NOW }
    }

    fn refused(status: u16, name: &str, count: usize) -> Outcome {
        let body = json!({ "statusCode": status, "name": name, "message": "No." }).to_string();
        let all = outcomes(&answer(status, &body), count);
        assert_eq!(all.len(), count);
        all.into_iter().next().expect("one")
    }

    fn told(id: &str, body: &serde_json::Value) -> Vec<Event> {
        let body = body.to_string();
        events(&Told { id: Some(id), query: "", body: body.as_bytes(), now: NOW }).expect("events")
    }

    #[test]
    fn one_mail_and_a_batch_are_asked_for_as_resend_wants_it() {
        let mail = mail();
        let request = send(&[&mail]).expect("request");
        assert_eq!((request.method, request.path.as_str()), ("POST", "/emails"));
        assert!(request.headers.contains(&("idempotency-key", "touch-7".to_owned())));
        let body: serde_json::Value = serde_json::from_str(request.body.as_deref().expect("body")).expect("json");
        assert_eq!(
            body,
            json!({
                "from": "\"Tea & Co\" <hello@tea.example>", "to": ["ada@example.org"], "reply_to": "care@tea.example",
                "subject": "We miss you", "html": "<p>Hello</p>", "text": "Hello", "tags": [{ "name": "touch", "value": "7" }],
                "headers": {
                    "List-Unsubscribe": "<https://shop.example/u/abc>, <mailto:leave@tea.example?subject=unsubscribe>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                    "In-Reply-To": "<1@tea.example>", "References": "<1@tea.example>",
                },
            })
        );
        assert_eq!(send(&[&mail]), send(&[&mail]), "the same mail is the same request");
        let batch = send(&[&mail, &mail]).expect("request");
        assert_eq!(batch.path, "/emails/batch");
        assert!(batch.body.expect("body").starts_with('['));
    }

    #[test]
    fn a_mail_that_is_unfit_is_named_by_its_place() {
        let (good, bad) = (mail(), Mail { text: " ".to_owned(), ..mail() });
        assert_eq!(send(&[&good, &bad]), Err((1, Unfit::Empty)));
    }

    #[test]
    fn answers_mean_what_resend_says_they_mean() {
        assert_eq!(outcomes(&answer(200, r#"{"id":"abc"}"#), 1), [Outcome::Accepted { id: Some("abc".to_owned()) }]);
        let two = outcomes(&answer(200, r#"{"data":[{"id":"a"},{"id":"b"}]}"#), 2);
        assert_eq!(two.last(), Some(&Outcome::Accepted { id: Some("b".to_owned()) }));
        // On their way, though nobody knows under which name.
        for odd in [r#"{"data":[{"id":"a"}]}"#, "", "<html>"] {
            assert_eq!(outcomes(&answer(200, odd), 2), [Outcome::Accepted { id: None }, Outcome::Accepted { id: None }], "{odd}");
        }
        assert_eq!(
            refused(429, "rate_limit_exceeded", 1),
            Outcome::Temporary { retry_after: Some(2), proven_not_accepted: true }
        );
        for quota in ["daily_quota_exceeded", "monthly_quota_exceeded"] {
            assert!(matches!(refused(429, quota, 3), Outcome::Account { .. }));
        }
        assert_eq!(
            refused(409, "concurrent_idempotent_requests", 2),
            Outcome::Temporary { retry_after: None, proven_not_accepted: false }
        );
        assert!(matches!(refused(409, "invalid_idempotent_request", 2), Outcome::Unknown { .. }));
        assert!(matches!(refused(401, "missing_api_key", 1), Outcome::Account { .. }));
        assert!(matches!(refused(403, "validation_error", 1), Outcome::Account { .. }));
        assert!(matches!(refused(422, "invalid_from_address", 9), Outcome::Account { .. }));
        assert!(matches!(refused(422, "validation_error", 1), Outcome::Permanent { .. }));
        assert_eq!(refused(422, "validation_error", 2), Outcome::Alone);
        for status in [500, 502, 503, 520, 524] {
            assert_eq!(refused(status, "x", 1), Outcome::Temporary { retry_after: None, proven_not_accepted: false }, "{status}");
        }
        assert_eq!(refused(521, "", 1), Outcome::Temporary { retry_after: None, proven_not_accepted: true });
    }

    #[test]
    fn a_test_says_what_to_mend() {
        let domains = |status: &str, click: bool| {
            json!({ "data": [{ "name": "tea.example", "status": status, "click_tracking": click }] }).to_string()
        };
        let read = |status, body: &str, from| tested(&answer(status, body), from);
        let from = Some("hello@tea.example");
        assert_eq!(read(200, &domains("verified", false), from), Ok(()));
        assert_eq!(read(401, r#"{"name":"restricted_api_key","message":"x"}"#, from), Ok(()));
        for (status, body, from, about) in [
            (200, domains("pending", false), from, "not verified"),
            (200, domains("verified", true), from, "click tracking"),
            (200, domains("verified", false), Some("a@other.example"), "none of the domains"),
            (403, r#"{"name":"invalid_api_key"}"#.to_owned(), from, "does not know this key"),
            (200, "<html>".to_owned(), from, "none of Resend's"),
            (500, String::new(), from, "status 500"),
        ] {
            let said = read(status, &body, from).expect_err("trouble");
            assert!(said.contains(about), "{said}");
        }
    }

    #[test]
    fn events_are_read_under_the_id_of_their_delivery() {
        let body = json!({ "type": "email.delivered", "created_at": "2026-11-21T23:00:00.123Z",
            "data": { "email_id": "e1", "tags": { "touch": "7" }, "to": ["ada@example.org"] } });
        let read = told("msg_1", &body);
        let expected = Event {
            key: "msg_1".to_owned(),
            touch: Some(7),
            provider_id: Some("e1".to_owned()),
            address: Some("ada@example.org".to_owned()),
            kind: Kind::Delivered,
            at: Millis::parse_rfc3339("2026-11-21T23:00:00.123Z").expect("time"),
        };
        assert_eq!(read, [expected]);
        let listed = json!({ "type": "email.sent", "data": { "email_id": "e1", "tags": [{ "name": "a", "value": "1" }, { "name": "touch", "value": "9" }] } });
        assert_eq!(told("m", &listed).first().and_then(|one| one.touch), Some(9));
        let no_id = events(&Told { id: None, query: "", body: body.to_string().as_bytes(), now: NOW });
        assert_eq!(no_id, Err(BadBody));
        assert_eq!(told("m", &json!({ "type": "domain.created", "data": { "id": "x" } })), []);
    }

    #[test]
    fn a_bounce_is_for_good_unless_resend_says_otherwise() {
        let kind = |bounce: serde_json::Value| {
            told("m", &json!({ "type": "email.bounced", "data": { "bounce": bounce } })).pop().map(|one| one.kind)
        };
        assert_eq!(kind(json!({ "message": "x" })), Some(Kind::Bounced { hard: true, code: None }));
        let soft = kind(json!({ "type": "Transient", "subType": "MailboxFull" }));
        assert_eq!(soft, Some(Kind::Bounced { hard: false, code: Some("MailboxFull".to_owned()) }));
        let held = kind(json!({ "type": "Permanent", "subType": "Suppressed" }));
        assert_eq!(held, Some(Kind::Suppressed { why: Listed::Bounced }));
    }
}

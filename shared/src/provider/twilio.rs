//! Twilio: a text message a request. It knows no keys; our number of the sending stands in the address that it calls back.
//!
//! Sources: Twilio's documents "Messages resource", "Error and Warning Dictionary", "Advanced Opt-Out"; its OpenAPI description.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::answer::words;
use super::event::{self, INBOUND};
use super::message::form;
use super::words::{Word, asks_to_stop, word};
use super::{Answer, BadBody, Event, Kind, Listed, Outcome, Request, Suppress, Text, Told, Unfit};

pub const BASE: &str = "https://api.twilio.com";

/// Characters that one message may have.
const BODY: usize = 1_600;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: u32,
    message: String,
}

#[derive(Debug, Deserialize)]
struct Made {
    sid: String,
}

#[derive(Debug, Deserialize)]
struct Account {
    status: String,
}

/// An account's own name: `AC` and 32 hexadecimal digits.
pub fn is_account(text: &str) -> bool {
    is_sid(text, "AC")
}

/// What may be sent from: a number, a short number, a messaging service, or a name of letters.
pub fn is_from(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
        && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_number || is_sid(text, "MG") || is_name
}

fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// `callback`: the address that it tells what came of it, without a query.
///
/// # Errors
/// Where nobody can be asked to send it.
pub fn send(text: &Text, account: &str, callback: Option<&str>) -> Result<Request, Unfit> {
    let digits = text.to.strip_prefix('+').ok_or(Unfit::To)?;
    if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Unfit::To);
    }
    if !is_from(&text.from) || !is_account(account) {
        return Err(Unfit::From);
    }
    // What a phone cannot show is left out; line ends are part of a text.
    let body: String = text.body.chars().filter(|letter| !letter.is_control() || *letter == '\n').take(BODY).collect();
    if body.trim().is_empty() {
        return Err(Unfit::Empty);
    }
    let from = if is_sid(&text.from, "MG") { "MessagingServiceSid" } else { "From" };
    let callback = callback.map(|address| format!("{address}?touch={}", text.touch));
    let mut fields = vec![("To", text.to.as_str()), (from, text.from.as_str()), ("Body", body.as_str())];
    if let Some(callback) = &callback {
        fields.push(("StatusCallback", callback));
    }
    Ok(Request {
        method: "POST",
        path: format!("/2010-04-01/Accounts/{account}/Messages.json"),
        headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
        body: Some(form(&fields)),
    })
}

pub fn outcome(answer: &Answer<'_>) -> Outcome {
    if answer.is_success() {
        return Outcome::Accepted { id: serde_json::from_slice(answer.body).ok().and_then(|Made { sid }| event::id(&sid)) };
    }
    let Refusal { code, message } = serde_json::from_slice(answer.body).unwrap_or_default();
    let why = || {
        let message = if message.is_empty() { format!("Twilio answered with status {}", answer.status) } else { message.clone() };
        words(&if code == 0 { message } else { format!("{message} ({code})") })
    };
    match (answer.status, code) {
        (_, 21610) => Outcome::Suppress { reason: Suppress::OptedOut },
        (_, 21211 | 21214 | 21217 | 21614) => Outcome::Suppress { reason: Suppress::BadAddress },
        (429, _) => Outcome::Temporary { retry_after: Some(answer.wait()), proven_not_accepted: true },
        // The number, the service or the account, not the message.
        (_, 20003 | 20005 | 20006 | 21212 | 21603 | 21606 | 21608 | 21659 | 21660 | 21703 | 21705 | 30002) => {
            Outcome::Account { why: why() }
        }
        (401 | 403 | 404 | 405, _) => Outcome::Account { why: why() },
        (400..500, _) => Outcome::Permanent { why: why() },
        _ if answer.is_unconnected() => Outcome::Temporary { retry_after: None, proven_not_accepted: true },
        _ => Outcome::Unknown { why: why() },
    }
}

/// Asks for the account, or with a key that may not see it, for one message; sends nothing.
pub fn test(account: &str, by_key: bool) -> Request {
    let path = if by_key {
        format!("/2010-04-01/Accounts/{account}/Messages.json?PageSize=1")
    } else {
        format!("/2010-04-01/Accounts/{account}.json")
    };
    Request { method: "GET", path, headers: Vec::new(), body: None }
}

/// # Errors
/// In words, with what to do.
pub fn tested(answer: &Answer<'_>, by_key: bool) -> Result<(), String> {
    match answer.status {
        200..300 if by_key => return Ok(()),
        200..300 => {}
        401 | 403 | 404 => return Err("Twilio does not know this account and token: copy both again from its console".to_owned()),
        429 => return Err("Twilio asks to be left alone for a moment: test it again then".to_owned()),
        status => return Err(format!("Twilio answered with status {status}: test it again later")),
    }
    match serde_json::from_slice::<Account>(answer.body) {
        Ok(Account { status }) if status == "active" => Ok(()),
        Ok(Account { status }) => Err(format!("The account is {}: see Twilio's console", words(&status))),
        Err(_) => Err("The answer is none of Twilio's: check the address".to_owned()),
    }
}

/// # Errors
/// Where it is neither a message nor what became of one.
pub fn events(told: &Told<'_>) -> Result<Vec<Event>, BadBody> {
    let fields: BTreeMap<String, String> = read_form(told.body).ok_or(BadBody)?.into_iter().collect();
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let sid = field("MessageSid").or_else(|| field("SmsSid")).and_then(event::id).ok_or(BadBody)?;
    let status = field("MessageStatus");
    let inbound = field("Body").filter(|_| status.is_none());
    let Some(kind) = (match (status, inbound) {
        (Some(status), _) => of_status(status, field("ErrorCode")),
        (None, Some(body)) => Some(inbound_kind(field("From"), field("To"), body, field("OptOutType")).ok_or(BadBody)?),
        // A picture without words says nothing that we read.
        (None, None) => field("From").and_then(|from| inbound_kind(Some(from), field("To"), "", field("OptOutType"))),
    }) else {
        return Ok(Vec::new());
    };
    let key = match status {
        Some(status) => format!("{sid}:{}", event::cut(status, 20)),
        None => sid.clone(),
    };
    let query = read_form(told.query.as_bytes()).unwrap_or_default();
    let touch = query.iter().find(|(name, _)| name == "touch").and_then(|(_, value)| event::touch(value));
    let whose = if matches!(kind, Kind::Inbound { .. }) { "From" } else { "To" };
    let address = field(whose).and_then(crate::import::who::phone);
    Ok(vec![Event { key, touch, provider_id: Some(sid), address, kind, at: told.now }])
}

fn of_status(status: &str, code: Option<&str>) -> Option<Kind> {
    let code_text = || code.and_then(event::id);
    Some(match status {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => Kind::Accepted,
        "delivered" => Kind::Delivered,
        "read" => Kind::Opened { machine: false },
        "undelivered" | "failed" => match code {
            Some("21610") => Kind::Suppressed { why: Listed::OptedOut },
            // No such number, or a landline.
            Some("30005" | "30006" | "21211" | "21614") => Kind::Bounced { hard: true, code: code_text() },
            _ if status == "undelivered" => Kind::Bounced { hard: false, code: code_text() },
            _ => Kind::Failed { code: code_text().unwrap_or_else(|| "failed".to_owned()) },
        },
        "canceled" => Kind::Failed { code: "canceled".to_owned() },
        _ => return None,
    })
}

/// Twilio says by itself which word it acted on; it knows words that a shop set there.
fn inbound_kind(from: Option<&str>, to: Option<&str>, body: &str, acted: Option<&str>) -> Option<Kind> {
    let read = match acted {
        Some("STOP") => Some(Word::Stop),
        Some("START") => Some(Word::Start),
        Some("HELP") => Some(Word::Help),
        _ => word(body),
    };
    Some(Kind::Inbound {
        from: event::cut(from?, 40),
        to: event::cut(to.unwrap_or_default(), 40),
        body: event::cut(body, INBOUND),
        word: read,
        stop: read.is_none() && asks_to_stop(body),
    })
}

/// The fields of a form in their order, as they are signed; none where it is no form.
pub fn read_form(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let decode = |part: &[u8]| {
        let mut out = Vec::with_capacity(part.len());
        let mut rest = part;
        while let Some((byte, tail)) = rest.split_first() {
            rest = tail;
            match byte {
                b'+' => out.push(b' '),
                b'%' => {
                    let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
                    out.push(u8::from_str_radix(digits, 16).ok()?);
                    rest = tail.get(2..)?;
                }
                _ => out.push(*byte),
            }
        }
        Some(String::from_utf8_lossy(&out).into_owned())
    };
    let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let read = pairs.map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at(at);
        Some((decode(name)?, decode(value.get(1..).unwrap_or_default())?))
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;

    const NOW: Millis = Millis(1_795_305_600_000);
    const ACCOUNT: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn text() -> Text {
        Text {
            touch: 7,
            key: "touch-7".to_owned(),
            from: "+14155550142".to_owned(),
            to: "+14155550198".to_owned(),
            body: "Tea & Co: come back\u{0}!\r\nStop: reply STOP".to_owned(),
        }
    }

    fn answer(status: u16, body: &str) -> Answer<'_> {
        Answer { status, retry_after: None, resets_at: None, message_id: None, body: body.as_bytes(), now: NOW }
    }

    fn refused(status: u16, code: u32) -> Outcome {
        outcome(&answer(status, &format!(r#"{{"code":{code},"message":"No.","status":{status}}}"#)))
    }

    fn told(query: &str, fields: &[(&str, &str)]) -> Vec<Event> {
        events(&Told { id: None, query, body: form(fields).as_bytes(), now: NOW }).expect("events")
    }

    #[test]
    fn a_text_is_asked_for_with_our_number_in_the_address_to_call_back() {
        let request = send(&text(), ACCOUNT, Some("https://shop.example/hooks/twilio/1")).expect("request");
        assert_eq!(request.path, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
        let fields = read_form(request.body.as_deref().expect("body").as_bytes()).expect("form");
        let expected = [
            ("To", "+14155550198"),
            ("From", "+14155550142"),
            ("Body", "Tea & Co: come back!\nStop: reply STOP"),
            ("StatusCallback", "https://shop.example/hooks/twilio/1?touch=7"),
        ];
        assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let service = Text { from: format!("MG{}", "0".repeat(32)), ..text() };
        assert!(send(&service, ACCOUNT, None).expect("request").body.expect("body").contains("MessagingServiceSid=MG"));
    }

    #[test]
    fn what_nobody_can_be_sent_is_refused_before_it_is_asked_for() {
        for to in ["", "14155550198", "+1", "+1415555019x", "+14155550198,+14155550199"] {
            assert_eq!(send(&Text { to: to.to_owned(), ..text() }, ACCOUNT, None), Err(Unfit::To), "{to}");
        }
        assert_eq!(send(&Text { body: "\u{7}".to_owned(), ..text() }, ACCOUNT, None), Err(Unfit::Empty));
        for (from, account) in [("", ACCOUNT), ("+1415&Body=x", ACCOUNT), ("+14155550142", "AC1"), ("+14155550142", "AC/../x")] {
            assert_eq!(send(&Text { from: from.to_owned(), ..text() }, account, None), Err(Unfit::From), "{from} {account}");
        }
        assert!(is_from("Tea Co") && is_from("12345") && !is_from("Tea & Company"));
    }

    #[test]
    fn answers_mean_what_twilio_says_they_mean() {
        assert_eq!(outcome(&answer(201, r#"{"sid":"SM1","status":"queued"}"#)), Outcome::Accepted { id: Some("SM1".to_owned()) });
        assert_eq!(refused(400, 21610), Outcome::Suppress { reason: Suppress::OptedOut });
        for code in [21211, 21614] {
            assert_eq!(refused(400, code), Outcome::Suppress { reason: Suppress::BadAddress });
        }
        assert_eq!(refused(429, 20429), Outcome::Temporary { retry_after: Some(30), proven_not_accepted: true });
        for (status, code) in [(401, 20003), (400, 21606), (403, 20005), (404, 20404)] {
            assert!(matches!(refused(status, code), Outcome::Account { .. }), "{code}");
        }
        assert_eq!(refused(400, 21617), Outcome::Permanent { why: "No. (21617)".to_owned() });
        for status in [500, 503, 520, 522] {
            assert!(matches!(refused(status, 20500), Outcome::Unknown { .. }), "{status}");
        }
    }

    #[test]
    fn a_test_says_what_to_mend() {
        assert_eq!(tested(&answer(200, r#"{"status":"active"}"#), false), Ok(()));
        assert_eq!(tested(&answer(200, r#"{"messages":[]}"#), true), Ok(()));
        assert!(tested(&answer(200, r#"{"status":"suspended"}"#), false).expect_err("trouble").contains("suspended"));
        assert!(tested(&answer(401, ""), true).expect_err("trouble").contains("copy both again"));
    }

    #[test]
    fn what_became_of_a_text_is_read_with_the_number_of_the_address() {
        let of = |status: &str, code: &str| {
            told("touch=7", &[("MessageSid", "SM1"), ("MessageStatus", status), ("ErrorCode", code)]).pop().expect("one")
        };
        let delivered = of("delivered", "");
        assert_eq!((delivered.key.as_str(), delivered.touch, &delivered.kind), ("SM1:delivered", Some(7), &Kind::Delivered));
        assert_eq!(of("undelivered", "30005").kind, Kind::Bounced { hard: true, code: Some("30005".to_owned()) });
        assert_eq!(of("undelivered", "30007").kind, Kind::Bounced { hard: false, code: Some("30007".to_owned()) });
        assert_eq!(of("failed", "30034").kind, Kind::Failed { code: "30034".to_owned() });
        assert_eq!(of("failed", "21610").kind, Kind::Suppressed { why: Listed::OptedOut });
        assert_eq!(told("", &[("MessageSid", "SM1"), ("MessageStatus", "partying")]), []);
        assert_eq!(
            told("touch=7%3Bdrop", &[("MessageSid", "SM1"), ("MessageStatus", "sent")]).pop().and_then(|one| one.touch),
            None
        );
    }

    #[test]
    fn a_persons_message_is_read_with_what_it_asks_for() {
        let of = |body: &str, more: &[(&str, &str)]| {
            let mut fields = vec![
                ("MessageSid", "SM2"),
                ("From", "+14155550198"),
                ("To", "+14155550142"),
                ("Body", body),
                ("SmsStatus", "received"),
            ];
            fields.extend(more);
            match told("", &fields).pop().map(|one| one.kind) {
                Some(Kind::Inbound { word, stop, .. }) => (word, stop),
                other => unreachable!("{other:?}"),
            }
        };
        assert_eq!(of("Stop", &[]), (Some(Word::Stop), false));
        assert_eq!(of("basta", &[("OptOutType", "STOP")]), (Some(Word::Stop), false));
        assert_eq!(of("Please stop texting me", &[]), (None, true));
        assert_eq!(of("START", &[]), (Some(Word::Start), false));
        assert_eq!(of("when do you open?", &[]), (None, false));
    }

    #[test]
    fn a_form_that_is_none_is_refused() {
        for bad in [&b"MessageSid=%"[..], b"MessageSid=%zz", b"x=%4"] {
            assert_eq!(read_form(bad), None);
        }
        assert_eq!(events(&Told { id: None, query: "", body: b"a=b", now: NOW }), Err(BadBody));
    }
}

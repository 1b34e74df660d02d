//! Segment's HTTP API, so that its clients and those of RudderStack only change their host.
//!
//! The paths, limits and answers are theirs. Messages go into the inbox as they came, number for number, and each under the id that its
//! client gave it; a batch's bad message costs none of the good ones.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use shared::source::{Family, Kind};
use shared::time::{Day, Millis};

use super::browser::{self, Claim};
use super::directory::{Known, Unknown};
use super::{body, counts, directory, receive};
use crate::auth::{self, limits};
use crate::ctx::Ctx;
use crate::db::inbox::Message;
use crate::problem::Problem;

/// Segment's own limits.
const MESSAGE_BYTES: usize = 32 * 1024;
const BATCH_BYTES: usize = 500 * 1024;
const BATCH_MESSAGES: usize = 2_500;

/// Of a `messageId`; a longer one stands in by its digest.
const KEY_CHARS: usize = 100;

const ANSWER: &str = r#"{"success":true}"#;

const TYPES: [&str; 6] = ["identify", "track", "page", "screen", "group", "alias"];

/// What is pushed: one message of a type, or many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    One(&'static str),
    Batch,
}

/// Why a message is not taken, by the code that it is counted under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reject {
    BadJson,
    TooLarge,
    TooOld,
    Forbidden,
}

/// What of a batch is not messages.
#[derive(Debug, Deserialize)]
pub(super) struct Batch<'a> {
    #[serde(borrow)]
    batch: Vec<&'a RawValue>,
    #[serde(borrow, default, rename = "writeKey")]
    write_key: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "sentAt")]
    sent_at: Option<&'a RawValue>,
}

/// What of a message matters here. Values stay text: whatever their type, it is not this door that stumbles over it.
#[derive(Debug, Deserialize)]
struct Head<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "messageId")]
    message_id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "userId")]
    user_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "originalTimestamp")]
    original_timestamp: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "sentAt")]
    sent_at: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "writeKey")]
    write_key: Option<&'a RawValue>,
    #[serde(borrow, default)]
    context: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
struct Context<'a> {
    #[serde(borrow, default)]
    user_hash: Option<&'a RawValue>,
}

/// What messages are held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Door<'a> {
    pub source: &'a Known,
    pub now: Millis,
    pub oldest_day: Day,
}

impl Call {
    /// By a path and its short form, which pages use.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.strip_prefix("/v1/")?;
        let is_of = |kind: &&&str| **kind == name || kind.get(..1) == Some(name);
        match name {
            "batch" | "b" => Some(Self::Batch),
            _ => TYPES.iter().find(is_of).map(|kind| Self::One(kind)),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::One(kind) => kind,
            Self::Batch => "batch",
        }
    }
}

/// Takes what was pushed.
///
/// # Errors
/// As Segment refuses: 401 for a key that is nobody's, 400 for what can never be taken, and what tells the client to try again where
/// the store could not take it.
pub async fn answer(ctx: &Ctx, call: Call, request: Request<Body>) -> Result<Response<Body>, Problem> {
    let (parts, body) = request.into_parts();
    let source = match basic_key(&parts.headers) {
        Some(key) => Some(known(ctx, &parts.headers, &key).await?),
        None => None,
    };
    if let Some(source) = &source {
        admit(ctx, source, &parts.headers).await?;
    }
    let text = match read(body).await {
        Ok(text) => text,
        Err(problem) => {
            if let Some(source) = &source {
                reject(ctx, source, if matches!(problem, Problem::TooLarge(_)) { Reject::TooLarge } else { Reject::BadJson }, 1);
            }
            return Err(problem);
        }
    };
    let parsed = parse(call, &text);
    let source = match source {
        Some(source) => source,
        None => {
            let key = parsed.as_ref().ok().and_then(|batch| word(batch.write_key)).ok_or(Problem::UnknownKey)?;
            let source = known(ctx, &parts.headers, &key).await?;
            admit(ctx, &source, &parts.headers).await?;
            source
        }
    };
    let batch = parsed.inspect_err(|refused| {
        reject(
            ctx,
            &source,
            if matches!(refused, Problem::BadRequest("too_large", _)) { Reject::TooLarge } else { Reject::BadJson },
            1,
        )
    })?;
    let door = Door { source: &source, now: ctx.now, oldest_day: directory::oldest_kept_day() };
    let (messages, refused) = messages(door, call, &batch);
    for (reason, n) in &refused {
        reject(ctx, &source, *reason, *n);
    }
    if messages.is_empty()
        && let Some((reason, _)) = refused.first()
    {
        return Err(reason.problem());
    }
    if !messages.is_empty() {
        receive::store(ctx, &source, &messages).await?;
    }
    let mut response = Response::new(Body::from(ANSWER));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The source that a key belongs to. Guesses are counted by where they come from.
async fn known(ctx: &Ctx, headers: &HeaderMap, key: &str) -> Result<Known, Problem> {
    match directory::by_key(ctx, &auth::hash(key)).await? {
        Ok(source) if source.kind.family() == Family::Key => Ok(source),
        Err(Unknown::RevokedOf(source)) => {
            counts::add(ctx, source, &counts::rejected("unknown_key"), 1);
            Err(Problem::UnknownKey)
        }
        Ok(_) | Err(Unknown::Nobodys) => {
            limits::push_from(&ctx.env, headers).await?;
            Err(Problem::UnknownKey)
        }
    }
}

async fn admit(ctx: &Ctx, source: &Known, headers: &HeaderMap) -> Result<(), Problem> {
    receive::admit(ctx, source).await?;
    if source.kind == Kind::Browser && !browser::is_own_page(source, headers) {
        reject(ctx, source, Reject::Forbidden, 1);
        return Err(Problem::Forbidden("This page may not send with this key: its origin is not in the source's settings"));
    }
    Ok(())
}

fn reject(ctx: &Ctx, source: &Known, reason: Reject, n: u64) {
    counts::add(ctx, source.id, &counts::rejected(reason.code()), n);
}

/// The user of HTTP Basic, which is the write key; its password is empty.
fn basic_key(headers: &HeaderMap) -> Option<String> {
    let (scheme, credentials) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let key = text.split(':').next().unwrap_or_default();
    (!key.is_empty()).then(|| key.to_owned())
}

async fn read(body: Body) -> Result<String, Problem> {
    body::json(body::unpacked(body::raw(body).await?)?)
}

/// The messages of a body: those of its list, or itself.
pub(super) fn parse(call: Call, text: &str) -> Result<Batch<'_>, Problem> {
    let too_large = |what: String| Problem::BadRequest("too_large", what);
    let bad = |error: serde_json::Error| {
        // The error's own words may quote a value.
        Problem::BadRequest(
            "bad_json",
            format!("The body is no JSON of this call (line {}, column {})", error.line(), error.column()),
        )
    };
    if text.len() > BATCH_BYTES {
        return Err(too_large(format!("The body is larger than {BATCH_BYTES} bytes: send fewer messages at once")));
    }
    if !is_object(text) {
        return Err(Problem::BadRequest("bad_json", "The body is no JSON object".to_owned()));
    }
    if call != Call::Batch {
        let message: &RawValue = serde_json::from_str(text).map_err(bad)?;
        let head: Head<'_> = serde_json::from_str(text).map_err(bad)?;
        return Ok(Batch { batch: vec![message], write_key: head.write_key, sent_at: head.sent_at });
    }
    let batch: Batch<'_> = serde_json::from_str(text).map_err(bad)?;
    if batch.batch.len() > BATCH_MESSAGES {
        return Err(too_large(format!("The batch holds more than {BATCH_MESSAGES} messages: send it in parts")));
    }
    Ok(batch)
}

/// What can be taken, and how many cannot, by reason.
pub(super) fn messages(door: Door<'_>, call: Call, batch: &Batch<'_>) -> (Vec<Message>, Vec<(Reject, u64)>) {
    let sent_at = time(batch.sent_at);
    let mut taken = Vec::with_capacity(batch.batch.len());
    let mut refused: Vec<(Reject, u64)> = Vec::new();
    for raw in &batch.batch {
        match message(door, call, raw.get(), sent_at) {
            Ok(message) => taken.push(message),
            Err(reason) => match refused.iter_mut().find(|(other, _)| *other == reason) {
                Some((_, n)) => *n += 1,
                None => refused.push((reason, 1)),
            },
        }
    }
    (taken, refused)
}

fn message(door: Door<'_>, call: Call, raw: &str, batch_sent_at: Option<Millis>) -> Result<Message, Reject> {
    if raw.len() > MESSAGE_BYTES {
        return Err(Reject::TooLarge);
    }
    if !is_object(raw) {
        return Err(Reject::BadJson);
    }
    let head: Head<'_> = serde_json::from_str(raw).map_err(|_| Reject::BadJson)?;
    let topic = match call {
        Call::One(kind) => Cow::Borrowed(kind),
        Call::Batch => word(head.kind).filter(|kind| !kind.is_empty()).ok_or(Reject::BadJson)?,
    };
    // What is no type of theirs is kept, and nothing is read from it; but its name may not be a page long.
    if topic.len() > KEY_CHARS {
        return Err(Reject::BadJson);
    }
    let sent_at = batch_sent_at.or_else(|| time(head.sent_at));
    let at = time(head.timestamp).or_else(|| time(head.original_timestamp));
    if matches!(&*topic, "track" | "page" | "screen")
        && let Some(at) = at
        && is_too_old(at, sent_at, door)
    {
        return Err(Reject::TooOld);
    }
    if door.source.kind == Kind::Browser {
        let context: Option<Context<'_>> = head.context.and_then(|context| serde_json::from_str(context.get()).ok());
        let (user_id, user_hash) = (word(head.user_id), context.and_then(|context| word(context.user_hash)));
        let claim = Claim { topic: &topic, user_id: user_id.as_deref(), user_hash: user_hash.as_deref() };
        if !browser::may_say(door.source, claim) {
            return Err(Reject::Forbidden);
        }
    }
    let body = without_key(raw, &head)?;
    let key = match word(head.message_id).filter(|id| !id.is_empty()) {
        Some(id) if id.chars().count() <= KEY_CHARS => id.into_owned(),
        Some(id) => digest(&[&id]),
        None => digest(&[&topic, "\n", &body]),
    };
    Ok(Message { key, topic: topic.into_owned(), body, sent_at })
}

/// Whether nothing is kept of the day when it happened. The sender's clock is put right by when it says that it sent.
fn is_too_old(at: Millis, sent_at: Option<Millis>, door: Door<'_>) -> bool {
    let skew = sent_at.map_or(0, |sent_at| door.now.0.saturating_sub(sent_at.0));
    Millis(at.0.saturating_add(skew)).day() < door.oldest_day
}

/// As it came, less the write key: the inbox holds no secrets.
fn without_key(raw: &str, head: &Head<'_>) -> Result<String, Reject> {
    if head.write_key.is_none() {
        return Ok(raw.to_owned());
    }
    let mut members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(raw).map_err(|_| Reject::BadJson)?;
    members.remove("writeKey");
    serde_json::to_string(&members).map_err(|_| Reject::BadJson)
}

/// A list would be read as a struct's members in their order.
fn is_object(json: &str) -> bool {
    json.trim_start().starts_with('{')
}

/// The text of a string, or of a number as it is written; nothing for anything else.
fn word(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let raw = raw?.get();
    match raw.bytes().next()? {
        b'"' => serde_json::from_str::<String>(raw).ok().map(Cow::Owned),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(raw)),
        _ => None,
    }
}

fn time(raw: Option<&RawValue>) -> Option<Millis> {
    Millis::parse_rfc3339(&word(raw)?).ok()
}

fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Reject {
    fn code(self) -> &'static str {
        match self {
            Self::BadJson => "bad_json",
            Self::TooLarge => "too_large",
            Self::TooOld => "too_old",
            Self::Forbidden => "forbidden",
        }
    }

    fn problem(self) -> Problem {
        let bad = |what: &str| Problem::BadRequest(self.code(), what.to_owned());
        match self {
            Self::BadJson => bad("A message is a JSON object with a type"),
            Self::TooLarge => bad("A message is larger than 32768 bytes"),
            Self::TooOld => bad("The event is older than any that is kept: import it as a file instead"),
            Self::Forbidden => Problem::Forbidden(
                "A page's key speaks for a user id only with its user_hash in the context, and not for accounts",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::api::SourceSettings;
    use shared::id::Id;

    use super::*;

    const NOW: Millis = Millis(1_795_305_600_000);

    fn source(kind: Kind) -> Known {
        Known::of(1, Id::from_parts(0, &[0; 10]), kind, SourceSettings::default(), vec!["secret".to_owned()])
    }

    #[track_caller]
    fn taken(kind: Kind, call: Call, text: &str) -> (Vec<Message>, Vec<(Reject, u64)>) {
        let batch = parse(call, text).expect("a body");
        messages(Door { source: &source(kind), now: NOW, oldest_day: NOW.day().plus(-180) }, call, &batch)
    }

    #[test]
    fn each_call_has_a_path_and_a_short_one() {
        for (path, call) in [
            ("/v1/identify", Call::One("identify")),
            ("/v1/i", Call::One("identify")),
            ("/v1/t", Call::One("track")),
            ("/v1/p", Call::One("page")),
            ("/v1/s", Call::One("screen")),
            ("/v1/g", Call::One("group")),
            ("/v1/alias", Call::One("alias")),
            ("/v1/a", Call::One("alias")),
            ("/v1/batch", Call::Batch),
            ("/v1/b", Call::Batch),
        ] {
            assert_eq!(Call::of(path), Some(call), "{path}");
        }
        for path in ["/v1/", "/v1/tr", "/v1/import", "/v1/track/", "/v2/track", "/v1"] {
            assert_eq!(Call::of(path), None, "{path}");
        }
    }

    #[test]
    fn a_message_is_stored_as_it_came_with_numbers_beyond_2_to_the_53() {
        let text = r#"{"type":"track", "messageId":"m1","properties":{"order_id":90071992547409931,"price":0.10}}"#;
        let (messages, refused) = taken(Kind::Segment, Call::One("track"), text);
        assert_eq!(messages, [Message { key: "m1".to_owned(), topic: "track".to_owned(), body: text.to_owned(), sent_at: None }]);
        assert_eq!(refused, []);
    }

    #[test]
    fn the_write_key_of_a_body_is_not_stored_and_numbers_stay_as_they_are() {
        let text = r#"{"writeKey":"rkw_canary","userId":9007199254740993,"a":1.10}"#;
        let (messages, _) = taken(Kind::Segment, Call::One("identify"), text);
        assert_eq!(messages.first().map(|message| message.body.as_str()), Some(r#"{"a":1.10,"userId":9007199254740993}"#));
        let (messages, _) = taken(Kind::Segment, Call::Batch, r#"{"batch":[{"type":"page","writeKey":"rkw_canary"}]}"#);
        assert_eq!(messages.first().map(|message| message.body.as_str()), Some(r#"{"type":"page"}"#));
    }

    #[test]
    fn without_an_id_the_content_is_the_key_and_a_long_one_stands_in_by_its_digest() {
        let key = |text: &str| taken(Kind::Segment, Call::One("track"), text).0.remove(0).key;
        assert_eq!(key(r#"{"event":"A"}"#), key(r#"{"event":"A"}"#));
        assert_ne!(key(r#"{"event":"A"}"#), key(r#"{"event":"B"}"#));
        assert_eq!(key(&format!(r#"{{"messageId":"{}"}}"#, "x".repeat(100))).len(), 100);
        assert_eq!(key(&format!(r#"{{"messageId":"{}"}}"#, "x".repeat(101))), digest(&["x".repeat(101).as_str()]));
        assert_eq!(key(r#"{"messageId":17}"#), "17");
        let page = taken(Kind::Segment, Call::One("page"), r#"{"event":"A"}"#).0.remove(0).key;
        assert_ne!(page, key(r#"{"event":"A"}"#), "the same content of another type is another message");
    }

    #[test]
    fn a_bad_message_of_a_batch_costs_none_of_the_good_ones() {
        let large = format!(r#"{{"type":"track","event":"{}"}}"#, "x".repeat(MESSAGE_BYTES));
        let text = format!(
            r#"{{"batch":[{{"type":"track","messageId":"1"}},7,{{"event":"no type"}},{large},{{"type":"page","messageId":"2"}}],"sentAt":"2026-11-22T00:00:00Z"}}"#
        );
        let (messages, refused) = taken(Kind::Segment, Call::Batch, &text);
        let keys: Vec<_> =
            messages.iter().map(|message| (message.key.as_str(), message.topic.as_str(), message.sent_at)).collect();
        let sent_at = Millis::parse_rfc3339("2026-11-22T00:00:00Z").ok();
        assert_eq!(keys, [("1", "track", sent_at), ("2", "page", sent_at)]);
        assert_eq!(refused, [(Reject::BadJson, 2), (Reject::TooLarge, 1)]);
    }

    #[test]
    fn limits_are_those_of_segment() {
        let too_large = |call: Call, text: &str| matches!(parse(call, text), Err(Problem::BadRequest("too_large", _)));
        let many = |n: usize| format!(r#"{{"batch":[{}]}}"#, vec!["{}"; n].join(","));
        assert!(!too_large(Call::Batch, &many(2_500)) && too_large(Call::Batch, &many(2_501)));
        let long = |n: usize| format!(r#"{{"batch":[]}}{}"#, " ".repeat(n - 12));
        assert!(!too_large(Call::Batch, &long(BATCH_BYTES)) && too_large(Call::Batch, &long(BATCH_BYTES + 1)));
        for text in ["", "{", "[]", r#"{"batch":{}}"#, r#"{"batch":[}"#, "{}", "null"] {
            assert!(matches!(parse(Call::Batch, text), Err(Problem::BadRequest("bad_json", _))), "{text}");
        }
        assert!(parse(Call::One("track"), "[1]").is_err());
        assert_eq!(taken(Kind::Segment, Call::Batch, r#"{"batch":[["track","m1"]]}"#).1, [(Reject::BadJson, 1)]);
    }

    #[test]
    fn what_happened_before_any_day_that_is_kept_is_refused_by_the_senders_own_clock() {
        let at = |days: i64| Millis(NOW.0 - days * shared::time::MILLIS_PER_DAY).rfc3339();
        let check = |kind: &'static str, text: &str| taken(Kind::Segment, Call::One(kind), text).1;
        assert_eq!(check("track", &format!(r#"{{"timestamp":"{}"}}"#, at(180))), []);
        assert_eq!(check("track", &format!(r#"{{"timestamp":"{}"}}"#, at(182))), [(Reject::TooOld, 1)]);
        assert_eq!(check("page", &format!(r#"{{"originalTimestamp":"{}"}}"#, at(182))), [(Reject::TooOld, 1)]);
        assert_eq!(check("identify", &format!(r#"{{"timestamp":"{}"}}"#, at(182))), [], "who somebody is does not grow old");
        let skewed = format!(r#"{{"timestamp":"{}","sentAt":"{}"}}"#, at(182), at(182));
        assert_eq!(check("track", &skewed), [], "its clock is half a year slow");
    }

    #[test]
    fn a_pages_key_acts_for_nobody_whom_the_shop_does_not_vouch_for() {
        let hash = "1d16fd7e96e8a9681f283b8a251822ffdc71e2a5bda0c5267a044874fa21b82b";
        let check = |kind: &'static str, text: &str| taken(Kind::Browser, Call::One(kind), text).1.is_empty();
        assert!(check("track", r#"{"anonymousId":"a"}"#));
        assert!(check("track", &format!(r#"{{"userId":"user-1","context":{{"user_hash":"{hash}"}}}}"#)));
        for text in [
            r#"{"userId":"user-1"}"#.to_owned(),
            r#"{"userId":7}"#.to_owned(),
            format!(r#"{{"userId":"user-2","context":{{"user_hash":"{hash}"}}}}"#),
            format!(r#"{{"userId":"user-1","user_hash":"{hash}"}}"#),
            format!(r#"{{"userId":"user-1","context":[{{"user_hash":"{hash}"}}]}}"#),
        ] {
            for kind in ["track", "identify", "alias"] {
                assert!(!check(kind, &text), "{kind} {text}");
            }
        }
        assert!(!check("group", &format!(r#"{{"userId":"user-1","groupId":"acme","context":{{"user_hash":"{hash}"}}}}"#)));
        assert!(taken(Kind::Segment, Call::One("track"), r#"{"userId":"user-1"}"#).1.is_empty(), "a server's key may");
    }

    #[test]
    fn the_key_is_the_user_of_basic_authorization() {
        let key = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_str(value).expect("header"));
            basic_key(&headers)
        };
        // As the official clients send it.
        assert_eq!(key("Basic d2tfdGVzdDo=").as_deref(), Some("wk_test"));
        assert_eq!(key("basic d2tfdGVzdA==").as_deref(), Some("wk_test"));
        for value in ["Bearer d2tfdGVzdDo=", "Basic", "Basic !", "Basic Og==", "Basic /w=="] {
            assert_eq!(key(value), None, "{value}");
        }
    }
}

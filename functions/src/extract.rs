//! Inputs of handlers, whose refusals are problem documents.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use shared::id::Id;

use crate::problem::Problem;

/// Bodies but imports: larger ones are refused while they arrive.
pub const BODY_BYTES: usize = 1_000_000;

/// JSON nested deeper is refused before it is parsed.
pub const JSON_DEPTH: usize = 32;

/// A JSON body.
#[derive(Debug, Clone)]
pub struct JsonBody<T>(pub T);

/// The query string.
#[derive(Debug, Clone)]
pub struct QueryString<T>(pub T);

/// The path's `{id}`; what is no id names nothing, so it is "not found" rather than "malformed".
#[derive(Debug, Clone)]
pub struct PathId(pub Id);

/// The version that a change was made from: the number in `If-Match: "3"`. Its statement sets
/// `version = case when version = ?n then version + 1 end`, which fails the whole batch where somebody was quicker
/// ([`DbError::is_stale`](crate::db::DbError::is_stale)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub u32);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let header = parts.headers.get(IF_MATCH).ok_or(Problem::PreconditionRequired)?;
        let text = header.to_str().ok().map(str::trim);
        let number = text.and_then(|text| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        number.map(Self).ok_or(Problem::PreconditionRequired)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::UnsupportedMediaType("Send the body as application/json"));
        }
        let body = Bytes::from_request(request, state).await.map_err(|refused| match refused.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge(BODY_BYTES),
            _ => Problem::BadRequest("body", "The body broke off: send it again".to_owned()),
        })?;
        if depth(&body) > JSON_DEPTH {
            return Err(Problem::BadRequest("too_deep", format!("The JSON is nested deeper than {JSON_DEPTH} levels")));
        }
        parse(&body).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryString<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query.map(|query| Self(query.0)).map_err(|error| Problem::BadRequest("query", error.body_text()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Problem::NotFound)?;
        Id::parse(&text).map(Self).map_err(|_| Problem::NotFound)
    }
}

/// A JSON body of at most `limit` bytes, for the few routes that take more than [`BODY_BYTES`].
pub async fn json_up_to<T: DeserializeOwned>(headers: &HeaderMap, body: Body, limit: usize) -> Result<T, Problem> {
    if !is_json(headers) {
        return Err(Problem::UnsupportedMediaType("Send the body as application/json"));
    }
    let body = axum::body::to_bytes(body, limit).await.map_err(|_| Problem::TooLarge(limit))?;
    if depth(&body) > JSON_DEPTH {
        return Err(Problem::BadRequest("too_deep", format!("The JSON is nested deeper than {JSON_DEPTH} levels")));
    }
    parse(&body)
}

/// Parses and names the field that does not fit.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = match error.path().to_string() {
            path if path == "." => "body".to_owned(),
            path => path,
        };
        Problem::field(&field, without_value(&error.inner().to_string()))
    })?;
    reader.end().map_err(|error| Problem::field("body", error.to_string()))?;
    Ok(value)
}

/// serde's words without the text that they quote: it may be a secret.
fn without_value(error: &str) -> String {
    let quoted = error.find("string \"").zip(error.rfind("\", expected"));
    match quoted.and_then(|(start, end)| Some((error.get(..start)?, error.get(end + 1..)?))) {
        Some((before, after)) => format!("{before}text{after}"),
        None => error.to_owned(),
    }
}

/// The cursor of a list that goes by the ids of its rows.
pub fn row_cursor(text: &str) -> Result<i64, Problem> {
    let id = text.parse().ok().filter(|id| (0..1 << 53).contains(id));
    id.ok_or_else(|| Problem::field("cursor", "This is no cursor of this list: take meta.next_cursor, or start without one"))
}

pub fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|kind| kind == "application/json")
}

/// The content type in lower case, without its parameters.
pub fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// How deep brackets nest, outside of strings.
pub fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_of_strings() {
        for (json, expected) in [("1", 0), ("[]", 1), (r#"{"a":[{}]}"#, 3), (r#"["[[[[","\"[["]"#, 1), ("[][][]", 1), ("]]][", 1)]
        {
            assert_eq!(depth(json.as_bytes()), expected, "{json}");
        }
    }

    #[test]
    fn a_wrong_field_is_named_by_its_path() {
        let refused = parse::<shared::api::RatesResponse>(br#"{"rates":[{"currency":"EUR","day":"1998-07-01","rate":"x"}]}"#);
        let Err(Problem::Invalid(fields)) = refused else { panic!("accepted") };
        assert!(fields.contains_key("rates[0].rate"), "{fields:?}");
    }

    #[test]
    fn a_refusal_does_not_repeat_a_text_that_may_be_a_secret() {
        let refused = parse::<shared::api::NewSource>(br#"{"kind":"stripe","name":"x","secrets":"whsec_\", expected"}"#);
        let Err(Problem::Invalid(fields)) = refused else { panic!("accepted") };
        assert_eq!(
            fields.get("secrets").map(String::as_str),
            Some("invalid type: text, expected a sequence at line 1 column 58")
        );
        assert_eq!(without_value("missing field `name`"), "missing field `name`");
    }

    #[test]
    fn a_cursor_is_an_id_that_fits_a_number_of_json() {
        assert_eq!(row_cursor("7").ok(), Some(7));
        assert!(["", "-1", "1e3", "9007199254740992"].into_iter().all(|text| row_cursor(text).is_err()));
    }

    #[test]
    fn text_after_the_value_is_refused() {
        assert!(matches!(parse::<u32>(b"1 2"), Err(Problem::Invalid(_))));
    }
}

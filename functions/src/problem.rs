//! The one kind of error that a route answers with.
//!
//! A variant says which status and which stable code it becomes. What only we should know goes to the log, never into an answer.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use shared::api;
use shared::id::Id;
use shared::time::MILLIS_PER_DAY;

use crate::db::DbError;
use crate::random::NoRandom;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Problem {
    #[error("There is nothing at this address")]
    NotFound,
    #[error("This address does not know that method")]
    MethodNotAllowed,
    #[error("Sign in first")]
    SignInNeeded,
    #[error("This write key is nobody's: copy it again from the source's page")]
    UnknownKey,
    /// A push that its sender did not sign as the source's secret wants it: the code that it is counted under, and what to do.
    #[error("{1}")]
    NotSigned(&'static str, &'static str),
    #[error("Somebody has paused this source: send it again later")]
    Paused,
    #[error("{0}")]
    Forbidden(&'static str),
    /// Values that are not accepted: each field with what is wrong and how to mend it.
    #[error("Some values are not accepted")]
    Invalid(BTreeMap<String, String>),
    /// The request as a whole makes no sense: its code and what to do.
    #[error("{1}")]
    BadRequest(&'static str, String),
    /// The state of things does not allow it: its code and what to do.
    #[error("{1}")]
    Conflict(&'static str, String),
    /// Somebody else has the value already: the field, and what to do.
    #[error("{1}")]
    Taken(&'static str, String),
    #[error("This Idempotency-Key was sent with another request: use a new key for each")]
    KeyReused,
    #[error("A request with this Idempotency-Key is still at work: ask again in a moment")]
    KeyAtWork,
    /// It was there and is no longer good.
    #[error("{1}")]
    Gone(&'static str, String),
    /// A change to what others may change too must say from which version it was made.
    #[error("Say in If-Match which version you changed: read it first, its version goes into quotes, as in \"3\"")]
    PreconditionRequired,
    /// Somebody else changed it meanwhile: the version that was sent, and what stands now.
    #[error("Somebody changed this since you opened it: compare both, then save again")]
    Stale(Box<api::Conflict>),
    /// Seconds until the next try.
    #[error("Too many requests in a short time: try again in {0} seconds")]
    TooMany(u32),
    #[error("The body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("{0}")]
    UnsupportedMediaType(&'static str),
    #[error("The database is busy: try again in some seconds")]
    Busy,
    #[error("The database's daily limit is used up: it starts anew at 00:00 UTC")]
    DailyLimit,
    #[error("The database is full: remove data or raise the plan")]
    Full,
    #[error("Something went wrong on our side; the log has it under this request's id")]
    Internal(String),
}

impl Problem {
    /// One field that is not accepted.
    pub fn field(name: &str, fix: impl Into<String>) -> Self {
        Self::Invalid(BTreeMap::from([(name.to_owned(), fix.into())]))
    }

    /// The change was made from version `yours`; `resource` stands now.
    pub fn stale(yours: u32, current: u32, resource: &impl serde::Serialize) -> Self {
        let resource = serde_json::to_value(resource).unwrap_or_default();
        Self::Stale(Box::new(api::Conflict { yours, current, resource }))
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::SignInNeeded | Self::UnknownKey | Self::NotSigned(..) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Invalid(_) | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::BadRequest(..) => StatusCode::BAD_REQUEST,
            Self::Conflict(..) | Self::Taken(..) | Self::KeyAtWork => StatusCode::CONFLICT,
            Self::Gone(..) => StatusCode::GONE,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::Stale(_) => StatusCode::PRECONDITION_FAILED,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Busy | Self::DailyLimit | Self::Full | Self::Paused => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For programs; never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::SignInNeeded => "sign_in_needed",
            Self::UnknownKey => "unknown_key",
            Self::NotSigned(code, _) => code,
            Self::Paused => "paused",
            Self::Forbidden(_) => "forbidden",
            Self::Invalid(_) => "invalid",
            Self::BadRequest(code, _) | Self::Conflict(code, _) | Self::Gone(code, _) => code,
            Self::Taken(..) => "taken",
            Self::KeyReused => "idempotency_key_reused",
            Self::KeyAtWork => "idempotency_key_at_work",
            Self::PreconditionRequired => "precondition_required",
            Self::Stale(_) => "stale",
            Self::TooMany(_) => "too_many_requests",
            Self::TooLarge(_) => "too_large",
            Self::UnsupportedMediaType(_) => "unsupported_media_type",
            Self::Busy => "busy",
            Self::DailyLimit => "daily_limit",
            Self::Full => "full",
            Self::Internal(_) => "internal",
        }
    }

    /// What goes to the log and to nobody else.
    pub fn internals(&self) -> Option<&str> {
        if let Self::Internal(text) = self { Some(text) } else { None }
    }

    /// The RFC 9457 document.
    pub fn document(&self, request_id: &Id) -> api::Problem {
        let status = self.status();
        let fields = match self {
            Self::Invalid(fields) => fields.clone(),
            Self::Taken(field, fix) => BTreeMap::from([((*field).to_owned(), fix.clone())]),
            _ => BTreeMap::new(),
        };
        api::Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail: self.to_string(),
            code: self.code().to_owned(),
            fields,
            request_id: request_id.to_string(),
            conflict: if let Self::Stale(conflict) = self { Some(*conflict.clone()) } else { None },
        }
    }

    /// The whole answer, with its `Retry-After` where waiting helps.
    pub fn answer(&self, request_id: &Id) -> Response<Body> {
        let body = serde_json::to_vec(&self.document(request_id)).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        let wait = match self {
            Self::Busy => Some(5),
            Self::KeyAtWork => Some(2),
            Self::Paused | Self::Full => Some(600),
            Self::TooMany(seconds) => Some(i64::from(*seconds)),
            Self::DailyLimit => Some((MILLIS_PER_DAY - crate::clock::wall().0.rem_euclid(MILLIS_PER_DAY)) / 1000),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The answer carries the problem itself; `serve` writes the document, because only there is the request's id known.
impl IntoResponse for Problem {
    fn into_response(self) -> axum::response::Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy => Self::Busy,
            DbError::DailyLimit => Self::DailyLimit,
            DbError::Full => Self::Full,
            DbError::Constraint(text) | DbError::Bug(text) => Self::Internal(text),
        }
    }
}

impl From<NoRandom> for Problem {
    fn from(error: NoRandom) -> Self {
        Self::Internal(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internals_stay_out_of_the_document() {
        let document = Problem::Internal("no such column: secret".to_owned()).document(&Id::from_parts(0, &[0; 10]));
        assert_eq!((document.status, document.code.as_str()), (500, "internal"));
        assert!(!document.detail.contains("secret"));
    }

    #[test]
    fn a_refused_value_names_its_field() {
        let document = Problem::field("limit", "use 1 to 500").document(&Id::from_parts(0, &[0; 10]));
        assert_eq!((document.status, document.code.as_str()), (422, "invalid"));
        assert_eq!(document.fields.get("limit").map(String::as_str), Some("use 1 to 500"));
    }
}

//! Answers of what several people may change.

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// JSON with the resource's version as its `ETag`, which a later change names in `If-Match`.
///
/// The version stands in the body too; the header is for programs that keep to HTTP alone. A list whose rows have a version each has
/// none of its own and stays plain JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T>(pub u32, pub T);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let Self(version, body) = self;
        let mut response = Json(body).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_what_if_match_takes() {
        let response = Versioned(3, [1, 2]).into_response();
        assert_eq!(response.headers().get(ETAG), Some(&HeaderValue::from_static("\"3\"")));
        assert_eq!(response.headers().get("content-type"), Some(&HeaderValue::from_static("application/json")));
    }
}

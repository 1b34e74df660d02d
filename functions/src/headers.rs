//! The headers of every answer: one function here for the worker's, `public/_headers` for files, equal by a test.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY_NAME, HeaderName};
use axum::http::{HeaderMap, HeaderValue};

/// What the app may load and run: only its own files.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
    worker-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// On every answer and every file.
pub const EVERYWHERE: [(HeaderName, &str); 5] = [
    (HeaderName::from_static("content-security-policy"), CONTENT_SECURITY_POLICY),
    (HeaderName::from_static("strict-transport-security"), "max-age=31536000; includeSubDomains"),
    (HeaderName::from_static("x-content-type-options"), "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("referrer-policy"), "no-referrer"),
];

/// What is shown alone, such as a picture: it may load nothing and run nothing.
pub const SANDBOX: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// A page for a message's reader: words, our own pictures and a form to ourselves; it runs nothing.
pub const PAGE: &str = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// The same with a film, which lies where the shop says.
pub const PLAYER: &str = "default-src 'none'; img-src 'self'; media-src 'self' https:; style-src 'unsafe-inline'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// An answer that brings one of these keeps it; whatever else it brings is replaced.
const REVIEWED: [&str; 3] = [SANDBOX, PAGE, PLAYER];

/// Sets them; an answer without a caching rule of its own is never stored, because it may hold somebody's data.
pub fn set(headers: &mut HeaderMap) {
    let own = headers.get(CONTENT_SECURITY_POLICY_NAME);
    let own = own.and_then(|own| REVIEWED.into_iter().find(|reviewed| own == reviewed));
    for (name, value) in EVERYWHERE {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(own) = own {
        headers.insert(CONTENT_SECURITY_POLICY_NAME, HeaderValue::from_static(own));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_get_the_same_headers_as_answers() {
        let file = include_str!("../../public/_headers");
        let everything = file.split("\n/").find(|part| part.starts_with("/*") || part.starts_with('*')).expect("a rule for /*");
        for (name, value) in EVERYWHERE {
            let line = format!("{name}: {value}");
            assert!(everything.lines().any(|text| text.trim().eq_ignore_ascii_case(&line)), "public/_headers lacks {line}");
        }
    }

    #[test]
    fn what_was_reviewed_keeps_its_own_policy_and_nothing_a_wider_one() {
        let mixed = "default-src 'none'; script-src *";
        for (own, expected) in [
            (SANDBOX, SANDBOX),
            (PAGE, PAGE),
            (PLAYER, PLAYER),
            ("default-src *", CONTENT_SECURITY_POLICY),
            (mixed, CONTENT_SECURITY_POLICY),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_SECURITY_POLICY_NAME, HeaderValue::from_static(own));
            set(&mut headers);
            assert_eq!(headers.get(CONTENT_SECURITY_POLICY_NAME).and_then(|value| value.to_str().ok()), Some(expected));
        }
    }

    #[test]
    fn no_reviewed_policy_lets_a_script_run_or_a_frame_stand() {
        for policy in REVIEWED {
            assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("script") && !policy.contains("frame-src") && !policy.contains("connect"), "{policy}");
        }
    }

    #[test]
    fn an_answer_with_a_caching_rule_keeps_it() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=60"));
        set(&mut headers);
        assert_eq!(headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()), Some("max-age=60"));
    }
}

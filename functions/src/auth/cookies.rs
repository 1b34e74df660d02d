//! The two cookies, both `__Host-`: only this host over TLS (or localhost) sets and gets them, scripts never see them.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

pub const SESSION: &str = "__Host-rekindle";

/// Binds a sign-in link to the browser that asked for it.
pub const BROWSER: &str = "__Host-rekindle-browser";

pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    let found = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name);
    found.map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// A `Set-Cookie` value; `seconds` 0 removes the cookie. `None` where `value` cannot stand in a header.
pub fn set(name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("__Host-rekindle-browser=b; x=1; __Host-rekindle=s"));
        assert_eq!(read(&headers, SESSION), Some("s"));
        assert_eq!(read(&headers, BROWSER), Some("b"));
        assert_eq!(read(&headers, "rekindle"), None);
    }

    #[test]
    fn a_removed_cookie_reads_as_none() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("__Host-rekindle="));
        assert_eq!(read(&headers, SESSION), None);
    }
}

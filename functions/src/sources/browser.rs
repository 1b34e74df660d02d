//! What a key may do that every visitor of a page can read.
//!
//! Whoever looks at the page's source can send anything with it. So nobody acts for a person whom the shop has not vouched for: a user
//! id counts only with the shop's own HMAC of it, which its server puts into the page of whoever is signed in. What else such a
//! message may not say (orders, consent, other people's addresses) its reader drops, by [`by_browser`](shared::source::Delivery).

use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::directory::Known;

/// What of a message decides.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub topic: &'a str,
    pub user_id: Option<&'a str>,
    /// `context.user_hash`: hex HMAC-SHA256 of the user id under the source's secret.
    pub user_hash: Option<&'a str>,
}

/// Whether a page of this origin may send with the key.
pub fn is_own_page(source: &Known, headers: &HeaderMap) -> bool {
    let allowed = &source.settings.origins;
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    allowed.is_empty() || origin.is_some_and(|origin| allowed.iter().any(|other| other == origin))
}

/// Membership of an account is the shop's to tell, as everything of the account comes with it.
pub fn may_say(source: &Known, claim: Claim<'_>) -> bool {
    claim.topic != "group" && claim.user_id.is_none_or(|id| is_vouched_for(&source.signing, id, claim.user_hash))
}

fn is_vouched_for(secrets: &[String], user_id: &str, hash: Option<&str>) -> bool {
    let Some(hash) = hash.and_then(unhex) else { return false };
    secrets.iter().any(|secret| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
        mac.update(user_id.as_bytes());
        mac.verify_slice(&hash).is_ok()
    })
}

/// Bytes of hexadecimal digits in either case.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) || !text.len().is_multiple_of(2) {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // `printf %s user-1 | openssl dgst -sha256 -hmac secret`
    const HASH: &str = "1d16fd7e96e8a9681f283b8a251822ffdc71e2a5bda0c5267a044874fa21b82b";

    #[test]
    fn only_the_shop_vouches_for_a_user() {
        let secrets = ["other".to_owned(), "secret".to_owned()];
        assert!(is_vouched_for(&secrets, "user-1", Some(HASH)));
        assert!(is_vouched_for(&secrets, "user-1", Some(&HASH.to_uppercase())));
        for (id, hash) in [("user-2", Some(HASH)), ("user-1", None), ("user-1", Some("")), ("user-1", Some("zz"))] {
            assert!(!is_vouched_for(&secrets, id, hash), "{id} {hash:?}");
        }
        assert!(!is_vouched_for(&[], "user-1", Some(HASH)), "without a secret nobody is vouched for");
        assert!(!is_vouched_for(&secrets, "user-1", HASH.get(..62)), "a piece of it is none");
    }

    #[test]
    fn hexadecimal_digits_come_in_pairs() {
        assert_eq!(unhex("00fFa0"), Some(vec![0, 255, 160]));
        assert_eq!(unhex(""), Some(Vec::new()));
        for text in ["0", "+1", "0x", "é", "g0"] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}

//! Whether a store or a helpdesk sent a body: its signature over the raw bytes, compared in constant time.
//!
//! Each sender signs in its own way; what they share is a secret that only they and we know. Two secrets may be good at once while a
//! sender changes over.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use shared::source::Kind;
use shared::time::Millis;

use super::browser::unhex;

/// How far a signed time may lie from now, in milliseconds: an older request is replayed, or has been under way for too long.
const TOLERANCE: i64 = 300_000;

/// Why a body is not its sender's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Unsigned,
    BadSignature,
    Stale,
}

/// What a sender signed.
struct Signed<'a> {
    /// Any of these may be the one.
    signatures: Vec<Vec<u8>>,
    /// In this order, without anything between.
    parts: [&'a [u8]; 3],
    /// When, where that is signed as well.
    at: Option<Millis>,
    digest: Algorithm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha1,
    Sha256,
}

/// Whether one of the secrets signed `body`.
///
/// # Errors
/// [`Refusal::Stale`] only of what is signed: who cannot sign does not learn what our clock says.
pub fn verify(kind: Kind, headers: &HeaderMap, body: &[u8], secrets: &[String], now: Millis) -> Result<(), Refusal> {
    let signed = signed(kind, headers, body)?;
    if !secrets.iter().any(|secret| signed.is_by(secret)) {
        return Err(Refusal::BadSignature);
    }
    match signed.at {
        Some(at) if (now.0 - at.0).abs() > TOLERANCE => Err(Refusal::Stale),
        _ => Ok(()),
    }
}

fn signed<'a>(kind: Kind, headers: &'a HeaderMap, body: &'a [u8]) -> Result<Signed<'a>, Refusal> {
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|text| !text.is_empty());
    let base64 = |text: &str| vec![STANDARD.decode(text).unwrap_or_default()];
    let of_body = |signatures, digest| Signed { signatures, parts: [body, b"", b""], at: None, digest };
    let find = |name: &str| header(name).ok_or(Refusal::Unsigned);
    Ok(match kind {
        Kind::Shopify => of_body(base64(find("x-shopify-hmac-sha256")?), Algorithm::Sha256),
        Kind::Woocommerce => of_body(base64(find("x-wc-webhook-signature")?), Algorithm::Sha256),
        Kind::Intercom => {
            let hex = find("x-hub-signature")?.strip_prefix("sha1=").unwrap_or_default();
            of_body(vec![unhex(hex).unwrap_or_default()], Algorithm::Sha1)
        }
        Kind::Stripe => {
            let text = find("stripe-signature")?;
            let of =
                |name: &'static str| text.split(',').filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
            let time = of("t").next().ok_or(Refusal::BadSignature)?;
            let seconds: i64 = time.parse().map_err(|_| Refusal::BadSignature)?;
            Signed {
                // `v0` is of test mode, and no proof of anything.
                signatures: of("v1").filter_map(unhex).collect(),
                parts: [time.as_bytes(), b".", body],
                at: Some(Millis(seconds.saturating_mul(1_000))),
                digest: Algorithm::Sha256,
            }
        }
        Kind::Zendesk => {
            let signatures = base64(find("x-zendesk-webhook-signature")?);
            let time = find("x-zendesk-webhook-signature-timestamp")?;
            let at = Millis::parse_rfc3339(time).map_err(|_| Refusal::BadSignature)?;
            Signed { signatures, parts: [time.as_bytes(), body, b""], at: Some(at), digest: Algorithm::Sha256 }
        }
        Kind::Segment | Kind::Browser | Kind::Pull => return Err(Refusal::Unsigned),
    })
}

impl Signed<'_> {
    /// Each comparison takes the same time however much of it is right.
    fn is_by(&self, secret: &str) -> bool {
        self.signatures.iter().any(|signature| match self.digest {
            Algorithm::Sha1 => self.is::<Hmac<Sha1>>(secret, signature),
            Algorithm::Sha256 => self.is::<Hmac<Sha256>>(secret, signature),
        })
    }

    fn is<M: Mac + KeyInit>(&self, secret: &str, signature: &[u8]) -> bool {
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret.as_bytes()) else { return false };
        for part in self.parts {
            mac.update(part);
        }
        mac.verify_slice(signature).is_ok()
    }
}

impl Refusal {
    /// The code that it is counted under.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::BadSignature => "bad_signature",
            Self::Stale => "stale",
        }
    }

    pub fn fix(self) -> &'static str {
        match self {
            Self::Unsigned => "The request carries no signature: set the secret in the sender's webhook settings",
            Self::BadSignature => "The signature does not fit: copy the sender's secret into the source's page once more",
            Self::Stale => "The request was signed more than five minutes ago, or by a clock that is wrong",
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    // Of the body `{"id":1}` under the secret `secret`, by `openssl dgst -hmac`.
    const BODY: &[u8] = br#"{"id":1}"#;
    const BASE64: &str = "A971iWIMgT8Zj9A9eWfikrFj7wQ16/Qwcc4OlRl2PLc=";
    const SHA1: &str = "a64abd01291976b35debd870ad13a30c94343831";
    /// Of `1795305600.{"id":1}`.
    const STRIPE: &str = "a17d3991bf9805e2431ac33d8ec0d9e4f8af8d15574fac09de805a49b7bfe51a";
    /// Of `2026-11-22T00:00:00Z{"id":1}`.
    const ZENDESK: &str = "0PVdill7rKAlWnB1WF+T4j6HTyxZjOOFFDt08nM2V1s=";
    const NOW: Millis = Millis(1_795_305_600_000);

    fn check(kind: Kind, headers: &[(&'static str, &str)], now: Millis) -> Result<(), Refusal> {
        check_by(kind, headers, BODY, &["secret"], now)
    }

    fn check_by(kind: Kind, headers: &[(&'static str, &str)], body: &[u8], secrets: &[&str], now: Millis) -> Result<(), Refusal> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("header"));
        }
        let secrets: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        verify(kind, &map, body, &secrets, now)
    }

    fn good() -> Vec<(Kind, Vec<(&'static str, String)>)> {
        vec![
            (Kind::Shopify, vec![("x-shopify-hmac-sha256", BASE64.to_owned())]),
            (Kind::Woocommerce, vec![("x-wc-webhook-signature", BASE64.to_owned())]),
            (Kind::Intercom, vec![("x-hub-signature", format!("sha1={SHA1}"))]),
            (Kind::Stripe, vec![("stripe-signature", format!("t=1795305600,v1={STRIPE},v0=00"))]),
            (
                Kind::Zendesk,
                vec![
                    ("x-zendesk-webhook-signature", ZENDESK.to_owned()),
                    ("x-zendesk-webhook-signature-timestamp", "2026-11-22T00:00:00Z".to_owned()),
                ],
            ),
        ]
    }

    #[test]
    fn what_its_sender_signed_is_let_in_under_the_old_secret_and_the_new_one() {
        for (kind, headers) in good() {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(check(kind, &headers, NOW), Ok(()), "{kind:?}");
            assert_eq!(check_by(kind, &headers, BODY, &["new", "secret"], NOW), Ok(()), "{kind:?}");
        }
    }

    #[test]
    fn another_body_another_secret_and_no_secret_are_refused() {
        for (kind, headers) in good() {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            for (body, secrets) in [(&br#"{"id":2}"#[..], &["secret"][..]), (BODY, &["Secret"]), (BODY, &[]), (b"", &["secret"])]
            {
                assert_eq!(check_by(kind, &headers, body, secrets, NOW), Err(Refusal::BadSignature), "{kind:?}");
            }
            assert_eq!(check(kind, &[], NOW), Err(Refusal::Unsigned), "{kind:?}");
        }
    }

    #[test]
    fn a_signature_that_is_none_is_refused() {
        for (kind, headers) in good() {
            for value in [
                "x",
                "sha1=",
                "sha1=zz",
                "t=1795305600",
                "t=x,v1=00",
                "v1=00",
                "t=1795305600,v1=",
                "AAAA",
                BASE64.get(..40).expect("piece"),
            ] {
                let changed: Vec<_> =
                    headers.iter().enumerate().map(|(at, (name, old))| (*name, if at == 0 { value } else { old })).collect();
                assert_eq!(check(kind, &changed, NOW), Err(Refusal::BadSignature), "{kind:?} {value}");
            }
        }
    }

    #[test]
    fn a_signed_time_is_good_for_five_minutes_either_way() {
        for (kind, headers) in good() {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            for (seconds, expected) in [(300, Ok(())), (-300, Ok(())), (301, Err(Refusal::Stale)), (-301, Err(Refusal::Stale))] {
                let expected = if matches!(kind, Kind::Stripe | Kind::Zendesk) { expected } else { Ok(()) };
                assert_eq!(check(kind, &headers, Millis(NOW.0 + seconds * 1_000)), expected, "{kind:?} {seconds}");
            }
        }
    }

    #[test]
    fn any_of_stripes_signatures_may_fit_but_not_that_of_test_mode() {
        let header = |text: String| check(Kind::Stripe, &[("stripe-signature", &text)], NOW);
        assert_eq!(header(format!("t=1795305600,v1={},v1={STRIPE}", "00".repeat(32))), Ok(()));
        assert_eq!(header(format!("t=1795305600, v1={STRIPE}")), Ok(()));
        assert_eq!(header(format!("t=1795305600,v0={STRIPE}")), Err(Refusal::BadSignature));
        assert_eq!(header(format!("t=1795305601,v1={STRIPE}")), Err(Refusal::BadSignature), "the time is signed too");
    }
}

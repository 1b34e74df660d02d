//! What an assertion of Cloudflare Access says: a JWT (RFC 7519) signed by RS256 (RFC 7518, section 3.3).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared::time::Millis;

use crate::settings::AccessTeam;

/// Larger ones are not read.
const MOST_BYTES: usize = 8_192;

/// How far Cloudflare's clock and ours may be apart, in seconds.
const LEEWAY: i64 = 60;

/// An assertion whose signature nobody has looked at yet.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// Which key signed it.
    pub kid: String,
    /// Header and payload as they were signed.
    pub signed: &'a str,
    pub signature: Vec<u8>,
    pub claims: Claims,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Claims {
    iss: String,
    aud: Audience,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    /// None for a program's service token, which is no person.
    email: Option<String>,
}

/// The claims that count, once they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// In lower case, as ours are stored.
    pub email: String,
    /// Milliseconds.
    pub expires_at: i64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: String,
    /// Extensions that a reader must understand: we know none (RFC 7515, section 4.1.11).
    crit: Option<serde_json::Value>,
}

/// `None` for anything but three parts whose header says RS256 and names its key. Which algorithm is used is never the header's
/// choice: anything else is refused, `none` and shared secrets among it.
pub fn parse(assertion: &str) -> Option<Parsed<'_>> {
    if assertion.len() > MOST_BYTES {
        return None;
    }
    let (signed, signature) = assertion.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let header: Header = part(header)?;
    if header.alg != "RS256" || header.crit.is_some() {
        return None;
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    Some(Parsed { kid: header.kid, signed, signature, claims: part(payload)? })
}

impl Claims {
    /// `None` where it was made by another team, for another application, for another time, or for no person.
    pub fn check(&self, team: &AccessTeam, now: Millis) -> Option<Held> {
        let now = now.0.div_euclid(1_000);
        let for_us = match &self.aud {
            Audience::One(audience) => *audience == team.audience,
            Audience::Several(audiences) => audiences.contains(&team.audience),
        };
        let begun = |at: Option<i64>| at.is_none_or(|at| at <= now + LEEWAY);
        let in_time = now < self.exp.saturating_add(LEEWAY) && begun(self.nbf) && begun(self.iat);
        let email = self.email.as_deref().map(str::trim).filter(|email| !email.is_empty())?;
        let holds = self.iss == team.issuer && for_us && in_time;
        holds.then(|| Held { email: email.to_lowercase(), expires_at: self.exp.saturating_add(LEEWAY).saturating_mul(1_000) })
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_772_442_000;

    fn team() -> AccessTeam {
        AccessTeam { issuer: "https://team.cloudflareaccess.com".to_owned(), audience: "app".to_owned() }
    }

    fn payload() -> Value {
        json!({ "iss": "https://team.cloudflareaccess.com", "aud": ["other", "app"], "exp": NOW + 60, "nbf": NOW, "iat": NOW,
            "email": "Mia@Example.com" })
    }

    fn assertion(header: &Value, payload: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", encode(header), encode(payload), URL_SAFE_NO_PAD.encode("signature"))
    }

    fn check(change: impl Fn(&mut Value)) -> Option<Held> {
        let mut payload = payload();
        change(&mut payload);
        let text = assertion(&json!({ "alg": "RS256", "kid": "1" }), &payload);
        parse(&text)?.claims.check(&team(), Millis(NOW * 1_000))
    }

    #[test]
    fn an_assertion_for_us_holds() {
        let held = check(|_| ()).expect("holds");
        assert_eq!((held.email.as_str(), held.expires_at), ("mia@example.com", (NOW + 120) * 1_000));
        assert!(check(|payload| payload["aud"] = json!("app")).is_some());
    }

    #[test]
    fn another_audience_issuer_or_time_does_not() {
        for (name, value) in [
            ("aud", json!(["other"])),
            ("aud", json!("application")),
            ("aud", json!([])),
            ("iss", json!("https://evil.cloudflareaccess.com")),
            ("iss", json!("https://team.cloudflareaccess.com/")),
            ("exp", json!(NOW - 60)),
            ("exp", Value::Null),
            ("nbf", json!(NOW + 61)),
            ("iat", json!(NOW + 61)),
            ("email", Value::Null),
            ("email", json!(" ")),
        ] {
            assert_eq!(check(|payload| payload[name] = value.clone()), None, "{name} {value}");
        }
    }

    #[test]
    fn clocks_may_differ_by_a_minute() {
        for (name, value) in [("exp", NOW - 59), ("nbf", NOW + 60), ("iat", NOW + 60)] {
            assert!(check(|payload| payload[name] = json!(value)).is_some(), "{name}");
        }
    }

    #[test]
    fn only_rs256_with_a_named_key_is_read() {
        for header in [
            json!({ "alg": "none", "kid": "1" }),
            json!({ "alg": "HS256", "kid": "1" }),
            json!({ "alg": "RS512", "kid": "1" }),
            json!({ "alg": "rs256", "kid": "1" }),
            json!({ "alg": "RS256" }),
            json!({ "alg": "RS256", "kid": "1", "crit": ["b64"] }),
        ] {
            assert!(parse(&assertion(&header, &payload())).is_none(), "{header}");
        }
        for text in ["", "a.b", "a.b.c", "....", &"x".repeat(MOST_BYTES + 1)] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}

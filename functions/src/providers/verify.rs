//! Whether a provider sent what came to its address: its signature over the raw bytes, compared in constant time.
//!
//! Resend signs as Svix does, SendGrid with a private key of its own whose public half the team copies, Twilio over the whole address and
//! the fields of the form. Times that are signed are good for five minutes; SendGrid signs its own time once and repeats for a day, so
//! that what it says again is known by the ids of its events instead.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use js_sys::{JSON, Object, Uint8Array};
use sha1::Sha1;
use sha2::Sha256;
use shared::provider::{Provider, twilio};
use shared::time::Millis;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, WorkerGlobalScope};
use worker::wasm_bindgen::{JsCast, JsValue};

use crate::sources::Refusal;

/// How far a signed time may lie from now, in milliseconds.
const TOLERANCE: i64 = 300_000;

/// A point of P-256, and the header that says so (RFC 5480), in bytes.
const SPKI_BYTES: usize = 91;

/// Numbers of a signature, in bytes.
const NUMBER: usize = 32;

/// The algorithm of SendGrid's signatures, in the words of Web Crypto.
const ECDSA: &str = r#"{"name":"ECDSA","namedCurve":"P-256","hash":"SHA-256"}"#;

/// A request as it came.
#[derive(Debug, Clone, Copy)]
pub struct Came<'a> {
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// Scheme, host and port that the shop is served at.
    pub origin: &'a str,
    /// Path and query, as they were asked.
    pub target: &'a str,
    pub now: Millis,
}

/// Whether the provider that holds the other half of `secret` sent it.
///
/// # Errors
/// Why not; [`Refusal::Stale`] only of what is signed.
pub async fn verify(provider: Provider, came: &Came<'_>, secret: &str) -> Result<(), Refusal> {
    match provider {
        Provider::Resend => svix(came, secret),
        Provider::Sendgrid => sendgrid(came, secret).await,
        Provider::Twilio => twilio(came, secret),
        Provider::Sink => Err(Refusal::Unsigned),
    }
}

/// The bytes of a public key as SendGrid shows it: SPKI in base64, with or without the lines of PEM around it.
pub fn public_key(text: &str) -> Option<Vec<u8>> {
    let inside: String =
        text.lines().filter(|line| !line.starts_with("-----")).flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(inside).ok().filter(|bytes| bytes.len() == SPKI_BYTES)
}

fn svix(came: &Came<'_>, secret: &str) -> Result<(), Refusal> {
    let (id, time) = (find(came.headers, "svix-id")?, find(came.headers, "svix-timestamp")?);
    let signatures = find(came.headers, "svix-signature")?;
    let seconds: i64 = time.parse().map_err(|_| Refusal::BadSignature)?;
    let key = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD.decode(key).or_else(|_| STANDARD_NO_PAD.decode(key)).map_err(|_| Refusal::BadSignature)?;
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&key) else { return Err(Refusal::BadSignature) };
    for part in [id.as_bytes(), b".", time.as_bytes(), b".", came.body] {
        mac.update(part);
    }
    let given = signatures.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
    let is_signed = given.fold(false, |is_signed, signature| mac.clone().verify_slice(&signature).is_ok() | is_signed);
    if !is_signed {
        return Err(Refusal::BadSignature);
    }
    if (came.now.0 - seconds.saturating_mul(1_000)).saturating_abs() > TOLERANCE {
        return Err(Refusal::Stale);
    }
    Ok(())
}

/// Its signature is over the address that it called. Behind some doors that has a port which the setting leaves out, or the other way.
fn twilio(came: &Came<'_>, secret: &str) -> Result<(), Refusal> {
    let signature = STANDARD.decode(find(came.headers, "x-twilio-signature")?).map_err(|_| Refusal::BadSignature)?;
    let mut fields = twilio::read_form(came.body).ok_or(Refusal::BadSignature)?;
    // By name, and of one name in their order.
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    let Ok(mac) = <Hmac<Sha1> as KeyInit>::new_from_slice(secret.as_bytes()) else { return Err(Refusal::BadSignature) };
    let is_signed = origins(came.origin).iter().fold(false, |is_signed, origin| {
        let mut mac = mac.clone();
        mac.update(origin.as_bytes());
        mac.update(came.target.as_bytes());
        for (name, value) in &fields {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        mac.verify_slice(&signature).is_ok() | is_signed
    });
    if is_signed { Ok(()) } else { Err(Refusal::BadSignature) }
}

/// With its port and without.
fn origins(origin: &str) -> Vec<String> {
    let (scheme, place) = origin.split_once("://").unwrap_or(("https", origin));
    let usual = if scheme == "http" { 80 } else { 443 };
    match place.rsplit_once(':') {
        Some((host, _)) => vec![origin.to_owned(), format!("{scheme}://{host}")],
        None => vec![origin.to_owned(), format!("{scheme}://{place}:{usual}")],
    }
}

async fn sendgrid(came: &Came<'_>, key: &str) -> Result<(), Refusal> {
    let signature = find(came.headers, "x-twilio-email-event-webhook-signature")?;
    let time = find(came.headers, "x-twilio-email-event-webhook-timestamp")?;
    let signature = STANDARD.decode(signature).ok().and_then(|der| numbers(&der)).ok_or(Refusal::BadSignature)?;
    let key = public_key(key).ok_or(Refusal::BadSignature)?;
    let signed = [time.as_bytes(), came.body].concat();
    match is_signed(&key, &signature, &signed).await {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(Refusal::BadSignature),
    }
}

async fn is_signed(key: &[u8], signature: &[u8], signed: &[u8]) -> Result<bool, JsValue> {
    let subtle = js_sys::global().unchecked_into::<WorkerGlobalScope>().crypto()?.subtle();
    let algorithm: Object = JSON::parse(ECDSA)?.unchecked_into();
    let uses = js_sys::Array::of1(&JsValue::from_str("verify"));
    let key: Object = Uint8Array::from(key).unchecked_into();
    let imported = JsFuture::from(subtle.import_key_with_object("spki", &key, &algorithm, false, &uses)?).await?;
    let imported: CryptoKey = imported.dyn_into()?;
    let (signature, signed) = (Uint8Array::from(signature), Uint8Array::from(signed));
    let answer = subtle.verify_with_object_and_buffer_source_and_buffer_source(&algorithm, &imported, &signature, &signed)?;
    Ok(JsFuture::from(answer).await? == JsValue::TRUE)
}

/// The two numbers of a signature in DER (RFC 3279, section 2.2.3), each of 32 bytes, as Web Crypto wants them.
fn numbers(der: &[u8]) -> Option<Vec<u8>> {
    let (tag, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    if *tag != 0x30 || usize::from(*length) != rest.len() {
        return None;
    }
    let (r, rest) = number(rest)?;
    let (s, rest) = number(rest)?;
    rest.is_empty().then(|| [r, s].concat())
}

fn number(der: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (bytes, rest) = rest.split_at_checked(usize::from(*length)).filter(|_| *tag == 0x02)?;
    let digits = bytes.strip_prefix(&[0]).unwrap_or(bytes);
    let missing = NUMBER.checked_sub(digits.len())?;
    Some(([vec![0; missing], digits.to_vec()].concat(), rest))
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refusal> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    value.filter(|text| !text.is_empty()).ok_or(Refusal::Unsigned)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const NOW: Millis = Millis(1_795_305_600_000);
    // Of `msg_1.1795305600.{"id":1}` under the bytes 0 to 31, by Node's crypto.
    const SVIX_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const SVIX: &str = "aSL/NRH0QrjMU0v52IwrdbHTV5iZEvIg9F2G3M8BYuc=";
    // Of `https://shop.example/hooks/twilio/1?touch=7` and the sorted fields under `token`, by Node's crypto.
    const TWILIO: &str = "r4KqRFHLzwsr28CpcYNRVPvpG6U=";
    const FORM: &[u8] = b"To=%2B1415&MessageStatus=delivered&MessageSid=SM1&Body=a+b";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("header"));
        }
        map
    }

    fn resend(signature: &str, body: &[u8], secret: &str, now: Millis) -> Result<(), Refusal> {
        let headers = headers(&[("svix-id", "msg_1"), ("svix-timestamp", "1795305600"), ("svix-signature", signature)]);
        svix(&Came { headers: &headers, body, origin: "", target: "", now }, secret)
    }

    #[test]
    fn what_resend_signed_is_let_in_for_five_minutes() {
        let body = br#"{"id":1}"#;
        let good = format!("v1,{SVIX}");
        assert_eq!(resend(&good, body, SVIX_SECRET, NOW), Ok(()));
        assert_eq!(resend(&format!("v1,AAAA v1a,x {good}"), body, SVIX_SECRET, NOW), Ok(()), "any of them may fit");
        assert_eq!(resend(&good, br#"{"id":2}"#, SVIX_SECRET, NOW), Err(Refusal::BadSignature));
        assert_eq!(resend(&good, body, "whsec_AAAA", NOW), Err(Refusal::BadSignature));
        for bad in ["v1,", "v2,AAAA", SVIX, "v1,!!!!"] {
            assert_eq!(resend(bad, body, SVIX_SECRET, NOW), Err(Refusal::BadSignature), "{bad}");
        }
        for (late, expected) in
            [(300_000, Ok(())), (-300_000, Ok(())), (300_001, Err(Refusal::Stale)), (-300_001, Err(Refusal::Stale))]
        {
            assert_eq!(resend(&good, body, SVIX_SECRET, Millis(NOW.0 + late)), expected);
        }
        let none = headers(&[]);
        assert_eq!(svix(&Came { headers: &none, body, origin: "", target: "", now: NOW }, SVIX_SECRET), Err(Refusal::Unsigned));
    }

    #[test]
    fn what_twilio_signed_is_let_in_at_its_own_address_alone() {
        let headers = headers(&[("x-twilio-signature", TWILIO)]);
        let at = |origin, target, body, secret| twilio(&Came { headers: &headers, body, origin, target, now: NOW }, secret);
        let target = "/hooks/twilio/1?touch=7";
        assert_eq!(at("https://shop.example", target, FORM, "token"), Ok(()));
        assert_eq!(at("https://shop.example:443", target, FORM, "token"), Ok(()), "with and without the port");
        for (origin, target, body, secret) in [
            ("https://shop.example", "/hooks/twilio/1?touch=8", FORM, "token"),
            ("https://other.example", target, FORM, "token"),
            ("https://shop.example", target, &b"To=%2B1415&MessageStatus=failed&MessageSid=SM1&Body=a+b"[..], "token"),
            ("https://shop.example", target, FORM, "Token"),
        ] {
            assert_eq!(at(origin, target, body, secret), Err(Refusal::BadSignature), "{origin} {target} {secret}");
        }
    }

    #[test]
    fn numbers_of_a_signature_are_of_one_length() {
        let number = |bytes: &[u8]| [&[0x02, u8::try_from(bytes.len()).expect("short")], bytes].concat();
        let der = |r: &[u8], s: &[u8]| {
            let inside = [number(r), number(s)].concat();
            [vec![0x30, u8::try_from(inside.len()).expect("short")], inside].concat()
        };
        let long = [&[0][..], &[0xff; 32]].concat();
        let read = numbers(&der(&long, &[7])).expect("numbers");
        assert_eq!(read.len(), 64);
        assert!(read.starts_with(&[0xff; 32]) && read.ends_with(&[0, 7]));
        for bad in [&b""[..], &[0x30], &[0x30, 2, 2, 1], &[0x31, 0], &der(&[1; 34], &[1]), &[&der(&[1], &[2])[..], &[0]].concat()]
        {
            assert_eq!(numbers(bad), None, "{bad:?}");
        }
    }
}

//! A signed message to the shop's own program, which switches a feature on or off: Standard Webhooks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use shared::offer::fulfilment::{Issued, Request, Trouble};
use shared::time::Millis;

use super::{Promise, Store};

/// What our secrets begin with, after the standard.
pub const PREFIX: &str = "whsec_";

pub async fn switch_on(store: &Store, promise: Promise<'_>) -> Result<Issued, Trouble> {
    let grant = promise.grant;
    let data = json!({ "key": grant.key, "customer": grant.person, "email": grant.email, "until": grant.expires.rfc3339() });
    tell(store, &format!("on-{}-{}", grant.key, promise.rung), "offer.granted", &data, promise.now).await?;
    Ok(Issued { external_id: grant.key.clone(), uses: 0, is_active: true })
}

pub async fn switch_off(store: &Store, promise: Promise<'_>) -> Result<(), Trouble> {
    let grant = promise.grant;
    let data = json!({ "key": grant.key, "customer": grant.person, "email": grant.email });
    tell(store, &format!("off-{}", grant.key), "offer.revoked", &data, promise.now).await
}

pub async fn test(store: &Store, now: Millis) -> Result<(), Trouble> {
    tell(store, &format!("test-{}", now.0), "offer.test", &json!({}), now).await
}

/// A repeat has the same id and another time: the program takes each id once.
async fn tell(store: &Store, id: &str, kind: &str, data: &Value, now: Millis) -> Result<(), Trouble> {
    let body = json!({ "type": kind, "timestamp": now.rfc3339(), "data": data }).to_string();
    let seconds = now.0.div_euclid(1_000).to_string();
    let signature = sign(store.secret(), id, &seconds, &body)?;
    let request = Request {
        method: "POST",
        path: String::new(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", seconds),
            ("webhook-signature", signature),
        ],
        body: Some(body),
    };
    let reply = store.ask(&request).await?;
    match reply.answer().status {
        200..=299 => Ok(()),
        410 => Err(Trouble::Account("The program says that it is gone (410): write its new address".to_owned())),
        429 => Err(Trouble::Later(reply.answer().retry_after.unwrap_or(30).clamp(1, 3_600))),
        status @ 500..=599 => Err(Trouble::Unknown(status.to_string())),
        status => Err(Trouble::Account(format!("The program refuses our message ({status}): look at what it logged"))),
    }
}

/// `v1,` and the HMAC-SHA256 of id, time and body, in base64.
fn sign(secret: &str, id: &str, seconds: &str, body: &str) -> Result<String, Trouble> {
    let broken = || Trouble::Account("The stored secret is none of ours: store another one".to_owned());
    let key = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).map_err(|_| broken())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| broken())?;
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standards_own_library_signs_it() {
        // By the npm package standardwebhooks 1.1.1.
        let secret = format!("whsec_{}", STANDARD.encode("rekindle-test-secret-32-bytes!!!"));
        let body =
            r#"{"type":"customer.won_back","timestamp":"2026-11-01T00:00:00Z","data":{"id":"cus_1","campaign_id":"cmp_1"}}"#;
        let signature = sign(&secret, "msg_01KARM6Y7ZB3Q0J8C9X1V2W3T4", "1793491200", body);
        assert_eq!(signature.as_deref(), Ok("v1,rhO+AF+R4hn9a1MRUlk4vpWBBeldoA7AFc68UVORqD0="));
        assert!(sign("whsec_%", "a", "1", "").is_err());
    }
}

//! The keys that Cloudflare Access signs with, and the check of a signature by the platform's own cryptography.

use js_sys::{JSON, Object, Uint8Array};
use serde::{Deserialize, Serialize};
use shared::outbound::check;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto, WorkerGlobalScope};
use worker::console_error;

use super::claims::Parsed;
use crate::ctx::Ctx;
use crate::outbound::{self, Ask};
use crate::problem::Problem;
use crate::settings::{AccessTeam, Settings};

/// Keys are asked for anew after an hour, so that one that Cloudflare withdrew does not count for long.
const KEPT_FOR: i64 = 3_600_000;

/// Anybody can name a key that is not there: such a one makes us ask again this often at most. A day has 1,440 minutes and the free
/// plan 1,000 writes to KV, so it is two.
const ASKED_EVERY: i64 = 120_000;

/// Where nothing could be asked for a day, what was kept is forgotten, in seconds.
const FORGOTTEN_AFTER: u64 = 86_400;

/// Of the whole set, which has two or three keys.
const SET_BYTES: usize = 100_000;

const ALGORITHM: &str = r#"{"name":"RSASSA-PKCS1-v1_5","hash":"SHA-256"}"#;

/// An RSA key of a set (RFC 7517), less what we do not use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Key {
    kid: String,
    kty: String,
    n: String,
    e: String,
}

#[derive(Debug, Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

/// In KV, for all isolates.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    issuer: String,
    asked_at: i64,
    keys: Vec<Key>,
}

/// Whether one of the team's keys signed it.
///
/// # Errors
/// Where the keys are not known and cannot be read.
pub async fn verify(ctx: &Ctx, team: &AccessTeam, parsed: &Parsed<'_>) -> Result<bool, Problem> {
    let Some(key) = key(ctx, team, &parsed.kid).await? else { return Ok(false) };
    Ok(is_signed_by(&key, parsed).await.unwrap_or(false))
}

async fn key(ctx: &Ctx, team: &AccessTeam, kid: &str) -> Result<Option<Key>, Problem> {
    let kv = ctx.env.kv("KV").map_err(|error| Problem::Internal(format!("no KV: {error}")))?;
    let kept: Option<Kept> = kv.get("access-keys").json().await.unwrap_or(None);
    let kept = kept.filter(|kept| kept.issuer == team.issuer);
    if let Some(kept) = &kept {
        let age = ctx.now.0 - kept.asked_at;
        let is_known = kept.keys.iter().any(|key| key.kid == kid);
        if (0..if is_known { KEPT_FOR } else { ASKED_EVERY }).contains(&age) {
            return Ok(find(&kept.keys, kid));
        }
    }
    let keys = match (ask(&ctx.settings, team).await, kept) {
        (Ok(keys), _) => keys,
        // Cloudflare does not answer: what it said last stands until it is forgotten.
        (Err(error), Some(kept)) => {
            console_error!("{}", serde_json::json!({ "kind": "error", "request_id": ctx.request_id, "error": error }));
            return Ok(find(&kept.keys, kid));
        }
        (Err(error), None) => return Err(Problem::Internal(error)),
    };
    let found = find(&keys, kid);
    let kept = Kept { issuer: team.issuer.clone(), asked_at: ctx.now.0, keys };
    // Without a place to keep them they are asked for again next time.
    if let Ok(put) = kv.put("access-keys", serde_json::to_string(&kept).unwrap_or_default()) {
        put.expiration_ttl(FORGOTTEN_AFTER).execute().await.ok();
    }
    Ok(found)
}

fn find(keys: &[Key], kid: &str) -> Option<Key> {
    keys.iter().find(|key| key.kid == kid).cloned()
}

/// A key of a kind that we do not know is passed over, never the whole set.
async fn ask(settings: &Settings, team: &AccessTeam) -> Result<Vec<Key>, String> {
    let failed = |why: &dyn std::fmt::Display| format!("the keys of Access cannot be read: {why}");
    let own = settings.own();
    let address = check(&format!("{}/cdn-cgi/access/certs", team.issuer), own).map_err(|refused| failed(&refused))?;
    let ask = Ask { address: &address, bearer: None, headers: &[] };
    let answer = outbound::get(&ask, own).await.map_err(|failure| failed(&failure))?;
    if answer.status != 200 {
        return Err(failed(&format_args!("status {}", answer.status)));
    }
    let bytes = answer.bytes(SET_BYTES).await.map_err(|failure| failed(&failure))?;
    let set: KeySet = serde_json::from_slice(&bytes).map_err(|_| failed(&"they are no set of keys"))?;
    let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value::<Key>(key).ok());
    Ok(keys.filter(|key| key.kty == "RSA").collect())
}

async fn is_signed_by(key: &Key, parsed: &Parsed<'_>) -> Result<bool, JsValue> {
    let subtle = js_sys::global().unchecked_into::<WorkerGlobalScope>().crypto()?.subtle();
    let algorithm: Object = JSON::parse(ALGORITHM)?.unchecked_into();
    let key = import(&subtle, key, &algorithm).await?;
    let signature = Uint8Array::from(parsed.signature.as_slice());
    let signed = Uint8Array::from(parsed.signed.as_bytes());
    let answer = subtle.verify_with_object_and_buffer_source_and_buffer_source(&algorithm, &key, &signature, &signed)?;
    Ok(JsFuture::from(answer).await? == JsValue::TRUE)
}

/// Only its numbers: what else the set says of it does not choose how it is used.
async fn import(subtle: &SubtleCrypto, key: &Key, algorithm: &Object) -> Result<CryptoKey, JsValue> {
    let numbers = serde_json::json!({ "kty": "RSA", "n": key.n, "e": key.e, "alg": "RS256" }).to_string();
    let numbers: Object = JSON::parse(&numbers)?.unchecked_into();
    let uses = js_sys::Array::of1(&JsValue::from_str("verify"));
    let imported = subtle.import_key_with_object("jwk", &numbers, algorithm, false, &uses)?;
    JsFuture::from(imported).await?.dyn_into()
}

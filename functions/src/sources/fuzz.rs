//! The front door, fed with broken bytes: nothing panics.

use std::io::Write;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use flate2::Compression;
use flate2::write::GzEncoder;
use shared::api::SourceSettings;
use shared::id::Id;
use shared::source::Kind;
use shared::time::Millis;

use super::directory::Known;
use super::{body, browser, hooks, segment, signature};

#[path = "../../../shared/tests/fuzz/mutate.rs"]
#[allow(clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr, reason = "a test may stop on the unexpected")]
mod mutate;

const BATCH: &[u8] = br#"{"batch":[{"type":"track","event":"Signed In","userId":"u1","messageId":"m1","timestamp":"2026-11-22T12:00:00Z","context":{"user_hash":"00ff"}},{"type":"identify","anonymousId":9007199254740993,"writeKey":"k"}],"writeKey":"k","sentAt":"2026-11-22T12:00:01Z"}"#;
const HEADER: &[u8] = b"t=1795348800,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd,v0=6ffbb59b";
const NOW: Millis = Millis(1_795_348_800_000);

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn bodies_packed_or_not() {
    mutate::fuzz("bodies", vec![BATCH.to_vec(), gzipped(BATCH)], |bytes, _| {
        let Ok(text) = body::unpacked(bytes.to_vec()).and_then(body::json) else { return };
        for call in ["track", "batch"].map(|name| segment::Call::of(&format!("/v1/{name}")).expect("a call")) {
            let Ok(batch) = segment::parse(call, &text) else { continue };
            for kind in [Kind::Segment, Kind::Browser] {
                let id = Id::from_parts(1, &[1; 10]);
                let source = Known::of(1, id, kind, SourceSettings::default(), vec!["secret".to_owned()]);
                let _ = segment::messages(segment::Door { source: &source, now: NOW, oldest_day: NOW.day() }, call, &batch);
            }
        }
    });
}

#[test]
fn headers_and_webhooks() {
    mutate::fuzz("webhooks", vec![HEADER.to_vec(), BATCH.to_vec(), b"sha1=00ff, AbCd==".to_vec()], |bytes, random| {
        let mut headers = HeaderMap::new();
        let cut = random.below(bytes.len() + 1);
        let (header, body) = bytes.split_at(cut);
        if let Ok(value) = HeaderValue::from_bytes(header) {
            for name in [
                "stripe-signature",
                "x-shopify-hmac-sha256",
                "x-shopify-topic",
                "x-shopify-webhook-id",
                "x-shopify-triggered-at",
                "x-wc-webhook-signature",
                "x-wc-webhook-topic",
                "x-wc-webhook-delivery-id",
                "x-hub-signature",
                "x-zendesk-webhook-signature",
                "x-zendesk-webhook-signature-timestamp",
            ] {
                headers.insert(HeaderName::from_static(name), value.clone());
            }
        }
        for kind in Kind::ALL {
            assert!(signature::verify(kind, &headers, body, &["secret".to_owned()], NOW).is_err(), "nobody signed this");
            let _ = (hooks::is_ping(kind, &headers, body), hooks::message(kind, &headers, body.to_vec()));
        }
        let _ = browser::unhex(&String::from_utf8_lossy(bytes));
        let _ = hooks::address(&String::from_utf8_lossy(bytes));
    });
}

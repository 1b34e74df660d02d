//! How often somebody may try to sign in, and how fast anybody may write or push.
//!
//! Cloudflare counts, in memory and for each of its places apart, so that a refused request costs no row. The limits themselves
//! stand in `wrangler.toml`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use shared::id::Id;
use shared::time::Millis;
use worker::{Env, console_error};

use crate::clock;
use crate::ctx::Who;
use crate::problem::Problem;

/// Seconds of `simple.period` in `wrangler.toml`: after so many the count starts anew.
const SIGN_IN_PERIOD: u32 = 60;
const WRITES_PERIOD: u32 = 10;
const PUSHES_PERIOD: u32 = 60;

/// Of one source and minute, those that an isolate takes before it asks. Asking can cost as much as storing the push does, and until
/// then this isolate has sent a sixth of what is allowed.
const PUSHES_UNASKED: u32 = 1_000;

/// The pushes of each source that this isolate met in a minute.
#[derive(Debug)]
struct Pushed {
    minute: i64,
    by_source: BTreeMap<Id, u32>,
}

static PUSHED: Mutex<Pushed> = Mutex::new(Pushed { minute: 0, by_source: BTreeMap::new() });

/// Tries to sign in, by where they come from.
pub async fn sign_in_from(env: &Env, headers: &HeaderMap) -> Result<(), Problem> {
    limit(env, "SIGN_IN", format!("from {}", network(sender(headers))), SIGN_IN_PERIOD).await
}

/// Tries to sign in, by the address that a link is asked for, known or not.
pub async fn sign_in_as(env: &Env, email: &str) -> Result<(), Problem> {
    limit(env, "SIGN_IN", format!("as {}", super::hash(email)), SIGN_IN_PERIOD).await
}

/// Changes by one person or program.
pub async fn write(env: &Env, who: &Who) -> Result<(), Problem> {
    let key = match who {
        Who::Nobody => return Ok(()),
        Who::User(person) | Who::Token(person) => person.public_id.to_string(),
    };
    limit(env, "WRITES", key, WRITES_PERIOD).await
}

/// Pushes of one source, those with a bad signature too.
pub async fn push(env: &Env, source: &Id) -> Result<(), Problem> {
    if PUSHED.lock().unwrap_or_else(PoisonError::into_inner).add(source, clock::wall()) <= PUSHES_UNASKED {
        return Ok(());
    }
    limit(env, "PUSHES", source.to_string(), PUSHES_PERIOD).await
}

/// Pushes under a key that is nobody's, by where they come from.
pub async fn push_from(env: &Env, headers: &HeaderMap) -> Result<(), Problem> {
    limit(env, "PUSHES", format!("from {}", network(sender(headers))), PUSHES_PERIOD).await
}

/// A count that fails lets pass: it must not lock everybody out, and what it protects has limits of its own in the store.
async fn limit(env: &Env, binding: &str, key: String, period: u32) -> Result<(), Problem> {
    let limiter = env.rate_limiter(binding).map_err(|error| Problem::Internal(format!("no rate limit {binding}: {error}")))?;
    match limiter.limit(key).await {
        Ok(outcome) if !outcome.success => Err(Problem::TooMany(period)),
        Ok(_) => Ok(()),
        Err(error) => {
            let error = error.to_string();
            console_error!("{}", serde_json::json!({ "kind": "error", "binding": binding, "error": error }));
            Ok(())
        }
    }
}

impl Pushed {
    /// Counts one more; how many that makes in the minute of `now`.
    fn add(&mut self, source: &Id, now: Millis) -> u32 {
        let minute = now.0.div_euclid(60_000);
        if self.minute != minute {
            *self = Self { minute, by_source: BTreeMap::new() };
        }
        let pushes = self.by_source.entry(source.clone()).or_default();
        *pushes = pushes.saturating_add(1);
        *pushes
    }
}

fn sender(headers: &HeaderMap) -> &str {
    headers.get("cf-connecting-ip").and_then(|address| address.to_str().ok()).unwrap_or("unknown")
}

/// An IPv6 subscriber has a /64 of addresses, and could take a new one for each try: they count as one.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(std::net::IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_one_subscriber_count_as_one() {
        assert_eq!(network("2001:db8:1:2::7"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::7"), network("2001:db8:1:3::7"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_ne!(network("::ffff:192.0.2.1"), network("::ffff:192.0.2.2"));
    }

    #[test]
    fn pushes_are_counted_by_source_and_minute() {
        let (one, other) = (Id::from_parts(1, &[1; 10]), Id::from_parts(1, &[2; 10]));
        let mut pushed = Pushed { minute: 0, by_source: BTreeMap::new() };
        let mut counts = |at: i64| [&one, &one, &other].map(|source| pushed.add(source, Millis(at)));
        assert_eq!(counts(60_000), [1, 2, 1]);
        assert_eq!(counts(119_999), [3, 4, 2]);
        assert_eq!(counts(120_000), [1, 2, 1]);
    }

    #[test]
    fn the_wait_that_is_told_is_the_period_that_is_configured() {
        let config = include_str!("../../../wrangler.toml");
        for (name, period) in [("SIGN_IN", SIGN_IN_PERIOD), ("WRITES", WRITES_PERIOD), ("PUSHES", PUSHES_PERIOD)] {
            let limiter =
                config.split("[[ratelimits]]").find(|part| part.contains(&format!("name = \"{name}\""))).expect("binding");
            let line = limiter.lines().find(|line| line.starts_with("simple = ")).expect("simple");
            assert!(line.contains(&format!("period = {period}")), "{line}");
        }
    }
}

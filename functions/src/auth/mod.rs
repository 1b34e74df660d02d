//! Who asks, and whether they may.
//!
//! A program is known by its bearer token, a person by the assertion of Cloudflare Access or by the session of their cookie; all are
//! stored as hashes. The route table names the access of each route, and [`guard::enforce`] holds it before the handler runs.

pub mod access;
pub mod cookies;
pub mod device;
pub mod guard;
pub mod idempotency;
pub mod limits;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use shared::time::{MILLIS_PER_DAY, Millis};

use crate::ctx::{Ctx, Who};
use crate::db::{DbError, sessions, tokens};
use crate::problem::Problem;

pub const HOUR: i64 = 3_600_000;
pub const SESSION_IDLE: i64 = 12 * HOUR;
pub const SESSION_LIFE: i64 = 14 * MILLIS_PER_DAY;
pub const LINK_LIFE: i64 = HOUR / 4;
pub const LINKS_AN_HOUR: u32 = 5;

/// Secret scanners find our tokens by it.
pub const TOKEN_PREFIX: &str = "rk_";

/// Use of a session or token is written down at most this often, so that reading costs no write.
const SEEN_EVERY: i64 = HOUR / 6;

/// Who asks, and by which session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recognition {
    pub who: Who,
    /// Its stored hash; none for tokens and strangers.
    pub session: Option<String>,
}

/// The bearer token where one is sent, else the assertion of Access, else the session of the cookie.
///
/// A token is put into a request on purpose, so that it says best who is meant. An assertion goes before a cookie because whoever
/// runs Access wants it to decide: a person whom it signs out, or signs in as somebody else, must not go on by an older cookie. A
/// wrong token or assertion is nobody, whatever comes after it.
///
/// # Errors
/// The store's, and a refusal where Access vouches for somebody whom this shop does not let in.
pub async fn recognise(ctx: &Ctx, headers: &HeaderMap) -> Result<Recognition, Problem> {
    if let Some(authorization) = headers.get(AUTHORIZATION) {
        let token = authorization.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        return match token {
            Some(token) if token.starts_with(TOKEN_PREFIX) => Ok(by_token(ctx, token).await?),
            _ => Ok(Recognition::default()),
        };
    }
    if let Some(team) = &ctx.settings.access
        && let Some(assertion) = access::assertion(headers)
    {
        return access::recognise(ctx, team, assertion, headers).await;
    }
    match cookies::read(headers, cookies::SESSION) {
        Some(session) => Ok(by_session(ctx, session).await?),
        None => Ok(Recognition::default()),
    }
}

/// Secrets are stored and looked up as lower-case hex of their SHA-256: they hold 256 random bits, so a slow hash adds nothing.
pub fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn by_token(ctx: &Ctx, token: &str) -> Result<Recognition, DbError> {
    let Some(found) = tokens::by_secret(&ctx.db, &hash(token), ctx.now).await? else { return Ok(Recognition::default()) };
    if is_stale(found.seen_at, ctx.now) {
        tokens::used(&ctx.db, found.person.id, ctx.now).await?;
    }
    Ok(Recognition { who: Who::Token(found.person), session: None })
}

async fn by_session(ctx: &Ctx, session: &str) -> Result<Recognition, DbError> {
    let hash = hash(session);
    let Some(found) = sessions::by_cookie(&ctx.db, &hash, ctx.now).await? else { return Ok(Recognition::default()) };
    if is_stale(found.seen_at, ctx.now) {
        sessions::seen(&ctx.db, &hash, ctx.now).await?;
    }
    Ok(Recognition { who: Who::User(found.person), session: Some(hash) })
}

fn is_stale(seen_at: Option<Millis>, now: Millis) -> bool {
    seen_at.is_none_or(|seen| now.0 - seen.0 >= SEEN_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_stored_as_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn use_is_written_down_every_ten_minutes_at_most() {
        assert!(is_stale(None, Millis(0)));
        assert!(!is_stale(Some(Millis(0)), Millis(10 * 60_000 - 1)));
        assert!(is_stale(Some(Millis(0)), Millis(10 * 60_000)));
    }
}

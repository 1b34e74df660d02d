//! Who asks, and whether they may.
//!
//! A session is known by its cookie, a program by its bearer token; both are stored as hashes. The route table names the access
//! of each route, and [`guard::enforce`] holds it before the handler runs.

pub mod cookies;
pub mod guard;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use shared::time::{MILLIS_PER_DAY, Millis};

use crate::ctx::{Ctx, Who};
use crate::db::{DbError, people};

pub const HOUR: i64 = 3_600_000;
pub const SESSION_IDLE: i64 = 12 * HOUR;
pub const SESSION_LIFE: i64 = 14 * MILLIS_PER_DAY;
pub const LINK_LIFE: i64 = HOUR / 4;
pub const LINKS_AN_HOUR: u32 = 5;

/// Use of a session or token is written down at most this often, so that reading costs no write.
const SEEN_EVERY: i64 = HOUR / 6;

/// Secret scanners find our tokens by it.
const TOKEN_PREFIX: &str = "rk_";

/// The bearer token where one is sent, else the session of the cookie. A wrong token is nobody, whatever the cookie says.
pub async fn recognise(ctx: &Ctx, headers: &HeaderMap) -> Result<Who, DbError> {
    if let Some(authorization) = headers.get(AUTHORIZATION) {
        let token = authorization.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        return match token {
            Some(token) if token.starts_with(TOKEN_PREFIX) => by_token(ctx, token).await,
            _ => Ok(Who::Nobody),
        };
    }
    match cookies::read(headers, cookies::SESSION) {
        Some(session) => by_session(ctx, session).await,
        None => Ok(Who::Nobody),
    }
}

/// Secrets are stored and looked up as lower-case hex of their SHA-256: they hold 256 random bits, so a slow hash adds nothing.
pub fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn by_token(ctx: &Ctx, token: &str) -> Result<Who, DbError> {
    let Some(found) = people::token(&ctx.db, &hash(token), ctx.now).await? else { return Ok(Who::Nobody) };
    if is_stale(found.seen_at, ctx.now) {
        people::token_used(&ctx.db, found.person.id, ctx.now).await?;
    }
    Ok(Who::Token(found.person))
}

async fn by_session(ctx: &Ctx, session: &str) -> Result<Who, DbError> {
    let hash = hash(session);
    let idle_since = Millis(ctx.now.0 - SESSION_IDLE);
    let Some(found) = people::session(&ctx.db, &hash, idle_since, ctx.now).await? else { return Ok(Who::Nobody) };
    if is_stale(found.seen_at, ctx.now) {
        people::session_seen(&ctx.db, &hash, ctx.now).await?;
    }
    Ok(Who::User(found.person))
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

//! Sign-in by Cloudflare Access.
//!
//! Access stands before the shop and sends, with each request, an assertion of who asks: a JWT that it signs. It counts only where
//! the deployment names its team and audience, because anybody can send such a header. The address in it must be somebody's of this
//! shop: Access says who they are, the shop says what they may.

pub mod claims;
mod keys;

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use shared::audit::Action;
use shared::time::Millis;

use super::{Recognition, cookies, device, is_stale};
use crate::ctx::{Ctx, Who};
use crate::db::audit::{self, Entry};
use crate::db::sessions::{self, AccessSession, NewAccessSession};
use crate::problem::Problem;
use crate::settings::AccessTeam;

/// Access sends the assertion in this header, and has the browser keep it as a cookie.
const HEADER: &str = "cf-access-jwt-assertion";
const COOKIE: &str = "CF_Authorization";

pub fn assertion(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(HEADER).and_then(|value| value.to_str().ok());
    header.or_else(|| cookies::read(headers, COOKIE))
}

/// Nobody where the assertion does not hold. A new one begins a session, so that it can be listed and ended like any other.
///
/// # Errors
/// A refusal that says what to do, where it holds but its address is nobody's here, or its session was ended.
pub async fn recognise(ctx: &Ctx, team: &AccessTeam, assertion: &str, headers: &HeaderMap) -> Result<Recognition, Problem> {
    let Some(parsed) = claims::parse(assertion) else { return Ok(Recognition::default()) };
    let Some(claims) = parsed.claims.check(team, ctx.now) else { return Ok(Recognition::default()) };
    if !keys::verify(ctx, team, &parsed).await? {
        return Ok(Recognition::default());
    }
    let session = super::hash(assertion);
    let Some(vouched) = sessions::by_access(&ctx.db, &claims.email, &session).await? else {
        return Err(Problem::Forbidden(UNKNOWN));
    };
    if vouched.is_disabled {
        return Err(Problem::Forbidden(DISABLED));
    }
    let who = Who::User(vouched.recognised.person.clone());
    match vouched.session {
        Some(AccessSession::Ended) => return Err(Problem::Forbidden(ENDED)),
        Some(AccessSession::Live) if is_stale(vouched.recognised.seen_at, ctx.now) => {
            sessions::seen(&ctx.db, &session, ctx.now).await?;
        }
        Some(AccessSession::Live) => {}
        None => {
            let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let new = NewAccessSession {
                assertion_hash: &session,
                user_id: vouched.recognised.person.id,
                device: &device::describe(user_agent),
                now: ctx.now,
                expires_at: Millis(claims.expires_at),
            };
            let entry = Entry::new(Action::SignedIn).value("method", None, Some("access".to_owned()));
            let log = audit::append_if_changed(&ctx.on_behalf_of(who.clone()), entry);
            sessions::start_by_access(&ctx.db, &new, log).await?;
        }
    }
    Ok(Recognition { who, session: Some(session) })
}

const UNKNOWN: &str = "Cloudflare Access signed you in, but your address belongs to nobody of this shop: ask an owner to add you under \
    Settings, People";
const DISABLED: &str = "Cloudflare Access signed you in, but an owner of this shop has switched your sign-in off: ask them";
const ENDED: &str = "This session was ended: sign out of Cloudflare Access at /cdn-cgi/access/logout, then sign in again";

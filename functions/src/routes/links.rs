//! One-time links for signing in.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::api::{Done, NewSignInLink};
use shared::time::Millis;
use worker::console_error;

use crate::auth::{self, HOUR, LINK_LIFE, LINKS_AN_HOUR, cookies};
use crate::ctx::Ctx;
use crate::db::{DbError, people};
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::random;

/// Ask for a sign-in link.
///
/// The answer and its time are the same for known and unknown addresses: whether there is a user is looked up after the answer
/// has left. A link works once, within 15 minutes, in the browser that asked for it; an address gets five an hour.
#[utoipa::path(post, path = "/api/sign-in-links", tag = "session", request_body = NewSignInLink,
    responses((status = 202, body = Done)))]
#[worker::send]
pub async fn create(ctx: Ctx, headers: HeaderMap, JsonBody(new): JsonBody<NewSignInLink>) -> Result<Response, Problem> {
    let email = new.email.trim().to_lowercase();
    if !email.contains('@') || email.len() > 254 {
        return Err(Problem::field("email", "Write the address you sign in with, such as ana@example.com"));
    }
    let browser = match cookies::read(&headers, cookies::BROWSER) {
        Some(known) => known.to_owned(),
        None => random::secret()?,
    };
    let cookie = cookies::set(cookies::BROWSER, &browser, HOUR / 1000);
    let sender = ctx.clone();
    ctx.after_answer(async move {
        if let Err(error) = send(&sender, &email, &auth::hash(&browser)).await {
            console_error!(
                "{}",
                serde_json::json!({ "kind": "error", "request_id": sender.request_id, "error": error.to_string() })
            );
        }
    });
    let cookie = cookie.ok_or_else(|| Problem::Internal("the browser's cookie cannot stand in a header".to_owned()))?;
    Ok((StatusCode::ACCEPTED, [(axum::http::header::SET_COOKIE, cookie)], Json(Done { done: true })).into_response())
}

/// Only a local run has somewhere to put the message: its outbox. Elsewhere no link is made that nobody would get.
async fn send(ctx: &Ctx, email: &str, browser_hash: &str) -> Result<(), DbError> {
    if !ctx.settings.local {
        return Ok(());
    }
    let since = Millis(ctx.now.0 - HOUR);
    let Some(user) = people::user_to_send_link(&ctx.db, email, since, LINKS_AN_HOUR).await? else { return Ok(()) };
    let secret = random::secret()?;
    let link = people::NewLink {
        token_hash: &auth::hash(&secret),
        user_id: user.id,
        browser_hash,
        now: ctx.now,
        expires_at: Millis(ctx.now.0 + LINK_LIFE),
        since,
        most: LINKS_AN_HOUR,
    };
    let address = format!("{}/sign-in#{secret}", ctx.settings.origin);
    let body = format!(
        "Hello {},\n\nopen this link within 15 minutes, in the browser you asked from:\n\n{address}\n\n\
         Did you not ask for it? Then do nothing: without it nobody gets in.",
        user.name
    );
    people::add_link(&ctx.db, &link, &people::Mail { recipient: email, subject: "Your sign-in link", body: &body }).await
}

//! One-time links for signing in.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::api::{Done, NewSignInLink, SignInLink, SignInLinkResponse};
use shared::audit::Action;
use shared::time::Millis;
use worker::console_error;

use crate::auth::{self, HOUR, LINK_LIFE, LINKS_AN_HOUR, cookies, limits};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::links::{self, Mail, NewLink};
use crate::db::people::{self, Member};
use crate::db::{DbError, Statement};
use crate::extract::{JsonBody, PathId};
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
    let email = address(&new.email)?;
    limits::sign_in_as(&ctx.env, &email).await?;
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

/// Make a sign-in link for somebody of the team.
///
/// To hand over where no mail goes out. It works once, within 15 minutes, in the first browser that posts it. There is none for
/// another owner who has signed in before, since whoever makes it could sign in as them.
#[utoipa::path(post, path = "/api/people/{id}/link", tag = "people", params(("id" = String, Path)),
    responses((status = 201, body = SignInLinkResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn make(ctx: Ctx, PathId(id): PathId) -> Result<(StatusCode, Json<SignInLinkResponse>), Problem> {
    let member = people::find(&ctx.db, Some(&id), ctx.now).await?.into_iter().next().ok_or(Problem::NotFound)?;
    if member.disabled_at.is_some() {
        return Err(Problem::Conflict("disabled", format!("{} may not sign in: switch their sign-in on first", member.name)));
    }
    let is_other = ctx.who.user_id() != Some(member.id);
    if is_other && member.role == shared::api::Role::Owner && people::has_signed_in(&ctx.db, member.id).await? {
        return Err(Problem::Forbidden(
            "This owner has signed in before: with a link you could sign in as them. They can ask for one",
        ));
    }
    let entry = Entry::new(Action::LinkMade).to("person", &member.public_id, Some(&member.name));
    let (added, link) = add(&ctx, &member, |_| audit::append_if_changed(&ctx, entry)).await?;
    if !added {
        return Err(Problem::TooMany(u32::try_from(HOUR / 1000).unwrap_or(u32::MAX)));
    }
    Ok((StatusCode::CREATED, Json(SignInLinkResponse { link })))
}

/// Puts an invitation into the outbox of a local run; elsewhere nothing goes out, and an owner hands a link over.
pub async fn invite(ctx: &Ctx, member: &Member) -> Result<(), Problem> {
    if !ctx.settings.local {
        return Ok(());
    }
    let inviter = ctx.who.person().map_or("Somebody", |person| person.name.as_str());
    add(ctx, member, |link| {
        let body = format!(
            "Hello {},\n\n{inviter} has added you to the team of this shop. Open this link within 15 minutes to sign in:\n\n{}\n\n\
             Later you can ask for another one on the sign-in page.",
            member.name, link.address
        );
        links::mail(&Mail { recipient: &member.email, subject: "You have been added to the team", body: &body }, ctx.now)
    })
    .await
    .map(drop)
}

/// The address as ours are stored.
///
/// # Errors
/// Names the field `email`.
pub fn address(email: &str) -> Result<String, Problem> {
    let email = email.trim().to_lowercase();
    let has_shape = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let is_text = email.chars().all(|letter| !letter.is_whitespace() && !letter.is_control());
    if has_shape && is_text && email.len() <= 254 {
        return Ok(email);
    }
    Err(Problem::field("email", "Write the address to sign in with, such as ana@example.com"))
}

/// A link that no browser asked for, with what stands beside it.
async fn add(ctx: &Ctx, member: &Member, beside: impl FnOnce(&SignInLink) -> Statement) -> Result<(bool, SignInLink), Problem> {
    let secret = random::secret()?;
    let expires_at = Millis(ctx.now.0 + LINK_LIFE);
    let link = SignInLink { address: page(ctx, &secret), expires_at: expires_at.rfc3339() };
    let new = NewLink {
        token_hash: &auth::hash(&secret),
        user_id: member.id,
        browser_hash: None,
        now: ctx.now,
        expires_at,
        since: Millis(ctx.now.0 - HOUR),
        most: LINKS_AN_HOUR,
    };
    let added = links::add(&ctx.db, &new, beside(&link)).await?;
    Ok((added, link))
}

/// Only a local run has somewhere to put the message: its outbox. Elsewhere no link is made that nobody would get.
async fn send(ctx: &Ctx, email: &str, browser_hash: &str) -> Result<(), DbError> {
    if !ctx.settings.local {
        return Ok(());
    }
    let since = Millis(ctx.now.0 - HOUR);
    let Some(user) = links::user_to_send(&ctx.db, email, since, LINKS_AN_HOUR).await? else { return Ok(()) };
    let secret = random::secret()?;
    let link = NewLink {
        token_hash: &auth::hash(&secret),
        user_id: user.id,
        browser_hash: Some(browser_hash),
        now: ctx.now,
        expires_at: Millis(ctx.now.0 + LINK_LIFE),
        since,
        most: LINKS_AN_HOUR,
    };
    let body = format!(
        "Hello {},\n\nopen this link within 15 minutes, in the browser you asked from:\n\n{}\n\n\
         Did you not ask for it? Then do nothing: without it nobody gets in.",
        user.name,
        page(ctx, &secret)
    );
    let mail = links::mail(&Mail { recipient: email, subject: "Your sign-in link", body: &body }, ctx.now);
    links::add(&ctx.db, &link, mail).await.map(drop)
}

/// The page that posts the secret, which stands in the fragment so that it reaches no server's log.
fn page(ctx: &Ctx, secret: &str) -> String {
    format!("{}/sign-in#{secret}", ctx.settings.origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_stored_in_one_form_and_what_is_none_is_refused() {
        assert_eq!(address(" Mia@Example.COM ").ok().as_deref(), Some("mia@example.com"));
        for text in ["", "mia", "@example.com", "mia@", "mia@ex ample.com", "mia@example.com\r\nbcc: x@y.z"] {
            assert!(matches!(address(text), Err(Problem::Invalid(_))), "{text}");
        }
        assert!(address(&format!("{}@example.com", "x".repeat(250))).is_err());
    }
}

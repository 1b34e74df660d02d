//! Signing in and out, and who is signed in.

use axum::Json;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::api::{Done, NewSession, Session, SessionResponse, User};
use shared::audit::Action;
use shared::time::Millis;

use crate::auth::{self, SESSION_LIFE, cookies, device};
use crate::ctx::{Ctx, Person, Who};
use crate::db::audit::{self, Entry};
use crate::db::links::{self, SignIn};
use crate::db::{DbError, sessions, shop};
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::random;

/// Sign in with the token of a one-time link.
///
/// The page that the link opens posts it, so that a scanner that only opens links uses none up. A try from another browser than
/// the one that asked is refused and does not use it up either.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = NewSession,
    responses((status = 201, body = SessionResponse), (status = 410, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(ctx: Ctx, headers: HeaderMap, JsonBody(new): JsonBody<NewSession>) -> Result<Response, Problem> {
    let browser = cookies::read(&headers, cookies::BROWSER).map(auth::hash);
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let secret = random::secret()?;
    let link_hash = auth::hash(&new.token);
    let sign_in = SignIn {
        link_hash: &link_hash,
        browser_hash: browser.as_deref(),
        session_hash: &auth::hash(&secret),
        device: &device::describe(user_agent),
        now: ctx.now,
        expires_at: Millis(ctx.now.0 + SESSION_LIFE),
    };
    let Some(person) = links::person(&ctx.db, &link_hash).await? else { return Err(failed(&ctx, None).await?) };
    let entry = Entry::new(Action::SignedIn).value("method", None, Some("link".to_owned()));
    let log = audit::append_if_changed(&ctx.on_behalf_of(Who::User(person.clone())), entry);
    if !links::sign_in(&ctx.db, &sign_in, log).await? {
        return Err(failed(&ctx, Some(&person)).await?);
    }
    if let Some(old) = cookies::read(&headers, cookies::SESSION) {
        sessions::end(&ctx.db, &[&auth::hash(old)], Vec::new()).await?;
    }
    let answer = describe(&ctx, &person).await?;
    answer_with_cookie(StatusCode::CREATED, &secret, SESSION_LIFE / 1000, Json(answer))
}

/// Who is signed in, and all that the app's shell needs to know of the shop.
#[utoipa::path(get, path = "/api/session", tag = "session", responses((status = 200, body = SessionResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Json<SessionResponse>, Problem> {
    let person = ctx.who.person().ok_or(Problem::SignInNeeded)?;
    describe(&ctx, person).await.map(Json)
}

/// Sign out.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 200, body = Done)))]
#[worker::send]
pub async fn remove(ctx: Ctx) -> Result<Response, Problem> {
    let Some(session) = &ctx.session else {
        return Err(Problem::Conflict(
            "no_session",
            "A token has no session to end: let it expire, or have it revoked".to_owned(),
        ));
    };
    sessions::end(&ctx.db, &[session], vec![audit::append(&ctx, Entry::new(Action::SignedOut))]).await?;
    answer_with_cookie(StatusCode::OK, "", 0, Json(Done { done: true }))
}

const LINK_NOT_VALID: &str = "This link has been used, is older than 15 minutes, or was asked for in another browser: \
    open it where you asked for it, or ask for a new one";

/// Writes the try down. Whose link it was is named where it was somebody's; that it was nobody's is told by no name.
async fn failed(ctx: &Ctx, person: Option<&Person>) -> Result<Problem, DbError> {
    let entry = Entry::new(Action::SignInFailed);
    let entry = match person {
        Some(person) => entry.to("person", &person.public_id, Some(&person.name)),
        None => entry,
    };
    ctx.db.batch(vec![audit::append(ctx, entry)]).await?;
    Ok(Problem::Gone("link_not_valid", LINK_NOT_VALID.to_owned()))
}

async fn describe(ctx: &Ctx, person: &Person) -> Result<SessionResponse, Problem> {
    let shop = shop::read(&ctx.db).await?;
    let user = User {
        id: person.public_id.clone(),
        name: person.name.clone(),
        email: person.email.clone(),
        role: person.role,
        permissions: person.permissions.clone(),
    };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(SessionResponse { session: Session { user, shop: shop.wire(ctx.settings.local), now: ctx.now.rfc3339(), version } })
}

fn answer_with_cookie(status: StatusCode, value: &str, seconds: i64, body: impl IntoResponse) -> Result<Response, Problem> {
    let cookie = cookies::set(cookies::SESSION, value, seconds);
    let cookie = cookie.ok_or_else(|| Problem::Internal("the session's cookie cannot stand in a header".to_owned()))?;
    Ok((status, [(SET_COOKIE, cookie)], body).into_response())
}

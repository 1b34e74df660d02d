//! Keys of programs.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{self, Done, NewToken, Permission, TokenResponse, TokensResponse};
use shared::audit::Action;
use shared::time::{MILLIS_PER_DAY, Millis};

use super::people::name;
use crate::auth::{self, TOKEN_PREFIX};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::tokens;
use crate::extract::{JsonBody, PathId};
use crate::problem::Problem;
use crate::random;

/// A token that nobody renews ends by itself.
const DAYS: u32 = 90;
const MOST_DAYS: u32 = 365;

/// Characters of a token's end that tell it from others: the rest is far beyond guessing.
const HINT: usize = 4;

/// All tokens, ended ones too.
#[utoipa::path(get, path = "/api/tokens", tag = "people", responses((status = 200, body = TokensResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<TokensResponse>, Problem> {
    let tokens = tokens::find(&ctx.db, None).await?;
    Ok(Json(TokensResponse { tokens: tokens.into_iter().map(api::Token::from).collect() }))
}

/// Make a token.
///
/// `secret` stands in this answer and nowhere else. A token may view, and what of its maker's permissions is chosen for it; it
/// manages neither people nor tokens whatever it may.
#[utoipa::path(post, path = "/api/tokens", tag = "people", request_body = NewToken, responses((status = 201, body = TokenResponse)))]
#[worker::send]
pub async fn create(ctx: Ctx, JsonBody(new): JsonBody<NewToken>) -> Result<(StatusCode, Json<TokenResponse>), Problem> {
    let by = ctx.who.person().ok_or(Problem::SignInNeeded)?;
    let name = name(&new.name)?;
    let permissions = chosen(&new.permissions, &by.permissions)?;
    let days = new.expires_in_days.unwrap_or(DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Problem::field("expires_in_days", format!("Use 1 to {MOST_DAYS} days")));
    }
    let id = random::id(ctx.now)?;
    let secret = format!("{TOKEN_PREFIX}{}", random::secret()?);
    let stored = tokens::NewToken {
        public_id: &id,
        token_hash: &auth::hash(&secret),
        name: &name,
        permissions: &permissions,
        hint: secret.get(secret.len() - HINT..).unwrap_or_default(),
        now: ctx.now,
        expires_at: Millis(ctx.now.0 + i64::from(days) * MILLIS_PER_DAY),
        by: by.id,
    };
    let words: Vec<_> = permissions.iter().map(|permission| permission.as_str()).collect();
    let entry = Entry::new(Action::TokenMade)
        .to("token", &id, Some(&name))
        .value("permissions", None, Some(words.join(" and ")))
        .value("days", None, Some(days.to_string()));
    if !tokens::add(&ctx.db, &stored, audit::append_if_changed(&ctx, entry)).await? {
        return Err(Problem::Forbidden("You are no owner of this shop any more"));
    }
    let stored = tokens::find(&ctx.db, Some(&id)).await?.into_iter().next();
    let stored = stored.ok_or_else(|| Problem::Internal("a new token is not there".to_owned()))?;
    let token = api::Token { secret: Some(secret), ..api::Token::from(stored) };
    Ok((StatusCode::CREATED, Json(TokenResponse { token })))
}

/// Revoke a token: from now on it is nobody's.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = Done)))]
#[worker::send]
pub async fn revoke(ctx: Ctx, PathId(id): PathId) -> Result<Json<Done>, Problem> {
    let token = tokens::find(&ctx.db, Some(&id)).await?.into_iter().next().ok_or(Problem::NotFound)?;
    let entry = Entry::new(Action::TokenRevoked).to("token", &id, Some(&token.name));
    tokens::revoke(&ctx.db, &id, ctx.now, audit::append_if_changed(&ctx, entry)).await?;
    Ok(Json(Done { done: true }))
}

/// In the order of [`Permission::ALL`], each once, with the view that all others need.
fn chosen(wanted: &[Permission], makers: &[Permission]) -> Result<Vec<Permission>, Problem> {
    if wanted.is_empty() {
        return Err(Problem::field("permissions", "Choose what the token may do"));
    }
    if let Some(more) = wanted.iter().find(|permission| !makers.contains(permission)) {
        return Err(Problem::field("permissions", format!("A token may no more than you, and you may not {}", more.as_str())));
    }
    let is_chosen = |permission: &Permission| *permission == Permission::View || wanted.contains(permission);
    Ok(Permission::ALL.into_iter().filter(is_chosen).collect())
}

#[cfg(test)]
mod tests {
    use Permission::{Admin, Edit, Export, View};

    use super::*;

    #[test]
    fn a_token_may_view_and_what_was_chosen_each_once() {
        assert_eq!(chosen(&[Export, Edit, Export], &Permission::ALL).ok(), Some(vec![View, Edit, Export]));
        assert_eq!(chosen(&[View], &[View]).ok(), Some(vec![View]));
    }

    #[test]
    fn a_token_may_no_more_than_its_maker_and_not_nothing() {
        assert!(matches!(chosen(&[Admin], &[View, Edit]), Err(Problem::Invalid(_))));
        assert!(matches!(chosen(&[], &Permission::ALL), Err(Problem::Invalid(_))));
    }
}

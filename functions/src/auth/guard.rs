//! What the route table asks of a request, held before its handler.

use axum::extract::Request;
use axum::http::header::{IF_MATCH, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shared::api::{Permission, Role};

use super::{Recognition, idempotency, limits};
use crate::ctx::{Ctx, Who};
use crate::extract::media_type;
use crate::problem::Problem;
use crate::serve::Answered;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, from anywhere.
    Open,
    /// Anybody, but only from our own pages.
    OwnPage,
    /// Whoever is signed in or has a token.
    SignedIn,
    May(Permission),
    /// A person with the permission, signed in by themselves: no token, whatever it may.
    Person(Permission),
    /// Who may edit, and a success manager for the customers that they look after: the handler asks whose they are.
    OwnCustomers,
}

/// A row's rule with the pattern that the log names.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub method: &'static str,
    pub pattern: &'static str,
    pub access: Access,
    /// The change must name the version that it was made from.
    pub needs_version: bool,
}

pub async fn enforce(rule: Rule, mut request: Request, next: Next) -> Response {
    let mut who = Who::Nobody;
    let mut response = match admit(rule, &mut request).await {
        Ok(admitted) => {
            who = admitted;
            idempotency::once(request, next).await
        }
        Err(problem) => problem.into_response(),
    };
    response.extensions_mut().insert(Answered { route: format!("{} {}", rule.method, rule.pattern), who, is_push: false });
    response
}

/// Recognises the caller, checks the rule and puts the context with the caller into the request.
async fn admit(rule: Rule, request: &mut Request) -> Result<Who, Problem> {
    let mut ctx: Ctx = request.extensions().get().cloned().ok_or_else(|| Problem::Internal("no context".to_owned()))?;
    if !matches!(rule.access, Access::Open | Access::OwnPage) {
        let Recognition { who, session } = super::recognise(&ctx, request.headers()).await?;
        (ctx.who, ctx.session) = (who, session);
    }
    check(rule.access, &ctx.who)?;
    let is_change = !matches!(*request.method(), Method::GET | Method::HEAD);
    let by_browser = rule.access == Access::OwnPage || matches!(ctx.who, Who::User(_));
    if by_browser && is_change {
        check_change(request.headers(), |origin| ctx.settings.is_own(origin))?;
    }
    if rule.needs_version && !request.headers().contains_key(IF_MATCH) {
        return Err(Problem::PreconditionRequired);
    }
    // Last, so that a forged change from another site uses up nothing of the person's own.
    if rule.access == Access::OwnPage {
        limits::sign_in_from(&ctx.env, request.headers()).await?;
    } else if is_change {
        limits::write(&ctx.env, &ctx.who).await?;
    }
    let who = ctx.who.clone();
    request.extensions_mut().insert(ctx);
    Ok(who)
}

fn check(access: Access, who: &Who) -> Result<(), Problem> {
    match access {
        Access::Open | Access::OwnPage => Ok(()),
        _ if *who == Who::Nobody => Err(Problem::SignInNeeded),
        Access::SignedIn => Ok(()),
        Access::May(permission) if who.may(permission) => Ok(()),
        Access::Person(permission) if matches!(who, Who::User(_)) && who.may(permission) => Ok(()),
        Access::Person(permission) if who.may(permission) => {
            Err(Problem::Forbidden("A token may not do this: sign in as a person"))
        }
        Access::OwnCustomers if who.may(Permission::Edit) => Ok(()),
        Access::OwnCustomers if matches!(who, Who::User(_)) && who.role() == Some(Role::Success) => Ok(()),
        Access::May(_) | Access::Person(_) | Access::OwnCustomers => {
            Err(Problem::Forbidden("Your role does not allow this: ask an owner of this shop"))
        }
    }
}

/// A change that a browser sends by itself, with its cookies, must come from our own page: with our `Origin`, and with a content
/// type that a form of another site cannot send.
fn check_change(headers: &HeaderMap, is_own: impl Fn(&str) -> bool) -> Result<(), Problem> {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    if !origin.is_some_and(is_own) {
        return Err(Problem::Forbidden("This change did not come from a page of this shop (Origin)"));
    }
    let kind = media_type(headers);
    let form = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
    if kind.as_deref().is_some_and(|kind| form.contains(&kind)) {
        return Err(Problem::UnsupportedMediaType("Forms are not accepted: send application/json"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::CONTENT_TYPE;
    use shared::id::Id;

    use super::*;
    use crate::ctx::Person;

    fn user(role: Role) -> Who {
        let public_id = Id::from_parts(0, &[0; 10]);
        Who::User(Person {
            id: 1,
            public_id,
            name: String::new(),
            email: String::new(),
            role,
            permissions: role.permissions().to_vec(),
        })
    }

    fn token(permissions: &[Permission]) -> Who {
        let public_id = Id::from_parts(0, &[0; 10]);
        let permissions = permissions.to_vec();
        Who::Token(Person { id: 1, public_id, name: String::new(), email: String::new(), role: Role::Owner, permissions })
    }

    #[test]
    fn a_permission_is_asked_of_the_role() {
        assert!(check(Access::May(Permission::Export), &user(Role::Manager)).is_ok());
        assert!(matches!(check(Access::May(Permission::Export), &user(Role::Marketer)), Err(Problem::Forbidden(_))));
        assert!(matches!(check(Access::SignedIn, &Who::Nobody), Err(Problem::SignInNeeded)));
        assert!(check(Access::Open, &Who::Nobody).is_ok());
    }

    #[test]
    fn a_token_may_what_was_chosen_for_it_and_manages_nobody() {
        let token = token(&[Permission::View, Permission::Admin]);
        assert!(check(Access::May(Permission::Admin), &token).is_ok());
        assert!(matches!(check(Access::May(Permission::Export), &token), Err(Problem::Forbidden(_))));
        assert!(matches!(check(Access::Person(Permission::Admin), &token), Err(Problem::Forbidden(_))));
        assert!(matches!(check(Access::Person(Permission::View), &token), Err(Problem::Forbidden(_))));
        assert!(check(Access::Person(Permission::Admin), &user(Role::Owner)).is_ok());
        assert!(check(Access::Person(Permission::Admin), &user(Role::Manager)).is_err());
    }

    #[test]
    fn a_change_by_cookie_needs_our_origin_and_no_form() {
        let change = |origin: Option<&'static str>, kind: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            origin.map(|origin| headers.insert(ORIGIN, HeaderValue::from_static(origin)));
            kind.map(|kind| headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind)));
            check_change(&headers, |origin| origin == "https://own.test").map_err(|problem| problem.status().as_u16())
        };
        assert_eq!(change(Some("https://own.test"), Some("application/json")), Ok(()));
        assert_eq!(change(Some("https://own.test"), None), Ok(()));
        assert_eq!(change(None, Some("application/json")), Err(403));
        assert_eq!(change(Some("https://evil.test"), Some("application/json")), Err(403));
        assert_eq!(change(Some("https://own.test"), Some("text/plain;charset=utf-8")), Err(415));
    }
}

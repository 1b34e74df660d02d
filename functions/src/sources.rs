//! What senders push: recognised, verified, stored once, answered.
//!
//! Stores, apps and helpdesks do not speak our API: each has its own paths, limits and answers, which their clients rely on. So they
//! stand beside the route table, in two families: `/v1/…` under a write key ([`segment`]; [`in_app`] is what a site asks back) and
//! `/hooks/{kind}/{id}` under a signature ([`hooks`]; of those that we send through, [`senders`]). A push is
//! answered after one write; what it means is found out later, by the job that reads the inbox. Whom a key or
//! a secret belongs to is looked up in the isolate's memory ([`directory`]), refusals and repetitions are counted there ([`counts`]).

pub mod counts;
pub mod directory;

mod bell;
mod body;
mod browser;
mod cors;
#[cfg(test)]
mod fuzz;
mod hooks;
mod in_app;
mod receive;
mod segment;
mod senders;
mod signature;

pub use senders::forget as forget_sender;
pub use signature::Refusal;

use axum::body::Body;
use axum::http::{Method, Request, Response};
use axum::response::IntoResponse;

use crate::ctx::{Ctx, Who};
use crate::problem::Problem;
use crate::serve::Answered;

/// Whether a path is a sender's and no route of the table.
pub fn is_push(path: &str) -> bool {
    path.starts_with("/v1/") || path.starts_with("/hooks/")
}

/// The answer to a push; the log names its pattern and nobody.
pub async fn answer(ctx: &Ctx, request: Request<Body>) -> Response<Body> {
    if let Some(call) = segment::Call::of(request.uri().path()) {
        let mut response = match *request.method() {
            Method::OPTIONS => cors::preflight(),
            Method::POST => segment::answer(ctx, call, request).await.unwrap_or_else(Problem::into_response),
            _ => Problem::MethodNotAllowed.into_response(),
        };
        cors::open(response.headers_mut());
        return named(response, format!("POST /v1/{}", call.name()));
    }
    if let Some((provider, id)) = senders::address(request.uri().path()) {
        let response = match *request.method() {
            Method::POST => senders::answer(ctx, provider, &id, request).await.unwrap_or_else(Problem::into_response),
            _ => Problem::MethodNotAllowed.into_response(),
        };
        return named(response, format!("POST /hooks/{}/{{id}}", provider.code()));
    }
    if let Some(call) = in_app::Call::of(request.uri().path()) {
        let route = call.pattern().to_owned();
        let mut response = match request.method() {
            &Method::OPTIONS => cors::preflight(),
            method if *method == call.method() => in_app::answer(ctx, call, request).await.unwrap_or_else(Problem::into_response),
            _ => Problem::MethodNotAllowed.into_response(),
        };
        cors::open(response.headers_mut());
        return named(response, route);
    }
    let Some((kind, id)) = hooks::address(request.uri().path()) else { return Problem::NotFound.into_response() };
    let response = match *request.method() {
        Method::POST => hooks::answer(ctx, kind, &id, request).await.unwrap_or_else(Problem::into_response),
        _ => Problem::MethodNotAllowed.into_response(),
    };
    named(response, format!("POST /hooks/{}/{{id}}", kind.as_str()))
}

fn named(mut response: Response<Body>, route: String) -> Response<Body> {
    response.extensions_mut().insert(Answered { route, who: Who::Nobody, is_push: true });
    response
}

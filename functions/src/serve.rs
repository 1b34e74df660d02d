//! The passage of every request: a context in, the headers, the problem document and one line of log out.

use axum::body::{Body, HttpBody as _};
use axum::http::{HeaderValue, Request, Response};
use serde::Serialize;
use shared::id::Id;
use tower_service::Service;
use worker::{Context, Env, HttpRequest, console_error, console_log};

use crate::ctx::{Ctx, Who};
use crate::db::usage::{self, Used};
use crate::db::{Db, Reading, Statement};
use crate::extract::BODY_BYTES;
use crate::headers;
use crate::problem::Problem;
use crate::routes;
use crate::sources;

/// Which row of the table answered, and to whom: for the log, which holds patterns and never paths.
#[derive(Debug, Clone, Default)]
pub struct Answered {
    pub route: String,
    pub who: Who,
    /// By a sender, beside the table.
    pub is_push: bool,
}

/// One line a request.
#[derive(Debug, Serialize)]
struct Line<'a> {
    kind: &'static str,
    request_id: &'a Id,
    route: &'a str,
    status: u16,
    code: Option<&'a str>,
    role: Option<&'static str>,
    #[serde(flatten)]
    meter: Reading,
}

pub async fn serve(mut request: worker::Request, env: Env, context: Context) -> worker::Result<worker::Response> {
    let request = match whole_push(&mut request).await? {
        Some(push) => push,
        None => HttpRequest::try_from(request)?.map(Body::new),
    };
    whole(answer(request, env, context).await).await
}

/// A push that says that it is small, with its body taken at once: by the way of a stream each of its pieces would cost a turn.
async fn whole_push(request: &mut worker::Request) -> worker::Result<Option<Request<Body>>> {
    if request.method() != worker::Method::Post || !sources::is_push(&request.path()) {
        return Ok(None);
    }
    let length = request.headers().get("content-length")?.and_then(|length| length.parse().ok());
    if length.is_none_or(|length: usize| length > BODY_BYTES) {
        return Ok(None);
    }
    let body = request.bytes().await?;
    let address = request.url()?;
    let mut push = Request::builder().method("POST").uri(address.as_str()).body(Body::from(body))?;
    *push.headers_mut() = request.headers().into();
    Ok(Some(push))
}

/// An answer of known length leaves in one piece, one that grows as a stream.
async fn whole(response: Response<Body>) -> worker::Result<worker::Response> {
    if response.body().size_hint().exact().is_none_or(|length| length == 0 || length > BODY_BYTES as u64) {
        return response.try_into();
    }
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, BODY_BYTES).await.map_err(|error| worker::Error::RustError(error.to_string()))?;
    let builder = worker::ResponseBuilder::new().with_status(parts.status.as_u16()).with_headers(parts.headers.into());
    Ok(builder.fixed(bytes.into()))
}

async fn answer(mut request: Request<Body>, env: Env, context: Context) -> Response<Body> {
    let ctx = match Ctx::new(env, context) {
        Ok(ctx) => ctx,
        Err(problem) => return finish(problem_answer(problem), &Id::from_parts(0, &[0; 10]), Reading::default()),
    };
    request.extensions_mut().insert(ctx.clone());
    let response = if sources::is_push(request.uri().path()) {
        sources::answer(&ctx, request).await
    } else {
        match routes::router().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    };
    count(&ctx);
    finish(response, &ctx.request_id, ctx.db.meter().reading())
}

fn finish(response: Response<Body>, request_id: &Id, meter: Reading) -> Response<Body> {
    let answered = response.extensions().get::<Answered>().cloned().unwrap_or_default();
    let problem = response.extensions().get::<Problem>().cloned();
    let mut response = match &problem {
        // What was set beside the problem stays, such as who may read it.
        Some(problem) => {
            let mut document = problem.answer(request_id);
            document.headers_mut().extend(response.headers().clone());
            document
        }
        None => response,
    };
    headers::set(response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(request_id.as_str()) {
        response.headers_mut().insert("x-request-id", value);
    }
    if cfg!(feature = "seams")
        && let Ok(value) = HeaderValue::from_str(&serde_json::to_string(&meter).unwrap_or_default())
    {
        response.headers_mut().insert("x-rekindle-meter", value);
    }
    let line = Line {
        kind: "request",
        request_id,
        route: if answered.route.is_empty() { "none" } else { &answered.route },
        status: response.status().as_u16(),
        code: problem.as_ref().map(Problem::code),
        role: answered.who.role().map(shared::api::Role::as_str),
        meter,
    };
    // Pushes that are taken are counted by source: a line each would cost as much as the push.
    if !(answered.is_push && response.status().is_success()) {
        console_log!("{}", serde_json::to_string(&line).unwrap_or_default());
    }
    if let Some(internals) = problem.as_ref().and_then(Problem::internals) {
        console_error!("{}", serde_json::json!({ "kind": "error", "request_id": request_id, "error": internals }));
    }
    response
}

/// Adds the request to what the plan's limits are told of; now and then the sum is written down, after the answer has left.
fn count(ctx: &Ctx) {
    let (rows_read, rows_written) = ctx.db.meter().untold();
    let used = Used { rows_read, rows_written, size: ctx.db.meter().size() };
    let Some(counted) = usage::count_request(used, ctx.now) else { return };
    let env = ctx.env.clone();
    ctx.after_answer(async move {
        let Statement { sql, params } = usage::add_requests(&counted);
        let written = match Db::open(&env) {
            Ok(db) => db.run(sql, params).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            console_error!("{}", serde_json::json!({ "kind": "error", "job": "usage", "error": error.to_string() }));
        }
    });
}

fn problem_answer(problem: Problem) -> Response<Body> {
    axum::response::IntoResponse::into_response(problem)
}

//! `POST /api/copywriter/write`.

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use shared::api::{WriteAnswer, WriteAsk, WriteStage};

use crate::copywriter::{self as desk, KIND, Told};
use crate::ctx::Ctx;
use crate::extract::JsonBody;
use crate::problem::Problem;

/// A message has no more parts, facts or slots than this.
const PARTS: usize = 40;
const TEXT_BYTES: usize = 5_000;

/// Ask a language model for better words of some parts of one message.
///
/// Whatever goes wrong with the model, the answer is a message: with the model's words, or the composer's own and a status that says why.
/// With `Accept: application/x-ndjson` it is told how far the model is, a line each; the last one is `done` with the answer.
#[utoipa::path(post, path = "/api/copywriter/write", tag = "messages", request_body = WriteAsk,
    responses((status = 200, content((WriteAnswer = "application/json"), (WriteStage = "application/x-ndjson")))))]
#[worker::send]
pub async fn write(ctx: Ctx, headers: HeaderMap, JsonBody(asked): JsonBody<WriteAsk>) -> Result<Response, Problem> {
    bounded(&asked)?;
    let told = Told::default();
    let is_told = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains(KIND));
    if is_told {
        told.stage(WriteStage::Queued);
        let teller = told.clone();
        return Ok(desk::answer(told, async move {
            match desk::write(&ctx, &asked, &teller).await {
                Ok(written) => WriteStage::Done { written: Box::new(written) },
                Err(problem) => WriteStage::Failed { detail: problem.to_string() },
            }
        }));
    }
    let written = desk::write(&ctx, &asked, &told).await?;
    let json = serde_json::to_vec(&WriteAnswer { written }).map_err(|error| Problem::Internal(error.to_string()))?;
    // As a stream, so that no key of a repeated request keeps what it says of a person.
    let body = Body::from_stream(stream::once(std::future::ready(Ok::<Bytes, std::convert::Infallible>(Bytes::from(json)))));
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response())
}

/// A message of a person's size: what is larger is not what the composer writes.
fn bounded(asked: &WriteAsk) -> Result<(), Problem> {
    let WriteAsk { message, recipient, slots, .. } = asked;
    let texts = message.subjects.iter().chain(&message.preheader).chain(&message.parts).map(|part| part.text.len());
    if message.subjects.len() + message.parts.len() > PARTS || texts.max().unwrap_or(0) > TEXT_BYTES {
        return Err(Problem::field("message", "Use at most 40 parts of at most 5,000 bytes"));
    }
    if recipient.facts.len() > PARTS {
        return Err(Problem::field("recipient", "Use at most 40 facts"));
    }
    if slots.is_empty() || slots.len() > PARTS {
        return Err(Problem::field("slots", "Name the parts that shall be written"));
    }
    Ok(())
}

//! `POST /api/copywriter/read`.

use axum::Json;
use shared::api::{ReadAnswer, ReadAsk, ReadBy, WriteStatus};
use shared::message::model::reader;
use shared::reason::text;

use crate::copywriter::{self as desk, Called, Caller, Stopped, Told};
use crate::ctx::Ctx;
use crate::db::{copywriter, reasons};
use crate::extract::JsonBody;
use crate::problem::Problem;

/// Bytes of a text that is read.
const TEXT_BYTES: usize = 4_000;

/// Ask a language model for which reason a text gives.
///
/// Only where models are on and may be shown customers' own words; else, and whatever goes wrong, the shop's words and the trained ones
/// read it, and the status says why. Nothing of the text is kept.
#[utoipa::path(post, path = "/api/copywriter/read", tag = "messages", request_body = ReadAsk,
    responses((status = 200, body = ReadAnswer)))]
#[worker::send]
pub async fn read(ctx: Ctx, JsonBody(asked): JsonBody<ReadAsk>) -> Result<Json<ReadAnswer>, Problem> {
    if asked.text.trim().is_empty() || asked.text.len() > TEXT_BYTES {
        return Err(Problem::field("text", format!("Use 1 to {TEXT_BYTES} characters")));
    }
    let row = copywriter::settings(&ctx.db, ctx.now).await?;
    let own = text::read(&asked.text, &reasons::topics(&ctx.db).await?);
    let by_words =
        |status, reason: String| Ok(Json(ReadAnswer { read: ReadBy { reading: own.clone(), status, reason: Some(reason) } }));
    if !row.is_enabled() || !row.shows_tickets() {
        return by_words(WriteStatus::Off, "Language models are off, or may not be shown what customers wrote".to_owned());
    }
    let caller = match Caller::open(&ctx.env, &ctx.settings, &row) {
        Ok(caller) => caller,
        Err(refusal) => return by_words(refusal.code.into(), refusal.reason),
    };
    let Called { result, dialect, .. } = desk::call(&ctx, &row, &caller, &reader::ask(&asked.text), &Told::default()).await?;
    let (status, reason, reading) = match result {
        Ok(answer) => match reader::accept(&answer, &asked.text) {
            Some(reading) => (WriteStatus::Written, None, Some(reading)),
            None => (WriteStatus::Unusable, Some("The model's answer is not in the form that was asked for".to_owned()), None),
        },
        Err(Stopped::OverBudget(reason)) => (WriteStatus::OverBudget, Some(reason), None),
        Err(Stopped::Refused(refusal)) => (refusal.code.into(), Some(refusal.reason), None),
    };
    ctx.db.batch(vec![copywriter::told(status.code(), reason.as_deref(), dialect, ctx.now)]).await?;
    Ok(Json(ReadAnswer { read: ReadBy { reading: reading.or(own), status, reason } }))
}

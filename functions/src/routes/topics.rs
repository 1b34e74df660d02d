//! The shop's words for reasons.

use axum::Json;
use shared::api::{ReadingResponse, TextToRead, TopicList, TopicsChange, TopicsResponse};
use shared::audit::Action;
use shared::reason::text;
use shared::reason::topics::{self, Phrase, Topics};

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::reasons::{self, Kept};
use crate::extract::{IfMatch, JsonBody};
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// Bytes of a text that is tried.
const TEXT_BYTES: usize = 4_000;

/// The words and phrases by which texts of customers are read.
#[utoipa::path(get, path = "/api/topics", tag = "segments", responses((status = 200, body = TopicsResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Versioned<TopicsResponse>, Problem> {
    let Kept { version, own } = reasons::kept(&ctx.db).await?;
    let is_starting = own.is_none();
    let phrases = own.unwrap_or_else(topics::built_in);
    Ok(Versioned(version, TopicsResponse { topics: TopicList { phrases, is_starting, version } }))
}

/// Replace the list; all that customers said is read anew, but for texts whose events have had their time.
#[utoipa::path(put, path = "/api/topics", tag = "segments", request_body = TopicsChange,
    responses((status = 200, body = TopicsResponse), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(asked): JsonBody<TopicsChange>,
) -> Result<Versioned<TopicsResponse>, Problem> {
    let own = asked.phrases.as_deref().map(checked).transpose()?.filter(|list| *list != topics::built_in());
    let before = reasons::kept(&ctx.db).await?;
    // What is so already is answered as done (RFC 9110, 13.1.1).
    if before.own == own {
        return show(ctx).await;
    }
    let count = |list: &[Phrase]| Some(list.len().to_string());
    let after = own.clone().unwrap_or_else(topics::built_in);
    let entry = Entry::new(Action::TopicsChanged).value("phrases", count(&before.list()), count(&after));
    match reasons::change_topics(&ctx.db, own.as_deref(), version, ctx.now, audit::append(&ctx, entry)).await {
        Err(error) if error.is_stale("topics") => {
            let Versioned(current, TopicsResponse { topics }) = show(ctx).await?;
            return Err(Problem::stale(version, current, &topics));
        }
        done => done?,
    }
    jobs::ring(&ctx.env, &ctx.db).await;
    show(ctx).await
}

/// Read a text by the stored list, or by one that is not saved yet. Nothing of it is kept.
#[utoipa::path(post, path = "/api/topics/read", tag = "segments", request_body = TextToRead,
    responses((status = 200, body = ReadingResponse)))]
#[worker::send]
pub async fn read(ctx: Ctx, JsonBody(asked): JsonBody<TextToRead>) -> Result<Json<ReadingResponse>, Problem> {
    if asked.text.trim().is_empty() || asked.text.len() > TEXT_BYTES {
        return Err(Problem::field("text", format!("Use 1 to {TEXT_BYTES} characters")));
    }
    let topics = match &asked.phrases {
        Some(list) => Topics::new(&checked(list)?),
        None => reasons::topics(&ctx.db).await?,
    };
    Ok(Json(ReadingResponse { reading: text::read(&asked.text, &topics) }))
}

fn checked(list: &[Phrase]) -> Result<Vec<Phrase>, Problem> {
    topics::tidy(list).map_err(|error| Problem::field("phrases", error.to_string()))
}

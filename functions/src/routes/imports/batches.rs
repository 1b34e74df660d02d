//! `POST /api/imports/{id}/batches`.

use axum::Json;
use axum::extract::Request;
use shared::api::{ImportBatch, ImportResponse, ImportStatus};
use shared::id::Id;
use shared::import::{RowError, validate};

use super::find;
use crate::ctx::Ctx;
use crate::db::imports::{self, Import};
use crate::db::usage;
use crate::extract::{self, PathId};
use crate::intake::{self, Batch, Stored};
use crate::jobs;
use crate::problem::Problem;
use crate::seams;

const BODY_BYTES: usize = 2_000_000;

/// Accepted and rejected rows of one batch.
const ROWS: usize = 5_000;

/// Characters of each text of a rejected row.
const REJECTED_CHARS: usize = 2_000;

const OPEN: &[ImportStatus] = &[ImportStatus::Receiving, ImportStatus::Paused];

/// Store the next rows of a file.
///
/// All of a batch is stored, or nothing. One that is stored already is answered as before, whoever sends it again and however often
/// at once. At the plan's daily limit the answer is 503 with the code `daily_limit`, and the import is paused until 00:00 UTC.
#[utoipa::path(post, path = "/api/imports/{id}/batches", tag = "imports", params(("id" = Id, Path)), request_body = ImportBatch,
    responses((status = 200, body = ImportResponse), (status = 409, body = shared::api::Problem),
        (status = 503, body = shared::api::Problem)))]
#[worker::send]
pub async fn store(ctx: Ctx, PathId(id): PathId, request: Request) -> Result<Json<ImportResponse>, Problem> {
    let (parts, body) = request.into_parts();
    let sent: ImportBatch = extract::json_up_to(&parts.headers, body, BODY_BYTES).await?;
    let import = find(&ctx.db, &id).await?;
    if sent.number < import.next_batch {
        return Ok(answer(&import));
    }
    check(&ctx, &import, &sent)?;
    seams::point("batch.received").await;
    let (rows, refused) = validate(sent.rows, ctx.now);
    let mut rejected: Vec<RowError> = sent.rejected.into_iter().map(cut).collect();
    rejected.extend(refused);
    let batch = Batch {
        number: sent.number,
        rows: &rows,
        rejected: &rejected,
        rows_read: sent.rows_read,
        from: OPEN,
        to: if sent.last { ImportStatus::Done } else { ImportStatus::Receiving },
        cursor: None,
        dry_run: false,
        with: Vec::new(),
    };
    match intake::store(&ctx.db, &import, batch, ctx.now).await? {
        Stored::Now => {
            count_usage(&ctx).await?;
            seams::point("batch.counted").await;
            if sent.last {
                jobs::ring(&ctx.env, &ctx.db).await;
                seams::point("batch.rung").await;
            }
            Ok(answer(&find(&ctx.db, &id).await?))
        }
        Stored::NotNext => {
            let import = find(&ctx.db, &id).await?;
            if sent.number < import.next_batch { Ok(answer(&import)) } else { Err(ended(&import)) }
        }
        Stored::DailyLimit => {
            let pause = imports::pause(import.id, usage::next_day(ctx.now), ctx.now);
            ctx.db.run_idempotent(pause.sql, pause.params).await?;
            Err(Problem::DailyLimit)
        }
    }
}

fn check(ctx: &Ctx, import: &Import, sent: &ImportBatch) -> Result<(), Problem> {
    if import.is_stored() {
        return Err(Problem::Conflict("body_was_sent", "The body of this import was sent whole: it takes no batches".to_owned()));
    }
    if !OPEN.contains(&import.status) {
        return Err(ended(import));
    }
    if import.resume_at.is_some_and(|at| at > ctx.now) {
        return Err(Problem::DailyLimit);
    }
    if sent.number > import.next_batch {
        return Err(Problem::Conflict("batch_out_of_order", format!("Send batch {} next", import.next_batch)));
    }
    if sent.rows.shape() != import.options.kind.shape() {
        return Err(Problem::field("rows.kind", "Send rows of the import's kind"));
    }
    if sent.rows.len().saturating_add(sent.rejected.len()) > ROWS {
        return Err(Problem::field("rows", format!("Send at most {ROWS} rows in a batch, rejected ones included")));
    }
    if (sent.rows_read as usize) < sent.rows.lines().saturating_add(sent.rejected.len()) {
        return Err(Problem::field("rows_read", "Count every row of the batch, rejected ones included"));
    }
    Ok(())
}

fn ended(import: &Import) -> Problem {
    let status = format!("{:?}", import.status).to_lowercase();
    Problem::Conflict("import_ended", format!("This import is {status} and takes no more batches"))
}

fn cut(row: RowError) -> RowError {
    let cut = |text: String| text.chars().take(REJECTED_CHARS).collect();
    RowError { line: row.line, field: row.field.map(cut), reason: cut(row.reason), fix: cut(row.fix), raw: cut(row.raw) }
}

async fn count_usage(ctx: &Ctx) -> Result<(), Problem> {
    let reading = ctx.db.meter().reading();
    let add = usage::add(ctx.now.day(), reading.rows_read, reading.rows_written + 1);
    ctx.db.meter().tell(reading.rows_read, reading.rows_written + 1);
    ctx.db.run(add.sql, add.params).await?;
    Ok(())
}

fn answer(import: &Import) -> Json<ImportResponse> {
    Json(ImportResponse { import: import.wire() })
}

//! `POST /api/imports`.

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use shared::api::{ImportResponse, NewImport};
use shared::audit::Action;
use shared::import::{Kind, Parser};
use utoipa::IntoParams;

use super::receive;
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::imports::{self, FILES, File, Import, New, SAMPLE};
use crate::db::{intake, shop};
use crate::extract::{self, QueryString};
use crate::problem::Problem;
use crate::{random, seams};

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// What the rows are: `orders`, `customers`, `events`, `rates`, `contacts`, `accounts`, `subscriptions`, `tickets`, `nps`,
    /// `engagement`, `consent`, `suppressions` or `products`.
    pub kind: String,
    /// With a CSV body: only count what an import would do.
    #[serde(default)]
    pub dry_run: bool,
    /// With a CSV body: which column each field is in, where the guess is wrong, as `field:Column name,…` or a JSON object.
    pub map: Option<String>,
    /// With a CSV body: exactly how it is to be read, as JSON (see `NewImport.options`); nothing is guessed then.
    pub options: Option<String>,
    /// With a CSV body: 64 hexadecimal digits that know the file again. While an import with the same digits is unfinished, the
    /// body is not stored a second time and that import is the answer.
    pub file_digest: Option<String>,
    /// With a CSV body: a name to show.
    pub file_name: Option<String>,
    /// With a CSV body: `store` or `saas`, for rows that belong to that sample shop.
    pub sample: Option<String>,
    /// With a CSV body: days added to every date, which moves a sample shop up to today.
    #[serde(default)]
    pub shift_days: i32,
}

const NAMES: [&str; 2] = ["store", "saas"];

/// Begin an import.
///
/// With `application/json` ([`NewImport`]) of a file that the sender reads and sends in batches: answers 201 with a new import, or
/// 200 with the unfinished one of the same size and digest, to be gone on with from its `next_batch`. With `text/csv`, also
/// gzipped, of the body itself: answers 202 once it is stored, and a job reads it. Products may also come as JSON objects, one a line
/// or in a list, with `application/x-ndjson`.
#[utoipa::path(post, path = "/api/imports", tag = "imports", params(Asked),
    request_body(content((NewImport = "application/json"), (String = "text/csv"))),
    responses((status = 201, body = ImportResponse), (status = 202, body = ImportResponse),
        (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(ctx: Ctx, QueryString(asked): QueryString<Asked>, request: Request) -> Result<Response, Problem> {
    let kind = Kind::parse(&asked.kind)
        .ok_or_else(|| Problem::field("kind", format!("Use one of {}", Kind::ALL.map(Kind::as_str).join(", "))))?;
    let (parts, body) = request.into_parts();
    match extract::media_type(&parts.headers).as_deref() {
        Some("application/json") => {
            let new = extract::json_up_to(&parts.headers, body, extract::BODY_BYTES).await?;
            begin(&ctx, kind, &new).await
        }
        Some(
            "text/csv" | "application/gzip" | "application/x-gzip" | "application/x-ndjson" | "application/jsonl" | "text/json",
        ) => {
            let import = receive::receive(&ctx, kind, &asked, body).await?;
            Ok(answer(StatusCode::ACCEPTED, &import))
        }
        _ => Err(Problem::UnsupportedMediaType(
            "Send a CSV as text/csv, a feed of products as application/x-ndjson, or application/json to send rows in batches",
        )),
    }
}

async fn begin(ctx: &Ctx, kind: Kind, new: &NewImport) -> Result<Response, Problem> {
    if new.options.kind != kind {
        return Err(Problem::field("options.kind", "Name the kind that the address names"));
    }
    check_file(Some(&new.file_name), Some(&new.file_digest))?;
    Parser::new(new.options.clone(), ctx.now).map_err(|error| Problem::field("options", error.to_string()))?;
    let source = source(ctx, new.sample.as_deref()).await?;
    let public_id = random::id(ctx.now)?;
    let row = New {
        public_id: &public_id,
        source,
        file_name: Some(&new.file_name),
        options: &new.options,
        created_by: ctx.who.user_id(),
        now: ctx.now,
    };
    let log = audit::append_if_changed(ctx, started(&row, false));
    let import = imports::create(&ctx.db, &row, File { size: new.file_size, digest: &new.file_digest }, log).await?;
    seams::point("import.created").await;
    let status = if import.public_id == public_id { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer(status, &import))
}

/// The audit log's line of a new import.
pub(super) fn started(new: &New, dry_run: bool) -> Entry {
    let yes = |is: bool| is.then(|| "yes".to_owned());
    Entry::new(Action::ImportStarted)
        .to("import", new.public_id, new.file_name)
        .value("kind", None, Some(new.options.kind.as_str().to_owned()))
        .value("sample", None, yes(new.source == SAMPLE))
        .value("only_counted", None, yes(dry_run))
}

/// What the sender says about the file.
pub(super) fn check_file(name: Option<&str>, digest: Option<&str>) -> Result<(), Problem> {
    if digest.is_some_and(|digest| digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Err(Problem::field("file_digest", "Send the SHA-256 as 64 hexadecimal digits"));
    }
    if name.is_some_and(|name| name.chars().count() > 200) {
        return Err(Problem::field("file_name", "Use at most 200 characters"));
    }
    Ok(())
}

/// Where the rows come from; marks the shop as holding the sample shop.
pub(super) async fn source(ctx: &Ctx, sample: Option<&str>) -> Result<i64, Problem> {
    let Some(name) = sample else { return Ok(FILES) };
    if !NAMES.contains(&name) {
        return Err(Problem::field("sample", "Use store or saas"));
    }
    let loaded = shop::read(&ctx.db).await?.sample;
    if loaded.as_deref().is_some_and(|loaded| loaded != name) {
        return Err(Problem::Conflict("other_sample", "Another sample shop is loaded: remove it first".to_owned()));
    }
    if loaded.is_none() {
        let mark = intake::set_sample(name, ctx.now);
        ctx.db.run_idempotent(mark.sql, mark.params).await?;
    }
    Ok(SAMPLE)
}

fn answer(status: StatusCode, import: &Import) -> Response {
    (status, Json(ImportResponse { import: import.wire() })).into_response()
}

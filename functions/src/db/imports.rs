//! Imports: their rows, the bodies that scripts sent, the rows that were not taken.

use serde::{Deserialize, Serialize};
use shared::api::{self, ImportStatus};
use shared::id::Id;
use shared::import::{Kind, Options, RowError};
use shared::time::Millis;

use super::{Db, DbError, Param, Statement, json_pages};
use crate::{params, sql};

/// Rejected rows that are kept for the download; further ones are only counted.
pub const REJECTED_KEPT: u32 = 10_000;

/// The source of imported files.
pub const FILES: i64 = 1;
/// The source of the sample shop's files.
pub const SAMPLE: i64 = 2;

/// Above every id.
const END: i64 = 1 << 53;

/// Which imports; the default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Any of these, here and below.
    pub statuses: Option<Vec<ImportStatus>>,
    pub kinds: Option<Vec<Kind>>,
    /// Fetched from this one.
    pub source: Option<Id>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    pub id: i64,
    pub public_id: Id,
    pub source: i64,
    pub status: ImportStatus,
    pub options: Options,
    /// Where the job that reads a stored body is; `{}` for a file that a browser reads.
    pub cursor: String,
    pub next_batch: u32,
    pub resume_at: Option<Millis>,
    wire: api::Import,
}

#[derive(Debug, Deserialize)]
struct ImportRow {
    id: i64,
    public_id: Id,
    kind: String,
    source: i64,
    status: ImportStatus,
    file_name: Option<String>,
    options: String,
    cursor: String,
    next_batch: u32,
    rows_read: u64,
    rows_accepted: u64,
    rows_duplicate: u64,
    rows_rejected: u64,
    error: Option<String>,
    resume_at: Option<i64>,
    created_at: i64,
    finished_at: Option<i64>,
}

/// What of a cursor an answer needs.
#[derive(Debug, Default, Deserialize)]
struct CursorHead {
    #[serde(default)]
    dry_run: bool,
}

#[derive(Debug)]
pub struct New<'a> {
    pub public_id: &'a Id,
    pub source: i64,
    pub file_name: Option<&'a str>,
    pub options: &'a Options,
    pub created_by: Option<i64>,
    pub now: Millis,
}

/// Which file a browser reads.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    pub size: u64,
    pub digest: &'a str,
}

/// What a stored batch changes in its import.
#[derive(Debug)]
pub struct Advance<'a> {
    /// The batch's number.
    pub number: u32,
    /// The batch fails where the import has another status by now.
    pub from: &'a [ImportStatus],
    pub to: ImportStatus,
    pub cursor: Option<&'a str>,
    pub rows_read: u32,
    /// Rows that were new or changed; none to take what the statement before wrote.
    pub accepted: Option<u32>,
    /// Rows that were accepted or were there already.
    pub good: u32,
    pub rejected: u32,
    pub now: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Piece {
    /// Base64.
    pub piece: String,
    /// Of the whole chunk's base64.
    pub length: u64,
}

#[derive(Debug, Clone, Deserialize)]
struct RejectedRow {
    line: u64,
    field: Option<String>,
    reason: String,
    fix: String,
    raw: String,
}

#[derive(Debug, Deserialize)]
struct Counts {
    counts: String,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

#[derive(Debug, Deserialize)]
struct Created {
    id: i64,
}

impl Import {
    pub fn wire(&self) -> api::Import {
        self.wire.clone()
    }

    /// Its body lies in chunks, and the job reads it.
    pub fn is_stored(&self) -> bool {
        self.cursor != "{}"
    }
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Import>, DbError> {
    import(db.first(sql!("imports.sql", "import"), params![id]).await?)
}

/// The newest first, below the id `before` where one is given.
pub async fn page(db: &Db, filter: &Filter, before: Option<i64>, limit: u32) -> Result<Vec<Import>, DbError> {
    let statuses = filter.statuses.as_ref().map_or(Param::Null, Param::json);
    let kinds = filter.kinds.as_ref().map(|kinds| kinds.iter().copied().map(Kind::as_str).collect::<Vec<_>>());
    let kinds = kinds.as_ref().map_or(Param::Null, Param::json);
    let rows: Vec<ImportRow> = db
        .all(sql!("imports.sql", "imports"), params![before.unwrap_or(END), statuses, kinds, limit, filter.source.as_ref()])
        .await?;
    rows.into_iter().map(Import::try_from).collect()
}

/// An import of a file that the browser reads: a new one, or the unfinished one of the same file.
/// `log` must be an [`audit::append_if_changed`](super::audit::append_if_changed): going on with a file starts nothing.
pub async fn create(db: &Db, new: &New<'_>, file: File<'_>, log: Statement) -> Result<Import, DbError> {
    let kind = new.options.kind.as_str();
    let create = Statement::new(
        sql!("imports.sql", "create_import"),
        params![
            new.public_id,
            kind,
            new.source,
            new.file_name,
            file.size,
            file.digest,
            Param::json(new.options),
            new.created_by,
            new.now
        ],
    );
    let read = Statement::new(sql!("imports.sql", "unfinished_import"), params![file.digest, file.size, kind, new.source]);
    let outcomes = db.batch_idempotent(vec![create, log, read]).await?;
    let row = outcomes.last().map(super::Outcome::first::<ImportRow>).transpose()?.flatten();
    import(row)?.ok_or_else(|| DbError::Bug("a new import is not there".to_owned()))
}

/// An import whose body the worker stores: the row's id.
pub async fn receive(db: &Db, new: &New<'_>, cursor: &str, log: Statement) -> Result<i64, DbError> {
    let outcomes = db.batch(vec![receiving(new, cursor), log]).await?;
    let created: Option<Created> = outcomes.first().map(super::Outcome::first).transpose()?.flatten();
    created.map(|row| row.id).ok_or_else(|| DbError::Bug("a new import has no id".to_owned()))
}

/// The same, to be written with other things.
pub fn receiving(new: &New<'_>, cursor: &str) -> Statement {
    let params = params![
        new.public_id,
        new.options.kind.as_str(),
        new.source,
        new.file_name,
        Param::json(new.options),
        cursor,
        new.created_by,
        new.now
    ];
    Statement::new(sql!("imports.sql", "receive_import"), params)
}

/// A piece of a body, unless somebody has cancelled the import.
pub fn chunk(import: &Id, seq: u32, base64: &str) -> Statement {
    Statement::new(sql!("imports.sql", "store_chunk_of"), params![import, seq, base64])
}

/// Some of the pieces that [`chunk`] stored.
pub fn drop_chunks(import: &Id, limit: u32) -> Statement {
    Statement::new(sql!("imports.sql", "drop_chunks_of"), params![import, limit])
}

/// An import whose body has nothing new, once its pieces are dropped.
pub fn forget(import: &Id) -> Statement {
    Statement::new(sql!("imports.sql", "drop_import"), params![import])
}

/// The unfinished import of a stored body that its sender knows by these digits; a dry run is none.
pub async fn unfinished_body(db: &Db, digest: &str, kind: Kind, source: i64) -> Result<Option<Import>, DbError> {
    import(db.first(sql!("imports.sql", "unfinished_body"), params![digest, kind.as_str(), source]).await?)
}

pub async fn store_chunk(db: &Db, import: i64, seq: u32, base64: &str) -> Result<(), DbError> {
    db.run(sql!("imports.sql", "store_chunk"), params![import, seq, base64]).await.map(drop)
}

/// The whole body is stored.
pub fn queue(import: i64, file: File, cursor: &str, now: Millis) -> Statement {
    Statement::new(sql!("imports.sql", "queue_import"), params![import, file.size, file.digest, cursor, now])
}

/// The oldest import whose stored body waits to be read, or is paused and may go on.
pub async fn waiting(db: &Db, now: Millis) -> Result<Option<Import>, DbError> {
    import(db.first(sql!("imports.sql", "waiting_import"), params![now]).await?)
}

/// Whether a stored body is left to read or to drop.
pub async fn any_open(db: &Db) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("imports.sql", "any_import_open"), params![]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

/// `length` characters of a chunk's base64 from `offset`; none past the last chunk.
pub async fn chunk_piece(db: &Db, import: i64, seq: u32, offset: u64, length: u64) -> Result<Option<Piece>, DbError> {
    db.first(sql!("imports.sql", "chunk_piece"), params![import, seq, offset, length]).await
}

pub fn drop_chunk(import: i64, seq: u32) -> Statement {
    Statement::new(sql!("imports.sql", "drop_chunk"), params![import, seq])
}

/// Some of what ended imports left behind.
pub fn drop_leftovers() -> Vec<Statement> {
    vec![
        Statement::new(sql!("imports.sql", "drop_left_chunks"), params![]),
        Statement::new(sql!("imports.sql", "drop_left_counts"), params![]),
    ]
}

/// How many rows of each of these contents the file had so far: `(content, rows)`; those never seen are left out.
pub async fn row_counts(db: &Db, import: i64, contents: &[&str]) -> Result<Vec<(String, u32)>, DbError> {
    let mut found = Vec::new();
    for page in json_pages(contents)? {
        let row: Option<Counts> = db.first(sql!("imports.sql", "row_counts"), params![import, Param::Json(page)]).await?;
        let counts = row.map_or_else(|| "[]".to_owned(), |row| row.counts);
        let counts: Vec<(String, u32)> = serde_json::from_str(&counts).map_err(|error| DbError::Bug(error.to_string()))?;
        found.extend(counts);
    }
    Ok(found)
}

pub fn count_rows(import: i64, counts: &[(&str, u32)]) -> Result<Vec<Statement>, DbError> {
    let pages = json_pages(counts)?;
    let statement = |page| Statement::new(sql!("imports.sql", "count_rows"), params![import, Param::Json(page)]);
    Ok(pages.into_iter().map(statement).collect())
}

/// Goes before [`advance`] of the same batch, which counts them.
pub fn reject(import: i64, rows: &[RowError]) -> Result<Vec<Statement>, DbError> {
    let mut before = 0_u32;
    let mut statements = Vec::new();
    for page in json_pages(rows)? {
        let rows: Vec<serde::de::IgnoredAny> = serde_json::from_str(&page).unwrap_or_default();
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let params = params![import, Param::Json(page), before, REJECTED_KEPT];
        statements.push(Statement::new(sql!("imports.sql", "reject_rows"), params));
        before = before.saturating_add(count);
    }
    Ok(statements)
}

/// By line, from the first or after one.
pub async fn rejected(db: &Db, import: i64, after: Option<u64>, limit: u32) -> Result<Vec<RowError>, DbError> {
    let rows: Vec<RejectedRow> = db
        .all(
            sql!("imports.sql", "rejected_rows"),
            params![import, after.map_or(-1, |line| i64::try_from(line).unwrap_or(i64::MAX)), limit],
        )
        .await?;
    Ok(rows.into_iter().map(RowError::from).collect())
}

/// Makes its batch fail where it is not the import's next one: see [`is_not_next`].
pub fn advance(import: i64, advance: &Advance) -> Statement {
    let is_end = matches!(advance.to, ImportStatus::Done);
    Statement::new(
        sql!("imports.sql", "advance_import"),
        params![
            import,
            advance.number,
            Param::json(&advance.from),
            advance.to.as_str(),
            advance.cursor,
            advance.rows_read,
            advance.accepted,
            advance.good,
            advance.rejected,
            advance.now,
            is_end.then_some(advance.now)
        ],
    )
}

/// Counts what the statement before it wrote as accepted rather than there already.
pub fn count_more(import: i64) -> Statement {
    Statement::new(sql!("imports.sql", "count_more"), params![import])
}

/// Counts rows as accepted that are in no table.
pub fn count_folded(import: i64, rows: u32) -> Statement {
    Statement::new(sql!("imports.sql", "count_folded"), params![import, rows])
}

/// A batch failed because it is stored already, or the import ended.
pub fn is_not_next(error: &DbError) -> bool {
    matches!(error, DbError::Constraint(text) if text.contains("imports.next_batch"))
}

pub fn pause(import: i64, resume_at: Millis, now: Millis) -> Statement {
    Statement::new(sql!("imports.sql", "pause_import"), params![import, resume_at, now])
}

pub fn fail(import: i64, error: &str, now: Millis) -> Statement {
    Statement::new(sql!("imports.sql", "fail_import"), params![import, error, now])
}

/// Only where it has not ended.
pub fn cancel(import: i64, now: Millis) -> Statement {
    Statement::new(sql!("imports.sql", "cancel_import"), params![import, now])
}

/// Files that nobody came back to, and bodies that broke off.
pub fn abandon(now: Millis, file_since: Millis, body_since: Millis) -> Statement {
    Statement::new(sql!("imports.sql", "abandon_imports"), params![now, file_since, body_since])
}

fn import(row: Option<ImportRow>) -> Result<Option<Import>, DbError> {
    row.map(Import::try_from).transpose()
}

impl TryFrom<ImportRow> for Import {
    type Error = DbError;
    fn try_from(row: ImportRow) -> Result<Self, DbError> {
        let options: Options = serde_json::from_str(&row.options).map_err(|error| DbError::Bug(error.to_string()))?;
        let head: CursorHead = serde_json::from_str(&row.cursor).unwrap_or_default();
        let resume_at = row.resume_at.filter(|_| row.status == ImportStatus::Paused).map(Millis);
        let wire = api::Import {
            id: row.public_id.clone(),
            kind: row.kind,
            status: row.status,
            file_name: row.file_name,
            sample: row.source == SAMPLE,
            dry_run: head.dry_run,
            stored: row.cursor != "{}",
            rows_read: row.rows_read,
            rows_accepted: row.rows_accepted,
            rows_duplicate: row.rows_duplicate,
            rows_rejected: row.rows_rejected,
            next_batch: row.next_batch,
            error: row.error,
            resume_at: resume_at.map(Millis::rfc3339),
            created_at: Millis(row.created_at).rfc3339(),
            finished_at: row.finished_at.map(|at| Millis(at).rfc3339()),
        };
        Ok(Self {
            id: row.id,
            public_id: row.public_id,
            source: row.source,
            status: row.status,
            options,
            cursor: row.cursor,
            next_batch: row.next_batch,
            resume_at,
            wire,
        })
    }
}

impl From<RejectedRow> for RowError {
    fn from(row: RejectedRow) -> Self {
        let RejectedRow { line, field, reason, fix, raw } = row;
        Self { line, field, reason, fix, raw }
    }
}

/// Keeps an import's cursor readable as JSON.
pub fn cursor_text(cursor: &impl Serialize) -> Result<String, DbError> {
    serde_json::to_string(cursor).map_err(|error| DbError::Bug(error.to_string()))
}

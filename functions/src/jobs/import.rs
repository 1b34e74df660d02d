//! Reads the bodies that scripts sent, a piece at a time.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use shared::api::{ImportStatus, Plan};
use shared::import::{Key, Parsed, Parser, Rows};
use shared::time::Millis;

use super::run::{Held, JobError, Work};
use crate::db::imports::{self, Import};
use crate::db::{Db, DbError, Outcome, Statement, usage};
use crate::intake::{self, Batch, Stored};
use crate::seams;

/// Where the reading of a body is; lies in the import's own row.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// The first version wrote none.
    #[serde(default = "first_schema")]
    schema: u32,
    pub dry_run: bool,
    pub chunks: u32,
    seq: u32,
    /// Characters of the chunk's base64.
    offset: u64,
    /// With the rest of the last line that was read.
    parser: Parser,
}

/// What every version's cursor says.
#[derive(Debug, Deserialize)]
struct Version {
    #[serde(default = "first_schema")]
    schema: u32,
}

/// Of cursors.
const SCHEMA: u32 = 1;

/// An import whose cursor another version wrote is left to that version for so long before it is looked at again.
const PUT_BACK: i64 = 600_000;

/// Base64 read at once, in characters: a multiple of four. Short lines make some 1,500 rows of it.
const PIECE: u64 = 65_536;
const FREE_PIECE: u64 = 8_192;

const UNFINISHED: &[ImportStatus] = &[ImportStatus::Queued, ImportStatus::Running, ImportStatus::Paused];

impl Cursor {
    pub fn new(parser: Parser, chunks: u32, dry_run: bool) -> Self {
        Self { schema: SCHEMA, dry_run, chunks, seq: 0, offset: 0, parser }
    }
}

/// What one piece of the body came to.
enum Step {
    Went,
    /// The import is stored to its end, failed, or was cancelled.
    Ended,
    /// Another version has to read on.
    PutBack,
    Tomorrow,
}

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    Ok(imports::waiting(db, now).await?.is_some() || !imports::any_open(db).await?)
}

pub async fn work(held: &mut Held<()>) -> Result<Work, JobError> {
    while let Some(import) = imports::waiting(&held.db, held.now).await? {
        loop {
            if !held.has_time() {
                return Ok(Work::More);
            }
            match step(held, &import.public_id).await? {
                Step::Went if held.plan == Plan::Free => return Ok(Work::More),
                Step::Went => {}
                Step::Ended => {
                    held.count("imports", 1);
                    break;
                }
                Step::PutBack => break,
                Step::Tomorrow => return Ok(Work::Tomorrow),
            }
        }
    }
    loop {
        let outcomes = held.write(imports::drop_leftovers()).await?;
        if outcomes.iter().all(|outcome| outcome.changes == 0) {
            // A file that waits for its time, whoever put it back, needs somebody who comes back to it.
            return Ok(if imports::any_open(&held.db).await? { Work::Tomorrow } else { Work::Done });
        }
        if !held.has_time() {
            return Ok(Work::More);
        }
    }
}

async fn step(held: &mut Held<()>, id: &shared::id::Id) -> Result<Step, JobError> {
    let import = imports::find(&held.db, id).await?.filter(|import| UNFINISHED.contains(&import.status));
    let Some(import) = import else { return Ok(Step::Ended) };
    if serde_json::from_str(&import.cursor).is_ok_and(|Version { schema }| schema != SCHEMA) {
        held.write(vec![imports::pause(import.id, Millis(held.now.0 + PUT_BACK), held.now)]).await?;
        return Ok(Step::PutBack);
    }
    let Ok(mut cursor) = serde_json::from_str::<Cursor>(&import.cursor) else {
        return fail(held, &import, "Where its reading stands cannot be made out: send it again").await;
    };
    let Some((mut parsed, drop_chunk)) = read(held, &import, &mut cursor).await? else {
        return fail(held, &import, "A part of the body is missing: send it again").await;
    };
    seams::point("import.read").await;
    let is_end = cursor.seq >= cursor.chunks;
    let counts = number_rows(&held.db, import.id, &mut parsed.rows).await?;
    held.count_page();
    held.count("rows", u64::from(parsed.rows_read));
    let mut with = held.before_page()?;
    if !cursor.dry_run {
        with.extend(counts);
    }
    with.extend(drop_chunk);
    let cursor_text = imports::cursor_text(&cursor)?;
    let batch = Batch {
        number: import.next_batch,
        rows: &parsed.rows,
        rejected: &parsed.rejected,
        rows_read: parsed.rows_read,
        from: UNFINISHED,
        to: if is_end { ImportStatus::Done } else { ImportStatus::Running },
        cursor: Some(&cursor_text),
        dry_run: cursor.dry_run,
        with,
    };
    match intake::store(&held.db, &import, batch, held.now).await.map_err(JobError::from_db) {
        Ok(Stored::Now) if is_end => Ok(Step::Ended),
        Ok(Stored::Now) => Ok(Step::Went),
        // Cancelled between two looks.
        Ok(Stored::NotNext) => Ok(Step::Ended),
        Ok(Stored::DailyLimit) => {
            held.write(vec![imports::pause(import.id, usage::next_day(held.now), held.now)]).await?;
            Ok(Step::Tomorrow)
        }
        Err(JobError::Db(DbError::Constraint(text) | DbError::Bug(text))) => {
            worker::console_error!("{}", serde_json::json!({ "kind": "error", "job": "import", "error": text }));
            fail(
                held,
                &import,
                "Something went wrong on our side: what was read so far is stored, and sending the file again is safe",
            )
            .await
        }
        Err(error) => Err(error),
    }
}

/// The rows of the next piece, with the statement that drops a chunk that was read to its end; the file's last rows once all
/// chunks are read. None where a chunk is missing.
async fn read(held: &Held<()>, import: &Import, cursor: &mut Cursor) -> Result<Option<(Parsed, Option<Statement>)>, JobError> {
    if cursor.chunks == 0 {
        return Ok(Some((cursor.parser.finish(), None)));
    }
    let length = if held.plan == Plan::Free { FREE_PIECE } else { PIECE };
    let Some(piece) = imports::chunk_piece(&held.db, import.id, cursor.seq, cursor.offset, length).await? else {
        return Ok(None);
    };
    let Ok(bytes) = STANDARD.decode(&piece.piece) else { return Ok(None) };
    let mut parsed = cursor.parser.push(&bytes);
    cursor.offset += length;
    if cursor.offset < piece.length {
        return Ok(Some((parsed, None)));
    }
    let drop_chunk = imports::drop_chunk(import.id, cursor.seq);
    cursor.seq += 1;
    cursor.offset = 0;
    if cursor.seq >= cursor.chunks {
        append(&mut parsed, cursor.parser.finish());
    }
    Ok(Some((parsed, Some(drop_chunk))))
}

fn append(parsed: &mut Parsed, more: Parsed) {
    parsed.rows.extend(more.rows);
    parsed.rejected.extend(more.rejected);
    parsed.rows_read = parsed.rows_read.saturating_add(more.rows_read);
    parsed.moved_to_now = parsed.moved_to_now.saturating_add(more.moved_to_now);
}

/// Numbers equal rows without an id, going on from what the file had before; the statements keep the count.
async fn number_rows(db: &Db, import: i64, rows: &mut Rows) -> Result<Vec<Statement>, DbError> {
    let mut keys = rows.keys_mut();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut seen: HashMap<String, u32> = keys
        .iter()
        .filter_map(|key| if let Key::Content { digest, .. } = key { Some((digest.clone(), 0)) } else { None })
        .collect();
    let digests: Vec<&str> = seen.keys().map(String::as_str).collect();
    for (digest, count) in imports::row_counts(db, import, &digests).await? {
        seen.insert(digest, count);
    }
    for key in &mut keys {
        if let Key::Content { digest, nth } = key
            && let Some(count) = seen.get_mut(digest)
        {
            *nth = *count;
            *count = count.saturating_add(1);
        }
    }
    let counts: Vec<(&str, u32)> = seen.iter().map(|(digest, count)| (digest.as_str(), *count)).collect();
    imports::count_rows(import, &counts)
}

fn first_schema() -> u32 {
    1
}

async fn fail(held: &mut Held<()>, import: &Import, why: &str) -> Result<Step, JobError> {
    let _: Vec<Outcome> = held.write(vec![imports::fail(import.id, why, held.now)]).await?;
    Ok(Step::Ended)
}

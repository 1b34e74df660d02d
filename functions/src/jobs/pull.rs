//! Fetches files that are due and hands them to the import, a chunk at a time.
//!
//! What is fetched is stored like a body that a script sends, and read by the same job: so a pulled file has its import, its rejected
//! rows and its counts. A file that is the one of last time is not imported again: the address says so itself (`304`), or the digest of
//! what it sent does. A file that takes more than one invocation is gone on with where the last one stopped: by a part of it where the
//! server gives parts, else by reading over what is stored, whose digest must be the same. Of what the address says nothing is shown to
//! anybody; in the place of its words stand ours, with what to do.

mod ask;
mod body;
mod failed;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use shared::api::{Plan, SourceSettings};
use shared::id::Id;
use shared::import::{Defaults, Kind, Lines, Options, Parser, guess, is_json_list};
use shared::outbound::{Address, check};
use shared::time::Millis;
use worker::Env;

use self::ask::{begins_at, file_name, headers, is_strong};
use self::body::{Body, link};
use self::failed::{Failed, Stop};
use super::import;
use super::run::{Held, JobError, Work};
use crate::db::imports::{self, File, New};
use crate::db::pulls::{self, Due, Pulled, SHOWN_AFTER};
use crate::db::{Db, DbError, leases, shop};
use crate::outbound::{self, Answer, Ask};
use crate::routes::imports::receive::{CHUNK, HEAD, longest_body, most_chunks};
use crate::settings::Settings;
use crate::vault::Vault;
use crate::{random, seams};

const HOUR: i64 = 3_600_000;

/// Where nobody says how often.
const EVERY_HOURS: u32 = 24;

/// The hourly cron does not come to the second: what is due within this time is due.
const EARLY: i64 = 300_000;

/// How often a file may change while it is being read.
const BEGINNINGS: u32 = 3;

/// Chunks an invocation: the free plan allows 50 calls in one.
const FREE_CHUNKS: u32 = 25;

/// Chunks that are dropped at once.
const DROPPED: u32 = 50;

/// The file that is being read.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    reading: Option<Reading>,
    /// How often the file was begun again because it had changed.
    beginnings: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reading {
    source: i64,
    import: Id,
    /// Stored.
    chunks: u32,
    /// Of what is stored: each chunk's digest goes into the next one's.
    digest: String,
    size: u64,
    etag: Option<String>,
    last_modified: Option<String>,
    /// Of JSON Lines; none of a table.
    columns: Option<Vec<String>>,
    /// Whether the server gives parts, and a part of what it sends is a part of what is stored.
    has_parts: bool,
}

/// What came of asking for a file.
enum Got {
    /// It is the one of last time.
    Same { etag: Option<String>, last_modified: Option<String> },
    /// It is stored whole.
    Whole,
    /// The rest comes in the next invocation.
    Part,
    /// It is another one by now: from its beginning, once what is stored is dropped.
    Changed,
    /// Somebody cancelled its import.
    Cancelled,
}

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    pulls::any_due(db, Millis(now.0 + EARLY)).await
}

pub async fn work(held: &mut Held<Cursor>, env: &Env) -> Result<Work, JobError> {
    let settings = Settings::read(env);
    while held.has_time() {
        let now = held.now;
        let due = match held.cursor().reading.clone() {
            Some(reading) => match pulls::going(&held.db, reading.source, &reading.import, now).await? {
                Some(due) => due,
                // Removed, or paused by a person.
                None => {
                    drop_reading(held).await?;
                    continue;
                }
            },
            None => match pulls::due(&held.db, Millis(now.0 + EARLY)).await? {
                Some(due) => due,
                None => return Ok(Work::Done),
            },
        };
        if due.is_being_imported() {
            held.write(vec![pulls::postpone(due.id, Millis(now.0 + HOUR))]).await?;
            continue;
        }
        match fetch(held, env, &settings, &due).await {
            Ok(Got::Part) => return Ok(Work::More),
            Ok(Got::Changed) => begin_again(held, &due).await?,
            Ok(got) => settle(held, &due, got).await?,
            Err(Stop::Job(error)) => return Err(error),
            Err(Stop::Failed(failed)) => fail(held, &due, &failed).await?,
        }
    }
    Ok(Work::More)
}

/// Asks for the file and stores what comes, as far as this invocation goes.
async fn fetch(held: &mut Held<Cursor>, env: &Env, deployment: &Settings, due: &Due) -> Result<Got, Stop> {
    let settings = due.settings();
    let own = deployment.own();
    let address =
        check(settings.url.as_deref().unwrap_or_default(), own).map_err(|refused| Failed::lasting(refused.to_string()))?;
    let token = token(env, due)?;
    let reading = held.cursor().reading.clone();
    let headers = headers(due, reading.as_ref());
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ask = Ask { address: &address, bearer: token.as_deref(), headers: &headers };
    let answer = outbound::get(&ask, own).await.map_err(|failure| Failed::of_answer(&failure))?;
    seams::point("pull.asked").await;
    let is_part = match answer.status {
        304 if reading.is_none() => {
            return Ok(Got::Same { etag: due.etag.clone(), last_modified: due.last_modified.clone() });
        }
        200 => false,
        206 if reading.as_ref().is_some_and(|reading| begins_at(&answer, reading.size)) => true,
        // It is shorter than what is stored of it.
        416 if reading.is_some() => return Ok(Got::Changed),
        status => return Err(Failed::of_status(status).into()),
    };
    match reading {
        None => begin(held, due, &settings, &address, answer).await,
        Some(reading) => go_on(held, reading, answer, is_part).await,
    }
}

/// Stores the beginning of a file, and what comes after it.
async fn begin(
    held: &mut Held<Cursor>,
    due: &Due,
    settings: &SourceSettings,
    address: &Address,
    answer: Answer,
) -> Result<Got, Stop> {
    let etag = answer.header("etag");
    let last_modified = answer.header("last-modified");
    let has_parts = answer.header("accept-ranges").as_deref() == Some("bytes")
        && answer.header("content-encoding").is_none()
        && (etag.as_deref().is_some_and(is_strong) || last_modified.is_some());
    let mut body = Body::new(answer);
    body.fill(HEAD).await?;
    let shop = shop::read(&held.db).await?;
    let defaults = Defaults { currency: shop.home_currency, time_zone: shop.time_zone };
    let (options, columns) = options(&mut body, settings, &defaults)?;
    let parser = Parser::new(options.clone(), held.now).map_err(|error| Failed::of_columns(&error, &body.head_line()))?;
    body.fill(CHUNK + 1).await?;
    // A short file is known by its digest before anything is stored.
    if body.is_ended() && body.len() <= CHUNK && due.digest.as_deref() == Some(link("", body.bytes()).as_str()) {
        return Ok(Got::Same { etag, last_modified });
    }
    let import = random::id(held.now).map_err(|error| JobError::Db(error.into()))?;
    let name = file_name(address);
    let new =
        New { public_id: &import, source: due.id, file_name: Some(&name), options: &options, created_by: None, now: held.now };
    let cursor = imports::cursor_text(&import::Cursor::new(parser, 0, false)).map_err(JobError::Db)?;
    let reading = Reading {
        source: due.id,
        import: import.clone(),
        chunks: 0,
        digest: String::new(),
        size: 0,
        etag,
        last_modified,
        has_parts: has_parts && columns.is_none() && !body.is_packed(),
        columns,
    };
    held.cursor_mut().reading = Some(reading.clone());
    held.write(vec![imports::receiving(&new, &cursor)]).await?;
    store(held, reading, body).await
}

/// Reads over what is stored, or takes the part that was asked for, and stores what comes after it.
async fn go_on(held: &mut Held<Cursor>, reading: Reading, answer: Answer, is_part: bool) -> Result<Got, Stop> {
    if is_part {
        return store(held, reading, Body::of_part(answer)).await;
    }
    let mut body = Body::new(answer);
    if let Some(columns) = &reading.columns {
        body.read_lines(Lines::with_columns(columns.clone()));
    }
    let mut digest = String::new();
    for _ in 0..reading.chunks {
        body.fill(CHUNK).await?;
        digest = link(&digest, &body.take(CHUNK));
    }
    if digest != reading.digest {
        return Ok(Got::Changed);
    }
    store(held, reading, body).await
}

async fn store(held: &mut Held<Cursor>, mut reading: Reading, mut body: Body) -> Result<Got, Stop> {
    let mut gained = 0;
    loop {
        match body.fill(CHUNK).await {
            Ok(()) => {}
            // What came counts, and the rest is asked for again.
            Err(failed) if failed.is_passing && gained > 0 => return Ok(Got::Part),
            Err(failed) => return Err(failed.into()),
        }
        let chunk = body.take(CHUNK);
        if chunk.is_empty() {
            return Ok(Got::Whole);
        }
        if reading.chunks == most_chunks(held.plan) {
            return Err(Failed::lasting(format!(
                "The file is larger than {} MB, which is the most that is fetched: split it, or give only what changed",
                longest_body(held.plan) / 1_000_000
            ))
            .into());
        }
        let statement = imports::chunk(&reading.import, reading.chunks, &STANDARD.encode(&chunk));
        reading.digest = link(&reading.digest, &chunk);
        reading.chunks += 1;
        reading.size += chunk.len() as u64;
        held.cursor_mut().reading = Some(reading.clone());
        let outcomes = held.write(vec![statement]).await?;
        if outcomes.first().is_none_or(|outcome| outcome.changes == 0) {
            return Ok(Got::Cancelled);
        }
        seams::point("pull.chunk").await;
        gained += 1;
        let is_tired = !held.has_time() || (held.plan == Plan::Free && gained >= FREE_CHUNKS);
        if is_tired && !(body.is_ended() && body.len() == 0) {
            return Ok(Got::Part);
        }
    }
}

/// Writes down what is known of the file, and lets the import begin where there is something new.
async fn settle(held: &mut Held<Cursor>, due: &Due, got: Got) -> Result<(), JobError> {
    let now = held.now;
    let due_at = next(&due.settings(), now);
    let reading = held.cursor().reading.clone();
    let same = |etag: Option<&str>, last_modified: Option<&str>| {
        pulls::pulled(Pulled { source: due.id, etag, last_modified, digest: None, due_at, now })
    };
    let statements = match (got, reading) {
        (Got::Same { etag, last_modified }, _) => {
            held.count("unchanged", 1);
            same(etag.as_deref(), last_modified.as_deref())
        }
        (_, Some(reading)) if due.digest.as_ref() == Some(&reading.digest) => {
            held.count("unchanged", 1);
            drop_chunks(held, &reading).await?;
            let mut statements = same(reading.etag.as_deref(), reading.last_modified.as_deref());
            statements.push(imports::forget(&reading.import));
            statements
        }
        (Got::Whole, Some(reading)) => {
            let Some(import) = imports::find(&held.db, &reading.import).await? else { return drop_reading(held).await };
            let parser = Parser::new(import.options, now).map_err(|error| DbError::Bug(error.to_string()))?;
            let cursor = imports::cursor_text(&import::Cursor::new(parser, reading.chunks, false))?;
            let file = File { size: reading.size, digest: &reading.digest };
            held.count("files", 1);
            let (etag, last_modified) = (reading.etag.as_deref(), reading.last_modified.as_deref());
            let mut statements =
                pulls::pulled(Pulled { source: due.id, etag, last_modified, digest: Some(&reading.digest), due_at, now });
            statements.extend([imports::queue(import.id, file, &cursor, now), leases::wake("import")]);
            statements
        }
        // Cancelled: the next time is as if this one had not been.
        _ => vec![pulls::postpone(due.id, due_at), leases::wake("import")],
    };
    *held.cursor_mut() = Cursor::default();
    held.write(statements).await?;
    seams::point("pull.settled").await;
    Ok(())
}

/// Writes down what went wrong. What passes by itself is shown once it has not passed for some time, or where nothing was ever fetched:
/// somebody looks then.
async fn fail(held: &mut Held<Cursor>, due: &Due, failed: &Failed) -> Result<(), JobError> {
    let now = held.now;
    let is_shown = !failed.is_passing || due.digest.is_none() || due.failures + 1 >= SHOWN_AFTER;
    let regular = next(&due.settings(), now).0 - now.0;
    let wait = if failed.is_passing { (HOUR << due.failures.min(5)).min(regular) } else { regular };
    let due_at = Millis(now.0 + wait.max(HOUR - EARLY));
    let mut statements = pulls::failed(due.id, is_shown.then_some(failed.text.as_str()), due_at, now);
    if let Some(reading) = held.cursor_mut().reading.take()
        && let Some(import) = imports::find(&held.db, &reading.import).await?
    {
        statements.extend([imports::fail(import.id, &failed.text, now), leases::wake("import")]);
    }
    held.count("failed", 1);
    *held.cursor_mut() = Cursor::default();
    held.write(statements).await.map(drop)
}

async fn begin_again(held: &mut Held<Cursor>, due: &Due) -> Result<(), JobError> {
    let Some(reading) = held.cursor().reading.clone() else { return Ok(()) };
    if held.cursor().beginnings + 1 >= BEGINNINGS {
        let text =
            "The file changes while it is being read: have it put in place in one step, under the same name, once it is whole";
        return fail(held, due, &Failed::lasting(text)).await;
    }
    drop_chunks(held, &reading).await?;
    let beginnings = held.cursor().beginnings + 1;
    *held.cursor_mut() = Cursor { reading: None, beginnings };
    held.write(vec![imports::forget(&reading.import)]).await.map(drop)
}

/// The source is not there any more, or shall not be read.
async fn drop_reading(held: &mut Held<Cursor>) -> Result<(), JobError> {
    let Some(reading) = std::mem::take(held.cursor_mut()).reading else { return Ok(()) };
    let import = imports::find(&held.db, &reading.import).await?;
    let mut statements = vec![leases::wake("import")];
    statements.extend(import.map(|import| imports::cancel(import.id, held.now)));
    held.write(statements).await.map(drop)
}

async fn drop_chunks(held: &mut Held<Cursor>, reading: &Reading) -> Result<(), JobError> {
    for _ in 0..reading.chunks.div_ceil(DROPPED) {
        held.write(vec![imports::drop_chunks(&reading.import, DROPPED)]).await?;
    }
    Ok(())
}

fn token(env: &Env, due: &Due) -> Result<Option<String>, Failed> {
    let Some(row) = due.bearer() else { return Ok(None) };
    let opened = Vault::of(env).and_then(|vault| vault.open(&row.id, &row.sealed));
    opened.map(Some).map_err(|_| Failed::lasting("The stored token does not open any more: store it again".to_owned()))
}

/// How the file is to be read; of JSON Lines with the columns that they are brought into.
fn options(body: &mut Body, settings: &SourceSettings, defaults: &Defaults) -> Result<(Options, Option<Vec<String>>), Failed> {
    let Some(kind) = settings.file_kind else {
        return Err(Failed::lasting("Say in the source's settings what the file holds"));
    };
    body.refuse_what_is_no_file()?;
    let mut guessed = guess(body.head(), Some(kind), defaults);
    let mut columns = None;
    // Feeds of products are read as they are.
    if kind != Kind::Products {
        if is_json_list(body.head()) {
            return Err(Failed::lasting("The file is a JSON list: have it written as JSON Lines, an object a line, or as CSV"));
        }
        if let Some(lines) = Lines::of(body.head()) {
            columns = Some(lines.columns().to_vec());
            body.read_lines(lines);
            guessed = guess(body.head(), Some(kind), defaults);
        }
    }
    let options = guessed.with_columns(&settings.columns).map_err(|missing| {
        Failed::lasting(format!("{missing}. Change the columns in the source's settings, or the file's header"))
    })?;
    Ok((options, columns))
}

/// When the file is asked for next.
fn next(settings: &SourceSettings, now: Millis) -> Millis {
    Millis(now.0 + i64::from(settings.every_hours.unwrap_or(EVERY_HOURS)) * HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_is_so_many_hours_away() {
        let every = |every_hours| next(&SourceSettings { every_hours, ..SourceSettings::default() }, Millis(0)).0;
        assert_eq!((every(None), every(Some(1))), (24 * HOUR, HOUR));
    }
}

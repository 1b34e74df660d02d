//! The store: D1 behind one small interface that meters each call and maps each error.
//!
//! Statements are named in `.sql` files ([`sql!`](crate::sql)); one Rust function a statement stands beside its file. Many rows
//! travel as one JSON parameter through `json_each(?1)`, cut into pages by [`json_pages`].

pub mod audience;
pub mod audit;
pub mod blocks;
pub mod brand;
pub mod campaigns;
pub mod codes;
pub mod copywriter;
pub mod customers;
pub mod dead_letters;
pub mod edits;
pub mod entries;
pub mod erasure;
pub mod events;
pub mod fold;
pub mod fulfilments;
pub mod idempotency;
pub mod images;
pub mod imports;
pub mod improvements;
pub mod inbox;
pub mod intake;
pub mod interventions;
pub mod leases;
pub mod leaving;
pub mod links;
pub mod lists;
pub mod margins;
pub mod merges;
pub mod models;
pub mod notes;
pub mod offers;
pub mod orders;
pub mod outbox;
pub mod people;
pub mod person;
pub mod privacy_requests;
pub mod products;
pub mod profile;
pub mod proofs;
pub mod prune;
pub mod pulls;
pub mod reach;
pub mod reasons;
pub mod reception;
pub mod results;
pub mod retention;
pub mod rollups;
pub mod runs;
pub mod sample;
pub mod scores;
pub mod seals;
pub mod secrets;
pub mod segments;
pub mod senders;
pub mod sending;
pub mod sessions;
pub mod shop;
pub mod sources;
pub mod suppressions;
pub mod tasks;
pub mod tokens;
pub mod totals;
pub mod touches;
pub mod traits;
pub mod usage;
pub mod views;
pub mod visits;
pub mod work;

mod error;
mod meter;
mod statement;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use worker::{D1Database, D1PreparedStatement, D1Result, Delay, Env};

use crate::suppression::Hasher;

pub use error::DbError;
pub use meter::{Meter, Reading};
pub use statement::{JSON_BYTES, Param, Statement, find, json_pages, paged};

/// How often a read, or a write that may run twice, is tried where D1 is busy.
const TRIES: u32 = 3;

/// The database with a meter of its own: one a request or run, so that meters do not mix.
#[derive(Debug, Clone)]
pub struct Db {
    database: Arc<D1Database>,
    meter: Arc<Meter>,
    /// Holds what addresses are hashed with.
    env: Env,
}

/// What one statement of a batch, or one write, did.
#[derive(Debug)]
pub struct Outcome {
    result: D1Result,
    /// Rows changed.
    pub changes: u64,
    pub last_row_id: i64,
}

impl Db {
    pub fn open(env: &Env) -> Result<Self, DbError> {
        let database = env.d1("DB").map_err(|error| DbError::Bug(format!("no database: {error}")))?;
        Ok(Self { database: Arc::new(database), meter: Arc::new(Meter::default()), env: env.clone() })
    }

    /// What addresses are hashed with: read where something is hashed, which few requests do.
    ///
    /// # Errors
    /// Where the worker has no key: nothing is written then that an erased person might be in.
    pub fn hasher(&self) -> Result<Hasher, DbError> {
        Hasher::of(&self.env).map_err(|error| DbError::Bug(error.to_string()))
    }

    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Reads all rows; tried again where D1 is busy. `sql` must not write.
    pub async fn all<T: DeserializeOwned>(
        &self,
        sql: impl Into<Cow<'static, str>>,
        params: Vec<Param>,
    ) -> Result<Vec<T>, DbError> {
        let statement = Statement::new(sql, params);
        self.again(async || self.query(&statement).await).await?.rows()
    }

    /// Reads the first row; tried again where D1 is busy. `sql` must not write.
    pub async fn first<T: DeserializeOwned>(
        &self,
        sql: impl Into<Cow<'static, str>>,
        params: Vec<Param>,
    ) -> Result<Option<T>, DbError> {
        Ok(self.all(sql, params).await?.into_iter().next())
    }

    /// Writes, once. Rows of `returning` are in the outcome.
    pub async fn run(&self, sql: impl Into<Cow<'static, str>>, params: Vec<Param>) -> Result<Outcome, DbError> {
        self.query(&Statement::new(sql, params)).await
    }

    /// Writes what does the same when it runs twice, so that it is tried again where D1 is busy.
    pub async fn run_idempotent(&self, sql: impl Into<Cow<'static, str>>, params: Vec<Param>) -> Result<Outcome, DbError> {
        let statement = Statement::new(sql, params);
        self.again(async || self.query(&statement).await).await
    }

    /// One transaction: all or nothing, once. One outcome a statement.
    pub async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DbError> {
        self.transact(&statements).await
    }

    /// One transaction that does the same when it runs twice (all reads, say), so that it is tried again where D1 is busy.
    pub async fn batch_idempotent(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DbError> {
        self.again(async || self.transact(&statements).await).await
    }

    async fn query(&self, statement: &Statement) -> Result<Outcome, DbError> {
        answers()?;
        let prepared = self.prepare(statement)?;
        self.meter.count_query();
        self.outcome(prepared.all().await.map_err(DbError::from)?)
    }

    async fn transact(&self, statements: &[Statement]) -> Result<Vec<Outcome>, DbError> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        answers()?;
        let prepared = statements.iter().map(|statement| self.prepare(statement)).collect::<Result<Vec<_>, _>>()?;
        self.meter.count_query();
        let results = self.database.batch(prepared).await.map_err(DbError::from)?;
        results.into_iter().map(|result| self.outcome(result)).collect()
    }

    fn prepare(&self, statement: &Statement) -> Result<D1PreparedStatement, DbError> {
        self.database.prepare(statement.sql.as_ref()).bind(&statement.bindings()?).map_err(DbError::from)
    }

    fn outcome(&self, result: D1Result) -> Result<Outcome, DbError> {
        let meta = result.meta().map_err(DbError::from)?;
        let (read, written, changes, last_row_id) = meta.map_or((0, 0, 0, 0), |meta| {
            let count = |rows: Option<usize>| rows.unwrap_or(0) as u64;
            if let Some(bytes) = meta.size_after {
                self.meter.note_size(bytes as u64);
            }
            (count(meta.rows_read), count(meta.rows_written), count(meta.changes), meta.last_row_id.unwrap_or(0))
        });
        self.meter.count_rows(read, written);
        Ok(Outcome { result, changes, last_row_id })
    }

    async fn again<T>(&self, call: impl AsyncFn() -> Result<T, DbError>) -> Result<T, DbError> {
        for attempt in 1..TRIES {
            match call().await {
                Err(DbError::Busy) => Delay::from(pause(attempt, crate::random::fraction())).await,
                answer => return answer,
            }
        }
        call().await
    }
}

impl Outcome {
    pub fn rows<T: DeserializeOwned>(&self) -> Result<Vec<T>, DbError> {
        // The error's own text quotes the value, which must not reach a log.
        self.result.results().map_err(|_| DbError::Bug(format!("a row does not fit {}", std::any::type_name::<T>())))
    }

    pub fn first<T: DeserializeOwned>(&self) -> Result<Option<T>, DbError> {
        Ok(self.rows()?.into_iter().next())
    }
}

/// A test may make every call fail.
fn answers() -> Result<(), DbError> {
    crate::seams::database_refusal().map_or(Ok(()), |message| Err(DbError::classify(&message)))
}

/// Doubling from 100 ms, spread over the half below and above by `jitter` in 0..1, so that refused callers do not come back as one.
fn pause(attempt: u32, jitter: f64) -> Duration {
    let base = 0.1 * f64::from(1_u32 << attempt.saturating_sub(1).min(6));
    Duration::from_secs_f64(base * (0.5 + jitter))
}

/// The statement of a `.sql` file by its `-- name:`; a name that is not there does not compile.
#[macro_export]
macro_rules! sql {
    ($file:literal, $name:literal) => {
        const {
            let found = $crate::db::find(include_str!($file), $name);
            assert!(found.is_some(), "the .sql file has no statement of this name");
            match found {
                Some(text) => text,
                None => "",
            }
        }
    };
}

/// Parameters of a statement, in the order of `?1`, `?2`, ….
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Param::from($value)),*] };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    #[test]
    fn pauses_double_and_are_spread() {
        assert_eq!(pause(1, 0.5), Duration::from_millis(100));
        assert_eq!(pause(2, 0.5), Duration::from_millis(200));
        assert!(pause(1, 0.0) < pause(1, 1.0));
    }

    /// Every file below `folder` with its text.
    fn files(folder: &Path, ending: &str, into: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                files(&path, ending, into);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                into.insert(path.display().to_string(), std::fs::read_to_string(&path).expect("text"));
            }
        }
    }

    #[test]
    fn every_named_statement_is_used_once_in_its_file_and_written_in_lower_case() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let (mut statements, mut code) = (BTreeMap::new(), BTreeMap::new());
        files(&source, "sql", &mut statements);
        files(&source, "rs", &mut code);
        let code: String =
            code.into_values().flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
        for (path, text) in statements {
            let file = Path::new(&path).file_name().expect("name").to_string_lossy().into_owned();
            let names: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("-- name: ")).collect();
            assert!(!names.is_empty(), "{file} names no statement");
            for name in &names {
                assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{file} has two statements called {name}");
                assert!(code.contains(&format!("sql!(\"{file}\",\"{name}\")")), "{file}: nothing uses {name}");
            }
            for line in text.lines().filter(|line| !line.starts_with("--")) {
                let words = line.split('\'').step_by(2).flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_'));
                for word in words {
                    assert_eq!(word, word.to_lowercase(), "{file}: {line}");
                }
            }
        }
    }
}

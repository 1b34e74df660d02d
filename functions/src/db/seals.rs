//! The chain over the audit log.

use serde::{Deserialize, Serialize};
use shared::api::Chain;
use shared::time::Millis;

use super::audit::Row;
use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// Below every id.
pub const BEFORE_ALL: i64 = -(1 << 53);

/// The hash of a row with the hash before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    pub audit_id: i64,
    pub hash: String,
}

/// A row with its seal; none for one that was put in behind the job's back.
#[derive(Debug, Clone, Deserialize)]
pub struct Sealed {
    #[serde(flatten)]
    pub row: Row,
    pub seal: Option<String>,
}

/// What is known of the chain besides the chain itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Rows sealed.
    pub sealed: u64,
    /// The last seal that the job wrote: seals cut off at the end leave no other trace.
    pub head: Option<Seal>,
    /// The first row that the last check did not find as it was.
    pub broken_at: Option<i64>,
    /// Where seals were cut off; stays, because nothing brings them back.
    pub cut_at: Option<i64>,
    pub checked_at: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub newest: Option<i64>,
    pub sealed: Option<i64>,
    pub figures: Figures,
}

#[derive(Debug, Deserialize)]
struct StandingRow {
    newest: Option<i64>,
    sealed: Option<i64>,
    figures: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Count {
    n: u64,
}

pub async fn standing(db: &Db) -> Result<Standing, DbError> {
    let row: Option<StandingRow> = db.first(sql!("seals.sql", "standing"), params![]).await?;
    let Some(StandingRow { newest, sealed, figures }) = row else { return Ok(Standing::default()) };
    let figures = figures.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Ok(Standing { newest, sealed, figures })
}

pub async fn last(db: &Db) -> Result<Option<Seal>, DbError> {
    db.first(sql!("seals.sql", "last_seal"), params![]).await
}

pub async fn first(db: &Db) -> Result<Option<Seal>, DbError> {
    db.first(sql!("seals.sql", "first_seal"), params![]).await
}

/// In the order of their ids, after the last sealed one.
pub async fn unsealed(db: &Db, after: Option<i64>, limit: u32) -> Result<Vec<Row>, DbError> {
    db.all(sql!("seals.sql", "unsealed"), params![after.unwrap_or(BEFORE_ALL), limit]).await
}

pub fn seal(seals: &[Seal], now: Millis) -> Statement {
    let rows: Vec<(i64, &str)> = seals.iter().map(|seal| (seal.audit_id, seal.hash.as_str())).collect();
    Statement::new(sql!("seals.sql", "seal"), params![Param::json(&rows), now])
}

/// Rows after one id up to another, with their seals.
pub async fn sealed(db: &Db, after: i64, head: i64, limit: u32) -> Result<Vec<Sealed>, DbError> {
    db.all(sql!("seals.sql", "sealed"), params![after, head, limit]).await
}

pub fn save(figures: &Figures, now: Millis) -> Statement {
    Statement::new(sql!("seals.sql", "save_chain"), params![Param::json(figures), now])
}

pub async fn chain(db: &Db) -> Result<Chain, DbError> {
    let figures = standing(db).await?.figures;
    let waiting: Option<Count> = db.first(sql!("seals.sql", "waiting"), params![]).await?;
    Ok(Chain {
        sealed: figures.sealed,
        waiting: waiting.map_or(0, |row| row.n),
        checked_at: figures.checked_at.map(|at| Millis(at).rfc3339()),
        broken_at: figures.broken().map(|id| u64::try_from(id).unwrap_or_default()),
    })
}

impl Figures {
    /// The first row that is not as it was.
    pub fn broken(&self) -> Option<i64> {
        [self.broken_at, self.cut_at].into_iter().flatten().min()
    }
}

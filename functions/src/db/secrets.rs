//! Secrets of others, as ciphertext.

use serde::Deserialize;
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Outcome, Param, Statement};
use crate::vault::Sealed;
use crate::{params, sql};

/// The secret that a sender signs with, and the one that it changes over to.
pub const SIGNING: [&str; 2] = ["signing", "signing_next"];

/// A write key that every visitor of a page can read, so that it may be shown again.
pub const WRITE_KEY: &str = "write_key";

/// What a pull's address wants to see.
pub const BEARER: &str = "bearer";

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SecretRow {
    pub id: String,
    pub owner: String,
    pub name: String,
    pub sealed: Sealed,
}

#[derive(Debug, Deserialize)]
struct SealedRow {
    id: String,
    owner: String,
    name: String,
    /// JSON.
    sealed: String,
}

/// Rows whose ciphertext is JSON.
pub fn read(outcome: &Outcome) -> Result<Vec<SecretRow>, DbError> {
    let rows: Vec<SealedRow> = outcome.rows()?;
    let rows = rows.into_iter().map(|SealedRow { id, owner, name, sealed }| {
        let sealed = serde_json::from_str(&sealed).map_err(|error| DbError::Bug(error.to_string()))?;
        Ok(SecretRow { id, owner, name, sealed })
    });
    rows.collect()
}

/// A row that another query gave as one JSON object.
pub fn parse(json: &str) -> Option<SecretRow> {
    serde_json::from_str(json).ok()
}

/// Some of those that another key than this one has sealed.
pub async fn sealed_by_others(db: &Db, key_id: &str) -> Result<Vec<SecretRow>, DbError> {
    read(&db.run_idempotent(sql!("secrets.sql", "secrets_of_other_keys"), params![key_id]).await?)
}

/// False where the row changed since it was read.
pub async fn replace(db: &Db, row: &SecretRow, sealed: &Sealed) -> Result<bool, DbError> {
    let Sealed { key_id, nonce, ciphertext } = sealed;
    let params = params![&row.id, key_id, nonce, ciphertext, &row.sealed.nonce];
    Ok(db.run(sql!("secrets.sql", "replace_secret"), params).await?.changes > 0)
}

impl SecretRow {
    pub fn is_signing(&self) -> bool {
        SIGNING.contains(&self.name.as_str())
    }

    /// A person stored it and never sees it again; a page's write key is shown whole.
    pub fn is_given(&self) -> bool {
        self.is_signing() || self.name == BEARER
    }
}

/// `id` is what the secret was sealed for.
pub fn add(id: &Id, owner: &str, name: &str, sealed: &Sealed, now: Millis) -> Statement {
    let Sealed { key_id, nonce, ciphertext } = sealed;
    Statement::new(sql!("secrets.sql", "add_secret"), params![id, owner, name, key_id, nonce, ciphertext, now])
}

/// Those of these names, or all of an owner.
pub fn remove(owner: &str, names: Option<&[&str]>) -> Statement {
    Statement::new(sql!("secrets.sql", "remove_secrets"), params![owner, names.map(|names| Param::json(&names))])
}

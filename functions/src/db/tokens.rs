//! Keys of programs.

use serde::Deserialize;
use shared::api::{self, Named, Permission, Role};
use shared::id::Id;
use shared::time::Millis;

use super::people::{self, PersonRow, Recognised};
use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// A token to store: its hash, never itself.
#[derive(Debug)]
pub struct NewToken<'a> {
    pub public_id: &'a Id,
    pub token_hash: &'a str,
    pub name: &'a str,
    pub permissions: &'a [Permission],
    /// Its last four characters.
    pub hint: &'a str,
    pub now: Millis,
    pub expires_at: Millis,
    /// Who makes it: it has their role, and ends with it.
    pub by: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct TokenRow {
    pub public_id: Id,
    pub name: String,
    role: Role,
    permissions: Option<String>,
    hint: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
    maker_id: Option<Id>,
    maker_name: Option<String>,
}

/// The one of a secret, unless it has ended.
pub async fn by_secret(db: &Db, token_hash: &str, now: Millis) -> Result<Option<Recognised>, DbError> {
    let row: Option<PersonRow> = db.first(sql!("tokens.sql", "token"), params![token_hash, now]).await?;
    Ok(row.map(Recognised::from))
}

pub async fn used(db: &Db, id: i64, now: Millis) -> Result<(), DbError> {
    db.run_idempotent(sql!("tokens.sql", "token_used"), params![id, now]).await.map(drop)
}

/// All, or the one of `public_id`, the newest first; ended ones too.
pub async fn find(db: &Db, public_id: Option<&Id>) -> Result<Vec<TokenRow>, DbError> {
    db.all(sql!("tokens.sql", "tokens"), params![public_id]).await
}

/// `false` where its maker is no owner any more. `log` is one for [`append_if_changed`](super::audit::append_if_changed).
pub async fn add(db: &Db, new: &NewToken<'_>, log: Statement) -> Result<bool, DbError> {
    let NewToken { public_id, token_hash, name, permissions, hint, now, expires_at, by } = *new;
    let params = params![public_id, token_hash, name, Param::json(&permissions), hint, now, expires_at, by];
    let outcomes = db.batch(vec![Statement::new(sql!("tokens.sql", "add_token"), params), log]).await?;
    Ok(outcomes.first().is_some_and(|added| added.changes == 1))
}

/// Revoking twice leaves the first time; `log` as for [`add`].
pub async fn revoke(db: &Db, public_id: &Id, now: Millis, log: Statement) -> Result<(), DbError> {
    db.batch(vec![Statement::new(sql!("tokens.sql", "revoke_token"), params![public_id, now]), log]).await.map(drop)
}

/// Revokes all that a user made.
pub fn revoke_of(user_id: i64, now: Millis) -> Statement {
    Statement::new(sql!("tokens.sql", "revoke_tokens_of"), params![user_id, now])
}

impl From<TokenRow> for api::Token {
    fn from(row: TokenRow) -> Self {
        let at = |at: i64| Millis(at).rfc3339();
        Self {
            id: row.public_id,
            name: row.name,
            permissions: people::permissions(row.role, row.permissions.as_deref()),
            hint: row.hint,
            created_by: row.maker_id.zip(row.maker_name).map(|(id, name)| Named { id, name }),
            created_at: at(row.created_at),
            expires_at: at(row.expires_at),
            used_at: row.used_at.map(at),
            revoked_at: row.revoked_at.map(at),
            secret: None,
        }
    }
}

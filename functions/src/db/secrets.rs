//! Secrets of others, as ciphertext.

use serde::Deserialize;
use shared::id::Id;
use shared::time::Millis;

use super::{Param, Statement};
use crate::vault::Sealed;
use crate::{params, sql};

/// The secret that a sender signs with, and the one that it changes over to.
pub const SIGNING: [&str; 2] = ["signing", "signing_next"];

/// A write key that every visitor of a page can read, so that it may be shown again.
pub const WRITE_KEY: &str = "write_key";

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SecretRow {
    pub id: String,
    pub owner: String,
    pub name: String,
    pub sealed: Sealed,
}

impl SecretRow {
    pub fn is_signing(&self) -> bool {
        SIGNING.contains(&self.name.as_str())
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

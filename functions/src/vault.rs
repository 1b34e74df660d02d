//! Secrets of others, as ciphertext.
//!
//! AES-256-GCM under a key that only the worker has, `VAULT_KEY`: a comma-separated list of `id:base64 of 32 bytes`. The first one
//! seals; all of them open, so that a new key is put first, the hourly cron seals every row anew, and the old one is then left out. The row's id goes in as associated data: a ciphertext that is put into another row does not open.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::array::Array;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use worker::{Env, console_error};

use crate::db::{Db, secrets};
use crate::problem::Problem;
use crate::random;

const NONCE_BYTES: usize = 12;

pub struct Vault {
    /// The one that seals first.
    keys: Vec<(String, Aes256Gcm)>,
}

/// A secret as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub key_id: String,
    /// Base64.
    pub nonce: String,
    /// Base64.
    pub ciphertext: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    #[error("the worker has no VAULT_KEY")]
    NoKey,
    #[error("VAULT_KEY is no list of `id:base64 of 32 bytes`")]
    BadKey,
    #[error("a secret is sealed with a key that VAULT_KEY does not hold")]
    OtherKey,
    #[error("a secret does not open: its row was changed, or the key is another")]
    Damaged,
}

impl Vault {
    pub fn of(env: &Env) -> Result<Self, VaultError> {
        let text = env.secret("VAULT_KEY").map(|key| key.to_string()).map_err(|_| VaultError::NoKey)?;
        Self::read(&text)
    }

    fn read(text: &str) -> Result<Self, VaultError> {
        let keys = text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| {
            let (id, key) = part.split_once(':').filter(|(id, _)| !id.is_empty()).ok_or(VaultError::BadKey)?;
            let bytes = STANDARD.decode(key).map_err(|_| VaultError::BadKey)?;
            Ok((id.to_owned(), Aes256Gcm::new_from_slice(&bytes).map_err(|_| VaultError::BadKey)?))
        });
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(VaultError::NoKey) } else { Ok(Self { keys }) }
    }

    /// For whoever goes on without it: a push that needs a secret is refused, others are not.
    pub fn of_or_log(env: &Env) -> Option<Self> {
        Self::of(env).inspect_err(|error| log(*error)).ok()
    }

    /// The same for one secret: its source alone is shut.
    pub fn open_or_log(&self, row: &str, sealed: &Sealed) -> Option<String> {
        self.open(row, sealed).inspect_err(|error| log(*error)).ok()
    }

    /// The id of the key that seals.
    pub fn key_id(&self) -> &str {
        self.keys.first().map_or("", |(id, _)| id)
    }

    /// Seals `secret` for the row of this id.
    pub fn seal(&self, row: &str, secret: &str) -> Result<Sealed, Problem> {
        self.seal_with(row, secret, random::bytes()?).map_err(Problem::from)
    }

    /// The secret of the row of this id.
    pub fn open(&self, row: &str, sealed: &Sealed) -> Result<String, VaultError> {
        let (_, cipher) = self.keys.iter().find(|(id, _)| *id == sealed.key_id).ok_or(VaultError::OtherKey)?;
        let decode = |text: &str| STANDARD.decode(text).map_err(|_| VaultError::Damaged);
        let nonce: [u8; NONCE_BYTES] = decode(&sealed.nonce)?.try_into().map_err(|_| VaultError::Damaged)?;
        let payload = Payload { msg: &decode(&sealed.ciphertext)?, aad: row.as_bytes() };
        let opened = cipher.decrypt(&Array::from(nonce), payload).map_err(|_| VaultError::Damaged)?;
        String::from_utf8(opened).map_err(|_| VaultError::Damaged)
    }

    fn seal_with(&self, row: &str, secret: &str, nonce: [u8; NONCE_BYTES]) -> Result<Sealed, VaultError> {
        let (id, cipher) = self.keys.first().ok_or(VaultError::NoKey)?;
        let payload = Payload { msg: secret.as_bytes(), aad: row.as_bytes() };
        let ciphertext = cipher.encrypt(&Array::from(nonce), payload).map_err(|_| VaultError::Damaged)?;
        Ok(Sealed { key_id: id.clone(), nonce: STANDARD.encode(nonce), ciphertext: STANDARD.encode(ciphertext) })
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("keys", &self.keys.iter().map(|(id, _)| id).collect::<Vec<_>>()).finish()
    }
}

fn log(error: VaultError) {
    console_error!("{}", serde_json::json!({ "kind": "error", "job": "vault", "error": error.to_string() }));
}

/// Seals anew what another key than the first has sealed, row by row; how many rows. A row that changed meanwhile is left alone.
///
/// # Errors
/// The store's. Without a key, and for rows that do not open, the log says why.
pub async fn seal_anew(env: &Env, db: &Db) -> Result<u64, Problem> {
    let Some(vault) = Vault::of_or_log(env) else { return Ok(0) };
    let mut sealed_anew = 0;
    for row in secrets::sealed_by_others(db, vault.key_id()).await? {
        let Some(secret) = vault.open_or_log(&row.id, &row.sealed) else { continue };
        let sealed = vault.seal(&row.id, &secret)?;
        sealed_anew += u64::from(secrets::replace(db, &row, &sealed).await?);
    }
    Ok(sealed_anew)
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        Self::Internal(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "new://////////////////////////////////////////8=";

    fn vault(text: &str) -> Vault {
        Vault::read(text).expect("keys")
    }

    #[test]
    fn what_is_sealed_opens_in_its_own_row_only() {
        let sealed = vault(OLD).seal_with("row-1", "whsec_1", [7; 12]).expect("sealed");
        assert_eq!(vault(OLD).open("row-1", &sealed).as_deref(), Ok("whsec_1"));
        assert_eq!(vault(OLD).open("row-2", &sealed), Err(VaultError::Damaged));
        assert!(!STANDARD.decode(&sealed.ciphertext).expect("base64").windows(5).any(|piece| piece == b"whsec"));
    }

    #[test]
    fn a_secret_is_sealed_as_the_standard_says() {
        // By OpenSSL 3, through the crypto module of Node.
        let sealed = vault(OLD).seal_with("row-1", "whsec_1", [7; 12]).expect("sealed");
        assert_eq!((sealed.key_id.as_str(), sealed.nonce.as_str()), ("old", "BwcHBwcHBwcHBwcH"));
        assert_eq!(sealed.ciphertext, "eALVOQxQ5mp/0kdTzP5ZTcYWWmdLOLY=");
    }

    #[test]
    fn after_a_change_of_keys_old_secrets_open_and_new_ones_are_sealed_with_the_new_key() {
        let sealed = vault(OLD).seal_with("row-1", "s", [1; 12]).expect("sealed");
        let both = vault(&format!("{NEW}, {OLD}"));
        assert_eq!(both.open("row-1", &sealed).as_deref(), Ok("s"));
        assert_eq!(both.seal_with("row-1", "s", [1; 12]).expect("sealed").key_id, both.key_id());
        assert_eq!(both.key_id(), "new");
        assert_eq!(vault(NEW).open("row-1", &sealed), Err(VaultError::OtherKey));
        let renamed = Sealed { key_id: "new".to_owned(), ..sealed };
        assert_eq!(vault(NEW).open("row-1", &renamed), Err(VaultError::Damaged));
    }

    #[test]
    fn a_key_that_is_none_is_refused_and_never_shown() {
        for text in [
            "",
            " , ",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "id:",
            "id:AAEC",
            ":AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        ] {
            assert!(Vault::read(text).is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", vault(OLD)), r#"Vault { keys: ["old"] }"#);
    }
}

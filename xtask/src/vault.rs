//! The worker's own keys: the one that seals other people's secrets, and the one that addresses are hashed with.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::project;

/// Beside a local run's database, since its secrets open with nothing else, and its hashes are found with nothing else.
pub const KEY_FILE: &str = "vault.key";
pub const SUPPRESSION_FILE: &str = "suppression.key";

const KEY_BYTES: usize = 32;

/// The vault's key of a local run: made the first time, and kept.
pub fn local_key(data: &Path) -> Result<String> {
    kept(data, KEY_FILE, || new_key("local"))
}

/// The same for the key that addresses are hashed with.
pub fn local_suppression_key(data: &Path) -> Result<String> {
    kept(data, SUPPRESSION_FILE, new_suppression_key)
}

fn kept(data: &Path, name: &str, make: impl FnOnce() -> Result<String>) -> Result<String> {
    let file = data.join(name);
    if let Ok(key) = fs::read_to_string(&file) {
        return Ok(key.trim().to_owned());
    }
    let key = make()?;
    project::write(&file, &key)?;
    Ok(key)
}

/// A name for a key that is made now: of two, the later one sorts last.
pub fn todays_id() -> Result<String> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).context("The system's clock stands before 1970")?.as_secs();
    Ok(format!("k{seconds}"))
}

/// A new key under this id, as `VAULT_KEY` lists it.
pub fn new_key(id: &str) -> Result<String> {
    Ok(format!("{id}:{}", random_key()?))
}

/// A new `SUPPRESSION_KEY`.
pub fn new_suppression_key() -> Result<String> {
    random_key()
}

fn random_key() -> Result<String> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).context("The system gives no random bytes")?;
    Ok(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_run_keeps_its_key_and_another_has_another() {
        let folder = |name: &str| std::env::temp_dir().join(format!("rekindle-vault-{}-{name}", std::process::id()));
        let (one, two) = (folder("one"), folder("two"));
        let key = local_key(&one).unwrap();
        assert_eq!(local_key(&one).unwrap(), key);
        assert_ne!(local_key(&two).unwrap(), key);
        let (id, text) = key.split_once(':').unwrap();
        assert_eq!((id, STANDARD.decode(text).unwrap().len()), ("local", KEY_BYTES));
        let hashing = local_suppression_key(&one).unwrap();
        assert_eq!(local_suppression_key(&one).unwrap(), hashing);
        assert_eq!(STANDARD.decode(&hashing).unwrap().len(), KEY_BYTES);
        assert!(!key.contains(&hashing));
        for folder in [one, two] {
            fs::remove_dir_all(folder).unwrap();
        }
    }
}

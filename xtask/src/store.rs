//! Rows that only someone with hands on the database may write: the owner, API tokens, one-time links.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::process;
use crate::project;
use crate::stamp::{self, Stamp};
use crate::tools;

pub const OWNER: &str = "owner@example.com";
pub const ROLES: [&str; 5] = ["owner", "manager", "marketer", "success", "viewer"];

const MINUTE: u128 = 60_000;
const DAY: u128 = 24 * 60 * MINUTE;

/// Which database: the one of a local run, or the deployed one.
#[derive(Debug, Clone)]
pub enum Store {
    Local(PathBuf),
    Remote,
}

impl Store {
    /// Brings the schema up to date; quick where nothing is new.
    pub fn migrate(&self) -> Result<()> {
        let applied = match self {
            Self::Local(data) => {
                let name = format!("migrations-{}", short(&data.to_string_lossy()));
                let stamp = Stamp::new(&name, &["functions/migrations"], &[])?;
                if stamp.fresh(&state(data)) {
                    return Ok(());
                }
                Some(stamp)
            }
            Self::Remote => None,
        };
        process::output(tools::wrangler().args(["d1", "migrations", "apply", "DB"]).args(self.place()))?;
        applied.map_or(Ok(()), |stamp| stamp.set())
    }

    /// A new API token of the role, for the hand: the store keeps its hash only.
    pub fn token(&self, role: &str, name: &str, days: u32) -> Result<String> {
        let token = format!("rk_{}", secret()?);
        let now = now()?;
        self.execute(&format!(
            "insert into tokens (public_id, token_hash, hint, name, role, created_at, expires_at) values ('{}', '{}', '{}', '{name}', '{role}', {now}, {});",
            Uuid::now_v7(),
            hash(&token),
            token.get(token.len() - 4..).unwrap_or_default(),
            now + u128::from(days) * DAY,
        ))?;
        Ok(token)
    }

    /// A link that signs the owner in once, within 15 minutes; it binds to the first browser that uses it.
    pub fn sign_in_link(&self, origin: &str) -> Result<String> {
        let token = secret()?;
        let now = now()?;
        self.execute(&format!(
            "insert into users (public_id, email, name, role, created_at, updated_at) \
             select '{}', '{OWNER}', 'Owner', 'owner', {now}, {now} where not exists (select 1 from users where role = 'owner'); \
             insert into sign_in_links (token_hash, user_id, created_at, expires_at) \
             select '{}', id, {now}, {} from users where role = 'owner' and disabled_at is null order by id limit 1;",
            Uuid::now_v7(),
            hash(&token),
            now + 15 * MINUTE,
        ))?;
        Ok(format!("{origin}/sign-in#{token}"))
    }

    fn execute(&self, sql: &str) -> Result<()> {
        process::output(tools::wrangler().args(["d1", "execute", "DB", "--yes", "--command", sql]).args(self.place()))?;
        Ok(())
    }

    fn place(&self) -> Vec<String> {
        match self {
            Self::Local(data) => vec!["--local".into(), "--persist-to".into(), state(data).to_string_lossy().into_owned()],
            Self::Remote => vec!["--remote".into()],
        }
    }
}

/// Where the runtime keeps a local run's database, objects and queues.
pub fn state(data: &Path) -> PathBuf {
    data.join("state")
}

/// The address of the deployed app, which its links and `Origin` checks use.
pub fn remote_origin() -> Result<String> {
    let config: toml::Table =
        project::read(&project::path("wrangler.toml"))?.parse().context("wrangler.toml is not valid TOML.")?;
    config
        .get("vars")
        .and_then(|vars| vars.get("ORIGIN")?.as_str())
        .map(str::to_owned)
        .context("wrangler.toml sets no ORIGIN: add `ORIGIN = \"https://your.domain\"` below `[vars]`.")
}

fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("The system gives no random bytes")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn hash(token: &str) -> String {
    stamp::hex(&Sha256::digest(token))
}

fn short(text: &str) -> String {
    hash(text).chars().take(12).collect()
}

fn now() -> Result<u128> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH).context("The system's clock stands before 1970")?.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_are_those_of_the_product() {
        assert_eq!(ROLES.to_vec(), shared::api::Role::ALL.map(shared::api::Role::as_str).to_vec());
    }

    #[test]
    fn two_secrets_differ_and_hold_256_bits() {
        let (one, two) = (secret().unwrap(), secret().unwrap());
        assert_ne!(one, two);
        assert_eq!(URL_SAFE_NO_PAD.decode(one).unwrap().len(), 32);
    }

    #[test]
    fn a_token_is_kept_as_its_sha256_in_hex() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

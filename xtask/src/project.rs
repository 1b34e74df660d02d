//! Where things lie, and which versions are pinned where.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The project's folder.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.parent().map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// A path inside the project.
pub fn path(inside: &str) -> PathBuf {
    root().join(inside)
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| path("target"), |dir| root().join(dir))
}

/// Where built command-line tools are kept, one folder a version, shared by every checkout.
pub fn tools() -> Result<PathBuf> {
    if let Some(dir) = env::var_os("REKINDLE_TOOLS") {
        return Ok(env::current_dir()?.join(dir));
    }
    let home = env::home_dir().context("No home folder is known: set REKINDLE_TOOLS to a folder for built tools.")?;
    Ok(home.join(".cache/rekindle/tools"))
}

/// The default folder of a local run's database and state.
pub fn data_dir(chosen: Option<PathBuf>) -> Result<PathBuf> {
    match chosen {
        Some(dir) => Ok(env::current_dir()?.join(dir)),
        None => Ok(path(".dev/data")),
    }
}

/// The version of a crate in `Cargo.lock`: the command-line tool has to match it exactly.
pub fn locked_version(name: &str) -> Result<String> {
    let lock: toml::Table = read(&path("Cargo.lock"))?.parse().context("Cargo.lock is not valid TOML.")?;
    lock.get("package")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .find(|package| package.get("name").and_then(toml::Value::as_str) == Some(name))
        .and_then(|package| package.get("version")?.as_str().map(str::to_owned))
        .with_context(|| format!("Cargo.lock names no version of {name}."))
}

pub fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

pub fn read_json(file: &Path) -> Result<Value> {
    serde_json::from_str(&read(file)?).with_context(|| format!("{} is not valid JSON", file.display()))
}

pub fn write(file: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
}

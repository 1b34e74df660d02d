//! Finds or installs everything that building and running needs, at its pinned version.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use crate::process::{self, step};
use crate::project;

const WORKER_BUILD: &str = "0.8.7";
const CARGO_DENY: &str = "0.20.2";
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Paths of the programs; each exists.
#[derive(Clone)]
pub struct Tools {
    pub wasm_bindgen: PathBuf,
    pub worker_build: PathBuf,
    pub wasm_opt: PathBuf,
    pub esbuild: PathBuf,
    pub node: PathBuf,
}

/// Installs what is missing and answers where everything is.
pub fn ensure() -> Result<Tools> {
    ensure_wasm_target()?;
    let bindgen = project::locked_version("wasm-bindgen")?;
    let packages = std::thread::spawn(ensure_npm_packages);
    let wasm_bindgen = cargo_tool("wasm-bindgen-cli", "wasm-bindgen", &bindgen)?;
    let worker_build = cargo_tool("worker-build", "worker-build", WORKER_BUILD)?;
    packages.join().unwrap_or_else(|_| bail!("Installing the npm packages stopped halfway: run the same command again."))?;
    Ok(Tools {
        wasm_bindgen,
        worker_build,
        wasm_opt: project::path("node_modules/.bin/wasm-opt"),
        esbuild: project::path("node_modules/.bin/esbuild"),
        node: node(),
    })
}

/// Node 22, which npm brings as a package: whatever Node the machine has, wrangler and the tests run on this one.
pub fn node() -> PathBuf {
    project::path("node_modules/node/bin/node")
}

/// A `wrangler` call that stays on this machine unless it is told otherwise.
pub fn wrangler() -> Command {
    let mut command = Command::new(node());
    command
        .arg(project::path("node_modules/wrangler/bin/wrangler.js"))
        .current_dir(project::root())
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("WRANGLER_SEND_METRICS", "false")
        .env("CI", "true");
    command
}

/// `cargo deny`, where it is installed; `install` builds it, which takes minutes.
pub fn cargo_deny(install: bool) -> Result<Option<PathBuf>> {
    let kept = project::tools()?.join(format!("cargo-deny-{CARGO_DENY}/bin/cargo-deny"));
    if install || kept.exists() {
        return cargo_tool("cargo-deny", "cargo-deny", CARGO_DENY).map(Some);
    }
    Ok(None)
}

/// Installs the npm packages where `node_modules` is not what the lock file says.
pub fn ensure_npm_packages() -> Result<()> {
    let lock = project::read_json(&project::path("package-lock.json"))?;
    let installed = project::path("node_modules/.package-lock.json");
    if installed.exists() && missing(&lock, &project::read_json(&installed)?).is_none() && node().exists() {
        return Ok(());
    }
    require_npm()?;
    step("Installing npm packages", || {
        process::output(
            Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(project::root()),
        )?;
        // Only the packages named in package.json may run a script of theirs.
        let allowed = allowed_scripts()?;
        process::output(Command::new("npm").arg("rebuild").args(allowed).current_dir(project::root()))?;
        Ok(())
    })
}

/// The packages whose install scripts may run.
pub fn allowed_scripts() -> Result<Vec<String>> {
    let package = project::read_json(&project::path("package.json"))?;
    let allowed = package.get("allowScripts").and_then(Value::as_object).context("package.json names no allowScripts.")?;
    Ok(allowed.iter().filter(|(_, allow)| allow.as_bool() == Some(true)).map(|(name, _)| name.clone()).collect())
}

/// The packages of the lock file that have an install script and are not named in package.json.
pub fn unnamed_scripts() -> Result<Vec<String>> {
    let allowed = allowed_scripts()?;
    let lock = project::read_json(&project::path("package-lock.json"))?;
    Ok(packages(&lock)
        .filter(|(_, package)| package.get("hasInstallScript").and_then(Value::as_bool) == Some(true))
        .filter(|(_, package)| package.get("optional").and_then(Value::as_bool) != Some(true))
        .filter_map(|(place, _)| place.rsplit_once("node_modules/").map(|(_, name)| name.to_owned()))
        .filter(|name| !allowed.contains(name))
        .collect())
}

/// The first package that the lock file wants and `node_modules` lacks at that version.
fn missing(lock: &Value, installed: &Value) -> Option<String> {
    packages(lock)
        .filter(|(_, wanted)| wanted.get("optional").and_then(Value::as_bool) != Some(true))
        .find(|(place, wanted)| {
            installed.get("packages").and_then(|all| all.get(place.as_str())?.get("version")) != wanted.get("version")
        })
        .map(|(place, _)| place.clone())
}

fn packages(lock: &Value) -> impl Iterator<Item = (&String, &Value)> {
    lock.get("packages").and_then(Value::as_object).into_iter().flat_map(Map::iter).filter(|(place, _)| !place.is_empty())
}

pub fn ensure_wasm_target() -> Result<()> {
    let sysroot = process::output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(project::root()))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).exists() {
        return Ok(());
    }
    step("Adding the wasm target to the Rust toolchain", || {
        process::output(Command::new("rustup").args(["target", "add", WASM_TARGET]).current_dir(project::root()))
            .context("The Rust toolchain has no wasm target: run `rustup target add wasm32-unknown-unknown`.")?;
        Ok(())
    })
}

fn require_npm() -> Result<()> {
    let Ok(version) = process::output(Command::new("node").arg("--version")) else {
        bail!("Node is missing: install Node 20 or newer from https://nodejs.org, then run the same command again.");
    };
    let major: u32 = version.trim().trim_start_matches('v').split('.').next().and_then(|part| part.parse().ok()).unwrap_or(0);
    if major < 20 {
        bail!(
            "Node {} is too old: install Node 20 or newer from https://nodejs.org, then run the same command again.",
            version.trim()
        );
    }
    if process::output(Command::new("npm").arg("--version")).is_err() {
        bail!("npm is missing: install it (it comes with Node from https://nodejs.org), then run the same command again.");
    }
    Ok(())
}

/// A tool from crates.io in a folder named after its version, so that two checkouts with different pins never meet.
fn cargo_tool(package: &str, program: &str, version: &str) -> Result<PathBuf> {
    let folder = project::tools()?.join(format!("{program}-{version}"));
    let path = folder.join("bin").join(program);
    if path.exists() {
        return Ok(path);
    }
    step(&format!("Building {program} {version} (once, takes minutes)"), || {
        fs::create_dir_all(&folder)
            .with_context(|| format!("{} cannot be made: set REKINDLE_TOOLS to another folder.", folder.display()))?;
        // Its own lock file first; a registry mirror can lack a version named there, and then the newest that fits will do.
        let install = |locked: &[&str]| {
            process::output(
                Command::new("cargo")
                    .args(["install", package, "--version", version, "--bin", program, "--root"])
                    .arg(&folder)
                    .args(locked)
                    // What they have in common is built once, and they are asked to come soon rather than to be quick: with cargo-deny's
                    // own profile alone the machine would link for minutes.
                    .env("CARGO_TARGET_DIR", project::target().join("tools"))
                    .envs([("CARGO_PROFILE_RELEASE_LTO", "false"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")])
                    .envs([("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"), ("CARGO_PROFILE_RELEASE_BUILD_OVERRIDE_OPT_LEVEL", "0")])
                    .current_dir(project::root()),
            )
        };
        install(&["--locked"]).or_else(|_| install(&[])).with_context(|| format!("{program} {version} cannot be built"))?;
        Ok(())
    })?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_at_another_version_counts_as_missing_and_an_optional_one_does_not() {
        let lock = serde_json::json!({"packages": {"": {}, "node_modules/a": {"version": "2"}, "node_modules/b": {"version": "1", "optional": true}}});
        assert_eq!(
            missing(&lock, &serde_json::json!({"packages": {"node_modules/a": {"version": "1"}}})).as_deref(),
            Some("node_modules/a")
        );
        assert_eq!(missing(&lock, &serde_json::json!({"packages": {"node_modules/a": {"version": "2"}}})), None);
    }

    #[test]
    fn every_install_script_is_named() {
        assert_eq!(unnamed_scripts().unwrap(), Vec::<String>::new());
    }
}

//! The program `speed`, natively and as wasm modules that each do one piece of its work.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;
use crate::project;
use crate::tools;

/// How a module is built.
pub struct Shape<'a> {
    pub profile: &'a str,
    /// Beside which packages, whose features then are the module's too; with their flags it shares all the crates that they built.
    pub packages: &'a [&'a str],
    pub flags: Option<String>,
}

pub fn native(profile: &str) -> Result<PathBuf> {
    process::run(&mut build(profile))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(project::target().join(folder).join("speed"))
}

/// A module for the browser has no arguments: its work is compiled into it.
pub fn wasm(Shape { profile, packages, flags }: Shape<'_>, work: &[String]) -> Result<PathBuf> {
    let mut build = build(profile);
    build.args(["--bin", "speed", "--target", tools::WASM_TARGET]).env("SPEED_WORK", work.join(" "));
    build.args(packages.iter().flat_map(|package| ["--package", package]));
    build.envs(flags.map(|flags| ("CARGO_ENCODED_RUSTFLAGS", flags)));
    process::run(&mut build)?;
    let kept = project::target().join(format!("speed-{}-{profile}.wasm", work.join("-")));
    let built = project::target().join(tools::WASM_TARGET).join(profile).join("speed.wasm");
    std::fs::copy(&built, &kept).with_context(|| format!("{} cannot be copied", built.display()))?;
    Ok(kept)
}

fn build(profile: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--quiet", "--package", "speed", "--profile", profile]).current_dir(project::root());
    cargo
}

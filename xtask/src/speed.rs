//! The program `speed`, natively and as wasm modules that each do one piece of its work.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;
use crate::project;
use crate::tools;

pub fn native(profile: &str) -> Result<PathBuf> {
    process::run(&mut build(profile))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(project::target().join(folder).join("speed"))
}

/// A module for the browser has no arguments: its work is compiled into it.
pub fn wasm(profile: &str, work: &[String]) -> Result<PathBuf> {
    process::run(build(profile).args(["--target", tools::WASM_TARGET]).env("SPEED_WORK", work.join(" ")))?;
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

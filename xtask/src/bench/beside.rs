//! Pushes and sent touches a second, beside the least that a worker in JavaScript does for one.

use anyhow::Result;

use crate::build::{self, Variant};
use crate::process;
use crate::project;
use crate::tools;

pub const INGEST: &str = "tests/bench/ingest.mjs";
pub const DISPATCH: &str = "tests/bench/dispatch.mjs";

/// Measures the worker as it is deployed, `rounds` times in turns with the floor.
///
/// # Errors
/// Where a target is missed as well: the script prints the figures and which.
pub fn command(script: &str, rounds: usize) -> Result<()> {
    let tools = tools::ensure()?;
    build::worker(&tools, Variant::Deployable)?;
    let mut node = std::process::Command::new(&tools.node);
    process::run(node.arg(script).arg(Variant::Deployable.folder()).arg(rounds.to_string()).current_dir(project::root()))
}

//! Pushes a second, beside the least that a worker in JavaScript does for one.

use anyhow::Result;

use crate::build::{self, Variant};
use crate::process;
use crate::project;
use crate::tools;

const SCRIPT: &str = "tests/bench/ingest.mjs";

/// Measures the worker as it is deployed, `rounds` times in turns with the floor.
///
/// # Errors
/// Where a target is missed as well: the script prints the figures and which.
pub fn command(rounds: usize) -> Result<()> {
    let tools = tools::ensure()?;
    build::worker(&tools, Variant::Deployable)?;
    let mut node = std::process::Command::new(&tools.node);
    process::run(node.arg(SCRIPT).arg(Variant::Deployable.folder()).arg(rounds.to_string()).current_dir(project::root()))
}

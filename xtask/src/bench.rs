//! `cargo xtask bench`: the models natively, in release.

use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::project;

pub fn command(mut args: lexopt::Parser) -> Result<()> {
    if let Some(other) = args.next()? {
        return Err(other.unexpected().into());
    }
    process::run(Command::new("cargo").args(["bench", "--locked", "--package", "shared"]).current_dir(project::root()))
}

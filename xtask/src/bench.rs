//! `cargo xtask bench`: the benchmarks of `shared` natively, in release; as `bench models`, beside the Python peers and as wasm; as
//! `bench ingest` and `bench dispatch`, the worker's pushes and its sending beside a minimal worker's.

mod beside;
mod models;
mod peers;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use lexopt::ValueExt as _;

use crate::process;
use crate::project;

pub fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut models, mut beside, mut rounds, mut python) = (false, None, 5, None);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Value(value) if value == "models" => models = true,
            lexopt::Arg::Value(value) if value == "ingest" => beside = Some(beside::INGEST),
            lexopt::Arg::Value(value) if value == "dispatch" => beside = Some(beside::DISPATCH),
            lexopt::Arg::Long("rounds") if models || beside.is_some() => rounds = args.value()?.parse_with(at_least_one)?,
            lexopt::Arg::Long("python") if models => python = Some(PathBuf::from(args.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    if let Some(script) = beside {
        return beside::command(script, rounds);
    }
    if models {
        return models::command(rounds, python);
    }
    process::run(Command::new("cargo").args(["bench", "--locked", "--package", "shared"]).current_dir(project::root()))
}

fn at_least_one(text: &str) -> Result<usize> {
    match text.parse()? {
        0 => bail!("There must be at least one round."),
        rounds => Ok(rounds),
    }
}

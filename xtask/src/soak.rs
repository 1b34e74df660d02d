//! `cargo xtask soak NAME`: checks that take too long for every run. Each is a file below `tests/soak`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use lexopt::ValueExt as _;

use crate::build::{self, Variant};
use crate::process;
use crate::project;
use crate::stamp;
use crate::tools;

pub fn command(mut args: lexopt::Parser) -> Result<()> {
    let mut name = None;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Value(value) if name.is_none() => name = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let soaks = soaks()?;
    let Some(name) = name else {
        for (name, _) in soaks {
            println!("{name}");
        }
        return Ok(());
    };
    let Some((_, file)) = soaks.iter().find(|(known, _)| *known == name) else {
        bail!("There is no long check `{name}`: `cargo xtask soak` lists them.");
    };
    let tools = tools::ensure()?;
    build::files(&tools)?;
    build::worker(&tools, Variant::Seams)?;
    process::run(Command::new(&tools.node).args(["--test", "--test-reporter=spec"]).arg(file).current_dir(project::root()))
}

fn soaks() -> Result<Vec<(String, PathBuf)>> {
    Ok(stamp::files(&project::path("tests/soak"))?
        .into_iter()
        .filter_map(|file| {
            let name = file.file_name()?.to_str()?.strip_suffix(".soak.mjs")?.to_owned();
            Some((name, file))
        })
        .collect())
}

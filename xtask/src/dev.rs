//! `cargo xtask dev`: from a fresh checkout to a shop in the browser, with one command.

mod crons;
mod sample;
mod watch;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lexopt::ValueExt as _;

use crate::build::{self, Variant};
use crate::process::step;
use crate::project;
use crate::server::{self, Server};
use crate::store::Store;
use crate::tools::{self, Tools};
use crate::vault;

pub fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut port, mut data, mut fresh, mut with_sample) = (server::DEFAULT_PORT, None, false, true);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("port") => port = args.value()?.parse()?,
            lexopt::Arg::Long("data-dir") => data = Some(args.value()?.into()),
            lexopt::Arg::Long("fresh") => fresh = true,
            lexopt::Arg::Long("no-sample") => with_sample = false,
            other => return Err(other.unexpected().into()),
        }
    }
    let data = project::data_dir(data)?;
    server::make_way(&data, port)?;
    if fresh {
        empty(&data)?;
    }
    let tools = tools::ensure()?;
    make(&tools)?;
    let store = Store::Local(data.clone());
    step("Preparing the database", || store.migrate())?;
    let mut server = step("Starting the server", || Server::start(&data, port))?;
    if with_sample && !sample::loaded(&data) {
        step("Loading the sample shop", || sample::load(&data, &store, port))?;
    }
    let link = store.sign_in_link(&server::origin(port))?;
    println!("Rekindle is ready: {} · sign in: {link}", server::origin(port));

    crons::start(port);
    let mut watch = watch::Watch::new()?;
    while !server.ended() {
        std::thread::sleep(Duration::from_millis(500));
        if watch.changed()? {
            // A broken edit is told and waits for the next one.
            if let Err(error) = make(&tools).and_then(|()| store.migrate()) {
                eprintln!("{error:#}");
            }
        }
    }
    bail!("The server ended by itself; its log is {}.", data.join("server.log").display());
}

/// All that the server serves; steps whose inputs did not change are skipped.
fn make(tools: &Tools) -> Result<()> {
    build::files(tools)?;
    build::worker(tools, Variant::Seams)
}

/// Removes a local run's data, and nothing that only happens to be in the folder.
fn empty(data: &Path) -> Result<()> {
    for name in ["state", "sample.json", "server.log", "server.json", vault::KEY_FILE, vault::SUPPRESSION_FILE] {
        let path = data.join(name);
        let gone = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        if let Err(error) = gone
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(error).with_context(|| format!("{} cannot be removed", path.display()));
        }
    }
    Ok(())
}

//! `cargo xtask cron NAME`: one job now.

use anyhow::{Context as _, Result};
use lexopt::ValueExt as _;

use crate::build;
use crate::project;
use crate::server::{self, Server};
use crate::store::Store;
use crate::tools;

pub fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut name, mut data) = (None, None);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Value(value) if name.is_none() => name = Some(value.string()?),
            lexopt::Arg::Long("data-dir") => data = Some(args.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    let name = name.context("Which job? `cargo xtask cron score` runs the scoring.")?;
    let data = project::data_dir(data)?;
    let store = Store::Local(data.clone());
    let (port, _started) = match server::running(&data) {
        Some(running) => (running.port, None),
        None => {
            let tools = tools::ensure()?;
            build::worker(&tools, build::Variant::Seams)?;
            store.migrate()?;
            let server = Server::start(&data, server::any_port()?)?;
            (server.port, Some(server))
        }
    };
    let token = store.token("owner", "cargo xtask cron", 1)?;
    println!("{}", server::run(port, &token, &name)?);
    Ok(())
}

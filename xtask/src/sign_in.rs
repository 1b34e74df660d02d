//! `cargo xtask sign-in`: the way in where no mail is set up yet.

use anyhow::Result;

use crate::project;
use crate::server;
use crate::store::{self, Store};
use crate::tools;

pub fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut data, mut remote) = (None, false);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("data-dir") => data = Some(args.value()?.into()),
            lexopt::Arg::Long("remote") => remote = true,
            other => return Err(other.unexpected().into()),
        }
    }
    tools::ensure_npm_packages()?;
    if remote {
        println!("{}", Store::Remote.sign_in_link(&store::remote_origin()?)?);
        return Ok(());
    }
    let data = project::data_dir(data)?;
    let store = Store::Local(data.clone());
    store.migrate()?;
    let port = server::running(&data).map_or(server::DEFAULT_PORT, |running| running.port);
    println!("{}", store.sign_in_link(&server::origin(port))?);
    Ok(())
}

//! `cargo xtask token`.

use anyhow::{Result, bail};
use lexopt::ValueExt as _;

use crate::project;
use crate::store::{ROLES, Store};
use crate::tools;

/// S4's default: a token that nobody renews ends after 90 days.
const DAYS: u32 = 90;

pub fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut role, mut data, mut remote) = (None, None, false);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("role") => role = Some(args.value()?.string()?),
            lexopt::Arg::Long("data-dir") => data = Some(args.value()?.into()),
            lexopt::Arg::Long("remote") => remote = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let role = match role {
        Some(role) if ROLES.contains(&role.as_str()) => role,
        Some(role) => bail!("There is no role `{role}`: choose one of {}.", ROLES.join(", ")),
        None => bail!("Which role? Add --role with one of {}.", ROLES.join(", ")),
    };
    tools::ensure_npm_packages()?;
    let store = if remote { Store::Remote } else { Store::Local(project::data_dir(data)?) };
    if !remote {
        store.migrate()?;
    }
    println!("{}", store.token(&role, "cargo xtask token", DAYS)?);
    Ok(())
}

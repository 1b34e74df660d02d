//! `cargo xtask`: sets up, builds, runs, tests and deploys Rekindle. No product logic lives here.

mod bench;
mod build;
mod cron;
mod deploy;
mod dev;
mod process;
mod project;
mod server;
mod sign_in;
mod soak;
mod speed;
mod stamp;
mod store;
mod test;
mod token;
mod tools;
mod vault;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::ValueExt as _;

const HELP: &str = "\
cargo xtask COMMAND

  dev      [--port 8787] [--data-dir DIR] [--fresh] [--no-sample]   sets up, builds, serves, rebuilds on change
  test     [FILTER]                                                 runs every check and test, or those named so
  build    [--seams]                                                makes the deployable, or the worker for tests
  token    --role ROLE [--data-dir DIR] [--remote]                  prints a new API token
  sign-in  [--data-dir DIR] [--remote]                              prints a one-time sign-in link of the owner
  vault-key                                                         prints a new key for the worker's secrets
  suppression-key                                                   prints a new key that erased addresses are hashed with
  cron     NAME [--data-dir DIR]                                    runs one job now and prints its run row as JSON
  soak     [NAME]                                                   runs a long check, or lists them
  bench    [models [--rounds 5] [--python FILE]]                    measures the models; beside the Python peers and as wasm
  bench    ingest [--rounds 5]                                      measures pushes a second beside a minimal worker's
  deploy   [--dry-run] [--config FILE]                              checks, migrates and deploys

--data-dir (default .dev/data) holds a local run's database. REKINDLE_TOOLS (default ~/.cache/rekindle/tools) holds built tools.";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    process::end_groups_with_us()?;
    let mut args = lexopt::Parser::from_env();
    let command = match args.next()? {
        Some(lexopt::Arg::Value(value)) => value.string()?,
        Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h')) | None => "help".to_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    match command.as_str() {
        "dev" => dev::command(args)?,
        "test" => return test::command(args),
        "build" => build::command(args)?,
        "token" => token::command(args)?,
        "sign-in" => sign_in::command(args)?,
        "vault-key" => println!("{}", vault::new_key(&vault::todays_id()?)?),
        "suppression-key" => println!("{}", vault::new_suppression_key()?),
        "cron" => cron::command(args)?,
        "soak" => soak::command(args)?,
        "bench" => bench::command(args)?,
        "deploy" => deploy::command(args)?,
        "help" => println!("{HELP}"),
        unknown => bail!("There is no command `{unknown}`.\n\n{HELP}"),
    }
    Ok(ExitCode::SUCCESS)
}

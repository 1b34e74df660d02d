//! `cargo xtask build`: the files that are deployed.

mod app;
mod before;
mod markers;
mod page;
mod sample;
mod size;
mod worker;

pub use app::build as app;
pub use before::{Before, build as before};
pub use markers::{app_is_light, worker_has_no_seams};
pub use sample::build as sample;
pub use worker::{SEAMS, Variant, build as worker};

use anyhow::Result;

use crate::process;
use crate::tools::{self, Tools};

pub fn command(mut args: lexopt::Parser) -> Result<()> {
    let mut variant = Variant::Deployable;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("seams") => variant = Variant::Seams,
            other => return Err(other.unexpected().into()),
        }
    }
    let tools = tools::ensure()?;
    match variant {
        Variant::Seams => worker(&tools, Variant::Seams),
        Variant::Deployable => deployable(&tools),
    }
}

/// App, static files and worker, and a size report; a module above its budget is an error.
pub fn deployable(tools: &Tools) -> Result<()> {
    files(tools)?;
    worker(tools, Variant::Deployable)?;
    let sizes = size::measure(tools)?;
    process::say(&sizes.report()?);
    sizes.within_budgets()
}

/// `dist/`: the app and all other static files.
pub fn files(tools: &Tools) -> Result<()> {
    app(tools)?;
    sample()
}

//! The app's Web Worker: everything that would make a click wait. It reads files with `shared::import` and sends them in batches, or
//! whole where a plan makes an import last for days; and it fits models with `shared::risk`, as the server does where its plan has
//! the time for it.
//!
//! It runs as an ES module worker. `cargo xtask build` runs `wasm-bindgen --target web` over this crate and writes a boot module
//! beside the result, whose address stands in `index.html` as `<meta name="rekindle-worker" content="/assets/…js">`. The boot
//! module is no more than an import of the bindgen script's default export and a call of it with the address of the wasm file:
//! [`start`] does the rest. What is said to the page and heard from it is typed in `shared::api::worker`.
//!
//! It never touches the page, and it holds one piece of a file at a time: a file of 1,000,000 rows costs some 30 MB of counters.

mod batches;
mod check;
mod compose;
mod digest;
mod file;
mod fit;
mod forecast;
mod import;
mod inspect;
mod pace;
mod page;
mod read;
mod sample;
mod server;
mod whole;

use shared::api::Way;
use shared::api::worker::{Ask, Failure, News, Task};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use crate::page::Job;
use crate::server::Ended;

/// Runs by itself when the module is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    page::report_panics();
    page::listen(|ask, file| match ask.task {
        Task::Cancel => Job::cancel(),
        _ => spawn_local(act(ask, file)),
    });
}

async fn act(ask: Ask, file: Option<Blob>) {
    let job = Job::begin(&ask);
    match work(job, ask.task, file).await {
        Ok(news) => job.tell(news),
        Err(Ended::Failed(failure)) => job.tell(News::Failed(*failure)),
        Err(Ended::Cancelled) => job.tell(News::Cancelled { import: None }),
        // The page has gone on to something else and listens to that.
        Err(Ended::Replaced) => {}
    }
}

async fn work(job: Job, task: Task, file: Option<Blob>) -> Result<News, Ended> {
    let file = file.ok_or_else(|| Ended::from(file::Unreadable));
    match task {
        Task::Inspect { kind, defaults } => Ok(News::Inspected(inspect::guess(&file?, kind, &defaults).await?)),
        Task::Preview { options } => Ok(News::Previewed(inspect::preview(&file?, &options).await?)),
        Task::Check { options, now } => Ok(News::Checked(check::check(job, &file?, options, now).await?)),
        Task::Import { options, now, file_name, way: Way::Batches } => import::file(job, &file?, options, now, file_name).await,
        Task::Import { options, file_name, way: Way::Whole, .. } => whole::file(job, &file?, &options, &file_name).await,
        Task::Sample { shop, defaults, now } => sample::load(job, &shop, &defaults, now).await,
        Task::Fit => fit::fit(job).await,
        Task::Compose(composing) => Ok(News::Composed(Box::new(compose::compose(&composing)))),
        Task::Forecast { groups, minor_per_unit } => Ok(News::Forecast(Box::new(forecast::simulated(&groups, minor_per_unit)))),
        Task::Leave => Err(Ended::Replaced),
        Task::Cancel => Err(Ended::Cancelled),
    }
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl From<file::Unreadable> for Ended {
    fn from(error: file::Unreadable) -> Self {
        Failure { text: error.to_string(), ..Failure::default() }.into()
    }
}

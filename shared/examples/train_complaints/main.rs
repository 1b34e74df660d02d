//! `cargo run --release -p shared --example train_complaints -- FOLDER`: fits the classifier of complaints anew.
//!
//! FOLDER holds `nyt.csv` and `tweets.csv` of VADER's ground truth, with columns `mean_rating` and `text`. Writes
//! `shared/src/signal/sentiment/complaints.tsv`, the same bytes each time.

#![allow(dead_code, reason = "evaluate uses the rest of the sources")]

mod sources;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match train() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn train() -> Result<(), String> {
    let folder = std::env::args_os().nth(1).ok_or("say the folder of nyt.csv and tweets.csv")?;
    let complaints = sources::Sources::read(Path::new(&folder))?.train()?;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/signal/sentiment/complaints.tsv");
    std::fs::write(path, complaints.to_text()).map_err(|error| format!("{path}: {error}"))
}

//! `cargo run --release -p shared --example evaluate -- SUBCOMMAND …`: Rekindle's models on your own files.
//!
//! Each subcommand prints one JSON object to standard output; what is wrong with the call or the file goes to standard error, and
//! the exit status is then 2.

#![allow(dead_code, reason = "each subcommand uses its part of options and files")]

mod bandit;
mod churn_events;
mod churn_table;
mod clv;
mod files;
mod ope;
mod options;
mod sentiment;
mod survival;
mod transactions;
mod uplift;

use std::process::ExitCode;

use options::Options;

/// What a subcommand gives: one JSON object, or a sentence that says what to mend.
pub type Answer = Result<serde_json::Value, String>;

type Subcommand = (&'static str, &'static str, fn(&Options) -> Answer);

const SUBCOMMANDS: [Subcommand; 8] = [
    ("clv", clv::USAGE, clv::run),
    ("churn-events", churn_events::USAGE, churn_events::run),
    ("churn-table", churn_table::USAGE, churn_table::run),
    ("uplift", uplift::USAGE, uplift::run),
    ("ope", ope::USAGE, ope::run),
    ("bandit", bandit::USAGE, bandit::run),
    ("sentiment", sentiment::USAGE, sentiment::run),
    ("survival", survival::USAGE, survival::run),
];

fn main() -> ExitCode {
    match answer() {
        Ok(value) => {
            println!("{value:#}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn answer() -> Answer {
    let mut arguments = std::env::args_os().skip(1);
    let name = arguments.next().and_then(|name| name.into_string().ok()).unwrap_or_default();
    let Some((_, usage, run)) = SUBCOMMANDS.iter().find(|(known, ..)| *known == name) else {
        let known: Vec<String> = SUBCOMMANDS.iter().map(|(name, usage, _)| format!("  {name} {usage}")).collect();
        return Err(format!("Say what to evaluate:\n{}", known.join("\n")));
    };
    let options = Options::parse(arguments, usage).map_err(|error| format!("{error}\nUsage: {name} {usage}"))?;
    run(&options)
}

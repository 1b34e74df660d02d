//! The sample shop, whole, through the ordinary API: the same path as a script of the user's own.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use chrono::{NaiveDate, Utc};
use samples::{REFERENCE_DAY, SEED, Shop};
use serde_json::{Value, json};

use crate::project;
use crate::server::{self, call};
use crate::store::Store;

const CUSTOMERS: usize = 5_000;

/// Long enough for a slow machine, short enough to notice an import that stands still.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// It was loaded once on this data folder: whoever removes it in the app does not want it back at the next start.
pub fn loaded(data: &Path) -> bool {
    mark(data).exists()
}

pub fn load(data: &Path, store: &Store, port: u16) -> Result<()> {
    let token = store.token("owner", "cargo xtask dev", 1)?;
    let shop = Shop::Store;
    let reference: NaiveDate = REFERENCE_DAY.parse().context("The sample shop's reference day is no date")?;
    let shift = (Utc::now().date_naive() - reference).num_days();
    for (name, text) in samples::generate(shop, SEED, CUSTOMERS).named() {
        let kind = name.trim_end_matches(".csv");
        let path = format!("/api/imports?kind={kind}&sample={}&shift_days={shift}&file_name={name}", shop.as_str());
        let answer = call(port, &token, "POST", &path, Some(("text/csv", text.as_bytes())), PATIENCE)?;
        let id = answer.pointer("/import/id").and_then(Value::as_str).context("The import has no id")?.to_owned();
        finish(port, &token, kind, &id)?;
    }
    // Whoever looks at a made-up shop has nothing to answer of their own yet.
    server::change(port, &token, "/api/shop", "shop", &json!({ "set_up": true }))?;
    for job in ["fit", "score"] {
        server::run(port, &token, job)?;
    }
    project::write(&mark(data), json!({ "sample": shop.as_str() }).to_string())
}

/// Waits for the import's end. The crons do not run yet, so the one that moves imports on is fired here.
fn finish(port: u16, token: &str, kind: &str, id: &str) -> Result<()> {
    let started = Instant::now();
    loop {
        let answer = call(port, token, "GET", &format!("/api/imports/{id}"), None, PATIENCE)?;
        let import = answer.get("import").unwrap_or(&answer);
        let number = |name: &str| import.get(name).and_then(Value::as_u64).unwrap_or(0);
        match import.get("status").and_then(Value::as_str).unwrap_or_default() {
            "done" => {
                let rejected = number("rows_rejected");
                if rejected > 0 {
                    bail!("{rejected} rows of the sample shop's {kind} were rejected: look at Data › Import.");
                }
                eprintln!("  {kind}: {} rows", number("rows_accepted"));
                return Ok(());
            }
            status @ ("failed" | "cancelled" | "paused") => {
                let why = import.get("error").and_then(Value::as_str).unwrap_or_default();
                bail!("The import of the sample shop's {kind} is {status}: {why}");
            }
            _ if started.elapsed() > PATIENCE => bail!("The import of the sample shop's {kind} does not come to its end."),
            _ => server::fire(port, "* * * * *")?,
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn mark(data: &Path) -> PathBuf {
    data.join("sample.json")
}

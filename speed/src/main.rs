//! Does one piece of work and tells how long it took: `cargo xtask bench models` runs it beside the Python peers, and the same
//! program as wasm under Node.
//!
//! A wasm module for the browser has no arguments, clock or output. There the piece of work is chosen when the program is
//! compiled, by `SPEED_WORK`; the host measures; and what comes out is a digest of one byte as the exit status, to compare.
//!
//! As `digest` it measures nothing but tells what all models come to on made-up rows, so that `cargo xtask test` sees whether that
//! is the same natively and in wasm. There each call of `main` gives the next byte of the report.

mod customers;
mod digest;
mod tables;

use std::process::ExitCode;

/// Work that is ready to begin; it gives a number that depends on all it did.
type Work = Box<dyn FnOnce() -> Result<f64, String>>;

const USAGE: &str =
    "speed fit|fit-grouped|score N|FILE, speed boost|choose ROWS, speed fold FILE, speed write N FILE, or speed digest";

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if words.is_empty() {
        words = option_env!("SPEED_WORK").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words == ["digest"] {
        return tell(digest::report);
    }
    match measured(|| prepare(&words)) {
        Ok(byte) => ExitCode::from(byte),
        Err(message) => {
            eprintln!("{message}");
            // On its own a wasm module cannot say why; it stops instead of answering.
            if cfg!(target_family = "wasm") { std::process::abort() } else { ExitCode::from(2) }
        }
    }
}

fn prepare(words: &[&str]) -> Result<Work, String> {
    match words {
        ["fit", source] => customers::fit(source, false),
        ["fit-grouped", source] => customers::fit(source, true),
        ["score", source] => customers::score(source),
        ["write", count, file] => customers::write(count, file),
        ["boost", rows] => tables::boost(rows),
        ["choose", rows] => tables::choice(rows),
        ["fold", file] => tables::fold(file),
        _ => Err(format!("Usage: {USAGE}")),
    }
}

/// Natively prints the seconds of preparing and of the work, and the digest, which a status of 0 leaves free.
#[cfg(not(target_family = "wasm"))]
fn measured(prepare: impl FnOnce() -> Result<Work, String>) -> Result<u8, String> {
    let start = std::time::Instant::now();
    let work = prepare()?;
    let prepared = start.elapsed();
    let result = std::hint::black_box(work()?);
    let worked = start.elapsed() - prepared;
    println!("{} {} {}", prepared.as_secs_f64(), worked.as_secs_f64(), mixed(result));
    Ok(0)
}

#[cfg(target_family = "wasm")]
fn measured(prepare: impl FnOnce() -> Result<Work, String>) -> Result<u8, String> {
    Ok(mixed(prepare()?()?))
}

#[cfg(not(target_family = "wasm"))]
fn tell(report: impl FnOnce() -> String) -> ExitCode {
    print!("{}", report());
    ExitCode::SUCCESS
}

/// The host calls until there is a 0, which no byte of a text is.
#[cfg(target_family = "wasm")]
fn tell(report: impl FnOnce() -> String) -> ExitCode {
    static REPORT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let place = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    ExitCode::from(REPORT.get_or_init(report).as_bytes().get(place).copied().unwrap_or(0))
}

/// All bytes of the number, mixed so that any bit that differs shows with chances of 255 in 256.
fn mixed(result: f64) -> u8 {
    (result.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8
}

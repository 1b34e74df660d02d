//! Does one piece of work and tells how long it took: `cargo xtask bench models` runs it beside the Python peers, and the same
//! program as wasm under Node.
//!
//! A wasm module for the browser has no arguments, clock or output. There the piece of work is chosen when the program is
//! compiled, by `SPEED_WORK`; the host measures; and what comes out is a digest of one byte as the exit status, to compare.

mod customers;
mod tables;

use std::process::ExitCode;

/// Work that is ready to begin; it gives a number that depends on all it did.
type Work = Box<dyn FnOnce() -> Result<f64, String>>;

const USAGE: &str = "speed fit|fit-grouped|score N|FILE, speed boost ROWS, speed fold FILE, or speed write N FILE";

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if words.is_empty() {
        words = option_env!("SPEED_WORK").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
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
    println!("{} {} {}", prepared.as_secs_f64(), worked.as_secs_f64(), digest(result));
    Ok(0)
}

#[cfg(target_family = "wasm")]
fn measured(prepare: impl FnOnce() -> Result<Work, String>) -> Result<u8, String> {
    Ok(digest(prepare()?()?))
}

/// All bytes of the number, mixed so that any bit that differs shows with chances of 255 in 256.
fn digest(result: f64) -> u8 {
    (result.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8
}

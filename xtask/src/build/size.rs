//! What the browser loads, in bytes on the wire.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::worker::Variant;
use crate::project;
use crate::stamp;

/// Bytes of brotli for the wasm and the script of the first load.
pub const BUDGET: usize = 350_000;

/// Bytes of brotli that the first load takes now.
pub fn first_load() -> Result<usize> {
    let mut sum = 0;
    for file in stamp::files(&project::path("dist/assets"))? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("app-") && !name.starts_with("app-worker-") && !name.ends_with(".css") {
            sum += brotli(&file)?;
        }
    }
    Ok(sum)
}

/// One line a file: raw and brotli, in KB.
pub fn report() -> Result<String> {
    let mut text = String::from("  raw KB  brotli KB\n");
    let mut files = stamp::files(&project::path("dist/assets"))?;
    files.push(project::path("dist/index.html"));
    files.extend(["index_bg.wasm", "index.js"].map(|name| Variant::Deployable.folder().join(name)));
    for file in files {
        let raw = fs::metadata(&file).with_context(|| format!("{} is not built", file.display()))?.len();
        let shown = file.strip_prefix(project::root()).unwrap_or(&file).display().to_string();
        writeln!(text, "{:>8.1} {:>10.1}  {shown}", kilobytes(raw as usize), kilobytes(brotli(&file)?))?;
    }
    for (address, bytes) in super::sample::sizes()? {
        writeln!(text, "{:>8.1} {:>10}  {address} (gzip)", kilobytes(bytes as usize), "")?;
    }
    writeln!(text, "{:>19.1}  first load: wasm and script, of {} allowed", kilobytes(first_load()?), BUDGET / 1000)?;
    Ok(text)
}

fn brotli(file: &Path) -> Result<usize> {
    let bytes = fs::read(file).with_context(|| format!("{} is not built", file.display()))?;
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut packed, &parameters)?;
    Ok(packed.len())
}

fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1000.0
}

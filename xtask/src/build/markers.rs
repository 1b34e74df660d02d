//! What must not be inside the built files, found by the text that it would leave there.

use std::fs;

use anyhow::{Result, bail};

use super::worker::Variant;
use crate::project;
use crate::stamp;

/// The first wasm of the app holds no template engine and no zone table: they belong to the Web Worker.
pub fn app_is_light() -> Result<()> {
    let wasm: Vec<_> = stamp::files(&project::path("dist/assets"))?
        .into_iter()
        .filter(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with("app-") && !name.starts_with("app-worker-") && name.ends_with(".wasm")
        })
        .collect();
    let [file] = wasm.as_slice() else {
        bail!("dist/assets holds {} first modules of the app; run `cargo xtask build`.", wasm.len())
    };
    refuse(&fs::read(file)?, &["minijinja", "mrml", "chrono-tz", "chrono_tz", "Africa/Abidjan"], "The app's first wasm")
}

/// The deployable worker holds nothing of the cargo feature `seams`.
pub fn worker_has_no_seams() -> Result<()> {
    let marks = ["__seams", "x-rekindle-meter"];
    let read = |variant: Variant| -> Result<Vec<u8>> {
        let mut all = fs::read(variant.folder().join("index_bg.wasm"))?;
        all.extend(fs::read(variant.folder().join("index.js"))?);
        Ok(all)
    };
    // The marks prove nothing unless the other build has them.
    let seams = read(Variant::Seams)?;
    if let Some(mark) = marks.iter().find(|mark| !holds(&seams, mark)) {
        bail!("The worker with seams does not hold {mark:?}, so its absence elsewhere proves nothing: choose another mark.");
    }
    refuse(&read(Variant::Deployable)?, &marks, "The deployable worker")
}

fn refuse(bytes: &[u8], marks: &[&str], what: &str) -> Result<()> {
    if let Some(mark) = marks.iter().find(|mark| holds(bytes, mark)) {
        bail!("{what} holds {mark:?}, which must not be in it.");
    }
    Ok(())
}

fn holds(bytes: &[u8], mark: &str) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_anywhere_in_the_bytes_is_refused() {
        assert!(refuse(b"\0\0a mini", &["minijinja"], "x").is_ok());
        assert!(refuse(b"\0\0minijinja-3", &["mrml", "minijinja"], "x").unwrap_err().to_string().contains("minijinja"));
    }
}

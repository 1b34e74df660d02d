//! What must not be inside the built files, found by the text that it would leave there.

use std::fs;

use anyhow::{Result, bail};

use super::size;
use super::worker::Variant;

/// Neither module of the app holds a template engine or a zone table: they belong to the Web Worker.
pub fn app_is_light() -> Result<()> {
    for (module, ..) in size::MODULES {
        let mut files = size::files_of(module)?;
        files.retain(|file| file.extension().is_some_and(|end| end == "wasm"));
        let [file] = files.as_slice() else {
            bail!("dist/assets holds {} wasm files of the module `{module}`; run `cargo xtask build`.", files.len())
        };
        let what = format!("The wasm of the module `{module}`");
        refuse(&fs::read(file)?, &["minijinja", "mrml", "chrono-tz", "chrono_tz", "Africa/Abidjan"], &what)?;
    }
    Ok(())
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

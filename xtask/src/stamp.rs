//! Skips a step whose inputs are those of the last time: what makes a second start take seconds.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::project;

/// A step's name and the digest of all that it depends on.
pub struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    /// `inputs` are files and folders inside the project; `words` are versions and flags.
    pub fn new(name: &str, inputs: &[&str], words: &[&str]) -> Result<Self> {
        let mut hash = Sha256::new();
        for word in words {
            hash.update(word);
            hash.update([0]);
        }
        for input in inputs {
            for file in files(&project::path(input))? {
                hash.update(file.to_string_lossy().as_bytes());
                hash.update([0]);
                hash.update(Sha256::digest(fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?));
            }
        }
        Ok(Self { file: project::path(".dev/stamps").join(name), digest: hex(&hash.finalize()) })
    }

    /// True where the step ran with these inputs and its output is still there.
    pub fn fresh(&self, output: &Path) -> bool {
        output.exists() && fs::read_to_string(&self.file).is_ok_and(|last| last == self.digest)
    }

    pub fn set(&self) -> Result<()> {
        project::write(&self.file, &self.digest)
    }
}

/// All files below `path` in a stable order, build output left out; none where there is nothing.
pub fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let output = (["target", "node_modules"].contains(&name.as_str()) || name.starts_with("build")) && entry.is_dir();
        if !output && !name.starts_with('.') {
            found.extend(files(&entry)?);
        }
    }
    Ok(found)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_word_or_a_missing_output_makes_a_step_run_again() {
        let name = format!("test-{}", std::process::id());
        let stamp = Stamp::new(&name, &["xtask/Cargo.toml"], &["one"]).unwrap();
        stamp.set().unwrap();
        assert!(stamp.fresh(&project::path("Cargo.toml")));
        assert!(!stamp.fresh(&project::path("no such file")));
        assert!(!Stamp::new(&name, &["xtask/Cargo.toml"], &["two"]).unwrap().fresh(&project::path("Cargo.toml")));
        assert!(!Stamp::new(&name, &["Cargo.toml"], &["one"]).unwrap().fresh(&project::path("Cargo.toml")));
        fs::remove_file(&stamp.file).unwrap();
    }
}

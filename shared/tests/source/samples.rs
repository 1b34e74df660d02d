//! Payloads as the senders' own documentation and libraries write them.

use std::path::PathBuf;

use serde_json::Value;

/// A file of [`folder`]; `None` (with a printed reason) where it is absent.
pub fn sample(name: &str) -> Option<Value> {
    let path = folder().join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))),
        Err(error) => {
            println!("skipped: {} is not there ({error}); set REKINDLE_DATA", path.display());
            None
        }
    }
}

/// `contracts/samples` beside `REKINDLE_DATA`, else beside the project.
pub fn folder() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let data = std::env::var_os("REKINDLE_DATA").map(PathBuf::from);
    data.and_then(|data| data.parent().map(PathBuf::from)).unwrap_or(beside).join("contracts/samples")
}

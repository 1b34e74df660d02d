//! Texts that customers and others may write, for tests: every message, layout and finding must stand them.

use std::collections::BTreeMap;

/// By what each does; the last is of ten thousand characters.
pub fn texts() -> Vec<(String, String)> {
    let file: serde_json::Value = serde_json::from_str(include_str!("../../../tests/hostile.json")).expect("the corpus is JSON");
    let texts: BTreeMap<String, String> = serde_json::from_value(file["texts"].clone()).expect("texts by name");
    let long: String = file["long"].as_str().expect("a text").chars().cycle().take(10_000).collect();
    texts.into_iter().chain([("long".to_owned(), long)]).collect()
}

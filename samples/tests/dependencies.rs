//! The sample shops stay out of what is deployed.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail loudly anywhere")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

#[test]
fn no_deployed_crate_depends_on_the_sample_shops() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    // Workspace crates alone: nothing from a registry can lead back into the workspace.
    let needs: BTreeMap<&str, Vec<&str>> = packages.iter().map(|package| (text(&package["name"]), needed(package))).collect();

    for deployed in ["shared", "functions", "app", "app-worker"] {
        assert!(needs.contains_key(deployed), "there is no crate {deployed}: {:?}", needs.keys());
        assert!(!reached(deployed, &needs).contains("samples"), "{deployed} reaches the sample shops");
    }
    assert!(reached("xtask", &needs).contains("samples"), "the build writes them, so the walk must find them there");
}

/// Names of what the crate is built from; development dependencies are not deployed.
fn needed(package: &Value) -> Vec<&str> {
    let dependencies = package["dependencies"].as_array().expect("dependencies");
    dependencies.iter().filter(|dependency| dependency["kind"] != "dev").map(|dependency| text(&dependency["name"])).collect()
}

fn reached<'a>(from: &'a str, needs: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        if reached.insert(name) {
            open.extend(needs.get(name).into_iter().flatten());
        }
    }
    reached
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

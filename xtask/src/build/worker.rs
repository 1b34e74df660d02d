//! The Cloudflare Worker, by worker-build.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process::{self, step};
use crate::project;
use crate::stamp::Stamp;
use crate::tools::Tools;

/// The folder of the worker with seams.
pub const SEAMS: &str = "functions/build-seams";

/// A Worker has 128 MB, and what is not this linear memory needs some of it: local runs end where production would.
const FLAGS: [&str; 4] = ["--cfg", r#"getrandom_backend="wasm_js""#, "-C", "link-arg=--max-memory=100663296"];

/// The compiler's flags, as cargo takes them in CARGO_ENCODED_RUSTFLAGS.
fn flags() -> String {
    FLAGS.join("\x1f")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    Deployable,
    /// With the virtual clock, fault points and the meter's header: development and tests.
    Seams,
}

impl Variant {
    pub fn folder(self) -> PathBuf {
        project::path(match self {
            Self::Deployable => "functions/build",
            Self::Seams => SEAMS,
        })
    }
}

pub fn build(tools: &Tools, variant: Variant) -> Result<()> {
    let (name, out, features): (_, _, &[&str]) = match variant {
        Variant::Deployable => ("worker", "build", &[]),
        Variant::Seams => ("worker-seams", "build-seams", &["--features", "seams"]),
    };
    let stamp = Stamp::new(
        name,
        &["functions", "shared", "Cargo.lock", "Cargo.toml", ".cargo", "rust-toolchain.toml"],
        &[&flags(), &tools.worker_build.to_string_lossy(), &tools.wasm_bindgen.to_string_lossy()],
    )?;
    if stamp.fresh(&variant.folder().join("index_bg.wasm")) {
        return Ok(());
    }
    let what = if variant == Variant::Seams { "Building the worker (with seams)" } else { "Building the worker" };
    let mut command = if variant == Variant::Seams { quick(tools, out) } else { command(tools, out, &[]) };
    step(what, || process::run(command.args(features).current_dir(project::path("functions"))))?;
    stamp.set()
}

/// For what is asked what it does, not how fast: the crates that it is made of are those of the deployed one, its own code is left as it
/// is written, which takes a third of the time.
pub fn quick(tools: &Tools, out: &str) -> Command {
    let mut command = command(tools, out, &["--no-opt"]);
    command.args(["--config", "profile.edge.package.functions.opt-level=0"]);
    command
}

/// worker-build with options of its own, to be run in a crate's folder; what is added to it goes to cargo.
fn command(tools: &Tools, out: &str, options: &[&str]) -> Command {
    let mut command = Command::new(&tools.worker_build);
    command
        .args(["--profile", "edge", "--out-dir", out])
        .args(options)
        .args(["--", "--locked"])
        .env("WASM_BINDGEN_BIN", &tools.wasm_bindgen)
        .env("WASM_OPT_BIN", &tools.wasm_opt)
        .env("ESBUILD_BIN", &tools.esbuild)
        .env("CARGO_ENCODED_RUSTFLAGS", flags());
    command
}

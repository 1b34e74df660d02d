//! The app's modules and the Web Worker's: wasm with hashed names below `dist/assets`, and the page that starts the first of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use super::page;
use crate::process::{self, step};
use crate::project;
use crate::stamp::{self, Stamp};
use crate::tools::Tools;

/// What rustc's wasm target emits by default; naming each keeps binaryen from using encodings that browsers do not read yet.
const WASM_FEATURES: [&str; 6] = [
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-reference-types",
];

/// Flattened code, given its blocks anew: 2 % of what is sent. The compiler made it small already; more passes take four times as long
/// and what they leave packs no better.
const SMALLER: [&str; 3] = ["--flatten", "--rereloop", "-O1"];

/// Erased component types make the app a seventh smaller: the framework compiles the code of a view once, not once for each of its
/// types. Shown sources of a panic name crates, not folders of this machine, so that a build's names do not depend on where it ran.
fn flags() -> String {
    let home = std::env::var("CARGO_HOME").unwrap_or_else(|_| format!("{}/.cargo", std::env::var("HOME").unwrap_or_default()));
    let remap = format!("--remap-path-prefix={home}/registry/src=crates");
    ["--cfg", r#"getrandom_backend="wasm_js""#, "--cfg", "erase_components", &remap].join("\x1f")
}

pub fn build(tools: &Tools) -> Result<()> {
    let stamp = Stamp::new(
        "app",
        &[
            "app",
            "shared",
            "public",
            "Cargo.lock",
            "Cargo.toml",
            ".cargo",
            "rust-toolchain.toml",
            "package-lock.json",
            "xtask/src/build",
        ],
        &[&tools.wasm_bindgen.to_string_lossy()],
    )?;
    if stamp.fresh(&project::path("dist/index.html")) {
        return Ok(());
    }
    step("Building the app", || {
        process::run(
            Command::new("cargo")
                .args([
                    "build",
                    "--locked",
                    "--profile",
                    "web",
                    "--target",
                    "wasm32-unknown-unknown",
                    "-p",
                    "app",
                    "-p",
                    "app-worker",
                ])
                .env("CARGO_ENCODED_RUSTFLAGS", flags())
                .current_dir(project::root()),
        )
    })?;
    step("Packing the app", || {
        let mut dist = Dist::default();
        let (script, wasm) = module(tools, &mut dist, "app")?;
        let (office, _) = module(tools, &mut dist, "office")?;
        let (lab, _) = module(tools, &mut dist, "lab")?;
        let (gate, _) = module(tools, &mut dist, "gate")?;
        let (studio, _) = module(tools, &mut dist, "studio")?;
        let (press, _) = module(tools, &mut dist, "press")?;
        let (worker, _) = module(tools, &mut dist, "app_worker")?;
        let styles = styles(tools, &mut dist)?;
        dist.copy(tools, &project::path("public"))?;
        let template = project::read(&project::path("app/index.html"))?;
        dist.write(
            "index.html",
            page::fill(&template, &page::Names { script, wasm, office, lab, gate, studio, press, worker, styles })?,
        )?;
        dist.sweep()
    })?;
    stamp.set()
}

/// Binds, shrinks and bundles one module; answers with the addresses of its script and its wasm.
fn module(tools: &Tools, dist: &mut Dist, name: &str) -> Result<(String, String)> {
    let work = project::target().join("xtask").join(name);
    let built = project::target().join("wasm32-unknown-unknown/web").join(format!("{name}.wasm"));
    process::output(
        Command::new(&tools.wasm_bindgen)
            .args(["--target", "web", "--no-typescript", "--out-name", name, "--out-dir"])
            .arg(&work)
            .arg(built),
    )?;
    let bound = work.join(format!("{name}_bg.wasm"));
    let small = work.join("small.wasm");
    process::output(
        Command::new(&tools.wasm_opt)
            .args(SMALLER)
            .args(WASM_FEATURES)
            .args(["--strip-debug", "--strip-producers"])
            .arg(&bound)
            .arg("-o")
            .arg(&small),
    )?;
    let wasm = dist.asset(name, "wasm", &fs::read(&small)?)?;
    // One script: wasm-bindgen's glue with the call that starts it, since the page's policy allows no inline script.
    let entry = work.join("start.js");
    project::write(&entry, format!("import start from \"./{name}.js\";\nawait start({{ module_or_path: \"{wasm}\" }});\n"))?;
    let bundled = process::output(Command::new(&tools.esbuild).arg(&entry).args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--log-level=warning",
    ]))?;
    Ok((dist.asset(name, "js", bundled.as_bytes())?, wasm))
}

/// `public/*.css` as one file: the design tokens first, then what uses them in the order of their names.
fn styles(tools: &Tools, dist: &mut Dist) -> Result<String> {
    let mut sheets: Vec<PathBuf> = stamp::files(&project::path("public"))?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|end| end == "css"))
        .collect();
    sheets.sort_by_key(|sheet| !sheet.ends_with("tokens.css"));
    let mut all = String::new();
    for sheet in &sheets {
        all.push_str(&project::read(sheet)?);
        all.push('\n');
    }
    let work = project::target().join("xtask/styles.css");
    project::write(&work, all)?;
    let small = process::output(Command::new(&tools.esbuild).arg(&work).args(["--minify", "--log-level=warning"]))?;
    dist.asset("app", "css", small.as_bytes())
}

/// `dist/` while it is made: a file is written only where its bytes changed, so that a running server reloads no more than it must,
/// and what no longer belongs there goes at the end.
#[derive(Default)]
struct Dist {
    kept: BTreeSet<PathBuf>,
}

impl Dist {
    /// A file that may be cached for good: its name holds its digest. Answers with its address.
    fn asset(&mut self, name: &str, end: &str, bytes: &[u8]) -> Result<String> {
        let digest: String = stamp::hex(&Sha256::digest(bytes)).chars().take(12).collect();
        let name = format!("assets/{}-{digest}.{end}", name.replace('_', "-"));
        self.write(&name, bytes)?;
        Ok(format!("/{name}"))
    }

    fn write(&mut self, name: &str, bytes: impl AsRef<[u8]>) -> Result<()> {
        let file = project::path("dist").join(name);
        if !fs::read(&file).is_ok_and(|old| old == bytes.as_ref()) {
            project::write(&file, bytes)?;
        }
        self.kept.insert(file);
        Ok(())
    }

    /// As they are; scripts, which others load too, without what only their authors read.
    fn copy(&mut self, tools: &Tools, folder: &Path) -> Result<()> {
        for file in stamp::files(folder)? {
            let end = file.extension().unwrap_or_default();
            if end == "css" {
                continue;
            }
            let name = file
                .strip_prefix(folder)?
                .to_str()
                .with_context(|| format!("{} has a name that is not UTF-8", file.display()))?;
            let bytes = if end == "js" {
                process::output(Command::new(&tools.esbuild).arg(&file).args([
                    "--minify",
                    "--target=es2020",
                    "--log-level=warning",
                ]))?
                .into_bytes()
            } else {
                fs::read(&file)?
            };
            self.write(name, bytes)?;
        }
        Ok(())
    }

    fn sweep(self) -> Result<()> {
        let samples = project::path("dist/samples");
        for file in stamp::files(&project::path("dist"))? {
            if !self.kept.contains(&file) && !file.starts_with(&samples) {
                fs::remove_file(&file)?;
            }
        }
        Ok(())
    }
}

//! What the browser loads, in bytes on the wire.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::worker::Variant;
use crate::process;
use crate::project;
use crate::stamp;
use crate::tools::Tools;

/// A module of the page: its name, what it is, and the bytes of brotli that its wasm and script may take.
pub type Module = (&'static str, &'static str, usize);

/// The first load is what a person waits for; the office comes in a quiet moment after it, the lab when somebody goes to Models or Settings, the
/// gate when somebody goes to sources, dead letters or what people may ask for, the studio when somebody plans, the
/// press when somebody goes to campaigns, the Web Worker's while a file is chosen or a model is fitted.
pub const MODULES: [Module; 6] = [
    ("app", "first load", 375_000),
    ("office", "second module", 465_000),
    ("lab", "third module, Models and Settings", 445_000),
    ("gate", "fourth module, sources and privacy", 350_000),
    ("studio", "fifth module, segments, offers and improvements", 470_000),
    ("press", "sixth module, campaigns and their messages", 660_000),
];

/// Shops load it on every page.
const SNIPPET: &str = "dist/rekindle.js";
const SNIPPET_BYTES: usize = 3_000;

/// The built files of one module: its wasm and its script.
pub fn files_of(module: &str) -> Result<Vec<PathBuf>> {
    let is_its = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let rest = name.strip_prefix(module).and_then(|rest| rest.strip_prefix('-'));
        // `app-worker-….js` begins with `app-` too: what follows is a digest, which holds no further dash.
        rest.is_some_and(|rest| !rest.contains('-') && (rest.ends_with(".wasm") || rest.ends_with(".js")))
    };
    Ok(stamp::files(&project::path("dist/assets"))?.into_iter().filter(is_its).collect())
}

/// The sizes of all files that the browser loads and of the worker.
pub struct Sizes {
    /// File, raw bytes and bytes of brotli, in the order of the report. Packing takes seconds, so each is packed once.
    files: Vec<(PathBuf, usize, usize)>,
}

pub fn measure(tools: &Tools) -> Result<Sizes> {
    let mut files = stamp::files(&project::path("dist/assets"))?;
    files.extend(["dist/index.html", SNIPPET].map(project::path));
    files.extend(["index_bg.wasm", "index.js"].map(|name| Variant::Deployable.folder().join(name)));
    let packed = packed(tools, &files)?;
    let sizes = |(file, packed): (PathBuf, usize)| -> Result<_> {
        let bytes = fs::metadata(&file).with_context(|| format!("{} is not built", file.display()))?.len();
        Ok((file, usize::try_from(bytes)?, packed))
    };
    Ok(Sizes { files: files.into_iter().zip(packed).map(sizes).collect::<Result<_>>()? })
}

/// Bytes of brotli of each file: what a server answers with for the browser's, and quickly packed for the worker's, which no budget is of.
fn packed(tools: &Tools, files: &[PathBuf]) -> Result<Vec<usize>> {
    let script = "const { brotliCompressSync: pack, constants: c } = require('node:zlib');\
        for (const file of process.argv.slice(1)) {\
            const quality = file.includes('/dist/') ? 11 : 5;\
            const params = { [c.BROTLI_PARAM_QUALITY]: quality, [c.BROTLI_PARAM_LGWIN]: 22 };\
            console.log(pack(require('node:fs').readFileSync(file), { params }).length);\
        }";
    let text = process::output(Command::new(&tools.node).args(["-e", script, "--"]).args(files))?;
    let packed: Vec<usize> = text.lines().map(str::parse).collect::<Result<_, _>>()?;
    if packed.len() != files.len() {
        bail!("{} of {} files were packed", packed.len(), files.len());
    }
    Ok(packed)
}

impl Sizes {
    /// Bytes of brotli that a module takes.
    fn load(&self, module: &str) -> Result<usize> {
        let its = files_of(module)?;
        Ok(self.packed(|file| its.contains(file)))
    }

    /// What a module or the snippet takes above its budget, as an error that says how to mend it.
    pub fn within_budgets(&self) -> Result<()> {
        for (module, what, most) in MODULES {
            let bytes = self.load(module)?;
            if bytes > most {
                bail!(
                    "{what} takes {} KB brotli, above the budget of {} KB: move pages to the other module, work to the Web Worker, or drop a dependency.",
                    bytes / 1000,
                    most / 1000
                );
            }
        }
        let snippet = self.packed(|file| file.ends_with(SNIPPET));
        if snippet > SNIPPET_BYTES {
            bail!("{SNIPPET} takes {snippet} bytes brotli, above the budget of {SNIPPET_BYTES}.");
        }
        Ok(())
    }

    fn packed(&self, is_its: impl Fn(&PathBuf) -> bool) -> usize {
        self.files.iter().filter(|(file, ..)| is_its(file)).map(|(.., packed)| packed).sum()
    }

    /// One line a file: raw and brotli, in KB.
    pub fn report(&self) -> Result<String> {
        let mut text = String::from("  raw KB  brotli KB\n");
        for (file, raw, packed) in &self.files {
            let shown = file.strip_prefix(project::root()).unwrap_or(file).display().to_string();
            writeln!(text, "{:>8.1} {:>10.1}  {shown}", kilobytes(*raw), kilobytes(*packed))?;
        }
        for (address, bytes) in super::sample::sizes()? {
            writeln!(text, "{:>8.1} {:>10}  {address} (gzip)", kilobytes(bytes as usize), "")?;
        }
        for (module, what, most) in MODULES {
            writeln!(text, "{:>19.1}  {what}: wasm and script, of {} allowed", kilobytes(self.load(module)?), most / 1000)?;
        }
        Ok(text)
    }
}

fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1000.0
}

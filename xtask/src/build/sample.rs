//! The sample shops as files: what "Load a sample shop" fetches.

use std::fs;
use std::io::Write as _;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use samples::{REFERENCE_DAY, SEED, Shop};
use serde_json::json;

use crate::process::step;
use crate::project;
use crate::stamp::Stamp;

/// Enough for every page to have something to show, small enough for a phone.
const CUSTOMERS: usize = 500;

pub fn build() -> Result<()> {
    let stamp = Stamp::new("samples", &["samples", "xtask/src/build/sample.rs"], &[])?;
    let manifest = project::path("dist/samples/manifest.json");
    if stamp.fresh(&manifest) {
        return Ok(());
    }
    step("Writing the sample shops", || {
        for shop in Shop::ALL {
            for (name, text) in samples::generate(shop, SEED, CUSTOMERS).named() {
                let file = project::path("dist/samples").join(shop.as_str()).join(format!("{name}.gz"));
                let mut packed = GzEncoder::new(Vec::new(), Compression::best());
                packed.write_all(text.as_bytes())?;
                project::write(&file, packed.finish()?)?;
            }
        }
        project::write(&manifest, json!({ "reference_day": REFERENCE_DAY }).to_string())
    })?;
    stamp.set()
}

/// The sizes of the written files, for the report: (address, bytes).
pub fn sizes() -> Result<Vec<(String, u64)>> {
    let mut sizes = Vec::new();
    for shop in Shop::ALL {
        let folder = project::path("dist/samples").join(shop.as_str());
        let mut sum = 0;
        for entry in fs::read_dir(folder)? {
            sum += entry?.metadata()?.len();
        }
        sizes.push((format!("/samples/{}/*", shop.as_str()), sum));
    }
    Ok(sizes)
}

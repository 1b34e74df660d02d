//! Writes a sample shop as CSV files: `cargo run -p samples -- store 5000 DIR [SEED]`.

use std::error::Error;
use std::path::Path;

use samples::{SEED, Shop, generate};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let usage = "usage: samples store|saas CUSTOMERS DIR [SEED]";
    let (shop, customers, folder, seed) = match arguments.as_slice() {
        [shop, customers, folder] => (shop, customers, folder, SEED),
        [shop, customers, folder, seed] => (shop, customers, folder, seed.parse()?),
        _ => return Err(usage.into()),
    };
    let shop = Shop::parse(shop).ok_or(usage)?;
    let files = generate(shop, seed, customers.parse()?);
    std::fs::create_dir_all(folder)?;
    for (name, text) in files.named() {
        let path = Path::new(folder).join(name);
        std::fs::write(&path, text)?;
        println!("{}: {} rows", path.display(), text.lines().count().saturating_sub(1));
    }
    Ok(())
}

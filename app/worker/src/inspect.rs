//! A look at the start of a file.

use shared::import::{Defaults, Guess, Kind, Options, Preview};
use web_sys::Blob;

use crate::file::Pieces;
use crate::server::Ended;

/// Bytes that are looked at.
const START: usize = 256 * 1024;

pub async fn guess(file: &Blob, kind: Option<Kind>, defaults: &Defaults) -> Result<Guess, Ended> {
    Ok(shared::import::guess(&start(file).await?, kind, defaults))
}

/// The first rows as they read under `options`.
pub async fn preview(file: &Blob, options: &Options) -> Result<Preview, Ended> {
    Ok(shared::import::preview(&start(file).await?, options))
}

async fn start(file: &Blob) -> Result<Vec<u8>, Ended> {
    let mut pieces = Pieces::open(file).await?;
    let mut start = Vec::new();
    while start.len() < START {
        match pieces.next().await? {
            Some(piece) => start.extend_from_slice(&piece),
            None => break,
        }
    }
    start.truncate(START);
    Ok(start)
}

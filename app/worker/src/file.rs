//! A file as a stream of bytes, unpacked where it is gzip: never more than one piece of it is held.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStreamDefaultReader};

/// Bytes of a file that are in hand at a time.
const PIECE: usize = 1 << 20;

/// The browser could not read the file: it was moved, changed or is no valid gzip.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The file could not be read: it may have been changed, moved or cut off since it was chosen. Choose it again.")]
pub struct Unreadable;

#[derive(Debug)]
pub struct Pieces {
    reader: ReadableStreamDefaultReader,
    /// Read beyond the piece that was given last.
    rest: Vec<u8>,
    ended: bool,
    bytes_read: u64,
    bytes_total: Option<u64>,
}

#[wasm_bindgen]
extern "C" {
    /// web-sys has it only behind its unstable flag, though every browser has shipped it since 2023.
    type DecompressionStream;

    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;
}

impl Pieces {
    pub async fn open(file: &Blob) -> Result<Self, Unreadable> {
        let packed = bytes(file, 0, 2).await? == [0x1f, 0x8b];
        let stream = match packed {
            false => file.stream(),
            true => {
                let unpacker = DecompressionStream::new("gzip").map_err(|_| Unreadable)?;
                let pair: JsValue = unpacker.into();
                file.stream().pipe_through(pair.unchecked_ref())
            }
        };
        let bytes_total = (!packed).then(|| file.size() as u64);
        Ok(Self {
            reader: ReadableStreamDefaultReader::new(&stream).map_err(|_| Unreadable)?,
            rest: Vec::new(),
            ended: false,
            bytes_read: 0,
            bytes_total,
        })
    }

    /// The next [`PIECE`] bytes, fewer at the end and then none. However the browser cuts what it reads, the pieces are the same
    /// each time, and with them the batches that are made of them.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Unreadable> {
        while self.rest.len() < PIECE && !self.ended {
            match self.read().await? {
                Some(bytes) => self.rest.extend_from_slice(&bytes),
                None => self.ended = true,
            }
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let rest = self.rest.split_off(self.rest.len().min(PIECE));
        let piece = std::mem::replace(&mut self.rest, rest);
        self.bytes_read += piece.len() as u64;
        Ok(Some(piece))
    }

    async fn read(&mut self) -> Result<Option<Vec<u8>>, Unreadable> {
        let read = JsFuture::from(self.reader.read()).await.map_err(|_| Unreadable)?;
        let done = Reflect::get(&read, &"done".into()).is_ok_and(|done| done.is_truthy());
        if done {
            return Ok(None);
        }
        let value = Reflect::get(&read, &"value".into()).map_err(|_| Unreadable)?;
        Ok(Some(Uint8Array::new(&value).to_vec()))
    }

    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Unknown for a packed file.
    pub fn bytes_total(&self) -> Option<u64> {
        self.bytes_total
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        // Lets go of the file; what is left unread interests nobody.
        let _ = self.reader.cancel();
    }
}

/// The bytes of the file from `from` on, at most up to `to`.
pub async fn bytes(file: &Blob, from: u64, to: u64) -> Result<Vec<u8>, Unreadable> {
    let slice = file.slice_with_f64_and_f64(from as f64, to as f64).map_err(|_| Unreadable)?;
    let buffer = JsFuture::from(slice.array_buffer()).await.map_err(|_| Unreadable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// A blob of bytes that were fetched.
pub fn blob(bytes: &[u8]) -> Result<Blob, Unreadable> {
    let parts = js_sys::Array::of1(&Uint8Array::from(bytes));
    Blob::new_with_u8_array_sequence(&parts).map_err(|_| Unreadable)
}

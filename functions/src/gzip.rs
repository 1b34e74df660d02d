//! Bytes that may be packed, unpacked as they come.

use std::io::Write;

use flate2::write::MultiGzDecoder;

/// Compressed bytes that are unpacked at a time: at most a thousand times as much comes out.
const STEP: usize = 4_096;

/// How many bytes may come out for one that went in, and how many more, as small files of one repeated line pack better without being a
/// bomb.
const RATIO: u64 = 100;
const HARMLESS: u64 = 750_000;

const MAGIC: (u8, u8) = (0x1f, 0x8b);

/// Unpacks what begins like gzip (by its first two bytes, since not every sender says so), and lets the rest be as it is.
#[derive(Debug, Default)]
pub struct Unpacker {
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    is_begun: bool,
    packed: u64,
    unpacked: u64,
    /// What came out and nobody has taken yet.
    pub ready: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    #[error("The gzip is damaged or broke off")]
    Gzip,
    #[error("It unpacks to more than 100 times its size")]
    Ratio,
}

impl Unpacker {
    /// For what comes from the middle of a file that is not packed.
    pub fn plain() -> Self {
        Self { is_begun: true, ..Self::default() }
    }

    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Damage> {
        if self.is_begun {
            return self.unpack(bytes);
        }
        // A single first byte waits for the second.
        let begin: Vec<u8> = self.ready.iter().chain(bytes).copied().collect();
        let [one, two, ..] = begin.as_slice() else {
            self.ready = begin;
            return Ok(());
        };
        self.is_begun = true;
        self.gzip = ((*one, *two) == MAGIC).then(|| MultiGzDecoder::new(Vec::new()));
        self.ready.clear();
        self.unpack(&begin)
    }

    /// Whether it is known if it is packed.
    pub fn is_begun(&self) -> bool {
        self.is_begun
    }

    pub fn is_packed(&self) -> bool {
        self.gzip.is_some() || self.packed > 0
    }

    /// Nothing more comes.
    pub fn end(&mut self) -> Result<(), Damage> {
        if let Some(mut gzip) = self.gzip.take() {
            gzip.try_finish().map_err(|_| Damage::Gzip)?;
            self.ready.append(gzip.get_mut());
        }
        Ok(())
    }

    fn unpack(&mut self, bytes: &[u8]) -> Result<(), Damage> {
        let Some(gzip) = &mut self.gzip else {
            self.ready.extend_from_slice(bytes);
            return Ok(());
        };
        for step in bytes.chunks(STEP) {
            gzip.write_all(step).map_err(|_| Damage::Gzip)?;
            self.packed += step.len() as u64;
            self.unpacked += gzip.get_ref().len() as u64;
            self.ready.append(gzip.get_mut());
            if self.unpacked > self.packed * RATIO + HARMLESS {
                return Err(Damage::Ratio);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn taken(pieces: &[&[u8]]) -> Result<Vec<u8>, Damage> {
        let mut unpacker = Unpacker::default();
        for piece in pieces {
            unpacker.take(piece)?;
        }
        unpacker.end()?;
        Ok(unpacker.ready)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn plain_and_gzipped_bodies_are_the_same_however_they_are_cut() {
        let text = "id,date,amount\n1,2026-01-01,5\n".repeat(50).into_bytes();
        let packed = gzip(&text);
        assert_eq!(taken(&[&text]).expect("plain"), text);
        assert_eq!(taken(&[&packed]).expect("gzip"), text);
        let bytes: Vec<&[u8]> = packed.chunks(1).collect();
        assert_eq!(taken(&bytes).expect("byte by byte"), text);
        assert_eq!(taken(&[b"x"]).expect("one byte"), b"x");
        assert_eq!(taken(&[]).expect("nothing"), b"");
    }

    #[test]
    fn a_bomb_and_a_broken_off_gzip_are_refused() {
        assert_eq!(taken(&[&gzip(&vec![b'0'; 50_000_000])]), Err(Damage::Ratio));
        let packed = gzip(b"id,date,amount\n1,2026-01-01,5\n");
        assert_eq!(taken(&[&packed[..packed.len() - 9]]), Err(Damage::Gzip));
    }
}

//! The worker's only source of randomness.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::id::Id;
use shared::time::Millis;

/// The platform gave no random bytes.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no random bytes: {0}")]
pub struct NoRandom(getrandom::Error);

pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(NoRandom)?;
    Ok(bytes)
}

/// A new UUIDv7.
pub fn id(now: Millis) -> Result<Id, NoRandom> {
    Ok(Id::from_parts(now.0, &bytes()?))
}

/// 256 random bits as 43 base64url characters.
pub fn secret() -> Result<String, NoRandom> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// Evenly spread in 0..1, for jitter: 0.5 where there is no randomness.
pub fn fraction() -> f64 {
    bytes::<4>().map_or(0.5, |bytes| f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

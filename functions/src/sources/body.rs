//! The body of a push, refused while it streams where it grows too large.

use std::io::Write;

use axum::body::{Body, BodyDataStream, HttpBody};
use flate2::write::MultiGzDecoder;
use futures_util::StreamExt;

use crate::extract::{BODY_BYTES, JSON_DEPTH, depth};
use crate::problem::Problem;

/// Bytes that a gzipped body may unpack to, and how many may come out for one that went in.
const UNPACKED_BYTES: usize = 10_000_000;
const GZIP_RATIO: usize = 100;

/// Small bodies of one repeated letter pack better than the ratio without being a bomb.
const HARMLESS_BYTES: usize = 100_000;

/// Compressed bytes that are unpacked at a time: at most a thousand times as much comes out.
const GZIP_STEP: usize = 4_096;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The bytes as they came.
pub async fn raw(body: Body) -> Result<Vec<u8>, Problem> {
    // What a declared length says is too long is not even begun.
    if body.size_hint().lower() > BODY_BYTES as u64 {
        return Err(Problem::TooLarge(BODY_BYTES));
    }
    let mut stream: BodyDataStream = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Problem::BadRequest("broken_off", "The body broke off: send it again".to_owned()))?;
        if bytes.len() + piece.len() > BODY_BYTES {
            return Err(Problem::TooLarge(BODY_BYTES));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Unpacks what begins like gzip, whatever its headers say: clients send it as a form, and without naming the encoding.
pub fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>, Problem> {
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Ok(bytes);
    }
    let damaged = |_| Problem::BadRequest("gzip_damaged", "The body's gzip is damaged or broke off".to_owned());
    let mut gzip = MultiGzDecoder::new(Vec::new());
    let mut taken = 0;
    for step in bytes.chunks(GZIP_STEP) {
        gzip.write_all(step).map_err(damaged)?;
        taken += step.len();
        let unpacked = gzip.get_ref().len();
        if unpacked > UNPACKED_BYTES {
            return Err(Problem::TooLarge(UNPACKED_BYTES));
        }
        if unpacked > HARMLESS_BYTES.max(taken * GZIP_RATIO) {
            return Err(Problem::BadRequest("gzip_ratio", "The body unpacks to more than 100 times its size".to_owned()));
        }
    }
    gzip.finish().map_err(damaged)
}

/// JSON text, not nested so deep that reading it could exhaust the stack. Whether it is JSON at all shows when it is read.
pub fn json(bytes: Vec<u8>) -> Result<String, Problem> {
    if depth(&bytes) > JSON_DEPTH {
        return Err(Problem::BadRequest("too_deep", format!("The JSON is nested deeper than {JSON_DEPTH} levels")));
    }
    String::from_utf8(bytes).map_err(|_| Problem::BadRequest("bad_json", "The body is not UTF-8: send JSON".to_owned()))
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn a_packed_body_is_what_it_was_and_a_plain_one_stays() {
        let text = br#"{"batch":[],"sentAt":"2026-11-22T00:07:16.488Z"}"#.to_vec();
        assert_eq!(unpacked(gzip(&text)).expect("gzip"), text);
        assert_eq!(unpacked(text.clone()).expect("plain"), text);
        assert_eq!(unpacked(gzip(&vec![b' '; HARMLESS_BYTES])).expect("small").len(), HARMLESS_BYTES);
    }

    #[test]
    fn a_bomb_and_a_broken_off_gzip_are_refused() {
        assert!(matches!(unpacked(gzip(&vec![b'0'; 9_000_000])), Err(Problem::BadRequest("gzip_ratio", _))));
        let packed = gzip(b"{}");
        for length in 2..packed.len() {
            let piece = packed.get(..length).expect("piece").to_vec();
            assert!(matches!(unpacked(piece), Err(Problem::BadRequest("gzip_damaged", _))), "{length}");
        }
    }

    #[test]
    fn what_unpacks_to_more_than_ten_megabytes_is_refused_whatever_its_ratio() {
        // Bytes of a generator pack to about their own size.
        let mut state = 1_u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 28) as u8
        });
        let packed = gzip(&noise.take(UNPACKED_BYTES + 1_000_000).collect::<Vec<_>>());
        assert!(matches!(unpacked(packed), Err(Problem::TooLarge(UNPACKED_BYTES))));
    }

    #[test]
    fn what_is_nested_deeper_than_32_levels_is_refused_before_it_is_read() {
        let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
        assert!(json(nested(32)).is_ok());
        assert!(matches!(json(nested(33)), Err(Problem::BadRequest("too_deep", _))));
        assert!(matches!(json(vec![b'{'; 500_000]), Err(Problem::BadRequest("too_deep", _))));
        assert!(matches!(json(vec![0xff]), Err(Problem::BadRequest("bad_json", _))));
    }
}

//! How a file is known again.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use shared::import::Options;

use crate::batches;

/// Bytes of the file's start, and as many of its end, that count.
pub const EDGE: u64 = 1_000_000;

/// SHA-256 in lower-case hex of the size, both edges and the options. How the file is cut stands in it too: a version of the
/// program that cuts another way must not go on with batches of this one.
pub fn digest(file_size: u64, first: &[u8], last: &[u8], options: &Options) -> Result<String, serde_json::Error> {
    let mut hash = Sha256::new();
    hash.update(format!("rekindle import 1, {} rows, {} bytes\n{file_size}\n", batches::ROWS, batches::BYTES));
    hash.update(serde_json::to_string(options)?);
    hash.update(first);
    hash.update(last);
    Ok(hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        serde_json::from_value(serde_json::json!({
            "kind": "orders", "encoding": "utf8", "delimiter": ",", "date_order": "year_first", "decimal_comma": false,
            "columns": {"customer_id": 0}, "currency": "USD", "time_zone": "UTC"
        }))
        .expect("options")
    }

    #[test]
    fn size_edges_and_mapping_each_make_another_import() {
        let mut other = options();
        other.columns.insert("amount".into(), 1);
        let digests = [
            digest(5, b"ab", b"de", &options()),
            digest(6, b"ab", b"de", &options()),
            digest(5, b"xb", b"de", &options()),
            digest(5, b"ab", b"dx", &options()),
            digest(5, b"ab", b"de", &other),
        ]
        .map(|digest| digest.expect("json"));
        let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), digests.len());
        assert!(digests.iter().all(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit())));
        assert_eq!(digest(5, b"ab", b"de", &options()).expect("json"), digests[0]);
    }
}

//! What is asked of an address, and what its answer says about the file.

use shared::outbound::Address;

use super::Reading;
use crate::db::pulls::Due;
use crate::outbound::Answer;

const ACCEPT: &str = "text/csv, application/x-ndjson, application/gzip, */*;q=0.5";

/// Whether the file is another than the one that is known; or, of one that is being read, its rest as long as it is the same.
pub(super) fn headers(due: &Due, reading: Option<&Reading>) -> Vec<(&'static str, String)> {
    let mut headers = vec![("accept", ACCEPT.to_owned())];
    match reading {
        None if due.digest.is_some() => {
            headers.extend(due.etag.clone().map(|etag| ("if-none-match", etag)));
            headers.extend(due.last_modified.clone().map(|at| ("if-modified-since", at)));
        }
        None => {}
        Some(reading) if reading.has_parts && reading.chunks > 0 => {
            headers.push(("range", format!("bytes={}-", reading.size)));
            let strong = reading.etag.clone().filter(|etag| is_strong(etag));
            headers.extend(strong.or_else(|| reading.last_modified.clone()).map(|known| ("if-range", known)));
        }
        Some(_) => {}
    }
    headers
}

/// `Content-Range: bytes 750000-999999/1000000`
pub(super) fn begins_at(answer: &Answer, size: u64) -> bool {
    let range = answer.header("content-range").unwrap_or_default();
    range.strip_prefix("bytes ").and_then(|range| range.split('-').next()).is_some_and(|begin| begin.parse() == Ok(size))
}

/// A weak one says that two files mean the same, not that they are the same bytes.
pub(super) fn is_strong(etag: &str) -> bool {
    !etag.starts_with("W/")
}

/// The last part of the path, without what may be secret behind it.
pub(super) fn file_name(address: &Address) -> String {
    let path = address.as_str().split('?').next().unwrap_or_default();
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or_else(|| address.host());
    name.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use shared::outbound::{Own, check};

    use super::*;

    #[test]
    fn an_import_is_called_as_the_file_without_the_query() {
        let own = Own { host: "shop.example.com", local_port: None };
        for (address, name) in [
            ("https://files.example.com/out/orders.csv?token=secret", "orders.csv"),
            ("https://files.example.com/", "files.example.com"),
            ("https://files.example.com/?a=/b.csv", "files.example.com"),
        ] {
            assert_eq!(file_name(&check(address, own).expect("an address")), name);
        }
    }
}

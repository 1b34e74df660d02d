//! Feeds of products as JSON, brought into the rows of a table while they stream by.
//!
//! Objects stand one a line, in a list, or in a list under a name such as `products`. Each becomes a row with the import's own fields
//! as columns; one with a list of variants becomes a row for each of them. What cannot be read becomes a row as well, in a column of
//! its own, so that it is refused with its reason and no other row is lost.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::guess::rank;
use super::headers::fold;
use super::limits::{RAW_CHARS, ROW_BYTES};
use super::lines::write_row;
use super::refusal::cut;
use super::{Kind, fields};

/// The column of text that is no product.
pub(super) const UNREADABLE: &str = "unreadable";

/// Names under which a feed keeps its list.
const LISTS: [&str; 6] = ["products", "items", "data", "results", "entries", "records"];

/// Names under which a product keeps its variants.
const VARIANTS: [&str; 3] = ["variants", "variations", "skus"];

/// Cuts objects out of the stream. It keeps at most one of them, and of a too long one nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Feed {
    has_header: bool,
    /// Inside the feed's own object, whose other members are not read.
    is_wrapped: bool,
    depth: u32,
    in_text: bool,
    escaped: bool,
    is_too_long: bool,
    /// The object so far, or what stands between two of them.
    held: Vec<u8>,
    /// Where the newest line begins in `held`.
    line: usize,
}

/// Whether a file's beginning is such a feed.
pub(super) fn is_feed(sample: &[u8]) -> bool {
    let text = sample.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(sample);
    let mut bytes = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    match bytes.next() {
        Some(b'{') => matches!(bytes.next(), Some(b'"')),
        Some(b'[') => matches!(bytes.next(), Some(b'{')),
        _ => false,
    }
}

impl Feed {
    /// Appends the rows that `bytes` completes, as CSV.
    pub(super) fn take(&mut self, bytes: &[u8], end: bool, out: &mut Vec<u8>) {
        if !self.has_header {
            self.has_header = true;
            let names = fields(Kind::Products).iter().map(|field| field.name).chain([UNREADABLE]);
            write_row(names, out);
        }
        for &byte in bytes {
            if self.depth == 0 { self.between(byte, out) } else { self.inside(byte, out) }
        }
        if end {
            self.give_up(out);
        }
    }

    fn between(&mut self, byte: u8, out: &mut Vec<u8>) {
        match byte {
            b'{' => {
                self.give_up(out);
                self.depth = 1;
                self.held.push(byte);
            }
            b'\n' => self.give_up(out),
            b'[' | b']' | b',' | b'\r' | b' ' | b'\t' if self.held.is_empty() => {}
            _ if self.is_wrapped => {}
            _ => self.hold(byte),
        }
    }

    fn inside(&mut self, byte: u8, out: &mut Vec<u8>) {
        if byte == b'\n' {
            return self.end_line(out);
        }
        self.hold(byte);
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => {
                self.depth += 1;
                if byte == b'[' && self.depth == 2 && opens_list(&self.held) {
                    *self = Self { has_header: true, is_wrapped: true, ..Self::default() };
                }
            }
            b'}' | b']' => {
                self.depth -= 1;
                if self.depth == 0 {
                    let (held, is_too_long) = (std::mem::take(&mut self.held), self.is_too_long);
                    *self = Self { has_header: true, is_wrapped: self.is_wrapped, ..Self::default() };
                    if is_too_long { unreadable("an object of more than 1 MB", out) } else { write_object(&held, out) }
                }
            }
            _ => {}
        }
    }

    /// A text does not go over a line's end, and where a line is an object of its own behind one that does not expect any, that one was
    /// broken off.
    fn end_line(&mut self, out: &mut Vec<u8>) {
        if self.in_text {
            return self.give_up(out);
        }
        let (before, line) = self.held.split_at_checked(self.line).unwrap_or((&self.held, &[]));
        let expects = before.iter().rev().find(|byte| !byte.is_ascii_whitespace()).is_none_or(|byte| b",:[{".contains(byte));
        if !expects && serde_json::from_slice::<Map<String, Value>>(line).is_ok() {
            let line = line.to_vec();
            self.held.truncate(self.line);
            self.give_up(out);
            return write_object(&line, out);
        }
        self.hold(b'\n');
        self.line = self.held.len();
    }

    fn hold(&mut self, byte: u8) {
        if self.held.len() < ROW_BYTES {
            self.held.push(byte);
        } else {
            self.is_too_long = true;
        }
    }

    /// What is held is no object and will be none.
    fn give_up(&mut self, out: &mut Vec<u8>) {
        let held = std::mem::take(&mut self.held);
        *self = Self { has_header: true, is_wrapped: self.is_wrapped, ..Self::default() };
        let text = String::from_utf8_lossy(&held);
        if !text.trim().is_empty() {
            unreadable(text.trim(), out);
        }
    }
}

/// `{"products": [`
fn opens_list(held: &[u8]) -> bool {
    let bare: Vec<u8> = held.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    LISTS.iter().any(|name| bare == format!("{{\"{name}\":[").as_bytes())
}

fn write_object(held: &[u8], out: &mut Vec<u8>) {
    let Ok(object) = serde_json::from_slice::<Map<String, Value>>(held) else {
        return unreadable(&String::from_utf8_lossy(held), out);
    };
    let product = cells(&object, false);
    let variants = VARIANTS.iter().find_map(|name| object.get(*name)?.as_array()).map(Vec::as_slice).unwrap_or_default();
    let variants: Vec<&Map<String, Value>> = variants.iter().filter_map(Value::as_object).collect();
    if variants.is_empty() {
        write_cells(&product, out);
    }
    for variant in variants {
        let own = cells(variant, true);
        let merged: Vec<Option<String>> = product.iter().zip(own).map(|(product, own)| own.or_else(|| product.clone())).collect();
        write_cells(&merged, out);
    }
}

/// The object's members under the import's fields, the best name of each winning. A variant's number and title are its own and not
/// the product's.
fn cells(object: &Map<String, Value>, is_variant: bool) -> Vec<Option<String>> {
    let names: Vec<(String, &Value)> = object.iter().map(|(name, value)| (fold(name), value)).collect();
    let best = |field: &str| {
        let ranked = names.iter().filter_map(|(name, value)| Some((rank(Kind::Products, field, name)?, text(value)?)));
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, text)| text)
    };
    let of_variant = |field: &str| match field {
        "variant_id" => best("variant_id").or_else(|| best("product_id")),
        "variant" => best("variant").or_else(|| best("title")),
        "product_id" | "title" => None,
        other => best(other),
    };
    fields(Kind::Products).iter().map(|field| if is_variant { of_variant(field.name) } else { best(field.name) }).collect()
}

/// Of a list the first, of an object what it is called or where it stands.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Array(values) => values.first().and_then(text),
        Value::Object(members) => {
            ["name", "title", "src", "url", "href", "link", "amount", "value"].iter().find_map(|name| text(members.get(*name)?))
        }
        Value::Null => None,
    }
}

fn write_cells(cells: &[Option<String>], out: &mut Vec<u8>) {
    write_row(cells.iter().map(|cell| cell.as_deref().unwrap_or("")).chain([""]), out);
}

fn unreadable(held: &str, out: &mut Vec<u8>) {
    let nothing = fields(Kind::Products).iter().map(|_| "");
    write_row(nothing.chain([cut(held, RAW_CHARS)]), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Title, number and variant of each row; what could not be read.
    fn check(feed: &str, expected: &[&str]) {
        for step in [1, 7, feed.len()] {
            let (mut state, mut out) = (Feed::default(), Vec::new());
            for piece in feed.as_bytes().chunks(step) {
                state.take(piece, false, &mut out);
            }
            state.take(&[], true, &mut out);
            let mut reader = csv::Reader::from_reader(out.as_slice());
            let header = reader.headers().expect("a header").clone();
            let column = |name: &str| header.iter().position(|other| other == name).expect("the field");
            let shown = ["product_id", "variant_id", "title", "variant", "price", "stock", "link", UNREADABLE].map(column);
            let rows: Vec<String> = reader
                .records()
                .map(|row| {
                    let row = row.expect("a row");
                    shown.map(|at| row.get(at).unwrap_or("").to_owned()).join("|")
                })
                .collect();
            assert_eq!(rows, expected, "in pieces of {step}");
        }
    }

    #[test]
    fn objects_are_read_one_a_line_and_in_lists() {
        let one = r#"{"id": "P-1", "title": "Green \"tea\" {1}", "price": 9.9, "stock": 3, "link": "https://shop.example/t"}"#;
        let two = r#"{"sku": "P-2", "name": "Pot", "price": {"amount": "24.00"}, "availability": "out of stock"}"#;
        let rows = ["P-1||Green \"tea\" {1}||9.9|3|https://shop.example/t|", "||Pot||24.00|||"];
        check(&format!("{one}\n{two}\n"), &rows);
        check(&format!("[{one},\n {two}]"), &rows);
        check(&format!("{{\"products\": [\n{one},{two}], \"next\": null}}"), &rows);
        check(&one.replace(", ", ",\n  "), &rows[..1]);
    }

    #[test]
    fn each_variant_is_a_row_of_its_product() {
        let product = r#"{"id": 7, "title": "Tea", "variants": [
            {"id": 71, "title": "100 g", "price": "9.90", "inventory_quantity": 4}, {"id": 72, "title": "200 g", "price": "17.00"}]}"#;
        check(product, &["7|71|Tea|100 g|9.90|4||", "7|72|Tea|200 g|17.00|||"]);
    }

    #[test]
    fn what_is_broken_costs_no_other_row() {
        let good = r#"{"id": "1", "title": "Tea"}"#;
        let row = "1||Tea|||||";
        check(
            &format!("{good}\n{{\"id\": \"2\", \"title\": \"Po\n{good}\n"),
            &[row, "|||||||{\"id\": \"2\", \"title\": \"Po", row],
        );
        check(&format!("{good}\n{{\"id\": \"2\"\n{good}\n"), &[row, "|||||||{\"id\": \"2\"", row]);
        check(&format!("{good}\nnonsense\n{good}"), &[row, "|||||||nonsense", row]);
        check(&format!("{good}\n{{\"id\": 2,}}\n{good}\n{{\"id\""), &[row, "|||||||{\"id\": 2,}", row, "|||||||{\"id\""]);
    }

    #[test]
    fn a_table_is_no_feed() {
        assert!(is_feed(b"\xEF\xBB\xBF [ {\"id\": 1}]") && is_feed(b"{\"id\": 1}"));
        assert!(!is_feed(b"id,title\n1,Tea\n") && !is_feed(b"[id],[title]\n") && !is_feed(b"{id},{title}\n"));
    }
}

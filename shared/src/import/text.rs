//! From a file's bytes to text, in pieces.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Encoding;
use super::feed::Feed;

/// Brings each piece into a form in which a byte below 128 is that ASCII character: UTF-16 becomes UTF-8, the other encodings are
/// so already. Takes the byte order mark off and drops NUL bytes, which some exports pad with and no text store takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Intake {
    encoding: Encoding,
    /// The beginning of a character, or of a byte order mark: at most 3 bytes.
    carry: Vec<u8>,
    begun: bool,
    /// Of objects: a table has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    feed: Option<Feed>,
}

impl Intake {
    pub(super) fn new(encoding: Encoding) -> Self {
        let feed = (encoding == Encoding::Json).then(Feed::default);
        Self { encoding, carry: Vec::new(), begun: false, feed }
    }

    /// Appends what `bytes` adds to `out`; `end` says that nothing follows.
    pub(super) fn take(&mut self, bytes: &[u8], end: bool, out: &mut Vec<u8>) {
        if let Some(mut feed) = self.feed.take() {
            let mut text = Vec::with_capacity(bytes.len());
            self.decode(bytes, end, &mut text);
            feed.take(&text, end, out);
            self.feed = Some(feed);
        } else {
            self.decode(bytes, end, out);
        }
    }

    fn decode(&mut self, bytes: &[u8], end: bool, out: &mut Vec<u8>) {
        if self.begun && self.carry.is_empty() && !matches!(self.encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
            extend_without_nul(out, bytes);
            return;
        }
        let mut all = std::mem::take(&mut self.carry);
        all.extend_from_slice(bytes);
        let mut rest = all.as_slice();
        if !self.begun {
            if rest.len() < 3 && !end {
                self.carry = all;
                return;
            }
            self.begun = true;
            rest = without_mark(rest, self.encoding);
        }
        match self.encoding {
            Encoding::Utf8 | Encoding::Windows1252 | Encoding::Json => extend_without_nul(out, rest),
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let whole = if end { rest.len() } else { whole_utf16(rest, self.encoding) };
                let (now, later) = rest.split_at_checked(whole).unwrap_or((rest, &[]));
                self.carry = later.to_vec();
                extend_without_nul(out, decode_utf16(now, self.encoding).as_bytes());
            }
        }
    }
}

/// One row's text. UTF-16 is UTF-8 by then; what is no valid text becomes U+FFFD.
pub(super) fn row_text(bytes: &[u8], encoding: Encoding) -> Cow<'_, str> {
    match encoding {
        Encoding::Windows1252 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
        Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Json => String::from_utf8_lossy(bytes),
    }
}

/// By its byte order mark, by the NUL bytes that UTF-16 has beside Latin letters, by whether it is valid UTF-8.
pub(super) fn guess_encoding(sample: &[u8]) -> Encoding {
    match sample {
        [0xEF, 0xBB, 0xBF, ..] => return Encoding::Utf8,
        [0xFF, 0xFE, ..] => return Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    let nul = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (nul(0), nul(1));
    if odd > sample.len() / 5 && odd > even.saturating_mul(4) {
        return Encoding::Utf16Le;
    }
    if even > sample.len() / 5 && even > odd.saturating_mul(4) {
        return Encoding::Utf16Be;
    }
    match std::str::from_utf8(sample) {
        Ok(_) => Encoding::Utf8,
        // The sample may end inside a character.
        Err(error) if error.error_len().is_none() => Encoding::Utf8,
        Err(_) => Encoding::Windows1252,
    }
}

fn without_mark(bytes: &[u8], encoding: Encoding) -> &[u8] {
    let mark: &[u8] = match encoding {
        Encoding::Utf8 | Encoding::Json => &[0xEF, 0xBB, 0xBF],
        Encoding::Utf16Le => &[0xFF, 0xFE],
        Encoding::Utf16Be => &[0xFE, 0xFF],
        Encoding::Windows1252 => &[],
    };
    bytes.strip_prefix(mark).unwrap_or(bytes)
}

/// The length without a last half unit and without the first half of a surrogate pair.
fn whole_utf16(bytes: &[u8], encoding: Encoding) -> usize {
    let even = bytes.len() & !1;
    let high = match (bytes.get(even.saturating_sub(2)..even), encoding) {
        (Some(&[low, high]), Encoding::Utf16Le) => u16::from_le_bytes([low, high]),
        (Some(&[high, low]), _) => u16::from_be_bytes([high, low]),
        _ => 0,
    };
    if (0xD800..0xDC00).contains(&high) { even.saturating_sub(2) } else { even }
}

fn decode_utf16(bytes: &[u8], encoding: Encoding) -> Cow<'_, str> {
    let decoder = if encoding == Encoding::Utf16Le { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
    decoder.decode_without_bom_handling(bytes).0
}

fn extend_without_nul(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.contains(&0) {
        out.extend(bytes.iter().filter(|&&byte| byte != 0));
    } else {
        out.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    fn in_pieces(bytes: &[u8], encoding: Encoding, size: usize) -> String {
        let mut intake = Intake::new(encoding);
        let mut out = Vec::new();
        bytes.chunks(size).for_each(|piece| intake.take(piece, false, &mut out));
        intake.take(&[], true, &mut out);
        row_text(&out, encoding).into_owned()
    }

    #[test]
    fn every_encoding_reads_the_same_text_in_pieces_of_any_size() {
        let text = "\u{feff}Zoë,𝔘𝔫𝔦,日本\r\n";
        for size in 1..8 {
            assert_eq!(in_pieces(text.as_bytes(), Encoding::Utf8, size), &text[3..]);
            assert_eq!(in_pieces(&utf16(text, true), Encoding::Utf16Le, size), &text[3..]);
            assert_eq!(in_pieces(&utf16(text, false), Encoding::Utf16Be, size), &text[3..]);
            assert_eq!(in_pieces(b"Zo\xEB \x80\x00 5", Encoding::Windows1252, size), "Zoë € 5");
        }
    }

    #[test]
    fn what_is_no_text_becomes_a_replacement_sign_and_a_torn_end_is_no_panic() {
        assert_eq!(in_pieces(b"a\xFFb", Encoding::Utf8, 1), "a\u{fffd}b");
        assert_eq!(in_pieces(&[0x41, 0, 0x00, 0xD8, 0x42, 0], Encoding::Utf16Le, 1), "A\u{fffd}B");
        assert_eq!(in_pieces(&[0x41, 0, 0x42], Encoding::Utf16Le, 2), "A\u{fffd}");
        assert_eq!(in_pieces(&[0xEF, 0xBB], Encoding::Utf8, 1), "\u{fffd}");
    }

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(guess_encoding("a,ö".as_bytes()), Encoding::Utf8);
        assert_eq!(guess_encoding(&"a,ö".as_bytes()[..3]), Encoding::Utf8, "a sample that ends inside a character");
        assert_eq!(guess_encoding(b"a,\xF6,b"), Encoding::Windows1252);
        assert_eq!(guess_encoding(&utf16("\u{feff}a,b", true)), Encoding::Utf16Le);
        assert_eq!(guess_encoding(&utf16("name,total\n", true)), Encoding::Utf16Le);
        assert_eq!(guess_encoding(&utf16("name,total\n", false)), Encoding::Utf16Be);
        assert_eq!(guess_encoding(b""), Encoding::Utf8);
    }
}

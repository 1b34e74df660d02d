//! Long texts in pieces, for rules and classifier were made for a sentence or two.

/// What stands later in a text is not read.
const READ: usize = 8_000;
/// A text of up to so many bytes is one piece.
const SHORT: usize = 400;
/// A piece ends with the sentence in which it gets so long.
const PIECE: usize = 200;

/// Pieces that hold a word, in their order.
pub(super) fn windows(text: &str) -> Vec<&str> {
    let text = text.get(..text.floor_char_boundary(READ)).unwrap_or(text).trim();
    if text.len() <= SHORT {
        return if text.is_empty() { Vec::new() } else { vec![text] };
    }
    let mut pieces = Vec::new();
    let (mut start, mut end) = (0, 0);
    for sentence in text.split_inclusive(['.', '!', '?', '\n', '。', '！', '？']) {
        end += sentence.len();
        if end - start >= PIECE {
            pieces.push((start, end));
            start = end;
        }
    }
    pieces.push((start, end));
    pieces.into_iter().filter_map(|(start, end)| Some(text.get(start..end)?.trim())).filter(|piece| !piece.is_empty()).collect()
}

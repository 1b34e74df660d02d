//! The texts of a message, each with its place, and the words of a text.

use super::Field;
use crate::message::{Message, Slot};

/// One text of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    pub field: Field,
    pub index: usize,
    pub slot: Option<Slot>,
    pub text: &'a str,
}

impl Piece<'_> {
    /// A reader sees it as the message's words.
    pub fn is_said(&self) -> bool {
        !matches!(self.field, Field::Link | Field::Signature)
    }

    /// Where an offer is told.
    pub fn is_offer(&self) -> bool {
        self.slot == Some(Slot::Offer)
    }
}

pub(super) fn of(message: &Message) -> Vec<Piece<'_>> {
    let piece = |field, index, slot, text| Piece { field, index, slot, text };
    let mut pieces = Vec::with_capacity(message.parts.len() + 8);
    for (index, part) in message.subjects.iter().enumerate() {
        pieces.push(piece(Field::Subject, index, Some(part.slot), part.text.as_str()));
    }
    if let Some(part) = &message.preheader {
        pieces.push(piece(Field::Preheader, 0, Some(part.slot), part.text.as_str()));
    }
    pieces.push(piece(Field::Greeting, 0, None, message.greeting.as_str()));
    for (index, part) in message.parts.iter().enumerate() {
        pieces.push(piece(Field::Part, index, Some(part.slot), part.text.as_str()));
    }
    if let Some(call) = &message.call {
        pieces.push(piece(Field::Call, 0, Some(Slot::Action), call.text.as_str()));
        pieces.push(piece(Field::Link, 0, Some(Slot::Action), call.link.as_str()));
    }
    pieces.push(piece(Field::Signature, 0, None, message.signature.as_str()));
    pieces
}

/// A word with its place in bytes: letters and figures, with apostrophes and hyphens inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub from: usize,
    pub to: usize,
    pub text: &'a str,
    /// First of a sentence, a line or a quotation.
    pub is_first: bool,
}

pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut is_first = true;
    while let Some((from, one)) = chars.next() {
        if !one.is_alphanumeric() {
            // A dot inside an abbreviation ends nothing that begins with a small letter, so it does no harm here.
            is_first |= matches!(
                one,
                '.' | '!'
                    | '?'
                    | '…'
                    | ':'
                    | '\n'
                    | '"'
                    | '“'
                    | '„'
                    | '«'
                    | '”'
                    | '‘'
                    | '('
                    | '•'
                    | '—'
                    | '–'
                    | '。'
                    | '！'
                    | '？'
                    | '/'
            );
            continue;
        }
        let mut to = from + one.len_utf8();
        while let Some((at, next)) = chars.peek().copied() {
            let is_inside = matches!(next, '\'' | '’' | '-' | '‑')
                && text.get(at + next.len_utf8()..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
            if !next.is_alphanumeric() && !is_inside && !is_mark(next) {
                break;
            }
            to = at + next.len_utf8();
            chars.next();
        }
        words.push(Word { from, to, text: text.get(from..to).unwrap_or_default(), is_first });
        is_first = false;
    }
    words
}

/// A mark that belongs to the letter before it.
fn is_mark(one: char) -> bool {
    matches!(one, '\u{300}'..='\u{36f}' | '\u{5b0}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{64b}'..='\u{65f}' | '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_where_they_stand() {
        let found = words("It's a pour-over. Ask Ada (she's in).");
        let texts: Vec<&str> = found.iter().map(|word| word.text).collect();
        assert_eq!(texts, ["It's", "a", "pour-over", "Ask", "Ada", "she's", "in"]);
        let first: Vec<&str> = found.iter().filter(|word| word.is_first).map(|word| word.text).collect();
        assert_eq!(first, ["It's", "Ask", "she's"]);
        assert_eq!((found[4].from, found[4].to), (22, 25));
    }
}

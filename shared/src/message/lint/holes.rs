//! Holes where a merge field was not filled, characters that nobody sees, and tags.

use super::pieces::Piece;
use super::{Code, Field, Findings};
use crate::message::layout;

/// Signs of template languages: none of them belongs into words.
const SIGNS: [&str; 14] = ["{{", "}}", "{%", "%}", "{#", "#}", "${", "*|", "|*", "%%", "<%", "%>", "[[", "]]"];

/// What programs write where there is nothing.
const NOTHING: [&str; 7] = ["undefined", "null", "nan", "none", "lorem ipsum", "[object object]", "todo"];

/// What stands between square brackets or percent signs in drafts: `[First name]`, `%FIRSTNAME%`.
const FIELDS: [&str; 12] =
    ["name", "first", "last", "insert", "product", "item", "company", "link", "date", "code", "placeholder", "city"];

/// Whether a program wrote this where there was nothing. Some of it is also a name, which no text can be told apart from a hole.
pub fn is_nothing(text: &str) -> bool {
    NOTHING.iter().chain(&["n/a"]).any(|nothing| text.trim().eq_ignore_ascii_case(nothing))
}

pub(super) fn check(pieces: &[Piece<'_>], found: &mut Findings) {
    for piece in pieces {
        hidden(piece, found);
        if piece.field != Field::Link {
            holes(piece, found);
            markup(piece, found);
        }
    }
}

fn hidden(piece: &Piece<'_>, found: &mut Findings) {
    let is_bad = |one: char| layout::is_hidden(one) && (one != '\n' || matches!(piece.field, Field::Subject | Field::Link));
    let bad = piece.text.char_indices().find(|(_, one)| is_bad(*one));
    if let Some((at, one)) = bad {
        let reason = match one {
            _ if layout::is_turn(one) => "A hidden mark turns the direction of the text, so that it can read as something else.",
            '\r' | '\n' | '\0' => {
                "A line break or an empty character stands where one line must be: it could begin another header."
            }
            _ => "A character that nobody sees stands here.",
        };
        let fix = format!("Delete the character U+{:04X}, in the fact or in the words that bring it.", u32::from(one));
        found.at(Code::HiddenCharacter, piece, (at, at + one.len_utf8()), reason, fix);
    }
}

fn holes(piece: &Piece<'_>, found: &mut Findings) {
    let text = piece.text;
    let mut hole = |from: usize, to: usize, reason: &str| {
        found.at(Code::Hole, piece, (from, to), reason, "Fill the field, or choose a block that does without this fact.");
    };
    if let Some((at, sign)) = SIGNS.iter().filter_map(|sign| Some((text.find(sign)?, sign))).min_by_key(|(at, _)| *at) {
        hole(at, at + sign.len(), "A merge field was not filled: signs of a template are left.");
    } else if let Some((from, to)) = bracketed(text) {
        hole(from, to, "This looks like a field that nobody filled.");
    }
    for nothing in NOTHING {
        let lower = text.to_ascii_lowercase();
        let is_edge = |one: Option<char>| one.is_none_or(|one| !one.is_alphanumeric());
        for (at, _) in lower.match_indices(nothing) {
            let before = lower.get(..at).and_then(|text| text.chars().next_back());
            let after = lower.get(at + nothing.len()..).and_then(|text| text.chars().next());
            // "None of it is lost" is English; a "None," or "None!" alone is a program's.
            let is_word =
                nothing == "none" && (after == Some(' ') || !text.get(at..).is_some_and(|rest| rest.starts_with("None")));
            let is_word = is_word || (nothing == "todo" && !text.get(at..).is_some_and(|rest| rest.starts_with("TODO")));
            if is_edge(before) && is_edge(after) && !is_word {
                hole(at, at + nothing.len(), "A program writes this where a fact is missing.");
            }
        }
    }
    for gap in ["  ", " ,", " .", " !", "()", "\"\"", "“”", ",,"] {
        let is_french = |at: usize| gap == " !" && at > 0 && piece.is_said() && text.contains(['é', 'è', 'ê', 'à', 'ç']);
        if let Some(at) = text.find(gap).filter(|at| !is_french(*at) && !is_ellipsis(text, *at)) {
            hole(at, at + gap.len(), "A word seems to be missing: there is a gap.");
        }
    }
    let is_empty = text.trim().is_empty() && matches!(piece.field, Field::Subject | Field::Part | Field::Call);
    if is_empty {
        hole(0, 0, "There are no words here.");
    }
}

/// " ..." is no gap.
fn is_ellipsis(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| {
        rest.starts_with(" ..") || rest.starts_with(" .") && rest.chars().nth(2).is_some_and(char::is_alphanumeric)
    })
}

fn bracketed(text: &str) -> Option<(usize, usize)> {
    for (open, close) in [('[', ']'), ('%', '%'), ('<', '>')] {
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(open)).map(|at| at + from) {
            let inner = text.get(at + 1..)?;
            let Some(length) = inner.find(close).filter(|length| (1..=40).contains(length)) else { break };
            let words = inner.get(..length)?.to_ascii_lowercase();
            let is_plain = words.chars().all(|one| one.is_alphanumeric() || " _-.'".contains(one));
            let is_single = open != '%' || !words.contains(' ');
            if is_plain && is_single && FIELDS.iter().any(|field| words.contains(field)) {
                return Some((at, at + 2 + length));
            }
            from = at + 1;
        }
    }
    None
}

fn markup(piece: &Piece<'_>, found: &mut Findings) {
    let tag = piece.text.char_indices().find(|(at, one)| {
        let next = piece.text.get(at + 1..).and_then(|rest| rest.chars().next());
        *one == '<' && next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'))
    });
    let entity = || piece.text.match_indices('&').find(|(at, _)| is_entity(piece.text.get(at + 1..).unwrap_or_default()));
    if let Some(at) = tag.map(|(at, _)| at).or_else(|| entity().map(|(at, _)| at)) {
        let to = piece.text.get(at..).and_then(|rest| rest.find(['>', ';'])).map_or(piece.text.len(), |end| at + end + 1);
        let reason = "A reader would see this tag as letters: words are not HTML, and a layout escapes them.";
        found.at(Code::Markup, piece, (at, to), reason, "Delete the tag, or leave out the fact that holds it.");
    }
}

fn is_entity(rest: &str) -> bool {
    let name = rest.split(';').next().filter(|name| name.len() < rest.len() && (2..=12).contains(&name.len()));
    name.is_some_and(|name| name.trim_start_matches('#').bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

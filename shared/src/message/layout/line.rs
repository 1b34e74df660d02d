//! Lines that go into headers, subjects and fields of providers: no customer's text may end one of them early.

/// A character that nobody sees: controls, marks that turn the direction of what follows, joiners and fillers without a width.
pub fn is_hidden(one: char) -> bool {
    one.is_control() || is_bidi(one) || is_filler(one)
}

/// Marks that turn the direction of the text after them (Unicode Standard Annex 9, table 1), which can make a text read as another.
pub(crate) fn is_bidi(one: char) -> bool {
    matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Without a width. The joiners U+200C and U+200D stay where scripts and emoji need them.
fn is_filler(one: char) -> bool {
    matches!(one, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line: breaks and tabs become blanks, what nobody sees is left out, blanks are single.
pub fn header(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for one in text.chars() {
        let is_break = matches!(one, '\r' | '\n' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
        if is_break || one.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_hidden(one) {
            line.push(one);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// A subject as a header: one line that does not pretend to answer, of at most 200 characters.
pub fn subject(text: &str) -> String {
    let line = header(text);
    let line: String = without_reply(&line).chars().take(200).collect();
    line.trim_end().to_owned()
}

/// The subject of a mail that continues a thread.
pub(super) fn reply(first: &str) -> String {
    format!("Re: {}", subject(first))
}

/// Without what mail programs put before the subject of an answer or of what is passed on, in several languages.
pub(crate) fn without_reply(text: &str) -> &str {
    const MARKS: [&str; 15] = ["re", "aw", "antw", "sv", "vs", "rv", "rif", "ref", "odp", "fw", "fwd", "wg", "tr", "vl", "res"];
    let mut rest = text.trim_start();
    while let Some((mark, after)) = rest.split_once([':', '：']) {
        let mark = mark.trim_end().trim_end_matches(|one: char| one.is_ascii_digit() || "[]()".contains(one));
        if !MARKS.iter().any(|known| mark.eq_ignore_ascii_case(known)) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_one_line_that_holds_nothing_hidden() {
        assert_eq!(header("Hello\r\nBcc: all@example.com\0"), "Hello Bcc: all@example.com");
        assert_eq!(header("  a\t\u{b}b\u{2028}c \u{202e}d\u{200b}e\u{85} "), "a b c de");
        assert_eq!(header("👩\u{200d}🚀 می\u{200c}خواهم"), "👩\u{200d}🚀 می\u{200c}خواهم");
    }

    #[test]
    fn a_subject_never_pretends_to_answer() {
        for (from, to) in [
            ("Re: Your order", "Your order"),
            ("RE[2]: re : AW: Fwd: Your order", "Your order"),
            ("Regarding: tea", "Regarding: tea"),
            ("Really: tea", "Really: tea"),
            ("\r\nRe:\n", ""),
        ] {
            assert_eq!(subject(from), to, "{from:?}");
        }
        assert_eq!(reply("Re: Your order\r\n"), "Re: Your order");
        assert_eq!(subject(&"a".repeat(900)).len(), 200);
    }
}

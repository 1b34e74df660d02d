//! JSON as it came, laid out for reading without touching a letter of what it says.

/// Line breaks and indents between tokens; numbers, texts and whatever is not JSON stay as they are. Reading and writing it anew
/// would round the ids beyond 2^53 that stores send.
pub(in crate::pages::data) fn laid_out(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 2);
    let mut depth = 0_usize;
    let (mut in_text, mut escaped) = (false, false);
    let mut letters = json.trim().chars().peekable();
    while let Some(letter) = letters.next() {
        if in_text {
            out.push(letter);
            (in_text, escaped) = match letter {
                _ if escaped => (true, false),
                '\\' => (true, true),
                '"' => (false, false),
                _ => (true, false),
            };
            continue;
        }
        match letter {
            '"' => {
                in_text = true;
                out.push(letter);
            }
            '{' | '[' => {
                out.push(letter);
                while letters.next_if(|next| next.is_whitespace()).is_some() {}
                // Nothing inside stays on one line.
                if let Some(close) = letters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            letter if letter.is_whitespace() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Deeper than this the indent would be all that is seen.
const DEEPEST: usize = 40;

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(DEEPEST)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_and_says_the_same() {
        let json = r#"{"id":706405506930370084,"a":[1,{}, [ ] ],"t":"x, {\"y\"}: \\"}"#;
        let expected =
            "{\n  \"id\": 706405506930370084,\n  \"a\": [\n    1,\n    {},\n    []\n  ],\n  \"t\": \"x, {\\\"y\\\"}: \\\\\"\n}";
        assert_eq!(laid_out(json), expected);
        assert_eq!(laid_out(expected), expected, "once more changes nothing");
    }

    #[test]
    fn what_is_not_json_loses_no_letter_but_its_gaps() {
        assert_eq!(laid_out("webhook_id=7"), "webhook_id=7");
        assert_eq!(laid_out("\"open"), "\"open");
        assert_eq!(laid_out("]]}"), "\n]\n]\n}");
    }
}

//! Text of customers and of the shop as data: so that a model can tell it from what it is asked to do.
//!
//! What stands between the marks is JSON in which `<`, `>` and `&` are written as escapes, so that no text, whatever it says, holds the
//! mark that ends it; and letters that nobody sees are gone, so that nothing is said past the reader.

use serde_json::Value;

pub const OPEN: &str = "<data>";
pub const CLOSE: &str = "</data>";

/// What stands for an address, a number or a link that was taken out.
const GONE: &str = "[…]";

/// The value between the marks.
pub fn fenced(value: &Value) -> String {
    let mut text = String::from(OPEN);
    text.push('\n');
    for letter in serde_json::to_string_pretty(value).unwrap_or_default().chars() {
        match letter {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            other => text.push(other),
        }
    }
    text.push('\n');
    text.push_str(CLOSE);
    text
}

/// One line of at most so many characters that can be seen, without addresses, links and telephone numbers.
pub fn plain(text: &str, most: usize) -> String {
    let seen: String =
        text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).filter(|l| !is_hidden(*l)).collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    let line =
        without_numbers(&words.iter().map(|word| if is_address(word) { GONE } else { word }).collect::<Vec<_>>().join(" "));
    line.chars().take(most).collect()
}

/// Letters that are not shown, or that turn the direction of others.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// An e-mail address or a link, with what stands around it.
fn is_address(word: &str) -> bool {
    let lower = word.to_lowercase();
    let has_host = || {
        let host = lower.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_matches(|c: char| !c.is_alphanumeric());
        host.rsplit_once('.').is_some_and(|(name, last)| {
            !name.is_empty()
                && last.len() >= 2
                && last.chars().all(char::is_alphabetic)
                && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
        })
    };
    lower.contains('@') || lower.contains("://") || lower.contains("www.") || has_host()
}

/// Runs of seven digits and more, however they are grouped.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for letter in text.chars().chain(std::iter::once('\n')) {
        let goes_on = letter.is_numeric()
            || (!run.is_empty() && matches!(letter, ' ' | '-' | '/' | '(' | ')' | '.'))
            || (run.is_empty() && letter == '+');
        if goes_on {
            run.push(letter);
            continue;
        }
        let digits = run.chars().filter(|c| c.is_numeric()).count();
        if digits >= 7 {
            out.push_str(GONE);
            // What parted the number from the next word parts it still.
            out.extend(run.chars().rev().take_while(|c| !c.is_numeric()).collect::<Vec<_>>().into_iter().rev());
        } else {
            out.push_str(&run);
        }
        run.clear();
        if letter != '\n' {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn no_text_ends_its_fence(text in ".*", other in "(</?data>|<|>|&|\\\\u003c|\u{202e}|\"|\\\\){0,12}") {
            let value = json!({ text.clone(): [text, other.clone()], other: 1 });
            let fenced = fenced(&value);
            let inside = fenced.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix(CLOSE)).expect("marks");
            prop_assert!(!inside.contains(['<', '>', '&']));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(inside).expect("json"), value);
        }

        #[test]
        fn a_line_holds_nothing_hidden_and_no_address(text in ".*", name in "[a-z]{1,9}", host in "[a-z]{1,9}\\.[a-z]{2,5}") {
            let line = plain(&format!("{text} {name}@{host} https://{host}/x {host} +49 30 1234567 {text}"), 10_000);
            prop_assert!(!line.chars().any(is_hidden));
            prop_assert!(!line.contains(&host) && !line.contains('@') && !line.contains("1234567"));
        }
    }

    #[test]
    fn short_numbers_and_words_stay() {
        assert_eq!(plain("Order 1001 of 12 cups, 2 of 3\n broken.", 100), "Order 1001 of 12 cups, 2 of 3 broken.");
        assert_eq!(plain("Call (030) 123-4567 now", 100), "Call ([…] now");
        assert_eq!(plain("a\u{200b}b\u{e0041}c\u{202e}", 100), "abc");
        assert_eq!(plain("write ada@example.com, or see shop.example.com/x.", 100), "write […] or see […]");
        assert_eq!(plain("abcdef", 3), "abc");
    }
}

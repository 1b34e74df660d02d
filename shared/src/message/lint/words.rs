//! Looking for phrases: by whole words, whatever their case, spaces and apostrophes.

/// A text made ready to be searched, with the way back to its bytes.
#[derive(Debug)]
pub(super) struct Plain {
    text: String,
    /// For each byte of `text` the byte that it comes from; one more at the end.
    back: Vec<usize>,
}

impl Plain {
    /// Small letters; apostrophes straight, every other mark a blank, blanks single.
    pub fn new(from: &str) -> Self {
        let (mut text, mut back) = (String::with_capacity(from.len() + 2), Vec::with_capacity(from.len() + 3));
        let mut add = |one: char, at: usize| {
            if one == ' ' && text.ends_with(' ') {
                return;
            }
            text.push(one);
            back.extend(std::iter::repeat_n(at, one.len_utf8()));
        };
        add(' ', 0);
        for (at, one) in from.char_indices() {
            match one {
                '\'' | '’' | '‘' | '`' | '´' => add('\'', at),
                '%' | '$' | '€' | '£' => add(one, at),
                _ if one.is_alphanumeric() => one.to_lowercase().for_each(|one| add(one, at)),
                // Written by a decomposed letter or between two of a script that joins them.
                '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' => {}
                _ => add(' ', at),
            }
        }
        add(' ', from.len());
        back.push(from.len());
        Self { text, back }
    }

    /// Where the phrase is, as bytes of the text that this was made from. A phrase that ends in `*` may go on as a longer word.
    pub fn find(&self, phrase: &str) -> Option<(usize, usize)> {
        let (phrase, is_stem) = phrase.strip_suffix('*').map_or((phrase, false), |stem| (stem, true));
        // A letter behind an apostrophe goes on with the word: "won" is not in "won't".
        let is_edge = |at: usize| {
            let mut rest = self.text.get(at..).into_iter().flat_map(str::chars);
            match rest.next() {
                Some('\'') => !rest.next().is_some_and(char::is_alphanumeric),
                one => one.is_none_or(|one| !one.is_alphanumeric()),
            }
        };
        let mut from = 0;
        while let Some(at) = self.text.get(from..).and_then(|rest| rest.find(phrase)).map(|at| at + from) {
            let before = self.text.get(..at).and_then(|text| text.chars().next_back());
            let to = at + phrase.len();
            // Scripts that write without blanks have no edges of words.
            let has_edges = phrase.is_ascii() || before.is_some_and(|one| one.is_ascii()) || before.is_none();
            if !has_edges || (before.is_none_or(|one| !one.is_alphanumeric()) && (is_stem || is_edge(to))) {
                let end = if is_stem {
                    self.text
                        .get(to..)
                        .and_then(|rest| rest.find(|one: char| !one.is_alphanumeric()))
                        .map_or(to, |more| to + more)
                } else {
                    to
                };
                return Some((*self.back.get(at)?, *self.back.get(end)?));
            }
            from = at + phrase.chars().next().map_or(1, char::len_utf8);
        }
        None
    }

    /// The first of the phrases that is there.
    pub fn any(&self, phrases: &[&str]) -> Option<(usize, usize)> {
        phrases.iter().find_map(|phrase| self.find(phrase))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words_and_point_back() {
        let text = "Well – We’ve  MISSED\nyou, all.";
        let plain = Plain::new(text);
        let (from, to) = plain.find("we've missed you").expect("found");
        assert_eq!(&text[from..to], "We’ve  MISSED\nyou");
        assert_eq!(plain.find("miss"), None);
        assert_eq!(Plain::new("You won't be").find("you won"), None);
        assert!(Plain::new("as the 'free gift' says").find("free gift").is_some());
        assert!(plain.find("miss*").is_some());
        assert_eq!(Plain::new("Grüße").find("grüße"), Some((0, 7)));
        assert_eq!(Plain::new("").find("a"), None);
        assert!(Plain::new("本日限定のお知らせ").find("限定").is_some());
    }
}

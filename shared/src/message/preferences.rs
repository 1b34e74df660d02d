//! The words of the pages that a message's reader sees: how to get less, and a video for them.
//!
//! `{shop}`, `{address}`, `{date}` and `{name}` stand for what the page fills in, each as plain text.

mod more;
mod west;

use more::{ARABIC, HEBREW, JAPANESE, POLISH, SWEDISH};
use west::{DUTCH, ENGLISH, FRENCH, GERMAN, ITALIAN, PORTUGUESE, SPANISH};

use super::locale::Language;

/// One language's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    pub title: &'static str,
    pub about: &'static str,
    pub about_short: &'static str,
    pub stop: &'static str,
    pub stop_note: &'static str,
    pub less: &'static str,
    pub fewer: &'static str,
    pub pause30: &'static str,
    pub pause90: &'static str,
    pub only: &'static str,
    pub email: &'static str,
    pub sms: &'static str,
    pub in_app: &'static str,
    pub post: &'static str,
    pub call: &'static str,
    pub ads: &'static str,
    pub done: &'static str,
    pub done_stop: &'static str,
    pub done_kind: &'static str,
    pub done_fewer: &'static str,
    pub done_pause: &'static str,
    pub failed: &'static str,
    pub failed_note: &'static str,
    pub video: &'static str,
    pub video_named: &'static str,
    pub play: &'static str,
    pub by: &'static str,
    pub gone: &'static str,
    pub close: &'static str,
    pub later: &'static str,
    pub message: &'static str,
}

pub fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::French => &FRENCH,
        Language::Spanish => &SPANISH,
        Language::Italian => &ITALIAN,
        Language::Dutch => &DUTCH,
        Language::Portuguese => &PORTUGUESE,
        Language::Swedish => &SWEDISH,
        Language::Polish => &POLISH,
        Language::Japanese => &JAPANESE,
        Language::Arabic => &ARABIC,
        Language::Hebrew => &HEBREW,
    }
}

/// Puts texts into the places of a sentence of [`words`], each as it is; a text may name a place and stays what it is.
pub fn fill(sentence: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, more)) = after.split_once('}') else {
            filled.push('{');
            filled.push_str(after);
            return filled;
        };
        filled.push_str(places.iter().find(|(place, _)| *place == name).map_or("", |(_, text)| text));
        rest = more;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_all_words_and_their_places() {
        for language in Language::ALL {
            let words = words(*language);
            let all = format!("{words:?}");
            assert!(!all.contains("\"\""), "{language:?}");
            for (sentence, places) in [
                (words.about, &["{shop}", "{address}"][..]),
                (words.done_pause, &["{shop}", "{date}"]),
                (words.done_stop, &["{shop}"]),
                (words.done_kind, &["{shop}"]),
                (words.done_fewer, &["{shop}"]),
                (words.video_named, &["{name}"]),
                (words.by, &["{shop}"]),
            ] {
                for place in places {
                    assert!(sentence.contains(place), "{language:?} {sentence}");
                }
            }
            assert_ne!(words.stop, words.fewer);
        }
    }

    #[test]
    fn what_is_filled_in_stays_what_it_is() {
        assert_eq!(fill("To {address} of {shop}.", &[("shop", "{address}"), ("address", "a")]), "To a of {address}.");
        assert_eq!(fill("{x}{", &[("shop", "A")]), "{");
    }
}

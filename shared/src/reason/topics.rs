//! The shop's list of words and phrases that speak for a reason, which people edit.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Reason, words};

/// A list has at most so many entries.
pub const MOST: usize = 500;

/// A phrase has at most so many characters, and so many words.
pub const CHARS: usize = 60;
pub const WORDS: usize = 8;

/// Words that deny a phrase which begins one or two words later.
const DENIALS: [&str; 6] = ["not", "isnt", "wasnt", "nicht", "pas", "never"];
const DENIED: usize = 2;

/// How much a phrase says, at least and at most.
pub const WEIGHTS: std::ops::RangeInclusive<u8> = 1..=3;

/// A word or phrase that speaks for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    pub reason: Reason,
    /// One word or several, whatever their case. A `*` at the end of the last one stands for any ending.
    pub phrase: String,
    /// 1 hints, 2 tells, 3 decides.
    pub weight: u8,
    /// Two letters, ISO 639-1: for people who keep the list; any text is searched for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Phrases ready to be found in texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Topics {
    list: Vec<(Vec<String>, bool, Phrase)>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    #[error("A list has at most {MOST} phrases")]
    TooMany,
    #[error("Phrase {0}: use 1 to {WORDS} words of at most {CHARS} characters together")]
    Length(usize),
    #[error("Phrase {0}: it stands in the list twice")]
    Twice(usize),
    #[error("Phrase {0}: the weight is 1, 2 or 3")]
    Weight(usize),
    #[error("Phrase {0}: the language is a code of two letters, such as en")]
    Language(usize),
}

impl Topics {
    pub fn new(list: &[Phrase]) -> Self {
        let entry = |phrase: &Phrase| {
            let words = words::tokens(&phrase.phrase);
            (!words.is_empty()).then(|| (words, phrase.phrase.trim_end().ends_with('*'), phrase.clone()))
        };
        Self { list: list.iter().filter_map(entry).collect() }
    }

    /// Phrases that stand in a text of these words; one after a negation ("not too expensive") does not count.
    pub fn found(&self, tokens: &[String]) -> Vec<&Phrase> {
        let stands = |words: &[String], is_open: bool| {
            tokens.windows(words.len()).enumerate().any(|(place, window)| {
                let last = words.len() - 1;
                let before = tokens.get(place.saturating_sub(DENIED)..place).unwrap_or_default();
                let fits = window
                    .iter()
                    .zip(words)
                    .enumerate()
                    .all(|(at, (token, word))| token == word || (is_open && at == last && token.starts_with(word.as_str())));
                fits && !before.iter().any(|word| DENIALS.contains(&word.as_str()))
            })
        };
        self.list.iter().filter(|(words, is_open, _)| stands(words, *is_open)).map(|(.., phrase)| phrase).collect()
    }
}

/// The list that a shop starts with, ready to be found.
pub fn starting() -> &'static Topics {
    static STARTING: LazyLock<Topics> = LazyLock::new(|| Topics::new(&built_in()));
    &STARTING
}

/// The list that a shop starts with: phrases that hardly ever mean anything else.
pub fn built_in() -> Vec<Phrase> {
    include_str!("phrases.tsv")
        .lines()
        .filter_map(|line| {
            let mut parts = line.split('\t');
            let (reason, language, weight, phrase) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
            let reason = Reason::of_code(reason)?;
            Some(Phrase { reason, phrase: phrase.to_owned(), weight: weight.parse().ok()?, language: Some(language.to_owned()) })
        })
        .collect()
}

/// Trimmed, with single blanks and small letters.
///
/// # Errors
/// When an entry is empty or too long, stands there twice, or has a weight or language that is none.
pub fn tidy(given: &[Phrase]) -> Result<Vec<Phrase>, TopicError> {
    if given.len() > MOST {
        return Err(TopicError::TooMany);
    }
    let mut list: Vec<Phrase> = Vec::new();
    for (place, phrase) in given.iter().enumerate() {
        let at = place + 1;
        let words = words::tokens(&phrase.phrase);
        let text = phrase.phrase.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if words.is_empty() || words.len() > WORDS || text.chars().count() > CHARS || text.chars().any(char::is_control) {
            return Err(TopicError::Length(at));
        }
        if !WEIGHTS.contains(&phrase.weight) {
            return Err(TopicError::Weight(at));
        }
        if phrase.language.as_ref().is_some_and(|code| code.len() != 2 || !code.bytes().all(|b| b.is_ascii_lowercase())) {
            return Err(TopicError::Language(at));
        }
        if list.iter().any(|known| known.phrase == text) {
            return Err(TopicError::Twice(at));
        }
        list.push(Phrase { phrase: text, ..phrase.clone() });
    }
    Ok(list)
}

//! One sentence of a model, judged: what it says of the reader, the shop and the offer must be what named facts say.

use std::collections::BTreeSet;

use super::accept::{Asked, Fault, is_writable};
use super::fence::is_hidden;
use super::figures::{self, Allowed};
use super::language::Language;
use super::prompt::{PROMISE, is_theirs, listed};
use crate::message::{Fact, FactKey, FactValue, Promise};

/// What a sentence shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Fact(FactKey),
    Promise,
}

/// What a sentence may say, made ready once for all of them.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    language: &'static Language,
    facts: Vec<&'a Fact>,
    promise: Option<&'a Promise>,
    /// Names and titles that stand for themselves, the longest first; in lower case.
    titles: Vec<Vec<char>>,
    /// Words that may begin with a capital anywhere.
    known: BTreeSet<String>,
    /// The composer's sentences as they are compared, each with what it shows.
    own: Vec<(String, Vec<FactKey>)>,
}

/// Stands for a title that was found.
const TITLE: char = '□';

/// Facts of the shop and not of the reader.
const OF_SHOP: [FactKey; 3] = [FactKey::Improvement, FactKey::BackInStock, FactKey::PriceDrop];

impl<'a> Judge<'a> {
    pub fn of(asked: &Asked<'a>, language: &'static Language) -> Self {
        let Asked { message, brand, promise, .. } = *asked;
        let facts = listed(asked);
        // What customers wrote is never taken as it stands: it may say anything.
        let texts = facts.iter().filter(|fact| !is_theirs(fact.key)).filter_map(|fact| text_of(fact));
        let names = [Some(brand.name.as_str()), brand.sender.as_deref(), promise.map(|promise| promise.name.as_str())];
        let titles: Vec<&str> = texts.chain(names.into_iter().flatten()).collect();
        let parts =
            || message.subjects.iter().chain(&message.preheader).chain(&message.parts).filter(|part| is_writable(part.slot));
        let spoken = facts.iter().filter_map(|fact| text_of(fact)).chain(parts().map(|part| part.text.as_str()));
        let known = titles.iter().copied().chain(brand.sender_role.as_deref()).chain(spoken).flat_map(words).collect();
        let mut titles: Vec<Vec<char>> =
            titles.into_iter().filter(|title| is_clean(title)).map(|title| title.trim().chars().map(lower).collect()).collect();
        titles.retain(|title: &Vec<char>| title.len() > 1);
        titles.sort_by_key(|title| std::cmp::Reverse(title.len()));
        let own = parts().flat_map(|part| sentences(&part.text).map(|text| (phrase(text), part.facts.clone()))).collect();
        Self { language, facts, promise, titles, known, own }
    }

    /// What is wrong with it, with the words, and what it shows.
    pub fn check(&self, text: &str, named: &[String]) -> (Vec<(Fault, String)>, BTreeSet<Source>) {
        let spoken = phrase(text);
        if let Some((_, facts)) = self.own.iter().find(|(own, _)| *own == spoken) {
            return (Vec::new(), facts.iter().map(|key| Source::Fact(*key)).collect());
        }
        let mut faults: Vec<(Fault, String)> = Vec::new();
        let is_listed = |id: &&String| {
            self.facts.iter().any(|fact| fact.key.code() == id.as_str()) || (*id == PROMISE && self.promise.is_some())
        };
        faults.extend(named.iter().filter(|id| !is_listed(id)).map(|id| (Fault::Unlisted, id.clone())));
        let names = |fact: &&&Fact| named.iter().any(|id| id == fact.key.code());
        let facts: Vec<&Fact> = self.facts.iter().filter(names).copied().collect();
        let promise = self.promise.filter(|_| named.iter().any(|id| id == PROMISE));

        faults.extend(written(text));
        let masked = self.masked(text);
        let foreign = |letter: &char| letter.is_alphabetic() && !letter.is_ascii() && !('\u{c0}'..='\u{24f}').contains(letter);
        faults.extend(masked.chars().find(foreign).map(|letter| (Fault::Characters, letter.to_string())));
        let (wrong, shown) = figures::check(&masked, &Allowed::of(&facts, promise), self.language);
        faults.extend(wrong);

        let mut seen: BTreeSet<Source> = shown.into_iter().collect();
        seen.extend(self.facts.iter().filter(|fact| shows(fact, &spoken)).map(|fact| Source::Fact(fact.key)));
        seen.extend(promise.filter(|promise| spoken.contains(&phrase(&promise.name))).map(|_| Source::Promise));
        let bare = phrase(&masked);
        faults.extend(self.said(&bare, promise, &seen));
        faults.extend(self.codes_and_names(&masked));
        (faults, seen)
    }

    /// Promises, days and claims that rest on nothing.
    fn said(&self, bare: &str, promise: Option<&Promise>, seen: &BTreeSet<Source>) -> Vec<(Fault, String)> {
        let find = |list: &[&str]| list.iter().find(|one| bare.contains(&phrase(one))).map(|found| (*found).to_owned());
        let Language { days, promises, half, theirs, ours, dots, .. } = self.language;
        let mut faults = Vec::new();
        faults.extend(find(days).map(|found| (Fault::Date, found)));
        faults.extend(find(dots).map(|found| (Fault::Link, found)));
        if promise.is_none() {
            faults.extend(find(promises).map(|found| (Fault::Promise, found)));
        }
        if promise.is_none_or(|promise| promise.depth != 500) {
            faults.extend(find(half).map(|found| (Fault::Percent, found)));
        }
        let is_of_shop = |source: &Source| matches!(source, Source::Fact(key) if OF_SHOP.contains(key));
        if promise.is_none() && !seen.iter().any(is_of_shop) {
            faults.extend(find(ours).map(|found| (Fault::Claim, found)));
        }
        if seen.is_empty() {
            faults.extend(find(theirs).map(|found| (Fault::Claim, found)));
        }
        faults
    }

    fn codes_and_names(&self, masked: &str) -> Vec<(Fault, String)> {
        let mut faults = Vec::new();
        let mut is_start = true;
        let mut before: Option<String> = None;
        for piece in masked.split_whitespace() {
            // A name may stand between quotation marks, dashes and slashes.
            for part in piece.split(['/', '–', '—', '-']) {
                let word: String = part.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned();
                let starts_here = is_start || part.starts_with(['"', '“', '„', '«', '¿', '¡', '(']);
                is_start = part.ends_with(['.', '!', '?', ':', '…']);
                let key = word.to_lowercase();
                let Some(first) = word.chars().next() else { continue };
                let has_digits = word.chars().any(|letter| letter.is_ascii_digit());
                let is_shouted = word.chars().filter(|letter| letter.is_uppercase()).count() >= 3
                    && word.chars().all(|letter| !letter.is_lowercase());
                let root = key.trim_end_matches("'s").trim_end_matches("’s");
                let is_known = self.known.contains(root) || self.known.contains(&key);
                if first.is_alphabetic() && !is_known && (has_digits || is_shouted) {
                    faults.push((Fault::Code, word));
                    before = None;
                    continue;
                }
                let stands_out = first.is_uppercase()
                    && !is_known
                    && !starts_here
                    && !self.language.capitals.contains(&key.as_str())
                    && self.language.month(&key).is_none();
                match (&before, stands_out, self.language.has_noun_capitals) {
                    (_, true, false) => faults.push((Fault::Name, word)),
                    (Some(one), true, true) => faults.push((Fault::Name, format!("{one} {word}"))),
                    (None, true, true) => {
                        before = Some(word).filter(|_| !is_start);
                        continue;
                    }
                    _ => {}
                }
                before = None;
            }
        }
        faults
    }

    /// The sentence with a mark in the place of each title, so that what they hold is not judged as the model's own.
    fn masked(&self, text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let small: Vec<char> = letters.iter().copied().map(lower).collect();
        let is_word = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphanumeric());
        let mut out = String::new();
        let mut at = 0;
        while let Some(letter) = letters.get(at) {
            let found = self.titles.iter().find(|title| {
                let end = at + title.len();
                small.get(at..end) == Some(title.as_slice()) && !is_word(at.checked_sub(1)) && !is_word(Some(end))
            });
            match found {
                Some(title) => {
                    out.push(TITLE);
                    at += title.len();
                }
                None => {
                    out.push(*letter);
                    at += 1;
                }
            }
        }
        out
    }
}

/// Letters, markup, templates and links: what no sentence holds, whatever it says.
fn written(text: &str) -> Vec<(Fault, String)> {
    let mut faults = Vec::new();
    let is_strange = |letter: &char| is_hidden(*letter) || (letter.is_numeric() && !letter.is_ascii_digit());
    faults.extend(text.chars().find(is_strange).map(|letter| (Fault::Characters, letter.escape_unicode().to_string())));
    for letter in text.chars() {
        match letter {
            '{' | '}' => faults.push((Fault::Template, letter.to_string())),
            '<' | '>' | '[' | ']' | '|' | '\\' | '`' | '^' | '*' | '_' | '~' | '#' | '=' | TITLE => {
                faults.push((Fault::Markup, letter.to_string()))
            }
            '@' => faults.push((Fault::Link, letter.to_string())),
            _ => {}
        }
    }
    let is_entity = |part: &str| {
        part.split_once(';')
            .is_some_and(|(name, _)| !name.is_empty() && name.len() < 10 && name.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    if text.split('&').skip(1).any(is_entity) {
        faults.push((Fault::Markup, "&".to_owned()));
    }
    faults.extend(text.split_whitespace().find(|word| is_link(word)).map(|word| (Fault::Link, word.to_owned())));
    faults
}

/// An address, or what a mail client would make one of.
fn is_link(word: &str) -> bool {
    let lower = word.to_lowercase();
    if lower.contains("://")
        || lower.contains("www.")
        || lower.starts_with("http")
        || lower.starts_with("mailto:")
        || lower.starts_with("tel:")
    {
        return true;
    }
    let letters: Vec<char> = lower.chars().collect();
    letters.windows(4).any(|four| match four {
        [before, dot, one, other] => {
            // Full stops of other scripts are taken for dots by some readers of addresses.
            before.is_alphanumeric()
                && matches!(dot, '.' | '。' | '．' | '｡' | '․')
                && one.is_alphabetic()
                && other.is_alphabetic()
        }
        _ => false,
    })
}

/// A title that is nothing but words.
fn is_clean(title: &str) -> bool {
    written(title).is_empty()
}

fn text_of(fact: &Fact) -> Option<&str> {
    match &fact.value {
        FactValue::Text { text } | FactValue::Drop { item: text, .. } => Some(text),
        _ => None,
    }
}

/// Whether a reader sees the fact's text: whole, or most of its longer words.
fn shows(fact: &Fact, spoken: &str) -> bool {
    let Some(text) = text_of(fact) else { return false };
    let wanted = phrase(text);
    if wanted.trim().is_empty() {
        return false;
    }
    if spoken.contains(wanted.trim_end()) {
        return true;
    }
    let long: Vec<String> = words(text).into_iter().filter(|word| word.chars().count() >= 4).collect();
    let there = long.iter().filter(|word| spoken.contains(&format!(" {word}"))).count();
    long.len() >= 3 && there * 5 >= long.len() * 3
}

fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Words in lower case with one space before and behind each: so that a phrase is found by its whole words.
pub(super) fn phrase(text: &str) -> String {
    format!(" {} ", words(text).join(" "))
}

/// Rough, which is enough to find a sentence again.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '!', '?', '\n']).map(str::trim).filter(|text| !text.is_empty())
}

//! VADER's rules, as its Python package 3.3.2 applies them.
//!
//! Where the package does something other than its paper or its comments say, we do what it does: the second part of a "but"
//! clause, for one, weighs the first word *of that valence* (see [`weigh_but`]).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Scores;
use super::lexicon::{booster, description, idiom, negates, valence};

/// A word in capitals among others that are not.
const CAPITALS: f64 = 0.733;
/// A negated word has three quarters of its strength, the other way round.
const NEGATED: f64 = -0.74;
/// Approximates the greatest sum to expect (`alpha` of `normalize`).
const ALPHA: f64 = 15.0;

/// A word or emoticon with what the rules ask of it.
#[derive(Debug)]
struct Token<'a> {
    lower: Cow<'a, str>,
    valence: Option<f64>,
    booster: Option<f64>,
    negates: bool,
    capitals: bool,
}

impl<'a> Token<'a> {
    fn new(raw: &'a str) -> Self {
        let stripped = raw.trim_matches(|c: char| c.is_ascii_punctuation());
        // What has hardly a letter was an emoticon.
        let word = if stripped.chars().nth(2).is_none() { raw } else { stripped };
        let lower = if word.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
            Cow::Borrowed(word)
        } else {
            Cow::Owned(word.to_lowercase())
        };
        Self { valence: valence(&lower), booster: booster(&lower), negates: negates(&lower), capitals: in_capitals(word), lower }
    }

    fn is(&self, word: &str) -> bool {
        self.lower == word
    }

    fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }
}

pub(super) fn scores(text: &str) -> Scores {
    let text = emojis_in_words(text);
    let tokens: Vec<Token> = text.split(is_space).filter(|word| !word.is_empty()).map(Token::new).collect();
    if tokens.is_empty() {
        return Scores::default();
    }
    let capitals = tokens.iter().filter(|token| token.capitals).count();
    let capitals_differ = 0 < capitals && capitals < tokens.len();

    let mut valences: Vec<f64> = (0..tokens.len()).map(|place| valence_at(&tokens, place, capitals_differ)).collect();
    if let Some(but) = tokens.iter().position(|token| token.is("but")) {
        weigh_but(&mut valences, but);
    }
    sum_up(&valences, emphasis(&text))
}

/// Each emoji gives way to its description, with a space before it but none behind it.
fn emojis_in_words(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| description(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let (mut words, mut after_space) = (String::with_capacity(text.len() * 2), true);
    for c in text.chars() {
        if let Some(description) = description(c) {
            if !after_space {
                words.push(' ');
            }
            words.push_str(description);
            after_space = false;
        } else {
            words.push(c);
            after_space = c == ' ';
        }
    }
    Cow::Owned(words)
}

/// Python's `str.isspace`, which also counts the four separators of ASCII.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Python's `str.isupper`: some capital, nothing small, none of the letters that are a capital and a small one in one.
fn in_capitals(word: &str) -> bool {
    const TITLE: [char; 4] = ['\u{1c5}', '\u{1c8}', '\u{1cb}', '\u{1f2}'];
    let small = |c: char| {
        c.is_lowercase()
            || TITLE.contains(&c)
            || matches!(c, '\u{1f88}'..='\u{1f8f}' | '\u{1f98}'..='\u{1f9f}' | '\u{1fa8}'..='\u{1faf}')
            || matches!(c, '\u{1fbc}' | '\u{1fcc}' | '\u{1ffc}')
    };
    word.chars().any(char::is_uppercase) && !word.chars().any(small)
}

fn valence_at(tokens: &[Token], place: usize, capitals_differ: bool) -> f64 {
    let Some(token) = tokens.get(place) else { return 0.0 };
    let next = tokens.get(place + 1);
    let back = |steps: usize| place.checked_sub(steps).and_then(|place| tokens.get(place));
    let before_is = |steps: usize, words: &[&str]| back(steps).is_some_and(|token| token.is_any(words));

    let kind_of = token.is("kind") && next.is_some_and(|next| next.is("of"));
    let Some(rated) = token.valence.filter(|_| token.booster.is_none() && !kind_of) else { return 0.0 };

    // A "no" right before a rated word only negates it.
    let mut valence = if token.is("no") && next.is_some_and(|next| next.valence.is_some()) { 0.0 } else { rated };
    if before_is(1, &["no"]) || before_is(2, &["no"]) || (before_is(3, &["no"]) && before_is(1, &["or", "nor"])) {
        valence = rated * NEGATED;
    }
    if token.capitals && capitals_differ {
        valence += if valence > 0.0 { CAPITALS } else { -CAPITALS };
    }
    for (steps, share) in [(1, 1.0), (2, 0.95), (3, 0.9)] {
        let Some(before) = back(steps).filter(|before| before.valence.is_none()) else { continue };
        valence += share * boost(before, valence, capitals_differ);
        valence = negate(tokens, place, steps, valence);
        if steps == 3 {
            valence = idioms(tokens, place, valence);
        }
    }
    // "Least" negates, but not in "at least" and "very least".
    if back(1).is_some_and(|before| before.valence.is_none() && before.is("least")) && !before_is(2, &["at", "very"]) {
        valence *= NEGATED;
    }
    valence
}

fn boost(before: &Token, valence: f64, capitals_differ: bool) -> f64 {
    let Some(booster) = before.booster else { return 0.0 };
    let boost = if valence < 0.0 { -booster } else { booster };
    match (before.capitals && capitals_differ, valence > 0.0) {
        (false, _) => boost,
        (true, true) => boost + CAPITALS,
        (true, false) => boost - CAPITALS,
    }
}

/// The word `steps` before the one at `place` negates it, or does the contrary as in "never so good", or nothing as in "without
/// doubt".
fn negate(tokens: &[Token], place: usize, steps: usize, valence: f64) -> f64 {
    const EMPHATIC: f64 = 1.25;
    let back = |steps: usize| place.checked_sub(steps).and_then(|place| tokens.get(place));
    let is = |steps: usize, words: &[&str]| back(steps).is_some_and(|token| token.is_any(words));
    let so = &["so", "this"];
    let (emphatic, assured) = match steps {
        2 => (is(2, &["never"]) && is(1, so), is(2, &["without"]) && is(1, &["doubt"])),
        3 => ((is(3, &["never"]) && is(2, so)) || is(1, so), is(3, &["without"]) && (is(2, &["doubt"]) || is(1, &["doubt"]))),
        _ => (false, false),
    };
    if emphatic {
        valence * EMPHATIC
    } else if !assured && back(steps).is_some_and(|token| token.negates) {
        valence * NEGATED
    } else {
        valence
    }
}

/// Idioms that hold the word at `place` or stand before it, and dampeners of two words.
fn idioms(tokens: &[Token], place: usize, mut valence: f64) -> f64 {
    let words = |from: usize, count: usize| -> Option<Vec<&str>> {
        let tokens = tokens.get(from..from.checked_add(count)?)?;
        Some(tokens.iter().map(|token| token.lower.as_ref()).collect())
    };
    let known = |from: usize, count: usize| words(from, count).as_deref().and_then(idiom);
    let Some(third) = place.checked_sub(3) else { return valence };
    let behind = [(third + 2, 2), (third + 1, 3), (third + 1, 2), (third, 3), (third, 2)];
    if let Some(found) = behind.into_iter().find_map(|(from, count)| known(from, count)) {
        valence = found;
    }
    for count in [2, 3] {
        if let Some(found) = known(place, count) {
            valence = found;
        }
    }
    for from in [third, third + 1] {
        if let Some(["just", "enough"] | ["kind" | "sort", "of"]) = words(from, 2).as_deref() {
            valence -= 0.293;
        }
    }
    valence
}

/// What stands before the first "but" counts half, what follows one and a half.
///
/// The package takes the valences one after the other, looks for the first that *equals* the one at hand, and weighs that one:
/// of two words with the same valence, one may be weighed twice and the other never. Whoever wants its figures does the same.
/// The places of each value are kept in order, so that a long text costs no more than its sorting.
fn weigh_but(valences: &mut [f64], but: usize) {
    // Adding zero makes one zero of both.
    let key = |valence: f64| (valence + 0.0).to_bits();
    let mut places: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
    for (place, valence) in valences.iter().enumerate() {
        places.entry(key(*valence)).or_default().insert(place);
    }
    for turn in 0..valences.len() {
        let Some(valence) = valences.get(turn).copied().filter(|valence| *valence != 0.0) else { continue };
        let Some(same) = places.get_mut(&key(valence)) else { continue };
        let Some(&first) = same.first() else { continue };
        let weighed = match first.cmp(&but) {
            std::cmp::Ordering::Less => valence * 0.5,
            std::cmp::Ordering::Equal => continue,
            std::cmp::Ordering::Greater => valence * 1.5,
        };
        same.remove(&first);
        places.entry(key(weighed)).or_default().insert(first);
        if let Some(place) = valences.get_mut(first) {
            *place = weighed;
        }
    }
}

/// Up to four exclamation marks count, and question marks from the second on.
fn emphasis(text: &str) -> f64 {
    let count = |mark: u8| text.bytes().filter(|byte| *byte == mark).count();
    let exclaimed = 0.292 * count(b'!').min(4) as f64;
    let asked = match count(b'?') {
        0 | 1 => 0.0,
        few @ (2 | 3) => 0.18 * few as f64,
        _ => 0.96,
    };
    exclaimed + asked
}

fn sum_up(valences: &[f64], emphasis: f64) -> Scores {
    let mut sum: f64 = valences.iter().sum();
    if sum > 0.0 {
        sum += emphasis;
    } else if sum < 0.0 {
        sum -= emphasis;
    }
    let compound = (sum / libm::sqrt(sum * sum + ALPHA)).clamp(-1.0, 1.0);

    // One is added to each, for a neutral word counts as one.
    let mut pos: f64 = valences.iter().filter(|valence| **valence > 0.0).map(|valence| valence + 1.0).sum();
    let mut neg: f64 = valences.iter().filter(|valence| **valence < 0.0).map(|valence| 1.0 - valence).sum();
    let neu = valences.iter().filter(|valence| **valence == 0.0).count() as f64;
    if pos > neg {
        pos += emphasis;
    } else if pos < neg {
        neg += emphasis;
    }
    let total = pos + neg + neu;
    Scores {
        compound: rounded(compound, 4),
        pos: rounded(pos / total, 3),
        neu: rounded(neu / total, 3),
        neg: rounded(neg / total, 3),
    }
}

/// To the nearest number of so many decimals, of two equally near the even one: as Python rounds.
fn rounded(value: f64, decimals: usize) -> f64 {
    // Adding zero makes zero of minus zero.
    format!("{value:.decimals$}").parse().unwrap_or(value) + 0.0
}

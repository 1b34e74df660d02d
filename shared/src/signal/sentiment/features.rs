//! What the classifier of complaints sees of a text.

use super::Scores;
use super::lexicon::{negates, valence, valence_of_relatives};

/// How many figures of the whole text there are; each once more for short texts and once more for those that speak of me or you.
pub(super) const FIXED: usize = 3 * FIGURES.len();

/// Figures of the whole text, by name and in their order.
const FIGURES: [&str; 22] = [
    "one",
    "compound",
    "pos",
    "neg",
    "neu",
    "negative",
    "positive",
    "sum of positive valences",
    "sum of negative valences",
    "count of positive words",
    "count of negative words",
    "greatest valence",
    "least valence",
    "mean of positive valences",
    "mean of negative valences",
    "logarithm of the length",
    "question marks",
    "quotation marks",
    "negations",
    "mean of positive relatives",
    "mean of negative relatives",
    "sum of relatives",
];

/// The names of the fixed features.
pub(super) fn fixed_names() -> impl Iterator<Item = String> {
    let kinds = ["", " if short", " if of me or you"];
    kinds.into_iter().flat_map(|kind| FIGURES.iter().map(move |figure| format!("={figure}{kind}")))
}

/// Which words a text has, and figures of the whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Features {
    /// In the order of [`fixed_names`], each about -2 to 2.
    pub(super) fixed: [f64; FIXED],
    /// Fingerprints of the words, their stems and pairs: sorted, each once.
    pub(super) words: Vec<u64>,
    /// What the presence of one of them counts.
    pub(super) presence: f64,
}

/// Words in lower case, whole numbers as `0`, exclamation and question marks.
pub(super) fn words(text: &str) -> Vec<String> {
    const LONGEST: usize = 30;
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut end = |word: &mut String| {
        let letters = word.trim_matches('\'');
        if letters.bytes().any(|b| b.is_ascii_digit()) {
            words.push("0".to_owned());
        } else if !letters.is_empty() {
            words.push(letters.chars().take(LONGEST).collect());
        }
        word.clear();
    };
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\'' | '’' => word.push('\''),
            '!' | '?' => {
                end(&mut word);
                word.push(c);
                end(&mut word);
            }
            c if c.is_alphanumeric() => word.push(c),
            _ => end(&mut word),
        }
    }
    end(&mut word);
    words
}

/// The names under which a text's words, their beginnings and their pairs are weighed, in pieces.
pub(super) fn each_name<'a>(words: &'a [String], mut name: impl FnMut([&'a str; 3])) {
    for word in words {
        name([word, "", ""]);
        if word.chars().nth(4).is_some() {
            for length in [4, 5, 6, 7] {
                let cut = word.char_indices().nth(length).map(|(end, _)| end);
                if let Some(beginning) = cut.and_then(|end| word.get(..end)) {
                    name([beginning, "*", ""]);
                }
            }
        }
    }
    for (word, next) in words.iter().zip(words.iter().skip(1)) {
        name([word, " ", next]);
    }
}

/// FNV-1a over the name's bytes.
pub(super) fn fingerprint(name: [&str; 3]) -> u64 {
    let bytes = name.into_iter().flat_map(str::bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(super) fn features(words: &[String], text: &str, scores: &Scores) -> Features {
    let mut fingerprints = Vec::with_capacity(words.len() * 3);
    each_name(words, |name| fingerprints.push(fingerprint(name)));
    fingerprints.sort_unstable();
    fingerprints.dedup();
    let length = words.len().max(1) as f64;
    Features { fixed: fixed(words, text, scores), words: fingerprints, presence: 1.0 / libm::sqrt(length) }
}

fn fixed(words: &[String], text: &str, scores: &Scores) -> [f64; FIXED] {
    const SPOKEN: [&str; 12] = ["i", "i'm", "i've", "me", "mine", "my", "our", "us", "we", "you", "your", "yours"];
    const SHORT: usize = 12;
    let figures = figures(words, text, scores);
    let is = |test: bool| if test { 1.0 } else { 0.0 };
    let kinds = [1.0, is(words.len() < SHORT), is(words.iter().any(|word| SPOKEN.contains(&word.as_str())))];
    let mut fixed = [0.0; FIXED];
    let products = kinds.into_iter().flat_map(|kind| figures.into_iter().map(move |figure| kind * figure));
    fixed.iter_mut().zip(products).for_each(|(place, product)| *place = product);
    fixed
}

fn figures(words: &[String], text: &str, scores: &Scores) -> [f64; FIGURES.len()] {
    let valences: Vec<f64> = words.iter().filter_map(|word| valence(word)).collect();
    let related: Vec<f64> = words.iter().filter_map(|word| valence_of_relatives(word)).collect();
    let (positive, negative) = (Signed::of(&valences, 1.0), Signed::of(&valences, -1.0));
    let (near, against) = (Signed::of(&related, 1.0), Signed::of(&related, -1.0));
    let length = words.len().max(1) as f64;
    let count = |test: &dyn Fn(char) -> bool| text.chars().filter(|c| test(*c)).count().min(4) as f64;
    let is = |test: bool| if test { 1.0 } else { 0.0 };
    let few = |count: usize| count.min(9) as f64 / 3.0;
    [
        1.0,
        scores.compound,
        scores.pos,
        scores.neg,
        scores.neu,
        is(scores.compound <= super::NEGATIVE),
        is(scores.compound >= super::POSITIVE),
        (positive.sum / 3.0).min(4.0),
        (negative.sum / 3.0).min(4.0),
        few(positive.count),
        few(negative.count),
        positive.greatest / 2.0,
        negative.greatest / 2.0,
        3.0 * positive.sum / length,
        3.0 * negative.sum / length,
        libm::log(length) / 2.0,
        count(&|c| c == '?') / 2.0,
        count(&|c| matches!(c, '"' | '“' | '”')) / 2.0,
        few(words.iter().filter(|word| negates(word)).count()),
        3.0 * near.sum / length,
        3.0 * against.sum / length,
        ((near.sum - against.sum) / 3.0).clamp(-4.0, 4.0),
    ]
}

/// The valences of one sign, without it.
struct Signed {
    sum: f64,
    count: usize,
    greatest: f64,
}

impl Signed {
    fn of(valences: &[f64], sign: f64) -> Self {
        let those = || valences.iter().map(|valence| sign * valence).filter(|valence| *valence > 0.0);
        Self { sum: those().sum(), count: those().count(), greatest: those().fold(0.0, f64::max) }
    }
}

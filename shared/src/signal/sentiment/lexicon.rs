//! The words, emoticons and emojis that VADER knows, from version 3.3.2 of its Python package (MIT, `LICENSE-vader.txt`).

use std::sync::LazyLock;

/// Mean ratings in tenths, sorted by the bytes of the word. All of the package's entries, also those that no token can equal.
static WORDS: LazyLock<Vec<(&str, f64)>> = LazyLock::new(|| {
    let lines = include_str!("lexicon.tsv").lines().filter_map(|line| line.split_once('\t'));
    lines.filter_map(|(word, tenths)| Some((word, f64::from(tenths.parse::<i8>().ok()?) / 10.0))).collect()
});

/// Descriptions of the emojis of one code point, sorted: VADER reads a text by code points, so it never meets the others.
static EMOJIS: LazyLock<Vec<(char, &str)>> = LazyLock::new(|| {
    let lines = include_str!("emoji.tsv").lines().filter_map(|line| line.split_once('\t'));
    lines.filter_map(|(emoji, description)| Some((emoji.chars().next()?, description))).collect()
});

/// The mean rating of a word in lower case, -4 to 4.
pub(super) fn valence(word: &str) -> Option<f64> {
    let place = WORDS.binary_search_by(|(known, _)| (*known).cmp(word)).ok()?;
    WORDS.get(place).map(|(_, valence)| *valence)
}

/// The mean valence of the rated words that begin as this one does, when it is long and not rated itself: "criticizing" of
/// "criticize" and "criticism".
pub(super) fn valence_of_relatives(word: &str) -> Option<f64> {
    const SHORTEST: usize = 5;
    const ENDING: usize = 3;
    if !word.is_ascii() || word.len() < SHORTEST || valence(word).is_some() {
        return None;
    }
    let beginning = word.get(..(word.len() - ENDING).max(SHORTEST))?;
    let from = WORDS.partition_point(|(known, _)| *known < beginning);
    let relatives = WORDS.get(from..)?.iter().take_while(|(known, _)| known.starts_with(beginning));
    let (sum, count) = relatives.fold((0.0, 0), |(sum, count), (_, valence)| (sum + valence, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// What an emoji shows, in words.
pub(super) fn description(emoji: char) -> Option<&'static str> {
    if emoji.is_ascii() {
        return None;
    }
    let place = EMOJIS.binary_search_by_key(&emoji, |(known, _)| *known).ok()?;
    EMOJIS.get(place).map(|(_, description)| *description)
}

/// What a word before a rated one adds to its strength (`BOOSTER_DICT`).
pub(super) fn booster(word: &str) -> Option<f64> {
    const STRENGTH: f64 = 0.293;
    if BOOSTERS.binary_search(&word).is_ok() {
        Some(STRENGTH)
    } else if DAMPENERS.binary_search(&word).is_ok() {
        Some(-STRENGTH)
    } else {
        None
    }
}

/// Whether a word turns what follows into its contrary (`NEGATE`, and all that end like "don't").
pub(super) fn negates(word: &str) -> bool {
    NEGATIONS.binary_search(&word).is_ok() || word.contains("n't")
}

/// The valence of an idiom that holds a rated word (`SPECIAL_CASES`).
pub(super) fn idiom(words: &[&str]) -> Option<f64> {
    match words {
        ["the", "shit" | "bomb"] | ["to", "die", "for"] => Some(3.0),
        ["bad", "ass"] => Some(1.5),
        ["bus", "stop"] => Some(0.0),
        ["yeah", "right"] => Some(-2.0),
        ["kiss", "of", "death"] => Some(-1.5),
        ["beating", "heart"] => Some(3.5),
        _ => None,
    }
}

/// Sorted.
#[rustfmt::skip]
const BOOSTERS: [&str; 60] = [
    "absolutely", "amazingly", "awfully", "completely", "considerable", "considerably", "decidedly", "deeply", "effing",
    "enormous", "enormously", "entirely", "especially", "exceptional", "exceptionally", "extreme", "extremely",
    "fabulously", "flippin", "flipping", "frackin", "fracking", "frickin", "fricking", "friggin", "frigging", "fuckin",
    "fucking", "fuggin", "fugging", "fully", "greatly", "hella", "highly", "hugely", "incredible", "incredibly",
    "intensely", "major", "majorly", "more", "most", "particularly", "purely", "quite", "really", "remarkably", "so",
    "substantially", "thoroughly", "total", "totally", "tremendous", "tremendously", "uber", "unbelievably",
    "unusually", "utter", "utterly", "very",
];

/// Sorted. Those of two words are in the rules.
#[rustfmt::skip]
const DAMPENERS: [&str; 21] = [
    "almost", "barely", "hardly", "kind-of", "kinda", "kindof", "less", "little", "marginal", "marginally",
    "occasional", "occasionally", "partly", "scarce", "scarcely", "slight", "slightly", "somewhat", "sort-of", "sorta",
    "sortof",
];

/// Sorted.
#[rustfmt::skip]
const NEGATIONS: [&str; 37] = [
    "aint", "arent", "cannot", "cant", "couldnt", "darent", "despite", "didnt", "doesnt", "dont", "hadnt", "hasnt",
    "havent", "isnt", "mightnt", "mustnt", "neednt", "neither", "never", "none", "nope", "nor", "not", "nothing",
    "nowhere", "oughtnt", "rarely", "seldom", "shant", "shouldnt", "uh-uh", "uhuh", "wasnt", "werent", "without",
    "wont", "wouldnt",
];

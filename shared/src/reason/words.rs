//! Words of a text as features: stems, classes of words that mean alike, and pairs of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A negation reaches so many words.
const REACH: usize = 3;

/// Words told apart in one text.
const MOST: usize = 400;

/// Classes by whole word, and by the word's beginning.
#[derive(Debug, Default)]
struct Classes {
    whole: BTreeMap<&'static str, Vec<&'static str>>,
    begin: BTreeMap<&'static str, Vec<&'static str>>,
}

static CLASSES: LazyLock<Classes> = LazyLock::new(|| {
    let mut classes = Classes::default();
    for (class, words) in include_str!("words.tsv").lines().filter_map(|line| line.split_once('\t')) {
        for word in words.split_whitespace() {
            let (list, word) = match word.strip_suffix('*') {
                Some(begin) => (&mut classes.begin, begin),
                None => (&mut classes.whole, word),
            };
            list.entry(word).or_default().push(class);
        }
    }
    classes
});

/// Lower-case words, without apostrophes; what stands between them parts them.
pub fn tokens(text: &str) -> Vec<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')).flat_map(char::to_lowercase).collect();
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && word.chars().count() <= 30);
    words.take(MOST).map(str::to_owned).collect()
}

/// What is left of an English word without its ending; rough, and the same for all that is read and trained.
pub fn stem(word: &str) -> String {
    let keeps = |stem: &str| stem.chars().count() >= 3;
    for (ending, instead) in [("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("ly", ""), ("s", ""), ("e", "")] {
        if let Some(stem) = word.strip_suffix(ending)
            && keeps(stem)
            && !(ending == "s" && stem.ends_with('s'))
        {
            return format!("{stem}{instead}");
        }
    }
    word.to_owned()
}

/// The features of a text, each once, in their order.
pub fn features(tokens: &[String]) -> Vec<String> {
    let mut features: BTreeSet<String> = BTreeSet::new();
    let mut present: BTreeSet<String> = BTreeSet::new();
    let stems: Vec<String> = tokens.iter().map(|token| stem(token)).collect();
    let mut negated_until = 0;
    for (place, token) in tokens.iter().enumerate() {
        let classes = classes(token);
        if classes.contains(&"negation") {
            negated_until = place + 1 + REACH;
        }
        for class in classes {
            let is_negated = class != "negation" && place < negated_until;
            present.insert(if is_negated { format!("!{class}") } else { class.to_owned() });
        }
    }
    for (place, one) in present.iter().enumerate() {
        features.insert(format!("#{one}"));
        features.extend(present.iter().skip(place + 1).map(|other| format!("#{one}+{other}")));
    }
    features.extend(stems.iter().zip(stems.iter().skip(1)).map(|(one, next)| format!("{one} {next}")));
    features.extend(stems);
    features.into_iter().collect()
}

fn classes(token: &str) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = CLASSES.whole.get(token).into_iter().flatten().copied().collect();
    for (end, _) in token.char_indices().skip(1).chain([(token.len(), ' ')]) {
        let begin = token.get(..end).unwrap_or_default();
        found.extend(CLASSES.begin.get(begin).into_iter().flatten());
    }
    found.sort_unstable();
    found.dedup();
    found
}

//! The classifier of complaints: its weights, and what it says of a text.
//!
//! Its file is a text of whole numbers, so that a change of it can be read. The weights are those of VADER's figures (a line
//! that begins with `=`), of words, of their beginnings (`refun*`) and of pairs.

use std::fmt::Write as _;

use super::features::{Features, features, fingerprint, fixed_names, words};
use super::lexicon::valence;
use super::rules;

/// A logistic regression on VADER's figures and on words, their stems and pairs, with whole numbers as weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Complaints {
    /// What a weight of 1 adds to the logit.
    scale: f64,
    intercept: i32,
    fixed: Vec<i32>,
    /// Sorted by name.
    words: Vec<(String, i32)>,
    /// Fingerprints of the sets of texts that it learned from.
    sources: Vec<u64>,
    /// The words by fingerprint.
    by_fingerprint: Vec<(u64, i32)>,
}

impl Complaints {
    /// Weights rounded so that the greatest word's is 127.
    pub(super) fn rounded(intercept: f64, fixed: &[f64], words: &[(&str, f64)]) -> Self {
        let greatest = words.iter().map(|(_, weight)| weight.abs()).fold(0.0, f64::max);
        // Of a scale that its own text repeats exactly.
        let scale = libm::ceil(greatest.max(1e-3) / 127.0 * 1e6) / 1e6;
        let whole = |weight: f64| libm::round(weight / scale) as i32;
        let words = words.iter().map(|(name, weight)| ((*name).to_owned(), whole(*weight)));
        Self::new(scale, whole(intercept), fixed.iter().copied().map(whole).collect(), words.collect(), Vec::new())
    }

    fn new(scale: f64, intercept: i32, fixed: Vec<i32>, mut words: Vec<(String, i32)>, sources: Vec<u64>) -> Self {
        words.sort();
        let by_fingerprint = words.iter().map(|(name, weight)| (fingerprint([name, "", ""]), *weight));
        let mut by_fingerprint: Vec<(u64, i32)> = by_fingerprint.collect();
        by_fingerprint.sort_unstable();
        Self { scale, intercept, fixed, words, sources, by_fingerprint }
    }

    /// Remembers a set of texts that it learned from, so that nobody takes its figures on them for a test.
    pub fn learned_from<'a>(mut self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        self.sources.push(fingerprint_of(texts));
        self
    }

    /// Whether it learned from just these texts, in this order.
    pub fn knows<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        self.sources.contains(&fingerprint_of(texts))
    }

    /// As text, a weight a line.
    pub fn to_text(&self) -> String {
        let sources: Vec<String> = self.sources.iter().map(|source| format!("{source:016x}")).collect();
        let mut text = format!("sources\t{}\nscale\t{}\nintercept\t{}\n", sources.join(" "), self.scale, self.intercept);
        let fixed = fixed_names().zip(self.fixed.iter().copied());
        for (name, weight) in fixed.chain(self.words.iter().cloned()) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name}\t{weight}");
        }
        text
    }

    /// Reads what [`Complaints::to_text`] wrote; none where it did not.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(|line| line.split_once('\t'));
        let mut named = |expected: &str| lines.next()?.filter(|(name, _)| *name == expected).map(|(_, value)| value);
        let sources = named("sources")?.split_whitespace().map(|source| u64::from_str_radix(source, 16).ok());
        let sources = sources.collect::<Option<Vec<_>>>()?;
        let scale = named("scale")?.parse::<f64>().ok().filter(|scale| scale.is_finite() && *scale > 0.0)?;
        let intercept = named("intercept")?.parse().ok()?;
        let fixed: Option<Vec<i32>> = fixed_names().map(|name| named(&name)?.parse().ok()).collect();
        let words = lines.map(|line| line.and_then(|(name, weight)| Some((name.to_owned(), weight.parse().ok()?))));
        Some(Self::new(scale, intercept, fixed?, words.collect::<Option<Vec<_>>>()?, sources))
    }

    /// The logit of a complaint; none for a text of which it knows less than a third of the words, as in another language.
    pub fn logit(&self, text: &str) -> Option<f64> {
        let words = words(text);
        let known = words.iter().filter(|word| self.weight(fingerprint([word, "", ""])).is_some() || valence(word).is_some());
        if words.is_empty() || known.count() * 3 < words.len() {
            return None;
        }
        Some(self.logit_of(&features(&words, text, &rules::scores(text))))
    }

    fn logit_of(&self, features: &Features) -> f64 {
        let fixed: f64 = self.fixed.iter().zip(&features.fixed).map(|(weight, value)| f64::from(*weight) * value).sum();
        let words: i32 = features.words.iter().filter_map(|word| self.weight(*word)).sum();
        self.scale * (f64::from(self.intercept) + fixed + f64::from(words) * features.presence)
    }

    fn weight(&self, fingerprint: u64) -> Option<i32> {
        let place = self.by_fingerprint.binary_search_by_key(&fingerprint, |(known, _)| *known).ok()?;
        self.by_fingerprint.get(place).map(|(_, weight)| *weight)
    }
}

fn fingerprint_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> u64 {
    texts.into_iter().fold(0, |whole, text| fingerprint([text.trim(), "", ""]) ^ whole.rotate_left(1).wrapping_mul(3))
}

//! VADER against the figures of its Python package 3.3.2, and the classifier of complaints on sentences that it never saw.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;
#[path = "../examples/train_complaints/sources.rs"]
#[allow(dead_code, reason = "evaluate uses the rest")]
mod sources;

use std::path::PathBuf;

use proptest::prelude::*;
use shared::signal::sentiment::{Complaints, Corpus, Example, Label, Recipe, Verdict, read, read_by, scores, tone, trained};

/// Ratings and texts of one of VADER's ground truth sets.
fn rated(name: &str) -> Option<Vec<(f64, String)>> {
    let text = data::file(&format!("sentiment/{name}.csv"))?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        let row = row.expect("a row");
        (row[1].parse().expect("a rating"), row[2].to_owned())
    };
    Some(reader.records().map(row).collect())
}

/// Ten thousandths of compound, pos, neu and neg, each times its row's number and summed: differs when any figure of any row does.
fn digest(texts: &[(f64, String)]) -> [i64; 4] {
    let mut sums = [0; 4];
    for ((_, text), row) in texts.iter().zip(1..) {
        let scores = scores(text);
        for (sum, figure) in sums.iter_mut().zip([scores.compound, scores.pos, scores.neu, scores.neg]) {
            *sum += row * libm::round(figure * 10_000.0) as i64;
        }
    }
    sums
}

/// Precision and recall of calling a text negative.
fn found(cases: impl Iterator<Item = (bool, bool)>) -> (f64, f64) {
    let (mut both, mut is, mut says) = (0.0, 0.0, 0.0);
    for (negative, called) in cases {
        both += f64::from(u8::from(negative && called));
        is += f64::from(u8::from(negative));
        says += f64::from(u8::from(called));
    }
    (both / says, both / is)
}

fn sentences() -> Vec<(bool, &'static str)> {
    include_str!("data/complaints.txt").lines().map(|line| (line.starts_with('-'), &line[2..])).collect()
}

#[test]
fn the_rules_give_the_figures_of_the_python_package() {
    #[rustfmt::skip]
    let cases = [
        ("VADER is smart, handsome, and funny.", [0.8316, 0.746, 0.254, 0.0]),
        ("VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!", [0.9469, 0.706, 0.294, 0.0]),
        ("VADER is not smart, handsome, nor funny.", [-0.7424, 0.0, 0.354, 0.646]),
        ("At least it isn't a horrible book.", [0.431, 0.322, 0.678, 0.0]),
        ("The plot was good, but the characters are uncompelling and the dialog is not great.", [-0.7042, 0.094, 0.579, 0.327]),
        ("The book was only kind of good.", [0.3832, 0.303, 0.697, 0.0]),
        ("It was just enough good fun, sort of nice", [0.8133, 0.584, 0.416, 0.0]),
        ("Today only kinda sux! But I'll get by, lol", [0.5249, 0.317, 0.556, 0.127]),
        ("Make sure you :) or :D today!", [0.8633, 0.706, 0.294, 0.0]),
        ("Catch utf-8 emoji such as 💘 and 💋 and 😁", [0.875, 0.417, 0.583, 0.0]),
        ("😀good", [0.3612, 0.714, 0.286, 0.0]),
        ("Not bad at all", [0.431, 0.487, 0.513, 0.0]),
        ("Sentiment analysis has never been this good!", [0.5672, 0.379, 0.621, 0.0]),
        ("She was never so happy", [0.7702, 0.587, 0.413, 0.0]),
        ("With VADER, sentiment analysis is the shit!", [0.6476, 0.417, 0.583, 0.0]),
        ("On the other hand, VADER is quite bad ass", [0.802, 0.577, 0.423, 0.0]),
        ("They did it without doubt great", [0.7359, 0.608, 0.392, 0.0]),
        ("Roger Dodger is one of the least compelling variations on this theme.", [-0.1695, 0.0, 0.868, 0.132]),
        ("Roger Dodger is at least compelling as a variation on the theme.", [0.2263, 0.147, 0.853, 0.0]),
        ("No good, no bad or nice", [0.0, 0.413, 0.174, 0.413]),
        ("good good but good bad good", [0.705, 0.669, 0.058, 0.274]),
        ("what?? WHAT a great day???", [0.7236, 0.558, 0.442, 0.0]),
        ("That was to die for, the kiss of death", [-0.5574, 0.184, 0.395, 0.421]),
        ("ΑΒΓ HATE love it", [-0.0601, 0.395, 0.188, 0.417]),
        ("the a an of 16 words here one two three four five six seven eight nice", [0.4215, 0.157, 0.843, 0.0]),
        ("", [0.0, 0.0, 0.0, 0.0]),
    ];
    for (text, [compound, pos, neu, neg]) in cases {
        let ours = scores(text);
        assert_eq!([ours.compound, ours.pos, ours.neu, ours.neg], [compound, pos, neu, neg], "{text:?}");
    }
}

#[test]
fn every_tweet_has_the_figures_of_the_python_package() {
    let Some(tweets) = rated("tweets") else { return };
    assert_eq!(digest(&tweets), [24_207_917_190, 21_802_770_610, 57_607_239_620, 8_810_808_400]);
    let (precision, recall) = found(tweets.iter().map(|(rating, text)| (*rating < 0.0, scores(text).compound <= -0.05)));
    assert!((precision - 0.972).abs() < 5e-4 && (recall - 0.900).abs() < 5e-4, "{precision} {recall}");
}

#[test]
fn every_sentence_of_the_newspaper_has_the_figures_of_the_python_package() {
    let Some(nyt) = rated("nyt") else { return };
    assert_eq!(digest(&nyt), [5_178_601_310, 11_797_927_070, 113_275_507_780, 9_632_750_100]);
    let (precision, recall) = found(nyt.iter().map(|(rating, text)| (*rating < 0.0, scores(text).compound <= -0.05)));
    assert!((precision - 0.807).abs() < 5e-4 && (recall - 0.434).abs() < 5e-4, "{precision} {recall}");
}

#[test]
fn complaints_that_use_no_rated_word_are_found() {
    let called = |text: &str| read(text).expect("words").label == Label::Negative;
    let (precision, recall) = found(sentences().into_iter().map(|(negative, text)| (negative, called(text))));
    let (of_lexicon, recall_of_lexicon) = found(
        sentences().into_iter().map(|(negative, text)| (negative, Label::of_compound(scores(text).compound) == Label::Negative)),
    );
    println!("precision {precision:.3} recall {recall:.3}; the lexicon alone {of_lexicon:.3} {recall_of_lexicon:.3}");
    assert!(precision >= 0.85 && recall >= 0.6, "{precision} {recall}");
    assert!(precision > of_lexicon && recall > 1.5 * recall_of_lexicon, "{of_lexicon} {recall_of_lexicon}");
}

#[test]
fn no_sentence_of_the_test_was_learned() {
    let learned = include_str!("../examples/train_complaints/sentences.txt");
    for (_, text) in sentences() {
        assert!(!learned.lines().any(|line| line[2..].eq_ignore_ascii_case(text)), "{text}");
    }
}

#[test]
fn the_script_writes_the_weights_that_the_product_has() {
    if cfg!(debug_assertions) || data::file("sentiment/nyt.csv").is_none() {
        println!("skipped: needs the data, and optimisation to be quick");
        return;
    }
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("REKINDLE_DATA").map_or(beside, PathBuf::from).join("sentiment");
    let complaints = sources::Sources::read(&folder).expect("sources").train().expect("both kinds");
    assert!(complaints.to_text() == include_str!("../src/signal/sentiment/complaints.tsv"), "run train_complaints again");
}

#[test]
fn the_weights_survive_being_written() {
    let trained = trained().expect("weights");
    assert_eq!(Complaints::from_text(&trained.to_text()).as_ref(), Some(trained));
    assert_eq!(Complaints::from_text(""), None);
    assert_eq!(Complaints::from_text("sources\t\nscale\tNaN\nintercept\t0\n"), None);
}

#[test]
fn a_word_of_complaints_alone_is_learned_from_few_examples() {
    let texts: Vec<(String, bool)> =
        (0..40).map(|n| (format!("the {} number {n} came", if n % 2 == 0 { "gribble" } else { "wobbet" }), n % 2 == 0)).collect();
    let examples: Vec<Example> = texts
        .iter()
        .map(|(text, bad)| Example { text, verdict: if *bad { Verdict::Complaint } else { Verdict::Other }, weight: 1.0 })
        .collect();
    let recipe = Recipe { penalty: 0.1, ..Recipe::default() };
    let corpus = Corpus::new(&examples);
    let fitted = corpus.fit(|_| true, &recipe).expect("both outcomes");
    let label = |text: &str| read_by(text, Some(&fitted)).expect("words").label;
    assert_eq!(label("the gribble came"), Label::Negative);
    assert_eq!(label("the wobbet came"), Label::Neutral);
    assert!(corpus.fit(|place| place % 2 == 0, &recipe).is_none(), "one outcome teaches nothing");
    assert!(Corpus::new(&[]).fit(|_| true, &recipe).is_none());
}

#[test]
fn a_text_without_words_has_no_tone_and_another_language_has_that_of_its_emojis() {
    assert_eq!(tone(""), None);
    assert_eq!(tone(" \n\t "), None);
    assert_eq!(tone("前回の注文の領収書をお願いします。"), None);
    assert!(read("Лампа сломана 😢").expect("words").complaint.is_none());
    assert!(tone("Лампа сломана 😢").expect("words") <= -30);
}

#[test]
fn a_megabyte_of_anything_is_read_at_once() {
    for piece in ["good ", "a", "but bad good! ", "😀", ".", "\u{301}"] {
        let text = piece.repeat(1_000_000 / piece.len());
        assert!(read(&text).is_some());
        assert!(scores(&text).compound.abs() <= 1.0);
    }
}

proptest! {
    #[test]
    fn no_text_has_a_figure_out_of_range(text in "(?s).{0,300}", words in "((good|BAD|not|but|never|so|no|least|kind of|very|😀|:\\)|the shit|'|!|\\?|\u{a0}) ){0,40}") {
        for text in [text, words] {
            let scores = scores(&text);
            prop_assert!(scores.compound.abs() <= 1.0);
            for share in [scores.pos, scores.neu, scores.neg] {
                prop_assert!((0.0..=1.0).contains(&share), "{scores:?}");
            }
            if let Some(reading) = read(&text) {
                prop_assert!(reading.complaint.is_none_or(f64::is_finite));
                prop_assert_eq!(reading.label == Label::Negative, reading.tone <= -30, "{:?}", reading);
            }
        }
    }
}

//! How well reasons are read, on customers whose noise was set before the inference was written and on texts that nothing was tuned on.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail loudly anywhere")]

use std::collections::BTreeMap;

use samples::reasons::{Leaver, Noise, TODAY, held_out, leavers};
use shared::money::{Currency, Money, Rates};
use shared::reason::{Model, Reason, Why, infer, text, topics, words};
use shared::state::{EventFact, OrderFact, fold};
use shared::time::{Day, Millis};

const CUSTOMERS: usize = 4_000;

struct Judged {
    leaver: Leaver,
    truth: Reason,
    why: Why,
}

fn judged() -> Vec<Judged> {
    let noise = Noise::of_file().expect("a file that can be read");
    let model = Model::default();
    let rates = Rates::new(Currency::USD);
    let judge = |leaver: Leaver| {
        let events: Vec<EventFact> = leaver
            .events
            .iter()
            .map(|event| EventFact { at: Millis(event.at), name: event.name.to_owned(), properties: event.properties.clone() })
            .collect();
        let orders: Vec<OrderFact> = leaver
            .orders
            .iter()
            .map(|order| OrderFact {
                at: Millis(order.at),
                amount: Money::new(order.minor, Currency::USD),
                refunded: 0,
                discount: order.discount,
                paid: true,
            })
            .collect();
        let why = infer(&fold(&orders, &events, &rates), &model, Day(TODAY));
        Judged { truth: Reason::of_code(&leaver.reason).expect("a reason"), leaver, why }
    };
    leavers(&noise, noise.seed, CUSTOMERS).into_iter().map(judge).collect()
}

/// Of pairs of the true and the guessed reason.
fn macro_f1(pairs: &[(Reason, Reason)]) -> f64 {
    let of = |reason: Reason| {
        let count = |is: &dyn Fn(&(Reason, Reason)) -> bool| pairs.iter().filter(|pair| is(pair)).count() as f64;
        let hits = count(&|(truth, guess)| *truth == reason && *guess == reason);
        let either = count(&|(truth, _)| *truth == reason) + count(&|(_, guess)| *guess == reason);
        if either > 0.0 { 2.0 * hits / either } else { 0.0 }
    };
    Reason::ALL.into_iter().map(of).sum::<f64>() / Reason::ALL.len() as f64
}

/// Over ten bins of equal counts: the mean distance of what was said from what was true.
fn calibration_error(told: &mut [(f64, bool)]) -> f64 {
    told.sort_by(|one, other| one.0.total_cmp(&other.0));
    let bins = told.chunks(told.len().div_ceil(10));
    bins.map(|bin| {
        let said: f64 = bin.iter().map(|(said, _)| said).sum();
        let true_ones = bin.iter().filter(|(_, is_true)| *is_true).count() as f64;
        (said - true_ones).abs()
    })
    .sum::<f64>()
        / told.len() as f64
}

#[test]
fn reasons_are_read_from_what_customers_say_and_from_what_they_do() {
    let all = judged();
    let chose: Vec<&Judged> = all.iter().filter(|judged| judged.leaver.chose).collect();
    let right = chose.iter().filter(|judged| judged.why.reason == judged.truth).count() as f64 / chose.len() as f64;
    println!("{} customers chose a reason of a list: {right:.3} read as they meant it", chose.len());
    assert!(right >= 0.98);

    let silent: Vec<&Judged> = all.iter().filter(|judged| !judged.leaver.chose && !judged.leaver.wrote).collect();
    let f1 = macro_f1(&silent.iter().map(|judged| (judged.truth, judged.why.reason)).collect::<Vec<_>>());
    let noise = Noise::of_file().expect("a file that can be read");
    let best = |judged: &&Judged| {
        let (at, _) = judged.leaver.best.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1)).expect("eight");
        (judged.truth, Reason::of_code(&noise.reasons[at].code).expect("a reason"))
    };
    let bayes = macro_f1(&silent.iter().map(best).collect::<Vec<_>>());
    // A guess that draws each reason as often as it is true.
    let mut next = 0.0_f64;
    let prior = |judged: &&Judged| {
        next = (next + 0.618_033_988_749_895) % 1.0;
        let mut left = next;
        let guess = noise.reasons.iter().find(|leaving| {
            left -= leaving.share;
            left < 0.0
        });
        (judged.truth, Reason::of_code(&guess.unwrap_or(&noise.reasons[0]).code).expect("a reason"))
    };
    let guess = macro_f1(&silent.iter().map(prior).collect::<Vec<_>>());
    println!(
        "{} said nothing: macro-F1 {f1:.3}; the rule that made them {bayes:.3}, of which it is {:.3}; a guess by the shares {guess:.3}",
        silent.len(),
        f1 / bayes
    );
    let mut recalls: BTreeMap<Reason, (u32, u32)> = BTreeMap::new();
    for judged in &silent {
        let count = recalls.entry(judged.truth).or_default();
        *count = (count.0 + u32::from(judged.why.reason == judged.truth), count.1 + 1);
    }
    for (reason, (hits, of)) in recalls {
        println!("  {:16} {hits} of {of}", reason.code());
    }
    assert!(f1 >= 0.8 * bayes && f1 >= 2.0 * guess);

    let mut told: Vec<(f64, bool)> =
        all.iter().map(|judged| (judged.why.probability, judged.why.reason == judged.truth)).collect();
    let ece = calibration_error(&mut told);
    let mut silent: Vec<(f64, bool)> =
        silent.iter().map(|judged| (judged.why.probability, judged.why.reason == judged.truth)).collect();
    println!("calibration error {ece:.3} of all, {:.3} of those who said nothing", calibration_error(&mut silent));
    assert!(ece <= 0.05);
    for judged in &all {
        let whole: f64 = judged.why.all.iter().map(|chance| chance.probability).sum();
        assert!((whole - 1.0).abs() < 1e-9 && judged.why.all.len() == 8);
    }
}

#[test]
fn texts_that_nothing_was_tuned_on_are_read() {
    let mut recalls: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for held in held_out() {
        let read = text::read(&held.text, topics::starting()).map_or(Reason::Unknown, |reading| reading.reason());
        let count = recalls.entry(held.reason.clone()).or_default();
        *count = (count.0 + u32::from(read.code() == held.reason), count.1 + 1);
        if read.code() != held.reason && std::env::var_os("SHOW").is_some() {
            println!("{} read as {}: {}", held.reason, read.code(), held.text);
        }
    }
    for (reason, (hits, of)) in &recalls {
        println!("{reason:16} {hits} of {of}");
    }
    let recall = recalls.values().map(|(hits, of)| f64::from(*hits) / f64::from(*of)).sum::<f64>() / recalls.len() as f64;
    println!("macro recall {recall:.3} of {} texts", held_out().len());
    assert!(recall >= 0.8);
}

#[test]
fn no_phrase_of_the_list_stands_in_a_text_that_is_kept_for_the_figure() {
    for held in held_out() {
        let found = topics::starting().found(&words::tokens(&held.text));
        assert!(found.is_empty(), "“{}” stands in “{}”", found[0].phrase, held.text);
    }
}

#[test]
fn no_text_kept_for_the_figure_was_trained_on() {
    let trained = include_str!("../../shared/examples/train_reasons/sentences.tsv");
    let trained: Vec<Vec<String>> = trained.lines().filter_map(|line| Some(words::tokens(line.split_once('\t')?.1))).collect();
    let plain = |words: &[String]| words.join(" ");
    let known: std::collections::BTreeSet<String> = trained.iter().map(|words| plain(words)).collect();
    let held = held_out();
    assert!(held.len() > 190 && known.len() > 440);
    for text in held {
        assert!(!known.contains(&plain(&words::tokens(&text.text))), "{} was trained on", text.text);
    }
}

//! Every built-in block, by itself.

use std::collections::BTreeSet;

use super::*;
use crate::message::compose::tests::{brand, fact_of, promise};
use crate::message::template::{Around, Writer, check};
use crate::message::{Brief, Fact};
use crate::time::Day;

#[test]
fn all_files_are_read_whole_and_each_name_stands_once() {
    let told: usize = FILES.iter().map(|file| serde_json::from_str::<File>(file).unwrap().blocks.len()).sum();
    let blocks = Library::built_in().blocks();
    assert_eq!(blocks.len(), told, "a block cannot be read");
    let ids: BTreeSet<&str> = blocks.iter().map(|block| block.id.as_str()).collect();
    assert_eq!(ids.len(), blocks.len());
    assert!(blocks.len() > 400, "{}", blocks.len());
}

#[test]
fn a_block_says_just_what_it_needs() {
    let brief =
        Brief { product: Some("fresh coffee".to_owned()), change: Some("Delivery is free".to_owned()), ..Brief::default() };
    for block in Library::built_in().blocks() {
        let facts: Vec<Fact> = block.needs.iter().map(|key| fact_of(*key, 1)).collect();
        let promise = promise(block.kinds.first().copied().unwrap_or(Kind::Discount));
        let brand = brand();
        let around = Around {
            brand: &brand,
            brief: &brief,
            promise: Some(&promise).filter(|_| block.with.contains(&With::Offer) || !block.kinds.is_empty()),
            proof: Some(("It just works.", Some("Ana"))).filter(|_| block.with.contains(&With::Proof)),
            day: Day(20_000),
        };
        let locale = Locale::parse(&block.locale).unwrap();
        let written =
            Writer::new(&locale, &facts, &around).write(&block.text).unwrap_or_else(|error| panic!("{}: {error}", block.id));
        let named: BTreeSet<FactKey> = written.facts.iter().copied().collect();
        let needs: BTreeSet<FactKey> = block.needs.iter().copied().collect();
        // A button may lead to a thing without naming it.
        assert!(if block.slot == Slot::Action { named.is_subset(&needs) } else { named == needs }, "{}", block.id);
        for (name, with) in [("product", With::Product), ("change", With::Change), ("proof", With::Proof)] {
            assert!(!check(&block.text).unwrap().contains(name) || block.with.contains(&with), "{}", block.id);
        }
        let text = written.text;
        for hole in ["{{", "}}", "  ", " .", " ,", "..", "—", " – ", "!"] {
            assert!(!text.contains(hole), "{}: “{hole}” in {text}", block.id);
        }
        let lower = text.to_lowercase();
        for empty in
            ["miss you", "valued customer", "hurry up", "last chance", "act now", "don't wait", "limited time", "vermissen"]
        {
            assert!(!lower.contains(empty), "{}: {text}", block.id);
        }
    }
}

#[test]
fn every_reason_step_and_tone_has_words_for_whom_nothing_is_known_in_english_and_german() {
    let english = Locale::ENGLISH;
    for (step, _) in crate::offer::DAYS {
        for reason in Reason::ALL {
            for tone in [Tone::Warm, Tone::Plain, Tone::Formal] {
                for value in ValueTier::ALL {
                    let setting = Setting {
                        step,
                        channel: Channel::Email,
                        reason,
                        value,
                        tone,
                        trade: None,
                        locale: &english,
                        facts: &[],
                        promise: None,
                        has: &[],
                    };
                    for language in [Language::English, Language::German] {
                        assert!(Library::built_in().speaks(language, &setting), "{step:?} {reason:?} {tone:?} {language:?}");
                    }
                    assert!(!Library::built_in().speaks(Language::French, &setting));
                }
            }
        }
    }
}

#[test]
fn a_shop_s_block_takes_the_place_of_the_one_it_replaces() {
    let own = Block {
        id: "own".to_owned(),
        replaces: Some("closing.1".to_owned()),
        text: "See you.".to_owned(),
        ..Library::built_in().find("closing.1").unwrap().clone()
    };
    let library = Library::with(&[own]);
    assert!(library.find("closing.1").is_none());
    assert_eq!(library.find("own").map(|block| block.version), Some(1));
}

//! How hard a message is to read.
//!
//! English: Flesch's reading ease, 206.835 − 1.015 words per sentence − 84.6 syllables per word (Flesch 1948, A new readability
//! yardstick). German: its fit by Amstad 1978, 180 − words per sentence − 58.5 syllables per word. Other languages of Latin script:
//! LIX, words per sentence + the share in hundredths of words over six letters (Björnsson 1968). Others are not judged.

use super::pieces::words;
use super::{Code, Field, Findings};
use crate::message::{Channel, Message, Slot};

/// Under 50 a text is "difficult" by Flesch's table; of German likewise.
const LEAST_EASE: f64 = 50.0;

/// Over 50 a text is "difficult" by Björnsson's.
const MOST_LIX: f64 = 50.0;

/// Fewer words say nothing.
const LEAST_WORDS: f64 = 40.0;

pub(super) fn check(message: &Message, found: &mut Findings) {
    let written = matches!(message.channel, Channel::Email | Channel::Post);
    let body = message.parts.iter().filter(|part| !matches!(part.slot, Slot::Subject | Slot::Preheader | Slot::Action));
    let text: Vec<&str> = body.map(|part| part.text.as_str()).collect();
    let text = text.join("\n");
    let Some((score, is_hard)) = judged(&text, &message.locale).filter(|_| written) else { return };
    if is_hard {
        let reason = format!("Its sentences and words are long: it scores {score:.0}, where 50 divides plain from difficult.");
        found.whole(
            Code::HardToRead,
            Field::Message,
            "reading",
            reason,
            "Part long sentences, and choose the shorter of two words.",
        );
    }
}

/// The score of a text, and whether it is difficult; none where it cannot be told.
fn judged(text: &str, locale: &str) -> Option<(f64, bool)> {
    let all = words(text);
    let count = all.len() as f64;
    let sentences = sentences(text).max(1) as f64;
    if count < LEAST_WORDS {
        return None;
    }
    let syllables = |groups: fn(&str) -> usize| all.iter().map(|word| groups(word.text)).sum::<usize>() as f64 / count;
    match locale.split(['-', '_']).next().unwrap_or_default() {
        "en" => {
            let ease = 206.835 - 1.015 * count / sentences - 84.6 * syllables(english);
            Some((ease, ease < LEAST_EASE))
        }
        "de" => {
            let ease = 180.0 - count / sentences - 58.5 * syllables(vowel_groups);
            Some((ease, ease < LEAST_EASE))
        }
        "ja" | "zh" | "ko" | "th" | "ar" | "he" | "fa" | "ur" | "hi" => None,
        _ => {
            let long = all.iter().filter(|word| word.text.chars().count() > 6).count() as f64;
            let lix = count / sentences + 100.0 * long / count;
            Some((lix, lix > MOST_LIX))
        }
    }
}

fn sentences(text: &str) -> usize {
    text.split(['.', '!', '?', '\n', ':', ';']).filter(|sentence| words(sentence).len() > 1).count()
}

/// A final e is silent but after l.
fn english(word: &str) -> usize {
    let lower = word.to_lowercase();
    let groups = vowel_groups(&lower);
    let is_silent = lower.ends_with('e') && !lower.ends_with("le") && !lower.ends_with("ee")
        || lower.ends_with("ed") && !lower.ends_with("ted") && !lower.ends_with("ded");
    groups.saturating_sub(usize::from(is_silent && groups > 1)).max(1)
}

fn vowel_groups(word: &str) -> usize {
    let mut was_vowel = false;
    let mut groups = 0;
    for one in word.to_lowercase().chars() {
        let is_vowel = "aeiouyäöüáéíóúàèìòùâêîôûåøæ".contains(one);
        groups += usize::from(is_vowel && !was_vowel);
        was_vowel = is_vowel;
    }
    groups.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_counted_roughly_as_they_are_spoken() {
        for (word, count) in [("coffee", 2), ("make", 1), ("table", 2), ("asked", 1), ("wanted", 2), ("beautiful", 3), ("I", 1)] {
            assert_eq!(english(word), count, "{word}");
        }
    }

    #[test]
    fn plain_texts_pass_and_laboured_ones_do_not() {
        let plain = "Hello. You bought a grinder from us in May. We fixed the part that broke. It is free to swap. \
            Tell me if you want one, and I will send it on the same day. It takes no more than a note to me. I read them all. Thank you.";
        let laboured = "Notwithstanding considerable organisational difficulties, our multidisciplinary engineering department has \
            successfully accomplished comprehensive infrastructural improvements, facilitating unprecedented operational efficiencies \
            throughout participating organisations internationally, thereby substantially ameliorating customer satisfaction indicators \
            and contractual sustainability considerations.";
        assert!(matches!(judged(plain, "en-GB"), Some((ease, false)) if ease > 80.0));
        assert!(matches!(judged(&laboured.repeat(2), "en-GB"), Some((_, true))));
        assert!(matches!(judged(&laboured.repeat(2), "fr"), Some((lix, true)) if lix > 60.0));
        assert_eq!(judged(plain, "ja"), None);
        assert_eq!(judged("Short.", "en"), None);
    }
}

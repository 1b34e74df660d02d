//! What people answer to text messages: the words that carriers know, and a wish to be left alone in other words.

use serde::{Deserialize, Serialize};

/// A word that is the whole message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Stop,
    Start,
    Help,
}

/// Those that the carriers' rules name (CTIA), and what they are in other languages that are written to.
const STOP: [&str; 18] = [
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "opt out",
    "opt-out",
    "stopp",
    "abmelden",
    "arret",
    "arrêt",
    "baja",
    "parar",
    "afmelden",
];
const START: [&str; 3] = ["start", "yes", "unstop"];
const HELP: [&str; 2] = ["help", "info"];

/// Whoever writes at length tells a story, in which such words may stand for anything.
const SHORT: usize = 16;

/// Words before "stop" that turn it round, or make it a place or a thing.
const NOT_BEFORE: [&str; 22] = [
    "don't", "dont", "not", "never", "can't", "cant", "cannot", "couldn't", "won't", "wont", "didn't", "didnt", "bus", "one",
    "pit", "truck", "train", "tram", "the", "a", "my", "i",
];

/// Words after "stop" that make it a visit.
const NOT_AFTER: [&str; 5] = ["by", "at", "in", "over", "loss"];

/// What is asked to stop.
const WHAT: [&str; 22] = [
    "texting",
    "texts",
    "text",
    "messaging",
    "messages",
    "message",
    "sms",
    "sending",
    "contacting",
    "writing",
    "spamming",
    "spam",
    "bothering",
    "emailing",
    "emails",
    "calling",
    "these",
    "this",
    "it",
    "now",
    "please",
    "pls",
];

/// Said in so many words.
const SENTENCES: [&str; 30] = [
    "unsubscribe me",
    "please unsubscribe",
    "i want to unsubscribe",
    "opt me out",
    "take me off",
    "remove me",
    "remove my number",
    "delete my number",
    "leave me alone",
    "no more texts",
    "no more messages",
    "no more sms",
    "don't text me",
    "dont text me",
    "do not text",
    "don't message me",
    "do not message",
    "don't contact me",
    "dont contact me",
    "do not contact",
    "don't send me",
    "do not send me",
    "wrong number stop",
    "lose my number",
    "keine sms mehr",
    "keine nachrichten mehr",
    "bitte aufhören",
    "arrêtez",
    "ne m'envoyez plus",
    "no me envíen más",
];

/// What the whole of a message says, in any case.
pub fn word(text: &str) -> Option<Word> {
    let text = plain(text);
    let is_of = |words: &[&str]| words.contains(&text.as_str());
    if is_of(&STOP) {
        Some(Word::Stop)
    } else if is_of(&START) {
        Some(Word::Start)
    } else if is_of(&HELP) {
        Some(Word::Help)
    } else {
        None
    }
}

/// Whether a message asks in other words to be left alone: short, and with nothing that makes it doubtful.
///
/// Whoever is taken for one wrongly gets no message that they wanted; whoever is not goes to a person, who reads it.
pub fn asks_to_stop(text: &str) -> bool {
    if text.contains('?') {
        return false;
    }
    let plain = plain(text);
    let words: Vec<&str> = plain.split(' ').collect();
    if words.len() > SHORT {
        return false;
    }
    let spaced = format!(" {plain} ");
    if SENTENCES.iter().any(|sentence| spaced.contains(&format!(" {sentence} "))) {
        return true;
    }
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|at| words.get(at)).copied();
        let after = words.get(at + 1).copied();
        let is_asked = matches!(before, Some("please" | "pls" | "plz" | "just" | "must" | "to" | "bitte") | None);
        let is_named = after.is_some_and(|after| WHAT.contains(&after));
        let is_end = after.is_none();
        *word == "stop"
            && before.is_none_or(|before| !NOT_BEFORE.contains(&before))
            && after.is_none_or(|after| !NOT_AFTER.contains(&after))
            && (is_named || (is_asked && is_end))
    })
}

/// In lower case, one space between words, without marks around them.
fn plain(text: &str) -> String {
    let lower = text.replace(['’', '‘', '`'], "'").to_lowercase();
    let words = lower.split(|letter: char| letter.is_whitespace() || letter.is_control() || ",.;:!\"()…".contains(letter));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_whole_message_in_any_case() {
        for text in ["STOP", " stop ", "Stop.", "StopAll", "opt out", "OPT-OUT", "Quit!", "REVOKE\n", "\"STOP\"", "Arrêt"] {
            assert_eq!(word(text), Some(Word::Stop), "{text}");
        }
        assert_eq!(
            (word("Yes"), word("UNSTOP"), word("Info"), word("help!")),
            (Some(Word::Start), Some(Word::Start), Some(Word::Help), Some(Word::Help))
        );
        for text in ["stop it", "yes please", "the end", "", "cancel my order", "🛑"] {
            assert_eq!(word(text), None, "{text}");
        }
    }

    #[test]
    fn a_wish_to_be_left_alone_is_understood() {
        for text in [
            "please stop",
            "Please stop texting me",
            "STOP TEXTING ME!!!",
            "stop it",
            "Stop sending me these",
            "can you just stop",
            "I want you to stop",
            "take me off your list",
            "please remove me",
            "Don’t text me again",
            "dont contact me",
            "No more texts, thanks",
            "unsubscribe me please",
            "leave me alone",
            "ok stop please",
        ] {
            assert!(asks_to_stop(text), "{text}");
        }
    }

    #[test]
    fn what_is_doubtful_goes_to_a_person() {
        for text in [
            "don't stop",
            "Don't stop texting me",
            "can I stop by tomorrow?",
            "I'll stop by tomorrow",
            "where is the bus stop",
            "I can't stop laughing",
            "the last stop",
            "do you want me to stop?",
            "never stop",
            "one stop shop",
            "yes",
            "",
            "I told my brother that he should really stop because it is getting late and everybody wants to go home please stop",
        ] {
            assert!(!asks_to_stop(text), "{text}");
        }
    }
}

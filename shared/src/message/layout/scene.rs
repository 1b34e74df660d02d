//! A script for a camera: each part of a message is a scene with its seconds and what is to be seen.

use crate::message::{Message, Part, Slot};

/// As somebody speaks who wants to be understood.
const WORDS_A_SECOND: f64 = 140.0 / 60.0;

/// For each of the parts "Scene 2 (17–23 s): …"; none where there is one part only, whose words are a script of their own.
pub(super) fn scenes(message: &Message, parts: &[&Part]) -> Vec<String> {
    if parts.len() < 2 {
        return Vec::new();
    }
    let is_german = message.locale.split(['-', '_']).next().is_some_and(|language| language.eq_ignore_ascii_case("de"));
    let scene = if is_german { "Szene" } else { "Scene" };
    let mut from = 0.0;
    let heading = |(at, part): (usize, &&Part)| {
        let greeting = if at == 0 { message.greeting.as_str() } else { "" };
        let words = greeting.split_whitespace().count() + part.text.split_whitespace().count();
        let to = from + words as f64 / WORDS_A_SECOND;
        let heading = format!("{scene} {} ({from:.0}–{to:.0} s): {}", at + 1, shot(part.slot, is_german));
        from = to;
        heading
    };
    parts.iter().enumerate().map(heading).collect()
}

/// What the camera sees.
fn shot(slot: Slot, is_german: bool) -> &'static str {
    match (slot, is_german) {
        (Slot::Opening, false) => "you at your desk, looking into the camera.",
        (Slot::Value, false) => "closer, the same place.",
        (Slot::Offer, false) => "the terms as text on the screen while you say them.",
        (Slot::Closing, false) => "you again, then the shop's name.",
        (_, false) => "show what you speak of, or stay with your face.",
        (Slot::Opening, true) => "Sie am Schreibtisch, mit Blick in die Kamera.",
        (Slot::Value, true) => "näher, am selben Ort.",
        (Slot::Offer, true) => "die Bedingungen als Text im Bild, während Sie sie sagen.",
        (Slot::Closing, true) => "wieder Sie, dann der Name des Geschäfts.",
        (_, true) => "zeigen, wovon die Rede ist, oder bei Ihrem Gesicht bleiben.",
    }
}

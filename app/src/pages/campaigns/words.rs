//! What steps, slots, channels, angles and facts are called, and the options of selects.

use shared::message::{Angle, Channel, Choice, FactKey, FactValue, Slot, Tone};
use shared::offer::Step;
use shared::reason::Reason;
use shared::segment::ValueTier;

use crate::{format, locale};

/// What the step's message is for.
pub(super) fn step_name(step: Step) -> &'static str {
    match step {
        Step::Help => "Their situation",
        Step::Proof => "What changed",
        Step::SmallIncentive => "Somebody like them",
        Step::FullIncentive => "The offer",
        Step::LastWord => "A last word",
    }
}

/// 1 to 5.
pub(super) fn step_number(step: Step) -> usize {
    STEPS.iter().position(|known| *known == step).map_or(1, |place| place + 1)
}

pub(super) const STEPS: [Step; 5] = [Step::Help, Step::Proof, Step::SmallIncentive, Step::FullIncentive, Step::LastWord];

pub(super) fn slot_name(slot: Slot) -> &'static str {
    match slot {
        Slot::Subject => "Subject",
        Slot::Preheader => "Preheader",
        Slot::Opening => "Opening",
        Slot::Value => "Their reason",
        Slot::Body => "Middle",
        Slot::Offer => "Offer",
        Slot::Action => "Button",
        Slot::Closing => "Closing",
    }
}

pub(super) fn slot_about(slot: Slot) -> &'static str {
    match slot {
        Slot::Subject => "The line in their inbox",
        Slot::Preheader => "Read beside the subject",
        Slot::Opening => "Names their own situation",
        Slot::Value => "Answers why they left",
        Slot::Body => "What helps, what changed, or what others say",
        Slot::Offer => "What they get, with its real terms",
        Slot::Action => "The words of the one button",
        Slot::Closing => "The last sentence before the name",
    }
}

pub(super) fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "Mail",
        Channel::Sms => "SMS",
        Channel::InApp => "In the app",
        Channel::Post => "Postcard",
        Channel::Call => "Call",
        Channel::Video => "Video",
    }
}

pub(super) fn angle_name(angle: Angle) -> &'static str {
    match angle {
        Angle::Help => "An offer of help",
        Angle::Change => "What changed",
        Angle::Proof => "What others say",
        Angle::Benefit => "What it brings",
        Angle::Memory => "What they liked",
    }
}

pub(super) fn tone_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Warm => "Warm",
        Tone::Plain => "Short and plain",
        Tone::Formal => "Formal",
    }
}

pub(super) const TONES: [Tone; 3] = [Tone::Warm, Tone::Plain, Tone::Formal];

pub(super) fn tone_code(tone: Tone) -> &'static str {
    match tone {
        Tone::Warm => "warm",
        Tone::Plain => "plain",
        Tone::Formal => "formal",
    }
}

pub(super) fn tone_of(code: &str) -> Tone {
    TONES.into_iter().find(|tone| tone_code(*tone) == code).unwrap_or_default()
}

pub(super) fn fact_name(key: FactKey) -> String {
    format::words(key.code())
}

/// A fact as the preview lists it.
pub(super) fn fact_text(value: &FactValue) -> String {
    match value {
        FactValue::Text { text } => text.clone(),
        FactValue::Count { count } => locale::count(u64::from(*count)),
        FactValue::Day { day } => locale::day(day),
        FactValue::Money { money } => locale::money(*money),
        FactValue::Share { share } => shared::offer::percent(*share),
        FactValue::Drop { item, from, to } => format!("{item}: {} instead of {}", locale::money(*to), locale::money(*from)),
    }
}

/// Who wrote the words of a slot.
pub(super) fn choice_name(choice: &Choice) -> String {
    match choice {
        Choice::Composer => "Composer".to_owned(),
        Choice::Pinned { .. } => "Pinned".to_owned(),
        Choice::Own { .. } => "Your own words".to_owned(),
        Choice::Model { model, .. } => format!("Written by {model}"),
    }
}

pub(super) fn reasons() -> Vec<(String, String)> {
    Reason::ALL.into_iter().map(|reason| (reason.code().to_owned(), reason.name().to_owned())).collect()
}

pub(super) fn values() -> Vec<(String, String)> {
    ValueTier::ALL.into_iter().rev().map(|value| (value.code().to_owned(), value.name().to_owned())).collect()
}

pub(super) fn tones() -> Vec<(String, String)> {
    TONES.into_iter().map(|tone| (tone_code(tone).to_owned(), tone_name(tone).to_owned())).collect()
}

pub(super) fn angles() -> Vec<(String, String)> {
    Angle::ALL.iter().map(|angle| (angle.code().to_owned(), angle_name(*angle).to_owned())).collect()
}

/// Text as the API takes it: none where nothing was typed.
pub(super) fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_api() {
        for tone in TONES {
            assert_eq!(serde_json::to_value(tone).unwrap(), tone_code(tone));
            assert_eq!(tone_of(tone_code(tone)), tone);
        }
        assert_eq!(STEPS.map(step_number), [1, 2, 3, 4, 5]);
    }
}

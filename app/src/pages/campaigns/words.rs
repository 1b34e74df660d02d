//! What steps, slots, channels, angles and facts are called, and the options of selects.

use shared::campaign::{self, Kind, Stage, State, Status, When};
use shared::message::lint::Class;
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

pub(super) fn status_name(status: Status) -> &'static str {
    match status {
        Status::Draft => "Draft",
        Status::Approved => "Approved",
        Status::Running => "Running",
        Status::Paused => "Paused",
        Status::Finished => "Finished",
        Status::Archived => "Archived",
    }
}

pub(super) const STATUSES: [Status; 6] =
    [Status::Draft, Status::Approved, Status::Running, Status::Paused, Status::Finished, Status::Archived];

pub(super) fn status_code(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Approved => "approved",
        Status::Running => "running",
        Status::Paused => "paused",
        Status::Finished => "finished",
        Status::Archived => "archived",
    }
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Retention => "Before they leave",
        Kind::PaymentRecovery => "A payment failed",
        Kind::WinBack => "Win-back",
    }
}

pub(super) const KINDS: [(Kind, &str); 3] =
    [(Kind::Retention, "retention"), (Kind::PaymentRecovery, "payment_recovery"), (Kind::WinBack, "win_back")];

pub(super) fn class_name(class: Class) -> &'static str {
    match class {
        Class::Marketing => "Marketing: needs their consent",
        Class::Service => "Service: about what they bought, and makes no offer",
    }
}

pub(super) fn way_name(channel: campaign::Channel) -> &'static str {
    match channel.form() {
        Some(form) => channel_name(form),
        None => "Ad audience",
    }
}

pub(super) fn ways() -> Vec<(String, String)> {
    campaign::Channel::ALL.into_iter().map(|channel| (channel.code().to_owned(), way_name(channel).to_owned())).collect()
}

pub(super) fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Reached => "Reached",
        Stage::Engaged => "Engaged",
        Stage::Returned => "Came back",
        Stage::Stayed => "Still there after 90 days",
    }
}

pub(super) fn state_name(state: State) -> &'static str {
    match state {
        State::Planned => "Planned",
        State::Held => "Held",
        State::Claimed => "About to go",
        State::Sending => "Going out",
        State::Sent => "Sent",
        State::Delivered => "Delivered",
        State::Bounced => "Bounced",
        State::Complained => "Complained",
        State::Skipped => "Not sent",
        State::Failed => "Refused",
        State::Unknown => "Not known",
        State::Ghost => "Held out",
        State::Task => "A task",
    }
}

/// For whom a step counts.
pub(super) fn when_name(when: When) -> String {
    match when {
        When::Always => "Everybody".to_owned(),
        When::Silent => "Who did not click, visit or answer".to_owned(),
        When::Engaged => "Who clicked or visited, and did not come back".to_owned(),
        When::Value { at_least } => format!("Of {} or more", at_least.name().to_lowercase()),
    }
}

/// Text as typed in per cent, in per mille: `12.5` is 125.
pub(super) fn per_mille(text: &str) -> Option<u16> {
    let text = text.trim().trim_end_matches('%').trim();
    let (whole, tenth) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digit = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    if !digit(whole) || !digit(tenth) || tenth.len() > 1 {
        return None;
    }
    let (whole, tenth): (u16, u16) = (whole.parse().ok()?, tenth.parse().ok()?);
    whole.checked_mul(10)?.checked_add(tenth).filter(|share| *share <= 1_000)
}

/// The other way round.
pub(super) fn per_cent(per_mille: u16) -> String {
    match per_mille % 10 {
        0 => format!("{}", per_mille / 10),
        tenth => format!("{}.{tenth}", per_mille / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_as_they_are_written() {
        for share in [0, 5, 100, 125, 1_000] {
            assert_eq!(per_mille(&per_cent(share)), Some(share));
        }
        assert_eq!((per_mille(" 12,5 % "), per_mille("7")), (Some(125), Some(70)));
        for wrong in ["", "-1", "100.1", "1.25", "ten", "."] {
            assert_eq!(per_mille(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn states_and_kinds_have_the_codes_of_the_api() {
        for status in STATUSES {
            assert_eq!(serde_json::to_value(status).unwrap(), status_code(status));
        }
        for (kind, code) in KINDS {
            assert_eq!(serde_json::to_value(kind).unwrap(), code);
        }
    }

    #[test]
    fn codes_are_those_of_the_api() {
        for tone in TONES {
            assert_eq!(serde_json::to_value(tone).unwrap(), tone_code(tone));
            assert_eq!(tone_of(tone_code(tone)), tone);
        }
        assert_eq!(STEPS.map(step_number), [1, 2, 3, 4, 5]);
    }
}

//! Which block is taken for a slot: the one that knows most of the person, answers their reason and was not said before.

use super::{Composer, Told};
use crate::message::block::{Block, Place};
use crate::message::locale::Language;
use crate::message::say::clean_lines;
use crate::message::{Angle, Channel, Choice, FactKey, Part, Slot, Tone};
use crate::offer::DAYS;

/// A block that could be taken, with its words.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub part: Part,
    pub angle: Option<Angle>,
    pub score: i32,
}

impl Composer<'_> {
    /// The blocks that fit, the best first, each with its words. A block whose words cannot be made is not there.
    pub(super) fn candidates(&self, slot: Slot, place: Place, channel: Channel, told: &Told) -> impl Iterator<Item = Candidate> {
        let setting = self.setting(channel);
        let fit = self
            .campaign
            .library
            .blocks()
            .iter()
            .filter(|block| block.slot == slot && block.place == place && block.fits(&setting));
        let mut scored: Vec<(i32, &Block)> = fit.map(|block| (self.score(block, told), block)).collect();
        scored.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.id.cmp(&other.1.id)));
        // Words are made as they are asked for: mostly the first are enough.
        scored.into_iter().filter_map(|(score, block)| self.made(block, score))
    }

    /// The words of a person or a model, or those of a pinned block; none where a fact is missing, so that the composer takes over.
    pub(super) fn chosen(&self, slot: Slot, choice: &Choice) -> Option<Part> {
        let own = |text: &str, block: &str| {
            let written = self.writer.write(text).ok()?;
            let text = clean_lines(&written.text);
            (!text.is_empty()).then(|| super::slot_part(slot, block, text, written.facts))
        };
        match choice {
            Choice::Composer => None,
            Choice::Own { text } => own(text, "own"),
            Choice::Model { text, .. } => own(text, "model"),
            Choice::Pinned { block } => {
                let block = self.campaign.library.find(block).filter(|block| block.slot == slot)?;
                let setting = self.setting(Channel::Email);
                block.has_what_it_needs(&setting).then(|| self.made(block, 0))?.map(|made| made.part)
            }
        }
    }

    fn made(&self, block: &Block, score: i32) -> Option<Candidate> {
        let tone = self.campaign.draft.brief.tone;
        let is_ours = block.version == 0 && self.locale.language() == Language::English && tone == Tone::Warm;
        let template = if is_ours { spoken(&block.text) } else { block.text.clone() };
        let written = self.writer.write(&template).ok()?;
        let text = clean_lines(&written.text);
        let angle = block.angles.first().copied();
        // A button rests on what it leads to, named or not.
        let facts = if block.slot == Slot::Action { block.needs.clone() } else { written.facts };
        (!text.is_empty()).then(|| Candidate { part: super::slot_part(block.slot, &block.id, text, facts), angle, score })
    }

    fn score(&self, block: &Block, told: &Told) -> i32 {
        let listed = |is_listed: bool, points: i32| if is_listed { points } else { 0 };
        let known: i32 = block.needs.iter().map(|key| weight(*key) - listed(told.facts.contains(key), 8)).sum();
        let angle = match block.angles.as_slice() {
            [] => 0,
            angles if angles.contains(&self.step.angle) => 40,
            _ => -20,
        };
        // An opening is about them.
        let is_bare = block.slot == Slot::Opening && known == 0 && block.version == 0;
        known + angle - listed(is_bare, 100)
            + listed(block.version > 0, 500)
            + listed(!block.reasons.is_empty(), 40)
            + listed(!block.values.is_empty(), 8)
            + listed(!block.tones.is_empty(), 8)
            + listed(!block.trades.is_empty(), 8)
            + listed(!block.kinds.is_empty(), 30)
            + listed(!block.steps.is_empty(), 10)
            + 6 * i32::try_from(block.with.len()).unwrap_or(0)
            - listed(told.blocks.contains(&block.id), 300)
            + i32::try_from(self.tie(&block.id) % 7).unwrap_or(0)
    }

    /// The same for the same person, step and block, and as if drawn for another: which of equals is taken.
    fn tie(&self, block: &str) -> u64 {
        let step = DAYS.iter().position(|(step, _)| *step == self.step.step).unwrap_or(0);
        let step = step.to_le_bytes().into_iter().take(1);
        let bytes = self.recipient.id.bytes().chain([0]).chain(step).chain(block.bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        hash ^ (hash >> 29)
    }
}

/// How much a fact makes a sentence theirs: what they want now more than what they did once.
fn weight(key: FactKey) -> i32 {
    match key {
        FactKey::LeftBehind | FactKey::BackInStock | FactKey::PriceDrop | FactKey::Improvement | FactKey::WishedFeature => 26,
        FactKey::TicketSolved | FactKey::PriceRise | FactKey::CameLate | FactKey::Refunded | FactKey::PaymentFailed => 22,
        FactKey::LastItem | FactKey::LastViewed | FactKey::FeatureUsed | FactKey::Plan => 18,
        FactKey::FavouriteCategory | FactKey::Seats | FactKey::PaidUntil => 14,
        FactKey::LastOrder | FactKey::CustomerSince | FactKey::Orders => 12,
        FactKey::FirstName | FactKey::Company => 4,
    }
}

/// As one speaks: the short forms of a warm tone.
fn spoken(template: &str) -> String {
    const SHORT: [(&str, &str); 16] = [
        ("do not ", "don't "),
        ("does not ", "doesn't "),
        ("did not ", "didn't "),
        ("is not ", "isn't "),
        ("was not ", "wasn't "),
        ("are not ", "aren't "),
        ("were not ", "weren't "),
        ("will not ", "won't "),
        ("would not ", "wouldn't "),
        ("cannot ", "can't "),
        ("has not ", "hasn't "),
        ("have not ", "haven't "),
        ("I am ", "I'm "),
        ("I will ", "I'll "),
        ("I would ", "I'd "),
        ("That is ", "That's "),
    ];
    SHORT.into_iter().fold(template.to_owned(), |text, (long, short)| text.replace(long, short))
}

//! The composer: turns a draft and one person into messages.
//!
//! For each slot it takes the block that knows most of this person, answers their reason and has not been said in an earlier message, then
//! fills or trims until the mail has 150 to 200 words. Whatever is not known is not written: a block is only taken when all that it names is
//! there. The same inputs give the same words, everywhere.

mod call;
mod fill;
mod forms;
mod pick;

use std::collections::BTreeSet;

use super::block::{Library, Setting, Trade, With};
use super::locale::{self, Locale};
use super::proof::{self, Like, Proof};
use super::say::{clean, sayable_facts};
use super::template::{Around, Writer};
use super::{Angle, Brand, Channel, Draft, Fact, FactKey, Message, Part, Promise, Recipient, Slot, StepDraft};
use crate::offer::{DAYS, Step};
use crate::segment::Row;
use crate::time::Day;

/// Words of a mail from its greeting to its closing.
pub const LEAST_WORDS: usize = 150;
pub const MOST_WORDS: usize = 200;

/// What all messages of a campaign have in common.
#[derive(Debug, Clone, Copy)]
pub struct Campaign<'a> {
    pub draft: &'a Draft,
    pub brand: &'a Brand,
    pub library: &'a Library,
    pub proofs: &'a [Proof],
    /// The shop's trade, as `shared::industry` codes it.
    pub industry: Option<&'a str>,
    /// As proofs name it.
    pub segment: Option<&'a str>,
    /// On which the first message is written.
    pub day: Day,
}

/// What a person is given on a step.
pub type Rungs<'a> = &'a [(Step, Promise)];

/// All mails, in their order.
pub fn sequence(campaign: &Campaign<'_>, recipient: &Recipient, rungs: Rungs<'_>) -> Vec<Message> {
    let mut told = Told::default();
    campaign.draft.steps.iter().map(|step| Composer::new(campaign, recipient, rungs, step).mail(&mut told)).collect()
}

/// One message; none where the draft has no such step. A mail reads as it does in its sequence.
pub fn message(
    campaign: &Campaign<'_>,
    recipient: &Recipient,
    rungs: Rungs<'_>,
    step: Step,
    channel: Channel,
) -> Option<Message> {
    let mut told = Told::default();
    for draft in &campaign.draft.steps {
        let composer = Composer::new(campaign, recipient, rungs, draft);
        if draft.step == step && channel != Channel::Email && channel != Channel::Video {
            return Some(composer.form(channel));
        }
        let mail = composer.mail(&mut told);
        if draft.step == step {
            return Some(if channel == Channel::Video { composer.video(mail) } else { mail });
        }
    }
    None
}

/// Names of the blocks that could lead a slot of a step's mail for this person, the best first: what "other words" goes through.
pub fn fitting(campaign: &Campaign<'_>, recipient: &Recipient, rungs: Rungs<'_>, step: Step, slot: Slot) -> Vec<String> {
    let Some(draft) = campaign.draft.steps.iter().find(|draft| draft.step == step) else { return Vec::new() };
    let composer = Composer::new(campaign, recipient, rungs, draft);
    let told = Told::default();
    composer.candidates(slot, super::block::Place::Lead, Channel::Email, &told).map(|found| found.part.block).collect()
}

/// The sequence that stands before anybody changed it: five steps as the ladder times them.
pub fn standard(brief: super::Brief) -> Draft {
    let mut before = 0;
    let steps = DAYS.iter().map(|(step, day)| {
        let after = day - before;
        before = *day;
        StepDraft {
            step: *step,
            after_days: u16::try_from(after).unwrap_or(0),
            angle: usual_angle(*step),
            same_thread: false,
            channels: vec![Channel::Email],
            subjects: Default::default(),
            parts: Default::default(),
            forms: Default::default(),
        }
    });
    Draft { steps: steps.collect(), brief, dismissed: Default::default() }
}

/// Help, what changed, proof, what it brings, a last word that remembers.
pub fn usual_angle(step: Step) -> Angle {
    match step {
        Step::Help => Angle::Help,
        Step::Proof => Angle::Change,
        Step::SmallIncentive => Angle::Proof,
        Step::FullIncentive => Angle::Benefit,
        Step::LastWord => Angle::Memory,
    }
}

/// Words from the greeting to the closing: what is held to [`LEAST_WORDS`] and [`MOST_WORDS`].
pub fn words(message: &Message) -> usize {
    let parts = message.parts.iter().map(|part| count(&part.text)).sum::<usize>();
    count(&message.greeting) + parts
}

fn count(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// What earlier messages said, so that a later one says something else.
#[derive(Debug, Default)]
struct Told {
    blocks: BTreeSet<String>,
    facts: Vec<FactKey>,
}

/// One step to one person.
struct Composer<'a> {
    campaign: &'a Campaign<'a>,
    recipient: &'a Recipient,
    step: &'a StepDraft,
    promise: Option<&'a Promise>,
    facts: Vec<Fact>,
    trade: Option<Trade>,
    locale: Locale,
    has: Vec<With>,
    writer: Writer,
    day: Day,
}

impl<'a> Composer<'a> {
    fn new(campaign: &'a Campaign<'a>, recipient: &'a Recipient, rungs: Rungs<'a>, step: &'a StepDraft) -> Self {
        let Campaign { draft, brand, .. } = *campaign;
        let facts = sayable_facts(recipient);
        let promise = rungs.iter().find(|(of, _)| *of == step.step).map(|(_, promise)| promise);
        let days =
            draft.steps.iter().take_while(|other| other.step != step.step).chain([step]).map(|step| i32::from(step.after_days));
        let day = campaign.day.plus(days.sum());
        let iso = day.iso();
        let like = Like { industry: campaign.industry, reason: recipient.reason, segment: campaign.segment, day: &iso };
        let row = Row { value: recipient.value, reason: recipient.reason }.code();
        let like = Like { segment: campaign.segment.or(Some(&row)), ..like };
        let cited = proof::matching(campaign.proofs, &like).filter(|_| step.angle == Angle::Proof);
        let told = |text: &Option<String>| text.as_deref().is_some_and(|text| !clean(text).is_empty());
        let has = [
            (With::Sender, told(&brand.sender)),
            (With::Product, told(&draft.brief.product)),
            (With::Change, told(&draft.brief.change)),
            (With::Proof, cited.is_some_and(|proof| proof.who.is_some())),
        ];
        let has: Vec<With> = has.into_iter().filter(|(_, has)| *has).map(|(with, _)| with).collect();
        let trade = trade(&facts);
        let locale = Self::locale(campaign, recipient, step, trade);
        let proof = cited.map(|proof| (proof.text.as_str(), proof.who.as_deref()));
        let writer = Writer::new(&locale, &facts, &Around { brand, brief: &draft.brief, promise, proof, day });
        Self { campaign, recipient, step, promise, facts, trade, locale, has, writer, day }
    }

    /// The campaign's language, else the person's, else the brand's, else English: the first in which a whole mail can be written.
    fn locale(campaign: &Campaign<'_>, recipient: &Recipient, step: &StepDraft, trade: Option<Trade>) -> Locale {
        let brief = &campaign.draft.brief;
        let tags = [brief.locale.as_deref(), recipient.locale.as_deref(), Some(campaign.brand.locale.as_str())];
        let english = Locale::ENGLISH;
        let setting = Setting {
            step: step.step,
            channel: Channel::Email,
            reason: recipient.reason,
            value: recipient.value,
            tone: brief.tone,
            trade,
            locale: &english,
            facts: &[],
            promise: None,
            has: &[],
        };
        let known = tags.into_iter().flatten().filter_map(Locale::parse);
        let mut spoken = known.filter(|locale| campaign.library.speaks(locale.language(), &setting));
        spoken.next().unwrap_or(Locale::ENGLISH)
    }

    fn setting(&self, channel: Channel) -> Setting<'_> {
        Setting {
            step: self.step.step,
            channel,
            reason: self.recipient.reason,
            value: self.recipient.value,
            tone: self.campaign.draft.brief.tone,
            trade: self.trade,
            locale: &self.locale,
            facts: &self.facts,
            promise: self.promise,
            has: &self.has,
        }
    }

    fn greeting(&self) -> String {
        let name = self.facts.iter().find(|fact| fact.key == FactKey::FirstName).and_then(|fact| match &fact.value {
            super::FactValue::Text { text } => Some(text.as_str()),
            _ => None,
        });
        locale::greeting(&self.locale, self.campaign.draft.brief.tone, name)
    }

    /// Name; role and brand.
    fn signature(&self) -> String {
        let Brand { name, sender, sender_role, .. } = self.campaign.brand;
        let (name, sender) = (clean(name), sender.as_deref().map(clean).unwrap_or_default());
        let role = sender_role.as_deref().map(clean).unwrap_or_default();
        let last = [role, name].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        [sender, last].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn message(
        &self,
        channel: Channel,
        subjects: Vec<Part>,
        preheader: Option<Part>,
        greeting: String,
        parts: Vec<Part>,
    ) -> Message {
        let mut facts: Vec<FactKey> =
            parts.iter().flat_map(|part| part.facts.iter().copied()).filter(|key| key.counts()).collect();
        facts.sort_unstable();
        facts.dedup();
        let is_first = self.campaign.draft.steps.first().is_some_and(|first| first.step == self.step.step);
        Message {
            step: self.step.step,
            channel,
            locale: self.locale.tag(),
            subjects,
            preheader,
            greeting,
            call: None,
            signature: self.signature(),
            promise: self.promise.cloned(),
            day: self.day.iso(),
            is_fallback: facts.len() < 2,
            facts,
            parts,
            same_thread: self.step.same_thread && !is_first && channel == Channel::Email,
        }
    }
}

/// Whether they order things or pay for terms; nothing where no fact tells.
fn trade(facts: &[Fact]) -> Option<Trade> {
    let has = |keys: &[FactKey]| facts.iter().any(|fact| keys.contains(&fact.key));
    if has(&[FactKey::Plan, FactKey::Seats, FactKey::PaidUntil, FactKey::FeatureUsed]) {
        return Some(Trade::Terms);
    }
    let goods = [
        FactKey::LastOrder,
        FactKey::Orders,
        FactKey::PriceDrop,
        FactKey::LastItem,
        FactKey::LastViewed,
        FactKey::LeftBehind,
        FactKey::BackInStock,
        FactKey::FavouriteCategory,
    ];
    has(&goods).then_some(Trade::Goods)
}

fn slot_part(slot: Slot, block: &str, text: String, facts: Vec<FactKey>) -> Part {
    Part { slot, block: block.to_owned(), text, facts }
}

#[cfg(test)]
pub(super) mod tests;

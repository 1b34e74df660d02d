//! A sequence for one person: written, looked through by the lint, and one message laid out.

use shared::api::composing::{
    Composed, ComposedMessage, ComposedStep, Composing, Found, LaidOut, SheetHtml, Shown, SlotBlocks, SmsSize,
};
use shared::api::{PreviewPerson, ProofItem, ShopBlock};
use shared::message::brief::nobody;
use shared::message::compose::{self, Campaign};
use shared::message::desk::{Desk, Written};
use shared::message::layout::Rendered;
use shared::message::lint::{Class, Field, Finding, Limits, Severity};
use shared::message::{Block, Channel, Choice, Library, Message, Proof, Slot, StepDraft, sms, template};
use shared::offer::Step;
use shared::time::Day;

pub fn compose(asked: &Composing) -> Composed {
    let blocks: Vec<Block> = asked.blocks.iter().cloned().map(ShopBlock::block).collect();
    let library = Library::with(&blocks);
    let proofs: Vec<Proof> =
        asked.proofs.iter().filter(|proof| proof.unusable.is_none()).cloned().map(ProofItem::proof).collect();
    let recipient = asked.person.as_ref().map_or_else(|| nobody(&asked.draft.brief), |person| person.recipient.clone());
    let rungs = asked.person.as_ref().map(PreviewPerson::rungs).unwrap_or_default();
    let campaign = Campaign {
        draft: &asked.draft,
        brand: &asked.brand,
        library: &library,
        proofs: &proofs,
        industry: asked.industry.as_deref(),
        segment: asked.segment.as_deref(),
        day: Day::parse_iso(&asked.day).unwrap_or_default(),
    };
    let limits = asked.person.as_ref().map_or_else(Limits::default, |person| person.limits);
    let desk = Desk { campaign, recipient: &recipient, rungs: &rungs, limits, class: Class::Marketing };
    let written = desk.sequence();
    let steps: Vec<ComposedStep> = asked.draft.steps.iter().zip(written).map(|(step, all)| composed_step(step, all)).collect();
    let layout = lay_out(&desk, asked, &steps);
    let slots = slots(&desk, asked.shown.step, &steps);
    let mut composed = Composed { steps, layout: None, slots };
    if let Some((layout, findings)) = layout {
        let shown = asked.shown;
        let message = composed
            .steps
            .iter_mut()
            .find(|step| step.step == shown.step)
            .and_then(|step| step.messages.iter_mut().find(|one| one.message.channel == shown.channel));
        if let Some(message) = message {
            message.findings.extend(findings);
            message.findings.sort_by_key(|found| !found.is_error);
        }
        composed.layout = Some(layout);
    }
    composed
}

fn composed_step(step: &StepDraft, written: Vec<Written>) -> ComposedStep {
    let messages = written.into_iter().map(|Written { message, words, findings }| {
        let mut findings: Vec<Found> = findings.into_iter().map(found).collect();
        if message.channel == Channel::Email {
            findings.extend(broken(step, &message));
        }
        findings.sort_by_key(|found| !found.is_error);
        ComposedMessage { message, words: words as u32, findings }
    });
    ComposedStep { step: step.step, messages: messages.collect() }
}

/// As the editor shows it.
fn found(finding: Finding) -> Found {
    let is_error = finding.severity == Severity::Error;
    let Finding { code, place, found, reason, fix, digest, .. } = finding;
    let slot = match place.field {
        Field::Subject => Some(Slot::Subject),
        Field::Preheader => Some(Slot::Preheader),
        Field::Call | Field::Link => Some(Slot::Action),
        _ => place.slot,
    };
    let variant = (place.field == Field::Subject && place.to > place.from).then(|| u8::try_from(place.index).unwrap_or(0));
    // Words that stand somewhere; what a finding on a whole is about, is no quotation.
    let words = Some(found).filter(|words| place.to > place.from && !words.is_empty());
    Found { is_error, code: code.code().to_owned(), slot, variant, words, reason, fix, key: digest }
}

/// The shown message with what the lint says of its layout.
fn lay_out(desk: &Desk<'_>, asked: &Composing, steps: &[ComposedStep]) -> Option<(LaidOut, Vec<Found>)> {
    let Shown { step, channel, variant, look } = asked.shown;
    let of_step = steps.iter().find(|known| known.step == step)?;
    let shown = of_step.messages.iter().find(|one| one.message.channel == channel)?;
    let known: Vec<String> = shown.findings.iter().map(|one| one.key.clone()).collect();
    let first = steps.first().and_then(|first| first.messages.first()).and_then(|one| one.message.subjects.first());
    let shown = Written { message: shown.message.clone(), words: shown.words as usize, findings: Vec::new() };
    let (rendered, findings) = desk.sample(&shown, look, &asked.origin, first.map(|part| part.text.as_str()));
    let findings = findings.into_iter().map(found).filter(|one| known.iter().all(|known| *known != one.key)).collect();
    Some((rendered.map(|rendered| laid_out(rendered, channel, usize::from(variant))).unwrap_or_default(), findings))
}

/// For each slot of the shown mail: which blocks could stand there, and the template of the one that does.
fn slots(desk: &Desk<'_>, step: Step, steps: &[ComposedStep]) -> Vec<SlotBlocks> {
    let campaign = &desk.campaign;
    let mail = steps.iter().find(|known| known.step == step).and_then(|known| known.messages.first());
    Slot::ALL
        .iter()
        .map(|slot| {
            let blocks = compose::fitting(campaign, desk.recipient, desk.rungs, step, *slot);
            let parts = mail
                .iter()
                .flat_map(|mail| mail.message.subjects.iter().chain(&mail.message.preheader).chain(&mail.message.parts));
            let standing = parts.into_iter().find(|part| part.slot == *slot).and_then(|part| campaign.library.find(&part.block));
            SlotBlocks { slot: *slot, blocks, template: standing.map(|block| block.text.clone()) }
        })
        .collect()
}

/// Own words that are no template, or that this person cannot get: the composer's stand in their place, and the marketer is told.
fn broken(step: &StepDraft, mail: &Message) -> Vec<Found> {
    let subjects = step.subjects.iter().enumerate().map(|(at, choice)| (Slot::Subject, Some(at), choice));
    let parts = step.parts.iter().map(|(slot, choice)| (*slot, None, choice));
    subjects.chain(parts).filter_map(|(slot, variant, choice)| broken_choice(slot, variant, choice, mail)).collect()
}

fn broken_choice(slot: Slot, variant: Option<usize>, choice: &Choice, mail: &Message) -> Option<Found> {
    let at = |found: Found| Found { slot: Some(slot), variant: variant.and_then(|at| u8::try_from(at).ok()), ..found };
    let stands = match variant {
        Some(at) => mail.subjects.get(at).map(|part| part.block.as_str()),
        None if slot == Slot::Preheader => mail.preheader.as_ref().map(|part| part.block.as_str()),
        None => mail.parts.iter().find(|part| part.slot == slot).map(|part| part.block.as_str()),
    };
    match choice {
        Choice::Own { text } | Choice::Model { text, .. } => match template::check(text) {
            Err(error) => {
                let reason = format!("These words cannot be used: line {}, {}.", error.line, error.what);
                Some(at(whole("template", reason, format!("{}.", error.fix.trim_end_matches('.')))))
            }
            // A button's words are no part.
            Ok(_) if slot == Slot::Action || matches!(stands, Some("own" | "model")) => None,
            Ok(_) => Some(at(fallback(
                slot,
                variant,
                "These words name a fact that this person lacks, so that the composer's stand here.",
            ))),
        },
        Choice::Pinned { block } if slot != Slot::Action && stands != Some(block) => {
            Some(at(fallback(slot, variant, "The pinned text needs a fact that this person lacks, so that another stands here.")))
        }
        _ => None,
    }
}

fn whole(code: &str, reason: String, fix: String) -> Found {
    Found { is_error: true, code: code.to_owned(), slot: None, variant: None, words: None, reason, fix, key: code.to_owned() }
}

fn fallback(slot: Slot, variant: Option<usize>, reason: &str) -> Found {
    let key = format!("fallback:{}{}", slot.code(), variant.unwrap_or(0));
    let fix = "Nothing has to be done: nobody gets a hole. See others of the audience with “next”.".to_owned();
    Found { is_error: false, key, ..whole("fallback", reason.to_owned(), fix) }
}

fn laid_out(rendered: Rendered, channel: Channel, variant: usize) -> LaidOut {
    let Rendered { subjects, preheader, html, back, text, .. } = rendered;
    // A mail in a thread has the one subject.
    let subject = subjects.get(variant).or_else(|| subjects.first()).cloned().unwrap_or_default();
    let size = html.len() as u32;
    let name = |name: &str| if back.is_some() { name.to_owned() } else { String::new() };
    let front = SheetHtml { name: name("Front"), html };
    let sheets = std::iter::once(front).chain(back.map(|html| SheetHtml { name: "Back".to_owned(), html })).collect();
    let sms = (channel == Channel::Sms).then(|| {
        let sms::Segments { encoding, units, count, left } = sms::segments(&text);
        let encoding = match encoding {
            sms::Encoding::Gsm7 => "GSM-7",
            sms::Encoding::Ucs2 => "UCS-2",
        };
        SmsSize { encoding: encoding.to_owned(), characters: units as u32, segments: count as u32, left: left as u32 }
    });
    LaidOut { subject, preheader, sheets, text, sms, size }
}

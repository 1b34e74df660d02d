//! What of a model's words is taken: all of it, or nothing.
//!
//! The answer is JSON of one schema. Each sentence names the facts that it uses; its figures, dates, names and claims must be theirs
//! ([`super::sentence`]), and no sentence holds an address, a code, markup or a template. What is taken stands in the message in the place
//! of the composer's words for the slots that were asked for; greeting, offer, button, signature and everything else stay as they were.
//! The lint reads the whole message after.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::language;
use super::sentence::{Judge, Source};
use crate::message::{Brand, Channel, FactKey, Message, Part, Promise, Recipient, Slot};

/// The words of which slots are asked for, and of what they may be made.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// As the composer wrote it.
    pub message: &'a Message,
    pub recipient: &'a Recipient,
    pub promise: Option<&'a Promise>,
    pub brand: &'a Brand,
    pub slots: &'a [Slot],
    /// What customers wrote in their own words may be shown to a model.
    pub with_theirs: bool,
}

/// Why a model's words are not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rejected {
    /// None of the answer as a whole.
    pub slot: Option<Slot>,
    pub fault: Fault,
    /// The words, cut short: a stranger's, to be shown as text.
    pub found: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// No JSON of the schema.
    Schema,
    /// Words for a slot that nobody asked for.
    Slot,
    /// No words for a slot that was asked for.
    Missing,
    /// Too long, or the message with it.
    Length,
    /// Letters that are hidden, or of another script.
    Characters,
    Markup,
    Template,
    /// An address of any kind.
    Link,
    Code,
    Number,
    Percent,
    Price,
    Date,
    /// A name that no fact holds.
    Name,
    /// Something is offered that the promise does not name.
    Promise,
    /// Something is said of the reader, the shop or others that no named fact says.
    Claim,
    /// A fact is named that was not listed.
    Unlisted,
    /// Fewer facts are shown than the composer's own text shows.
    Facts,
    /// Two variants say the same.
    Same,
    /// A subject that looks like an answer to somebody's mail.
    Reply,
    /// A language whose sentences cannot be judged.
    Language,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    parts: Vec<PartWords>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartWords {
    slot: Slot,
    sentences: Vec<Sentence>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sentence {
    text: String,
    facts: Vec<String>,
}

/// Under which block's name a model's words stand.
pub const BLOCK: &str = "model";

/// The lint's own limit: over it a mail is an error.
const MOST_WORDS: usize = 200;

/// Facts beyond a name that a message shows where so many are known.
const FACTS: usize = 2;

/// Characters of a rejection that are told, and rejections.
const FOUND_CHARS: usize = 80;
const TOLD: usize = 20;

/// Whether a model may write it: what is offered, and the words of the button, are nobody's but the composer's.
pub fn is_writable(slot: Slot) -> bool {
    !matches!(slot, Slot::Offer | Slot::Action)
}

/// Characters that a slot holds at most.
pub fn most_chars(slot: Slot) -> usize {
    match slot {
        Slot::Subject => 80,
        Slot::Preheader => 120,
        Slot::Opening => 400,
        Slot::Value => 600,
        Slot::Body => 900,
        Slot::Closing => 300,
        Slot::Offer | Slot::Action => 0,
    }
}

/// The message with the model's words.
///
/// # Errors
/// Everything that is wrong with them, at most twenty of it: the composer's own words stand.
pub fn accept(asked: &Asked<'_>, answer: &str) -> Result<Message, Vec<Rejected>> {
    let reject = |slot, fault, found: &str| vec![rejected(slot, fault, found)];
    let language = language::of(&asked.message.locale).ok_or_else(|| reject(None, Fault::Language, &asked.message.locale))?;
    let words: Words = serde_json::from_str(without_fence(answer)).map_err(|_| reject(None, Fault::Schema, answer))?;
    let judge = Judge::of(asked, language);
    let mut wrong = Vec::new();
    let mut parts = Vec::new();
    for PartWords { slot, sentences } in &words.parts {
        if !asked.slots.contains(slot) || !is_writable(*slot) {
            wrong.push(rejected(Some(*slot), Fault::Slot, slot.code()));
            continue;
        }
        let (part, faults) = part_of(&judge, *slot, sentences);
        wrong.extend(faults);
        parts.push(part);
    }
    let message = placed(asked, parts, &mut wrong);
    let words = message.parts.iter().map(|part| part.text.split_whitespace().count()).sum::<usize>();
    if message.channel == Channel::Email && words > MOST_WORDS {
        wrong.push(rejected(None, Fault::Length, &format!("{words} words")));
    }
    if message.facts.len() < asked.message.facts.len().min(FACTS) {
        wrong.push(rejected(None, Fault::Facts, &format!("{} of {}", message.facts.len(), asked.message.facts.len().min(FACTS))));
    }
    wrong.dedup();
    wrong.truncate(TOLD);
    if wrong.is_empty() { Ok(message) } else { Err(wrong) }
}

fn part_of(judge: &Judge<'_>, slot: Slot, sentences: &[Sentence]) -> (Part, Vec<Rejected>) {
    let mut wrong = Vec::new();
    let mut facts: BTreeSet<FactKey> = BTreeSet::new();
    for Sentence { text, facts: named } in sentences {
        let (faults, seen) = judge.check(text, named);
        wrong.extend(faults.iter().map(|(fault, found)| rejected(Some(slot), *fault, found)));
        facts.extend(seen.iter().filter_map(|source| match source {
            Source::Fact(key) => Some(*key),
            Source::Promise => None,
        }));
    }
    let text =
        sentences.iter().map(|sentence| sentence.text.trim()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    let is_one_line = matches!(slot, Slot::Subject | Slot::Preheader);
    if text.is_empty() {
        wrong.push(rejected(Some(slot), Fault::Missing, slot.code()));
    }
    if text.chars().count() > most_chars(slot) || (is_one_line && sentences.len() > 2) {
        wrong.push(rejected(Some(slot), Fault::Length, &text));
    }
    let begin = text.to_lowercase();
    if slot == Slot::Subject
        && ["re:", "re :", "fw:", "fwd:", "aw:", "wg:", "tr:", "rv:"].iter().any(|prefix| begin.starts_with(prefix))
    {
        wrong.push(rejected(Some(slot), Fault::Reply, &text));
    }
    (Part { slot, block: BLOCK.to_owned(), text, facts: facts.into_iter().collect() }, wrong)
}

/// Puts the parts where the composer's stood.
fn placed(asked: &Asked<'_>, parts: Vec<Part>, wrong: &mut Vec<Rejected>) -> Message {
    let mut message = asked.message.clone();
    for slot in asked.slots.iter().copied().collect::<BTreeSet<_>>() {
        let new: Vec<Part> = parts.iter().filter(|part| part.slot == slot).cloned().collect();
        if new.is_empty() {
            wrong.push(rejected(Some(slot), Fault::Missing, slot.code()));
            continue;
        }
        match slot {
            Slot::Subject => {
                let is_same =
                    new.iter().enumerate().any(|(at, part)| new.iter().skip(at + 1).any(|other| other.text == part.text));
                if new.len() != message.subjects.len() {
                    wrong.push(rejected(Some(slot), Fault::Missing, &format!("{} of {}", new.len(), message.subjects.len())));
                } else if is_same {
                    wrong.push(rejected(Some(slot), Fault::Same, "subject"));
                }
                message.subjects = new;
            }
            Slot::Preheader if message.preheader.is_some() && new.len() == 1 => message.preheader = new.into_iter().next(),
            Slot::Preheader => wrong.push(rejected(Some(slot), Fault::Slot, slot.code())),
            _ => match message.parts.iter().position(|part| part.slot == slot) {
                Some(at) => {
                    message.parts.retain(|part| part.slot != slot);
                    message.parts.splice(at..at, new);
                }
                None => wrong.push(rejected(Some(slot), Fault::Slot, slot.code())),
            },
        }
    }
    let all = message.subjects.iter().chain(&message.preheader).chain(&message.parts);
    let facts: BTreeSet<FactKey> = all.flat_map(|part| part.facts.iter().copied()).filter(|key| key.counts()).collect();
    message.facts = facts.into_iter().collect();
    message.is_fallback = message.facts.len() < FACTS;
    message
}

fn rejected(slot: Option<Slot>, fault: Fault, found: &str) -> Rejected {
    let found = found.chars().filter(|letter| !super::fence::is_hidden(*letter)).take(FOUND_CHARS).collect();
    Rejected { slot, fault, found }
}

/// JSON between the marks that models like to put around it.
pub(super) fn without_fence(answer: &str) -> &str {
    let text = answer.trim();
    let inner = text.strip_prefix("```json").or_else(|| text.strip_prefix("```")).and_then(|rest| rest.strip_suffix("```"));
    inner.unwrap_or(text).trim()
}

impl Fault {
    /// In words, behind "The model's text was not taken: ".
    pub fn text(self) -> &'static str {
        match self {
            Self::Schema => "it is not in the form that was asked for",
            Self::Slot => "it writes what nobody asked for",
            Self::Missing => "something that was asked for is missing",
            Self::Length => "it is too long",
            Self::Characters => "it holds hidden or foreign letters",
            Self::Markup => "it holds markup",
            Self::Template => "it holds merge fields",
            Self::Link => "it holds an address",
            Self::Code => "it holds what looks like a code",
            Self::Number => "it holds a number that no fact gives",
            Self::Percent => "it holds a share that neither a fact nor the offer gives",
            Self::Price => "it holds a price that neither a fact nor the offer gives",
            Self::Date => "it names a day that neither a fact nor the offer gives",
            Self::Name => "it holds a name that no fact gives",
            Self::Promise => "it promises something that is not offered",
            Self::Claim => "it claims something that no fact says",
            Self::Unlisted => "it rests on a fact that it was not given",
            Self::Facts => "it is less personal than the composer's own text",
            Self::Same => "its variants are the same",
            Self::Reply => "its subject looks like an answer",
            Self::Language => "models may not write in this language, since nothing could check what they say",
        }
    }
}

impl Rejected {
    /// For a person; `found` is beside it.
    pub fn text(&self) -> String {
        match self.slot {
            Some(slot) => format!("{}: {}", slot.code(), self.fault.text()),
            None => self.fault.text().to_owned(),
        }
    }
}

#[cfg(test)]
#[path = "accept_tests.rs"]
mod tests;

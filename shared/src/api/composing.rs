//! What the editor of messages asks the Web Worker, and what comes of it.

use serde::{Deserialize, Serialize};

use crate::api::{PreviewPerson, ProofItem, ShopBlock};
use crate::message::layout::Look;
use crate::message::{Brand, Channel, Draft, Message, Slot};
use crate::offer::Step;

/// All that a sequence is written from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Composing {
    pub draft: Draft,
    /// None to write from the brief alone.
    pub person: Option<PreviewPerson>,
    pub brand: Brand,
    pub proofs: Vec<ProofItem>,
    pub blocks: Vec<ShopBlock>,
    /// Codes of the shop's industries, by which proofs are matched.
    pub industry: Option<String>,
    /// For whom the campaign is, by which proofs are matched too.
    pub segment: Option<String>,
    /// ISO date on which the sequence would begin.
    pub day: String,
    /// Our own address, `https://…` without a path, under which pictures lie.
    pub origin: String,
    pub shown: Shown,
}

/// What is laid out; the other messages are only written and looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub step: Step,
    pub channel: Channel,
    /// Which subject: 0 or 1.
    pub variant: u8,
    pub look: Look,
}

/// The sequence for one person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Composed {
    /// The five steps in their order.
    pub steps: Vec<ComposedStep>,
    /// Of the message that is shown; none where it could not be written.
    pub layout: Option<LaidOut>,
    /// Of the shown step's mail.
    pub slots: Vec<SlotBlocks>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComposedStep {
    pub step: Step,
    /// One for each of its channels, mail first.
    pub messages: Vec<ComposedMessage>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComposedMessage {
    pub message: Message,
    /// Of what is counted: greeting to closing.
    pub words: u32,
    pub findings: Vec<Found>,
}

/// Something that the lint found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Blocks; else a hint.
    pub is_error: bool,
    pub code: String,
    pub slot: Option<Slot>,
    /// Of a subject: which of the two.
    pub variant: Option<u8>,
    /// The words that it is about, where it is about some.
    pub words: Option<String>,
    pub reason: String,
    pub fix: String,
    /// By which a hint is dismissed for good.
    pub key: String,
}

/// Blocks that could stand in a slot for this person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotBlocks {
    pub slot: Slot,
    /// Names, the one that the composer takes first.
    pub blocks: Vec<String>,
    /// The template behind the words that stand, to begin own words from.
    pub template: Option<String>,
}

/// A message as its reader gets it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LaidOut {
    pub subject: String,
    pub preheader: String,
    /// Documents of their own: one of a mail, front and back of a card.
    pub sheets: Vec<SheetHtml>,
    /// The plain text beside it.
    pub text: String,
    pub sms: Option<SmsSize>,
    /// Bytes of the HTML.
    pub size: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetHtml {
    /// Such as "Front".
    pub name: String,
    pub html: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsSize {
    /// `GSM-7` or `UCS-2`.
    pub encoding: String,
    pub characters: u32,
    pub segments: u32,
    /// What still fits into the last one.
    pub left: u32,
}

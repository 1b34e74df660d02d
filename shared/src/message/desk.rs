//! One person's sequence on the desk: written by the composer, read by the lint, and laid out.
//!
//! The editor's preview, a test to oneself, the API and what is sent all pass here, so that they say the same and nothing goes out that
//! nobody read.

use super::compose::{self, Campaign, Rungs};
use super::layout::{self, How, Look, Rendered};
use super::lint::{self, About, Class, Finding, Limits, Severity};
use super::{Channel, Message, Promise, Recipient, StepDraft};
use crate::offer::Step;

/// Where links to preferences lead in what nobody gets.
const SAMPLE_PAGE: &str = "/preferences/sample";

/// What one person's messages are written from.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    pub campaign: Campaign<'a>,
    pub recipient: &'a Recipient,
    pub rungs: Rungs<'a>,
    pub limits: Limits,
    pub class: Class,
}

/// A message with what the lint says of its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    pub message: Message,
    /// From the greeting to the closing.
    pub words: usize,
    /// Errors first; none of the hints that were dismissed.
    pub findings: Vec<Finding>,
}

impl<'a> Desk<'a> {
    /// Every step in its order, each in all of its channels, mail first.
    pub fn sequence(&self) -> Vec<Vec<Written>> {
        let mails = compose::sequence(&self.campaign, self.recipient, self.rungs);
        self.campaign.draft.steps.iter().zip(mails).map(|(step, mail)| self.channels(step, mail)).collect()
    }

    /// One step in all of its channels, mail first; empty where the draft has no such step.
    pub fn step(&self, step: Step) -> Vec<Written> {
        let draft = self.campaign.draft.steps.iter().find(|draft| draft.step == step);
        let mail = compose::message(&self.campaign, self.recipient, self.rungs, step, Channel::Email);
        draft.zip(mail).map(|(draft, mail)| self.channels(draft, mail)).unwrap_or_default()
    }

    /// As its reader gets it, none where no layout can set it; with what the lint says of that and did not say of the words.
    pub fn lay_out(&self, written: &Written, how: &How<'_>) -> (Option<Rendered>, Vec<Finding>) {
        let Written { message, findings: known, .. } = written;
        match layout::render(message, self.campaign.brand, how) {
            Ok(rendered) => {
                let mut findings = self.open(self.about(message, &[], |about| lint::lint_rendered(&rendered, message, about)));
                findings.retain(|one| known.iter().all(|known| known.digest != one.digest));
                (Some(rendered), findings)
            }
            Err(error) => (None, lint::not_laid_out(&error)),
        }
    }

    /// As it is laid out for eyes that are not its reader's: links to preferences lead nowhere. `origin` is our own address, `thread` the
    /// first mail's subject.
    pub fn sample(&self, written: &Written, look: Look, origin: &str, thread: Option<&str>) -> (Option<Rendered>, Vec<Finding>) {
        let page = format!("{origin}{SAMPLE_PAGE}");
        let how =
            How { look, class: self.class, unsubscribe: Some(&page), preferences: Some(&page), thread, ..How::plain(origin) };
        self.lay_out(written, &how)
    }

    /// What a step gives this person; none where it gives nothing.
    pub fn promise(&self, step: Step) -> Option<&'a Promise> {
        self.rungs.iter().find(|(of, _)| *of == step).map(|(_, promise)| promise)
    }

    fn channels(&self, step: &StepDraft, mail: Message) -> Vec<Written> {
        let others = step.channels.iter().filter(|channel| **channel != Channel::Email);
        let forms =
            others.filter_map(|channel| compose::message(&self.campaign, self.recipient, self.rungs, step.step, *channel));
        let messages: Vec<Message> = std::iter::once(mail).chain(forms).collect();
        messages.iter().map(|message| self.read(message, &messages)).collect()
    }

    fn read(&self, message: &Message, step: &[Message]) -> Written {
        let others: Vec<Message> = step.iter().filter(|other| other.channel != message.channel).cloned().collect();
        let findings = self.open(self.about(message, &others, |about| lint::lint(message, about)));
        Written { message: message.clone(), words: lint::count_words(message), findings }
    }

    fn open(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let dismissed = &self.campaign.draft.dismissed;
        let is_open = |one: &Finding| one.severity == Severity::Error || !dismissed.contains_key(&one.digest);
        findings.into_iter().filter(is_open).collect()
    }

    fn about<T>(&self, message: &Message, others: &[Message], look: impl FnOnce(&About<'_>) -> T) -> T {
        let Campaign { draft, brand, library, proofs, .. } = self.campaign;
        let used = message.subjects.iter().chain(&message.preheader).chain(&message.parts);
        let templates = used.filter_map(|part| library.find(&part.block)).map(|block| block.text.clone());
        let stated: Vec<String> = draft.brief.change.iter().chain(&draft.brief.product).cloned().chain(templates).collect();
        let proofs: Vec<String> =
            proofs.iter().flat_map(|proof| std::iter::once(proof.text.clone()).chain(proof.who.clone())).collect();
        look(&About {
            recipient: self.recipient,
            brand,
            promise: self.promise(message.step),
            limits: self.limits,
            others,
            class: self.class,
            proofs: &proofs,
            stated: &stated,
            is_first: draft.steps.first().is_some_and(|first| first.step == message.step),
        })
    }
}

#[cfg(test)]
mod tests;

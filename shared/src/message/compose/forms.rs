//! The other forms of a step's message: a text message, a card in the app, a postcard, what to say on the phone and before a camera.
//!
//! All of them tell the same offer, code and last day as the mail. What others may read over a shoulder names nothing that somebody bought.

use super::{Composer, Told, slot_part};
use crate::message::block::Place;
use crate::message::locale;
use crate::message::say::{clean, clean_lines};
use crate::message::{Channel, FactKey, Message, Part, Slot};

/// Units of a text message of one segment: letters of the short alphabet, and of any other.
const SHORT_LETTERS: usize = 160;
const LONG_LETTERS: usize = 70;

/// What may stand on a card that lies open in the letter box.
const OPEN_FACTS: [FactKey; 3] = [FactKey::FirstName, FactKey::CustomerSince, FactKey::Orders];

impl Composer<'_> {
    pub(super) fn form(&self, channel: Channel) -> Message {
        match channel {
            Channel::Sms => self.text_message(),
            Channel::InApp => self.card(),
            Channel::Post => self.postcard(),
            _ => self.call_script(),
        }
    }

    fn taken(&self, slot: Slot, channel: Channel) -> Option<Part> {
        self.candidates(slot, Place::Lead, channel, &Told::default()).next().map(|found| found.part)
    }

    /// What somebody wrote for the form takes the place of its body.
    fn written(&self, channel: Channel) -> Option<Part> {
        let text = self.step.forms.get(&channel)?;
        let written = self.writer.write(text).ok()?;
        let text = clean_lines(&written.text);
        (!text.is_empty()).then(|| slot_part(Slot::Body, "own", text, written.facts))
    }

    /// One segment where it can be, the richest that fits: who writes, why, the offer, the link, how to stop.
    fn text_message(&self) -> Message {
        let offer = self.promise.and_then(|_| self.taken(Slot::Offer, Channel::Sms));
        let call = self.call(Channel::Sms, &[]).map(|(call, _)| call);
        let stop = slot_part(Slot::Closing, "opt_out", locale::opt_out(&self.locale).to_owned(), Vec::new());
        let link = call.as_ref().map_or(0, |call| call.link.chars().count() + 1);
        let rest = link + offer.as_ref().map_or(0, |part| part.text.chars().count() + 1) + stop.text.chars().count() + 1;
        let fits = |part: &Part| {
            let most = if part.text.chars().chain(offer.iter().flat_map(|part| part.text.chars())).all(is_short) {
                SHORT_LETTERS
            } else {
                LONG_LETTERS
            };
            part.text.chars().count() + rest <= most
        };
        let all: Vec<Part> =
            self.candidates(Slot::Body, Place::Lead, Channel::Sms, &Told::default()).map(|found| found.part).collect();
        let shortest = || all.iter().min_by_key(|part| (!part.text.chars().all(is_short), part.text.chars().count()));
        let body = self.written(Channel::Sms).or_else(|| all.iter().find(|part| fits(part)).or_else(shortest).cloned());
        let parts = body.into_iter().chain(offer).chain([stop]).collect();
        let mut message = self.message(Channel::Sms, Vec::new(), None, String::new(), parts);
        message.signature = self.campaign.brand.sms_sender.clone().unwrap_or_else(|| clean(&self.campaign.brand.name));
        message.call = call;
        message
    }

    fn card(&self) -> Message {
        let body = self.written(Channel::InApp).or_else(|| self.taken(Slot::Body, Channel::InApp));
        let offer = self.promise.and_then(|_| self.taken(Slot::Offer, Channel::InApp));
        let subjects = self.taken(Slot::Subject, Channel::InApp).into_iter().collect();
        let mut message = self.message(Channel::InApp, subjects, None, String::new(), body.into_iter().chain(offer).collect());
        message.call = self.call(Channel::InApp, &message.facts).map(|(call, _)| call);
        message
    }

    /// Front: the subject and the preheader. Back: the rest.
    fn postcard(&self) -> Message {
        let open = |slot: Slot| {
            let nothing = Told::default();
            let mut all = self.candidates(slot, Place::Lead, Channel::Post, &nothing).map(|found| found.part);
            all.find(|part| part.facts.iter().all(|key| OPEN_FACTS.contains(key)))
        };
        let offer = self.promise.and_then(|_| open(Slot::Offer));
        let body = self.written(Channel::Post).or_else(|| open(Slot::Body));
        let parts = body.into_iter().chain(offer).chain(open(Slot::Closing)).collect();
        let subjects = open(Slot::Subject).into_iter().collect();
        let mut message = self.message(Channel::Post, subjects, open(Slot::Preheader), self.greeting(), parts);
        message.call = self.call(Channel::Post, &[]).map(|(call, _)| call);
        message
    }

    /// Opening, what to listen for, questions, the limits of the offer, the end of the call.
    fn call_script(&self) -> Message {
        let written = self.written(Channel::Call);
        let body = written.or_else(|| self.taken(Slot::Body, Channel::Call));
        let opening = self.taken(Slot::Opening, Channel::Call);
        let parts = [
            opening,
            self.taken(Slot::Value, Channel::Call),
            body,
            self.taken(Slot::Offer, Channel::Call),
            self.taken(Slot::Closing, Channel::Call),
        ];
        self.message(Channel::Call, Vec::new(), None, String::new(), parts.into_iter().flatten().collect())
    }

    /// The mail, said before a camera.
    pub(super) fn video(&self, mail: Message) -> Message {
        if let Some(written) = self.written(Channel::Video) {
            return self.message(Channel::Video, Vec::new(), None, String::new(), vec![written]);
        }
        let mut message = self.message(Channel::Video, Vec::new(), None, mail.greeting, mail.parts);
        message.call = None;
        message
    }
}

/// In the short alphabet of text messages: its basic letters.
fn is_short(c: char) -> bool {
    c.is_ascii() && !matches!(c, '`' | '[' | ']' | '{' | '}' | '\\' | '^' | '~' | '|')
        || matches!(
            c,
            '£' | '¥'
                | 'è'
                | 'é'
                | 'ù'
                | 'ì'
                | 'ò'
                | 'Ç'
                | 'Ø'
                | 'ø'
                | 'Å'
                | 'å'
                | 'Æ'
                | 'æ'
                | 'ß'
                | 'É'
                | 'Ä'
                | 'Ö'
                | 'Ñ'
                | 'Ü'
                | '§'
                | '¿'
                | 'ä'
                | 'ö'
                | 'ñ'
                | 'ü'
                | 'à'
        )
}

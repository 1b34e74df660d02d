//! A mail: its parts taken one by one, then filled or trimmed to its length.

use super::pick::Candidate;
use super::{Composer, LEAST_WORDS, MOST_WORDS, Told, count};
use crate::message::block::Place;
use crate::message::lint::SHORT_SUBJECT;
use crate::message::{Channel, FactKey, Message, Part, Slot};

/// Where filling ends, so that the words of the button never carry a mail over the bound.
const FULL: usize = MOST_WORDS - 8;
/// Where it begins to be enough.
const ENOUGH: usize = LEAST_WORDS + 4;
const LONGEST_SUBJECT: usize = 60;

/// What stands in a mail, in its order; each may be left out by nobody but the composer.
struct Mail {
    opening: Option<Part>,
    memory: Vec<Part>,
    value: Option<Part>,
    body: Option<Part>,
    more: Vec<Part>,
    offer: Option<Part>,
    closing: Option<Part>,
}

impl Composer<'_> {
    pub(super) fn mail(&self, told: &mut Told) -> Message {
        let lead = |slot| self.lead(slot, told);
        let opening = lead(Slot::Opening);
        let memory = self.memories(opening.as_ref(), told);
        let said: Vec<FactKey> = opening.iter().chain(&memory).flat_map(|part| part.facts.iter().copied()).collect();
        let mut mail = Mail {
            opening,
            memory,
            value: lead(Slot::Value),
            body: self.body(&said, told),
            more: Vec::new(),
            offer: self.promise.and_then(|_| lead(Slot::Offer)),
            closing: lead(Slot::Closing),
        };
        let greeting = self.greeting();
        self.trim(&mut mail, count(&greeting), told);
        self.fill(&mut mail, count(&greeting), told);
        let parts: Vec<Part> = mail.parts().into_iter().cloned().collect();
        let mut said: Vec<FactKey> = parts.iter().flat_map(|part| part.facts.iter().copied()).collect();
        said.push(FactKey::FirstName);
        let subjects = self.subjects(&said, told);
        let all = self.candidates(Slot::Preheader, Place::Lead, Channel::Email, told);
        let preheader = all.map(|found| found.part).find(|part| part.facts.iter().all(|key| said.contains(key)));
        let preheader = self.own(Slot::Preheader).or(preheader);
        let call = self.call(Channel::Email, &said);
        told.note(parts.iter().chain(&subjects).chain(&preheader));
        let mut message = self.message(Channel::Email, subjects, preheader, greeting, parts);
        if let Some((call, part)) = call {
            told.note([&part]);
            message.call = Some(call);
        }
        message
    }

    pub(super) fn own(&self, slot: Slot) -> Option<Part> {
        self.chosen(slot, self.step.parts.get(&slot)?)
    }

    fn lead(&self, slot: Slot, told: &Told) -> Option<Part> {
        self.own(slot).or_else(|| self.candidates(slot, Place::Lead, Channel::Email, told).next().map(|found| found.part))
    }

    /// Words that go on from what the opening named go before others, and those that open another subject after them.
    fn body(&self, said: &[FactKey], told: &Told) -> Option<Part> {
        let points = |found: &Candidate| {
            let is_said = found.part.facts.iter().all(|key| said.contains(key));
            found.score
                + if found.part.facts.is_empty() {
                    0
                } else if is_said {
                    30
                } else {
                    -60
                }
        };
        let all = || self.candidates(Slot::Body, Place::Lead, Channel::Email, told);
        let best = || all().max_by_key(|found| (points(found), std::cmp::Reverse(found.part.block.clone())));
        self.own(Slot::Body).or_else(|| best().map(|found| found.part))
    }

    /// One memory; a second where no more than one fact is said without it.
    fn memories(&self, opening: Option<&Part>, told: &Told) -> Vec<Part> {
        let Some(opening) = opening else { return Vec::new() };
        let mut all: Vec<Part> = Vec::new();
        while all.len() < 2 {
            let said = all
                .iter()
                .chain([opening])
                .flat_map(|part| part.facts.iter().copied())
                .filter(|key| key.counts())
                .collect::<Vec<_>>();
            let is_written = matches!(opening.block.as_str(), "own" | "model");
            if said.len() > 1 && (is_written || !all.is_empty()) {
                break;
            }
            let Some(part) = self.memory(&said, told) else { break };
            all.push(part);
        }
        all
    }

    /// What is remembered of them beside what is said already.
    fn memory(&self, said: &[FactKey], told: &Told) -> Option<Part> {
        let all = self.candidates(Slot::Opening, Place::Memory, Channel::Email, told);
        let new = |found: &Candidate| found.part.facts.iter().filter(|key| key.counts() && !said.contains(key)).count();
        let old = |found: &Candidate| found.part.facts.iter().filter(|key| said.contains(key)).count();
        // What many share wants something beside it that is theirs alone.
        let is_common = !said.iter().any(|key| key.tells_apart());
        let apart = |found: &Candidate| is_common && found.part.facts.iter().any(|key| key.tells_apart());
        // Saying again what the opening said is worse than saying less.
        let best = all.filter(|found| new(found) > 0).max_by_key(|found| {
            let points = i32::try_from(12 * new(found)).unwrap_or(0) - i32::try_from(30 * old(found)).unwrap_or(0);
            (found.score + points + if apart(found) { 25 } else { 0 }, std::cmp::Reverse(found.part.block.clone()))
        });
        best.map(|found| found.part)
    }

    /// Takes shorter words where these are too many, the least personal first.
    fn trim(&self, mail: &mut Mail, greeting: usize, told: &Told) {
        for slot in [Slot::Body, Slot::Value, Slot::Closing] {
            self.shorten(mail, slot, greeting, told);
        }
        // The shortest words of all are too many beside a long offer: one thought stands where the longest explanation stood.
        if greeting + mail.words() > FULL && self.own(Slot::Body).is_none() {
            let thoughts = self.candidates(Slot::Body, Place::More, Channel::Email, told);
            mail.body = thoughts.map(|found| found.part).min_by_key(|part| count(&part.text));
        }
        // Another opening may name less of them: what is remembered makes up for it.
        if self.shorten(mail, Slot::Opening, greeting, told) {
            mail.memory = self.memories(mail.opening.as_ref(), told);
        }
        if greeting + mail.words() > FULL && mail.facts_without_memory() > 1 {
            mail.memory.clear();
        }
    }

    /// The best words of a slot that make the mail short enough, else the shortest; whether others stand there now.
    fn shorten(&self, mail: &mut Mail, slot: Slot, greeting: usize, told: &Told) -> bool {
        let over = (greeting + mail.words()).saturating_sub(FULL);
        if over == 0 || self.own(slot).is_some() {
            return false;
        }
        let all: Vec<Candidate> = self.candidates(slot, Place::Lead, Channel::Email, told).collect();
        let Some(part) = mail.slot(slot) else { return false };
        let Some(now) = part.as_ref().map(|part| count(&part.text)) else { return false };
        let fits = all.iter().find(|found| count(&found.part.text) + over <= now);
        let shortest = || all.iter().min_by_key(|found| count(&found.part.text)).filter(|found| count(&found.part.text) < now);
        let Some(found) = fits.or_else(shortest) else { return false };
        *part = Some(found.part.clone());
        true
    }

    /// Adds thoughts until it is long enough: the best that leaves room, or one that just fits.
    fn fill(&self, mail: &mut Mail, greeting: usize, told: &Told) {
        if self.own(Slot::Body).is_some() {
            return;
        }
        let mut all: Vec<Candidate> = self.candidates(Slot::Body, Place::More, Channel::Email, told).collect();
        while greeting + mail.words() < ENOUGH {
            let room = FULL.saturating_sub(greeting + mail.words());
            let lack = ENOUGH.saturating_sub(greeting + mail.words());
            let length = |found: &Candidate| count(&found.part.text);
            let best = all.iter().position(|found| length(found) <= room && (length(found) >= lack || length(found) + 8 <= lack));
            let Some(at) = best.or_else(|| all.iter().position(|found| length(found) <= room)) else { break };
            mail.more.push(all.remove(at).part);
        }
    }

    /// Two that differ in angle, as far as blocks allow.
    fn subjects(&self, said: &[FactKey], told: &Told) -> Vec<Part> {
        let mut all: Vec<Candidate> = self.candidates(Slot::Subject, Place::Lead, Channel::Email, told).collect();
        // What a subject speaks of must be in the mail.
        all.retain(|found| found.part.facts.iter().all(|key| said.contains(key)));
        all.retain(|found| found.part.text.chars().count() <= LONGEST_SUBJECT && !found.part.text.contains('\n'));
        let points = |found: &Candidate| found.score - if found.part.text.chars().count() > SHORT_SUBJECT { 90 } else { 0 };
        all.sort_by_key(|found| std::cmp::Reverse(points(found)));
        let [first, second] = &self.step.subjects;
        let own = |choice| self.chosen(Slot::Subject, choice).map(|part| Part { text: part.text.replace('\n', " "), ..part });
        let first = own(first).map(|part| (part, None)).or_else(|| {
            let found = all.first()?.clone();
            Some((found.part, found.angle))
        });
        let second = own(second).or_else(|| {
            let (taken, angle) = first.as_ref()?;
            let is_other = |found: &&Candidate| found.part.text != taken.text && found.part.block != taken.block;
            let differs = all.iter().filter(is_other).find(|found| found.angle != *angle || angle.is_none());
            differs.or_else(|| all.iter().find(is_other)).map(|found| found.part.clone())
        });
        first.map(|(part, _)| part).into_iter().chain(second).collect()
    }
}

impl Mail {
    fn parts(&self) -> Vec<&Part> {
        let Self { opening, memory, value, body, more, offer, closing } = self;
        let middle = [value, body].into_iter().flatten().chain(more);
        opening.iter().chain(memory).chain(middle).chain([offer, closing].into_iter().flatten()).collect()
    }

    fn words(&self) -> usize {
        self.parts().into_iter().map(|part| count(&part.text)).sum()
    }

    fn slot(&mut self, slot: Slot) -> Option<&mut Option<Part>> {
        match slot {
            Slot::Opening => Some(&mut self.opening),
            Slot::Value => Some(&mut self.value),
            Slot::Body => Some(&mut self.body),
            Slot::Closing => Some(&mut self.closing),
            _ => None,
        }
    }

    fn facts_without_memory(&self) -> usize {
        let parts = self.parts().into_iter().filter(|part| !self.memory.contains(part));
        let mut facts: Vec<FactKey> = parts.flat_map(|part| part.facts.iter().copied()).filter(|key| key.counts()).collect();
        facts.sort_unstable();
        facts.dedup();
        facts.len()
    }
}

impl Told {
    fn note<'a>(&mut self, parts: impl IntoIterator<Item = &'a Part>) {
        for part in parts {
            self.blocks.insert(part.block.clone());
            self.facts.extend(&part.facts);
        }
    }
}

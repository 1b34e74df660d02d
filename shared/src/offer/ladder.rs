//! An offer over the sequence of messages to one customer.
//!
//! It climbs from help to the full incentive and ends with a last word that repeats what still stands. All rungs are one offer: the
//! same code is raised, never a second one, so that no promise is withdrawn and none adds up; the depth limit binds the last rung, and
//! the next ladder waits for the cool-down. Whoever came back on a last rung before gets no discount in it: waiting must not pay.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::decide::{Occasion, best_of};
use super::{Block, Book, Given, LastDiscount, Offer, Person, Rule, Spent, Worth, check};
use crate::time::Day;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Help, or the improvement that answers why they left. No offer.
    Help,
    /// Proof that it is better now, with a benefit that costs little.
    Proof,
    SmallIncentive,
    FullIncentive,
    /// Repeats the offer that still stands.
    LastWord,
}

/// Days from the first message to each step.
pub const DAYS: [(Step, i32); 5] =
    [(Step::Help, 0), (Step::Proof, 5), (Step::SmallIncentive, 11), (Step::FullIncentive, 18), (Step::LastWord, 26)];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rung {
    pub step: Step,
    /// ISO date.
    pub day: String,
    /// None for a message without an offer.
    pub offer: Option<String>,
    /// Share off, per mille; never less than on an earlier rung of the same offer.
    pub depth: u16,
    /// ISO date on which the offer ends; a later rung never ends it earlier.
    pub expires: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ladder {
    /// Names the entry: all rungs share a code by it.
    pub key: String,
    pub rungs: Vec<Rung>,
    /// Steps that were left out, with why.
    pub left_out: Vec<LeftOut>,
    /// ISO date from which on the next ladder may begin, if they do not come back.
    pub next_from: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    pub step: Step,
    pub why: Vec<Block>,
}

/// The ladder for one customer from today on; every rung of it passes [`check`] on its day.
pub fn ladder(book: &Book<'_>, person: &Person, spent: &Spent, occasion: &Occasion<'_>, key: &str) -> Ladder {
    let spent = Spent { open_ladder: None, rungs: 0, ..spent.clone() };
    let ladder = Ladder { key: key.to_owned(), rungs: Vec::new(), left_out: Vec::new(), next_from: String::new() };
    let mut made = Making { book, person, occasion, spent, ladder };
    made.push(Step::Help, None);
    if let Some((place, worth)) = made.best(Step::Proof, |offer| !offer.is_discount(), |worth| -worth.spend) {
        made.push(Step::Proof, Some((place, worth)));
    }
    if let Some((place, full)) = made.best(Step::FullIncentive, Offer::is_discount, |worth| worth.gain) {
        if let Some(small) = made.smaller(place, &full) {
            made.push(Step::SmallIncentive, Some((place, small)));
        }
        made.push(Step::FullIncentive, Some((place, full)));
    }
    made.last_word();
    made.ladder
}

struct Making<'a> {
    book: &'a Book<'a>,
    person: &'a Person,
    occasion: &'a Occasion<'a>,
    /// As it stands before the next rung.
    spent: Spent,
    ladder: Ladder,
}

impl Making<'_> {
    fn day(&self, step: Step) -> Day {
        let after = DAYS.iter().find(|(other, _)| *other == step).map_or(0, |(_, days)| *days);
        self.occasion.today.plus(after)
    }

    /// Of the offers that `is` names and no guardrail stops on the step's day, and that bring more than a message without one, the
    /// first by `order`. Where there is none, why is kept.
    fn best(&mut self, step: Step, is: fn(&Offer) -> bool, order: fn(&Worth) -> f64) -> Option<(usize, Worth)> {
        let (mut best, mut why) = (None::<(usize, Worth)>, Vec::new());
        let without = self.book.contact(self.person).gain;
        let occasion = Occasion { ladder: Some(&self.ladder.key), today: self.day(step), ..*self.occasion };
        for (place, _) in self.book.offers.iter().enumerate().filter(|(_, offer)| is(offer)) {
            let (worth, blocked) = match self.waiting().filter(|_| step == Step::FullIncentive) {
                Some(block) => (Worth::default(), vec![block]),
                None => best_of(self.book, self.person, &self.spent, &occasion, place),
            };
            match blocked.into_iter().next() {
                Some(block) => why.push(block),
                None if worth.gain <= without => {}
                None if best.is_none_or(|(_, best)| order(&worth) > order(&best)) => best = Some((place, worth)),
                None => {}
            }
        }
        if best.is_none() {
            why.dedup();
            self.ladder.left_out.push(LeftOut { step, why });
        }
        best
    }

    fn waiting(&self) -> Option<Block> {
        self.person.waits.then(|| Block {
            rule: Rule::Waits,
            text: "They came back on the last offer of a ladder before, so this one holds no discount.".to_owned(),
            lift: "Nothing needs to: help and proof are sent, and the last word repeats them.".to_owned(),
        })
    }

    /// The least depth of the same discount, where it is less than the full one and may be given on its earlier day.
    fn smaller(&self, place: usize, full: &Worth) -> Option<Worth> {
        let offer = self.book.offers.get(place)?;
        let small = self.book.worths(self.person, place).min_by_key(|worth| worth.depth)?;
        let given = Given {
            by: self.occasion.by,
            channel: self.occasion.channel,
            ladder: Some(&self.ladder.key),
            today: self.day(Step::SmallIncentive),
            ..self.book.given(offer, small.depth, small.rate)
        };
        let is_open = check(&given, self.person, self.book.guardrails, &self.spent).is_ok();
        (small.depth < full.depth && is_open).then_some(small)
    }

    fn push(&mut self, step: Step, what: Option<(usize, Worth)>) {
        let day = self.day(step);
        let mut rung = Rung { step, day: day.iso(), offer: None, depth: 0, expires: None };
        if let Some((offer, worth)) = what.and_then(|(place, worth)| Some((self.book.offers.get(place)?, worth))) {
            let expiry = self.book.given(offer, worth.depth, worth.rate).expiry_days;
            if offer.is_discount() {
                let ladder = Some(self.ladder.key.clone());
                self.spent.last_discount = Some(LastDiscount { day, depth: worth.depth, ladder });
            }
            let expires = day.plus(i32::from(expiry)).iso();
            rung = Rung { offer: Some(offer.id.clone()), depth: worth.depth, expires: Some(expires), ..rung };
            // From the first offer on the ladder is open, and its rungs replace each other.
            self.spent.open_ladder = Some(self.ladder.key.clone());
        }
        self.spent.rungs += 1;
        self.ladder.rungs.push(rung);
    }

    /// Repeats the newest offer while it stands, a day before it ends at the latest; where there is none, it is a farewell.
    fn last_word(&mut self) {
        let newest = self.ladder.rungs.iter().rev().find(|rung| rung.offer.is_some()).cloned();
        let end = newest.as_ref().and_then(|rung| Day::parse_iso(rung.expires.as_deref()?));
        let day = end.map_or(self.day(Step::LastWord), |end| self.day(Step::LastWord).min(end.plus(-1)));
        let farewell = Rung { step: Step::LastWord, day: String::new(), offer: None, depth: 0, expires: None };
        self.ladder.rungs.push(Rung { step: Step::LastWord, day: day.iso(), ..newest.unwrap_or(farewell) });
        let next = end.unwrap_or(day).max(day).plus(i32::from(self.book.guardrails.cool_down_days));
        self.ladder.next_from = next.iso();
    }
}

//! What one customer gets, drawn so that it can be learned from.
//!
//! Every arm that no guardrail stops has a belief of the margin it brings, net of the shadow price of the budget; each is drawn by its
//! probability of being the best, found by quadrature over the beliefs (Thompson 1933), mixed with a floor of
//! [`crate::learn::bandit::FLOOR`] for no contact and for each eligible arm. What is returned is what is logged: all arms, what
//! stopped those that were stopped, the whole vector of probabilities after guardrails, and whether the choice was none.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Block, Book, By, Given, Person, Rule, Spent, Worth, check};
use crate::learn::Gate;
use crate::learn::bandit::{self, Belief, Method};
use crate::time::Day;

/// Where and when somebody is to get something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Occasion<'a> {
    pub by: By,
    /// `email`, `sms`, …
    pub channel: &'a str,
    pub ladder: Option<&'a str>,
    pub today: Day,
    /// Margin that the next unit of the budget brings elsewhere ([`super::allocate::Allocation::price`]); 0 where it binds nobody.
    pub price: f64,
}

/// What decides among the arms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// By what is believed of each for this row.
    Matrix,
    /// The same arm for everybody, by its code: personalising was measured and is not sure to be better.
    Single(String),
    /// A person chose it, by its code.
    Chosen(String),
}

/// One thing that can be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Arm {
    /// `none` for no contact, `contact` for a message without an offer, else the offer's id.
    pub code: String,
    /// Share off, per mille.
    pub depth: u16,
    /// P(return).
    pub rate: f64,
    /// Margin beyond what comes without contact, in minor units as `spend`, its expected cost.
    pub gain: f64,
    pub spend: f64,
    /// After guardrails and floors; 0 of what is blocked.
    pub probability: f64,
    pub blocked: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// No contact, contact, and each offer in the order of the catalogue.
    pub arms: Vec<Arm>,
    /// The place in `arms` of what is done.
    pub taken: usize,
    /// `quadrature`, `draws`, or `chosen` where there was nothing to draw.
    pub method: String,
    /// Nothing was drawn: the row tells nothing of any other policy and stays out of such estimates.
    pub deterministic: bool,
    /// What the draw started from, as text: it may be greater than a number of JavaScript.
    pub seed: String,
}

/// No contact.
pub const NONE: &str = "none";
/// A message without an offer.
pub const CONTACT: &str = "contact";

impl Policy {
    /// What a measured gate allows, where `arms` names the arms of its trial, the control's first: the matrix where nothing was
    /// measured yet or where personalising is sure to beat the best single arm, else that arm for all.
    pub fn behind(gate: Option<&Gate>, arms: &[String]) -> Self {
        match gate {
            Some(gate) if !gate.open => Self::Single(arms.get(gate.best_single).cloned().unwrap_or_else(|| NONE.to_owned())),
            _ => Self::Matrix,
        }
    }
}

/// Draws one arm; the same arguments give the same decision.
pub fn decide(book: &Book<'_>, person: &Person, spent: &Spent, occasion: &Occasion<'_>, policy: &Policy, seed: u64) -> Decision {
    let (mut arms, mut spreads) = (Vec::with_capacity(book.offers.len() + 2), Vec::with_capacity(book.offers.len() + 2));
    for (code, worth) in [(NONE, book.alone(person)), (CONTACT, book.contact(person))] {
        let stop = excluded(book, person, spent, occasion).filter(|_| code == CONTACT);
        spreads.push(worth.spread);
        arms.push(Arm::of(code.to_owned(), &worth, stop.into_iter().collect()));
    }
    for (place, offer) in book.offers.iter().enumerate() {
        let (worth, blocked) = best_of(book, person, spent, occasion, place);
        spreads.push(worth.spread);
        arms.push(Arm::of(offer.id.clone(), &worth, blocked));
    }
    let eligible: Vec<usize> =
        arms.iter().enumerate().filter(|(_, arm)| arm.blocked.is_empty()).map(|(place, _)| place).collect();
    let drawn = draw(&arms, &spreads, &eligible, occasion.price, policy, seed);
    for (arm, probability) in arms.iter_mut().zip(&drawn.probabilities) {
        arm.probability = *probability;
    }
    let method = match drawn.method {
        _ if drawn.deterministic => "chosen",
        Method::Quadrature => "quadrature",
        Method::Draws(_) => "draws",
    };
    let (taken, deterministic) = (drawn.arm, drawn.deterministic);
    Decision { arms, taken, method: method.to_owned(), deterministic, seed: seed.to_string() }
}

/// The depth of the greatest gain that nothing stops; where all are stopped, what stops the one that is stopped the least.
pub(super) fn best_of(
    book: &Book<'_>,
    person: &Person,
    spent: &Spent,
    occasion: &Occasion<'_>,
    place: usize,
) -> (Worth, Vec<Block>) {
    let Some(offer) = book.offers.get(place) else { return (Worth::default(), Vec::new()) };
    let mut best: Option<Worth> = None;
    let mut stopped: Option<(Worth, Vec<Block>)> = None;
    for worth in book.worths(person, place) {
        let plain = book.given(offer, worth.depth, worth.rate);
        let given = Given { by: occasion.by, channel: occasion.channel, ladder: occasion.ladder, today: occasion.today, ..plain };
        match check(&given, person, book.guardrails, spent) {
            Ok(()) if best.is_none_or(|best| net(&worth, occasion) > net(&best, occasion)) => best = Some(worth),
            Err(blocks) if stopped.as_ref().is_none_or(|(_, least)| blocks.len() < least.len()) => {
                stopped = Some((worth, blocks))
            }
            Ok(()) | Err(_) => {}
        }
    }
    match (best, stopped) {
        (Some(worth), _) => (worth, Vec::new()),
        (None, Some(stopped)) => stopped,
        (None, None) => (Worth::default(), Vec::new()),
    }
}

fn net(worth: &Worth, occasion: &Occasion<'_>) -> f64 {
    worth.gain - occasion.price * worth.spend
}

/// Whoever is left out of offers gets no message of a campaign either, and whom the law shields on a channel.
fn excluded(book: &Book<'_>, person: &Person, spent: &Spent, occasion: &Occasion<'_>) -> Option<Block> {
    let offer = super::terms::message();
    let plain = book.given(&offer, 0, 0.0);
    let given = Given { by: occasion.by, channel: occasion.channel, ladder: occasion.ladder, today: occasion.today, ..plain };
    let blocks = check(&given, person, book.guardrails, spent).err()?;
    blocks.into_iter().find(|block| matches!(block.rule, Rule::Excluded | Rule::Spend | Rule::Legal | Rule::Escalation))
}

fn draw(arms: &[Arm], spreads: &[f64], eligible: &[usize], price: f64, policy: &Policy, seed: u64) -> bandit::Choice {
    let place_of = |code: &str| eligible.iter().copied().find(|place| arms.get(*place).is_some_and(|arm| arm.code == code));
    let only = |arm: usize| {
        let probabilities = (0..arms.len()).map(|place| f64::from(u8::from(place == arm))).collect();
        bandit::Choice { arm, probabilities, method: Method::Quadrature, deterministic: true }
    };
    // A sure best, within the floors of the others.
    let single = |code: &str| place_of(code).unwrap_or(0);
    let beliefs: Vec<Belief> = match policy {
        Policy::Chosen(code) => return only(place_of(code).unwrap_or(0)),
        Policy::Single(code) => {
            let best = single(code);
            (0..arms.len()).map(|place| Belief::Normal { center: f64::from(u8::from(place == best)) * 1e6, scale: 1.0 }).collect()
        }
        Policy::Matrix => arms
            .iter()
            .zip(spreads)
            .map(|(arm, spread)| {
                let center = arm.gain - price * arm.spend;
                Belief::Normal { center: if center.is_finite() { center } else { 0.0 }, scale: spread.clamp(1.0, 1e15) }
            })
            .collect(),
    };
    // No contact is never stopped, so that there is always an arm.
    bandit::decide(&beliefs, eligible, bandit::FLOOR, seed).unwrap_or_else(|_| only(0))
}

impl Arm {
    fn of(code: String, worth: &Worth, blocked: Vec<Block>) -> Self {
        let Worth { depth, rate, gain, spend, .. } = *worth;
        Self { code, depth, rate, gain, spend, probability: 0.0, blocked }
    }
}

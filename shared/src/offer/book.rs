//! Everything that the worth of an offer to somebody is worked out from.

use super::check::first_broken;
use super::outcomes::{Learned, Outcome, STRENGTH, learn, odds};
use super::prior::{Prior, prior};
use super::{Given, Guardrails, Offer, Person, Rule, Spent, rows};
use crate::segment::Row;

/// Depths of one discount that are weighed against each other, at most.
const DEPTHS: u16 = 6;

/// Offers, limits and what is believed of each cell; made once for many customers.
#[derive(Debug, Clone)]
pub struct Book<'a> {
    pub offers: &'a [Offer],
    pub guardrails: &'a Guardrails,
    /// Share of a sale that is left before any discount, 0 to 1.
    pub margin_rate: f64,
    /// By row and offer.
    cells: Vec<Believed>,
}

#[derive(Debug, Clone)]
pub(super) struct Believed {
    pub(super) prior: Prior,
    pub(super) learned: Learned,
    /// Depths, per mille, each with the odds ratio at it; one of 0 for what is no discount.
    pub(super) depths: Vec<(u16, f64)>,
}

/// What one offer, or contact without one, is expected to do for one customer against leaving them alone.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Worth {
    /// Share off, per mille.
    pub depth: u16,
    /// P(return).
    pub rate: f64,
    /// Margin beyond what comes without contact, its costs paid, in minor units.
    pub gain: f64,
    /// What it is expected to cost.
    pub spend: f64,
    /// Of `spend`, what is given to those who return.
    pub concession: f64,
    /// How far the gain may lie off: the standard deviation that the rate's belief gives it.
    pub spread: f64,
}

impl<'a> Book<'a> {
    pub fn new(offers: &'a [Offer], guardrails: &'a Guardrails, outcomes: &[Outcome], margin_rate: f64) -> Self {
        let learned = learn(offers, outcomes);
        let places = rows().flat_map(|row| offers.iter().map(move |offer| (row, offer)));
        let cells = places
            .zip(learned)
            .map(|((row, offer), learned)| {
                let prior = prior(offer, row);
                let depths = depths(offer, guardrails.greatest_in(row));
                let at = |depth: u16| (depth, prior.odds_ratio(offer.is_discount(), f64::from(depth)) * learned.odds_ratio);
                Believed { prior, learned, depths: depths.into_iter().map(at).collect() }
            })
            .collect();
        let margin_rate = if margin_rate.is_finite() { margin_rate.clamp(0.0, 1.0) } else { 0.0 };
        Self { offers, guardrails, margin_rate, cells }
    }

    pub(super) fn cell(&self, row: Row, offer: usize) -> Option<&Believed> {
        self.cells.get(usize::from(row.number()) * self.offers.len() + offer)
    }

    /// No contact, which everything is measured against.
    pub(super) fn alone(&self, person: &Person) -> Worth {
        let (rate, _) = chances(person);
        Worth { rate, spread: spread(rate, STRENGTH) * (person.margin as f64).abs(), ..Worth::default() }
    }

    /// Contact without an offer.
    pub fn contact(&self, person: &Person) -> Worth {
        let (none, rate) = chances(person);
        let (margin, cost) = (person.margin as f64, self.guardrails.contact_cost as f64);
        let spread = spread(rate, STRENGTH) * margin.abs();
        Worth { rate, gain: (rate - none) * margin - cost, spend: cost, spread, ..Worth::default() }
    }

    /// Of an offer at each of its depths, whether or not a guardrail allows it.
    pub(super) fn worths(&self, person: &Person, place: usize) -> impl Iterator<Item = Worth> {
        let known = self.offers.get(place).zip(self.cell(person.row, place));
        let (none, contact) = chances(person);
        known.into_iter().flat_map(move |(offer, cell)| {
            cell.depths.iter().map(move |(depth, ratio)| {
                let given = self.given(offer, *depth, 1.0);
                let odds = odds(contact) * ratio;
                let rate = odds / (1.0 + odds);
                let (margin, cost) = (person.margin as f64, self.guardrails.contact_cost as f64);
                let taken = given.taken_cost(person.order) as f64;
                let made = offer.terms.made_cost as f64;
                let kept = margin * cell.prior.keeps - taken;
                Worth {
                    depth: *depth,
                    rate,
                    gain: rate * kept - made - cost - none * margin,
                    spend: rate * taken + made + cost,
                    concession: rate * taken,
                    spread: spread(rate, cell.learned.weight) * kept.abs(),
                }
            })
        })
    }

    /// By a person and today, as the matrix weighs offers before anybody makes them: who makes it is told apart later.
    pub(super) fn given<'o>(&self, offer: &'o Offer, depth: u16, rate: f64) -> Given<'o> {
        let expiry_days = offer
            .terms
            .expiry_days
            .clamp(self.guardrails.least_expiry_days, self.guardrails.most_expiry_days.max(self.guardrails.least_expiry_days));
        Given { offer, depth, expiry_days, by: super::By::Person, channel: "", ladder: None, today: Default::default(), rate }
    }

    /// The first rule that keeps an offer from somebody.
    pub(super) fn broken(&self, place: usize, worth: &Worth, person: &Person, spent: &Spent) -> Option<Rule> {
        let offer = self.offers.get(place)?;
        first_broken(&self.given(offer, worth.depth, worth.rate), person, self.guardrails, spent)
    }
}

/// P(return | no contact) and P(return | contact), kept off 0 and 1 so that their odds are numbers.
fn chances(person: &Person) -> (f64, f64) {
    let clean = |chance: f64| if chance.is_finite() { chance.clamp(0.0, 0.999) } else { 0.0 };
    (clean(person.none), clean(person.contact))
}

/// The standard deviation of a beta distribution.
fn spread(rate: f64, weight: f64) -> f64 {
    libm::sqrt(rate * (1.0 - rate) / (weight + 1.0))
}

/// From the least to the greatest that terms and limit allow, both among them where they can be.
fn depths(offer: &Offer, greatest: u16) -> Vec<u16> {
    let terms = &offer.terms;
    let from = terms.depth_from.min(terms.depth_to);
    // Where the limit lies below the least, the least is weighed and refused.
    let to = terms.depth_to.min(greatest).max(from);
    let steps = if to > from { DEPTHS - 1 } else { 0 };
    let mut depths: Vec<u16> = (0..=steps).map(|step| from + (to - from) * step / steps.max(1)).collect();
    depths.dedup();
    depths
}

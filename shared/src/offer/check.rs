//! The one function that every path to an offer passes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod rules;
mod words;

use super::{Guardrails, Legal, Offer};
use crate::segment::Row;
use crate::time::Day;

/// Who makes the offer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    #[default]
    Machine,
    Person,
}

impl By {
    /// As the API names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Person => "person",
        }
    }
}

/// An offer about to be made to somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Given<'a> {
    pub offer: &'a Offer,
    /// Share off the first order, per mille, within the offer's terms.
    pub depth: u16,
    pub expiry_days: u16,
    pub by: By,
    /// `email`, `sms`, …
    pub channel: &'a str,
    /// Key of the entry's ladder that this is a rung of: rungs of one ladder are one offer and one discount.
    pub ladder: Option<&'a str>,
    pub today: Day,
    /// The chance that it is taken, 0 to 1: the budget of a period counts an open promise by it, all other limits count it whole.
    pub rate: f64,
}

/// What the guardrails ask of a customer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub row: Row,
    /// Two letters of ISO 3166-1.
    pub country: Option<String>,
    /// P(return | no contact) and P(return | contact, no offer), 0 to 1.
    pub none: f64,
    pub contact: f64,
    /// Of the year after a return, in minor units of the home currency, as `order`, their first order or term after it.
    pub margin: i64,
    pub order: i64,
    /// Share of a sale that is left before any discount, 0 to 1.
    pub margin_rate: f64,
    /// Left out of offers (staff, open dispute, …), in words.
    pub excluded: Option<String>,
    /// Brands that they buy: an offer that excludes all of them would be empty.
    pub brands: Vec<String>,
    /// They came back on a last rung before: the first rung holds no discount for them.
    pub waits: bool,
}

/// What was given so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Spent on anybody within the guardrails' `spend_days`, in minor units: what was redeemed at its cost, open promises at theirs by
    /// their [`Given::rate`]; without the open ladder of this customer, whose rungs replace each other.
    pub period: i64,
    /// Promised or given to this customer within `cap_days`, open promises whole.
    pub person: i64,
    /// The day on which the last ladder of this customer ended, or its last offer was made.
    pub last_offer: Option<Day>,
    pub last_discount: Option<LastDiscount>,
    /// Key of the ladder that is open for them.
    pub open_ladder: Option<String>,
    /// Rungs of the open ladder that were sent.
    pub rungs: u16,
}

/// The newest discount that somebody was promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDiscount {
    pub day: Day,
    /// Per mille.
    pub depth: u16,
    /// Key of the ladder that it was a rung of.
    #[serde(default)]
    pub ladder: Option<String>,
}

/// What stops an offer: what nobody can lift for this customer first, and last what holds for everybody until it is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Excluded,
    Terms,
    GreatestDiscount,
    MarginFloor,
    Expiry,
    Spend,
    CustomerCap,
    CoolDown,
    SecondDiscount,
    Withdrawn,
    Anyway,
    Escalation,
    Brand,
    Legal,
    Waits,
    SwitchedOff,
    Unready,
}

impl Rule {
    pub const ALL: [Self; 17] = [
        Self::Excluded,
        Self::Terms,
        Self::GreatestDiscount,
        Self::MarginFloor,
        Self::Expiry,
        Self::Spend,
        Self::CustomerCap,
        Self::CoolDown,
        Self::SecondDiscount,
        Self::Withdrawn,
        Self::Anyway,
        Self::Escalation,
        Self::Brand,
        Self::Legal,
        Self::Waits,
        Self::SwitchedOff,
        Self::Unready,
    ];
}

/// Which rule stops an offer, and what would lift it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Block {
    pub rule: Rule,
    pub text: String,
    pub lift: String,
}

/// Whether an offer may be made; every rule that it breaks, in the order of [`Rule`].
///
/// # Errors
/// The rules that stop it, each with what would lift it.
pub fn check(given: &Given<'_>, person: &Person, guardrails: &Guardrails, spent: &Spent) -> Result<(), Vec<Block>> {
    let asked = Asked { given, person, guardrails, spent };
    let blocks: Vec<Block> = asked.broken().map(|rule| asked.block(rule)).collect();
    if blocks.is_empty() { Ok(()) } else { Err(blocks) }
}

/// The first rule that [`check`] would name, without its words: for the many groups of a matrix.
pub(super) fn first_broken(given: &Given<'_>, person: &Person, guardrails: &Guardrails, spent: &Spent) -> Option<Rule> {
    Asked { given, person, guardrails, spent }.broken().next()
}

impl Given<'_> {
    /// What is taken off a first order of this size, in minor units; never more than the order.
    pub fn off(&self, order: i64) -> i64 {
        let share = i128::from(order.max(0)) * i128::from(self.depth) / 1_000;
        let share = i64::try_from(share).unwrap_or(i64::MAX);
        share.saturating_add(self.offer.terms.amount.max(0)).min(order.max(0))
    }

    /// What it costs if it is taken, beside what making it cost.
    pub fn taken_cost(&self, order: i64) -> i64 {
        self.off(order).saturating_add(self.offer.terms.taken_cost.max(0))
    }

    /// The most that it may cost.
    pub fn cost(&self, order: i64) -> i64 {
        self.taken_cost(order).saturating_add(self.offer.terms.made_cost.max(0))
    }

    fn is_discount(&self) -> bool {
        self.depth > 0 || self.offer.terms.amount > 0
    }
}

/// Everything that a rule looks at.
struct Asked<'a> {
    given: &'a Given<'a>,
    person: &'a Person,
    guardrails: &'a Guardrails,
    spent: &'a Spent,
}

impl Asked<'_> {
    fn broken(&self) -> impl Iterator<Item = Rule> {
        Rule::ALL.into_iter().filter(|rule| self.breaks(*rule))
    }

    fn block(&self, rule: Rule) -> Block {
        let (text, lift) = self.words(rule);
        Block { rule, text, lift }
    }

    /// A further rung of the ladder that is open.
    fn continues(&self) -> bool {
        self.given.ladder.is_some() && self.given.ladder == self.spent.open_ladder.as_deref()
    }

    /// What they were last promised was promised on this same ladder: it is raised, not given a second time.
    fn raises(&self) -> bool {
        let last = self.spent.last_discount.as_ref();
        self.continues() && last.is_some_and(|last| last.ladder.as_deref() == self.given.ladder)
    }

    /// What the budget of the period counts for it, rounded up.
    fn expected_cost(&self) -> i64 {
        let rate = if self.given.rate.is_finite() { self.given.rate.clamp(0.0, 1.0) } else { 1.0 };
        let taken = libm::ceil(self.given.taken_cost(self.person.order) as f64 * rate) as i64;
        let made = self.given.offer.terms.made_cost.max(0);
        taken.saturating_add(made).saturating_add(self.guardrails.contact_cost.max(0))
    }

    fn left_of_period(&self) -> i64 {
        self.guardrails.spend.saturating_sub(self.spent.period.max(0)).max(0)
    }

    fn left_of_cap(&self) -> i64 {
        self.guardrails.customer_cap.saturating_sub(self.spent.person.max(0)).max(0)
    }

    fn next_offer(&self) -> Option<Day> {
        Some(self.spent.last_offer?.plus(i32::from(self.guardrails.cool_down_days)))
    }

    fn next_discount(&self) -> Option<Day> {
        Some(self.spent.last_discount.as_ref()?.day.plus(i32::from(self.guardrails.second_discount_days)))
    }

    fn law(&self) -> Option<&Legal> {
        let Self { given, person, guardrails, .. } = self;
        guardrails.legal.iter().find(|legal| {
            // Where nobody knows the country, a rule of one country may be theirs.
            let here = legal.country.is_none() || person.country.is_none() || legal.country == person.country;
            let channel = legal.channel.as_deref().is_none_or(|channel| channel == given.channel);
            here && channel && legal.kind.is_none_or(|kind| kind == given.offer.kind)
        })
    }
}

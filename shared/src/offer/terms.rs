//! What is offered, on which terms, and how it reaches the customer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Kind;
use crate::reason::Reason;

/// A column of the matrix: one of the seven, or a shop's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    /// The kind's code for the seven, a uuid for a shop's own.
    pub id: String,
    pub kind: Kind,
    pub name: String,
    pub terms: Terms,
    pub fulfilment: Fulfilment,
    /// The reasons that it answers; of the seven what their kind answers.
    pub answers: Vec<Reason>,
    /// Switched off, it keeps its column and is offered to nobody.
    pub live: bool,
    /// Why nobody can get it now (its fulfilment is not connected), with what to do about it; none where all is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unready: Option<String>,
}

/// What the customer gets, and what that costs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// Share taken off the first order or term, per mille: the least and the greatest that is offered; 0 for what is no discount.
    pub depth_from: u16,
    pub depth_to: u16,
    /// Taken off the first order or term, in minor units of the home currency, as all that follow; 0 where a share is.
    pub amount: i64,
    pub minimum_order: i64,
    pub expiry_days: u16,
    /// For each customer who takes it.
    pub taken_cost: i64,
    /// For each customer to whom it is made, whether they take it or not: an hour of somebody.
    pub made_cost: i64,
    /// Goods that a code does not count for, as the store names their brands.
    pub excluded_brands: Vec<String>,
}

/// How it reaches the customer, and how its redemption is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fulfilment {
    /// A single-use code, created in the store or taken from an uploaded pool.
    Code,
    /// A trial, a plan or a credit, set in the store or by a person.
    Plan,
    /// A feature switched on by a signed webhook.
    Flag,
    /// A link to book a time.
    Booking,
    /// A task with an owner and a due time.
    Task,
}

impl Fulfilment {
    pub const ALL: [Self; 5] = [Self::Code, Self::Plan, Self::Flag, Self::Booking, Self::Task];

    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Plan => "plan",
            Self::Flag => "flag",
            Self::Booking => "booking",
            Self::Task => "task",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fulfilment| fulfilment.code() == code)
    }

    /// In a marketer's words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "A single-use code",
            Self::Plan => "A trial, plan or credit",
            Self::Flag => "A feature switched on",
            Self::Booking => "A link to book a time",
            Self::Task => "A task for a person",
        }
    }
}

impl Offer {
    /// What cannot be, by field.
    ///
    /// # Errors
    /// Each field with what to do about it.
    pub fn valid(&self) -> Result<(), BTreeMap<String, String>> {
        let mut wrong = BTreeMap::new();
        let mut refuse = |field: &str, fix: &str| wrong.insert(field.to_owned(), fix.to_owned());
        let Terms { depth_from, depth_to, amount, minimum_order, expiry_days, taken_cost, made_cost, excluded_brands } =
            &self.terms;
        if self.name.trim().is_empty() || self.name.chars().count() > 80 || self.name.chars().any(char::is_control) {
            refuse("name", "Use 1 to 80 characters");
        }
        if depth_from > depth_to || *depth_to > 1_000 {
            refuse("terms.depth_to", "Use a share from the least on, at most 1000 per mille");
        }
        if *depth_to > 0 && *amount > 0 {
            refuse("terms.amount", "Use a share or an amount, not both");
        }
        if *depth_to > 0 && *depth_from == 0 {
            refuse("terms.depth_from", "Use at least 1 per mille, or no share at all");
        }
        if !(1..=365).contains(expiry_days) {
            refuse("terms.expiry_days", "Use 1 to 365 days");
        }
        for (field, cost) in
            [("amount", amount), ("minimum_order", minimum_order), ("taken_cost", taken_cost), ("made_cost", made_cost)]
        {
            if !(0..=1_000_000_000_000).contains(cost) {
                refuse(&format!("terms.{field}"), "Use an amount of 0 or more");
            }
        }
        if excluded_brands.len() > 200 || excluded_brands.iter().any(|brand| !(1..=200).contains(&brand.trim().chars().count())) {
            refuse("terms.excluded_brands", "Use at most 200 names of 1 to 200 characters");
        }
        if self.answers.iter().enumerate().any(|(at, reason)| self.answers.iter().take(at).any(|other| other == reason)) {
            refuse("answers", "Name each reason once");
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// Takes something off the price.
    pub fn is_discount(&self) -> bool {
        self.terms.depth_to > 0 || self.terms.amount > 0
    }
}

/// The seven with the terms that stand before a shop edits them: costs are in home currency's minor units of a shop whose typical
/// first order back is `order`.
///
/// A manager's and an onboarding hour, a partnership's coordination cost what an hour of work costs a small shop in orders: round
/// assumptions, which the catalogue page asks the shop to correct.
pub fn seven(order: i64) -> Vec<Offer> {
    Kind::SEVEN.into_iter().map(|kind| standard(kind, order.max(0))).collect()
}

fn standard(kind: Kind, order: i64) -> Offer {
    let base = Terms { expiry_days: 14, ..Terms::default() };
    let (terms, fulfilment) = match kind {
        Kind::Discount => (Terms { depth_from: 100, depth_to: 300, ..base }, Fulfilment::Code),
        Kind::Upgrade => (Terms { expiry_days: 30, taken_cost: order / 10, ..base }, Fulfilment::Flag),
        Kind::Manager => (Terms { expiry_days: 30, made_cost: order / 4, taken_cost: order / 4, ..base }, Fulfilment::Task),
        Kind::Trial => (Terms { expiry_days: 30, taken_cost: order / 5, ..base }, Fulfilment::Plan),
        Kind::Roadmap => (Terms { expiry_days: 30, ..base }, Fulfilment::Task),
        Kind::Onboarding => (Terms { expiry_days: 21, taken_cost: order / 4, ..base }, Fulfilment::Booking),
        Kind::Partnership | Kind::Own => {
            (Terms { expiry_days: 60, made_cost: order / 4, taken_cost: order / 2, ..base }, Fulfilment::Task)
        }
    };
    let (id, name) = (kind.code().to_owned(), kind.name().to_owned());
    Offer { id, kind, name, terms, fulfilment, answers: answers(kind), live: true, unready: None }
}

/// A message without an offer, as the guardrails see one.
pub(super) fn message() -> Offer {
    Offer {
        id: super::decide::CONTACT.to_owned(),
        kind: Kind::Own,
        name: "A message".to_owned(),
        terms: Terms { expiry_days: 14, ..Terms::default() },
        fulfilment: Fulfilment::Task,
        answers: Vec::new(),
        live: true,
        unready: None,
    }
}

/// Which reasons a kind answers: an offer must match the reason for leaving (Kumar, Bhagwat & Zhang 2015).
pub fn answers(kind: Kind) -> Vec<Reason> {
    match kind {
        Kind::Discount => vec![Reason::Price, Reason::Competitor],
        Kind::Upgrade => vec![Reason::MissingFeature, Reason::Competitor],
        Kind::Manager => vec![Reason::Service, Reason::PoorExperience],
        Kind::Trial => vec![Reason::Price, Reason::MissingFeature, Reason::ReducedNeed],
        Kind::Roadmap => vec![Reason::MissingFeature],
        Kind::Onboarding => vec![Reason::PoorExperience, Reason::Service, Reason::ReducedNeed],
        Kind::Partnership => vec![Reason::Competitor],
        Kind::Own => Vec::new(),
    }
}

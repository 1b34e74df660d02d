//! What no offer may pass.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Kind;
use crate::money::Currency;
use crate::segment::{Row, ValueTier};

/// A shop's limits on what is offered, checked by [`super::check`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Guardrails {
    /// The home currency when the amounts were set: they mean nothing in another.
    pub currency: Currency,
    /// Greatest share off, per mille, where no row has its own.
    pub greatest_discount: u16,
    pub greatest_by_row: Vec<RowDepth>,
    /// Least margin that is left of the discounted first order, per mille of what is paid for it.
    pub margin_floor: u16,
    /// Days that an offer stands, at least and at most.
    pub least_expiry_days: u16,
    pub most_expiry_days: u16,
    /// What offers and contacts may cost within `spend_days`, in minor units as all amounts here.
    pub spend: i64,
    pub spend_days: u16,
    /// What may be given to one customer within `cap_days`.
    pub customer_cap: i64,
    pub cap_days: u16,
    /// From the end of one ladder of offers to the next, for one customer.
    pub cool_down_days: u16,
    /// From one discount to the next, for one customer.
    pub second_discount_days: u16,
    /// Whoever comes back anyway with at least this chance, per mille, is offered nothing.
    pub anyway: u16,
    /// A customer whose return is worth this much margin is offered something by a person only; none for nobody.
    pub escalate_from: Option<i64>,
    /// Brands that are never discounted.
    pub excluded_brands: Vec<String>,
    pub legal: Vec<Legal>,
    /// What one message costs.
    pub contact_cost: i64,
}

/// The greatest share off in one row of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowDepth {
    /// [`Row::number`].
    pub row: u8,
    /// Per mille.
    pub depth: u16,
}

/// What the law, or a contract, forbids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Legal {
    /// Two letters of ISO 3166-1; none for everywhere.
    pub country: Option<String>,
    /// `email`, `sms`, …; none for every channel.
    pub channel: Option<String>,
    /// None for every kind.
    pub kind: Option<Kind>,
    /// What is shown to whoever is refused, such as "No price promotions on books in France".
    pub why: String,
}

impl Guardrails {
    /// Those of a shop that set none, for one whose typical first order back is `order`: a quarter off at most, a tenth of margin
    /// left, one ladder a quarter and one discount a half-year.
    pub fn cautious(currency: Currency, order: i64) -> Self {
        let order = order.clamp(0, 1_000_000_000_000);
        Self {
            currency,
            greatest_discount: 250,
            greatest_by_row: Vec::new(),
            margin_floor: 100,
            least_expiry_days: 3,
            most_expiry_days: 60,
            spend: order * 20,
            spend_days: 30,
            customer_cap: order,
            cap_days: 365,
            cool_down_days: 90,
            second_discount_days: 180,
            anyway: 600,
            escalate_from: None,
            excluded_brands: Vec::new(),
            legal: Vec::new(),
            contact_cost: 1,
        }
    }

    /// Per mille.
    pub fn greatest_in(&self, row: Row) -> u16 {
        let own = self.greatest_by_row.iter().find(|own| own.row == row.number());
        own.map_or(self.greatest_discount, |own| own.depth).min(1_000)
    }

    /// A customer like this is offered something by a person only.
    pub fn is_escalated(&self, row: Row, margin: i64) -> bool {
        row.value == ValueTier::High && self.escalate_from.is_some_and(|from| margin >= from)
    }

    /// What cannot be, by field.
    ///
    /// # Errors
    /// Each field with what to do about it.
    pub fn valid(&self) -> Result<(), BTreeMap<String, String>> {
        let mut wrong = BTreeMap::new();
        let mut refuse = |field: &str, fix: &str| {
            wrong.insert(field.to_owned(), fix.to_owned());
        };
        for (field, share) in
            [("greatest_discount", self.greatest_discount), ("margin_floor", self.margin_floor), ("anyway", self.anyway)]
        {
            if share > 1_000 {
                refuse(field, "Use a share of at most 1000 per mille");
            }
        }
        for (field, amount) in [("spend", self.spend), ("customer_cap", self.customer_cap), ("contact_cost", self.contact_cost)] {
            if !(0..=MOST).contains(&amount) {
                refuse(field, "Use an amount of 0 or more");
            }
        }
        if self.escalate_from.is_some_and(|amount| !(0..=MOST).contains(&amount)) {
            refuse("escalate_from", "Use an amount of 0 or more, or none");
        }
        if self.least_expiry_days == 0 {
            refuse("least_expiry_days", "Use at least 1 day");
        }
        if self.most_expiry_days < self.least_expiry_days || self.most_expiry_days > 365 {
            refuse("most_expiry_days", "Use as many days as the least or more, and at most 365");
        }
        for (field, days) in [("spend_days", self.spend_days), ("cap_days", self.cap_days)] {
            if !(1..=730).contains(&days) {
                refuse(field, "Use 1 to 730 days");
            }
        }
        for (field, days) in [("cool_down_days", self.cool_down_days), ("second_discount_days", self.second_discount_days)] {
            if days > 730 {
                refuse(field, "Use at most 730 days");
            }
        }
        for (at, RowDepth { row, depth }) in self.greatest_by_row.iter().enumerate() {
            if Row::of_number(*row).is_none() || *depth > 1_000 {
                refuse(&format!("greatest_by_row[{at}]"), "Use a row from 0 to 23 and a share of at most 1000 per mille");
            }
        }
        if self.greatest_by_row.len() > 24 {
            refuse("greatest_by_row", "Use each row once");
        }
        if self.excluded_brands.len() > 200 || self.excluded_brands.iter().any(|brand| !is_text(brand)) {
            refuse("excluded_brands", "Use at most 200 names of 1 to 200 characters");
        }
        for (at, legal) in self.legal.iter().enumerate() {
            let is_country = |code: &String| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_uppercase());
            if legal.country.as_ref().is_some_and(|code| !is_country(code)) {
                refuse(&format!("legal[{at}].country"), "Use two capital letters such as FR, or none for everywhere");
            }
            if !is_text(&legal.why) {
                refuse(&format!("legal[{at}].why"), "Say what is forbidden in 1 to 200 characters");
            }
        }
        if self.legal.len() > 200 {
            refuse("legal", "Use at most 200 rules");
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

/// Sums of as many as there are customers must not overflow.
const MOST: i64 = 1_000_000_000_000;

fn is_text(text: &str) -> bool {
    (1..=200).contains(&text.trim().chars().count())
}

//! Offers, their limits and their matrix.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::offer::{Fulfilment, Group, Guardrails, Kind, Matrix, Offer, Outcome, Terms};
use crate::reason::Reason;

/// An offer of the catalogue with the version that a change of it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CatalogueOffer {
    #[serde(flatten)]
    pub offer: Offer,
    /// The shop's own, which can be removed; the seven can only be switched off.
    pub own: bool,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CatalogueAnswer {
    /// The seven in the order of the matrix, then the shop's own.
    pub offers: Vec<CatalogueOffer>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OfferAnswer {
    pub offer: CatalogueOffer,
}

/// Amounts are minor units of the home currency, shares per mille.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOffer {
    pub name: String,
    /// One of the seven whose effect stands in before there are outcomes, or `own`.
    #[serde(default = "own")]
    pub kind: Kind,
    pub terms: Terms,
    pub fulfilment: Fulfilment,
    #[serde(default)]
    pub answers: Vec<Reason>,
    #[serde(default = "yes")]
    pub live: bool,
}

/// Whatever is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfilment: Option<Fulfilment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Vec<Reason>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GuardrailsMeta {
    pub version: u32,
    /// The shop has set its own; else these are cautious ones that stand in.
    pub own: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GuardrailsAnswer {
    pub guardrails: Guardrails,
    pub meta: GuardrailsMeta,
}

/// Everything that the matrix is computed from, so that a browser can compute it for other settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MatrixBasis {
    pub offers: Vec<Offer>,
    pub guardrails: Guardrails,
    pub guardrails_version: u32,
    pub groups: Vec<Group>,
    pub outcomes: Vec<Outcome>,
    /// Share of a sale that is left, 0 to 1.
    pub margin_rate: f64,
    /// What the budget's period has used, in minor units of the home currency.
    pub spent: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MatrixAnswer {
    pub matrix: Matrix,
    pub basis: MatrixBasis,
}

/// Other settings than the stored ones; what is left out is as stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatrixPreview {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardrails: Option<Guardrails>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MatrixPreviewAnswer {
    pub matrix: Matrix,
}

impl MatrixBasis {
    /// The matrix of these settings: the worker answers it and the browser recomputes it.
    pub fn matrix(&self, guardrails: &Guardrails) -> Matrix {
        let book = crate::offer::Book::new(&self.offers, guardrails, &self.outcomes, self.margin_rate);
        crate::offer::matrix(&book, &self.groups, self.spent)
    }
}

fn own() -> Kind {
    Kind::Own
}

fn yes() -> bool {
    true
}

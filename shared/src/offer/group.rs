//! Customers who are alike for the matrix.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::segment::{Engagement, Row};

/// Customers of one row and engagement with about the same chances and worth: what the matrix is computed from, in the worker and in
/// the browser. Chances are quantised, so that a hundred thousand customers make at most some four thousand groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// [`Row::number`].
    pub row: u8,
    pub engagement: Engagement,
    /// P(return | contact, no offer) within the horizon, per mille.
    pub contact: u16,
    /// P(return | no contact), per mille.
    pub none: u16,
    /// Mean margin of the year after a return, in minor units of the home currency.
    pub margin: i64,
    /// Mean first order or term after a return, which a discount is taken off.
    pub order: i64,
    /// Those to whom something may be offered.
    pub customers: u32,
    /// Those left out of offers (staff, open disputes, …), who are counted and get none.
    pub excluded: u32,
}

impl Group {
    pub fn row(&self) -> Row {
        Row::of_number(self.row).unwrap_or_default()
    }
}

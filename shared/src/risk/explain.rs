//! What a prediction is made of.

use super::Model;
use crate::api::Explanation;
use crate::state::State;
use crate::time::Day;

/// The parts of the prediction that `model` makes of somebody today, in words: of P(churn within 90 days), or of P(return within 90
/// days) of the lost. `None` where nothing was learned, and where the deadline lies too far ahead for any churn within 90 days.
pub fn explain(_state: &State, _model: &Model, _today: Day) -> Option<Explanation> {
    None
}

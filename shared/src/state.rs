//! A customer's compact state.

use serde::{Deserialize, Serialize};

use crate::money::{Money, Rates};
use crate::time::Millis;

/// What the fold needs of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderFact {
    pub at: Millis,
    pub amount: Money,
    /// Minor units of the same currency.
    pub refunded: i64,
    /// Cancelled and pending orders are no activity.
    pub paid: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EventFact {
    pub at: Millis,
    pub name: String,
    pub properties: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub schema: u32,
}

/// The state of one customer from all of its orders and events, in any order.
pub fn fold(_orders: &[OrderFact], _events: &[EventFact], _rates: &Rates) -> State {
    State::default()
}

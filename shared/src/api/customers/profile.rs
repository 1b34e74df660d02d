//! One customer, whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{CurrencyTotal, CustomerRow, Explanation, MoneyInterval, Note, Peers, RiskPoint, Suppressed};
use crate::id::Id;
use crate::money::{Currency, Money};
use crate::reason::Why;

/// One customer, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Customer {
    #[serde(flatten)]
    pub row: CustomerRow,
    /// Of owner and tags.
    pub version: u32,
    /// Newest first.
    pub notes: Vec<Note>,
    pub traits: BTreeMap<String, String>,
    pub contacts: Vec<Contact>,
    pub recent_orders: Vec<Order>,
    pub spent: Vec<CurrencyTotal>,
    pub history: Vec<RiskPoint>,
    /// P(still a customer); for the lost, P(an order in the next 90 days).
    pub p_alive: Option<f64>,
    /// The 90 % interval of `p_alive`; as those below, null where the model does not say how sure it is.
    pub p_alive_interval: Option<(f64, f64)>,
    pub p_return: Option<f64>,
    /// Its 90 % interval.
    pub p_return_interval: Option<(f64, f64)>,
    pub peers: Option<Peers>,
    /// Null where the model in use was learned from no customers.
    pub explanation: Option<Explanation>,
    /// Expected orders in the next 365 days.
    pub expected_orders: Option<f64>,
    /// Of that expectation, not of what one customer will do.
    pub expected_orders_interval: Option<(f64, f64)>,
    /// What they are worth if they are won back, of those at risk and the lost: their orders within 365 days from the one with
    /// which they come back, that one included, before margin and before what winning them back costs.
    pub second_lifetime_value: Option<Money>,
    pub second_lifetime_value_interval: Option<MoneyInterval>,
    /// How the deadline came about, in words.
    pub rhythm: Option<String>,
    pub home_currency: Currency,
    /// What they buy and want, as the catalogue has it.
    #[serde(default)]
    pub shopping: Shopping,
    /// Why they leave or left, with what that rests on; null where nothing tells.
    #[serde(default)]
    pub why: Option<Why>,
    /// Since when they object to profiling: not scored, not modelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objected_at: Option<String>,
}

/// What a customer buys and wants: in the catalogue's words where it holds the thing, else in those of the order or event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Shopping {
    /// Of what they bought, else of what they looked at.
    pub favourite_category: Option<String>,
    /// The first of their newest order.
    pub last_item: Option<ShopItem>,
    pub last_viewed: Option<ShopItem>,
    /// In the cart since their last order, newest first.
    pub left_behind: Vec<ShopItem>,
    /// ISO date on which something was last put there.
    pub left_since: Option<String>,
    /// Looked at or put into the cart while there was none; there is some now.
    pub back_in_stock: Vec<ShopItem>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ShopItem {
    pub name: String,
    pub category: Option<String>,
    pub price: Option<Money>,
    pub image: Option<String>,
    /// An http or https address, of what is still sold.
    pub link: Option<String>,
    /// Null where the catalogue does not hold it.
    pub in_stock: Option<bool>,
    /// When its price last went down; null where it never did, or has gone up since.
    pub fell: Option<PriceFall>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceFall {
    /// What it cost before.
    pub from: Money,
    /// ISO date.
    pub on: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerResponse {
    pub customer: Customer,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    pub id: Id,
    pub role: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    /// The present state for each channel and purpose.
    pub consent: Vec<Consent>,
    /// All of it, newest first.
    pub history: Vec<Consent>,
    /// Addresses of theirs that nobody may write to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppressed>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    pub channel: String,
    pub purpose: String,
    /// `granted`, `denied`, `complained`, `expired`, `unknown`.
    pub state: String,
    pub basis: String,
    pub source: String,
    pub at: String,
    pub expires_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    pub external_id: String,
    pub ordered_at: String,
    pub amount: Money,
    pub refunded: Money,
    pub status: String,
    pub items: Vec<String>,
}

/// Something that happened, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineItem {
    pub at: String,
    /// `order`, `event`, `consent`, `set_aside`, `set_aside_ended`, `merge`, `merge_undone`.
    pub kind: String,
    pub title: String,
    pub detail: Option<String>,
    pub amount: Option<Money>,
    /// Of a merge: what undoes it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineMeta {
    pub next_cursor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineResponse {
    pub timeline: Vec<TimelineItem>,
    pub meta: TimelineMeta,
}

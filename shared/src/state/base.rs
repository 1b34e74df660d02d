//! What is kept of events whose rows are gone.
//!
//! Rows of events are kept for some months; what they told is kept for good. Before a row goes it is folded into its customer's base,
//! and a state is the fold of the rows that are there with the base added to it: the same state as before. Orders always stay as
//! rows, so that nothing in a base rests on rates but the price of a term, which is kept as it was told.
//!
//! A base has the schema number of the version that began it. A later version reads it: parts that it does not tell are empty, as if
//! nothing of the kind had ever happened, which no signal reads as a decline, since there is no past that was better. What is added
//! to it later does not make it whole, so its number stays. An earlier version, to which somebody went back, reads what it knows and
//! adds nothing ([`Base::is_newer`]), because it would write the rest away.

use serde::{Deserialize, Serialize};

use super::fold::{fold_by, price_in_home};
use super::{Contract, EventFact, Latest, SCHEMA, State};
use crate::event::{self, Event, Price};
use crate::money::{Currency, Rates};
use crate::reason::text::Reader;
use crate::time::Millis;

/// How many prices of one moment are told apart.
const MAX_PRICES: usize = 4;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Base {
    #[serde(rename = "v")]
    schema: u32,
    /// Without the price of a term.
    #[serde(rename = "s", default)]
    state: State,
    /// The newest price of a term as it was told; several where several were told at that moment.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    prices: Vec<ToldPrice>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct ToldPrice {
    at: Millis,
    price: Price,
}

impl Base {
    /// Of events whose rows are about to go, in any order.
    pub fn of(events: &[EventFact], reader: Reader<'_>) -> Self {
        // No rate is asked for: what is told in money is kept apart.
        let mut state = fold_by(&[], events, &Rates::new(Currency::USD), reader);
        if let Some(contract) = &mut state.contract {
            contract.price = None;
        }
        let prices = events.iter().filter_map(|fact| {
            let terms = match event::read(&fact.name, fact.at, &fact.properties) {
                Event::TermPaid(terms) | Event::TermsChanged(terms) => terms,
                _ => return None,
            };
            Some(ToldPrice { at: fact.at, price: terms.price? })
        });
        let mut base = Self { schema: SCHEMA, state, prices: Vec::new() };
        base.tell(prices.collect());
        base
    }

    /// Nothing was told by them.
    pub fn is_empty(&self) -> bool {
        self.prices.is_empty() && State { schema: 0, ..self.state.clone() } == State::default()
    }

    /// A later version began it or added to it: this one must not write it.
    pub fn is_newer(&self) -> bool {
        self.schema.max(self.state.schema) > SCHEMA
    }

    /// The base of both. Associative and commutative.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.schema = self.schema.min(other.schema);
        self.state = self.state.merge(other.state);
        self.tell(other.prices);
        self
    }

    /// The whole state: that of the rows that are there with this added to it. `rates` are those that the rows were folded with.
    #[must_use]
    pub fn onto(self, rows: State, rates: &Rates) -> State {
        let Self { mut state, prices, .. } = self;
        // The rows' fold is of this version, and so is what comes out.
        state.schema = rows.schema;
        for told in prices {
            let contract = state.contract.get_or_insert_with(Contract::default);
            Latest::set(&mut contract.price, told.at, price_in_home(&told.price, told.at, rates));
        }
        rows.merge(state)
    }

    fn tell(&mut self, prices: Vec<ToldPrice>) {
        self.prices.extend(prices);
        let newest = self.prices.iter().map(|told| told.at).max();
        self.prices.retain(|told| Some(told.at) == newest);
        self.prices.sort();
        self.prices.dedup();
        let extra = self.prices.len().saturating_sub(MAX_PRICES);
        self.prices.drain(..extra);
    }
}

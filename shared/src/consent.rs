//! Who may be contacted on which channel, derived from an append-only history.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Millis;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Granted,
    Denied,
    Complained,
}

/// One row of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// `email`, `sms`, …
    pub channel: String,
    /// `marketing`, …
    pub purpose: String,
    pub state: State,
    /// Legal basis: `consent`, `soft_opt_in`, …
    pub basis: String,
    /// Where it comes from: `import`, `unsubscribe_link`, `shopify`, …
    pub source: String,
    pub wording: Option<String>,
    /// An explicit, dated act of the person, not a bulk state: only such an act lifts an opt-out.
    pub act: bool,
    pub occurred_at: Millis,
    pub recorded_at: Millis,
    pub expires_at: Option<Millis>,
}

/// The present state for each (channel, purpose), as kept beside the history in `contacts.consent` (key `channel/purpose`).
pub type Present = BTreeMap<String, Record>;

/// Reads the whole history, in any order.
pub fn present(history: &[Record]) -> Present {
    let _ = history;
    Present::new()
}

/// Whether the record still allows sending at `now`: granted and not lapsed.
pub fn is_live(record: &Record, now: Millis) -> bool {
    record.state == State::Granted && record.expires_at.is_none_or(|end| end > now)
}

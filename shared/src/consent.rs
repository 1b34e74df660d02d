//! Who may be contacted on which channel, derived from an append-only history.
//!
//! The history only grows; what holds at present is derived from all of it, in any order:
//!
//! 1. An erasure (a denial on the basis [`ERASURE`]) stands for ever.
//! 2. A complaint stands until the person asks in writing, later: an act on the basis [`WRITTEN_REQUEST`].
//! 3. The latest denial, whether an act of the person or a bulk state, stands until the person agrees by a later act. Bulk states,
//!    imports and merges never lift it, whatever date they carry.
//! 4. Else the newest consent by an act; else the bulk consent that lasts longest.
//!
//! Whether a consent has lapsed depends on the day: ask [`is_live`] before each send.

use std::collections::BTreeMap;

use chrono::{DateTime, Months};
use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// Basis of a denial that nothing lifts.
pub const ERASURE: &str = "erasure";
/// Basis of the only consent that lifts a complaint.
pub const WRITTEN_REQUEST: &str = "written_request";
/// Bases of consent that nobody gave in words: it follows from a purchase, and lapses.
pub const IMPLIED: [&str; 2] = ["implied", "soft_opt_in"];
/// Canada's law (CASL, section 10(10)) ends consent implied by a purchase after two years; elsewhere it is kept no longer.
pub const IMPLIED_MONTHS: u32 = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
///
/// A channel and purpose without a record is absent: no proof, no send.
pub fn present(history: &[Record]) -> Present {
    let mut topics: BTreeMap<String, Vec<&Record>> = BTreeMap::new();
    for record in history {
        topics.entry(format!("{}/{}", record.channel, record.purpose)).or_default().push(record);
    }
    topics.into_iter().filter_map(|(topic, records)| standing(&records).map(|record| (topic, record.clone()))).collect()
}

/// Whether the record allows sending at `now`: a consent that has not lapsed.
pub fn is_live(record: &Record, now: Millis) -> bool {
    record.state == State::Granted && expiry(record).is_none_or(|end| end > now)
}

/// When the consent ends, where it does: implied consent always does, even where its record does not say so.
pub fn expiry(record: &Record) -> Option<Millis> {
    if record.state != State::Granted {
        return None;
    }
    let lapses = IMPLIED.contains(&record.basis.as_str()).then(|| implied_until(record.occurred_at));
    match (record.expires_at, lapses) {
        (Some(stated), Some(lapses)) => Some(stated.min(lapses)),
        (stated, lapses) => stated.or(lapses),
    }
}

/// The end of the consent that a purchase implies: [`IMPLIED_MONTHS`] calendar months later.
pub fn implied_until(purchased_at: Millis) -> Millis {
    let end = DateTime::from_timestamp_millis(purchased_at.0).and_then(|at| at.checked_add_months(Months::new(IMPLIED_MONTHS)));
    end.map_or(purchased_at, |end| Millis(end.timestamp_millis()))
}

/// The record that decides, by the rules above.
fn standing<'a>(records: &[&'a Record]) -> Option<&'a Record> {
    let newest =
        |wanted: &dyn Fn(&Record) -> bool| records.iter().copied().filter(|record| wanted(record)).max_by_key(|r| rank(r));
    if let Some(erased) = newest(&|record| record.state == State::Denied && record.basis == ERASURE) {
        return Some(erased);
    }
    if let Some(complaint) = newest(&|record| record.state == State::Complained) {
        let lifts = |record: &Record| is_act_after(record, complaint.occurred_at) && record.basis == WRITTEN_REQUEST;
        if newest(&lifts).is_none() {
            return Some(complaint);
        }
    }
    if let Some(denial) = newest(&|record| record.state != State::Granted) {
        return newest(&|record| is_act_after(record, denial.occurred_at)).or(Some(denial));
    }
    newest(&|record| record.act).or_else(|| {
        let lasts = |record: &&Record| (expiry(record).map_or(i64::MAX, |end| end.0), rank(record));
        records.iter().copied().max_by(|a, b| lasts(a).cmp(&lasts(b)))
    })
}

fn is_act_after(record: &Record, time: Millis) -> bool {
    record.state == State::Granted && record.act && given_at(record) > time
}

/// A consent counts from when we learned of it at the latest: one dated into the future would outlive every later opt-out.
fn given_at(record: &Record) -> Millis {
    if record.state == State::Granted { record.occurred_at.min(record.recorded_at) } else { record.occurred_at }
}

/// Newer is greater; of two at the same time the more restrictive one; the rest makes the order total, so that no order of rows
/// changes the answer.
fn rank(record: &Record) -> impl Ord + use<> {
    let Record { state, basis, source, wording, act, recorded_at, expires_at, .. } = record.clone();
    (given_at(record), state, act, recorded_at, expires_at, basis, source, wording)
}

#[cfg(test)]
mod tests;

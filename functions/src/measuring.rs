//! What came of an entry, from the rows that tell of it.

mod facts;
mod sums;
mod touches;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use shared::campaign::{Kind, Rules};
use shared::measure::later::{by_month, next_end};
use shared::measure::outcome::{Arm, Entered, Facts, Outcome, Rechurn, brought, outcome};
use shared::measure::rollup::{Cell, Frozen, Key, Lead, TouchKind, Unit, keys};
use shared::money::{Currency, Home, Rates};
use shared::offer::{self, Ladder};
use shared::reason::Reason;
use shared::segment::{Engagement, ValueTier, WinBack};
use shared::time::{Day, MILLIS_PER_DAY, Millis};

pub use facts::{Known, facts};
pub use sums::{Sums, all_of, ledger, read};
pub use touches::ToldTouch;

use crate::db::DbError;
use crate::db::results::{DueRow, TouchRow};

/// How far back a customer's worth before an entry is counted.
const BEFORE_DAYS: i64 = 365;

/// What a look rests on besides rows of the customer.
#[derive(Debug)]
pub struct Ground {
    pub home: Currency,
    pub rates: Rates,
    /// Of what is paid, what is left after the cost of what was sold.
    pub margin: f64,
    pub rules: Rules,
    /// What each offer of the catalogue is.
    pub offers: HashMap<String, offer::Kind>,
}

/// What is counted of an entry: enough to take exactly that away from sums again. It names nobody: neither an order nor a code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    pub entered: Entered,
    pub frozen: Frozen,
    pub outcome: Outcome,
    /// What became of its touches; none of somebody held out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touches: Vec<ToldTouch>,
    /// What it brought to the end of each month since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Home>,
    /// Net of refunds, in the year before the entry; as it was when it was first looked at.
    before: Home,
    contaminated: bool,
    home: Currency,
}

impl Told {
    /// As it was stored; none before the first look, and where a version that this one does not understand wrote it.
    pub fn read(row: &DueRow) -> Option<Self> {
        serde_json::from_str(row.told.as_deref()?).ok()
    }

    /// # Errors
    /// None that rows could cause.
    pub fn text(&self) -> Result<String, DbError> {
        serde_json::to_string(self).map_err(|error| DbError::Bug(error.to_string()))
    }

    pub fn cell(&self) -> Cell {
        let unit = Unit { before: self.before, limit: None, contaminated: self.contaminated, home: self.home };
        Cell::of(&self.entered, &self.outcome, &unit)
    }

    pub fn keys(&self, campaign: i64) -> Vec<Key> {
        keys(campaign, &self.entered, &self.frozen, self.outcome.ripe)
    }

    /// When it is to be looked at though nothing new is told: where what is said of it changes by time alone.
    pub fn changes_at(&self, now: Millis) -> Option<Millis> {
        let next = next_end(self.entered.entered_at, now).filter(|_| self.entered.arm.is_assigned());
        [self.outcome.changes_at, next].into_iter().flatten().min()
    }
}

/// What is to be said of an entry now. What is frozen is taken from `before`, where it was looked at before.
pub fn look(row: &DueRow, before: Option<&Told>, known: &Known, ground: &Ground, now: Millis) -> Told {
    if let Some(told) = before.filter(|_| row.is_gone > 0) {
        // Their rows are gone: what they said stands.
        let entered = Entered { arm: arm(row), ..told.entered };
        return Told { entered, outcome: erased(told, row, now), contaminated: row.contaminated > 0, ..told.clone() };
    }
    let entered = before.map_or_else(|| entered(row), |told| Entered { arm: arm(row), ..told.entered });
    let worth = before.map_or_else(|| worth_before(&known.facts, entered.entered_at), |told| told.before);
    let facts = known.since(row, entered.entered_at);
    let outcome = outcome(&entered, &facts, now);
    let home = before.map_or(ground.home, |told| told.home);
    let costs: Vec<_> = facts.sent.iter().map(|sent| (sent.at, sent.cost)).collect();
    Told {
        entered,
        frozen: frozen(row, &known.touches, ground),
        touches: if entered.arm == Arm::Contacted { touches::told(row, known, &outcome, ground) } else { Vec::new() },
        later: by_month(entered.entered_at, &brought(&entered, &facts, now), &costs, home, now),
        outcome: strip(outcome),
        before: worth,
        contaminated: row.contaminated > 0,
        home,
    }
}

/// From when on orders and events of an entry's customer are read.
pub fn since(row: &DueRow) -> i64 {
    row.entered_at - BEFORE_DAYS * MILLIS_PER_DAY
}

fn entered(row: &DueRow) -> Entered {
    let kind: Kind = row.kind.as_deref().and_then(kind_of).unwrap_or_default();
    let deadline = row.deadline_day.map(Day);
    Entered {
        kind,
        arm: arm(row),
        entered_at: Millis(row.entered_at),
        window_days: row.window_days.unwrap_or(30),
        deadline: deadline.filter(|_| kind == Kind::Retention).map(Day::start),
        owed: None,
        silent_days: deadline.zip(row.last_day).and_then(|(deadline, last)| u16::try_from(deadline.since(Day(last))).ok()),
    }
}

fn kind_of(code: &str) -> Option<Kind> {
    serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
}

fn arm(row: &DueRow) -> Arm {
    if row.state == "left_out" { Arm::LeftOut } else { Arm::of_number(row.arm).unwrap_or(Arm::LeftOut) }
}

/// What was said of them before, with the day on which they were forgotten.
fn erased(told: &Told, row: &DueRow, now: Millis) -> Outcome {
    let closes_at = told.outcome.closes_at;
    let at = row.ended_at.map(Millis).filter(|at| *at < closes_at);
    let ripe = now >= closes_at;
    let rechurn = if told.outcome.rechurn == Rechurn::Open { Rechurn::NotReturned } else { told.outcome.rechurn };
    Outcome {
        ripe,
        rechurn,
        erased_at: told.outcome.erased_at.or(at),
        changes_at: (!ripe).then_some(closes_at),
        ..told.outcome.clone()
    }
}

/// Without what could name somebody.
fn strip(mut said: Outcome) -> Outcome {
    said.first_order = None;
    if let Some(redeemed) = &mut said.redeemed {
        redeemed.code = None;
    }
    said
}

/// What they paid in the year before, less refunds.
fn worth_before(facts: &Facts, entered_at: Millis) -> Home {
    let before = facts.orders.iter().filter(|order| order.at < entered_at);
    Home(before.map(|order| (order.amount.0 - order.refunded.0).max(0)).sum())
}

fn frozen(row: &DueRow, touches: &[TouchRow], ground: &Ground) -> Frozen {
    Frozen {
        value: ValueTier::of_number(row.value_tier).unwrap_or_default(),
        reason: Reason::of_number(row.reason_was).unwrap_or_default(),
        engagement: Engagement::of_number(row.engagement).unwrap_or_default(),
        win_back: WinBack::of_number(row.win_back).unwrap_or_default(),
        segment: row.segment,
        lead: touches.first().and_then(|touch| lead(touches::kind(touch, ladder(row).as_ref(), ground))),
        steps: touches.iter().map(|touch| (touch.step, touch.variant)).collect(),
    }
}

fn ladder(row: &DueRow) -> Option<Ladder> {
    row.ladder.as_deref().and_then(|text| serde_json::from_str(text).ok())
}

fn lead(kind: TouchKind) -> Option<Lead> {
    Some(Lead { channel: kind.channel?, offer: kind.offer, angle: kind.angle, hour: kind.hour })
}

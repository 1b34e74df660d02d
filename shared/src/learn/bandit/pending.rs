//! Decisions whose rewards are still to come.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Decisions with open windows: a reward that comes is added to its decision, and only what has closed is learned. An open
/// decision is missing evidence, not a reward of 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// Length of the window in days.
    window: u32,
    open: BTreeMap<u64, Open>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Open {
    segment: usize,
    arm: usize,
    day: i32,
    reward: f64,
}

/// A decision whose window has ended, with all that came in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    pub decision: u64,
    pub segment: usize,
    pub arm: usize,
    pub reward: f64,
}

impl Pending {
    pub fn new(window: u32) -> Self {
        Self { window, open: BTreeMap::new() }
    }

    /// Opens a decision's window; a decision that is open already stays as it is, and says `false`.
    pub fn decided(&mut self, decision: u64, segment: usize, arm: usize, day: i32) -> bool {
        let new = !self.open.contains_key(&decision);
        if new {
            self.open.insert(decision, Open { segment, arm, day, reward: 0.0 });
        }
        new
    }

    /// Adds margin, or takes back what was returned; `false`, with nothing added, where the decision is not open, the day lies
    /// outside its window or the amount is no number.
    pub fn rewarded(&mut self, decision: u64, amount: f64, day: i32) -> bool {
        let window = i64::from(self.window);
        let open = self.open.get_mut(&decision).filter(|open| (0..window).contains(&(i64::from(day) - i64::from(open.day))));
        let (Some(open), true) = (open, amount.is_finite()) else { return false };
        open.reward += amount;
        true
    }

    /// Takes out what has closed by the start of `today`, in order of day and decision.
    pub fn close(&mut self, today: i32) -> Vec<Closed> {
        let ripe = |open: &Open| i64::from(open.day) + i64::from(self.window) <= i64::from(today);
        let mut closed: Vec<(i32, Closed)> = Vec::new();
        self.open.retain(|decision, open| {
            let ripe = ripe(open);
            if ripe {
                closed
                    .push((open.day, Closed { decision: *decision, segment: open.segment, arm: open.arm, reward: open.reward }));
            }
            !ripe
        });
        closed.sort_by_key(|(day, closed)| (*day, closed.decision));
        closed.into_iter().map(|(_, closed)| closed).collect()
    }

    /// How many windows are still open.
    pub fn unripe(&self) -> usize {
        self.open.len()
    }
}

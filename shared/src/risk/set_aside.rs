//! Not at risk, because a person says so: for a while the customer is out of the tiers, and what follows from the silence of that
//! time is no example of a loss to learn from.

use serde::{Deserialize, Serialize};

use super::Score;
use crate::api::{Lifecycle, SetAsideReason, Tier};
use crate::time::Day;

/// Nobody is set aside for longer.
pub const MOST_SET_ASIDE_DAYS: i32 = 400;

/// A time for which somebody is said not to be at risk: both days included. In JSON (reason, from, until).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(SetAsideReason, Day, Day)", into = "(SetAsideReason, Day, Day)")]
pub struct Aside {
    pub reason: SetAsideReason,
    pub from: Day,
    pub until: Day,
}

impl Aside {
    pub fn holds(&self, today: Day) -> bool {
        (self.from..=self.until).contains(&today)
    }
}

impl From<(SetAsideReason, Day, Day)> for Aside {
    fn from((reason, from, until): (SetAsideReason, Day, Day)) -> Self {
        Self { reason, from, until }
    }
}

impl From<Aside> for (SetAsideReason, Day, Day) {
    fn from(aside: Aside) -> Self {
        (aside.reason, aside.from, aside.until)
    }
}

/// The score of somebody of whom these were said: out of the tiers while one of them holds, with the figures as they are. Whoever
/// has nothing to be scored by stays so.
#[must_use]
pub fn set_aside(mut score: Score, asides: &[Aside], today: Day) -> Score {
    let Some(until) = asides.iter().filter(|aside| aside.holds(today)).map(|aside| aside.until).max() else { return score };
    if score.tier == Tier::NotScored {
        return score;
    }
    score.tier = Tier::SetAside;
    score.lifecycle = Lifecycle::Active;
    let again = until.plus(1);
    score.rescore = Some(score.rescore.map_or(again, |day| day.min(again)));
    score
}

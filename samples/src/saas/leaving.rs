//! What accounts let show as they leave: what they asked for in vain, their data taken out, an answer to the exit survey.

use serde_json::json;

use super::{Account, Reason};
use crate::calendar::DAYS;
use crate::draw::Draw;
use crate::tables::Tables;

/// What people ask for; some of those who stay do as well.
const WISHES: &[&str] = &["Stock on vans", "Offline mode", "Recurring jobs", "Accounting link", "Customer portal"];

impl Account {
    pub(super) fn leave(&self, draw: &mut Draw, tables: &mut Tables) {
        let wish = *draw.pick(WISHES);
        let Some((decided, reason)) = self.decided else {
            if draw.chance(0.06) {
                let day = draw.whole(self.started + 10, (self.started + 10).max(DAYS - 1));
                self.wish(draw, tables, wish, day);
            }
            return;
        };
        if reason == Reason::MissingFeature && draw.chance(0.7) {
            let day = decided - draw.whole(3, 60);
            self.wish(draw, tables, wish, day);
        }
        let Some(ended) = self.ended.filter(|_| !self.trial_only) else { return };
        if reason == Reason::Competitor && draw.chance(0.6) {
            let day = ended - draw.whole(1, 14);
            if day > self.started && day < DAYS {
                let at = self.office(draw, day);
                let who = self.somebody(draw, day);
                tables.event(format!("{}-export", self.id), who, at, "Feature Used", [("feature", json!("Export all data"))]);
            }
        }
        let day = ended + draw.whole(1, 6);
        if draw.chance(0.3) && day < DAYS {
            let at = self.office(draw, day);
            let text = *draw.pick(reason.written());
            let who = self.somebody(draw, day);
            tables.event(format!("{}-exit", self.id), who, at, "Exit Survey Answered", [("text", json!(text))]);
        }
    }

    fn wish(&self, draw: &mut Draw, tables: &mut Tables, wish: &str, day: i32) {
        if day > self.started && day < DAYS && self.ended.is_none_or(|ended| day < ended) {
            let at = self.office(draw, day);
            let who = self.somebody(draw, day);
            tables.event(format!("{}-wish", self.id), who, at, "Feature Requested", [("feature", json!(wish))]);
        }
    }
}

impl Reason {
    /// What they write into the exit survey.
    fn written(self) -> &'static [&'static str] {
        match self {
            Self::Price => &[
                "Too dear for a firm of our size.",
                "Our accountant went through all subscriptions and this one was the costliest.",
                "We would have stayed at two thirds of the price.",
            ],
            Self::MissingFeature => &[
                "We still have to type every invoice twice because there is no link to our accounts.",
                "No stock for the vans. We asked more than once.",
                "Good, but it does not do maintenance contracts.",
            ],
            Self::Service => &["Nobody called back. Twice.", "We waited a week for an answer while a crew stood idle."],
            Self::PoorExperience => &[
                "The app lost our photos too often.",
                "Slow, and down on a Monday morning.",
                "Double bookings after each update.",
            ],
            Self::ReducedNeed => {
                &["We closed a branch and went back to paper for the rest.", "The boss retires, there are two of us left."]
            }
            Self::ChampionLeft => &["The colleague who looked after it left and nobody else has learned it."],
            Self::Competitor => {
                &["We went with another provider that our wholesaler uses too.", "Switched to the tool of our new partner."]
            }
        }
    }
}

//! What shoppers let show as they leave: a parcel that came late, an answer to a question after a long silence.

use serde_json::json;

use super::{Leaving, Reason, Shopper};
use crate::calendar::{DAYS, Moment};
use crate::draw::Draw;
use crate::tables::Tables;

impl Shopper {
    pub(super) fn leave(&self, draw: &mut Draw, tables: &mut Tables) {
        let (Some(Leaving { reason, gone, .. }), Some(&last)) = (self.leaving, self.order_days.last()) else { return };
        let late = last + draw.whole(3, 6);
        if reason == Reason::Delivery && draw.chance(0.8) && late < DAYS {
            let at = self.moment(draw, late);
            let days = draw.whole(4, 15);
            tables.event(format!("{}-late", self.id), self.actor(), at, "Delivery Delayed", [("days", json!(days))]);
        }
        let asked = gone + draw.whole(20, 50);
        if draw.chance(0.16) && asked < DAYS && !reason.written().is_empty() {
            let at = self.moment(draw, asked);
            let text = *draw.pick(reason.written());
            tables.event(format!("{}-exit", self.id), self.actor(), at, "Survey Answered", [("text", json!(text))]);
        }
    }

    fn moment(&self, draw: &mut Draw, day: i32) -> Moment {
        Moment::awake(draw, day, self.person.place.utc_offset)
    }
}

impl Reason {
    /// What they answer when they are asked why they stay away; who pays by a dead card was never asked.
    fn written(self) -> &'static [&'static str] {
        match self {
            Self::Price => &[
                "Lovely things, but my budget does not stretch to them any more.",
                "The postage makes it too expensive for one or two articles.",
                "I found the same tent for less money.",
            ],
            Self::Product => {
                &["The lamp broke after a week.", "Bad stitching. I sent it back.", "Not the quality I had hoped for."]
            }
            Self::Delivery => &["It took two weeks to arrive.", "My parcel came late and half of it was missing."],
            Self::LessNeed => {
                &["I have all that I need now.", "We do not go camping any more since the baby came.", "No room in the flat."]
            }
            Self::Payment | Self::Unknown => &[],
        }
    }
}

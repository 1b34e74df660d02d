//! Use of the product: the last half year of it, as a product that keeps no more would hand over.

use serde_json::json;

use super::Account;
use crate::calendar::DAYS;
use crate::draw::Draw;
use crate::tables::Tables;

const KEPT: i32 = 26 * 7;

impl Account {
    /// Every week how often a main feature was used, every other week how many people signed in.
    pub(super) fn use_product(&self, draw: &mut Draw, tables: &mut Tables) {
        let first = self.started.max(DAYS - KEPT);
        let last = if self.trial_only { self.started + 14 } else { self.ended.unwrap_or(DAYS) }.min(DAYS);
        let phase = draw.whole(0, 6);
        for (week, day) in (first + phase..last).step_by(7).enumerate() {
            let main = self.plan.features.iter().zip([60.0, 45.0]).nth(week % 2);
            if let Some((feature, popularity)) = main {
                self.use_feature(draw, tables, day, feature, popularity);
            }
            if week % 2 == 0 {
                self.sign_in(draw, tables, day);
            }
        }
    }

    fn sign_in(&self, draw: &mut Draw, tables: &mut Tables, day: i32) {
        let seats = f64::from(self.seats_on(day));
        let expected = seats * self.adoption * self.warmth(day) * draw.log_normal(0.08);
        let active = libm::round(expected).clamp(0.0, seats) as u32;
        if active > 0 || (seats <= 2.0 && draw.chance(self.warmth(day))) {
            let at = self.office(draw, day);
            tables.event(format!("{}-s{day}", self.id), self.actor(), at, "Signed In", [("seats", json!(active.max(1)))]);
        }
    }

    /// `popularity` is the number of uses in a week by somebody who uses everything.
    fn use_feature(&self, draw: &mut Draw, tables: &mut Tables, day: i32, feature: &str, popularity: f64) {
        let seats = f64::from(self.seats_on(day));
        let expected = seats * self.adoption * popularity * self.warmth(day) * draw.log_normal(0.15);
        let count = libm::round(expected) as u32;
        if count > 0 {
            let at = self.office(draw, day);
            let properties = [("feature", json!(feature)), ("count", json!(count))];
            tables.event(format!("{}-f{day}", self.id), self.actor(), at, "Feature Used", properties);
        }
    }
}

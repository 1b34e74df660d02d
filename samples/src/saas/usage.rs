//! Use of the product: the last forty weeks of it, as a product that keeps no more would hand over.

use serde_json::json;

use super::Account;
use crate::calendar::DAYS;
use crate::draw::Draw;
use crate::tables::Tables;

const KEPT: i32 = 280;

impl Account {
    /// How many people signed in, every other week; how often each main feature was used, every fourth.
    pub(super) fn use_product(&self, draw: &mut Draw, tables: &mut Tables) {
        let first = self.started.max(DAYS - KEPT);
        let last = if self.trial_only { self.started + 14 } else { self.ended.unwrap_or(DAYS) }.min(DAYS);
        let phase = draw.whole(0, 13);
        for (fortnight, day) in (first + phase..last).step_by(14).enumerate() {
            self.sign_in(draw, tables, day);
            if fortnight % 2 == 0 {
                self.use_features(draw, tables, day);
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

    fn use_features(&self, draw: &mut Draw, tables: &mut Tables, day: i32) {
        let seats = f64::from(self.seats_on(day));
        for (rank, feature) in self.plan.features.iter().take(2).enumerate() {
            let popularity = 70.0 / (1.0 + 2.0 * rank as f64);
            let expected = seats * self.adoption * popularity * self.warmth(day) * draw.log_normal(0.15);
            let count = libm::round(expected) as u32;
            if count > 0 {
                let at = self.office(draw, day);
                let properties = [("feature", json!(feature)), ("count", json!(count))];
                tables.event(format!("{}-f{day}{rank}", self.id), self.actor(), at, "Feature Used", properties);
            }
        }
    }
}

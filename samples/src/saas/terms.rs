//! Paid terms: starts, renewals, changes, failed payments, ends.

use serde_json::json;

use super::plans::Interval;
use super::{Account, Reason};
use crate::calendar::{DAYS, months_after};
use crate::draw::Draw;
use crate::tables::{Order, Tables};

impl Account {
    /// Terms from the start until the account leaves or history ends.
    pub(super) fn subscribe(&mut self, draw: &mut Draw, tables: &mut Tables) {
        if self.trial_only {
            self.ended = Some(self.started);
            return;
        }
        let mut number = 0;
        let mut paid_on = self.started;
        loop {
            let due = months_after(self.started, (number + 1) * self.interval.months());
            self.pay_term(draw, tables, number, paid_on, due);
            if self.cancels(draw, tables, paid_on, due) {
                self.ended = Some(due);
                return;
            }
            self.change_within(draw, tables, number, paid_on, due);
            if due >= DAYS {
                return;
            }
            number += 1;
            match self.collect(draw, tables, number, due) {
                Some(day) => paid_on = day,
                None => {
                    self.ended = Some(due);
                    return;
                }
            }
            if paid_on >= DAYS {
                return;
            }
        }
    }

    fn pay_term(&mut self, draw: &mut Draw, tables: &mut Tables, number: u32, day: i32, due: i32) {
        let at = self.office(draw, day);
        let seats = self.seats_on(day);
        let price = self.plan.price(seats, self.interval, self.company.place.currency);
        let name = if number == 0 { "Subscription Started" } else { "Subscription Renewed" };
        let properties = [
            ("plan", json!(self.plan.name)),
            ("seats", json!(seats)),
            ("amount", json!(price.text())),
            ("currency", json!(price.currency)),
            ("interval", json!(self.interval.as_str())),
            ("term_days", json!(due - day)),
        ];
        tables.event(format!("{}-t{number:02}", self.id), self.actor(), at, name, properties);
        let each = if self.interval == Interval::Year { "a year" } else { "a month" };
        tables.order(Order {
            id: format!("INV-{}-{:02}", self.id.replace("A-", ""), number + 1),
            customer: self.id.clone(),
            at,
            amount: price,
            refunded: 0,
            discount: 0,
            status: "paid",
            cancelled_at: None,
            items: vec![format!("{} plan {each} x {seats}", self.plan.name)],
            code: "",
        });
    }

    /// Whether the term that ends at `due` is the last; most of those who leave say so before.
    fn cancels(&self, draw: &mut Draw, tables: &mut Tables, paid_on: i32, due: i32) -> bool {
        let Some((decided, reason)) = self.decided.filter(|&(day, _)| day < due) else { return false };
        let latest = due - 1;
        let notice = match self.interval {
            Interval::Year => decided.max(due - draw.whole(10, 75)),
            Interval::Month => decided.max(paid_on + 1),
        };
        if draw.chance(0.75) && notice.min(latest) < DAYS {
            let at = self.office(draw, notice.min(latest));
            let said = if draw.chance(0.8) { reason.said() } else { "other" };
            let properties = [("ends", json!("term_end")), ("reason", json!(said))];
            tables.event(format!("{}-x", self.id), self.actor(), at, "Subscription Cancelled", properties);
        }
        true
    }

    /// Seats and plans go up in good times and down before some leave.
    fn change_within(&mut self, draw: &mut Draw, tables: &mut Tables, number: u32, from: i32, due: i32) {
        let yearly = self.interval == Interval::Year;
        let day = draw.whole(from + 1, (due - 1).max(from + 1));
        if day >= DAYS {
            return;
        }
        let seats = self.seats_on(day);
        let saves = matches!(self.decided, Some((_, Reason::Price | Reason::ReducedNeed | Reason::Competitor)));
        let cooling = self.warmth(day) < 0.75;
        let changed = if cooling && draw.chance(if saves { 0.45 } else { 0.1 }) {
            if let Some(below) = self.plan.below().filter(|_| draw.chance(0.35)) {
                self.plan = below;
            }
            libm::floor(f64::from(seats) * draw.real(0.4, 0.8)).max(1.0) as u32
        } else if !cooling && draw.chance(if yearly { 0.5 } else { 0.07 }) {
            seats + draw.whole(1, 1 + (seats / 4).min(20) as i32).unsigned_abs()
        } else {
            return;
        };
        self.seats.push((day, changed));
        let at = self.office(draw, day);
        let price = self.plan.price(changed, self.interval, self.company.place.currency);
        let properties = [
            ("plan", json!(self.plan.name)),
            ("seats", json!(changed)),
            ("amount", json!(price.text())),
            ("currency", json!(price.currency)),
        ];
        tables.event(format!("{}-u{number:02}", self.id), self.actor(), at, "Subscription Updated", properties);
    }

    /// The day on which the next term is paid, at `due` or some days later; `None` when it never is.
    fn collect(&self, draw: &mut Draw, tables: &mut Tables, number: u32, due: i32) -> Option<i32> {
        if !draw.chance(0.045) {
            return Some(due);
        }
        let reason = *draw.pick(&["card expired", "card declined", "insufficient funds", "bank transfer returned"]);
        for (attempt, after) in [0, 3, 7, 14].into_iter().enumerate() {
            let day = due + after;
            if day >= DAYS {
                return Some(day);
            }
            let at = self.office(draw, day);
            let id = format!("{}-p{number:02}{attempt}", self.id);
            if attempt > 0 && draw.chance(0.42 * self.warmth(day)) {
                tables.event(id, self.billing(), at, "Payment Succeeded", []);
                return Some(day);
            }
            tables.event(id, self.billing(), at, "Payment Failed", [("reason", json!(reason))]);
        }
        if due + 21 < DAYS {
            let at = self.office(draw, due + 21);
            let properties = [("ends", json!("now")), ("reason", json!("payment failed"))];
            tables.event(format!("{}-x", self.id), self.actor(), at, "Subscription Cancelled", properties);
        }
        None
    }
}

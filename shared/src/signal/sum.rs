//! Sums over weeks.

use crate::state::{FeatureSet, State, Week};
use crate::time::Day;

/// Everything of a run of weeks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// The Monday it begins with.
    pub(super) from: Day,
    pub(super) orders: u32,
    pub(super) spend: i64,
    pub(super) delivered: u32,
    /// By people, as far as senders tell.
    pub(super) opened: u32,
    pub(super) clicked: u32,
    pub(super) uses: u32,
    pub(super) weeks_used: u32,
    pub(super) sign_ins: u32,
    pub(super) seats: u32,
    /// Weeks that said how many people were active.
    pub(super) seat_weeks: u32,
    pub(super) visits: u32,
    /// Days with a visit.
    pub(super) visit_days: u32,
    /// Of all weeks together.
    pub(super) features: FeatureSet,
    pub(super) community: u32,
    pub(super) inquiries: u32,
    pub(super) discounted: u32,
    pub(super) payment_failures: u32,
    pub(super) tickets: u32,
    pub(super) unhappy: u32,
    pub(super) solved: u32,
}

impl Sum {
    /// Over whole weeks that lie `from..=to` weeks before today's.
    pub(super) fn of(state: &State, today: Day, from: i32, to: i32) -> Self {
        Self::between(state, today.week().saturating_sub(to), today.week().saturating_sub(from))
    }

    /// Over the weeks `from..=to`.
    pub(super) fn between(state: &State, from: i32, to: i32) -> Self {
        let mut sum = Self { from: Day(from.saturating_mul(7).saturating_sub(3)), ..Self::default() };
        state.weeks.between(from, to).for_each(|(_, week)| sum.add(week));
        sum
    }

    fn add(&mut self, week: &Week) {
        let add = |counter: &mut u32, more: u32| *counter = counter.saturating_add(more);
        add(&mut self.orders, week.orders);
        self.spend = self.spend.saturating_add(week.spend);
        add(&mut self.delivered, week.delivered);
        add(&mut self.opened, week.opened.saturating_sub(week.opened_by_machine));
        add(&mut self.clicked, week.clicked);
        add(&mut self.uses, week.uses);
        add(&mut self.weeks_used, u32::from(week.uses > 0));
        add(&mut self.sign_ins, week.sign_ins);
        add(&mut self.seats, week.seats);
        add(&mut self.seat_weeks, u32::from(week.seats > 0));
        add(&mut self.visits, week.visits);
        add(&mut self.visit_days, week.visit_days.count());
        self.features = self.features.or(week.features);
        add(&mut self.community, week.community);
        add(&mut self.inquiries, week.inquiries);
        add(&mut self.discounted, week.discounted);
        add(&mut self.payment_failures, week.payment_failures);
        add(&mut self.tickets, week.tickets);
        add(&mut self.unhappy, week.unhappy);
        add(&mut self.solved, week.solved);
    }
}

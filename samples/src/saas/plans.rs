//! What the scheduling software for trades costs, and what it can do.

use crate::money::Amount;

#[derive(Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) name: &'static str,
    /// US cents a seat and month; a year costs ten months.
    seat_month: i64,
    pub(super) features: &'static [&'static str],
    /// The median number of seats that come with it.
    pub(super) seats: f64,
    /// Months until an average customer decides to leave.
    pub(super) loyalty: f64,
    pub(super) weight: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interval {
    Month,
    Year,
}

impl Plan {
    pub(super) fn price(&self, seats: u32, interval: Interval, currency: &'static str) -> Amount {
        let months = if interval == Interval::Year { 10 } else { 1 };
        let seat = Amount::list_price(self.seat_month, currency);
        seat.with(seat.minor * months * i64::from(seats))
    }

    /// The next smaller one.
    pub(super) fn below(&self) -> Option<&'static Self> {
        let at = PLANS.iter().position(|plan| plan.name == self.name)?;
        at.checked_sub(1).and_then(|below| PLANS.get(below))
    }
}

impl Interval {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    pub(super) fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Year => 12,
        }
    }
}

pub(super) const PLANS: &[Plan] = &[
    Plan { name: "Solo", seat_month: 1500, features: &["Calendar", "Invoices"], seats: 1.3, loyalty: 12.0, weight: 26.0 },
    Plan {
        name: "Crew",
        seat_month: 1900,
        features: &["Calendar", "Invoices", "Mobile app", "Job photos"],
        seats: 5.0,
        loyalty: 17.0,
        weight: 44.0,
    },
    Plan {
        name: "Business",
        seat_month: 2900,
        features: &["Calendar", "Invoices", "Mobile app", "Job photos", "Route planner", "Reports"],
        seats: 16.0,
        loyalty: 24.0,
        weight: 23.0,
    },
    Plan {
        name: "Enterprise",
        seat_month: 3900,
        features: &["Dispatch board", "Invoices", "Mobile app", "Route planner", "Reports", "Customer portal", "API"],
        seats: 60.0,
        loyalty: 36.0,
        weight: 7.0,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_costs_ten_months_in_each_currency() {
        let [_, crew, ..] = PLANS else { panic!("plans") };
        assert_eq!(crew.price(5, Interval::Month, "USD").text(), "95.00");
        assert_eq!(crew.price(5, Interval::Year, "USD").text(), "950.00");
        assert_eq!(crew.price(1, Interval::Month, "JPY").text(), "2810");
        assert_eq!(crew.below().map(|plan| plan.name), Some("Solo"));
    }
}

//! Customers of the same worth and tenure who are healthy: what is usual among them.
//!
//! They are taken from the customers of the fit, so that a score never rests on the scores of its own run.

use serde::{Deserialize, Serialize};

use super::Model;
use super::score::score;
use crate::api::{self, PeerFigure, Tier};
use crate::money::{Currency, Home};
use crate::state::{State, Week};
use crate::time::Day;

/// Cells of fewer customers say nothing.
const MIN_PEERS: u32 = 30;

/// A customer for so many days is new, for up to so many settled, and then an old hand.
const TENURE: [i32; 2] = [90, 365];

/// Who is compared with whom.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PeerGroups {
    /// Expected value of the next 365 days in minor units of the home currency: where the middle third begins and where it ends.
    pub thirds: Option<(i64, i64)>,
    pub cells: Vec<PeerCell>,
}

/// Healthy customers of one third of value (0 lowest) and one band of tenure (0 newest).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerCell {
    pub third: u8,
    pub band: u8,
    pub customers: u32,
    /// Code, lower quartile, median, upper quartile of each figure that is known of enough of them.
    pub figures: Vec<(String, f64, f64, f64)>,
}

/// What is compared.
struct Figure {
    code: &'static str,
    name: &'static str,
    read: fn(&Recent) -> Option<f64>,
    /// Less is worse; else more.
    less_is_worse: bool,
    is_money: bool,
}

const FIGURES: [Figure; 7] = [
    Figure {
        code: "orders_13",
        name: "Orders in 13 weeks",
        read: |r| Some(f64::from(r.orders)),
        less_is_worse: true,
        is_money: false,
    },
    Figure {
        code: "order_value_13",
        name: "Spent on an order in 13 weeks",
        read: |r| (r.orders > 0).then(|| r.spend as f64 / f64::from(r.orders)),
        less_is_worse: true,
        is_money: true,
    },
    Figure {
        code: "uses_13",
        name: "Uses in 13 weeks",
        read: |r| (r.ever_used).then(|| f64::from(r.uses)),
        less_is_worse: true,
        is_money: false,
    },
    Figure {
        code: "seats_13",
        name: "People active",
        read: |r| (r.seats > 0).then(|| f64::from(r.seats)),
        less_is_worse: true,
        is_money: false,
    },
    Figure {
        code: "clicks_13",
        name: "E-mails clicked, of 100",
        read: |r| (r.delivered >= 4).then(|| 100.0 * f64::from(r.clicked) / f64::from(r.delivered)),
        less_is_worse: true,
        is_money: false,
    },
    Figure {
        code: "visits_13",
        name: "Visits in 13 weeks",
        read: |r| (r.ever_visited).then(|| f64::from(r.visits)),
        less_is_worse: true,
        is_money: false,
    },
    Figure {
        code: "tickets_13",
        name: "Support tickets in 13 weeks",
        read: |r| Some(f64::from(r.tickets)),
        less_is_worse: false,
        is_money: false,
    },
];

/// Sums of the last 13 whole weeks.
#[derive(Default)]
struct Recent {
    orders: u32,
    spend: i64,
    uses: u32,
    seats: u32,
    delivered: u32,
    clicked: u32,
    visits: u32,
    tickets: u32,
    ever_used: bool,
    ever_visited: bool,
}

impl Recent {
    fn of(state: &State, today: Day) -> Self {
        let mut recent = Self::default();
        for (week, bucket) in state.weeks.iter().filter(|(week, _)| *week < today.week()) {
            recent.ever_used |= bucket.uses > 0;
            recent.ever_visited |= bucket.visits > 0;
            if week >= today.week() - 13 {
                let Week { orders, spend, uses, seats, delivered, clicked, visits, tickets, .. } = *bucket;
                recent.orders = recent.orders.saturating_add(orders);
                recent.spend = recent.spend.saturating_add(spend);
                recent.uses = recent.uses.saturating_add(uses);
                recent.seats = recent.seats.max(seats);
                recent.delivered = recent.delivered.saturating_add(delivered);
                recent.clicked = recent.clicked.saturating_add(clicked);
                recent.visits = recent.visits.saturating_add(visits);
                recent.tickets = recent.tickets.saturating_add(tickets);
            }
        }
        recent
    }
}

impl PeerGroups {
    /// Of the customers who are healthy by `model`.
    pub(super) fn of<'a>(states: impl Iterator<Item = &'a State>, model: &Model, today: Day) -> Self {
        let healthy: Vec<(&State, i64, u8)> = states
            .filter_map(|state| {
                let score = score(state, model, None, today);
                Some((state, score.value?.0, band(state, today)?)).filter(|_| score.tier == Tier::Healthy)
            })
            .collect();
        let mut values: Vec<i64> = healthy.iter().map(|(_, value, _)| *value).collect();
        values.sort_unstable();
        let at = |share: usize| values.get(values.len() * share / 3).copied();
        let (Some(low), Some(high)) = (at(1), at(2)) else { return Self::default() };
        let mut cells = Vec::new();
        for (cell_third, cell_band) in (0..3).flat_map(|third| (0..3).map(move |band| (third, band))) {
            let recents: Vec<Recent> = healthy
                .iter()
                .filter(|(_, value, band)| third(*value, low, high) == cell_third && *band == cell_band)
                .map(|(state, ..)| Recent::of(state, today))
                .collect();
            let customers = u32::try_from(recents.len()).unwrap_or(u32::MAX);
            if customers < MIN_PEERS {
                continue;
            }
            let figures = FIGURES.iter().filter_map(|figure| {
                let mut known: Vec<f64> = recents.iter().filter_map(figure.read).collect();
                known.sort_by(f64::total_cmp);
                let at = |quarter: usize| known.get((known.len() - 1) * quarter / 4).copied();
                (known.len() >= MIN_PEERS as usize).then(|| Some((figure.code.to_owned(), at(1)?, at(2)?, at(3)?)))?
            });
            cells.push(PeerCell { third: cell_third, band: cell_band, customers, figures: figures.collect() });
        }
        Self { thirds: Some((low, high)), cells }
    }

    fn cell(&self, value: i64, band: u8) -> Option<&PeerCell> {
        let (low, high) = self.thirds?;
        self.cells.iter().find(|cell| cell.third == third(value, low, high) && cell.band == band)
    }
}

/// Somebody beside their peers; `None` where there are too few of them, or nothing to tell the worth by.
pub fn peers(state: &State, value: Option<Home>, model: &Model, today: Day) -> Option<api::Peers> {
    let cell = model.peers.cell(value?.0, band(state, today)?)?;
    let recent = Recent::of(state, today);
    let figures = cell.figures.iter().filter_map(|(code, lower, median, upper)| {
        let figure = FIGURES.iter().find(|figure| figure.code == code)?;
        let theirs = (figure.read)(&recent);
        let words = |value: f64| if figure.is_money { money(value, model.home) } else { format!("{value:.0}") };
        Some(PeerFigure {
            code: code.clone(),
            name: figure.name.to_owned(),
            theirs: theirs.map_or_else(|| "not known".to_owned(), words),
            peers: words(*median),
            behind: theirs.is_some_and(|theirs| if figure.less_is_worse { theirs < *lower } else { theirs > *upper }),
        })
    });
    let worth = ["lowest", "middle", "highest"].get(usize::from(cell.third))?;
    let tenure = ["for less than 90 days", "for 90 days to a year", "for more than a year"].get(usize::from(cell.band))?;
    Some(api::Peers {
        group: format!("Healthy customers of the {worth} third by expected value, {tenure}"),
        customers: cell.customers,
        figures: figures.collect(),
    })
}

fn third(value: i64, low: i64, high: i64) -> u8 {
    u8::from(value >= low) + u8::from(value >= high)
}

/// By the days since the first purchase or term.
fn band(state: &State, today: Day) -> Option<u8> {
    let term = state.contract.as_ref().and_then(|contract| contract.terms.first().map(|term| term.start));
    let first = state.first_day().into_iter().chain(term).min().filter(|first| *first <= today)?;
    let days = today.since(first);
    Some(TENURE.iter().map(|limit| u8::from(days >= *limit)).sum())
}

fn money(minor: f64, home: Currency) -> String {
    let money = Home(libm::round(minor) as i64).in_currency(home);
    format!("{} {}", money.amount(), money.currency)
}

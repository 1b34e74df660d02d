//! Time to recovery: which share has come back by which day, over everybody assigned.
//!
//! Whoever opts out or is erased is no longer watched, and that competes with coming back: a share of those still watched would say too
//! much. Whoever entered lately has been watched for fewer days, and counts for those.

use serde::{Deserialize, Serialize};

use super::rollup::{BINS, Cell, bin_end, bin_of};
use super::tails::Z;
use crate::time::Day;

/// By how many days since the entry. A list that is shorter than another goes on with zeros.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The last day of each place; a place begins after the one before it.
    pub ends: Vec<u16>,
    pub returned: Vec<u64>,
    pub withdrew: Vec<u64>,
    /// Were watched to the end of that day, and nothing had happened.
    pub censored: Vec<u64>,
}

/// Aalen & Johansen's (1978) estimate of the share that came back, by day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incidence {
    /// Watched for a day at least.
    pub n: u64,
    pub returned: u64,
    pub withdrew: u64,
    pub points: Vec<Point>,
    /// The first day by which half of all assigned are back; `None` is "not reached".
    pub median: Option<u16>,
    /// The day by which half of those were back who came back: it says nothing of the others, and is later the longer one waits.
    pub median_of_returners: Option<u16>,
}

/// What holds at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub day: u16,
    /// Still watched when it began.
    pub at_risk: u64,
    pub returned: u64,
    pub withdrew: u64,
    /// Shares of all assigned.
    pub back: f64,
    pub gone: f64,
    pub error: f64,
    /// 95 %.
    pub low: f64,
    pub high: f64,
}

/// # Formula
/// F(t) = Σ S(t−) d/n over days to t, where S is the share of whom nothing had happened. Its variance is Gaynor and others' (1993) by
/// the delta method,
///
/// Σ (F(t) − F(s))² D/(n (n − D)) + Σ S(s−)² d (n − d)/n³ − 2 Σ (F(t) − F(s)) S(s−) d/n²,
///
/// with d returns and D returns and withdrawals on day s; where nothing competes this is Greenwood's. The interval is on the scale
/// ln(−ln F). Before the first return its upper end is 1 − .025^(1/n), of none among those still watched.
pub fn incidence(watched: &Watched) -> Incidence {
    let at = |list: &[u64], place: usize| list.get(place).copied().unwrap_or(0);
    let days: Vec<[u64; 3]> = (0..watched.ends.len())
        .map(|place| [at(&watched.returned, place), at(&watched.withdrew, place), at(&watched.censored, place)])
        .collect();
    let n: u64 = days.iter().flatten().sum();
    let mut left = n;
    let (mut still, mut back, mut gone) = (1.0, 0.0, 0.0);
    let mut seen: Vec<Seen> = Vec::new();
    let mut points = Vec::new();
    for (day, [returned, withdrew, censored]) in watched.ends.iter().zip(days) {
        if left == 0 {
            break;
        }
        let (at_risk, came, went) = (left as f64, returned as f64, withdrew as f64);
        back += still * came / at_risk;
        gone += still * went / at_risk;
        seen.push(Seen { at_risk, came, ended: came + went, still, back });
        still *= 1.0 - (came + went) / at_risk;
        let error = libm::sqrt(variance(&seen, back));
        let (low, high) = interval(back, error, at_risk);
        points.push(Point { day: *day, at_risk: left, returned, withdrew, back, gone, error, low, high });
        left -= returned + withdrew + censored;
    }
    let returned: u64 = points.iter().map(|point| point.returned).sum();
    let mut so_far = 0;
    let half = points.iter().find(|point| {
        so_far += point.returned;
        returned > 0 && 2 * so_far >= returned
    });
    Incidence {
        n,
        returned,
        withdrew: points.iter().map(|point| point.withdrew).sum(),
        median: points.iter().find(|point| point.back >= 0.5).map(|point| point.day),
        median_of_returners: half.map(|point| point.day),
        points,
    }
}

/// What roll-ups know at the beginning of `as_of`: those whose window has closed, and the others by the day of their entry, who are
/// watched to the end of the day before. Entries of today are not in it, nor is what happened today. Past day 30 places are weeks, of
/// which only those that are over count for somebody.
pub fn watched<'a>(ripe: &Cell, unripe: impl IntoIterator<Item = (Day, &'a Cell)>, window_days: u16, as_of: Day) -> Watched {
    let places = bin_of(window_days) + 1;
    let ends: Vec<u16> = (0..places).map(|place| bin_end(place).min(window_days)).collect();
    let mut all = Watched { returned: vec![0; places], withdrew: vec![0; places], censored: vec![0; places], ends };
    all.add(ripe, places);
    for (entered, cell) in unripe {
        let whole = as_of.since(entered);
        let over = all.ends.iter().take_while(|end| i32::from(**end) < whole).count();
        if over > 0 {
            all.add(cell, over);
        }
    }
    all
}

impl Watched {
    /// What happened within the first `places`; of all others nothing had by then.
    fn add(&mut self, cell: &Cell, places: usize) {
        let counts = |days: &[i64; BINS]| -> Vec<u64> { days.iter().map(|count| u64::try_from(*count).unwrap_or(0)).collect() };
        let (returned, withdrew) = (counts(&cell.returned_days.0), counts(&cell.withdrew_days.0));
        let mut nothing = u64::try_from(cell.assigned).unwrap_or(0);
        let sums = self.returned.iter_mut().zip(&mut self.withdrew);
        for ((sums, returned), withdrew) in sums.zip(returned).zip(withdrew).take(places) {
            *sums.0 += returned;
            *sums.1 += withdrew;
            nothing = nothing.saturating_sub(returned + withdrew);
        }
        if let Some(last) = places.checked_sub(1).and_then(|place| self.censored.get_mut(place)) {
            *last += nothing;
        }
    }
}

struct Seen {
    at_risk: f64,
    came: f64,
    ended: f64,
    /// Before the day.
    still: f64,
    back: f64,
}

fn variance(seen: &[Seen], now: f64) -> f64 {
    let term = |day: &Seen| {
        let (n, later) = (day.at_risk, now - day.back);
        // Where nobody is left nothing came later either.
        let spread = if day.ended < n { later * later * day.ended / (n * (n - day.ended)) } else { 0.0 };
        let own = day.still * day.still * day.came * (n - day.came) / (n * n * n);
        spread + own - 2.0 * later * day.still * day.came / (n * n)
    };
    seen.iter().map(term).sum::<f64>().max(0.0)
}

fn interval(share: f64, error: f64, at_risk: f64) -> (f64, f64) {
    if share <= 0.0 {
        return (0.0, 1.0 - libm::pow(0.025, 1.0 / at_risk));
    }
    if share >= 1.0 {
        return (libm::pow(0.025, 1.0 / at_risk), 1.0);
    }
    let log = libm::log(share);
    let width = Z * error / (share * log);
    // The logarithm is negative, and so is the width.
    (libm::exp(log * libm::exp(-width)), libm::exp(log * libm::exp(width)))
}

#[cfg(test)]
mod tests;

//! How long a customer's silence may last: their own rhythm, shrunk to the population's.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// A normal model of log gaps between purchase days (days), with a mean for each customer: log gap ~ N(mu, within), mu ~ N(mean,
/// between). Empirical Bayes as in Gelman et al. (2013), Bayesian Data Analysis, section 5.4.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rhythm {
    pub mean: f64,
    pub between: f64,
    pub within: f64,
    /// How many standard deviations of the predicted log gap the deadline lies above its mean.
    pub z: f64,
    /// Silences of the past that reached their deadline and could be watched for 90 more days.
    pub watched: u32,
    /// The share of these that ended by itself within the 90 days.
    pub came_back: f64,
}

/// Silences that a definition of churn would have called a loss and that could be watched for [`WATCH_DAYS`] more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Watched {
    pub(crate) silences: u32,
    /// Of these, how many ended by themselves within these days.
    pub(crate) ended: u32,
}

/// What a customer's purchase days say about their rhythm.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Gaps {
    pub(crate) n: u32,
    sum: f64,
    squares: f64,
}

/// At most this share of the customers who count as lost may come back by themselves within 90 days.
pub const MAX_CAME_BACK: f64 = 0.2;

/// Silences are watched for so many days after the deadline.
pub const WATCH_DAYS: i32 = 90;

/// The deadline never lies below the 75th per cent of gaps or above the 99.9th.
const Z_FROM: f64 = 0.67;
const Z_TO: f64 = 3.1;
const Z_STEP: f64 = 0.1;
const Z_DEFAULT: f64 = 1.28;

/// Silences that must have been watched before their share means anything.
const MIN_WATCHED: u32 = 40;

/// Deadlines in days.
const MIN_GAP: f64 = 3.0;
const MAX_GAP: f64 = MAX_GAP_DAYS as f64;
pub(super) const MAX_GAP_DAYS: i32 = 730;

/// The population's spread within a customer weighs as much as so many gaps of their own.
const WITHIN_WEIGHT: f64 = 6.0;

/// A customer's last so many silences are watched: more would let a few heavy buyers decide.
const MAX_SILENCES: usize = 12;

impl Rhythm {
    /// For a shop of which nothing is known: orders every five weeks or so, with a wide spread.
    pub fn prior() -> Self {
        Self { mean: libm::log(36.0), between: 0.5, within: 0.6, z: Z_DEFAULT, watched: 0, came_back: 0.0 }
    }

    /// From each customer's purchase days up to and with `today`; `prior` where fewer than two gaps are known.
    pub(crate) fn fit(customers: &[&[Day]], prior: Self, today: Day) -> Self {
        let gaps: Vec<Gaps> = customers.iter().map(|days| Gaps::of(days)).filter(|gaps| gaps.n > 0).collect();
        if gaps.len() < 2 {
            return prior;
        }
        let (deviations, freedom) = gaps.iter().fold((0.0, 0.0), |(sum, n), g| (sum + g.deviations(), n + f64::from(g.n - 1)));
        let within = if freedom >= 10.0 { (deviations / freedom).max(0.05) } else { prior.within };
        let count = gaps.len() as f64;
        let mut mean = gaps.iter().map(Gaps::mean).sum::<f64>() / count;
        let mut between = 0.5;
        for _ in 0..40 {
            let (mut weights, mut weighted, mut spread) = (0.0, 0.0, 0.0);
            for g in &gaps {
                let noise = within / f64::from(g.n);
                let weight = 1.0 / (between + noise);
                weights += weight;
                weighted += weight * g.mean();
                let shrunk = between * weight;
                let off = shrunk * (g.mean() - mean);
                spread += off * off + between * (1.0 - shrunk);
            }
            mean = weighted / weights;
            between = (spread / count).max(0.02);
        }
        Self { mean, between, within, ..prior }.with_quantile(customers, today)
    }

    /// Days of silence that count as churn.
    pub(crate) fn deadline(&self, gaps: &Gaps) -> i32 {
        self.gap_at(gaps, self.z)
    }

    /// The typical gap in days.
    pub(crate) fn usual(&self, gaps: &Gaps) -> i32 {
        libm::round(libm::exp(self.posterior(gaps).0)).clamp(1.0, MAX_GAP) as i32
    }

    fn gap_at(&self, gaps: &Gaps, z: f64) -> i32 {
        let (mean, sd) = self.posterior(gaps);
        libm::ceil(libm::exp(mean + z * sd)).clamp(MIN_GAP, MAX_GAP) as i32
    }

    /// Mean and standard deviation of the predicted next log gap.
    fn posterior(&self, gaps: &Gaps) -> (f64, f64) {
        let n = f64::from(gaps.n);
        let freedom = (n - 1.0).max(0.0);
        let within = (WITHIN_WEIGHT * self.within + gaps.deviations()) / (WITHIN_WEIGHT + freedom);
        let precision = 1.0 / self.between + n / within;
        let mean = (self.mean / self.between + gaps.sum / within) / precision;
        (mean, libm::sqrt(within + 1.0 / precision))
    }

    /// With the lowest quantile that keeps the share of those who come back by themselves small enough.
    fn with_quantile(self, customers: &[&[Day]], today: Day) -> Self {
        let silences: Vec<PastSilence> = customers.iter().flat_map(|days| silences(days, today)).collect();
        let steps = ((Z_TO - Z_FROM) / Z_STEP) as u32;
        let mut chosen = self;
        for step in 0..=steps {
            let z = Z_FROM + f64::from(step) * Z_STEP;
            let watched = Watched::of(&silences, |gaps| self.gap_at(gaps, z));
            let Some(came_back) = watched.share() else { break };
            chosen = Self { z, watched: watched.silences, came_back, ..self };
            if chosen.came_back <= MAX_CAME_BACK {
                break;
            }
        }
        chosen
    }
}

impl Watched {
    /// `deadline`: days of silence that count as churn, by the gaps known when it began.
    pub(crate) fn of(silences: &[PastSilence], deadline: impl Fn(&Gaps) -> i32) -> Self {
        let mut watched = Self::default();
        for (gaps, seen, ended) in silences {
            let deadline = deadline(gaps);
            if deadline + WATCH_DAYS > *seen || ended.is_some_and(|length| length <= deadline) {
                continue;
            }
            watched.silences += 1;
            watched.ended += u32::from(ended.is_some_and(|length| length <= deadline + WATCH_DAYS));
        }
        watched
    }

    /// The share that ended by itself; `None` where too few were watched for it to mean anything.
    pub(crate) fn share(&self) -> Option<f64> {
        (self.silences >= MIN_WATCHED).then(|| f64::from(self.ended) / f64::from(self.silences))
    }
}

impl Gaps {
    /// Of days in rising order.
    pub(crate) fn of(days: &[Day]) -> Self {
        let mut gaps = Self::default();
        for (earlier, later) in days.iter().zip(days.iter().skip(1)) {
            gaps.add(later.since(*earlier));
        }
        gaps
    }

    pub(crate) fn add(&mut self, days: i32) {
        let log = libm::log(f64::from(days.max(1)));
        self.n = self.n.saturating_add(1);
        self.sum += log;
        self.squares += log * log;
    }

    fn mean(&self) -> f64 {
        self.sum / f64::from(self.n.max(1))
    }

    fn deviations(&self) -> f64 {
        (self.squares - self.sum * self.mean()).max(0.0)
    }
}

/// The gaps known at its start, the days from its start to today, and its length if it ended.
pub(crate) type PastSilence = (Gaps, i32, Option<i32>);

/// Each silence of a customer.
pub(crate) fn silences(days: &[Day], today: Day) -> impl Iterator<Item = PastSilence> {
    let skipped = days.len().saturating_sub(MAX_SILENCES);
    let mut gaps = Gaps::default();
    days.iter().enumerate().filter_map(move |(place, day)| {
        let before = gaps;
        let ended = days.get(place + 1).map(|next| next.since(*day));
        if let Some(length) = ended {
            gaps.add(length);
        }
        (place >= skipped).then_some((before, today.since(*day), ended))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_s_own_rhythm_outweighs_the_shop_s_with_every_gap() {
        let rhythm = Rhythm::prior();
        let every = |days: i32, n: i32| Gaps::of(&(0..=n).map(|i| Day(i * days)).collect::<Vec<_>>());
        let usual: Vec<i32> = [0, 1, 4, 40].map(|n| rhythm.usual(&every(7, n))).into();
        assert!(usual.is_sorted_by(|a, b| a > b) && usual[3] <= 8, "{usual:?}");
        assert!(rhythm.deadline(&every(7, 40)) < 21, "{}", rhythm.deadline(&every(7, 40)));
        assert_eq!(rhythm.usual(&Gaps::default()), 36);
    }

    #[test]
    fn the_shop_s_gaps_are_found() {
        // Customers with means of 10 to 40 days, each regular within a tenth.
        let all: Vec<Vec<Day>> = (0..300)
            .map(|i| {
                let mean = 10 + i % 31;
                (0..8)
                    .scan(0, |at, k| {
                        *at += mean + (k % 3 - 1) * mean / 10;
                        Some(Day(*at))
                    })
                    .collect()
            })
            .collect();
        let customers: Vec<&[Day]> = all.iter().map(Vec::as_slice).collect();
        let rhythm = Rhythm::fit(&customers, Rhythm::prior(), Day(400));
        let usual = libm::exp(rhythm.mean);
        assert!((20.0..26.0).contains(&usual), "{usual}");
        assert!((0.1..0.3).contains(&rhythm.between) && rhythm.within <= 0.06, "{rhythm:?}");
    }

    #[test]
    fn the_deadline_moves_out_until_few_enough_come_back_by_themselves() {
        // Half of the customers pause for 150 days and then go on.
        let all: Vec<Vec<Day>> = (0..400)
            .map(|i| {
                let pause = if i % 2 == 0 { 150 } else { 400 };
                [0, 20, 45, 60, 60 + pause].map(Day).into()
            })
            .collect();
        let customers: Vec<&[Day]> = all.iter().map(Vec::as_slice).collect();
        let rhythm = Rhythm::fit(&customers, Rhythm::prior(), Day(700));
        assert!(rhythm.came_back <= MAX_CAME_BACK && rhythm.watched >= MIN_WATCHED, "{rhythm:?}");
        assert!(rhythm.z > Z_FROM, "{rhythm:?}");
    }
}

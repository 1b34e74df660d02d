//! Differences of two arms that may be looked at every day: intervals that hold at all looks together.
//!
//! An ordinary 95 % interval that is looked at daily misses far more often than once in twenty. These are wider by about a half and hold
//! however often one looks and whenever one stops. They read cumulative sums alone.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figure::Interval;
use super::moments::Moments;
use super::rate::{Count, errors, miettinen_nurminen, relative, score, variance_under, within};

/// What was fixed before the first outcome was known: where the sequence is to be tightest, and how often it may miss.
///
/// It holds before and after the planned end as well. Who changes the plan after a look loses that.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// Units of each arm at the planned end.
    pub treated: i64,
    pub held: i64,
    /// Share of all sequences that may miss at any look; .05 for 95 %.
    pub alpha: f64,
}

/// Robbins' normal mixture at one look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boundary {
    /// Information over that of the mixture's prior.
    x: f64,
    alpha: f64,
}

/// Why there is no telling yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "why")]
#[schema(as = CannotTellWhy)]
pub enum Why {
    /// Nobody is held out, or nobody is treated.
    OneArm,
    /// Nobody's window has closed in one arm or both.
    NobodyRipe,
    /// So many more returns are needed in each arm; 0 where there are enough.
    FewReturns { treated: i64, held: i64 },
    /// A few large amounts make up most of the margin of an arm.
    UnequalAmounts,
    /// There is an interval, and it leaves both possible: about so many more people are needed at the difference seen. None where the
    /// difference is so small that no number that could be reached would do.
    Undecided {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        people: Option<i64>,
    },
}

/// Fewest returns in each arm before a difference has an interval (T10).
pub const FEWEST_RETURNS: i64 = 10;
/// The same in returns of one and the same amount that would tell as much, for margins.
pub const FEWEST_EFFECTIVE: f64 = 5.0;

impl Planned {
    /// Of `people` with this share held out, per mille; 95 %.
    pub fn of(people: i64, held_out: u16) -> Self {
        let held = people.max(0).saturating_mul(i64::from(held_out.min(1_000))) / 1_000;
        Self { treated: people.max(0) - held, held, alpha: 0.05 }
    }

    /// At a look with so many units in each arm; none where an arm is empty or `alpha` is no share.
    ///
    /// # Formula
    /// Information grows as 1/(1/n₁ + 1/n₀). The prior's variance is such that the interval at the planned end is the shortest
    /// possible, at x = ln(1 + x) − 2 ln α: the minimum of [`Boundary::errors`] (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024,
    /// Time-uniform central limit theory and asymptotic confidence sequences, theorem 2.2 with x = tρ²).
    pub fn at(&self, treated: i64, held: i64) -> Option<Boundary> {
        let (now, end) = (information(treated, held)?, information(self.treated.max(1), self.held.max(1))?);
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return None;
        }
        let least = -2.0 * libm::log(self.alpha);
        let best = (0..60).fold(least, |x, _| least + libm::log1p(x));
        Some(Boundary { x: best * now / end, alpha: self.alpha })
    }
}

fn information(treated: i64, held: i64) -> Option<f64> {
    (treated > 0 && held > 0).then(|| 1.0 / (1.0 / treated as f64 + 1.0 / held as f64))
}

impl Boundary {
    /// How many standard errors the truth may lie away.
    ///
    /// # Formula
    /// √((1 + 1/x) · (ln(1 + x) + 2 ln(1/α))).
    pub fn errors(&self) -> f64 {
        libm::sqrt((1.0 + 1.0 / self.x) * (libm::log1p(self.x) - 2.0 * libm::log(self.alpha)))
    }

    /// The evidence against a value that lies `z` standard errors away: at least 1/α where the interval excludes it, and 1 on average
    /// at any time at which one stops if the value is true.
    pub fn e_value(&self, z: f64) -> f64 {
        // JSON knows no number without end.
        libm::exp((0.5 * z * z * self.x / (1.0 + self.x)).min(600.0)) / libm::sqrt(1.0 + self.x)
    }

    /// The same with `times` as many units in each arm.
    pub fn later(&self, times: f64) -> Self {
        Self { x: self.x * times, ..*self }
    }
}

/// Two rates at one look.
///
/// Every difference is tested with the variance that it implies, so that the few returns of a small arm do not pretend a small error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    treated: Count,
    held: Count,
    boundary: Boundary,
}

impl Rates {
    /// # Errors
    /// Before [`FEWEST_RETURNS`] in each arm there is no interval.
    pub fn new(treated: Count, held: Count, planned: &Planned) -> Result<Self, Why> {
        let boundary = planned.at(treated.n, held.n).ok_or(Why::NobodyRipe)?;
        enough(treated.k, held.k)?;
        Ok(Self { treated, held, boundary })
    }

    /// For outcomes that are rare in both arms, such as opt-outs.
    ///
    /// # Errors
    /// There is no interval before the smaller arm had [`FEWEST_RETURNS`] if both were alike: a rule that does not look at which it was.
    pub fn rare(treated: Count, held: Count, planned: &Planned) -> Result<Self, Why> {
        let boundary = planned.at(treated.n, held.n).ok_or(Why::NobodyRipe)?;
        let share = treated.n.min(held.n) as f64 / (treated.n + held.n) as f64;
        let missing = libm::ceil(FEWEST_RETURNS as f64 - share * (treated.k + held.k) as f64) as i64;
        if missing > 0 {
            return Err(Why::FewReturns { treated: missing, held: missing });
        }
        Ok(Self { treated, held, boundary })
    }

    /// Treated less held out.
    pub fn value(&self) -> f64 {
        self.treated.rate() - self.held.rate()
    }

    pub fn boundary(&self) -> Boundary {
        self.boundary
    }

    pub fn holds(&self, delta: f64) -> bool {
        score(self.treated, self.held, delta).abs() <= self.boundary.errors()
    }

    pub fn interval(&self) -> Interval {
        miettinen_nurminen(self.treated, self.held, self.boundary.errors())
    }

    /// One as a multiple of the other, by the same boundary; none where it has no end.
    pub fn relative(&self) -> Option<Interval> {
        relative(self.treated, self.held, self.boundary.errors())
    }

    /// The same rates with so many times as many units.
    pub fn later(&self, times: f64) -> Self {
        let more = |count: i64| libm::round(count as f64 * times).min(9e15) as i64;
        let later = |count: Count| Count::new(more(count.n), more(count.k));
        Self { treated: later(self.treated), held: later(self.held), boundary: self.boundary.later(times) }
    }

    /// Against equal rates.
    pub fn e_value(&self) -> f64 {
        self.boundary.e_value(score(self.treated, self.held, 0.0))
    }
}

/// The least number of times as many units as there are with which `enough` holds, to a thousandth, from 1 to 1,000; none where it then
/// does not.
pub fn times_needed(enough: impl Fn(f64) -> bool) -> Option<f64> {
    const MOST: f64 = 1_000.0;
    if !enough(MOST) {
        return None;
    }
    let (mut few, mut many) = (0.0, libm::log(MOST));
    for _ in 0..13 {
        let between = 0.5 * (few + many);
        if enough(libm::exp(between)) { many = between } else { few = between }
    }
    Some(libm::exp(many))
}

/// Counts of fewer returns than that do not behave as the boundary supposes.
fn enough(treated: i64, held: i64) -> Result<(), Why> {
    let missing = |k: i64| (FEWEST_RETURNS - k).max(0);
    match (missing(treated), missing(held)) {
        (0, 0) => Ok(()),
        (treated, held) => Err(Why::FewReturns { treated, held }),
    }
}

/// A difference of two means y − θx, treated less held out, whose error depends on which difference is supposed.
///
/// Few of the assigned return, so that a mean is small where few returned by chance, and its variance with it: an interval from each
/// arm's own variance misses on that side. Amounts are as uncertain as rates: a mean m has the variance φm − m² with φ = Σy²/Σy over both
/// arms, that of a rate m/φ (where every amount is the same, exactly). So a supposed difference is tested with the variance under it, as
/// [`score`] does for rates. Where a mean is not positive, each arm's own variance is all there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    treated: (f64, f64),
    held: (f64, f64),
    /// φ, and the share of the variance that θx leaves.
    scale: f64,
    left: f64,
    error: f64,
}

impl Difference {
    /// None with fewer than two units in an arm, or where no outcome is other than 0.
    pub fn new(treated: &Moments, held: &Moments, theta: f64) -> Option<Self> {
        if treated.n < 2 || held.n < 2 || treated.yy + held.yy <= 0.0 {
            return None;
        }
        let (n, m) = (treated.n as f64, held.n as f64);
        let mean_x = (treated.x as f64 + held.x as f64) / (n + m);
        let mean = |arm: &Moments| arm.mean() - theta * (arm.mean_x() - mean_x);
        let spread = |of: &dyn Fn(&Moments) -> f64| of(treated) * (n - 1.0) + of(held) * (m - 1.0);
        let (all, left) = (spread(&Moments::variance), spread(&|arm| arm.variance_less(theta)));
        let variance = treated.variance_less(theta) / n + held.variance_less(theta) / m;
        Some(Self {
            treated: (n, mean(treated)),
            held: (m, mean(held)),
            scale: (treated.yy + held.yy) / (treated.y as f64 + held.y as f64),
            left: if all > 0.0 { left / all } else { 1.0 },
            error: libm::sqrt(variance),
        })
    }

    pub fn value(&self) -> f64 {
        self.treated.1 - self.held.1
    }

    /// From each arm's own variance.
    pub fn error(&self) -> f64 {
        self.error
    }

    /// Returns of one and the same amount in the arm with fewer of them that would tell as much as those that there were.
    pub fn effective(&self) -> f64 {
        let of = |(n, mean): (f64, f64)| n * mean / self.scale;
        of(self.treated).min(of(self.held))
    }

    /// As many as there would be in the smaller arm if both returned alike, which says nothing of their difference.
    pub fn effective_blinded(&self) -> f64 {
        let ((n, one), (m, other)) = (self.treated, self.held);
        (n * one + m * other) / (n + m) * n.min(m) / self.scale
    }

    /// How many standard errors the difference lies above `delta`.
    pub fn score(&self, delta: f64) -> f64 {
        let ((n, one), (m, other)) = (self.treated, self.held);
        let away = one - other - delta;
        let rates = (one / self.scale, other / self.scale);
        if ![rates.0, rates.1].iter().all(|rate| *rate > 0.0 && *rate < 1.0) {
            return errors(away, self.error * self.error);
        }
        let supposed = (delta / self.scale).clamp(-1.0, 1.0);
        let variance = variance_under((n, rates.0), (m, rates.1), supposed) * self.left;
        errors(away / self.scale.abs(), variance)
    }

    /// For who looks once, at an end that was fixed beforehand; none where [`Self::effective_blinded`] returns are fewer than
    /// [`FEWEST_EFFECTIVE`]. `z`: the quantile, 1.96 for 95 %.
    pub fn once(&self, z: f64) -> Option<Interval> {
        (self.effective_blinded() >= FEWEST_EFFECTIVE).then(|| self.interval(z))
    }

    /// All differences at most `errors` standard errors away.
    pub fn interval(&self, errors: f64) -> Interval {
        let far = (20.0 * errors * self.error).max(1e-9);
        within(self.value(), (self.value() - far, self.value() + far), |delta| self.score(delta).abs() <= errors)
    }
}

/// Two means at one look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Means {
    difference: Difference,
    boundary: Boundary,
}

impl Means {
    /// `returned`: how many of the treated and of the held-out have an outcome other than 0.
    ///
    /// # Errors
    /// Before [`FEWEST_RETURNS`] and [`FEWEST_EFFECTIVE`] in each arm there is no interval.
    pub fn new(treated: &Moments, held: &Moments, returned: (i64, i64), theta: f64, planned: &Planned) -> Result<Self, Why> {
        let boundary = planned.at(treated.n, held.n).ok_or(Why::NobodyRipe)?;
        enough(returned.0, returned.1)?;
        let difference = Difference::new(treated, held, theta).ok_or(Why::UnequalAmounts)?;
        if difference.effective() < FEWEST_EFFECTIVE {
            return Err(Why::UnequalAmounts);
        }
        Ok(Self { difference, boundary })
    }

    pub fn value(&self) -> f64 {
        self.difference.value()
    }

    pub fn boundary(&self) -> Boundary {
        self.boundary
    }

    pub fn holds(&self, delta: f64) -> bool {
        self.difference.score(delta).abs() <= self.boundary.errors()
    }

    pub fn interval(&self) -> Interval {
        self.difference.interval(self.boundary.errors())
    }

    /// The same means with so many times as many units.
    pub fn later(&self, times: f64) -> Self {
        let Difference { treated: (n, one), held: (m, other), error, .. } = self.difference;
        let difference = Difference {
            treated: (n * times, one),
            held: (m * times, other),
            error: error / libm::sqrt(times),
            ..self.difference
        };
        Self { difference, boundary: self.boundary.later(times) }
    }

    /// Against equal means.
    pub fn e_value(&self) -> f64 {
        self.e_value_at(0.0)
    }

    /// Against this difference.
    pub fn e_value_at(&self, delta: f64) -> f64 {
        self.boundary.e_value(self.difference.score(delta))
    }
}

#[cfg(test)]
mod tests;

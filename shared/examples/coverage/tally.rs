//! How often the intervals of simulated campaigns held what was true.

use super::worlds::{HELD, Look, Sums, World, looks};
use super::{Difference, Interval, Means, Moments, Planned, Rates, Z, once, relative, theta};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Rate,
    /// One rate over the other.
    Ratio,
    /// Margin per assigned, cut at the limit.
    Limited,
    /// As it is.
    Margin,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Rate, Self::Ratio, Self::Limited, Self::Margin];
}

/// Counts over runs of one world.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub runs: usize,
    /// Runs in which some look's interval missed the truth of that look.
    pub missed: usize,
    /// Runs in which some look's interval excluded no difference.
    pub alarmed: usize,
    /// Runs in which no look had an interval.
    pub silent: usize,
    /// Runs that had an ordinary interval at the end, and of them those in which it held the truth.
    pub closed: usize,
    pub held: usize,
    /// Widths at the end over those of the ordinary interval.
    pub widths: Vec<f64>,
}

impl Tally {
    pub fn median_width(&self) -> Option<f64> {
        let mut widths = self.widths.clone();
        widths.sort_by(f64::total_cmp);
        widths.get(widths.len() / 2).copied()
    }
}

/// One tally for each of [`Outcome::ALL`].
pub fn judge(world: &World, runs: usize, seed: u64) -> [Tally; 4] {
    let mut tallies = Outcome::ALL.map(|_| Tally::default());
    let held = libm::round(world.people as f64 * HELD) as i64;
    let planned = Planned { treated: world.people as i64 - held, held, alpha: 0.05 };
    for run in 0..runs {
        let looks = looks(world, seed.wrapping_add(run as u64));
        for (tally, outcome) in tallies.iter_mut().zip(Outcome::ALL) {
            judge_run(tally, &looks, outcome, &planned);
        }
    }
    tallies
}

fn judge_run(tally: &mut Tally, looks: &[Look], outcome: Outcome, planned: &Planned) {
    let (mut told, mut missed, mut alarmed) = (false, false, false);
    for look in looks {
        let Some(at) = At::new(look, outcome, planned) else { continue };
        told = true;
        missed |= !at.holds(truth(look, outcome));
        alarmed |= !at.holds(if outcome == Outcome::Ratio { 1.0 } else { 0.0 });
    }
    tally.runs += 1;
    tally.missed += usize::from(missed);
    tally.alarmed += usize::from(alarmed);
    tally.silent += usize::from(!told);
    let Some(last) = looks.last() else { return };
    if let Some(ordinary) = ordinary(last, outcome) {
        tally.closed += 1;
        tally.held += usize::from(ordinary.holds(truth(last, outcome)));
        tally.widths.extend(At::new(last, outcome, planned).map(|at| at.interval().width() / ordinary.width()));
    }
}

fn truth(look: &Look, outcome: Outcome) -> f64 {
    match outcome {
        Outcome::Rate => look.rate,
        Outcome::Ratio => look.ratio,
        Outcome::Limited => look.limited,
        Outcome::Margin => look.margin,
    }
}

fn moments(sums: &Sums, outcome: Outcome) -> Moments {
    if outcome == Outcome::Limited { sums.limited } else { sums.margin }
}

/// The sequence at one look.
enum At {
    Rates(Rates),
    Ratio(Interval),
    Means(Means),
}

impl At {
    fn new(look: &Look, outcome: Outcome, planned: &Planned) -> Option<Self> {
        let (treated, held) = (look.treated.count(), look.held.count());
        if matches!(outcome, Outcome::Rate | Outcome::Ratio) {
            let rates = Rates::new(treated, held, planned).ok()?;
            return if outcome == Outcome::Rate { Some(Self::Rates(rates)) } else { rates.relative().map(Self::Ratio) };
        }
        let arms = [moments(&look.treated, outcome), moments(&look.held, outcome)];
        Means::new(&arms[0], &arms[1], (treated.k, held.k), theta(&arms), planned).ok().map(Self::Means)
    }

    fn holds(&self, value: f64) -> bool {
        match self {
            Self::Rates(rates) => rates.holds(value),
            Self::Ratio(interval) => interval.holds(value),
            Self::Means(means) => means.holds(value),
        }
    }

    fn interval(&self) -> Interval {
        match self {
            Self::Rates(rates) => rates.interval(),
            Self::Ratio(interval) => *interval,
            Self::Means(means) => means.interval(),
        }
    }
}

/// The interval for who looks once, at the end.
fn ordinary(look: &Look, outcome: Outcome) -> Option<Interval> {
    let (treated, held) = (look.treated.count(), look.held.count());
    let rates = once(treated, held, Z);
    match outcome {
        Outcome::Rate => rates,
        Outcome::Ratio => rates.and_then(|_| relative(treated, held, Z)),
        Outcome::Limited | Outcome::Margin => {
            let arms = [moments(&look.treated, outcome), moments(&look.held, outcome)];
            Difference::new(&arms[0], &arms[1], theta(&arms))?.once(Z)
        }
    }
}

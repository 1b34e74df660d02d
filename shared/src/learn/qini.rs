//! How well predicted effects rank people: the Qini curve of a randomised experiment.
//!
//! Nobody's own effect is ever seen; what can be seen is that those ranked first answer more to contact than those ranked last.

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// One arm and its control in falling order of the predicted effect. People of equal prediction stand on one step, since a tie
/// leaves their order open.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    people: Vec<Person>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Person {
    row: usize,
    effect: f64,
    treated: bool,
    outcome: f64,
    /// The last of those with the same prediction.
    ends: bool,
}

/// A point of the Qini curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The share of all people who are targeted.
    pub share: f64,
    /// What contact of those adds, per person of the whole group.
    pub gain: f64,
}

/// People between two shares of a ranking.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    pub treated: usize,
    pub control: usize,
    /// The mean prediction.
    pub predicted: f64,
    /// The difference of the arms' mean outcomes, with its bootstrap interval; `None` where an arm is empty.
    pub uplift: Option<Interval>,
}

/// A figure with the spread of its resamples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub value: f64,
    pub standard_error: f64,
    pub low: f64,
    pub high: f64,
}

/// How often each row comes in each resample (Efron 1979): drawn once, so that learners are compared on the same resamples.
#[derive(Debug, Clone, PartialEq)]
pub struct Resamples {
    counts: Vec<Vec<u8>>,
}

impl Ranking {
    /// `None` for lists of different length, numbers that are not finite, or where the arm or its control is empty.
    pub fn new(effects: &[f64], treated: &[bool], outcomes: &[f64]) -> Option<Self> {
        if treated.len() != effects.len() || outcomes.len() != effects.len() {
            return None;
        }
        let people = effects.iter().zip(treated).zip(outcomes).enumerate();
        Self::of(people.map(|(row, ((effect, treated), outcome))| (row, *effect, *treated, *outcome)))
    }

    /// Of some rows only: (row, effect, treated, outcome).
    pub(super) fn of(rows: impl Iterator<Item = (usize, f64, bool, f64)>) -> Option<Self> {
        let mut people: Vec<Person> =
            rows.map(|(row, effect, treated, outcome)| Person { row, effect, treated, outcome, ends: true }).collect();
        let told = people.iter().all(|person| person.effect.is_finite() && person.outcome.is_finite());
        let both = people.iter().any(|person| person.treated) && people.iter().any(|person| !person.treated);
        if !(told && both) {
            return None;
        }
        people.sort_by(|a, b| b.effect.total_cmp(&a.effect).then(a.row.cmp(&b.row)));
        let mut below = None;
        for person in people.iter_mut().rev() {
            person.ends = below != Some(person.effect);
            below = Some(person.effect);
        }
        Some(Self { people })
    }

    /// Q(k) = (Y₁ − Y₀ N₁ / N₀) / N over those ranked first (Radcliffe 2007, Using control groups to target on predicted lift),
    /// from nobody to everybody.
    pub fn curve(&self) -> Vec<Point> {
        let n = self.people.len() as f64;
        let mut points = vec![Point { share: 0.0, gain: 0.0 }];
        self.walk(|_| 1.0, |sums| points.push(Point { share: sums.all / n, gain: sums.gain() / n }));
        points
    }

    /// The area between the curve and the straight line of a random order, per person: 0 where the order tells nothing.
    pub fn qini(&self) -> f64 {
        self.area(|_| 1.0, true)
    }

    /// The area under the curve, which also holds what contact of everybody adds.
    pub fn auuc(&self) -> f64 {
        self.area(|_| 1.0, false)
    }

    /// [`Self::qini`] in each resample.
    pub fn resampled(&self, resamples: &Resamples) -> Vec<f64> {
        resamples.counts.iter().map(|counts| self.area(|row| times(counts, row), true)).collect()
    }

    /// Equal parts of the ranking from the most to the least promising.
    pub fn bands(&self, parts: usize, resamples: &Resamples) -> Vec<Band> {
        let parts = parts.clamp(1, self.people.len().max(1));
        let edge = |part: usize| part * self.people.len() / parts;
        let cut = (0..parts).map(|part| self.people.get(edge(part)..edge(part + 1)).unwrap_or_default());
        cut.map(|people| band(people, resamples)).collect()
    }

    fn area(&self, weight: impl Fn(usize) -> f64, above_chord: bool) -> f64 {
        let (mut area, mut before, mut end) = (0.0, (0.0, 0.0), (0.0, 0.0));
        self.walk(weight, |sums| {
            let at = (sums.all, sums.gain());
            area += 0.5 * (before.1 + at.1) * (at.0 - before.0);
            before = at;
            end = at;
        });
        let (n, gain) = end;
        if n <= 0.0 {
            return 0.0;
        }
        area / (n * n) - if above_chord { 0.5 * gain / n } else { 0.0 }
    }

    /// Calls `step` with the sums at the end of each step of the ranking.
    fn walk(&self, weight: impl Fn(usize) -> f64, mut step: impl FnMut(&Sums)) {
        let mut sums = Sums::default();
        for person in &self.people {
            sums.add(person, weight(person.row));
            if person.ends {
                step(&sums);
            }
        }
    }
}

impl Resamples {
    pub fn new(rows: usize, replicates: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let draw = |_| {
            let mut counts = vec![0_u8; rows];
            for _ in 0..rows {
                if let Some(count) = counts.get_mut(random.below(rows)) {
                    *count = count.saturating_add(1);
                }
            }
            counts
        };
        Self { counts: (0..replicates).map(draw).collect() }
    }
}

impl Interval {
    /// The 95 % percentile interval; all equal to the value where there are no resamples.
    pub fn of(value: f64, resampled: &[f64]) -> Self {
        let mut sorted: Vec<f64> = resampled.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = share * sorted.len().saturating_sub(1) as f64;
            let (low, part) = (place as usize, place - libm::floor(place));
            let below = sorted.get(low).copied().unwrap_or(value);
            below + part * (sorted.get(low + 1).copied().unwrap_or(below) - below)
        };
        Self { value, standard_error: spread(&sorted), low: at(0.025), high: at(0.975) }
    }
}

/// The standard deviation of resampled figures; 0 for fewer than two.
pub(super) fn spread(resampled: &[f64]) -> f64 {
    let n = resampled.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let mean = resampled.iter().sum::<f64>() / n;
    libm::sqrt(resampled.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0))
}

/// [`Ranking::qini`] of lists.
pub fn qini(effects: &[f64], treated: &[bool], outcomes: &[f64]) -> Option<f64> {
    Ranking::new(effects, treated, outcomes).map(|ranking| ranking.qini())
}

/// [`Ranking::auuc`] of lists.
pub fn auuc(effects: &[f64], treated: &[bool], outcomes: &[f64]) -> Option<f64> {
    Ranking::new(effects, treated, outcomes).map(|ranking| ranking.auuc())
}

#[derive(Debug, Default)]
struct Sums {
    all: f64,
    treated: (f64, f64),
    control: (f64, f64),
}

impl Sums {
    fn add(&mut self, person: &Person, weight: f64) {
        let (count, sum) = if person.treated { &mut self.treated } else { &mut self.control };
        *count += weight;
        *sum += weight * person.outcome;
        self.all += weight;
    }

    fn gain(&self) -> f64 {
        let (n_0, y_0) = self.control;
        self.treated.1 - if n_0 > 0.0 { y_0 * self.treated.0 / n_0 } else { 0.0 }
    }

    fn difference(&self) -> Option<f64> {
        let ((n_1, y_1), (n_0, y_0)) = (self.treated, self.control);
        (n_1 > 0.0 && n_0 > 0.0).then(|| y_1 / n_1 - y_0 / n_0)
    }
}

fn band(people: &[Person], resamples: &Resamples) -> Band {
    let sums = |weight: &dyn Fn(usize) -> f64| {
        let mut sums = Sums::default();
        people.iter().for_each(|person| sums.add(person, weight(person.row)));
        sums
    };
    let treated = people.iter().filter(|person| person.treated).count();
    let uplift = sums(&|_| 1.0).difference().map(|value| {
        let again: Vec<f64> = resamples.counts.iter().filter_map(|counts| sums(&|row| times(counts, row)).difference()).collect();
        Interval::of(value, &again)
    });
    let predicted = people.iter().map(|person| person.effect).sum::<f64>() / people.len().max(1) as f64;
    Band { treated, control: people.len() - treated, predicted, uplift }
}

fn times(counts: &[u8], row: usize) -> f64 {
    counts.get(row).copied().map_or(0.0, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand: gains 1, 1 − 0 · 1/1, 2 − 0 · 2/1, 2 − 1 · 2/2 over four people.
    #[test]
    fn the_area_of_four_people_is_that_worked_by_hand() {
        let ranking = Ranking::new(&[0.4, 0.3, 0.2, 0.1], &[true, false, true, false], &[1.0, 0.0, 1.0, 1.0]).expect("two arms");
        let gains: Vec<f64> = ranking.curve().iter().map(|point| point.gain).collect();
        assert_eq!(gains, [0.0, 0.25, 0.25, 0.5, 0.25]);
        assert!((ranking.auuc() - (0.125 + 0.25 + 0.375 + 0.375) / 4.0).abs() < 1e-15);
        assert!((ranking.qini() - (ranking.auuc() - 0.125)).abs() < 1e-15);
    }

    #[test]
    fn equal_predictions_rank_nobody() {
        let treated = [true, false, true, false, true];
        assert_eq!(qini(&[0.1; 5], &treated, &[1.0, 1.0, 0.0, 0.0, 1.0]), Some(0.0));
    }

    #[test]
    fn what_cannot_be_ranked_is_none() {
        assert_eq!(qini(&[], &[], &[]), None);
        assert_eq!(qini(&[0.1, 0.2], &[true, true], &[1.0, 0.0]), None);
        assert_eq!(qini(&[f64::NAN, 0.2], &[true, false], &[1.0, 0.0]), None);
        assert_eq!(qini(&[0.1], &[true, false], &[1.0, 0.0]), None);
    }

    #[test]
    fn resamples_surround_the_figure_and_repeat_by_seed() {
        let mut random = Random::new(3);
        let rows = 2_000;
        let effects: Vec<f64> = (0..rows).map(|_| random.unit()).collect();
        let treated: Vec<bool> = (0..rows).map(|_| random.unit() < 0.5).collect();
        let lifted = |(effect, treated): (&f64, &bool)| {
            f64::from(u8::from(random.unit() < 0.2 + if *treated { 0.4 * effect } else { 0.0 }))
        };
        let outcomes: Vec<f64> = effects.iter().zip(&treated).map(lifted).collect();
        let ranking = Ranking::new(&effects, &treated, &outcomes).expect("two arms");
        let resamples = Resamples::new(rows, 200, 9);
        let interval = Interval::of(ranking.qini(), &ranking.resampled(&resamples));
        assert!(interval.low < interval.value && interval.value < interval.high, "{interval:?}");
        assert!(interval.low > 0.0 && interval.standard_error > 1e-3, "{interval:?}");
        assert_eq!(ranking.resampled(&resamples), ranking.resampled(&Resamples::new(rows, 200, 9)));
        let bands = ranking.bands(10, &resamples);
        let uplift = |band: &Band| band.uplift.map_or(f64::NAN, |uplift| uplift.value);
        assert_eq!(bands.iter().map(|band| band.treated + band.control).sum::<usize>(), rows);
        assert!(bands.first().map(uplift) > bands.last().map(uplift));
    }
}

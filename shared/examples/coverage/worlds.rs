//! Simulated campaigns in which the truth is known, kept as the sums of each day's look.

use super::{Count, Moments, Random, limited};

/// Days on which people enter.
pub const ENTRY: usize = 120;
/// Days after the entry within which a return counts.
pub const WINDOW: usize = 30;
/// Last day on which anything changes: the last window closed, then delays and refunds.
pub const LAST: usize = ENTRY + WINDOW + 30;
/// Share held out.
pub const HELD: f64 = 0.1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As many enter each day, and nothing changes after the window.
    Plain,
    /// Half enter in the first two weeks, rates move with the season, a fifth of the orders arrive days late, one in twelve is refunded
    /// within three weeks, and amounts have heavy tails.
    Staggered,
    /// A bandit chooses among three arms within the treated, of which the best changes half-way.
    Bandit,
}

#[derive(Debug, Clone, Copy)]
pub struct World {
    pub people: usize,
    pub base: f64,
    pub effect: f64,
    pub kind: Kind,
}

/// Sums of one arm.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    pub returned: i64,
    pub margin: Moments,
    pub limited: Moments,
}

/// What a report could read on one day, and what is true of the people in it: means over them of what treating changes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    pub treated: Sums,
    pub held: Sums,
    pub rate: f64,
    /// The treated's rate over the held-out's.
    pub ratio: f64,
    pub margin: f64,
    pub limited: f64,
}

impl Sums {
    pub fn count(&self) -> Count {
        Count::new(self.margin.n, self.returned)
    }

    fn add(&mut self, other: &Self) {
        self.returned += other.returned;
        self.margin += other.margin;
        self.limited += other.limited;
    }
}

/// Margin of a return, in minor units: log-normal about its median, larger for those who were worth more before.
#[derive(Debug, Clone, Copy)]
struct Amounts {
    sigma: f64,
    limit: i64,
}

const MEDIAN: f64 = 1_500.0;
/// Worth before the entry has this many equally frequent levels; chances rise with it in proportion, amounts with its root.
const LEVELS: usize = 8;
const REFUNDED: f64 = 1.0 / 12.0;

impl Amounts {
    fn of(kind: Kind) -> Self {
        let sigma = if kind == Kind::Staggered { 1.3 } else { 1.0 };
        // The 99 % quantile of what was paid before.
        Self { sigma, limit: (MEDIAN * libm::exp(2.326 * sigma)) as i64 }
    }

    /// Means over people of the amount as such and cut at the limit, for a chance of 1 at the middle level.
    fn means(&self) -> (f64, f64) {
        let below = |z: f64| 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2);
        let (mut plain, mut cut) = (0.0, 0.0);
        for level in 0..LEVELS {
            let worth = worth(level);
            let median = MEDIAN * libm::sqrt(worth);
            let mean = median * libm::exp(0.5 * self.sigma * self.sigma);
            let limit = self.limit as f64;
            let z = libm::log(limit / median) / self.sigma;
            plain += worth * mean / LEVELS as f64;
            cut += worth * (mean * below(z - self.sigma) + limit * below(-z)) / LEVELS as f64;
        }
        (plain, cut)
    }
}

fn worth(level: usize) -> f64 {
    (level + 1) as f64 / (0.5 * (LEVELS + 1) as f64)
}

/// The three arms of the bandit, as parts of the effect; which is best changes half-way.
fn arms(day: usize) -> [f64; 3] {
    if day < ENTRY / 2 { [0.4, 1.0, 1.6] } else { [1.6, 1.0, 0.4] }
}

/// One look a day from the first on which somebody is ripe.
pub fn looks(world: &World, seed: u64) -> Vec<Look> {
    let mut random = Random::new(seed);
    let entries = entries(world, &mut random);
    let amounts = Amounts::of(world.kind);
    let (mean, mean_limited) = amounts.means();
    let net = if world.kind == Kind::Staggered { 1.0 - REFUNDED } else { 1.0 };
    let mut days = vec![(Sums::default(), Sums::default()); LAST + 1];
    let mut effects = vec![(0_usize, 0.0, 0.0); LAST + 1];
    let mut seen = [(1.0, 19.0); 3];
    let mut ripening: Vec<[(f64, f64); 3]> = Vec::new();
    for (day, people) in entries.into_iter().enumerate() {
        if let Some(ripe) = day.checked_sub(WINDOW).and_then(|ripe| ripening.get(ripe)) {
            for (seen, ripe) in seen.iter_mut().zip(ripe) {
                *seen = (seen.0 + ripe.0, seen.1 + ripe.1);
            }
        }
        let shares = shares(world.kind, &seen, &mut random);
        let base = world.base * season(world.kind, day);
        let arms = if world.kind == Kind::Bandit { arms(day) } else { [1.0; 3] };
        let effect = world.effect * arms.iter().zip(shares).map(|(arm, share)| arm * share).sum::<f64>();
        let mut today = [(0.0, 0.0); 3];
        for _ in 0..people {
            let level = random.below(LEVELS);
            let held = random.unit() < HELD;
            let arm = if held { 0 } else { pick(&shares, &mut random) };
            let lift = if held { 0.0 } else { world.effect * arms.get(arm).copied().unwrap_or(0.0) };
            let back = random.unit() < (base + lift) * worth(level);
            if let Some(arm) = today.get_mut(arm).filter(|_| !held) {
                *arm = if back { (arm.0 + 1.0, arm.1) } else { (arm.0, arm.1 + 1.0) };
            }
            enter(&mut days, day, held, level, back, world.kind, &amounts, &mut random);
        }
        ripening.push(today);
        if let Some(day) = effects.get_mut(day + WINDOW) {
            *day = (people, effect * net, base * net);
        }
    }
    let (mut treated, mut held) = (Sums::default(), Sums::default());
    let (mut ripe, mut effect, mut base) = (0, 0.0, 0.0);
    let mut looks = Vec::with_capacity(LAST);
    for ((more_treated, more_held), (people, of_day, base_of_day)) in days.iter().zip(effects) {
        treated.add(more_treated);
        held.add(more_held);
        ripe += people;
        effect += of_day * people as f64;
        base += base_of_day * people as f64;
        let rate = if ripe > 0 { effect / ripe as f64 } else { 0.0 };
        let ratio = if base > 0.0 { 1.0 + effect / base } else { 1.0 };
        looks.push(Look { treated, held, rate, ratio, margin: rate * mean, limited: rate * mean_limited });
    }
    looks.split_off(WINDOW)
}

fn season(kind: Kind, day: usize) -> f64 {
    if kind == Kind::Plain { 1.0 } else { 1.0 + 0.3 * libm::sin(std::f64::consts::TAU * day as f64 / ENTRY as f64) }
}

/// People by the day of their entry.
fn entries(world: &World, random: &mut Random) -> Vec<usize> {
    let mut entries = vec![0; ENTRY];
    for person in 0..world.people {
        let early = world.kind == Kind::Staggered && person.is_multiple_of(2);
        let day = random.below(if early { 14 } else { ENTRY });
        entries.get_mut(day).into_iter().for_each(|people| *people += 1);
    }
    entries
}

/// Thompson's shares of today, from draws, with a floor.
fn shares(kind: Kind, seen: &[(f64, f64); 3], random: &mut Random) -> [f64; 3] {
    if kind != Kind::Bandit {
        return [1.0 / 3.0; 3];
    }
    let mut wins = [1.0_f64; 3];
    for _ in 0..60 {
        let drawn = seen.map(|(back, away)| random.beta(back, away));
        let best = drawn.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1)).map_or(0, |best| best.0);
        wins.get_mut(best).into_iter().for_each(|wins| *wins += 1.0);
    }
    wins.map(|wins| wins / 63.0)
}

fn pick(shares: &[f64; 3], random: &mut Random) -> usize {
    let drawn = random.unit();
    let mut below = 0.0;
    shares
        .iter()
        .position(|share| {
            below += share;
            drawn < below
        })
        .unwrap_or(2)
}

/// One person's part of each day's sums.
#[allow(clippy::too_many_arguments, reason = "a row of the simulation")]
fn enter(
    days: &mut [(Sums, Sums)],
    day: usize,
    held: bool,
    level: usize,
    back: bool,
    kind: Kind,
    amounts: &Amounts,
    random: &mut Random,
) {
    let x = (level as i64 + 1) * 1_000;
    let ripe = day + WINDOW;
    let mut put = |day: usize, sums: Sums| {
        if let Some(day) = days.get_mut(day) {
            if held { day.1.add(&sums) } else { day.0.add(&sums) }
        }
    };
    let none = Moments::of(0, x);
    put(ripe, Sums { returned: 0, margin: none, limited: none });
    if !back {
        return;
    }
    let y = (MEDIAN * libm::sqrt(worth(level)) * libm::exp(amounts.sigma * random.normal())) as i64;
    let more = Sums { returned: 1, margin: Moments::of(y, x) - none, limited: Moments::of(limited(y, amounts.limit), x) - none };
    let (mut known, mut refunded) = (ripe, None);
    if kind == Kind::Staggered {
        let ordered = day + random.below(WINDOW);
        let late = if random.unit() < 0.2 { 1 + random.below(7) } else { 0 };
        known = ripe.max(ordered + late);
        refunded = (random.unit() < REFUNDED).then(|| ordered + 1 + random.below(21));
    }
    if refunded.is_some_and(|refunded| refunded <= known) {
        return;
    }
    put(known, more);
    if let Some(refunded) = refunded {
        let less = Sums { returned: -1, margin: Moments::default() - more.margin, limited: Moments::default() - more.limited };
        put(refunded, less);
    }
}

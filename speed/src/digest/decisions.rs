//! Whom to contact and how: uplift, policies, bandits; and how long people stay.

use shared::learn::bandit::{Bandit, Choose, FLOOR, Linear, Prior, Told as Context, context_gain, regret};
use shared::learn::ope::{Decision, estimates};
use shared::learn::qini::{Ranking, Resamples};
use shared::learn::{Propensities, Trial, UpliftSettings, fit_uplift};
use shared::measure::{Cox, Curve, Lifetime, cohort::cohorts, log_rank};
use shared::random::Random;
use shared::time::Day;

use super::rows::drawn;
use super::{Told, said};

pub(super) fn uplift(told: &mut Told) -> Result<(), String> {
    let mut random = Random::new(31);
    let x = drawn(480, 4, &mut random);
    let arm: Vec<usize> = (0..x.rows()).map(|_| random.below(3)).collect();
    let outcome: Vec<f64> = arm
        .iter()
        .enumerate()
        .map(|(row, arm)| 0.3 * x.at(row, 1) + if *arm == 2 { x.at(row, 2).max(0.0) } else { 0.1 } + random.normal())
        .collect();
    let mut settings = UpliftSettings { folds: 3, resamples: 40, cost: 0.05, ..UpliftSettings::default() };
    settings.family.boost.rounds = 12;
    for propensities in [Propensities::shares(&arm, 3), Propensities::estimated(&x, &arm, 3).map_err(said)?] {
        let trial = Trial { x: &x, arm: &arm, outcome: &outcome, propensities: &propensities };
        let personal = fit_uplift(&trial, &settings).map_err(said)?;
        told.json(&personal)?;
        personal.effects(&x).iter().chain(&personal.expected(&x)).for_each(|effects| told.numbers(effects));
        told.json(&(personal.personal(&x), personal.deployed(&x)))?;
    }
    Ok(())
}

pub(super) fn values(told: &mut Told) -> Result<(), String> {
    let mut random = Random::new(32);
    let log: Vec<Decision> = (0..500)
        .map(|_| Decision {
            reward: random.gamma(0.8),
            propensity: 0.05 + 0.9 * random.unit(),
            target: random.unit(),
            expected_taken: random.unit(),
            expected_target: random.unit(),
        })
        .collect();
    told.json(&estimates(&log).map_err(said)?)?;
    let effects: Vec<f64> = log.iter().map(|decision| libm::floor(decision.target * 40.0)).collect();
    let treated: Vec<bool> = log.iter().map(|decision| decision.propensity > 0.5).collect();
    let outcomes: Vec<f64> = log.iter().map(|decision| decision.reward).collect();
    let ranking = Ranking::new(&effects, &treated, &outcomes).ok_or("nothing to rank")?;
    let resamples = Resamples::new(log.len(), 50, 3);
    told.numbers(&[ranking.qini(), ranking.auuc()]);
    told.numbers(&ranking.resampled(&resamples));
    told.json(&(ranking.curve(), ranking.bands(10, &resamples)))
}

pub(super) fn bandits(told: &mut Told) -> Result<(), String> {
    let mut random = Random::new(33);
    for (prior, most) in [(Prior::FLAT, 1.0), (Prior::amount(5.0, 3.0), 20.0)] {
        let mut bandit = Bandit::new(4, prior).and_then(|bandit| bandit.discounted(0.99)).map_err(said)?;
        for seed in 0..60 {
            let choice = bandit.choose(&[0, 1, 3], FLOOR, seed).map_err(said)?;
            let reward = if most > 1.0 { random.gamma(2.0) } else { f64::from(u8::from(random.unit() < 0.3)) };
            bandit.learn(choice.arm, reward).map_err(said)?;
            told.json(&choice)?;
        }
        told.json(&bandit)?;
    }
    // So many arms are counted by draws.
    told.json(&Bandit::new(70, Prior::FLAT).and_then(|many| many.choose(&[1, 5, 60], 0.0, 9)).map_err(said)?)?;
    let many: Vec<usize> = (0..70).collect();
    told.json(&Bandit::new(70, Prior::FLAT).and_then(|bandit| bandit.choose(&many, 0.01, 9)).map_err(said)?)?;
    for choose in [Choose::Thompson, Choose::Discounted(0.99), Choose::Hierarchical, Choose::Gaussian] {
        let played = regret(&[0.1, 0.2, 0.15, 0.05], 200, Some(100), choose, 4).map_err(said)?;
        told.numbers(&[played.regret]);
        told.json(&played.pulls)?;
    }
    contexts(told, &mut random)
}

fn contexts(told: &mut Told, random: &mut Random) -> Result<(), String> {
    let mut linear = Linear::new(3, 2, 1.0, 1.0).map_err(said)?;
    let contexts: Vec<[f64; 2]> = (0..120).map(|_| [random.normal(), random.normal()]).collect();
    let mut log = Vec::new();
    for (context, seed) in contexts.iter().zip(0..) {
        let choice = linear.choose(context, &[0, 1, 2], FLOOR, seed).map_err(said)?;
        let reward = context.get(choice.arm).copied().unwrap_or(0.2) + random.normal();
        linear.learn(choice.arm, context, reward).map_err(said)?;
        told.json(&choice)?;
        log.push(Context { context, arm: choice.arm, reward, propensity: 1.0 / 3.0 });
    }
    told.json(&linear)?;
    told.json(&context_gain(&log, 3, 1.0, 4).map_err(said)?)
}

pub(super) fn survival(told: &mut Told) -> Result<(), String> {
    let mut random = Random::new(34);
    let mut x = shared::learn::Matrix::new(300);
    for column in 0..3 {
        x.push(format!("x{column}"), column, (0..300).map(|_| random.normal()).collect());
    }
    let lifetimes: Vec<Lifetime> = (0..300)
        .map(|row| {
            let wait = -libm::log(1.0 - random.unit()) * libm::exp(-0.6 * x.at(row, 0)) * 40.0;
            Lifetime { duration: libm::ceil(wait.min(90.0)), event: wait < 90.0 }
        })
        .collect();
    let curve = Curve::of(&lifetimes).map_err(said)?;
    told.json(&(&curve, curve.median(), curve.restricted_mean(60.0)))?;
    let groups: Vec<usize> = (0..300).map(|row| row % 3).collect();
    told.json(&log_rank(&lifetimes, &groups).map_err(said)?)?;
    told.json(&Cox::fit(&lifetimes, &x).map_err(said)?)?;
    told.json(&cohorts((0..300).map(|place| (place % 40, Day(random.below(400) as i32)))))
}

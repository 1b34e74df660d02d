//! All models of orders on one shop's data, and which of them the shop should use: judged on days that no fit has seen.

use serde::{Deserialize, Serialize};

use super::fitted::{FitError, Fitted};
use super::history::{Groups, History};
use super::{BgNbd, Kind, MbgNbd, Nbd, OrderModel, ParetoNbd, forecasts};
use crate::learn::metrics::{auc, correlation};

/// Every model by maximum likelihood on the same customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Fits {
    pub bg: Result<Fitted<BgNbd>, FitError>,
    pub mbg: Result<Fitted<MbgNbd>, FitError>,
    pub pareto: Result<Fitted<ParetoNbd>, FitError>,
    pub nbd: Result<Fitted<Nbd>, FitError>,
}

/// A customer as known on the day of a cut-off, and what came within some weeks after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldOut {
    pub history: History,
    /// Purchase days.
    pub orders: u32,
}

/// How well a model foresaw held-out customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    pub customers: u64,
    /// Of expected against actual orders.
    pub mae: f64,
    pub rmse: f64,
    /// `None` where one of them does not vary.
    pub correlation: Option<f64>,
    pub total_predicted: f64,
    pub total_actual: f64,
    /// Who orders at all, ranked by expected orders, and by P(alive); `None` where all or none do.
    pub auc_expected: Option<f64>,
    pub auc_alive: Option<f64>,
    /// Mean log loss of P(at least one order).
    pub log_loss: f64,
    /// Mean Poisson deviance of expected orders.
    pub deviance: f64,
}

/// What a comparison on held-out customers came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub kind: Kind,
    /// In a sentence.
    pub reason: String,
    pub judged: Vec<(Kind, Judged)>,
}

/// A probability is never said to be surer than this, nor fewer orders expected: one surprise must not decide everything.
const SURE: f64 = 1e-6;

/// Below so many held-out customers who ordered, the comparison is noise.
const MIN_BUYERS: usize = 20;

impl Fits {
    /// Over groups of customers with equal history and their number.
    pub fn of(groups: &[(History, f64)]) -> Self {
        let groups = Groups::of(groups);
        Self {
            bg: BgNbd::fit_groups(&groups),
            mbg: MbgNbd::fit_groups(&groups),
            pareto: ParetoNbd::fit_groups(&groups),
            nbd: super::nbd::fit(&groups),
        }
    }

    pub fn get(&self, kind: Kind) -> Result<Fitted<OrderModel>, FitError> {
        match kind {
            Kind::BgNbd => self.bg.clone().map(|fitted| fitted.map(OrderModel::BgNbd)),
            Kind::MbgNbd => self.mbg.clone().map(|fitted| fitted.map(OrderModel::MbgNbd)),
            Kind::ParetoNbd => self.pareto.clone().map(|fitted| fitted.map(OrderModel::ParetoNbd)),
            Kind::Nbd => self.nbd.clone().map(|fitted| fitted.map(OrderModel::Nbd)),
        }
    }

    /// The chosen model, where it was fitted here too; otherwise the likeliest of those whose P(alive) may be shown, and at last
    /// whatever there is.
    pub fn pick(&self, chosen: Option<Kind>) -> Option<Fitted<OrderModel>> {
        picked(chosen, |kind| self.get(kind))
    }
}

/// As [`Fits::pick`] over groups of customers with equal history and their number, without fitting what would not be taken.
pub fn pick(groups: &[(History, f64)], chosen: Option<Kind>) -> Option<Fitted<OrderModel>> {
    let groups = Groups::of(groups);
    picked(chosen, |kind| match kind {
        Kind::BgNbd => BgNbd::fit_groups(&groups).map(|fitted| fitted.map(OrderModel::BgNbd)),
        Kind::MbgNbd => MbgNbd::fit_groups(&groups).map(|fitted| fitted.map(OrderModel::MbgNbd)),
        Kind::ParetoNbd => ParetoNbd::fit_groups(&groups).map(|fitted| fitted.map(OrderModel::ParetoNbd)),
        Kind::Nbd => super::nbd::fit(&groups).map(|fitted| fitted.map(OrderModel::Nbd)),
    })
}

fn picked(chosen: Option<Kind>, get: impl Fn(Kind) -> Result<Fitted<OrderModel>, FitError>) -> Option<Fitted<OrderModel>> {
    if let Some(fitted) = chosen.and_then(|kind| get(kind).ok()) {
        return Some(fitted);
    }
    let shown = [Kind::MbgNbd, Kind::ParetoNbd].into_iter().filter_map(|kind| get(kind).ok());
    let likeliest = shown.reduce(|best, next| if next.log_likelihood > best.log_likelihood { next } else { best });
    likeliest.or_else(|| get(Kind::BgNbd).ok()).or_else(|| get(Kind::Nbd).ok())
}

/// Chooses between models that were fitted on what was known at the cut-off of `held_out`, by what came in the `weeks` after it.
///
/// A model is out if its P(an order) or its expected orders are worse than the best by more than one standard error of the
/// difference, customer by customer (the rule of Breiman et al. 1984, section 3.4.3). Of those left, the one whose P(alive) ranks
/// best who ordered: people see that figure and act on it. BG/NBD, whose P(alive) is 1 for every one-time buyer, stands in only
/// where no other model of drop-out could be fitted. `None` with fewer than
/// two models or where hardly anyone bought on the held-out days.
pub fn choose(fits: &Fits, held_out: &[HeldOut], weeks: f64) -> Option<Choice> {
    let judged: Vec<(Kind, Losses)> = [Kind::Nbd, Kind::MbgNbd, Kind::ParetoNbd, Kind::BgNbd]
        .into_iter()
        .filter_map(|kind| Some((kind, Losses::of(&fits.get(kind).ok()?.model, held_out, weeks)?)))
        .collect();
    let buyers = held_out.iter().filter(|customer| customer.orders > 0).count();
    if judged.len() < 2 || buyers < MIN_BUYERS {
        return None;
    }
    let has_better = judged.iter().any(|(kind, _)| matches!(kind, Kind::MbgNbd | Kind::ParetoNbd));
    let candidates: Vec<&(Kind, Losses)> = judged.iter().filter(|(kind, _)| !(has_better && *kind == Kind::BgNbd)).collect();
    let best = |mean: fn(&Judged) -> f64| candidates.iter().min_by(|a, b| mean(&a.1.judged).total_cmp(&mean(&b.1.judged)));
    let (likeliest, nearest) = (best(|judged| judged.log_loss)?, best(|judged| judged.deviance)?);
    let left: Vec<&&(Kind, Losses)> = candidates
        .iter()
        .filter(|(_, losses)| {
            is_as_good(&losses.log_losses, &likeliest.1.log_losses) && is_as_good(&losses.deviances, &nearest.1.deviances)
        })
        .collect();
    let rank = |losses: &Losses| losses.judged.auc_alive.unwrap_or(0.5);
    // The simplest comes first and stays unless another ranks better.
    let best_rank = left.iter().copied().reduce(|best, next| if rank(&next.1) > rank(&best.1) { next } else { best });
    let (kind, reason) = match best_rank {
        Some((kind, losses)) if left.len() > 1 => {
            let others: Vec<&str> = left.iter().filter(|(other, _)| other != kind).map(|(other, _)| other.name()).collect();
            let ranks = format!("its P(alive) ranks best who ordered (AUC {:.3})", rank(losses));
            (*kind, format!("On held-out days as good as {}; {ranks}.", others.join(" and ")))
        }
        Some((kind, _)) => (*kind, "The best on held-out days, by more than one standard error.".to_owned()),
        // Each of two is best at one of the two figures, and the other not as good.
        None => (likeliest.0, "The best at foreseeing on held-out days who orders.".to_owned()),
    };
    let judged = judged.into_iter().map(|(kind, losses)| (kind, losses.judged)).collect();
    Some(Choice { kind, reason, judged })
}

/// What a model said of held-out customers against what came; `None` without customers.
pub fn judge(model: &OrderModel, held_out: &[HeldOut], weeks: f64) -> Option<Judged> {
    Losses::of(model, held_out, weeks).map(|losses| losses.judged)
}

/// Of each customer.
struct Losses {
    judged: Judged,
    log_losses: Vec<f64>,
    deviances: Vec<f64>,
}

impl Losses {
    fn of(model: &OrderModel, held_out: &[HeldOut], weeks: f64) -> Option<Self> {
        if held_out.is_empty() {
            return None;
        }
        let n = held_out.len() as f64;
        let histories: Vec<History> = held_out.iter().map(|customer| customer.history).collect();
        let foreseen = forecasts(model, &histories, weeks);
        let expected: Vec<f64> = foreseen.iter().map(|forecast| forecast.expected_orders).collect();
        let alive: Vec<f64> = foreseen.iter().map(|forecast| forecast.p_alive).collect();
        let actual: Vec<f64> = held_out.iter().map(|customer| f64::from(customer.orders)).collect();
        let any: Vec<f64> = actual.iter().map(|orders| f64::from(u8::from(*orders > 0.0))).collect();
        let log_loss = |p_any: f64, any: f64| {
            let p = p_any.clamp(SURE, 1.0 - SURE);
            -libm::log(if any > 0.0 { p } else { 1.0 - p })
        };
        let deviance = |expected: f64, actual: f64| {
            let expected = expected.max(SURE);
            let surprise = if actual > 0.0 { actual * libm::log(actual / expected) } else { 0.0 };
            2.0 * (surprise - (actual - expected))
        };
        let log_losses: Vec<f64> = foreseen.iter().zip(&any).map(|(forecast, any)| log_loss(forecast.p_any, *any)).collect();
        let deviances: Vec<f64> = expected.iter().zip(&actual).map(|(e, a)| deviance(*e, *a)).collect();
        let error = |power: fn(f64) -> f64| expected.iter().zip(&actual).map(|(e, a)| power(e - a)).sum::<f64>() / n;
        let judged = Judged {
            customers: held_out.len() as u64,
            mae: error(f64::abs),
            rmse: libm::sqrt(error(|error| error * error)),
            correlation: correlation(&expected, &actual),
            total_predicted: expected.iter().sum(),
            total_actual: actual.iter().sum(),
            auc_expected: auc(&any, &expected),
            auc_alive: auc(&any, &alive),
            log_loss: log_losses.iter().sum::<f64>() / n,
            deviance: deviances.iter().sum::<f64>() / n,
        };
        Some(Self { judged, log_losses, deviances })
    }
}

/// Whether the mean of `losses` exceeds that of `best` by no more than one standard error of the difference.
fn is_as_good(losses: &[f64], best: &[f64]) -> bool {
    let n = losses.len() as f64;
    let differences: Vec<f64> = losses.iter().zip(best).map(|(loss, best)| loss - best).collect();
    let mean = differences.iter().sum::<f64>() / n;
    let spread: f64 = differences.iter().map(|difference| (difference - mean) * (difference - mean)).sum();
    mean <= libm::sqrt(spread / (n * (n - 1.0).max(1.0)))
}

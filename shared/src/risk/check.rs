//! Whether a model that came from elsewhere can be scored by.

use super::origin::Fit;
use super::{Model, Renewals, SCHEMA, TermModel, score};
use crate::clv::{FitError, Fitted, GammaGamma, MbgNbd, OrderModel};
use crate::money::{Money, Rates};
use crate::state::{OrderFact, State, fold};
use crate::time::Day;

/// Customers are scored to see what a model does: of so many purchases, each so many days apart, the last so many days ago.
const PROBED: [(i32, i32, i32); 6] = [(1, 0, 1), (1, 0, 400), (3, 20, 5), (12, 7, 60), (40, 30, 30), (200, 2, 800)];

/// The last day of the customers who are scored for trial; any would do.
const PROBED_ON: Day = Day(20_500);

/// Refuses a model whose parameters no fit gives, or which gives a customer figures that are no probabilities.
///
/// Figures that are not finite cannot be written in JSON, so that those of a model read from there are finite.
///
/// # Errors
/// In words, what is wrong with it.
pub fn check(model: &Model) -> Result<(), String> {
    if model.schema != SCHEMA {
        return Err(format!("It is of schema {}, and this version reads {SCHEMA}", model.schema));
    }
    let order_model = |orders: OrderModel| OrderModel::new(orders.kind(), &orders.values()).map(drop);
    let positive =
        |what: &str, fitted: Result<(), FitError>| fitted.map_err(|_| format!("The parameters of {what} are not above 0"));
    let mbg = |MbgNbd { r, alpha, a, b }: MbgNbd| MbgNbd::new(r, alpha, a, b).map(drop);
    positive("the model of orders", order_model(model.orders))?;
    let forecast = model.forecast.as_ref();
    positive("the forecast of orders", forecast.map_or(Ok(()), |fitted| order_model(fitted.model)))?;
    positive("P(still a customer)", model.alive.map_or(Ok(()), mbg))?;
    positive("spend", model.spend.map_or(Ok(()), |GammaGamma { p, q, v }| GammaGamma::new(p, q, v).map(drop)))?;
    let is_share = |share: f64| (0.0..=1.0).contains(&share);
    let is_above = |value: f64| value > 0.0 && value < 1e6;
    let thresholds = [model.thresholds.immediate, model.thresholds.moderate, model.thresholds.early];
    let TermModel { short, long, comes_back, grace, late } = model.terms;
    let rhythm = model.rhythm;
    let sound = [
        ("The thresholds lie outside of 0 to 1", thresholds.into_iter().all(|at| at > 0.0 && at <= 1.0)),
        (
            "The rhythm is none",
            is_above(rhythm.between) && is_above(rhythm.within) && rhythm.mean.abs() < 20.0 && rhythm.z.abs() < 20.0,
        ),
        ("The share of those who came back lies outside of 0 to 1", is_share(rhythm.came_back)),
        ("The renewals are none", [short, long].into_iter().all(|Renewals { a, b, .. }| is_above(a) && is_above(b))),
        ("The terms are none", is_share(comes_back) && is_share(late) && (0..=400).contains(&grace)),
        (
            "What it learned names columns of its own that no fit chooses",
            [&model.leaving, &model.returning].into_iter().flatten().all(|learned| learned.fits.iter().all(Fit::is_sound)),
        ),
        (
            "The covariance of the forecast is none",
            forecast.is_none_or(|Fitted { model, covariance, .. }| {
                covariance.as_ref().is_none_or(|covariance| covariance.is_of(model.values().len()))
            }),
        ),
        ("The covariance of spend is none", model.spend_covariance.as_ref().is_none_or(|covariance| covariance.is_of(3))),
        ("The definition of churn is none", model.churn_days.is_none_or(|days| (1..=3_650).contains(&days))),
    ];
    if let Some((wrong, _)) = sound.into_iter().find(|(_, is_sound)| !is_sound) {
        return Err(wrong.to_owned());
    }
    let gives_figures = PROBED.into_iter().all(|probed| gives_probabilities(model, &customer(model, probed)));
    if gives_figures { Ok(()) } else { Err("It gives customers figures that are no probabilities".to_owned()) }
}

fn customer(model: &Model, (purchases, gap, silence): (i32, i32, i32)) -> State {
    let order = |at: i32| OrderFact {
        at: PROBED_ON.plus(-silence - at * gap).start(),
        amount: Money::new(2_500, model.home),
        refunded: 0,
        discount: 0,
        paid: true,
    };
    fold(&(0..purchases).map(order).collect::<Vec<_>>(), &[], &Rates::new(model.home))
}

fn gives_probabilities(model: &Model, state: &State) -> bool {
    let score = score(state, model, None, PROBED_ON);
    let is_probability = |p: f64| (0.0..=1.0).contains(&p);
    let risks = [Some(score.risk), score.interval.map(|interval| interval.low), score.interval.map(|interval| interval.high)];
    let ends = [score.return_interval, score.alive_interval].into_iter().flatten().flat_map(|(low, high)| [low, high]);
    let others = [score.p_alive, score.p_return].into_iter().flatten().chain(ends);
    risks.into_iter().flatten().all(|risk| [risk.p30, risk.p60, risk.p90].into_iter().all(is_probability))
        && { others }.all(is_probability)
        && score.expected_orders.is_none_or(|orders| (0.0..=1e6).contains(&orders))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Thresholds;
    use crate::clv::{Covariance, ParetoNbd};
    use crate::money::Currency;
    use crate::risk::{Prior, prior};

    fn refused(change: impl FnOnce(&mut Model)) -> String {
        let mut model = prior(Currency::USD, Prior::default()).0;
        change(&mut model);
        check(&model).expect_err("refused")
    }

    #[test]
    fn a_model_of_this_version_is_taken() {
        assert_eq!(check(&prior(Currency::USD, Prior::default()).0), Ok(()));
    }

    #[test]
    fn parameters_that_no_fit_gives_are_named() {
        assert!(refused(|model| model.schema += 1).contains("schema"));
        let negative = MbgNbd { r: -1.0, alpha: 1.0, a: 1.0, b: 1.0 };
        assert!(refused(|model| model.orders = OrderModel::MbgNbd(negative)).contains("orders"));
        assert!(refused(|model| model.alive = Some(negative)).contains("still a customer"));
        let pareto = OrderModel::ParetoNbd(ParetoNbd { r: 1.0, alpha: 1.0, s: -1.0, beta: 1.0 });
        let fitted = |model, covariance| Some(Fitted { model, log_likelihood: -1.0, customers: 1, covariance });
        assert!(refused(|model| model.forecast = fitted(pareto, None)).contains("the forecast of orders"));
        let of_one = Covariance::new(vec![vec![0.1]]);
        assert!(refused(|model| model.forecast = fitted(model.orders, of_one.clone())).contains("covariance of the forecast"));
        assert!(refused(|model| model.spend_covariance = of_one.clone()).contains("covariance of spend"));
        assert!(refused(|model| model.spend = Some(GammaGamma { p: 0.0, q: 1.0, v: 1.0 })).contains("spend"));
        assert!(refused(|model| model.thresholds = Thresholds { immediate: 0.0, ..model.thresholds }).contains("thresholds"));
        assert!(refused(|model| model.rhythm.within = 0.0).contains("rhythm"));
        assert!(refused(|model| model.terms.comes_back = 1.5).contains("terms"));
        assert!(refused(|model| model.terms.short.a = -2.0).contains("renewals"));
        assert!(refused(|model| model.churn_days = Some(0)).contains("definition"));
    }
}

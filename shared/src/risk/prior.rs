//! What stands in for a shop's own figures until its data carry them: what is usual in its trade.

use super::view::millionths;
use super::{Renewals, Rhythm, TermModel};
use crate::api::BusinessModel;
use crate::clv::MbgNbd;
use crate::industry::{self, GENERAL, GOODS_BY_SUBSCRIPTION, Industry, Leaves};

/// Parts of a model that no data have moved. The default is that of a shop of which nothing is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    pub orders: MbgNbd,
    pub rhythm: Rhythm,
    pub terms: TermModel,
    /// The trade that it is usual in; none for trade in general.
    pub usual_in: Option<&'static str>,
}

/// A first term's renewal weighs as much as so many seen ones: of short terms, and of long ones.
const SHORT_WEIGHT: f64 = 20.0;
const LONG_WEIGHT: f64 = 6.0;

impl Default for Prior {
    fn default() -> Self {
        Self { orders: general_orders(), rhythm: Rhythm::prior(), terms: TermModel::prior(), usual_in: None }
    }
}

impl Prior {
    /// A part that the business model does not have keeps the general figure: who sells by subscription alone shows no rhythm of
    /// orders, and a store has no paid terms. Without a model both are taken.
    pub fn of(industry: Option<&str>, model: Option<BusinessModel>) -> Self {
        let general = Self::default();
        let Some(industry) = industry.and_then(industry::find).filter(|industry| industry.code != GENERAL.code) else {
            return Self { terms: terms(terms_of(&GENERAL, model)), ..general };
        };
        let (orders, rhythm) = match model {
            Some(BusinessModel::Subscription) => (general.orders, general.rhythm),
            Some(BusinessModel::Store | BusinessModel::Both) | None => {
                (orders(industry), Rhythm { mean: millionths(libm::log(industry.gap_days)), ..general.rhythm })
            }
        };
        Self { orders, rhythm, terms: terms(terms_of(industry, model)), usual_in: Some(industry.name) }
    }
}

/// A retailer between the many and the few: an order every two to three months while alive, one in four drops out each time.
fn general_orders() -> MbgNbd {
    MbgNbd { r: 0.6, alpha: 8.0, a: 0.8, b: 2.2 }
}

/// As often as the trade's gaps are shorter than the general ones, and with the trade's own drop-out.
fn orders(industry: &Industry) -> MbgNbd {
    let MbgNbd { r, alpha, a, b } = general_orders();
    let weight = a + b;
    let alpha = millionths(alpha * industry.gap_days / GENERAL.gap_days);
    MbgNbd { r, alpha, a: millionths(weight * (1.0 - industry.stays)), b: millionths(weight * industry.stays) }
}

fn terms_of(industry: &Industry, model: Option<BusinessModel>) -> Option<Leaves> {
    match model {
        Some(BusinessModel::Store) => None,
        Some(BusinessModel::Subscription | BusinessModel::Both) => {
            // Trade in general says nothing of goods, so the general terms stay.
            let is_general = industry.code == GENERAL.code;
            industry.leaves.or((!is_general).then_some(GOODS_BY_SUBSCRIPTION))
        }
        None => industry.leaves,
    }
}

fn terms(leaves: Option<Leaves>) -> TermModel {
    let rate = |weight: f64, leaves: f64| Renewals {
        a: millionths(weight * leaves),
        b: millionths(weight * (1.0 - leaves)),
        decided: 0,
    };
    let general = TermModel::prior();
    match leaves {
        Some(Leaves { short, long }) => TermModel { short: rate(SHORT_WEIGHT, short), long: rate(LONG_WEIGHT, long), ..general },
        None => general,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_trade_is_trade_in_general() {
        for industry in [None, Some("other"), Some("no such trade")] {
            for model in [None, Some(BusinessModel::Store), Some(BusinessModel::Both)] {
                assert_eq!(Prior::of(industry, model), Prior::default(), "{industry:?}, {model:?}");
            }
        }
    }

    #[test]
    fn a_trade_moves_the_rhythm_and_the_drop_out() {
        let pets = Prior::of(Some("pets"), Some(BusinessModel::Store));
        let electronics = Prior::of(Some("electronics"), Some(BusinessModel::Store));
        assert!((libm::exp(pets.rhythm.mean) - 30.0).abs() < 1e-4 && (libm::exp(electronics.rhythm.mean) - 100.0).abs() < 1e-4);
        // Orders a week while alive: r / alpha.
        let a_week = |prior: &Prior| prior.orders.r / prior.orders.alpha;
        assert!((a_week(&pets) / a_week(&electronics) - 100.0 / 30.0).abs() < 1e-4);
        let drops = |prior: &Prior| prior.orders.a / (prior.orders.a + prior.orders.b);
        assert!((drops(&pets) - 0.18).abs() < 1e-4 && (drops(&electronics) - 0.42).abs() < 1e-4);
        assert_eq!(pets.usual_in, Some("pet supplies"));
    }

    #[test]
    fn a_business_model_keeps_what_it_does_not_have_general() {
        let general = Prior::default();
        let by_terms = Prior::of(Some("saas"), Some(BusinessModel::Subscription));
        assert_eq!((by_terms.orders, by_terms.rhythm), (general.orders, general.rhythm));
        assert!((by_terms.terms.short.leaves(0, 0) - 0.03).abs() < 1e-4);
        assert_eq!(Prior::of(Some("saas"), Some(BusinessModel::Store)).terms, general.terms);
        assert_eq!(Prior::of(Some("pets"), None).terms, general.terms);
        // Goods that are sent each month are left as boxes are.
        let box_of_pets = Prior::of(Some("pets"), Some(BusinessModel::Both));
        assert_eq!(box_of_pets.terms, Prior::of(Some("subscription_box"), None).terms);
        assert_ne!(box_of_pets.rhythm, general.rhythm);
    }
}

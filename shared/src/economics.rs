//! Margin, cost of a new customer, and what is at stake: which figure is in force, and on what it rests.

mod lines;

pub use lines::{LineError, categories_text, products_text, read_categories, read_products, read_share};

use crate::api::{
    AcquisitionCost, ActiveCustomers, AtStake, Basis, CategoryMargin, EffectiveMargin, MarginBasis, ShopProfile, Tier,
    TierSummary,
};
use crate::industry::{self, GENERAL, Industry};
use crate::money::{Currency, Home};

/// Orders all of whose items have a known cost, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Costed {
    pub orders: u64,
    /// In minor units of the home currency, as `cost`.
    pub paid: i64,
    pub cost: i64,
}

/// Fewer orders of known cost say too little of the shop.
pub const MIN_COSTED_ORDERS: u64 = 20;

/// A count of active customers is doubted from so many, and from this share of the stated ones.
const DOUBTED_FROM: u64 = 50;
const DOUBTED_SHARE: f64 = 0.2;

/// The margin in force: as the shop tells it, else its one figure, else what is usual in its industry.
pub fn margin(profile: &ShopProfile, categories: &[CategoryMargin], costed: Option<&Costed>) -> EffectiveMargin {
    let own = |value: f64, orders: Option<u64>, words: String| EffectiveMargin { value, basis: Basis::Own, orders, words };
    match profile.margin_basis {
        MarginBasis::Category if let Some(value) = weighted(categories) => {
            let what = if categories.len() == 1 { "category" } else { "categories" };
            return own(value, None, format!("Weighted by the shares of your {} {what}.", categories.len()));
        }
        MarginBasis::Product if let Some((value, orders)) = measured(costed) => {
            let words = format!("From {orders} orders of the last 365 days whose items all have a known cost.");
            return own(value, Some(orders), words);
        }
        _ => {}
    }
    let fallback = match profile.margin_basis {
        MarginBasis::One => "",
        MarginBasis::Category => " No category has a share yet.",
        MarginBasis::Product => " Too few orders hold only items of known cost.",
    };
    if let Some(value) = profile.margin {
        return own(value, None, format!("As you told it.{fallback}"));
    }
    let (industry, basis) = usual(profile);
    let words = format!("Usual in {}, not your own figure.{fallback}", industry.name);
    EffectiveMargin { value: industry.margin, basis, orders: None, words }
}

/// `typical`: what one payment brings on average, of which the industry's default is a share.
pub fn acquisition_cost(profile: &ShopProfile, typical: Option<Home>, home: Currency) -> AcquisitionCost {
    if let Some(cost) = profile.acquisition_cost {
        return AcquisitionCost { value: Some(cost), basis: Basis::Own, words: "As you told it.".to_owned() };
    }
    let (industry, basis) = usual(profile);
    let value = typical.map(|payment| scaled(payment, industry.acquisition).in_currency(home));
    let share = if industry.acquisition > 1.0 {
        format!("{} typical payments", industry.acquisition)
    } else {
        format!("{:.0} % of a typical payment", industry.acquisition * 100.0)
    };
    let words = match value {
        Some(_) => format!("{share}, as is usual in {}; not your own figure.", industry.name),
        None => format!("{share} is usual in {}; there are no payments yet to take it of.", industry.name),
    };
    AcquisitionCost { value, basis, words }
}

/// Of the three tiers that are at risk; all in the home currency.
pub fn at_stake(tiers: &[TierSummary], margin: &EffectiveMargin, cost: &AcquisitionCost, home: Currency) -> AtStake {
    let at_risk = || tiers.iter().filter(|tier| matches!(tier.tier, Tier::Immediate | Tier::Moderate | Tier::Early));
    let customers: u64 = at_risk().map(|tier| tier.customers).sum();
    let value: Home =
        at_risk().map(|tier| tier.value).filter(|value| value.currency == home).map(|value| Home(value.minor)).sum();
    let replacement = cost.value.filter(|cost| cost.currency == home).map(|cost| {
        let customers = i64::try_from(customers).unwrap_or(i64::MAX);
        Home(cost.minor.saturating_mul(customers)).in_currency(home)
    });
    AtStake { customers, margin: scaled(value, margin.value).in_currency(home), replacement }
}

/// What the shop states beside what its data show.
pub fn active(stated: u64, counted: u64) -> ActiveCustomers {
    let apart = stated.abs_diff(counted);
    let differs = apart >= DOUBTED_FROM && apart as f64 > stated as f64 * DOUBTED_SHARE;
    let both = format!("You said {stated} customers are active; {counted} have paid within the last 365 days by the data here.");
    let words = match (differs, counted < stated) {
        (false, _) => both,
        (true, true) => format!(
            "{both} So some of what they bought is likely missing, and people whose orders are missing look lost: import the rest, or correct your number."
        ),
        (true, false) => format!(
            "{both} So some people may stand here more than once, under different addresses or numbers: check that your files name each customer the same way, or correct your number."
        ),
    };
    ActiveCustomers { stated, counted, differs, words }
}

fn usual(profile: &ShopProfile) -> (&'static Industry, Basis) {
    match profile.industry.as_deref().and_then(industry::find).filter(|industry| industry.code != GENERAL.code) {
        Some(industry) => (industry, Basis::Industry),
        None => (&GENERAL, Basis::General),
    }
}

/// None where no category has weight.
fn weighted(categories: &[CategoryMargin]) -> Option<f64> {
    let weights: f64 = categories.iter().map(|category| category.share).sum();
    let sum: f64 = categories.iter().map(|category| category.share * category.margin).sum();
    (weights > 0.0).then(|| (sum / weights).clamp(0.0, 1.0))
}

/// None where too few orders tell it. Goods sold below their cost leave nothing.
fn measured(costed: Option<&Costed>) -> Option<(f64, u64)> {
    let Costed { orders, paid, cost } = *costed?;
    (orders >= MIN_COSTED_ORDERS && paid > 0).then(|| ((1.0 - cost as f64 / paid as f64).clamp(0.0, 1.0), orders))
}

pub(crate) fn scaled(amount: Home, factor: f64) -> Home {
    let minor = libm::round(amount.0 as f64 * factor);
    Home(minor.clamp(-9.0e15, 9.0e15) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    fn profile(industry: Option<&str>, margin: Option<f64>, margin_basis: MarginBasis) -> ShopProfile {
        ShopProfile { industry: industry.map(str::to_owned), margin, margin_basis, ..ShopProfile::default() }
    }

    fn category(name: &str, share: f64, margin: f64) -> CategoryMargin {
        CategoryMargin { name: name.to_owned(), share, margin }
    }

    fn check(profile: &ShopProfile, categories: &[CategoryMargin], costed: Option<Costed>, value: f64, basis: Basis) {
        let margin = margin(profile, categories, costed.as_ref());
        assert!((margin.value - value).abs() < 1e-12, "{margin:?}");
        assert_eq!(margin.basis, basis, "{margin:?}");
    }

    #[test]
    fn the_margin_is_the_shop_s_own_before_its_industry_s_before_the_general_one() {
        check(&profile(None, None, MarginBasis::One), &[], None, 0.4, Basis::General);
        check(&profile(Some("other"), None, MarginBasis::One), &[], None, 0.4, Basis::General);
        check(&profile(Some("beauty"), None, MarginBasis::One), &[], None, 0.6, Basis::Industry);
        check(&profile(Some("beauty"), Some(0.0), MarginBasis::One), &[], None, 0.0, Basis::Own);
    }

    #[test]
    fn categories_count_by_their_shares_which_are_weights() {
        let two = [category("Shoes", 30.0, 0.5), category("Socks", 10.0, 0.9)];
        check(&profile(Some("fashion"), Some(0.1), MarginBasis::Category), &two, None, 0.6, Basis::Own);
        check(&profile(Some("fashion"), Some(0.1), MarginBasis::One), &two, None, 0.1, Basis::Own);
        let weightless = [category("Shoes", 0.0, 0.5)];
        check(&profile(Some("fashion"), None, MarginBasis::Category), &weightless, None, 0.5, Basis::Industry);
        check(&profile(None, Some(0.3), MarginBasis::Category), &[], None, 0.3, Basis::Own);
    }

    #[test]
    fn the_cost_of_products_counts_from_enough_orders_on() {
        let costed = |orders, paid, cost| Some(Costed { orders, paid, cost });
        let shop = profile(Some("pets"), None, MarginBasis::Product);
        check(&shop, &[], costed(20, 10_000, 7_500), 0.25, Basis::Own);
        check(&shop, &[], costed(19, 10_000, 7_500), 0.35, Basis::Industry);
        check(&shop, &[], costed(20, 10_000, 20_000), 0.0, Basis::Own);
        check(&shop, &[], None, 0.35, Basis::Industry);
        assert_eq!(margin(&shop, &[], costed(20, 100, 50).as_ref()).orders, Some(20));
    }

    #[test]
    fn a_new_customer_costs_a_share_of_a_payment_until_the_shop_says_what() {
        let shop = profile(Some("saas"), None, MarginBasis::One);
        let cost = acquisition_cost(&shop, Some(Home(5_000)), Currency::USD);
        assert_eq!((cost.value, cost.basis), (Some(Money::new(60_000, Currency::USD)), Basis::Industry));
        assert!(acquisition_cost(&shop, None, Currency::USD).value.is_none());
        let told = ShopProfile { acquisition_cost: Some(Money::new(700, Currency::USD)), ..shop };
        assert_eq!(acquisition_cost(&told, Some(Home(5_000)), Currency::USD).value, told.acquisition_cost);
    }

    #[test]
    fn at_stake_are_the_three_tiers_at_risk_and_no_foreign_amount() {
        let eur = Currency::parse("EUR").expect("code");
        let tier = |tier, customers, minor, currency| TierSummary {
            tier,
            customers,
            value: Money::new(minor, currency),
            value_unknown: 0,
            top_triggers: Vec::new(),
            best: None,
        };
        let tiers = [
            tier(Tier::Immediate, 2, 10_000, Currency::USD),
            tier(Tier::Early, 3, 5_000, Currency::USD),
            tier(Tier::Moderate, 1, 99_000, eur),
            tier(Tier::Lost, 9, 70_000, Currency::USD),
            tier(Tier::Healthy, 9, 70_000, Currency::USD),
        ];
        let shop =
            ShopProfile { acquisition_cost: Some(Money::new(700, Currency::USD)), ..profile(None, Some(0.5), MarginBasis::One) };
        let stake = at_stake(&tiers, &margin(&shop, &[], None), &acquisition_cost(&shop, None, Currency::USD), Currency::USD);
        assert_eq!((stake.customers, stake.margin.minor, stake.replacement.map(|cost| cost.minor)), (6, 7_500, Some(4_200)));
    }

    #[test]
    fn a_count_is_doubted_only_where_it_is_far_off() {
        for (stated, counted, differs) in [
            (100, 51, false),
            (100, 50, true),
            (1_000, 800, false),
            (1_000, 799, true),
            (1_000, 1_201, true),
            (0, 50, true),
            (0, 49, false),
        ] {
            assert_eq!(active(stated, counted).differs, differs, "{stated}, {counted}");
        }
        assert!(active(1_000, 10).words.contains("import the rest"));
        assert!(active(10, 1_000).words.contains("more than once"));
        assert!(!active(10, 10).words.contains("correct your number"));
    }
}

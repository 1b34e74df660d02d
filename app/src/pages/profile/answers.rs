//! What was typed, as a change of the shop and of its margins.

use std::collections::BTreeMap;

use shared::api::{BusinessModel, MarginBasis, Margins, MarginsChange, Shop, ShopChange};
use shared::economics::{LineError, categories_text, products_text, read_categories, read_products, read_share};
use shared::money::{Currency, Money};

/// The form as text. `currency` and `zone` are `None` where the form does not ask for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    pub industry: String,
    pub model: String,
    pub currency: Option<String>,
    pub zone: Option<String>,
    pub active: String,
    pub basis: String,
    pub margin: String,
    pub categories: String,
    pub products: String,
    pub cost: String,
}

/// What is to be sent: only what differs from what is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    pub shop: ShopChange,
    pub margins: Option<MarginsChange>,
}

/// By field: what is wrong and how to mend it.
pub type Wrong = BTreeMap<&'static str, String>;

impl Typed {
    /// As the form shows what is stored; `places`: it asks for currency and time zone too.
    pub fn of(shop: &Shop, margins: &Margins, places: bool) -> Self {
        let profile = &shop.profile;
        let text = |number: f64| (number * 1e6).round() / 1e4;
        Self {
            industry: profile.industry.clone().unwrap_or_default(),
            model: profile.business_model.map(|model| model.as_str().to_owned()).unwrap_or_default(),
            currency: places.then(|| shop.home_currency.to_string()),
            zone: places.then(|| shop.time_zone.clone()),
            active: profile.active_customers.map(|count| count.to_string()).unwrap_or_default(),
            basis: profile.margin_basis.as_str().to_owned(),
            margin: profile.margin.map(|margin| text(margin).to_string()).unwrap_or_default(),
            categories: categories_text(&margins.categories),
            products: products_text(&margins.products),
            cost: profile.acquisition_cost.map(Money::amount).unwrap_or_default(),
        }
    }

    /// In the form's order; empty where it does not ask.
    pub fn texts(&self) -> [&str; 10] {
        let Self { industry, model, currency, zone, active, basis, margin, categories, products, cost } = self;
        let (currency, zone) = (currency.as_deref().unwrap_or_default(), zone.as_deref().unwrap_or_default());
        [industry, model, currency, zone, active, basis, margin, categories, products, cost]
    }
}

/// More wrong lines than these help nobody.
const LINES: usize = 3;

pub fn read(typed: &Typed, stored: &Shop, margins: &Margins) -> Result<Answers, Wrong> {
    let mut wrong = Wrong::new();
    let mut keep = |field: &'static str, fix: &str| {
        wrong.insert(field, fix.to_owned());
    };
    let home = match typed.currency.as_deref().map(Currency::parse) {
        Some(Ok(currency)) => currency,
        Some(Err(_)) => {
            keep("home_currency", "Use three letters, such as EUR.");
            stored.home_currency
        }
        None => stored.home_currency,
    };
    let active = count(&typed.active).unwrap_or_else(|()| {
        keep("active_customers", "Use a whole number such as 12000, or leave it empty.");
        None
    });
    let margin = filled(&typed.margin).map(read_share);
    if margin == Some(None) {
        keep("margin", "Use a per cent between 0 and 100 such as 45, or leave it empty.");
    }
    let cost = filled(&typed.cost).map(|cost| Money::parse(&cost.replace(',', "."), home).ok().filter(|cost| cost.minor >= 0));
    if cost == Some(None) {
        keep("acquisition_cost", "Use an amount such as 25 or 25.50, or leave it empty.");
    }
    let basis = basis_of(&typed.basis);
    let after = match basis {
        MarginBasis::One => None,
        MarginBasis::Category => lines(read_categories(&typed.categories))
            .map_err(|fix| keep("categories", &fix))
            .ok()
            .map(|categories| MarginsChange { categories, products: margins.products.clone() }),
        MarginBasis::Product => lines(read_products(&typed.products, home))
            .map_err(|fix| keep("products", &fix))
            .ok()
            .map(|products| MarginsChange { categories: margins.categories.clone(), products }),
    };
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let (before, margin, cost) = (&stored.profile, margin.flatten(), cost.flatten());
    let industry = filled(&typed.industry).map(str::to_owned);
    let model = BusinessModel::ALL.into_iter().find(|model| model.as_str() == typed.model);
    let shop = ShopChange {
        home_currency: (home != stored.home_currency).then_some(home),
        time_zone: typed.zone.clone().filter(|zone| *zone != stored.time_zone),
        industry: (industry != before.industry).then_some(industry),
        business_model: (model != before.business_model).then_some(model),
        active_customers: (active != before.active_customers).then_some(active),
        margin: (margin != before.margin).then_some(margin),
        margin_basis: (basis != before.margin_basis).then_some(basis),
        acquisition_cost: (cost != before.acquisition_cost).then_some(cost),
        set_up: (!stored.set_up).then_some(true),
        ..ShopChange::default()
    };
    let is_new = |after: &MarginsChange| after.categories != margins.categories || after.products != margins.products;
    Ok(Answers { shop, margins: after.filter(is_new) })
}

/// Digits, however they are grouped; nothing is no answer.
fn count(text: &str) -> Result<Option<u64>, ()> {
    let Some(text) = filled(text) else { return Ok(None) };
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | ',' | '.' | '\'')).collect();
    digits.parse().map(Some).map_err(|_| ())
}

pub fn basis_of(text: &str) -> MarginBasis {
    MarginBasis::ALL.into_iter().find(|basis| basis.as_str() == text).unwrap_or_default()
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn lines<T>((rows, errors): (Vec<T>, Vec<LineError>)) -> Result<Vec<T>, String> {
    if errors.is_empty() {
        return Ok(rows);
    }
    let mut told: Vec<String> = errors.iter().take(LINES).map(|error| format!("{error}.")).collect();
    if errors.len() > LINES {
        told.push(format!("{} more lines are wrong.", errors.len() - LINES));
    }
    Err(told.join(" "))
}

#[cfg(test)]
mod tests {
    use shared::api::{Plan, ShopProfile};

    use super::*;

    fn shop() -> Shop {
        Shop {
            name: "Tea".into(),
            home_currency: Currency::USD,
            time_zone: "UTC".into(),
            plan: Plan::Free,
            sample: None,
            churn_days: None,
            local: false,
            profile: ShopProfile::default(),
            set_up: true,
            version: 1,
        }
    }

    #[test]
    fn an_empty_form_is_no_answer_and_no_mistake() {
        let answers = read(&Typed::default(), &shop(), &Margins::default()).expect("valid");
        assert_eq!(answers, Answers { shop: ShopChange::default(), margins: None });
        let new = Shop { set_up: false, ..shop() };
        assert_eq!(read(&Typed::default(), &new, &Margins::default()).expect("valid").shop.set_up, Some(true));
    }

    #[test]
    fn what_was_typed_is_read_as_people_write_it() {
        let typed = Typed {
            industry: "fashion".into(),
            model: "both".into(),
            currency: Some("eur".into()),
            zone: Some("Europe/Berlin".into()),
            active: "12.000".into(),
            basis: "one".into(),
            margin: "45,5 %".into(),
            cost: " 25,50 ".into(),
            ..Typed::default()
        };
        let answers = read(&typed, &shop(), &Margins::default()).expect("valid");
        assert_eq!(
            serde_json::to_value(&answers.shop).expect("json"),
            serde_json::json!({
                "home_currency": "EUR", "time_zone": "Europe/Berlin", "industry": "fashion", "business_model": "both",
                "active_customers": 12_000, "margin": 0.455, "acquisition_cost": { "amount": "25.50", "currency": "EUR" },
            })
        );
        assert_eq!(answers.margins, None);
    }

    #[test]
    fn a_field_that_was_emptied_takes_the_answer_back() {
        let stored = Shop { profile: ShopProfile { margin: Some(0.4), ..ShopProfile::default() }, ..shop() };
        let answers = read(&Typed::default(), &stored, &Margins::default()).expect("valid");
        assert_eq!(serde_json::to_value(&answers.shop).expect("json"), serde_json::json!({ "margin": null }));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let typed = Typed {
            currency: Some("euro".into()),
            active: "many".into(),
            margin: "145".into(),
            cost: "-3".into(),
            basis: "category".into(),
            categories: "Shoes; 60; 45\nSocks".into(),
            ..Typed::default()
        };
        let wrong = read(&typed, &shop(), &Margins::default()).expect_err("refused");
        let fields: Vec<_> = wrong.keys().copied().collect();
        assert_eq!(fields, ["acquisition_cost", "active_customers", "categories", "home_currency", "margin"]);
        assert!(wrong["categories"].starts_with("Line 2: "), "{wrong:?}");
    }

    #[test]
    fn what_is_stored_reads_back_as_no_change() {
        let profile = ShopProfile {
            industry: Some("pets".into()),
            business_model: Some(BusinessModel::Both),
            active_customers: Some(1_200),
            margin: Some(0.455),
            margin_basis: MarginBasis::Product,
            acquisition_cost: Some(Money::new(2_550, Currency::USD)),
        };
        let stored = Shop { profile, ..shop() };
        let (categories, _) = read_categories("Shoes; 60; 45");
        let (products, _) = read_products("Mug; 3.20", Currency::USD);
        let margins = Margins { categories, products };
        for places in [true, false] {
            let answers = read(&Typed::of(&stored, &margins, places), &stored, &margins).expect("valid");
            assert_eq!(answers, Answers { shop: ShopChange::default(), margins: None });
        }
    }

    #[test]
    fn lines_of_the_chosen_kind_are_sent_and_the_others_stay() {
        let stored = read(
            &Typed { basis: "category".into(), categories: "Shoes; 60; 45".into(), ..Typed::default() },
            &shop(),
            &Margins::default(),
        )
        .expect("valid");
        let margins = stored.margins.expect("a change");
        let margins = Margins { categories: margins.categories, products: Vec::new() };
        let typed = Typed { basis: "product".into(), products: "Mug; 3".into(), ..Typed::default() };
        let change = read(&typed, &shop(), &margins).expect("valid").margins.expect("a change");
        assert_eq!((change.categories, change.products.len()), (margins.categories.clone(), 1));
        let same = Typed { basis: "category".into(), categories: "Shoes; 60 %; 45 %".into(), ..Typed::default() };
        assert_eq!(read(&same, &shop(), &margins).expect("valid").margins, None);
    }
}

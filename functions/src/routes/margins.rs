//! Margins by category, costs of products, and what follows from them.

use std::collections::BTreeMap;

use axum::Json;
use shared::api::{CategoryMargin, EconomicsResponse, Margins, MarginsChange, MarginsMeta, MarginsResponse, ProductCost};
use shared::audit::Action;
use shared::money::Currency;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::{margins, shop};
use crate::extract::{IfMatch, JsonBody};
use crate::problem::Problem;
use crate::versioned::Versioned;

const CATEGORIES: usize = 200;
const PRODUCTS: usize = 5_000;
const NAME_CHARS: usize = 200;

/// The margins of categories and the costs of products.
#[utoipa::path(get, path = "/api/margins", tag = "shop", responses((status = 200, body = MarginsResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Versioned<MarginsResponse>, Problem> {
    let shop = shop::read(&ctx.db).await?;
    let margins = margins::read(&ctx.db, shop.home_currency).await?;
    Ok(Versioned(shop.version, MarginsResponse { margins, meta: MarginsMeta { version: shop.version } }))
}

/// Store these and no others.
///
/// They are part of the shop's settings, so `If-Match` names the shop's version. Costs are in the home currency; of a name that
/// stands twice the last one counts.
#[utoipa::path(put, path = "/api/margins", tag = "shop", request_body = MarginsChange,
    responses((status = 200, body = MarginsResponse)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(asked): JsonBody<MarginsChange>,
) -> Result<Versioned<MarginsResponse>, Problem> {
    let home = shop::read(&ctx.db).await?.home_currency;
    let before = margins::read(&ctx.db, home).await?;
    let after = accept(asked, home)?;
    let log = audit::append(&ctx, entry(&before, &after));
    match margins::replace(&ctx.db, &after, version, ctx.now, log).await {
        Err(error) if error.is_stale("shop") => {
            let Versioned(newest, current) = list(ctx).await?;
            return Err(Problem::stale(version, newest, &current));
        }
        done => done?,
    }
    list(ctx).await
}

/// The margin, the cost of a new customer and the active customers in force, and what each rests on.
#[utoipa::path(get, path = "/api/economics", tag = "shop", responses((status = 200, body = EconomicsResponse)))]
#[worker::send]
pub async fn economics(ctx: Ctx) -> Result<Json<EconomicsResponse>, Problem> {
    let shop = shop::read(&ctx.db).await?;
    let economics = margins::economics(&ctx.db, &shop, ctx.now.day()).await?;
    Ok(Json(EconomicsResponse { economics }))
}

/// How many of each: the names and figures may be hundreds.
fn entry(before: &Margins, after: &Margins) -> Entry {
    let entry = Entry::new(Action::MarginsChanged);
    let count = |name: &str, entry: Entry, is_same: bool, before: usize, after: usize| match is_same {
        true => entry,
        // As many others are a change too.
        false if before == after => entry.field(name),
        false => entry.value(name, Some(before.to_string()), Some(after.to_string())),
    };
    let same = before.categories == after.categories;
    let entry = count("categories", entry, same, before.categories.len(), after.categories.len());
    count("products", entry, before.products == after.products, before.products.len(), after.products.len())
}

fn accept(asked: MarginsChange, home: Currency) -> Result<Margins, Problem> {
    let MarginsChange { categories, products } = asked;
    let mut wrong = BTreeMap::new();
    if categories.len() > CATEGORIES {
        wrong.insert("categories".to_owned(), format!("Use at most {CATEGORIES} categories"));
    }
    if products.len() > PRODUCTS {
        wrong.insert("products".to_owned(), format!("Use at most {PRODUCTS} products"));
    }
    let (mut by_category, mut by_product) = (BTreeMap::new(), BTreeMap::new());
    for (at, CategoryMargin { name, share, margin }) in categories.into_iter().enumerate() {
        let mut refuse = |field: &str, fix: &str| wrong.insert(format!("categories[{at}].{field}"), fix.to_owned());
        let name = name.trim().to_owned();
        if !is_name(&name) {
            refuse("name", "Use 1 to 200 characters");
        }
        if !(share.is_finite() && (0.0..=1e9).contains(&share)) {
            refuse("share", "Use a weight of 0 or more, such as 0.6 for 60 % of sales");
        }
        if !(0.0..=1.0).contains(&margin) {
            refuse("margin", "Use a share between 0 and 1, such as 0.45 for 45 %");
        }
        by_category.insert(name.clone(), CategoryMargin { name, share, margin });
    }
    for (at, ProductCost { name, cost }) in products.into_iter().enumerate() {
        let mut refuse = |field: &str, fix: String| wrong.insert(format!("products[{at}].{field}"), fix);
        let name = name.trim().to_owned();
        if !is_name(&name) {
            refuse("name", "Use 1 to 200 characters".to_owned());
        }
        if cost.minor < 0 || cost.currency != home {
            refuse("cost", format!("Use an amount of 0 or more in {home}"));
        }
        // Orders are matched without regard to upper and lower case, as SQLite folds it.
        by_product.insert(name.to_ascii_lowercase(), ProductCost { name, cost });
    }
    if !wrong.is_empty() {
        return Err(Problem::Invalid(wrong));
    }
    let mut products: Vec<_> = by_product.into_values().collect();
    // As the store sorts them, so that equal margins compare equal.
    products.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Margins { categories: by_category.into_values().collect(), products })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= NAME_CHARS
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::money::Money;

    fn category(name: &str, share: f64, margin: f64) -> CategoryMargin {
        CategoryMargin { name: name.to_owned(), share, margin }
    }

    fn product(name: &str, minor: i64, code: &str) -> ProductCost {
        ProductCost { name: name.to_owned(), cost: Money::new(minor, Currency::parse(code).expect("code")) }
    }

    #[test]
    fn of_a_name_that_stands_twice_the_last_one_counts() {
        let categories = vec![category(" Shoes ", 0.5, 0.4), category("Shoes", 0.7, 0.3)];
        let products = vec![product("Mug", 100, "USD"), product("MUG", 200, "USD"), product("Lid", 50, "USD")];
        let accepted = accept(MarginsChange { categories, products }, Currency::USD).expect("margins");
        assert_eq!(accepted.categories, [category("Shoes", 0.7, 0.3)]);
        assert_eq!(accepted.products, [product("Lid", 50, "USD"), product("MUG", 200, "USD")]);
    }

    #[test]
    fn each_wrong_value_is_named() {
        let categories = vec![category("", 0.5, 0.4), category("Shoes", f64::NAN, 1.2)];
        let products = vec![product("Mug", -1, "USD"), product("Lid", 1, "EUR")];
        let Err(Problem::Invalid(fields)) = accept(MarginsChange { categories, products }, Currency::USD) else {
            panic!("accepted")
        };
        let names: Vec<_> = fields.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["categories[0].name", "categories[1].margin", "categories[1].share", "products[0].cost", "products[1].cost"]
        );
    }
}

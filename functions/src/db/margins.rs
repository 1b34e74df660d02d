//! Margins by category, costs of products, and the figures of the shop's economics.

use serde::{Deserialize, Serialize};
use shared::api::{CategoryMargin, Economics, MarginBasis, Margins, ProductCost};
use shared::economics::{self, Costed};
use shared::money::{Currency, Home, Money};
use shared::time::{Day, Millis};

use super::shop::Shop;
use super::{Db, DbError, Outcome, Param, Statement, leases};
use crate::{params, sql};

/// Orders that the cost of products is measured on.
const COSTED_ORDERS: u32 = 20_000;
const COSTED_DAYS: i32 = 365;

/// Orders that a typical payment is taken of: a default needs no more.
const PAYMENTS: u32 = 20_000;

/// A customer is active who paid within so many days.
const ACTIVE_DAYS: i32 = 365;

#[derive(Debug, Clone, Deserialize)]
struct Row {
    kind: String,
    name: String,
    share: Option<f64>,
    margin: Option<f64>,
    cost: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Figures {
    figures: String,
}

#[derive(Debug, Deserialize)]
struct Payment {
    payment: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Active {
    customers: u64,
    active: u64,
}

/// As it enters SQL: kind, name, share, margin, cost.
#[derive(Debug, Serialize)]
struct NewRow<'a>(&'static str, &'a str, Option<f64>, Option<f64>, Option<i64>);

pub async fn read(db: &Db, home: Currency) -> Result<Margins, DbError> {
    Ok(sorted(db.all(sql!("margins.sql", "margins"), params![]).await?, home))
}

/// Stores exactly these, as a change of the shop's settings from `version`.
///
/// # Errors
/// [`DbError::is_stale`] of `shop` where `version` is not the newest.
pub async fn replace(db: &Db, margins: &Margins, version: u32, now: Millis, log: Statement) -> Result<(), DbError> {
    let categories = margins.categories.iter().map(|row| NewRow("category", &row.name, Some(row.share), Some(row.margin), None));
    let products = margins.products.iter().map(|row| NewRow("product", &row.name, None, None, Some(row.cost.minor)));
    let rows: Vec<_> = categories.chain(products).collect();
    let kept: Vec<_> = rows.iter().map(|NewRow(kind, name, ..)| (*kind, *name)).collect();
    db.batch(vec![
        Statement::new(sql!("margins.sql", "touch_shop"), params![version, now]),
        Statement::new(sql!("margins.sql", "drop_margins"), params![Param::json(&kept)]),
        Statement::new(sql!("margins.sql", "put_margins"), params![Param::json(&rows)]),
        log,
        measure_costs(now),
        leases::wake("rescore"),
    ])
    .await
    .map(drop)
}

/// Costs are told in the home currency: another one makes them meaningless.
pub fn drop_costs() -> Statement {
    Statement::new(sql!("margins.sql", "drop_costs"), params![])
}

/// Looks at the newest orders whose items all have a known cost. It scans orders, so it runs where costs or orders changed, and
/// readers take what it left.
pub fn measure_costs(now: Millis) -> Statement {
    let from = now.day().plus(-COSTED_DAYS).start();
    Statement::new(sql!("margins.sql", "measure_costs"), params![now, from, COSTED_ORDERS])
}

/// What a payment brings on average: measured where orders were folded, so that readers need not look at orders.
pub fn measure_payment(now: Millis) -> Statement {
    Statement::new(sql!("margins.sql", "measure_payment"), params![now, PAYMENTS])
}

/// Margin, cost of a new customer and active customers, as far as they are in use.
pub async fn economics(db: &Db, shop: &Shop, today: Day) -> Result<Economics, DbError> {
    let home = shop.home_currency;
    let mut statements = vec![
        Statement::new(sql!("margins.sql", "margins"), params![]),
        Statement::new(sql!("margins.sql", "costed"), params![]),
        payment_statement(home),
    ];
    // The count reads everybody; a made-up shop has made-up customers.
    let stated = shop.active_customers.filter(|_| shop.sample.is_none());
    if stated.is_some() {
        statements.push(Statement::new(sql!("margins.sql", "active_customers"), params![today.plus(-ACTIVE_DAYS)]));
    }
    let outcomes = db.batch_idempotent(statements).await?;
    let [margins, costed, payment, counted @ ..] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    let profile = shop.profile();
    let categories = sorted(margins.rows()?, home).categories;
    let costed = (profile.margin_basis == MarginBasis::Product).then(|| read_costed(costed)).transpose()?.flatten();
    let payment = read_payment(payment)?.map(Home);
    let counted = counted.first().map(Outcome::first::<Active>).transpose()?.flatten();
    Ok(Economics {
        margin: economics::margin(&profile, &categories, costed.as_ref()),
        acquisition_cost: economics::acquisition_cost(&profile, payment, home),
        active: stated
            .zip(counted.filter(|counted| counted.customers > 0))
            .map(|(stated, counted)| economics::active(stated, counted.active)),
    })
}

/// Asks for what one payment brings on average: [`read_payment`].
pub fn payment_statement(home: Currency) -> Statement {
    Statement::new(sql!("margins.sql", "typical_payment"), params![home.as_str(), PAYMENTS])
}

/// In minor units of the home currency; none before the first payment.
pub fn read_payment(outcome: &Outcome) -> Result<Option<i64>, DbError> {
    Ok(outcome.first::<Payment>()?.and_then(|row| row.payment).map(|minor| minor.round() as i64))
}

/// The margin in force: the share of a sale that is left.
pub async fn in_force(db: &Db, shop: &Shop) -> Result<f64, DbError> {
    read_in_force(&db.batch_idempotent(in_force_statements().into()).await?, shop)
}

/// Ask for the margin in force: [`read_in_force`].
pub fn in_force_statements() -> [Statement; 2] {
    [Statement::new(sql!("margins.sql", "margins"), params![]), Statement::new(sql!("margins.sql", "costed"), params![])]
}

pub fn read_in_force(outcomes: &[Outcome], shop: &Shop) -> Result<f64, DbError> {
    let [margins, costed] = outcomes else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    let categories = sorted(margins.rows()?, shop.home_currency).categories;
    Ok(economics::margin(&shop.profile(), &categories, read_costed(costed)?.as_ref()).value)
}

fn read_costed(outcome: &Outcome) -> Result<Option<Costed>, DbError> {
    let row: Option<Figures> = outcome.first()?;
    row.map(|row| serde_json::from_str(&row.figures).map_err(|error| DbError::Bug(format!("costed orders: {error}")))).transpose()
}

fn sorted(rows: Vec<Row>, home: Currency) -> Margins {
    let mut margins = Margins::default();
    for Row { kind, name, share, margin, cost } in rows {
        match (kind.as_str(), share, margin, cost) {
            ("category", Some(share), Some(margin), _) => margins.categories.push(CategoryMargin { name, share, margin }),
            ("product", _, _, Some(cost)) => margins.products.push(ProductCost { name, cost: Money::new(cost, home) }),
            _ => {}
        }
    }
    margins
}

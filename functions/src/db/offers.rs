//! Offers, their limits, and what came of them.

use serde::Deserialize;
use shared::api::CatalogueOffer;
use shared::money::Currency;
use shared::offer::{Fulfilment, Guardrails, Kind, Offer, Outcome, seven};
use shared::reason::Reason;
use shared::time::Millis;

use super::{Db, DbError, Outcome as Answer, Param, Statement, margins, paged};
use crate::{params, sql};

/// A shop has at most so many of its own: each is a column of the matrix.
pub const MOST: u32 = 12;

/// A typical order of a shop that has none yet, in major units: only its offers' first costs rest on it.
const ORDER: i64 = 50;

/// What the whole catalogue is made from.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The seven, then the shop's own.
    pub offers: Vec<CatalogueOffer>,
    pub guardrails: Guardrails,
    pub guardrails_version: u32,
    /// The shop has set limits of its own.
    pub is_own: bool,
}

#[derive(Debug, Deserialize)]
struct Row {
    public_id: String,
    kind: String,
    name: String,
    /// JSON, as `answers`.
    terms: String,
    fulfilment: String,
    answers: String,
    live: u8,
    version: u32,
}

#[derive(Debug, Deserialize)]
struct Settings {
    settings: Option<String>,
    version: u32,
}

/// Offers and limits as they stand, those that nobody set among them.
pub async fn catalogue(db: &Db, home: Currency) -> Result<Catalogue, DbError> {
    read_catalogue(&db.batch_idempotent(catalogue_statements(home).into()).await?, home)
}

/// Ask for [`read_catalogue`].
pub fn catalogue_statements(home: Currency) -> [Statement; 3] {
    [
        Statement::new(sql!("offers.sql", "offers"), params![]),
        Statement::new(sql!("offers.sql", "guardrails"), params![]),
        margins::payment_statement(home),
    ]
}

pub fn read_catalogue(outcomes: &[Answer], home: Currency) -> Result<Catalogue, DbError> {
    let [offers, settings, payment] = outcomes else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    let stored = offers.rows::<Row>()?.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let Settings { settings, version } =
        settings.first()?.ok_or_else(|| DbError::Bug("the row of guardrails is missing".to_owned()))?;
    let order = margins::read_payment(payment)?.unwrap_or(ORDER * 10_i64.pow(home.decimals()));
    let own = settings.and_then(|text| serde_json::from_str::<Guardrails>(&text).ok());
    // Limits in another currency than today's mean nothing.
    let own = own.filter(|own| own.currency == home);
    Ok(Catalogue {
        offers: laid_over(seven(order), stored),
        is_own: own.is_some(),
        guardrails: own.unwrap_or_else(|| Guardrails::cautious(home, order)),
        guardrails_version: version,
    })
}

/// False where there are [`MOST`] already. `log` must write only where the offer was stored.
pub async fn add(db: &Db, offer: &Offer, now: Millis, log: Statement) -> Result<bool, DbError> {
    let mut values = columns(offer, now);
    values.push(MOST.into());
    let outcomes = db.batch(vec![Statement::new(sql!("offers.sql", "add_offer"), values), log]).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// `before` is as it stands: one of the seven that nobody edited has no row yet. `log` must write only where something changed.
///
/// # Errors
/// [`DbError::is_stale`] of `offers` where `version` is not the newest.
pub async fn change(db: &Db, before: &Offer, after: &Offer, version: u32, now: Millis, log: Statement) -> Result<(), DbError> {
    let mut statements = Vec::new();
    if Kind::of_code(&before.id).is_some() {
        statements.push(Statement::new(sql!("offers.sql", "keep_standard"), columns(before, now)));
    }
    let Offer { id, name, terms, fulfilment, answers, live, .. } = after;
    let values = params![id, version, name, Param::json(terms), fulfilment.code(), Param::json(answers), *live, now];
    statements.push(Statement::new(sql!("offers.sql", "change_offer"), values));
    statements.push(log);
    db.batch(statements).await.map(drop)
}

/// `log` must write only where the offer was removed.
///
/// # Errors
/// [`DbError::is_stale`] of `offers` where `version` is not the newest.
pub async fn remove(db: &Db, id: &str, version: u32, log: Statement) -> Result<(), DbError> {
    let hold = Statement::new(sql!("offers.sql", "hold_offer"), params![id, version]);
    let remove = Statement::new(sql!("offers.sql", "remove_offer"), params![id]);
    db.batch(vec![hold, remove, log]).await.map(drop)
}

/// # Errors
/// [`DbError::is_stale`] of `guardrails` where `version` is not the newest.
pub async fn set_guardrails(db: &Db, settings: &Guardrails, version: u32, now: Millis, log: Statement) -> Result<(), DbError> {
    let set = Statement::new(sql!("offers.sql", "set_guardrails"), params![version, Param::json(settings), now]);
    db.batch(vec![set, log]).await.map(drop)
}

/// Asks for what came of offers so far, a row for each [`Outcome`].
pub fn outcomes() -> Statement {
    Statement::new(sql!("offers.sql", "outcomes"), params![])
}

/// Adds closed windows to what is known.
pub fn add_outcomes(outcomes: &[Outcome]) -> Result<Vec<Statement>, DbError> {
    let row = |Outcome { row, offer, made, returned, expected }: &Outcome| (*row, offer.clone(), *made, *returned, *expected);
    let rows: Vec<_> = outcomes.iter().map(row).collect();
    paged(&rows, |page| Statement::new(sql!("offers.sql", "add_outcomes"), params![page]))
}

fn columns(offer: &Offer, now: Millis) -> Vec<Param> {
    let Offer { id, kind, name, terms, fulfilment, answers, live, .. } = offer;
    params![id, kind.code(), name, Param::json(terms), fulfilment.code(), Param::json(answers), *live, now]
}

fn read(row: Row) -> Result<CatalogueOffer, DbError> {
    let Row { public_id: id, kind, name, terms, fulfilment, answers, live, version } = row;
    let broken = |what: &str| DbError::Bug(format!("the offer {id} has {what} that cannot be read"));
    let kind = Kind::of_code(&kind).ok_or_else(|| broken("a kind"))?;
    let fulfilment = Fulfilment::of_code(&fulfilment).ok_or_else(|| broken("a fulfilment"))?;
    let terms = serde_json::from_str(&terms).map_err(|_| broken("terms"))?;
    let answers: Vec<Reason> = serde_json::from_str(&answers).map_err(|_| broken("reasons"))?;
    let own = Kind::of_code(&id).is_none();
    Ok(CatalogueOffer {
        offer: Offer { id, kind, name, terms, fulfilment, answers, live: live != 0, unready: None },
        own,
        version,
    })
}

/// The seven, each as the shop edited it, then the shop's own.
fn laid_over(standard: Vec<Offer>, stored: Vec<CatalogueOffer>) -> Vec<CatalogueOffer> {
    let (own, edited): (Vec<_>, Vec<_>) = stored.into_iter().partition(|stored| stored.own);
    let known = |offer: Offer| {
        let edited = edited.iter().find(|edited| edited.offer.id == offer.id).cloned();
        edited.unwrap_or(CatalogueOffer { offer, own: false, version: 1 })
    };
    standard.into_iter().map(known).chain(own).collect()
}

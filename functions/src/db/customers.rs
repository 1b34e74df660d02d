//! Lists of customers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::api::{ModelCard, Tier, TierSummary};
use shared::money::{Currency, Home};
use shared::time::Millis;

use super::{Db, DbError, Outcome, Param, Statement};
use crate::{params, sql};

/// A search counts on to here.
pub const COUNTED: u64 = 10_000;

/// What the main trigger of a tier is counted among.
const TRIGGERS_READ: u32 = 5_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    Risk,
    Value,
    Name,
    LastOrder,
    Deadline,
}

/// Which customers, in which order.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Empty for all.
    pub tiers: Vec<Tier>,
    pub search: Option<Search>,
    pub sort: Sort,
    /// From the largest down.
    pub down: bool,
}

/// The start of a name, an address or an outside id, each in the form that its column has.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    pub name: String,
    pub email: String,
    pub external: String,
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub after: Option<Place>,
    pub offset: u32,
    pub limit: u32,
}

/// Where a row stands in its list: its key, a number or a text by the sort, and its customer's number.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Place {
    pub id: i64,
    #[serde(default)]
    pub number: Option<f64>,
    #[serde(default)]
    pub text: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    pub row_id: i64,
    pub public_id: shared::id::Id,
    pub external_id: String,
    pub kind: shared::api::CustomerKind,
    pub name: String,
    pub sample: u8,
    pub email: Option<String>,
    pub country: Option<String>,
    pub tier: i32,
    pub lifecycle: i32,
    pub p30: f64,
    pub p60: f64,
    pub p90: f64,
    pub value: Option<i64>,
    pub last_day: Option<i32>,
    pub deadline_day: Option<i32>,
    pub orders: u64,
    pub triggers: Option<String>,
    pub history: Option<String>,
    pub tags: String,
    pub owner_id: Option<shared::id::Id>,
    pub owner_name: Option<String>,
}

/// What stands above a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub tiers: Vec<TierSummary>,
    pub waiting: u64,
    /// When scoring last finished.
    pub as_of: Option<Millis>,
    pub card: Option<ModelCard>,
}

#[derive(Debug, Deserialize)]
struct TiersRow {
    /// Null without customers, as a sum over none is.
    waiting: Option<u64>,
    tiers: String,
}

/// Tier, customers, value, and those whose value is not known; null where there are none.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Counted(i32, Option<u64>, Option<i64>, Option<u64>);

#[derive(Debug, Deserialize)]
struct TriggerRow {
    tier: i32,
    code: String,
}

#[derive(Debug, Deserialize)]
struct CardRow {
    card: String,
}

#[derive(Debug, Deserialize)]
struct FinishedRow {
    finished_at: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Count {
    customers: u64,
}

/// The numbers of a filter's customers after `after`, in the order in which they came, whatever the filter's sort.
pub async fn ids_by_arrival(db: &Db, filter: &Filter, after: i64, limit: u32) -> Result<Vec<i64>, DbError> {
    let tiers = tier_codes(filter);
    let places: Vec<Place> = match &filter.search {
        None => db.all(sql!("customers.sql", "ids_by_arrival"), params![tiers, after, limit]).await?,
        Some(Search { name, email, external }) => {
            let params = params![tiers, after, limit, name, email, external];
            db.all(sql!("customers.sql", "found_by_arrival"), params).await?
        }
    };
    Ok(places.into_iter().map(|place| place.id).collect())
}

/// A part of a list with all that stands above it, in one call. Of a search also how many it finds, up to one above [`COUNTED`].
pub async fn places_and_summary(
    db: &Db,
    filter: &Filter,
    part: &Part,
    home: Currency,
) -> Result<(Vec<Place>, Option<u64>, Summary), DbError> {
    let mut statements = vec![places_statement(filter, part)];
    statements.extend(summary_statements());
    if let Some(search) = &filter.search {
        let Search { name, email, external } = search;
        let params = params![tier_codes(filter), name, email, external, COUNTED + 1];
        statements.push(Statement::new(sql!("customers.sql", "count_found"), params));
    }
    let outcomes = db.batch_idempotent(statements).await?;
    let [places, tiers, triggers, card, scored, found @ ..] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    let found = found.first().map(Outcome::first::<Count>).transpose()?.flatten().map(|count| count.customers);
    Ok((places.rows()?, found, read_summary([tiers, triggers, card, scored], home)?))
}

pub async fn summary(db: &Db, home: Currency) -> Result<Summary, DbError> {
    let outcomes = db.batch_idempotent(summary_statements().into()).await?;
    let [tiers, triggers, card, scored] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    read_summary([tiers, triggers, card, scored], home)
}

/// The rows of customers' numbers, in their order.
pub async fn rows(db: &Db, ids: &[i64]) -> Result<Vec<Row>, DbError> {
    db.all(sql!("customers.sql", "rows"), params![Param::json(&ids)]).await
}

fn places_statement(filter: &Filter, part: &Part) -> Statement {
    let tiers = tier_codes(filter);
    let after = part.after.clone();
    let (id, number, text) = after.map_or((None, None, None), |place| (Some(place.id), place.number, place.text));
    let Part { limit, offset, .. } = *part;
    let direction = if filter.down { -1 } else { 1 };
    let sort = filter.sort.as_str();
    match (&filter.search, filter.sort) {
        (None, Sort::Name) if filter.down => {
            Statement::new(sql!("customers.sql", "ids_by_name_down"), params![tiers, text, id, limit, offset])
        }
        (None, Sort::Name) => Statement::new(sql!("customers.sql", "ids_by_name"), params![tiers, text, id, limit, offset]),
        (None, _) => {
            let params = params![tiers, sort, direction, number, id, limit, offset];
            Statement::new(sql!("customers.sql", "ids_by_number"), params)
        }
        (Some(Search { name, email, external }), Sort::Name) => {
            let params = params![tiers, text, id, direction, limit, offset, name, email, external];
            Statement::new(sql!("customers.sql", "found_by_name"), params)
        }
        (Some(Search { name, email, external }), _) => {
            let params = params![tiers, sort, direction, number, id, limit, offset, name, email, external];
            Statement::new(sql!("customers.sql", "found_by_number"), params)
        }
    }
}

fn tier_codes(filter: &Filter) -> Param {
    let codes: Vec<i32> = filter.tiers.iter().map(|tier| tier.code()).collect();
    if codes.is_empty() { Param::Null } else { Param::json(&codes) }
}

fn summary_statements() -> [Statement; 4] {
    [
        Statement::new(sql!("customers.sql", "tiers"), params![]),
        Statement::new(sql!("customers.sql", "main_triggers"), params![TRIGGERS_READ]),
        Statement::new(sql!("customers.sql", "card"), params![]),
        Statement::new(sql!("customers.sql", "scored_at"), params![]),
    ]
}

fn read_summary([tiers, triggers, card, scored]: [&Outcome; 4], home: Currency) -> Result<Summary, DbError> {
    let row: Option<TiersRow> = tiers.first()?;
    let counted: Vec<Counted> = row.as_ref().and_then(|row| serde_json::from_str(&row.tiers).ok()).unwrap_or_default();
    let mut main_triggers = BTreeMap::new();
    for row in triggers.rows::<TriggerRow>()? {
        main_triggers.entry(row.tier).or_insert(row.code);
    }
    let tiers = Tier::ALL.map(|tier| {
        let Counted(_, customers, value, value_unknown) =
            counted.iter().find(|row| row.0 == tier.code()).copied().unwrap_or(Counted(tier.code(), None, None, None));
        TierSummary {
            tier,
            customers: customers.unwrap_or(0),
            value: Home(value.unwrap_or(0)).in_currency(home),
            value_unknown: value_unknown.unwrap_or(0),
            main_trigger: main_triggers.get(&tier.code()).cloned(),
        }
    });
    let card: Option<CardRow> = card.first()?;
    let scored: Option<FinishedRow> = scored.first()?;
    Ok(Summary {
        tiers: tiers.into(),
        waiting: row.and_then(|row| row.waiting).unwrap_or(0),
        as_of: scored.and_then(|row| row.finished_at).map(Millis),
        card: card.and_then(|row| serde_json::from_str(&row.card).ok()),
    })
}

impl Sort {
    pub const ALL: [Self; 5] = [Self::Risk, Self::Value, Self::Name, Self::LastOrder, Self::Deadline];

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == name)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Value => "value",
            Self::Name => "name",
            Self::LastOrder => "last_order",
            Self::Deadline => "deadline",
        }
    }

    /// Without a sign the list starts with what matters most: the highest risk or value, the newest order.
    pub fn starts_down(self) -> bool {
        matches!(self, Self::Risk | Self::Value | Self::LastOrder)
    }
}

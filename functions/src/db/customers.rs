//! Lists of customers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::api::{Lifecycle, ModelCard, Tier, TierSummary};
use shared::money::{Currency, Home};
use shared::segment::filter::Checked;
use shared::time::{Day, Millis};

use super::rollups::{self, Lists};
use super::{Db, DbError, Outcome, Param, Statement, lists};
use crate::{params, sql};

/// A list counts on to here.
pub const COUNTED: u64 = 10_000;

/// Triggers that stand above a tier.
const TOP: usize = 3;

/// What the triggers of a tier are counted among.
const TRIGGERS_READ: u32 = 5_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    Risk,
    Value,
    Name,
    LastOrder,
    Deadline,
    /// What a day of waiting costs.
    Waiting,
    /// What an offer is expected to bring beyond what comes by itself.
    Regain,
}

/// Which customers, in which order. What is empty or none lets everybody through.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    pub tiers: Vec<Tier>,
    pub search: Option<Search>,
    pub care: Option<Care>,
    pub tag: Option<String>,
    pub lifecycles: Vec<Lifecycle>,
    /// ISO 3166-1, two capital letters.
    pub countries: Vec<String>,
    pub segment: Option<Checked>,
    pub sort: Sort,
    /// From the largest down.
    pub down: bool,
}

/// Who looks after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    Nobody,
    /// The number of a row of `users`.
    Person(i64),
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
    /// In a list of a roll-up: its generation, and how many of the list stand up to and with this row.
    #[serde(default)]
    pub rolled: Option<(i64, u32)>,
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
    pub segment: Option<u16>,
    /// [`Stand`] as JSON.
    pub stand: String,
    /// Of the first contact, `shared::consent::Present` as JSON.
    pub consent: Option<String>,
    pub triggers: Option<String>,
    /// Code, probability and whether a person set it, as JSON; nulls where nothing tells.
    pub reason: String,
    /// `RiskInterval` as JSON.
    pub interval: Option<String>,
    /// (low, high) in minor units of the home currency as JSON.
    pub value_interval: Option<String>,
    /// `SetAside` as JSON.
    pub set_aside: Option<String>,
    pub history: Option<String>,
    pub tags: String,
    pub owner_id: Option<shared::id::Id>,
    pub owner_name: Option<String>,
}

/// Value tier, reason, chances of a return with contact and alone (per mille), margin and first order after it, exclusion, cost of waiting
/// (hundredths) and what is to win back, as facets have them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub struct Stand(pub u8, pub u8, pub Option<u16>, pub Option<u16>, pub Option<i64>, pub Option<i64>, pub u8, pub i64, pub i64);

/// As [`Stand`], of many.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct TierStand {
    pub tier: i32,
    pub value_tier: u8,
    pub reason: u8,
    pub customers: u64,
    pub contact: f64,
    pub alone: f64,
    pub margin_back: f64,
    pub order_back: f64,
}

impl Row {
    pub fn stand(&self) -> Stand {
        serde_json::from_str(&self.stand).unwrap_or_default()
    }
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
struct WaitingRow {
    waiting: Option<u64>,
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

/// A part of a list with all that stands above it, in one call; `rolled` is the roll-up of a large shop. Where more than tiers
/// narrow it also how many it has, up to one above [`COUNTED`].
pub async fn places_and_summary(
    db: &Db,
    filter: &Filter,
    part: &Part,
    home: Currency,
    rolled: Option<Lists>,
) -> Result<(Vec<Place>, Option<u64>, Summary), DbError> {
    let start = rolled.as_ref().and_then(|lists| rollups::start(lists, filter, part));
    let places = match start {
        Some((generation, offset)) => rollups::runs_statement(generation, filter, offset, part.limit),
        None => lists::part_statement(filter, part),
    };
    let mut statements = summary_statements(rolled.is_some());
    let summary = statements.len();
    statements.push(places);
    if !filter.is_tiers_only() {
        statements.push(lists::count_statement(filter, COUNTED + 1));
    }
    let outcomes = db.batch_idempotent(statements).await?;
    let Some((summary, [places, found @ ..])) = outcomes.split_at_checked(summary) else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    let found = found.first().map(Outcome::first::<Count>).transpose()?.flatten().map(|count| count.customers);
    let places = match start {
        Some(at) => rollups::read_places(places.rows()?, at, part.limit)?,
        None => places.rows()?,
    };
    Ok((places, found, read_summary(summary, home, rolled)?))
}

/// What stands above a list; of a large shop as its last roll-up has it.
pub async fn summary(db: &Db, home: Currency) -> Result<Summary, DbError> {
    let rolled = rollups::lists(db).await?;
    let outcomes = db.batch_idempotent(summary_statements(rolled.is_some())).await?;
    read_summary(&outcomes, home, rolled)
}

/// Everybody counted by tier, now.
pub async fn count_tiers(db: &Db, home: Currency) -> Result<Vec<TierSummary>, DbError> {
    let outcomes = db.batch_idempotent(summary_statements(false)).await?;
    Ok(read_summary(&outcomes, home, None)?.tiers)
}

/// The mean customer of each tier and row of the matrix.
pub async fn stands_of_tiers(db: &Db) -> Result<Vec<TierStand>, DbError> {
    db.all(sql!("customers.sql", "stands_of_tiers"), params![]).await
}

/// The rows of customers' numbers, in their order.
pub async fn rows(db: &Db, ids: &[i64], today: Day) -> Result<Vec<Row>, DbError> {
    db.all(sql!("customers.sql", "rows"), params![Param::json(&ids), today]).await
}

/// Card and time; then who waits, or all by tier with what is counted for it.
fn summary_statements(is_rolled: bool) -> Vec<Statement> {
    let mut statements = vec![
        Statement::new(sql!("customers.sql", "card"), params![]),
        Statement::new(sql!("customers.sql", "scored_at"), params![]),
    ];
    if is_rolled {
        statements.push(rollups::waiting_statement());
    } else {
        statements.push(Statement::new(sql!("customers.sql", "tiers"), params![]));
        statements.push(Statement::new(sql!("customers.sql", "top_triggers"), params![TRIGGERS_READ]));
    }
    statements
}

fn read_summary(outcomes: &[Outcome], home: Currency, rolled: Option<Lists>) -> Result<Summary, DbError> {
    let [card, scored, counted @ ..] = outcomes else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    let card: Option<CardRow> = card.first()?;
    let scored: Option<FinishedRow> = scored.first()?;
    let (tiers, waiting) = match (rolled, counted) {
        (Some(lists), [waiting]) => (lists.tiers, waiting.first::<WaitingRow>()?.and_then(|row| row.waiting).unwrap_or(0)),
        (None, [tiers, triggers]) => read_tiers(tiers, triggers, home)?,
        _ => return Err(DbError::Bug("a batch lost results".to_owned())),
    };
    Ok(Summary {
        tiers,
        waiting,
        as_of: scored.and_then(|row| row.finished_at).map(Millis),
        card: card.and_then(|row| serde_json::from_str(&row.card).ok()),
    })
}

fn read_tiers(tiers: &Outcome, triggers: &Outcome, home: Currency) -> Result<(Vec<TierSummary>, u64), DbError> {
    let row: Option<TiersRow> = tiers.first()?;
    let counted: Vec<Counted> = row.as_ref().and_then(|row| serde_json::from_str(&row.tiers).ok()).unwrap_or_default();
    let mut top_triggers: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for row in triggers.rows::<TriggerRow>()? {
        let top = top_triggers.entry(row.tier).or_default();
        if top.len() < TOP {
            top.push(row.code);
        }
    }
    let tiers = Tier::ALL.map(|tier| {
        let Counted(_, customers, value, value_unknown) =
            counted.iter().find(|row| row.0 == tier.code()).copied().unwrap_or(Counted(tier.code(), None, None, None));
        TierSummary {
            tier,
            customers: customers.unwrap_or(0),
            value: Home(value.unwrap_or(0)).in_currency(home),
            value_unknown: value_unknown.unwrap_or(0),
            top_triggers: top_triggers.remove(&tier.code()).unwrap_or_default(),
            best: None,
        }
    });
    Ok((tiers.into(), row.and_then(|row| row.waiting).unwrap_or(0)))
}

impl Filter {
    /// Nothing narrows the list but tiers, so that its counts are known and roll-ups can answer.
    pub fn is_tiers_only(&self) -> bool {
        let Self { tiers: _, search, care, tag, lifecycles, countries, segment, sort: _, down: _ } = self;
        let is_narrowed = search.is_some() || care.is_some() || tag.is_some() || segment.is_some();
        !is_narrowed && lifecycles.is_empty() && countries.is_empty()
    }
}

/// Everybody, the highest risk first.
impl Default for Filter {
    fn default() -> Self {
        Self {
            tiers: Vec::new(),
            search: None,
            care: None,
            tag: None,
            lifecycles: Vec::new(),
            countries: Vec::new(),
            segment: None,
            sort: Sort::Risk,
            down: true,
        }
    }
}

impl Sort {
    pub const ALL: [Self; 7] =
        [Self::Risk, Self::Value, Self::Name, Self::LastOrder, Self::Deadline, Self::Waiting, Self::Regain];

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
            Self::Waiting => "waiting",
            Self::Regain => "regain",
        }
    }

    /// Without a sign the list starts with what matters most: the highest risk or value, the newest order.
    pub fn starts_down(self) -> bool {
        matches!(self, Self::Risk | Self::Value | Self::LastOrder | Self::Waiting | Self::Regain)
    }
}

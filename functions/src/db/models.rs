//! Models, and what a fit reads.

use serde::Deserialize;
use shared::api::{ChurnDefinition, Comparison, ModelCard, ModelVersion};
use shared::id::Id;
use shared::risk::{Group, Model, Sampled};
use shared::state::{self, State};
use shared::time::{Day, Millis};
use shared::traits::Traits;

use super::{Db, DbError, Outcome, Param, Statement, traits};
use crate::{params, random, sql};

/// The model that scores rest on.
#[derive(Debug, Clone)]
pub struct Live {
    pub id: i64,
    pub model: Model,
    pub card: ModelCard,
    pub created_at: Millis,
}

/// A model to be kept.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    pub model: &'a Model,
    pub card: &'a ModelCard,
    pub source: Source,
    pub comparison: Option<&'a Comparison>,
}

/// Where a model was fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Worker,
    Browser,
}

/// A model with what is told of it.
#[derive(Debug, Clone, Deserialize)]
pub struct VersionRow {
    pub id: i64,
    pub public_id: Id,
    pub live: u8,
    source: String,
    created_at: i64,
    comparison: Option<String>,
    card: String,
    scores: u64,
}

/// A customer whom a fit looks at, as stored.
#[derive(Debug, Clone, Deserialize)]
pub struct SampleRow {
    state: String,
    /// `shared::risk::Aside`s as a JSON list.
    asides: String,
    held_back: u8,
    /// See [`super::traits`].
    traits: String,
}

/// Which customers a fit is to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Both,
    /// Those to learn from.
    Learned,
}

#[derive(Debug, Deserialize)]
struct ModelRow {
    id: i64,
    parameters: String,
    card: String,
    created_at: i64,
}

#[derive(Debug, Deserialize)]
struct Shown {
    card: String,
    definitions: String,
}

#[derive(Debug, Deserialize)]
struct Parameters {
    parameters: String,
}

#[derive(Debug, Deserialize)]
struct Groups {
    groups: String,
}

#[derive(Debug, Deserialize)]
struct Part {
    body: String,
}

#[derive(Debug, Deserialize)]
struct Count {
    n: u64,
}

#[derive(Debug, Deserialize)]
struct Number {
    id: i64,
}

#[derive(Debug, Deserialize)]
struct At {
    at: Option<i64>,
}

/// None before the first, or where it was written by a version that this one does not understand.
pub async fn live(db: &Db) -> Result<Option<Live>, DbError> {
    let row: Option<ModelRow> = db.first(sql!("models.sql", "live_model"), params![]).await?;
    Ok(row.and_then(|row| {
        let model = serde_json::from_str(&row.parameters).ok()?;
        let card = serde_json::from_str(&row.card).ok()?;
        Some(Live { id: row.id, model, card, created_at: Millis(row.created_at) })
    }))
}

/// The live one's card, and what other definitions of churn would have said.
pub async fn shown(db: &Db) -> Result<Option<(ModelCard, Vec<ChurnDefinition>)>, DbError> {
    let row: Option<Shown> = db.first(sql!("models.sql", "live_shown"), params![]).await?;
    Ok(row.and_then(|row| {
        let card = serde_json::from_str(&row.card).ok()?;
        Some((card, serde_json::from_str(&row.definitions).unwrap_or_default()))
    }))
}

/// The newest first.
pub async fn versions(db: &Db, most: u32) -> Result<Vec<VersionRow>, DbError> {
    db.all(sql!("models.sql", "versions"), params![most]).await
}

pub async fn version(db: &Db, id: &Id) -> Result<Option<VersionRow>, DbError> {
    db.first(sql!("models.sql", "version"), params![id]).await
}

/// None where a version that this one does not understand wrote it.
pub async fn model(db: &Db, id: i64) -> Result<Option<Model>, DbError> {
    let row: Option<Parameters> = db.first(sql!("models.sql", "parameters"), params![id]).await?;
    Ok(row.and_then(|row| serde_json::from_str(&row.parameters).ok()))
}

/// When a model was last made, whether or not it went live.
pub async fn tried_at(db: &Db) -> Result<Option<Millis>, DbError> {
    let row: Option<At> = db.first(sql!("models.sql", "tried_at"), params![]).await?;
    Ok(row.and_then(|row| row.at).map(Millis))
}

/// The oldest of the newest `most` models that were live.
pub async fn oldest_kept(db: &Db, most: u32) -> Result<i64, DbError> {
    let row: Option<Number> = db.first(sql!("models.sql", "oldest_kept"), params![most]).await?;
    Ok(row.map_or(0, |row| row.id))
}

/// Makes it the live one; the outcome of the last statement has its id, see [`new_id`].
pub fn store(new: &New, now: Millis) -> Result<Vec<Statement>, DbError> {
    Ok(vec![Statement::new(sql!("models.sql", "retire_models"), params![]), insert(new, true, now)?])
}

/// Keeps it beside the live one, with why it was refused.
pub fn store_refused(new: &New, now: Millis) -> Result<Statement, DbError> {
    insert(new, false, now)
}

fn insert(new: &New, is_live: bool, now: Millis) -> Result<Statement, DbError> {
    let New { model, card, source, comparison } = *new;
    let comparison = comparison.map_or(Param::Null, Param::json);
    let id = random::id(now)?;
    let params = params![&id, Param::json(model), Param::json(card), comparison, source.as_str(), is_live, now];
    Ok(Statement::new(sql!("models.sql", "store_model"), params))
}

/// Puts figures that move no score into a model that is kept.
pub fn refresh(id: i64, new: &New) -> Statement {
    Statement::new(sql!("models.sql", "refresh_model"), params![id, Param::json(new.model), Param::json(new.card)])
}

/// Makes an earlier one live again.
pub fn use_again(id: i64) -> Vec<Statement> {
    vec![
        Statement::new(sql!("models.sql", "retire_models"), params![]),
        Statement::new(sql!("models.sql", "use_model"), params![id]),
    ]
}

/// Goes before what was decided beside the live model of number `id`, 0 for none: see [`is_overtaken`].
pub fn expect_live(id: i64) -> Statement {
    Statement::new(sql!("models.sql", "expect_live"), params![id])
}

/// A batch failed because another model went live meanwhile.
pub fn is_overtaken(error: &DbError) -> bool {
    matches!(error, DbError::Constraint(text) if text.contains("models.name"))
}

pub fn new_id(outcome: Option<&Outcome>) -> Result<i64, DbError> {
    let row: Option<Number> = outcome.map(Outcome::first).transpose()?.flatten();
    row.map(|row| row.id).ok_or_else(|| DbError::Bug("a new model has no id".to_owned()))
}

/// Gathers the purchase histories of the customers after one and up to another as a part of a fit, without a look at them here.
pub fn gather_groups(part: u32, after: i64, upto: i64, today: Day) -> Statement {
    Statement::new(sql!("models.sql", "gather_groups"), params![part, after, upto, today])
}

pub fn drop_parts() -> Statement {
    Statement::new(sql!("models.sql", "drop_parts"), params![])
}

/// What was gathered in `count` parts from part `from` on.
pub async fn parts(db: &Db, from: u32, count: u32) -> Result<Vec<Vec<(u32, u32, u32, u32)>>, DbError> {
    let rows: Vec<Part> = db.all(sql!("models.sql", "parts"), params![from, count]).await?;
    rows.iter().map(|row| read_groups(&row.body)).collect()
}

/// Purchase histories of the customers after one and up to another.
pub async fn groups(db: &Db, after: i64, upto: i64, today: Day) -> Result<Vec<(u32, u32, u32, u32)>, DbError> {
    let row: Option<Groups> = db.first(sql!("models.sql", "groups"), params![after, upto, today]).await?;
    row.map_or_else(|| Ok(Vec::new()), |row| read_groups(&row.groups))
}

fn read_groups(text: &str) -> Result<Vec<(u32, u32, u32, u32)>, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Bug(format!("groups of histories: {error}")))
}

/// As a fit reads them, those of the same history together.
pub fn merged(mut groups: Vec<(u32, u32, u32, u32)>) -> Vec<Group> {
    groups.sort_unstable();
    let mut merged: Vec<Group> = Vec::with_capacity(groups.len());
    for (repeats, recency, age, customers) in groups {
        match merged.last_mut() {
            Some(last) if (last.repeats, last.recency, last.age) == (repeats, recency, age) => last.customers += customers,
            _ => merged.push(Group { repeats, recency, age, customers }),
        }
    }
    merged
}

pub async fn customers_with_orders(db: &Db) -> Result<u64, DbError> {
    let row: Option<Count> = db.first(sql!("models.sql", "customers_with_orders"), params![]).await?;
    Ok(row.map_or(0, |row| row.n))
}

pub async fn customers(db: &Db) -> Result<u64, DbError> {
    let row: Option<Count> = db.first(sql!("models.sql", "customers"), params![]).await?;
    Ok(row.map_or(0, |row| row.n))
}

/// After one and up to another.
pub async fn customers_between(db: &Db, after: i64, upto: i64) -> Result<u64, DbError> {
    let row: Option<Count> = db.first(sql!("models.sql", "customers_between"), params![after, upto]).await?;
    Ok(row.map_or(0, |row| row.n))
}

/// One in `each` of the customers after one and up to another.
pub async fn sample(db: &Db, after: i64, upto: i64, each: u64, which: Which) -> Result<Vec<SampleRow>, DbError> {
    let which = match which {
        Which::Both => Param::Null,
        Which::Learned => Param::from(0_u32),
    };
    db.all(sql!("models.sql", "sample_states"), params![after, upto, each, state::SCHEMA, which]).await
}

/// At most `most` customers of whom no model learned, spread over all of them.
pub async fn held_back(db: &Db, most: u32) -> Result<Vec<Sampled>, DbError> {
    let step = (customers_with_orders(db).await? / 5).div_ceil(u64::from(most)).max(1);
    let rows: Vec<SampleRow> = db.all(sql!("models.sql", "held_back_page"), params![step, most, state::SCHEMA]).await?;
    Ok(rows.iter().filter_map(SampleRow::read).collect())
}

/// Old models that no score rests on.
pub fn prune(before: Millis) -> Statement {
    Statement::new(sql!("models.sql", "prune_models"), params![before])
}

impl Source {
    fn as_str(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::Browser => "browser",
        }
    }
}

impl VersionRow {
    pub fn comparison(&self) -> Option<Comparison> {
        serde_json::from_str(self.comparison.as_deref()?).ok()
    }

    /// None where a version that this one does not understand wrote it.
    pub fn wire(self) -> Option<ModelVersion> {
        Some(ModelVersion {
            comparison: self.comparison(),
            id: self.public_id,
            live: self.live != 0,
            source: self.source,
            created_at: Millis(self.created_at).rfc3339(),
            card: serde_json::from_str(&self.card).ok()?,
            scores: self.scores,
        })
    }
}

impl SampleRow {
    /// None where a version that this one does not understand wrote the state.
    pub fn read(&self) -> Option<Sampled> {
        let state = State { traits: self.traits(), ..serde_json::from_str(&self.state).ok()? };
        let asides = serde_json::from_str(&self.asides).unwrap_or_default();
        Some(Sampled { state, asides, held_back: self.held_back != 0 })
    }

    /// The same as the JSON of [`Sampled`], without reading the state.
    pub fn json(&self) -> String {
        let traits = self.traits();
        match (self.state.strip_suffix('}'), serde_json::to_string(&traits)) {
            (Some(state), Ok(traits_text)) if !traits.is_empty() => {
                format!(r#"{{"state":{state},"own":{traits_text}}},"asides":{}}}"#, self.asides)
            }
            _ => format!(r#"{{"state":{},"asides":{}}}"#, self.state, self.asides),
        }
    }

    /// Those that a model may learn from: no names, no addresses, no prose.
    fn traits(&self) -> Traits {
        traits::read(&self.traits).learnable()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_the_same_history_are_one() {
        let groups = merged(vec![(1, 10, 20, 3), (0, 0, 5, 2), (1, 10, 20, 4), (1, 10, 21, 1)]);
        let group = |repeats, recency, age, customers| Group { repeats, recency, age, customers };
        assert_eq!(groups, [group(0, 0, 5, 2), group(1, 10, 20, 7), group(1, 10, 21, 1)]);
    }

    #[test]
    fn a_sampled_customer_reads_back_from_what_a_browser_is_sent() {
        for (traits, names) in [
            (r#"["{}","{}","{}",5]"#, &[] as &[&str]),
            (r#"["{\"plan\":\"Pro\",\"phone\":\"+49 30\"}","{\"plan\":7}","{\"plan\":[[3,\"Starter\"]]}",5]"#, &["plan"]),
        ] {
            let row = SampleRow {
                state: serde_json::to_string(&state::State::default()).expect("json"),
                asides: r#"[["paused",20000,20030]]"#.to_owned(),
                held_back: 0,
                traits: traits.to_owned(),
            };
            let sampled = row.read().expect("sampled");
            assert_eq!((sampled.asides.len(), sampled.state.traits.names().collect::<Vec<_>>()), (1, names.to_vec()));
            assert_eq!(serde_json::from_str::<Sampled>(&row.json()).expect("sampled"), sampled);
        }
    }
}

//! What the shop shipped or changed, and whom it would bring back.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use shared::api::{Improvement, ImprovementKind, ImprovementMatches, Wish};
use shared::id::Id;
use shared::improvement;
use shared::money::{Currency, Home};
use shared::reason::Reason;
use shared::time::{Day, Millis};

use super::{Db, DbError, Outcome, Param, Statement, json_pages};
use crate::{params, sql};

/// A shop keeps at most so many.
pub const MOST: u32 = 200;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    pub id: i64,
    pub public_id: Id,
    pub kind: String,
    pub title: String,
    pub text: Option<String>,
    pub shipped_day: i32,
    /// JSON lists.
    pub reasons: String,
    pub features: String,
    pub announced_at: Option<i64>,
    pub version: u32,
}

/// What a marketer says of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub kind: ImprovementKind,
    pub title: String,
    pub text: Option<String>,
    pub shipped: Day,
    pub reasons: Vec<Reason>,
    pub features: Vec<String>,
}

/// Customers who leave or left, alike in what decides a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Leavers {
    reason: u8,
    lost: u8,
    last_day: Option<i32>,
    customers: u64,
    excluded: u64,
    value: i64,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct Askers {
    /// Of the improvement, in the order asked.
    place: usize,
    customers: u64,
    lost: u64,
    excluded: u64,
    value: i64,
    left: u64,
    lost_left: u64,
    excluded_left: u64,
    value_left: i64,
}

#[derive(Debug, Deserialize)]
struct WishRow {
    customer_id: i64,
    feature: String,
    day: i32,
}

/// A wish as scoring stores it: key, words, first day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WishFact(pub String, pub String, pub i32);

impl Row {
    pub fn content(&self) -> Content {
        let reasons: Vec<String> = serde_json::from_str(&self.reasons).unwrap_or_default();
        Content {
            kind: ImprovementKind::of_code(&self.kind).unwrap_or(ImprovementKind::Feature),
            title: self.title.clone(),
            text: self.text.clone(),
            shipped: Day(self.shipped_day),
            reasons: reasons.iter().filter_map(|code| Reason::of_code(code)).collect(),
            features: serde_json::from_str(&self.features).unwrap_or_default(),
        }
    }

    pub fn wire(self, matches: Option<ImprovementMatches>) -> Improvement {
        let Content { kind, title, text, shipped, reasons, features } = self.content();
        Improvement {
            id: self.public_id,
            kind,
            title,
            text,
            shipped_on: shipped.iso(),
            reasons,
            features,
            matches,
            announced_at: self.announced_at.map(|at| Millis(at).rfc3339()),
            version: self.version,
        }
    }
}

impl Content {
    fn params(&self) -> [Param; 8] {
        [
            Param::Text(self.kind.code().to_owned()),
            Param::Text(self.title.clone()),
            self.text.clone().map_or(Param::Null, Param::Text),
            Param::Int(self.shipped.0.into()),
            Param::json(&self.reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>()),
            Param::json(&self.features),
            Param::json(&self.keys()),
            Param::json(&self.numbers()),
        ]
    }

    fn keys(&self) -> Vec<String> {
        self.features.iter().map(|feature| improvement::key(feature)).collect()
    }

    fn numbers(&self) -> Vec<u8> {
        self.reasons.iter().map(|reason| reason.number()).collect()
    }
}

/// The newest first.
pub async fn list(db: &Db) -> Result<Vec<Row>, DbError> {
    let Statement { sql, params } = list_statement();
    db.all(sql, params).await
}

/// Asks for a [`Row`] each, the newest first.
pub fn list_statement() -> Statement {
    Statement::new(sql!("improvements.sql", "list"), params![MOST])
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Row>, DbError> {
    db.first(sql!("improvements.sql", "find"), params![id]).await
}

/// `log` must write only where it was stored. False where the shop has [`MOST`] already.
pub async fn add(db: &Db, id: &Id, content: &Content, by: Option<i64>, now: Millis, log: Statement) -> Result<bool, DbError> {
    let mut params = params![id];
    params.extend(content.params());
    params.extend(params![by, MOST, now]);
    let outcomes = db.batch(vec![Statement::new(sql!("improvements.sql", "add"), params), log]).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// # Errors
/// The batch fails with [`DbError::is_stale`] of `improvements` where `version` is not the newest.
pub fn change(id: i64, version: u32, content: &Content, now: Millis) -> Statement {
    let mut params = params![id, version];
    params.extend(content.params());
    params.extend(params![now]);
    Statement::new(sql!("improvements.sql", "change"), params)
}

/// # Errors
/// As [`change`].
pub fn remove(id: i64, version: u32) -> [Statement; 2] {
    let hold = Statement::new(sql!("improvements.sql", "hold"), params![id, version]);
    [hold, Statement::new(sql!("improvements.sql", "remove"), params![id])]
}

/// # Errors
/// As [`change`].
pub fn announce(id: i64, version: u32, now: Millis) -> Statement {
    Statement::new(sql!("improvements.sql", "announce"), params![id, version, now])
}

/// Whom each would bring back, in their order.
pub async fn matches(db: &Db, rows: &[Row], home: Currency) -> Result<Vec<ImprovementMatches>, DbError> {
    let contents: Vec<Content> = rows.iter().map(Row::content).collect();
    let asked: Vec<_> = contents.iter().map(|content| (content.keys(), content.shipped.0, content.numbers())).collect();
    let statements = vec![
        Statement::new(sql!("improvements.sql", "leavers"), params![]),
        Statement::new(sql!("improvements.sql", "askers"), vec![Param::json(&asked)]),
    ];
    let outcomes = db.batch(statements).await?;
    let [leavers, askers] = outcomes.as_slice() else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    let (leavers, askers): (Vec<Leavers>, Vec<Askers>) = (leavers.rows()?, askers.rows()?);
    let of = |place: usize| askers.iter().find(|row| row.place == place).copied().unwrap_or_default();
    Ok(contents.iter().enumerate().map(|(place, content)| both(content, &leavers, of(place), home)).collect())
}

/// Who left over it, who asked for it, and both once.
fn both(content: &Content, leavers: &[Leavers], askers: Askers, home: Currency) -> ImprovementMatches {
    let is_left = |group: &&Leavers| {
        let is_before = group.last_day.is_some_and(|day| day < content.shipped.0);
        content.reasons.iter().any(|reason| reason.number() == group.reason) && (group.lost == 0 || is_before)
    };
    let left = |figure: fn(&Leavers) -> u64| leavers.iter().filter(is_left).map(figure).sum::<u64>();
    let value: i64 = leavers.iter().filter(is_left).map(|group| group.value).sum();
    let all_left = left(|group| group.customers);
    ImprovementMatches {
        customers: all_left + (askers.customers - askers.left),
        asked: askers.customers,
        left: all_left,
        lost: left(|group| if group.lost == 0 { 0 } else { group.customers }) + (askers.lost - askers.lost_left),
        excluded: left(|group| group.excluded) + (askers.excluded - askers.excluded_left),
        value: Home(value.saturating_add(askers.value).saturating_sub(askers.value_left)).in_currency(home),
    }
}

/// What is asked for most and answered by none of `rows`.
pub async fn wishes(db: &Db, rows: &[Row], most: u32) -> Result<Vec<Wish>, DbError> {
    let answered: Vec<String> = rows.iter().flat_map(|row| row.content().keys()).collect();
    db.all(sql!("improvements.sql", "wishes"), params![Param::json(&answered), most]).await
}

/// Asks for what customers asked for: [`read_wishes`].
pub fn wishes_of(ids: &[i64]) -> Statement {
    Statement::new(sql!("improvements.sql", "wishes_of"), params![Param::json(&ids)])
}

/// What customers asked for and when, the oldest first; those who asked for nothing are absent.
pub fn read_wishes(outcome: &Outcome) -> Result<HashMap<i64, Vec<(String, Day)>>, DbError> {
    let rows: Vec<WishRow> = outcome.rows()?;
    let mut wishes: HashMap<i64, Vec<(String, Day)>> = HashMap::new();
    for WishRow { customer_id, feature, day } in rows {
        wishes.entry(customer_id).or_default().push((feature, Day(day)));
    }
    Ok(wishes)
}

/// These customers' wishes are these.
pub fn store_wishes(rows: &[(i64, Vec<WishFact>)]) -> Result<Vec<Statement>, DbError> {
    let pages = json_pages(rows)?;
    Ok(pages
        .into_iter()
        .flat_map(|page| {
            [sql!("improvements.sql", "store_wishes"), sql!("improvements.sql", "drop_wishes")]
                .map(|sql| Statement::new(sql, vec![Param::Json(page.clone())]))
        })
        .collect())
}

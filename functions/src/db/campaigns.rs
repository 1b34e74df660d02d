//! Campaigns: what they say and plan, how they stand, and the messages that people of the team send to themselves.

use serde::Deserialize;
use shared::api::{CampaignFigures, PauseReason};
use shared::campaign::{Kind, Plan, Status};
use shared::id::Id;
use shared::message::Draft;
use shared::message::check::SCHEMA;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement, results};
use crate::{params, sql};

/// A shop keeps at most so many.
pub const MOST: u32 = 200;

/// Of one person on a UTC day.
pub const TESTS_A_DAY: u32 = 20;

/// Days for which it is kept how many were sent.
const TESTS_KEPT: i32 = 30;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    pub id: i64,
    pub public_id: Id,
    pub name: String,
    pub segment: Option<String>,
    /// Of a segment that a marketer defined.
    pub segment_name: Option<String>,
    schema: u32,
    /// Left out of a list.
    draft: String,
    pub state: String,
    /// [`Plan`]; of a list, its kind alone. None where nobody set one.
    plan: Option<String>,
    pub edition: Option<u32>,
    pub launched_at: Option<i64>,
    pub leaves_at: Option<i64>,
    pub entered_upto: Option<i64>,
    /// [`PauseReason`] of what stands still.
    why: Option<String>,
    /// What the edition that runs was approved as.
    pub running_digest: Option<String>,
    /// `[[user, name, digest, time], …]` as JSON.
    approvals: String,
    /// Numbers of users as JSON.
    authors: String,
    /// `[entered, reached, returned]` as JSON, of one that was launched.
    figures: Option<String>,
    pub version: u32,
    pub created_by: Option<String>,
    pub updated_by: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// What a marketer says of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub name: String,
    pub segment: Option<String>,
    pub draft: Draft,
    pub plan: Plan,
}

/// Somebody's word for what they saw.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ApprovalRow(pub i64, pub String, pub String, pub i64);

/// How a campaign stands, as dispatch asks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StandingRow {
    pub id: i64,
    pub public_id: Id,
    pub name: String,
    pub state: String,
    pub leaves_at: Option<i64>,
    pub canary_at: Option<i64>,
    pub canary_passed_at: Option<i64>,
}

/// A plan that the shop saved.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SavedRow {
    pub public_id: Id,
    pub name: String,
    plan: String,
    draft: String,
}

#[derive(Debug, Deserialize)]
struct IdRow {
    id: Id,
}

#[derive(Debug, Deserialize)]
struct MoneyRow {
    channel: String,
    reserved: i64,
}

/// A message to whoever asked for it.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    pub user: i64,
    pub channel: &'static str,
    /// Their own address.
    pub recipient: &'a str,
    pub subject: &'a str,
    /// The plain text.
    pub body: &'a str,
    pub html: Option<&'a str>,
    /// The customer whose facts stand in it.
    pub about: Option<i64>,
    pub now: Millis,
}

#[derive(Debug, Deserialize)]
struct Sent {
    sent: u32,
}

impl Row {
    /// None where another version of this program wrote it in a form that this one does not know.
    pub fn draft(&self) -> Option<Draft> {
        if self.schema == SCHEMA { serde_json::from_str(&self.draft).ok() } else { None }
    }

    /// The plan of a win-back where nobody set one; none where another version of this program wrote it.
    pub fn plan(&self) -> Option<Plan> {
        self.plan.as_deref().map_or_else(|| Some(Plan::of_kind(Kind::default())), |text| serde_json::from_str(text).ok())
    }

    pub fn kind(&self) -> Kind {
        #[derive(Deserialize)]
        struct Of {
            kind: Option<Kind>,
        }
        self.plan.as_deref().and_then(|text| serde_json::from_str::<Of>(text).ok()?.kind).unwrap_or_default()
    }

    pub fn status(&self) -> Status {
        Status::of_code(&self.state).unwrap_or_default()
    }

    pub fn why(&self) -> Option<PauseReason> {
        serde_json::from_str(self.why.as_deref()?).ok()
    }

    pub fn approvals(&self) -> Vec<ApprovalRow> {
        serde_json::from_str(&self.approvals).unwrap_or_default()
    }

    pub fn figures(&self) -> Option<CampaignFigures> {
        let (entered, reached, returned) = serde_json::from_str(self.figures.as_deref()?).ok()?;
        Some(CampaignFigures { entered, reached, returned })
    }

    pub fn authors(&self) -> Vec<i64> {
        serde_json::from_str(&self.authors).unwrap_or_default()
    }
}

impl SavedRow {
    pub fn read(&self) -> Option<(Plan, Draft)> {
        Some((serde_json::from_str(&self.plan).ok()?, serde_json::from_str(&self.draft).ok()?))
    }
}

/// The newest change first, without their drafts.
pub async fn list(db: &Db) -> Result<Vec<Row>, DbError> {
    db.all(sql!("campaigns.sql", "list"), params![MOST]).await
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Row>, DbError> {
    db.first(sql!("campaigns.sql", "find"), params![id]).await
}

/// `log` must write only where it was stored. False where the shop has [`MOST`] already.
pub async fn add(db: &Db, id: &Id, content: &Content, by: Option<i64>, now: Millis, log: Statement) -> Result<bool, DbError> {
    let Content { name, segment, draft, plan } = content;
    let params = params![id, name, segment.as_deref(), SCHEMA, Param::json(draft), by, now, MOST, Param::json(plan)];
    let mut statements = vec![Statement::new(sql!("campaigns.sql", "add"), params), log];
    statements.push(note_author(id, by.unwrap_or(A_PROGRAM), now));
    let outcomes = db.batch(statements).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// `log` must write only where it was changed. False where it is gone.
///
/// # Errors
/// [`DbError::is_stale`] of `campaigns` where `version` is not the newest.
pub async fn change(
    db: &Db,
    row: &Row,
    version: u32,
    content: &Content,
    by: Option<i64>,
    now: Millis,
    log: Statement,
) -> Result<bool, DbError> {
    let Content { name, segment, draft, plan } = content;
    let params = params![row.id, version, name, segment.as_deref(), SCHEMA, Param::json(draft), by, now, Param::json(plan)];
    let mut statements = vec![Statement::new(sql!("campaigns.sql", "change"), params), log];
    statements.push(note_author(&row.public_id, by.unwrap_or(A_PROGRAM), now));
    let outcomes = db.batch(statements).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// `log` must write only where it was removed. False where it was gone.
///
/// # Errors
/// [`DbError::is_stale`] of `campaigns` where `version` is not the newest.
pub async fn remove(db: &Db, id: i64, version: u32, log: Statement) -> Result<bool, DbError> {
    let hold = Statement::new(sql!("campaigns.sql", "hold"), params![id, version]);
    let remove = Statement::new(sql!("campaigns.sql", "remove"), params![id]);
    let outcomes = db.batch(vec![hold, remove, log]).await?;
    Ok(outcomes.get(1).is_some_and(|outcome| outcome.changes > 0))
}

/// Puts a message into the outbox and counts it; how many the person has sent on this day, or none where that were too many.
///
/// `log` must write only where it was put there.
pub async fn send(db: &Db, letter: &Letter<'_>, log: Statement) -> Result<Option<u32>, DbError> {
    let Letter { user, channel, recipient, subject, body, html, about, now } = *letter;
    let today = now.day();
    let statements = vec![
        Statement::new(sql!("campaigns.sql", "forget_tests"), params![today.plus(-TESTS_KEPT)]),
        Statement::new(sql!("campaigns.sql", "count_test"), params![user, today, TESTS_A_DAY, now]),
        Statement::new(sql!("campaigns.sql", "put_test"), params![channel, recipient, subject, body, html, about, now]),
        log,
        Statement::new(sql!("campaigns.sql", "sent_today"), params![user, today]),
    ];
    let outcomes = db.batch(statements).await?;
    let [_, counted, _, _, sent] = outcomes.as_slice() else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    let sent = sent.first::<Sent>()?.map_or(0, |row| row.sent);
    Ok(if counted.changes > 0 { Some(sent) } else { None })
}

/// Who changes what an approval binds to: only where a row was changed before it.
/// Stands among the authors for whoever let a program write: nobody knows who that was.
pub const A_PROGRAM: i64 = 0;

fn note_author(id: &Id, user: i64, now: Millis) -> Statement {
    Statement::new(sql!("campaigns.sql", "note_author"), params![id, user, now])
}

pub fn approve(id: i64, user: i64, digest: &str, now: Millis) -> Statement {
    Statement::new(sql!("campaigns.sql", "approve"), params![id, user, digest, now])
}

/// Fails where `version` is not the newest, or the campaign stands in another state than `from`.
pub fn set_state(id: i64, version: u32, from: Status, to: Status, why: Option<&PauseReason>, now: Millis) -> Statement {
    let why = why.map_or(Param::Null, Param::json);
    Statement::new(sql!("campaigns.sql", "set_state"), params![id, version, from.code(), to.code(), why, now])
}

/// Only what runs.
pub fn pause_itself(id: i64, code: &str, why: &str, now: Millis) -> Statement {
    let why = PauseReason { code: code.to_owned(), text: why.to_owned(), at: now.rfc3339() };
    Statement::new(sql!("campaigns.sql", "pause_itself"), params![id, Param::json(&why), now])
}

/// What stands becomes the next edition: before [`launch`] and [`take_edition`].
pub fn add_edition(id: i64, digest: &str, by: Option<i64>, now: Millis) -> Statement {
    Statement::new(sql!("campaigns.sql", "add_edition"), params![id, digest, by, now])
}

/// Once: nothing where it was launched before.
pub fn launch(id: i64, version: u32, now: Millis, leaves_at: Millis) -> Statement {
    Statement::new(sql!("campaigns.sql", "launch"), params![id, version, now, leaves_at])
}

pub fn take_edition(id: i64, version: u32, now: Millis) -> Statement {
    Statement::new(sql!("campaigns.sql", "take_edition"), params![id, version, now])
}

/// A launch is as if it had not been. Fails once the first touches may have left.
pub fn take_back(id: i64, version: u32, now: Millis) -> [Statement; 4] {
    [
        Statement::new(sql!("campaigns.sql", "take_back"), params![id, version, now]),
        Statement::new(sql!("campaigns.sql", "forget_touches"), params![id]),
        results::forget(id),
        Statement::new(sql!("campaigns.sql", "forget_entries"), params![id]),
    ]
}

pub fn resume_entries(id: i64, now: Millis) -> Statement {
    Statement::new(sql!("campaigns.sql", "resume_entries"), params![id, now])
}

pub fn end_entries(id: i64, reason: &str, now: Millis) -> Statement {
    Statement::new(sql!("campaigns.sql", "end_entries"), params![id, reason, now])
}

/// Customers who got a step of an edition.
pub async fn got_step(db: &Db, id: i64, step: u8, edition: u32, most: usize) -> Result<Vec<Id>, DbError> {
    let rows: Vec<IdRow> = db.all(sql!("campaigns.sql", "got_step"), params![id, u32::from(step), edition, most as u64]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Millionths of the home currency that are reserved or spent: in all.
pub async fn money(db: &Db, id: i64) -> Result<i64, DbError> {
    let rows: Vec<MoneyRow> = db.all(sql!("campaigns.sql", "money"), params![id]).await?;
    Ok(rows.into_iter().find(|row| row.channel.is_empty()).map_or(0, |row| row.reserved))
}

pub async fn plans(db: &Db) -> Result<Vec<SavedRow>, DbError> {
    db.all(sql!("campaigns.sql", "plans"), params![]).await
}

/// Nothing where there is one of that name.
pub fn save_plan(id: &Id, name: &str, campaign: i64, by: Option<i64>, now: Millis) -> Statement {
    Statement::new(sql!("campaigns.sql", "save_plan"), params![id, name, campaign, by, now])
}

pub async fn standing(db: &Db, ids: &[i64]) -> Result<Vec<StandingRow>, DbError> {
    db.all(sql!("campaigns.sql", "standing"), params![Param::json(&ids)]).await
}

pub fn canary_is_out(id: i64, now: Millis) -> Statement {
    Statement::new(sql!("campaigns.sql", "canary_is_out"), params![id, now])
}

pub fn canary_passed(id: i64, now: Millis) -> Statement {
    Statement::new(sql!("campaigns.sql", "canary_passed"), params![id, now])
}

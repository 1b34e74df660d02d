//! Language models: how they are asked, what they cost, and what they answered.

use serde::Deserialize;
use shared::message::model::price::Prices;
use shared::message::model::{Dialect, Micros, Provider};
use shared::time::{Day, Millis};

use super::secrets::{self, SecretRow};
use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// Whose secret the key is, and its name.
pub const OWNER: &str = "copywriter";
pub const KEY: &str = "key";

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CopywriterRow {
    enabled: u8,
    provider: String,
    pub model: String,
    pub base_url: Option<String>,
    pub api_version: Option<String>,
    ticket_text: u8,
    pub currency: String,
    input_price: Option<u64>,
    output_price: Option<u64>,
    per_call: u64,
    per_day: u64,
    per_month: u64,
    pub timeout_seconds: u16,
    dialect: Option<String>,
    pub last_status: Option<String>,
    pub last_reason: Option<String>,
    pub last_at: Option<i64>,
    pub version: u32,
    spent_day: u64,
    spent_month: u64,
    pub calls_month: u32,
    /// JSON.
    secret: Option<String>,
}

#[derive(Debug, Deserialize)]
struct AnswerRow {
    answer: String,
}

/// What shall stand there, made from this version.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub version: u32,
    pub enabled: bool,
    pub provider: Provider,
    pub model: &'a str,
    pub base_url: Option<&'a str>,
    pub api_version: Option<&'a str>,
    pub ticket_text: bool,
    pub currency: &'a str,
    pub prices: (Option<Micros>, Option<Micros>),
    /// Of a call, a day and a month.
    pub caps: [Micros; 3],
    pub timeout_seconds: u16,
    pub now: Millis,
}

/// An answer to keep.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    pub digest: &'a str,
    /// The public id of whom it tells; none where it tells of nobody.
    pub customer: Option<&'a str>,
    pub model: &'a str,
    pub answer: &'a str,
    pub now: Millis,
}

pub async fn settings(db: &Db, now: Millis) -> Result<CopywriterRow, DbError> {
    let row = db.first(sql!("copywriter.sql", "copywriter"), params![now.day().0, month(now)]).await?;
    row.ok_or_else(|| DbError::Bug("the copywriter has no row".to_owned()))
}

/// Fails its batch where somebody was quicker: [`DbError::is_stale`] of `copywriter`.
pub fn change(change: Change<'_>) -> Statement {
    let Change {
        version,
        enabled,
        provider,
        model,
        base_url,
        api_version,
        ticket_text,
        currency,
        prices,
        caps,
        timeout_seconds,
        now,
    } = change;
    let [per_call, per_day, per_month] = caps.map(Micros::get);
    let (input, output) = (prices.0.map(Micros::get), prices.1.map(Micros::get));
    let values = params![
        version,
        enabled,
        provider.code(),
        model,
        base_url,
        api_version,
        ticket_text,
        currency,
        input,
        output,
        per_call,
        per_day,
        per_month,
        u32::from(timeout_seconds),
        now
    ];
    Statement::new(sql!("copywriter.sql", "change_copywriter"), values)
}

/// Sets `most` aside for a call; false where a cap does not hold it, or nobody has switched models on and `is_test` is not set.
pub async fn reserve(db: &Db, most: Micros, is_test: bool, now: Millis) -> Result<bool, DbError> {
    let params = params![now.day().0, most.get(), month(now), is_test];
    Ok(db.run(sql!("copywriter.sql", "reserve"), params).await?.changes > 0)
}

/// What was set aside at `now` has cost `spent`.
pub async fn settle(db: &Db, most: Micros, spent: Micros, now: Millis) -> Result<(), DbError> {
    db.run(sql!("copywriter.sql", "settle"), params![now.day().0, most.get(), spent.get()]).await.map(drop)
}

/// What came of a call, and what the server was found to know, where that is new.
pub fn told(status: &str, reason: Option<&str>, dialect: Option<Dialect>, now: Millis) -> Statement {
    let dialect = dialect.map(|dialect| Param::json(&dialect));
    Statement::new(sql!("copywriter.sql", "told"), params![status, reason, now, dialect])
}

/// An answer that was taken and is not from before `since`.
pub async fn answer(db: &Db, digest: &str, since: Millis) -> Result<Option<String>, DbError> {
    let row: Option<AnswerRow> = db.first(sql!("copywriter.sql", "kept_answer"), params![digest, since]).await?;
    Ok(row.map(|row| row.answer))
}

/// Keeps it, and lets go of some from before `since`.
pub fn keep(kept: Kept<'_>, since: Millis) -> Vec<Statement> {
    let Kept { digest, customer, model, answer, now } = kept;
    vec![
        Statement::new(sql!("copywriter.sql", "keep_answer"), params![digest, customer, model, answer, now]),
        Statement::new(sql!("copywriter.sql", "prune_answers"), params![since]),
    ]
}

/// The first day of the month.
fn month(now: Millis) -> i32 {
    let day = now.day();
    let into: i32 = day.iso().rsplit('-').next().and_then(|day| day.parse().ok()).unwrap_or(1);
    Day(day.0 - (into - 1)).0
}

impl CopywriterRow {
    pub fn is_enabled(&self) -> bool {
        self.enabled != 0
    }

    pub fn shows_tickets(&self) -> bool {
        self.ticket_text != 0
    }

    pub fn provider(&self) -> Provider {
        Provider::of_code(&self.provider).unwrap_or_default()
    }

    pub fn input_price(&self) -> Option<Micros> {
        self.input_price.map(Micros::new)
    }

    pub fn output_price(&self) -> Option<Micros> {
        self.output_price.map(Micros::new)
    }

    /// None until somebody has said what tokens cost.
    pub fn prices(&self) -> Option<Prices> {
        Some(Prices { input: self.input_price()?, output: self.output_price()? })
    }

    /// Of a call, a day and a month.
    pub fn caps(&self) -> [Micros; 3] {
        [self.per_call, self.per_day, self.per_month].map(Micros::new)
    }

    /// Of today and of the month.
    pub fn spent(&self) -> [Micros; 2] {
        [self.spent_day, self.spent_month].map(Micros::new)
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    pub fn secret(&self) -> Option<SecretRow> {
        self.secret.as_deref().and_then(secrets::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_on_its_first_day() {
        for (day, first) in [("2026-03-01", "2026-03-01"), ("2026-03-31", "2026-03-01"), ("2024-02-29", "2024-02-01")] {
            let now = Day::parse_iso(day).expect("a day").start();
            assert_eq!(Day(month(now)).iso(), first);
        }
    }
}

//! Addresses that nobody may write to.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use shared::time::Millis;

use super::intake::Key;
use super::{Db, DbError, Param, Statement, json_pages, paged};
use crate::suppression::Channel;
use crate::{params, sql};

/// Why, the weakest first: a weaker one never takes the place of a stronger one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Imported,
    Unsubscribed,
    Bounced,
    Complained,
    Erased,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Suppression {
    pub hash: String,
    pub channel: Channel,
    pub reason: Reason,
    pub source: String,
    pub occurred_at: i64,
}

/// In the column order of `store`. source: in a person's words, such as "Imported files".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewSuppression(pub String, pub Channel, pub Reason, pub String, pub i64);

#[derive(Debug, Deserialize)]
struct Erasures {
    erasures: i64,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Unsubscribed => "unsubscribed",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Erased => "erased",
        }
    }
}

/// By what each of the addresses is suppressed, in their order.
pub async fn find(db: &Db, addresses: &[(Channel, &str)]) -> Result<Vec<Option<Suppression>>, DbError> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let hasher = db.hasher()?;
    let hashes: Vec<(String, Channel)> =
        addresses.iter().map(|(channel, address)| (hasher.hash(*channel, address), *channel)).collect();
    let mut found: HashMap<(String, Channel), Suppression> = HashMap::new();
    for page in json_pages(&hashes)? {
        let rows: Vec<Suppression> = db.all(sql!("suppressions.sql", "find"), params![Param::Json(page)]).await?;
        found.extend(rows.into_iter().map(|row| ((row.hash.clone(), row.channel), row)));
    }
    Ok(hashes.iter().map(|hash| found.get(hash).cloned()).collect())
}

/// Those of the keys that were a person's who is erased.
pub async fn erased(db: &Db, keys: &[Key]) -> Result<HashSet<Key>, DbError> {
    let known: Vec<(&Key, (Channel, String))> = keys.iter().filter_map(|key| Some((key, address(key)?))).collect();
    let asked: Vec<(Channel, &str)> = known.iter().map(|(_, (channel, address))| (*channel, address.as_str())).collect();
    let found = find(db, &asked).await?;
    let is_erased = |row: &Option<Suppression>| row.as_ref().is_some_and(|row| row.reason == Reason::Erased);
    Ok(known.iter().zip(&found).filter(|(_, row)| is_erased(row)).map(|((key, _), _)| (*key).clone()).collect())
}

/// What a key is suppressed by; none for a visitor's, which somebody else at the same device would share.
pub fn address(key: &Key) -> Option<(Channel, String)> {
    match key.0 {
        "email" => Some((Channel::Email, key.1.clone())),
        "phone" => Some((Channel::Sms, key.1.clone())),
        "external" | "account" => Some((Channel::Id, format!("{}:{}", key.0, key.1))),
        _ => None,
    }
}

/// Suppresses addresses; a weaker reason leaves a stronger one as it is.
pub fn store(new: &[NewSuppression], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(new, |page| Statement::new(sql!("suppressions.sql", "store"), params![page, now]))
}

/// How often somebody was erased: to be read before what is to be written is looked up, for [`hold`].
pub async fn erasures(db: &Db) -> Result<i64, DbError> {
    let row: Option<Erasures> = db.first(sql!("suppressions.sql", "erasures"), params![]).await?;
    row.map(|row| row.erasures).ok_or_else(|| DbError::Bug("the mark of the intake is missing".to_owned()))
}

/// Makes the batch fail with [`is_stale`] where somebody was erased since.
pub fn hold(erasures: i64) -> Statement {
    Statement::new(sql!("suppressions.sql", "hold"), params![erasures])
}

pub fn is_stale(error: &DbError) -> bool {
    error.is_missing("intake.applied")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_in_one_order_here_and_in_sql() {
        let all = [Reason::Imported, Reason::Unsubscribed, Reason::Bounced, Reason::Complained, Reason::Erased];
        assert!(all.is_sorted());
        let order = all.map(Reason::as_str).join(" ");
        assert_eq!(include_str!("suppressions.sql").matches(&format!("'{order}'")).count(), 2);
        for reason in all {
            assert_eq!(serde_json::to_string(&reason).expect("json"), format!("\"{}\"", reason.as_str()));
        }
    }

    #[test]
    fn a_visitor_has_no_address() {
        assert_eq!(address(&Key("anonymous", "1:a".into())), None);
        assert_eq!(address(&Key("external", "1:a".into())), Some((Channel::Id, "external:1:a".into())));
    }
}

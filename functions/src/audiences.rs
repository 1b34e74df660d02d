//! Whom a campaign is for, as a condition on customers.

use std::collections::HashSet;

use shared::campaign::Audience;
use shared::id::Id;
use shared::money::Currency;
use shared::segment::filter::{Checked, Condition, Context, Filter, Operator};
use shared::time::Millis;

use crate::db::{Db, DbError, lists, segments};

/// Whom a campaign is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Whom {
    /// Nothing narrows it.
    Everybody,
    Those(Checked),
    /// A part of it is gone or holds no longer: nobody, rather than somebody who should not be.
    Gone,
}

impl Whom {
    /// The condition; of everybody none.
    pub fn condition(&self) -> Option<&Checked> {
        match self {
            Self::Those(checked) => Some(checked),
            Self::Everybody | Self::Gone => None,
        }
    }
}

/// What a campaign's segment and its plan's audience come to.
pub async fn whom(db: &Db, home: Currency, segment: Option<&str>, audience: &Audience, now: Millis) -> Result<Whom, DbError> {
    let declared = segments::settings(db).await?.declared;
    let context = Context { home, now, declared: &declared };
    let mut parts = Vec::new();
    let named: Vec<&str> = match audience.segments.as_slice() {
        [] => segment.into_iter().collect(),
        several => several.iter().map(String::as_str).collect(),
    };
    let mut any = Vec::new();
    for code in named {
        match Checked::of_code(code) {
            Some(checked) => any.push(checked),
            None => {
                let Some(own) = of_own(db, code, &context).await? else { return Ok(Whom::Gone) };
                any.push(own);
            }
        }
    }
    if !any.is_empty() {
        parts.push(Checked::Any(any));
    }
    if !audience.tiers.is_empty() {
        let values = audience.tiers.iter().map(|tier| tier.as_str().to_owned()).collect();
        let filter = Filter::Is(Condition { field: "tier".to_owned(), operator: Operator::OneOf, values });
        let Ok(tiers) = filter.check(&context) else { return Ok(Whom::Gone) };
        parts.push(tiers);
    }
    if let Some(filter) = &audience.filter {
        let Ok(filter) = filter.check(&context) else { return Ok(Whom::Gone) };
        parts.push(filter);
    }
    Ok(if parts.is_empty() { Whom::Everybody } else { Whom::Those(Checked::All(parts)) })
}

/// Of those in `ids`, in their order, whoever is on the audience's list; all where it has none.
pub async fn listed(db: &Db, audience: &Audience, ids: Vec<i64>) -> Result<Vec<i64>, DbError> {
    if audience.customers.is_empty() || ids.is_empty() {
        return Ok(ids);
    }
    let chosen: HashSet<i64> = lists::ids_of(db, &audience.customers).await?.into_iter().collect();
    Ok(ids.into_iter().filter(|id| chosen.contains(id)).collect())
}

async fn of_own(db: &Db, id: &str, context: &Context<'_>) -> Result<Option<Checked>, DbError> {
    let Ok(id) = Id::parse(id) else { return Ok(None) };
    let Some(own) = segments::own_of(db, &id).await? else { return Ok(None) };
    let filter: Option<Filter> = serde_json::from_str(&own.filter).ok();
    Ok(filter.and_then(|filter| filter.check(context).ok()))
}

//! Who did what.

pub mod export;

use axum::Json;
use shared::api::{AuditMeta, AuditQuery, AuditResponse};
use shared::audit::{Action, Group};
use shared::id::Id;
use shared::time::Day;

use crate::ctx::Ctx;
use crate::db::audit::{self, Filter, Row};
use crate::db::{Db, seals};
use crate::extract::{QueryString, row_cursor};
use crate::problem::Problem;

const PAGE: u32 = 100;
const MOST: u32 = 500;

/// The entries of the audit log, the newest first, and how its chain stands.
#[utoipa::path(get, path = "/api/audit", tag = "audit", params(AuditQuery),
    responses((status = 200, body = AuditResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<AuditQuery>) -> Result<Json<AuditResponse>, Problem> {
    let limit = asked.limit.unwrap_or(PAGE);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("Use 1 to {MOST}")));
    }
    let before = asked.cursor.as_deref().map(row_cursor).transpose()?;
    let Some(filter) = filter(&ctx.db, &asked).await? else {
        let meta = AuditMeta { next_cursor: None, chain: seals::chain(&ctx.db).await? };
        return Ok(Json(AuditResponse { audit: Vec::new(), meta }));
    };
    let mut rows = audit::page(&ctx.db, &filter, before, limit + 1).await?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = rows.last().filter(|_| has_more).map(|row| row.id.to_string());
    let meta = AuditMeta { next_cursor, chain: seals::chain(&ctx.db).await? };
    Ok(Json(AuditResponse { audit: rows.into_iter().map(Row::wire).collect(), meta }))
}

/// None where nothing can match: an actor who is nobody of this shop.
pub(super) async fn filter(db: &Db, asked: &AuditQuery) -> Result<Option<Filter>, Problem> {
    let actor = match asked.actor.as_deref() {
        None => None,
        Some(kind @ ("system" | "stranger")) => Some((kind.to_owned(), None)),
        Some(id) => {
            let id = Id::parse(id)
                .map_err(|_| Problem::field("actor", "Use the id of a person or token, or one of system and stranger"))?;
            let Some((kind, row)) = audit::actor(db, &id).await? else { return Ok(None) };
            Some((kind, Some(row)))
        }
    };
    let (from, last) = (day(asked.from.as_deref(), "from")?, day(asked.to.as_deref(), "to")?);
    Ok(Some(Filter {
        actor,
        actions: asked.action.as_deref().map(actions).transpose()?,
        from: from.map(Day::start),
        until: last.map(|day| day.plus(1).start()),
        object: asked.object.as_deref().map(object).transpose()?,
    }))
}

/// Codes of actions, and of groups for all that are in them.
fn actions(text: &str) -> Result<Vec<&'static str>, Problem> {
    let mut codes = Vec::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match (Action::parse(word), Group::parse(word)) {
            (Some(action), _) => codes.push(action.code()),
            (None, Some(group)) => {
                codes.extend(Action::ALL.into_iter().filter(|action| action.group() == group).map(Action::code));
            }
            (None, None) => {
                let groups = Group::ALL.map(Group::code).join(", ");
                return Err(Problem::field("action", format!("There is no action {word}: use its code, or one of {groups}")));
            }
        }
    }
    Ok(codes)
}

fn object(text: &str) -> Result<(String, String), Problem> {
    let (kind, id) =
        text.split_once(':').ok_or_else(|| Problem::field("object", "Write the kind and the id, as in import:{id}"))?;
    Ok((kind.to_owned(), id.to_owned()))
}

fn day(text: Option<&str>, field: &str) -> Result<Option<Day>, Problem> {
    let read = |text| Day::parse_iso(text).ok_or_else(|| Problem::field(field, "Use a date such as 2026-01-31"));
    text.map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_stands_for_its_actions() {
        let codes = actions("exports, signed_in").expect("codes");
        assert_eq!(
            codes,
            [
                "customers_exported",
                "rejected_rows_exported",
                "imports_exported",
                "audit_exported",
                "customer_exported",
                "signed_in"
            ]
        );
        let Err(Problem::Invalid(fields)) = actions("signed_in,dancing") else { panic!("accepted") };
        assert!(fields.get("action").is_some_and(|text| text.contains("dancing") && text.contains("sign_ins")), "{fields:?}");
    }

    #[test]
    fn an_object_is_named_by_kind_and_id_and_days_are_dates() {
        assert_eq!(object("import:7:x").expect("an object"), ("import".to_owned(), "7:x".to_owned()));
        assert!(object("import").is_err());
        assert!(day(Some("2026-02-30"), "from").is_err());
    }
}

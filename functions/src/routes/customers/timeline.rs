//! `GET /api/customers/{id}/timeline`.

use axum::Json;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use shared::api::{Tier, TimelineItem, TimelineMeta, TimelineResponse};
use shared::id::Id;
use shared::money::Money;
use shared::segment::Segment;
use shared::time::Millis;
use utoipa::IntoParams;

use crate::ctx::Ctx;
use crate::db::profile::{self, Happening, TimelinePlace};
use crate::extract::{PathId, QueryString};
use crate::problem::Problem;

const LIMIT: u32 = 50;
const MOST: u32 = 200;

/// No date lies after it: the last one of JavaScript's, in milliseconds since 1970.
const LATEST: i64 = 8_640_000_000_000_000;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// 1 to 200, default 50.
    pub limit: Option<u32>,
    /// `meta.next_cursor` of the part before.
    pub cursor: Option<String>,
}

/// Orders, events, consents and when somebody was said not to be at risk, of a customer in one list, newest first.
#[utoipa::path(get, path = "/api/customers/{id}/timeline", tag = "customers",
    params(("id" = String, Path, format = "uuid"), TimelineQuery),
    responses((status = 200, body = TimelineResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn timeline(
    ctx: Ctx,
    PathId(id): PathId,
    QueryString(asked): QueryString<TimelineQuery>,
) -> Result<Json<TimelineResponse>, Problem> {
    let limit = asked.limit.unwrap_or(LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("Use 1 to {MOST}")));
    }
    let after = match &asked.cursor {
        Some(cursor) => read_cursor(cursor)?,
        None => TimelinePlace { at: LATEST, kind: String::new(), key: String::new() },
    };
    let customer = profile::row_id(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let mut happenings = profile::timeline(&ctx.db, customer, &after, limit + 1).await?;
    let goes_on = happenings.len() > limit as usize;
    happenings.truncate(limit as usize);
    let next_cursor = happenings.last().filter(|_| goes_on).map(cursor);
    let timeline = happenings.into_iter().map(item).collect();
    Ok(Json(TimelineResponse { timeline, meta: TimelineMeta { next_cursor } }))
}

fn cursor(row: &Happening) -> String {
    let place = TimelinePlace { at: row.at, kind: row.kind.clone(), key: row.key.clone() };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&place).unwrap_or_default())
}

fn read_cursor(text: &str) -> Result<TimelinePlace, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.ok_or_else(|| Problem::field("cursor", "This is no cursor of a timeline: take meta.next_cursor, or start without one"))
}

fn item(row: Happening) -> TimelineItem {
    let Happening { at, kind, key, title, detail, amount, currency, more } = row;
    let (title, detail) = match kind.as_str() {
        "order" => (order_title(&title, detail.as_deref()), listed(more.as_deref())),
        "event" => (title, properties(more.as_deref())),
        "set_aside" => (aside_title(&title, detail.as_deref().unwrap_or_default()), more),
        "merge" => (format!("Merged with {title}"), Some(merge_reason(detail.as_deref().unwrap_or_default(), more.as_deref()))),
        "merge_undone" => (format!("Taken apart from {title}"), None),
        "moved" => moved(&title, detail.as_deref().unwrap_or_default(), more.as_deref()),
        "set_aside_ended" => ("No longer set aside".to_owned(), None),
        _ => (consent_title(&title, detail.as_deref().unwrap_or_default()), more.map(|source| format!("By {source}"))),
    };
    let amount = amount.zip(currency).map(|(minor, currency)| Money::new(minor, currency));
    let id = if kind == "merge" { Id::parse(&key).ok() } else { None };
    TimelineItem { at: Millis(at).rfc3339(), kind, title, detail, amount, id }
}

/// A row without an id of its own has one that we made: nobody would know it.
fn order_title(external_id: &str, status: Option<&str>) -> String {
    let name = if external_id.starts_with('~') { "Order".to_owned() } else { format!("Order {external_id}") };
    match status {
        Some("paid") | None => name,
        Some(status) => format!("{name}, {status}"),
    }
}

/// `email marketing` and `granted` become `Email marketing: granted`.
fn consent_title(what: &str, state: &str) -> String {
    let mut letters = what.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}: {state}", letters.as_str())
}

/// `on_leave` and a day become `Set aside: on leave, until 2026-04-01`.
fn aside_title(reason: &str, until: &str) -> String {
    format!("Set aside: {}, until {until}", reason.replace('_', " "))
}

/// Between segments, tiers, or both.
fn moved(was: &str, became: &str, tiers: Option<&str>) -> (String, Option<String>) {
    let name = |number: &str| number.parse().ok().and_then(Segment::of_number).map(Segment::name);
    let tiers: Option<(i32, i32)> = tiers.and_then(|text| serde_json::from_str(text).ok());
    let tiers = tiers.map(|(was, became)| {
        let word = |code: i32| Tier::from_code(code).as_str().replace('_', " ");
        format!("from {} to {}", word(was), word(became))
    });
    match (name(was).zip(name(became)), tiers) {
        (Some((was, became)), tiers) => (format!("Moved from {was} to {became}"), tiers.map(|tiers| format!("Risk {tiers}"))),
        (None, Some(tiers)) => (format!("Risk moved {tiers}"), None),
        (None, None) => ("Moved".to_owned(), None),
    }
}

/// Why two records became one, in words.
fn merge_reason(reason: &str, by: Option<&str>) -> String {
    match (reason, by) {
        ("by_hand", Some(name)) => format!("By {name}"),
        ("by_hand", None) => "By hand".to_owned(),
        ("same_address", _) => "Both have one address".to_owned(),
        ("same_visitor", _) => "Both were one visitor".to_owned(),
        ("linked", _) => "A source said that both are one".to_owned(),
        ("member", _) => "A person of the account".to_owned(),
        (other, _) => other.replace('_', " "),
    }
}

fn listed(items: Option<&str>) -> Option<String> {
    let items: Vec<String> = serde_json::from_str(items?).ok()?;
    (!items.is_empty()).then(|| items.join(", "))
}

/// The first properties that fit a line.
fn properties(json: Option<&str>) -> Option<String> {
    const SHOWN: usize = 4;
    let properties: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json?).ok()?;
    let plain = properties.iter().filter_map(|(name, value)| match value {
        serde_json::Value::String(text) => Some(format!("{name}: {text}")),
        serde_json::Value::Number(number) => Some(format!("{name}: {number}")),
        serde_json::Value::Bool(truth) => Some(format!("{name}: {}", if *truth { "yes" } else { "no" })),
        _ => None,
    });
    let shown: Vec<String> = plain.take(SHOWN).map(|text| text.chars().take(200).collect()).collect();
    (!shown.is_empty()).then(|| shown.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_words_for_people() {
        assert_eq!(order_title("A-17", Some("paid")), "Order A-17");
        assert_eq!(order_title("~1f:0", Some("cancelled")), "Order, cancelled");
        assert_eq!(consent_title("email marketing", "granted"), "Email marketing: granted");
        assert_eq!(aside_title("on_leave", "2026-04-01"), "Set aside: on leave, until 2026-04-01");
    }

    #[test]
    fn properties_that_are_no_plain_values_are_left_out() {
        let json = r#"{"rating":4,"subject":"Late parcel","nested":{"a":1},"closed":false}"#;
        assert_eq!(properties(Some(json)).as_deref(), Some("closed: no · rating: 4 · subject: Late parcel"));
        assert_eq!(properties(Some("{}")), None);
    }

    #[test]
    fn a_cursor_that_is_none_is_refused() {
        assert!(matches!(read_cursor("???"), Err(Problem::Invalid(_))));
    }
}

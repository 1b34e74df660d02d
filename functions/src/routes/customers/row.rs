//! A customer's row on the wire.

use shared::api::{CustomerRow, Lifecycle, MoneyInterval, Named, Risk, RowReason, Tier};
use shared::money::{Currency, Home};
use shared::reason::Reason;
use shared::risk::{history_points, shown_per_cent};
use shared::segment::Segment;
use shared::time::Day;

use crate::advice::Advice;
use crate::db::customers::{Row, Stand};

/// Of a minor unit, in which `facets.waiting` is kept.
const HUNDREDTHS: i64 = 100;

/// Weeks that the small chart shows.
const TREND_WEEKS: usize = 12;

pub fn wire(row: Row, home: Currency, advice: Advice) -> CustomerRow {
    let Stand(.., waiting, regain) = row.stand();
    let tier = Tier::from_code(row.tier);
    let points = row.history.as_deref().map(history_points).unwrap_or_default();
    let recent = points.iter().skip(points.len().saturating_sub(TREND_WEEKS));
    CustomerRow {
        id: row.public_id,
        external_id: row.external_id,
        kind: row.kind,
        name: row.name,
        email: row.email,
        country: row.country,
        tier,
        lifecycle: Lifecycle::from_code(row.lifecycle),
        risk: Risk { p30: row.p30 / 10_000.0, p60: row.p60 / 10_000.0, p90: row.p90 / 10_000.0 },
        risk_interval: row.interval.and_then(|json| serde_json::from_str(&json).ok()),
        set_aside: row.set_aside.and_then(|json| serde_json::from_str(&json).ok()),
        triggers: row.triggers.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
        reason: reason(&row.reason),
        segment: row.segment.and_then(Segment::of_number).map(Segment::code),
        lifetime_value: row.value.map(|minor| Home(minor).in_currency(home)),
        lifetime_value_interval: row
            .value_interval
            .and_then(|json| serde_json::from_str(&json).ok())
            .map(|ends| money_interval(ends, home)),
        waiting: (tier != Tier::Lost && waiting > 0).then(|| Home(waiting / HUNDREDTHS).in_currency(home)),
        regain: (tier == Tier::Lost && regain > 0).then(|| Home(regain).in_currency(home)),
        recommended: advice.recommended,
        begun: advice.begun,
        last_order: row.last_day.map(|day| Day(day).iso()),
        deadline: row.deadline_day.map(|day| Day(day).iso()),
        orders: row.orders,
        trend: recent.map(|point| shown_per_cent(point.risk.p30)).collect(),
        sample: row.sample != 0,
        owner: row.owner_id.zip(row.owner_name).map(|(id, name)| Named { id, name }),
        tags: serde_json::from_str(&row.tags).unwrap_or_default(),
    }
}

/// None where nothing tells.
fn reason(json: &str) -> Option<RowReason> {
    let (code, probability, corrected): (Option<Reason>, Option<f64>, Option<u8>) = serde_json::from_str(json).ok()?;
    Some(RowReason { code: code?, probability: probability?, corrected: corrected.is_some_and(|yes| yes != 0) })
}

pub fn money_interval((low, high): (Home, Home), home: Currency) -> MoneyInterval {
    MoneyInterval { low: low.in_currency(home), high: high.in_currency(home) }
}

//! How well a source does.

use std::collections::BTreeMap;

use axum::Json;
use shared::api::{SourceDay, SourceStats, SourceStatsAnswer};
use shared::time::{Day, Millis};

use super::find;
use crate::ctx::Ctx;
use crate::db::inbox::{self, Totals};
use crate::db::sources::Count;
use crate::extract::PathId;
use crate::problem::Problem;
use crate::sources::counts;

/// Days that are shown one by one.
const DAYS: i32 = 14;

/// What a source sent: accepted, known already, refused by reason, and what became of it.
///
/// Refusals and repetitions are counted at each of Cloudflare's places apart and written down within a second: right after one, the
/// figures may be a little low.
#[utoipa::path(get, path = "/api/sources/{id}/stats", tag = "sources", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = SourceStatsAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn stats(ctx: Ctx, PathId(id): PathId) -> Result<Json<SourceStatsAnswer>, Problem> {
    let source = find(&ctx, &id).await?;
    // Before the store is read: what is written down meanwhile is then counted once at most twice over, never lost.
    let pending = counts::pending(source.id);
    let (mut counted, totals) = inbox::totals(&ctx.db, source.id, ctx.now.day()).await?;
    counted.extend(pending);
    let mut stats = summed(&counted, &totals, ctx.now.day());
    stats.received_at = source.received_at.map(|at| Millis(at).rfc3339());
    stats.lag = source.lag;
    Ok(Json(SourceStatsAnswer { stats }))
}

/// What waits is accepted as well: it is counted when it is applied.
fn summed(counted: &[Count], totals: &Totals, today: Day) -> SourceStats {
    let Totals { waiting, waiting_today, parked, dead } = *totals;
    let mut stats = SourceStats { accepted: waiting, dead, waiting, parked, ..SourceStats::default() };
    let mut days: BTreeMap<Day, SourceDay> = (1 - DAYS..=0)
        .map(|back| today.plus(back))
        .map(|day| (day, SourceDay { day: day.iso(), accepted: 0, duplicate: 0, rejected: 0, dead: 0 }))
        .collect();
    if let Some(day) = days.get_mut(&today) {
        day.accepted = waiting_today;
    }
    for Count { day, outcome, n, .. } in counted {
        let mut unseen = SourceDay { day: String::new(), accepted: 0, duplicate: 0, rejected: 0, dead: 0 };
        let shown = days.get_mut(day).unwrap_or(&mut unseen);
        match outcome.as_str() {
            "accepted" => {
                stats.accepted += n;
                shown.accepted += n;
            }
            counts::DUPLICATE => {
                stats.duplicate += n;
                shown.duplicate += n;
            }
            "dead" => shown.dead += n,
            "ignored" => stats.ignored += n,
            other => {
                if let Some(reason) = other.strip_prefix("rejected:") {
                    *stats.rejected.entry(reason.to_owned()).or_default() += n;
                    shown.rejected += n;
                }
            }
        }
    }
    stats.days = days.into_values().collect();
    stats
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(day: i32, outcome: &str, n: u64) -> Count {
        Count { source: 1, day: Day(day), outcome: outcome.to_owned(), n }
    }

    #[test]
    fn outcomes_are_summed_over_all_time_and_shown_for_the_last_days() {
        let counted = [
            count(20_000, "accepted", 5),
            count(20_000, "rejected:stale", 1),
            count(20_000, "rejected:unsigned", 2),
            count(19_999, "duplicate", 3),
            count(19_000, "accepted", 100),
            count(20_000, "dead", 2),
            count(20_000, "ignored", 4),
            count(20_000, "rejected:stale", 6),
        ];
        let totals = Totals { waiting: 7, waiting_today: 6, parked: 8, dead: 1 };
        let stats = summed(&counted, &totals, Day(20_000));
        assert_eq!((stats.accepted, stats.duplicate, stats.dead, stats.ignored), (112, 3, 1, 4));
        assert_eq!((stats.waiting, stats.parked), (7, 8));
        assert_eq!(stats.rejected, BTreeMap::from([("stale".to_owned(), 7), ("unsigned".to_owned(), 2)]));
        assert_eq!(stats.days.len(), 14);
        let today = stats.days.last().expect("today");
        assert_eq!((today.accepted, today.duplicate, today.rejected, today.dead), (11, 0, 9, 2));
        assert_eq!(today.day, Day(20_000).iso());
        assert_eq!(stats.days.get(12).map(|day| day.duplicate), Some(3));
    }
}

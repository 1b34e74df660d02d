//! Imports: of files through the browser in batches, of bodies that scripts send.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::id::Id;
use crate::import::{Kind, Options, RowError, Rows, Shape};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    Receiving,
    Queued,
    Running,
    Paused,
    Done,
    Failed,
    Cancelled,
}

impl ImportStatus {
    /// In the order in which an import goes through them.
    pub const ALL: [Self; 7] =
        [Self::Receiving, Self::Queued, Self::Running, Self::Paused, Self::Done, Self::Failed, Self::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// The query of `GET /api/imports` and of its export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportsQuery {
    /// Comma-separated statuses; all where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Comma-separated kinds of what a file holds, such as `orders,customers`; all where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Those fetched from this source; all where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Id>,
    /// 1 to 500, default 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `meta.next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Import {
    pub id: Id,
    pub kind: String,
    pub status: ImportStatus,
    pub file_name: Option<String>,
    /// The sample shop's own imports.
    pub sample: bool,
    /// Only counted what an import would do; nothing was stored.
    #[serde(default)]
    pub dry_run: bool,
    /// The worker has the whole file and goes on by itself; otherwise a browser sends it piece by piece.
    #[serde(default)]
    pub stored: bool,
    pub rows_read: u64,
    pub rows_accepted: u64,
    pub rows_duplicate: u64,
    pub rows_rejected: u64,
    /// The number of the next batch that the worker waits for.
    pub next_batch: u32,
    pub error: Option<String>,
    /// When a paused import goes on by itself, RFC 3339.
    pub resume_at: Option<String>,
    pub created_at: String,
    pub finished_at: Option<String>,
}

/// `POST /api/imports?kind=KIND` with `application/json`: a file that the browser reads and sends in batches. The worker answers
/// with an unfinished import of the same size and digest where there is one, so that it goes on from its `next_batch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NewImport {
    pub file_name: String,
    /// Bytes.
    pub file_size: u64,
    /// SHA-256 as lower-case hex of the size, the first and the last 1 MB and the options: cheap on a large file, and another
    /// mapping is another import.
    pub file_digest: String,
    pub options: Options,
    /// `store` or `saas`: rows belong to the sample shop.
    #[serde(default)]
    pub sample: Option<String>,
}

/// `POST /api/imports/{id}/batches`: the next rows. A batch that was stored already is answered as before and not stored again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportBatch {
    /// From 0, without gaps.
    pub number: u32,
    pub rows: Rows,
    pub rejected: Vec<RowError>,
    /// Lines of the file in this batch, header and blank lines left out.
    pub rows_read: u32,
    /// No batch follows: the import is done when this one is stored.
    pub last: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportResponse {
    pub import: Import,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportsResponse {
    pub imports: Vec<Import>,
    pub meta: ImportsMeta,
}

/// What an import may still write today, and where the list goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportsMeta {
    /// Rows of the database that the plan lets be written each day; null where it sets none.
    pub rows_per_day: Option<u64>,
    pub rows_left_today: Option<u64>,
    /// Written for one imported row of each kind, with what folding and scoring it costs.
    pub rows_per_order: f64,
    pub rows_per_customer: f64,
    pub rows_per_event: f64,
    /// Bytes of the longest file that the worker takes whole, unpacked.
    pub body_bytes: u64,
    /// For the next page of older imports; null on the last one.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// How a browser sends a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Read in the browser and sent row by row: quick, and needs its page as long as it lasts.
    #[default]
    Batches,
    /// Sent as it is and read by the worker: slower, and needs no page once it is stored.
    Whole,
}

impl ImportsMeta {
    /// Whole where the plan's limit makes it last for days and the worker can take it: nobody keeps a page open for days.
    pub fn way(&self, kind: Kind, rows: u64, bytes: u64) -> Way {
        if self.days_for(kind, rows) > 1 && bytes <= self.body_bytes { Way::Whole } else { Way::Batches }
    }

    /// On how many days (UTC) an import of `rows` rows writes: 1 where the plan sets no limit or today's rest is enough. The first
    /// day has what is left of today's limit, each later one the whole of it.
    pub fn days_for(&self, kind: Kind, rows: u64) -> u32 {
        let each = match kind.shape() {
            Shape::Orders => self.rows_per_order,
            Shape::Customers => self.rows_per_customer,
            Shape::Events => self.rows_per_event,
            Shape::Rates | Shape::Suppressions => 1.0,
            // With its rows of three indexes.
            Shape::Products => 4.0,
        };
        let Some(a_day) = self.rows_per_day.filter(|&a_day| a_day > 0) else { return 1 };
        let today = self.rows_left_today.unwrap_or(a_day);
        let written = rows as f64 * each;
        let later = (written - today as f64).max(0.0) / a_day as f64;
        1 + later.ceil() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(rows_per_day: Option<u64>, rows_left_today: Option<u64>) -> ImportsMeta {
        ImportsMeta {
            rows_per_day,
            rows_left_today,
            rows_per_order: 3.0,
            rows_per_customer: 8.0,
            rows_per_event: 2.5,
            body_bytes: 1_000,
            next_cursor: None,
        }
    }

    #[test]
    fn a_status_reads_back_as_it_is_on_the_wire() {
        for status in ImportStatus::ALL {
            assert_eq!(ImportStatus::parse(status.as_str()), Some(status));
            assert_eq!(serde_json::to_value(status).expect("json"), status.as_str());
        }
        assert_eq!(ImportStatus::parse("Done"), None);
    }

    #[test]
    fn a_file_goes_whole_only_where_it_takes_days_and_fits() {
        let free = meta(Some(100_000), Some(40_000));
        assert_eq!(free.way(Kind::Orders, 13_333, 1_000), Way::Batches, "today is enough");
        assert_eq!(free.way(Kind::Orders, 13_334, 1_000), Way::Whole);
        assert_eq!(free.way(Kind::Orders, 13_334, 1_001), Way::Batches, "longer than the worker takes");
        assert_eq!(meta(None, None).way(Kind::Orders, 1_000_000, 1), Way::Batches, "no limit, no second day");
    }

    #[test]
    fn a_plan_without_a_limit_needs_one_day() {
        assert_eq!(meta(None, None).days_for(Kind::Orders, 1_000_000), 1);
    }

    #[test]
    fn days_count_what_is_left_of_today_first() {
        let free = meta(Some(100_000), Some(40_000));
        assert_eq!(free.days_for(Kind::Orders, 13_333), 1, "39,999 rows fit into today");
        assert_eq!(free.days_for(Kind::Orders, 13_334), 2);
        assert_eq!(free.days_for(Kind::Customers, 17_500), 2, "140,000 rows: today and one whole day");
        assert_eq!(free.days_for(Kind::Customers, 17_501), 3);
        assert_eq!(meta(Some(100_000), Some(0)).days_for(Kind::Rates, 1), 2, "nothing is left of today");
    }
}

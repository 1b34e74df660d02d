//! What campaigns brought.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::campaign::Kind;
use crate::measure::report::Report;

/// The query of `GET /api/reports`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// All campaigns without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// ISO date, the first of a month: only who entered from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// ISO date, the last of a month, inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportResponse {
    pub report: ReportAt,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportAt {
    /// What happened later is not in it: entries are looked at within the hour of anything new.
    pub as_of: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// One of each kind that any campaign was of: outcomes of different kinds are never added up.
    pub kinds: Vec<Report>,
    /// The one that was asked for, else all that anybody entered in these days, the newest first.
    pub campaigns: Vec<ReportedCampaign>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportedCampaign {
    pub id: String,
    pub name: String,
    pub kind: Kind,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launched_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// Entered by its draw, whatever became of them.
    pub contacted: i64,
    pub held_out: i64,
    /// Of those contacted.
    pub returned: i64,
}

//! What a campaign brought.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::measure::report::Report;

/// The query of `GET /api/reports`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    pub campaign: String,
    /// ISO date: only who entered from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// ISO date, inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportResponse {
    pub report: CampaignReportAt,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CampaignReportAt {
    /// The campaign's name.
    pub name: String,
    #[serde(flatten)]
    pub report: Report,
    /// What happened later is not in it: entries are looked at within the hour of anything new.
    pub as_of: String,
}

//! What of the plan is used.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::Plan;

/// One thing that the plan limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Limit {
    pub used: u64,
    /// Null where the plan sets none.
    pub most: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Storage {
    /// Bytes.
    pub used: u64,
    pub most: u64,
    /// Bytes a day over the days that are known; null where fewer than two are.
    pub growth: Option<f64>,
    /// ISO date at that rate; null where it does not grow or is more than ten years away.
    pub full_on: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageDay {
    /// ISO date (UTC).
    pub day: String,
    pub rows_read: u64,
    pub rows_written: u64,
    pub requests: u64,
    pub size: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    pub plan: Plan,
    /// Of the UTC day.
    pub rows_written: Limit,
    pub rows_read: Limit,
    pub requests: Limit,
    pub storage: Storage,
    /// Which jobs wait for tomorrow, in words; empty on most days.
    pub waiting: Vec<String>,
    /// When the day's limits start anew, RFC 3339.
    pub resets_at: String,
    /// Oldest first, at most 30.
    pub days: Vec<UsageDay>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LimitsResponse {
    pub limits: Limits,
}

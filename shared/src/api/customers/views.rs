//! Lists as somebody saved them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Id;

/// A list as somebody saved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SavedView {
    pub id: Id,
    /// `radar` or `customers`.
    pub list: String,
    pub name: String,
    /// Everybody sees it.
    pub shared: bool,
    pub mine: bool,
    pub owner: String,
    /// The query string of the list's address, without its `?`.
    pub query: String,
    /// Names of columns in their order; empty for the list's own.
    pub columns: Vec<String>,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ViewsResponse {
    pub views: Vec<SavedView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ViewResponse {
    pub view: SavedView,
}

/// `POST /api/views`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    pub list: String,
    pub name: String,
    #[serde(default)]
    pub shared: bool,
    pub query: String,
    #[serde(default)]
    pub columns: Vec<String>,
}

/// `PATCH /api/views/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
}

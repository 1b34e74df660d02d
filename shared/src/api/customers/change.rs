//! Owner and tags, of one customer or of many.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::NewSetAside;
use crate::id::Id;

/// `PATCH /api/customers/{id}`: what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerChange {
    /// Null for nobody.
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub owner: Option<Option<Id>>,
    /// All of them: at most 50, each 1 to 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Not at risk; null ends that.
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NewSetAside>)]
    pub set_aside: Option<Option<NewSetAside>>,
    /// They object to profiling, or do so no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objected: Option<bool>,
}

/// `POST /api/customers/bulk`: the same change to many, a page at a time. Ask again with `cursor` until there is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkChange {
    /// These customers, at most 1,000; or else all of `query`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<Id>>,
    /// The query string of a list, as `GET /api/customers` takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Of those that `query` finds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Id>,
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub owner: Option<Option<Id>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
    /// Not at risk; null ends that.
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NewSetAside>)]
    pub set_aside: Option<Option<NewSetAside>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What a page of a bulk change did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bulk {
    pub seen: u64,
    /// Those that were not so already.
    pub changed: u64,
    /// Those left as they are because they would have had too many tags.
    #[serde(default)]
    pub full: u64,
    pub next_cursor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkResponse {
    pub bulk: Bulk,
}

/// Tags in use, the most frequent first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagCount {
    pub tag: String,
    pub customers: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagsResponse {
    pub tags: Vec<TagCount>,
}

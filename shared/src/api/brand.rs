//! The shop's brand, as messages carry it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::Brand;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrandResponse {
    pub brand: Brand,
    pub meta: BrandMeta,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrandMeta {
    pub version: u32,
    /// What a marketing message still lacks: fields of the brand, each with what to do.
    pub missing: Vec<Missing>,
    /// RFC 3339; none where nobody has set it yet.
    pub updated_at: Option<String>,
    pub updated_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Missing {
    pub field: String,
    pub fix: String,
}

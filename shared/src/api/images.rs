//! Pictures of messages, kept under our own address by what they hold.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// SHA-256 of its bytes in hex.
    pub hash: String,
    /// `/images/{hash}`: where anybody gets it, and what a brand's logo names.
    pub path: String,
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub media_type: String,
    /// Bytes.
    pub size: u32,
    /// Pixels.
    pub width: u32,
    pub height: u32,
    /// What a reader gets who sees no pictures.
    pub alt: String,
    /// RFC 3339.
    pub created_at: String,
    pub created_by: Option<String>,
}

impl Image {
    /// Of an upload.
    pub const MOST_BYTES: usize = 1_000_000;
    /// Pixels of either side: more than any message needs, and less than what a mail client cannot unpack.
    pub const MOST_SIDE: u32 = 4_096;
    pub const ALT_CHARS: usize = 200;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImagesResponse {
    /// The newest first; at most 500 are kept.
    pub images: Vec<Image>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageResponse {
    pub image: Image,
}

/// The query of `POST /api/images`, whose body is the picture itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NewImage {
    /// What it shows, in 1 to 200 characters.
    #[serde(default)]
    pub alt: String,
}

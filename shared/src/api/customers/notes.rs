//! What the team wrote about a customer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Id;

/// `POST /api/customers/{id}/notes` and `PATCH /api/notes/{id}`: 1 to 4,000 characters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    pub body: String,
}

/// What the team wrote about a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Note {
    pub id: Id,
    pub author: String,
    /// Written by the one who asks.
    pub mine: bool,
    pub body: String,
    pub created_at: String,
    pub updated_at: String,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NoteResponse {
    pub note: Note,
}

//! Sign-in, sessions, roles.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::Shop;
use crate::id::Id;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Manager,
    Marketer,
    Success,
    Viewer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    View,
    Edit,
    Approve,
    Send,
    Export,
    Admin,
}

/// `POST /api/sign-in-links`. The answer is the same for known and unknown addresses.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewSignInLink {
    pub email: String,
}

/// `POST /api/session`: the token of the link's fragment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewSession {
    pub token: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct User {
    pub id: Id,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub permissions: Vec<Permission>,
}

/// `GET /api/session`: all that the shell needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    pub user: User,
    pub shop: Shop,
    /// The server's business time, RFC 3339.
    pub now: String,
    pub version: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionResponse {
    pub session: Session,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Owner, Self::Manager, Self::Marketer, Self::Success, Self::Viewer];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Marketer => "marketer",
            Self::Success => "success",
            Self::Viewer => "viewer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// What each role may do; `Admin` covers people, tokens, channels, sources, guardrails, retention and erasure.
    pub fn permissions(self) -> &'static [Permission] {
        use Permission::{Admin, Approve, Edit, Export, Send, View};
        match self {
            Self::Owner => &[View, Edit, Approve, Send, Export, Admin],
            Self::Manager => &[View, Edit, Approve, Send, Export],
            Self::Marketer => &[View, Edit, Send],
            Self::Success | Self::Viewer => &[View],
        }
    }

    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}

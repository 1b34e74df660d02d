//! Sign-in, sessions, roles.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

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

/// Somebody of the team, as others may know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Named {
    pub id: Id,
    pub name: String,
}

/// Somebody of the team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    pub id: Id,
    pub name: String,
    /// Only for those who may manage people; else null.
    pub email: Option<String>,
    pub role: Role,
    /// May no longer sign in.
    pub disabled: bool,
    /// Sessions that have not ended; null for those who may not manage people.
    pub sessions: Option<u32>,
    /// RFC 3339; null where never, or for those who may not manage people.
    pub last_seen: Option<String>,
    pub created_at: String,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PeopleResponse {
    pub people: Vec<Person>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PersonResponse {
    pub person: Person,
}

/// `POST /api/people`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    pub email: String,
    pub name: String,
    pub role: Role,
}

/// `PATCH /api/people/{id}`: what is left out stays. Another role, or none at all, ends their sessions and their tokens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// A one-time link for somebody, to be handed over where no mail goes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignInLink {
    pub address: String,
    pub expires_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignInLinkResponse {
    pub link: SignInLink,
}

/// A session that has not ended. `id` is no secret: the start of the stored hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionEntry {
    pub id: String,
    pub person: Named,
    /// `link` or `access`.
    pub method: String,
    /// Browser and system, such as `Firefox on Linux`; empty where they did not say.
    pub device: String,
    pub created_at: String,
    pub seen_at: String,
    pub expires_at: String,
    /// The one that asks.
    pub current: bool,
}

/// The query of `GET /api/sessions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionsQuery {
    /// Everybody's, for those who may manage people.
    #[serde(default)]
    pub all: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionsResponse {
    pub sessions: Vec<SessionEntry>,
}

/// A program's key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    pub id: Id,
    pub name: String,
    pub permissions: Vec<Permission>,
    /// Its last four characters.
    pub hint: String,
    pub created_by: Option<Named>,
    pub created_at: String,
    pub expires_at: String,
    /// Within ten minutes.
    pub used_at: Option<String>,
    pub revoked_at: Option<String>,
    /// The token itself: only in the answer that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TokensResponse {
    pub tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TokenResponse {
    pub token: Token,
}

/// `POST /api/tokens`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    pub name: String,
    pub permissions: Vec<Permission>,
    /// 1 to 365; 90 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u32>,
}

impl Permission {
    pub const ALL: [Self; 6] = [Self::View, Self::Edit, Self::Approve, Self::Send, Self::Export, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Edit => "edit",
            Self::Approve => "approve",
            Self::Send => "send",
            Self::Export => "export",
            Self::Admin => "admin",
        }
    }
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

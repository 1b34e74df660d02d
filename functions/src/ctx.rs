//! What a handler gets besides its input.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use shared::api::{Permission, Role};
use shared::id::Id;
use shared::time::Millis;
use worker::Env;

use crate::db::Db;
use crate::problem::Problem;
use crate::settings::Settings;

/// One request: its store with its meter, who asks, and the time, taken once.
#[derive(Debug, Clone)]
pub struct Ctx {
    pub env: Env,
    pub settings: Arc<Settings>,
    pub db: Db,
    pub who: Who,
    /// The stored hash of the session that asks; none for tokens.
    pub session: Option<String>,
    pub now: Millis,
    pub request_id: Id,
    background: Arc<worker::Context>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Who {
    #[default]
    Nobody,
    User(Person),
    /// A bearer token: a program.
    Token(Person),
}

/// `id` is the row's: of `users`, or of `tokens`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: i64,
    pub public_id: Id,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Its role's, or what of them was chosen for a token.
    pub permissions: Vec<Permission>,
}

impl Ctx {
    pub fn new(env: Env, context: worker::Context) -> Result<Self, Problem> {
        let now = crate::clock::now();
        Ok(Self {
            settings: Arc::new(Settings::read(&env)),
            db: Db::open(&env)?,
            env,
            who: Who::Nobody,
            session: None,
            now,
            request_id: crate::random::id(now)?,
            background: Arc::new(context),
        })
    }

    /// The same with another caller, for a line of the audit log about somebody who has only just come in.
    #[must_use]
    pub fn on_behalf_of(&self, who: Who) -> Self {
        Self { who, ..self.clone() }
    }

    /// Runs `work` after the answer has left, so that the answer's time tells nothing about it.
    pub fn after_answer(&self, work: impl Future<Output = ()> + 'static) {
        self.background.wait_until(work);
    }
}

impl Who {
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Nobody => None,
            Self::User(person) | Self::Token(person) => Some(person),
        }
    }

    pub fn role(&self) -> Option<Role> {
        self.person().map(|person| person.role)
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.person().is_some_and(|person| person.permissions.contains(&permission))
    }

    /// The row of `users` that a change is written down under; none for a token.
    pub fn user_id(&self) -> Option<i64> {
        if let Self::User(person) = self { Some(person.id) } else { None }
    }
}

impl<S: Sync> FromRequestParts<S> for Ctx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(|| Problem::Internal("a route outside the table has no context".to_owned()))
    }
}

//! People of the team.

use serde::Deserialize;
use shared::api::{self, Permission, Role};
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Statement, links, sessions, tokens};
use crate::auth::SESSION_IDLE;
use crate::ctx::Person;
use crate::{params, sql};

/// Somebody recognised, and when this was last written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised {
    pub person: Person,
    pub seen_at: Option<Millis>,
}

/// A row of whoever is recognised, a person or a program.
#[derive(Debug, Clone, Deserialize)]
pub struct PersonRow {
    id: i64,
    public_id: Id,
    name: String,
    email: String,
    role: Role,
    /// JSON; none for all of the role's.
    #[serde(default)]
    permissions: Option<String>,
    #[serde(default)]
    pub disabled_at: Option<i64>,
    seen_at: Option<i64>,
}

/// Somebody of the team, as they are managed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Member {
    pub id: i64,
    pub public_id: Id,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub disabled_at: Option<i64>,
    created_at: i64,
    pub version: u32,
    sessions: u32,
    seen_at: Option<i64>,
}

#[derive(Debug)]
pub struct NewMember<'a> {
    pub public_id: &'a Id,
    pub email: &'a str,
    pub name: &'a str,
    pub role: Role,
}

/// Why a change of the team was not made.
#[derive(Debug)]
pub enum Refused {
    /// Somebody else changed the person meanwhile.
    Stale,
    /// No owner would be left who can sign in.
    LastOwner,
    /// Whoever asked is no owner any more.
    NotAllowed,
    Db(DbError),
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

/// All of the team, or the one of `public_id`.
pub async fn find(db: &Db, public_id: Option<&Id>, now: Millis) -> Result<Vec<Member>, DbError> {
    db.all(sql!("people.sql", "people"), params![public_id, now, Millis(now.0 - SESSION_IDLE)]).await
}

/// `false` where the owner who adds them is none any more.
///
/// # Errors
/// A duplicate of `users.email` for an address that somebody has.
pub async fn add(db: &Db, new: &NewMember<'_>, by: i64, now: Millis, log: Statement) -> Result<bool, DbError> {
    let NewMember { public_id, email, name, role } = *new;
    let added = params![public_id, email, name, role.as_str(), now, by];
    let outcomes = db.batch(vec![Statement::new(sql!("people.sql", "add_person"), added), log]).await?;
    Ok(outcomes.first().is_some_and(|added| added.changes == 1))
}

/// Stores `after`; another role, or none that may sign in, ends in the same write all that let the person in so far. `log` is one for
/// [`append`](super::audit::append).
pub async fn change(
    db: &Db,
    before: &Member,
    after: &Member,
    version: u32,
    by: i64,
    now: Millis,
    log: Statement,
) -> Result<(), Refused> {
    let Member { id, name, role, disabled_at, .. } = after;
    let changed = params![*id, version, name, role.as_str(), *disabled_at, now, by];
    let mut statements = vec![Statement::new(sql!("people.sql", "change_person"), changed)];
    let is_disabled = before.disabled_at.is_none() && disabled_at.is_some();
    if is_disabled || before.role != *role {
        statements.extend([sessions::drop_of(*id), links::drop_of(*id), tokens::revoke_of(*id, now)]);
    }
    statements.push(log);
    db.batch(statements).await.map(drop).map_err(|error| match error {
        error if error.is_missing("users.role") => Refused::LastOwner,
        error if error.is_missing("users.updated_at") => Refused::NotAllowed,
        error if error.is_stale("users") => Refused::Stale,
        error => Refused::Db(error),
    })
}

/// Whether anybody ever came in as them, as far as the store knows.
pub async fn has_signed_in(db: &Db, id: i64) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("people.sql", "has_signed_in"), params![id]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

/// What a token may: of what its role may, the permissions that were chosen for it, or all.
pub fn permissions(role: Role, chosen: Option<&str>) -> Vec<Permission> {
    let all = role.permissions().to_vec();
    let Some(chosen) = chosen else { return all };
    // A list that cannot be read allows nothing.
    let chosen: Vec<Permission> = serde_json::from_str(chosen).unwrap_or_default();
    all.into_iter().filter(|permission| chosen.contains(permission)).collect()
}

impl Member {
    /// `in_full` for those who may manage people.
    pub fn wire(&self, in_full: bool) -> api::Person {
        api::Person {
            id: self.public_id.clone(),
            name: self.name.clone(),
            email: in_full.then(|| self.email.clone()),
            role: self.role,
            disabled: self.disabled_at.is_some(),
            sessions: in_full.then_some(self.sessions),
            last_seen: self.seen_at.filter(|_| in_full).map(|at| Millis(at).rfc3339()),
            created_at: Millis(self.created_at).rfc3339(),
            version: self.version,
        }
    }
}

impl From<PersonRow> for Recognised {
    fn from(row: PersonRow) -> Self {
        let PersonRow { id, public_id, name, email, role, permissions: chosen, seen_at, .. } = row;
        let permissions = permissions(role, chosen.as_deref());
        Self { person: Person { id, public_id, name, email, role, permissions }, seen_at: seen_at.map(Millis) }
    }
}

impl From<DbError> for Refused {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

#[cfg(test)]
mod tests {
    use Permission::{Admin, Edit, Export, View};

    use super::*;

    #[test]
    fn a_token_may_what_was_chosen_for_it_and_never_more_than_its_role() {
        assert_eq!(permissions(Role::Owner, Some(r#"["view","export"]"#)), [View, Export]);
        assert_eq!(permissions(Role::Marketer, Some(r#"["view","edit","admin"]"#)), [View, Edit]);
        assert_eq!(permissions(Role::Viewer, None), [View]);
        assert!(permissions(Role::Owner, None).contains(&Admin));
    }

    #[test]
    fn a_list_of_permissions_that_cannot_be_read_allows_nothing() {
        for damaged in ["", "null", "[\"root\"]", "{"] {
            assert!(permissions(Role::Owner, Some(damaged)).is_empty(), "{damaged}");
        }
    }
}

//! Two records of one person: what goes from one to the other, and back.

use std::collections::HashSet;

use serde::Deserialize;
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement, leases};
use crate::{params, sql};

/// What decides which of two records stays.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Standing {
    pub id: i64,
    pub public_id: Id,
    pub kind: String,
    pub created_at: i64,
    pub owner_id: Option<i64>,
    pub has_orders: u8,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Merge {
    pub id: i64,
    pub public_id: Id,
    pub winner: i64,
    pub loser: i64,
    pub reason: String,
    pub created_at: i64,
    pub undone_at: Option<i64>,
    /// Public ids.
    pub winner_id: Id,
    pub loser_id: Id,
}

/// A merge as it is told.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Told {
    pub public_id: Id,
    /// Public ids.
    pub winner: Id,
    pub winner_name: String,
    pub loser: Id,
    pub loser_name: String,
    pub reason: String,
    pub by_name: Option<String>,
    pub created_at: i64,
    pub undone_at: Option<i64>,
    can_undo: u8,
}

impl Told {
    /// It stands, and the record that stayed stands too.
    pub fn can_undo(&self) -> bool {
        self.can_undo != 0
    }
}

/// What a merge writes down of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMerge<'a> {
    pub id: &'a Id,
    pub winner: i64,
    pub loser: i64,
    pub reason: &'a str,
    /// None where nobody asked for it.
    pub user_id: Option<i64>,
    /// Contacts that move, by their numbers: the others are the winner's already.
    pub contacts: &'a [i64],
    /// How an account's events call its new person, and the contact whom that one's keys name.
    pub user: Option<&'a str>,
    pub contact: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Pair {
    winner: i64,
    loser: i64,
}

/// Those of the customers that are no sample and not merged yet.
pub async fn standing(db: &Db, ids: &[i64]) -> Result<Vec<Standing>, DbError> {
    db.all(sql!("merges.sql", "standing"), params![Param::json(&ids)]).await
}

/// Pairs that somebody took apart, the smaller number first.
pub async fn apart(db: &Db, ids: &[i64]) -> Result<HashSet<(i64, i64)>, DbError> {
    if ids.len() < 2 {
        return Ok(HashSet::new());
    }
    let pairs: Vec<Pair> = db.all(sql!("merges.sql", "apart"), params![Param::json(&ids)]).await?;
    Ok(pairs.into_iter().map(|Pair { winner, loser }| (winner.min(loser), winner.max(loser))).collect())
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Merge>, DbError> {
    db.first(sql!("merges.sql", "find"), params![id]).await
}

pub async fn told(db: &Db, id: &Id) -> Result<Option<Told>, DbError> {
    db.first(sql!("merges.sql", "told"), params![id]).await
}

/// The newest one that took this customer away.
pub async fn newest_of(db: &Db, loser: i64) -> Result<Option<Told>, DbError> {
    db.first(sql!("merges.sql", "newest_of"), params![loser]).await
}

/// Those that the customer was part of, the newest first.
pub async fn of(db: &Db, customer: i64) -> Result<Vec<Told>, DbError> {
    db.all(sql!("merges.sql", "of"), params![customer]).await
}

/// Moves everything of the loser to the winner; the winner's own row and contacts are written beside.
pub fn store(new: &NewMerge<'_>, now: Millis) -> Vec<Statement> {
    let NewMerge { id, winner, loser, reason, user_id, contacts, user, contact } = *new;
    let both = || params![winner, loser];
    let mut statements = vec![
        Statement::new(sql!("merges.sql", "record"), params![id, winner, loser, reason, user_id, now, Param::json(&contacts)]),
        Statement::new(sql!("merges.sql", "record_orders"), params![id]),
        Statement::new(sql!("merges.sql", "record_events"), params![id]),
    ];
    if let Some(user) = user {
        statements.push(Statement::new(sql!("merges.sql", "name_user"), params![loser, user]));
    }
    statements.extend([
        Statement::new(sql!("merges.sql", "mark_merged"), params![winner, loser, now]),
        Statement::new(sql!("merges.sql", "move_orders"), params![winner, loser, now]),
        Statement::new(sql!("merges.sql", "move_events"), both()),
        Statement::new(sql!("merges.sql", "move_identities"), params![winner, loser, contact]),
        Statement::new(sql!("merges.sql", "move_contacts"), params![winner, loser, Param::json(&contacts)]),
        Statement::new(sql!("merges.sql", "move_notes"), both()),
        Statement::new(sql!("merges.sql", "move_set_asides"), both()),
        Statement::new(sql!("merges.sql", "move_codes"), both()),
        Statement::new(sql!("merges.sql", "move_interventions"), both()),
        Statement::new(sql!("merges.sql", "move_entries"), both()),
        Statement::new(sql!("merges.sql", "move_touches"), both()),
        Statement::new(sql!("merges.sql", "move_responses"), both()),
        Statement::new(sql!("merges.sql", "move_tasks"), both()),
        Statement::new(sql!("merges.sql", "move_in_app"), both()),
        Statement::new(sql!("merges.sql", "take_assignment"), both()),
        Statement::new(sql!("merges.sql", "remove_assignment"), params![loser]),
        Statement::new(sql!("merges.sql", "move_requests"), both()),
        Statement::new(sql!("merges.sql", "take_owner"), both()),
        Statement::new(sql!("merges.sql", "remove_wishes"), params![loser]),
        Statement::new(sql!("merges.sql", "remove_tests"), params![loser]),
        Statement::new(sql!("merges.sql", "remove_facets"), params![loser]),
        Statement::new(sql!("merges.sql", "empty_state"), params![loser]),
        Statement::new(sql!("merges.sql", "remove_state"), params![loser]),
        Statement::new(sql!("merges.sql", "remove_score"), params![loser]),
        Statement::new(sql!("merges.sql", "mark_winner_dirty"), params![winner]),
        leases::wake("score"),
    ]);
    statements
}

/// Gives the loser back what came from it and is still the winner's.
///
/// # Errors
/// The batch fails with [`is_too_late`] where it was undone meanwhile, or where the winner was merged further.
pub fn undo(merge: &Merge, now: Millis) -> Vec<Statement> {
    let (id, winner) = (merge.id, merge.winner);
    vec![
        Statement::new(sql!("merges.sql", "undo_begin"), params![id, now]),
        Statement::new(sql!("merges.sql", "undo_orders"), params![id, now]),
        Statement::new(sql!("merges.sql", "undo_events"), params![id]),
        Statement::new(sql!("merges.sql", "undo_identities"), params![id]),
        Statement::new(sql!("merges.sql", "undo_contacts"), params![id]),
        Statement::new(sql!("merges.sql", "undo_notes"), params![id]),
        Statement::new(sql!("merges.sql", "undo_set_asides"), params![id]),
        Statement::new(sql!("merges.sql", "undo_codes"), params![id]),
        Statement::new(sql!("merges.sql", "undo_interventions"), params![id]),
        Statement::new(sql!("merges.sql", "undo_entries"), params![id]),
        Statement::new(sql!("merges.sql", "undo_touches"), params![id]),
        Statement::new(sql!("merges.sql", "undo_responses"), params![id]),
        Statement::new(sql!("merges.sql", "undo_tasks"), params![id]),
        Statement::new(sql!("merges.sql", "undo_in_app"), params![id]),
        Statement::new(sql!("merges.sql", "undo_requests"), params![id]),
        Statement::new(sql!("merges.sql", "undo_winner"), params![id]),
        Statement::new(sql!("merges.sql", "undo_people"), params![id]),
        Statement::new(sql!("merges.sql", "undo_country"), params![id]),
        Statement::new(sql!("merges.sql", "undo_winner_version"), params![id, now]),
        Statement::new(sql!("merges.sql", "undo_score"), params![id]),
        Statement::new(sql!("merges.sql", "undo_loser"), params![id, now]),
        Statement::new(sql!("merges.sql", "undo_facets"), params![id]),
        Statement::new(sql!("merges.sql", "mark_winner_dirty"), params![winner]),
        leases::wake("score"),
    ]
}

pub fn is_too_late(error: &DbError) -> bool {
    error.is_missing("merges.reason")
}

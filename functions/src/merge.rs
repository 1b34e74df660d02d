//! Two records that turn out to be one person become one, and can be taken apart again.
//!
//! The record with orders stays, else the older one; of a person and their account, the account. Orders, events, keys, notes and
//! contacts go to it; what it knows of a field is what was told last. Consent is only ever added: an address that both records had
//! gets the history of both, and the loser's own contact keeps its own, so that nothing is lost whichever way it goes.

use shared::audit::Action;
use shared::time::Millis;

use crate::db::audit::{self, Entry};
use crate::db::merges::{self, Merge, NewMerge, Standing};
use crate::db::{Db, DbError, Statement, fold};
use crate::intake::fold::book::{Reason, Tie, absorb, take_contacts};
use crate::intake::fold::customer::{ContactIdentity, Customer};
use crate::intake::fold::stored;
use crate::jobs::{Held, JobError};
use crate::random;

/// What a merge does with rows of a table that name a customer or a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They are the winner's from now on.
    Moves,
    /// They follow their contact, or are copied to the contact at the same address.
    WithContact,
    /// They are worked out anew from what moved; what is kept of events that are gone stays with the record whose they were.
    Refolded,
}

/// Every column that names a customer or contact, with what becomes of its rows; a test compares it with the schema.
pub const PLACES: &[(&str, &str, Fate)] = &[
    ("identities", "customer_id", Fate::Moves),
    ("identities", "contact_id", Fate::WithContact),
    ("contacts", "customer_id", Fate::Moves),
    ("consents", "contact_id", Fate::WithContact),
    ("orders", "customer_id", Fate::Moves),
    ("events", "customer_id", Fate::Moves),
    ("states", "customer_id", Fate::Refolded),
    ("facets", "customer_id", Fate::Refolded),
    ("scores", "customer_id", Fate::Refolded),
    ("segment_moves", "customer_id", Fate::Refolded),
    ("notes", "customer_id", Fate::Moves),
    ("set_asides", "customer_id", Fate::Moves),
    ("codes", "customer_id", Fate::Moves),
    ("interventions", "customer_id", Fate::Moves),
    ("wishes", "customer_id", Fate::Refolded),
    ("entries", "customer_id", Fate::Moves),
    ("entries", "contact_id", Fate::WithContact),
    ("touches", "customer_id", Fate::Moves),
    ("touches", "contact_id", Fate::WithContact),
    ("responses", "customer_id", Fate::Moves),
    ("tasks", "customer_id", Fate::Moves),
    ("in_app", "customer_id", Fate::Moves),
    // Whoever was drawn first stays drawn.
    ("assignments", "customer_id", Fate::Refolded),
    // Facts of the joined record are others: whatever is asked then is asked anew.
    ("model_answers", "customer_id", Fate::Refolded),
    ("privacy_requests", "customer_id", Fate::Moves),
];

/// Merges of one batch; each has some twenty-five statements, which is as much as two pages of other jobs.
const AT_ONCE: u32 = 5;
const PAGES_EACH: u32 = 2;

/// Who asks for a merge, and why.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    pub reason: &'a str,
    /// None for the system.
    pub user_id: Option<i64>,
    /// Goes into the same batch.
    pub log: Option<Statement>,
}

/// Merges what a page of messages ties together, under the job's lease. Ties of one record to several are merged one after the
/// other: whoever plans anew finds those that are left.
///
/// # Errors
/// What the database says; [`DbError::Bug`] where none of them could be merged, so that nobody plans them for ever.
pub async fn all(held: &mut Held<()>, ties: &[Tie]) -> Result<(), JobError> {
    let mut statements = Vec::new();
    let mut touched: Vec<i64> = Vec::new();
    let mut merged: u32 = 0;
    for tie in ties {
        if merged == AT_ONCE || [tie.one, tie.other].iter().any(|id| touched.contains(id)) {
            continue;
        }
        touched.extend([tie.one, tie.other]);
        let asked = Asked { reason: tie.reason.as_str(), user_id: None, log: None };
        let winner = (tie.reason == Reason::Member).then_some(tie.one);
        if let Some(more) = plan(&held.db, tie.one, tie.other, winner, asked, held.now).await? {
            statements.extend(more);
            merged += 1;
        }
    }
    if merged == 0 {
        return Err(DbError::Bug("records that are one could not be merged".to_owned()).into());
    }
    held.write(statements).await?;
    held.tire(merged * PAGES_EACH);
    held.count("merged", merged.into());
    Ok(())
}

/// The statements that make one record of two; `winner` where it is not for the records to decide. None where one of them is merged
/// already, is of the sample shop, or does not exist.
///
/// # Errors
/// What the database says.
pub async fn plan(
    db: &Db,
    one: i64,
    other: i64,
    winner: Option<i64>,
    asked: Asked<'_>,
    now: Millis,
) -> Result<Option<Vec<Statement>>, DbError> {
    let standing = merges::standing(db, &[one, other]).await?;
    let [a, b] = standing.as_slice() else { return Ok(None) };
    let (winner, loser) = match winner {
        Some(id) if id == b.id => (b, a),
        Some(_) => (a, b),
        None => ranked(a, b),
    };
    let people = fold::of_ids(db, &[winner.id, loser.id]).await?;
    let mut customers = stored::customers(people.clone());
    let place = |id: i64, customers: &[Customer]| customers.iter().position(|customer| customer.known_id() == Some(id));
    let missing = || DbError::Bug("a record to be merged is gone".to_owned());
    let gone = customers.remove(place(loser.id, &customers).ok_or_else(missing)?);
    let mut into = customers.remove(place(winner.id, &customers).ok_or_else(missing)?);
    let is_member = into.is_account && !gone.is_account;
    let places = if is_member { take_contacts(&mut into, &gone.contacts) } else { absorb(&mut into, &gone) };
    into.first = into.first.min(gone.first);
    let moving: Vec<i64> =
        gone.contacts.iter().filter_map(known).filter(|id| into.contacts.iter().any(|c| known(c) == Some(*id))).collect();
    let contact = places.first().and_then(|&at| into.contacts.get(at)).and_then(known).filter(|_| is_member);
    let user = is_member.then(|| gone.external_id());
    into.keys.extend(gone.keys.keys().map(|key| (key.clone(), None)));
    let id = random::id(now)?;
    let new = NewMerge {
        id: &id,
        winner: winner.id,
        loser: loser.id,
        reason: asked.reason,
        user_id: asked.user_id,
        contacts: &moving,
        user: user.as_deref(),
        contact,
    };
    let mut statements = merges::store(&new, now);
    statements.extend(stored::write(std::iter::once(&into), &people, now)?);
    statements.push(asked.log.unwrap_or_else(|| {
        let entry = Entry::new(Action::CustomersMerged).to("customer", &winner.public_id, None);
        audit::append_by_system(entry, now)
    }));
    Ok(Some(statements))
}

/// The statements that take two records apart again. What came since the merge stays with the winner, and consent stays where it was
/// copied to.
pub fn undo(merge: &Merge, log: Statement, now: Millis) -> Vec<Statement> {
    let mut statements = merges::undo(merge, now);
    statements.push(log);
    statements
}

/// The winner first: the one with orders, then the older, then the one that was here first.
fn ranked<'a>(a: &'a Standing, b: &'a Standing) -> (&'a Standing, &'a Standing) {
    let rank = |standing: &Standing| (standing.kind != "account", standing.has_orders == 0, standing.created_at, standing.id);
    if rank(a) <= rank(b) { (a, b) } else { (b, a) }
}

fn known(contact: &crate::intake::fold::customer::Contact) -> Option<i64> {
    if let ContactIdentity::Known(id) = contact.identity { Some(id) } else { None }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_column_that_names_a_customer_or_a_contact_has_its_fate() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut found = BTreeSet::new();
        for file in std::fs::read_dir(folder).expect("migrations") {
            let text = std::fs::read_to_string(file.expect("file").path()).expect("text");
            let mut table = String::new();
            for line in text.lines() {
                let words: Vec<&str> = line.split_whitespace().collect();
                match words.as_slice() {
                    ["create", "table", name, ..] => table = (*name).to_owned(),
                    ["alter", "table", name, "add", "column", column @ ("customer_id" | "contact_id"), ..] => {
                        found.insert(((*name).to_owned(), (*column).to_owned()));
                    }
                    [column @ ("customer_id" | "contact_id"), ..] => {
                        found.insert((table.clone(), (*column).to_owned()));
                    }
                    _ => {}
                }
            }
        }
        let known: BTreeSet<_> = PLACES.iter().map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())).collect();
        assert_eq!(found, known);
        assert_eq!(known.len(), PLACES.len());
    }

    #[test]
    fn every_table_whose_rows_move_has_a_statement_that_moves_them_and_one_that_moves_them_back() {
        let sql = include_str!("db/merges.sql");
        for (table, ..) in PLACES.iter().filter(|(_, _, fate)| *fate == Fate::Moves) {
            let moves = |name: &str| {
                sql.split("-- name: ")
                    .any(|part| part.starts_with(name) && part.contains(&format!("update {table} set customer_id")))
            };
            assert!(moves("move_"), "{table} does not move");
            assert!(moves("undo_"), "{table} does not go back");
        }
    }

    #[test]
    fn the_record_with_orders_stays_and_else_the_older() {
        let standing = |id: i64, has_orders: u8, created_at: i64| Standing {
            id,
            public_id: random::id(Millis(id)).expect("randomness"),
            kind: "shopper".into(),
            created_at,
            owner_id: None,
            has_orders,
        };
        let winner = |a: &Standing, b: &Standing| (ranked(a, b).0.id, ranked(b, a).0.id);
        assert_eq!(winner(&standing(1, 0, 5), &standing(2, 1, 9)), (2, 2));
        assert_eq!(winner(&standing(1, 1, 9), &standing(2, 1, 5)), (2, 2));
        assert_eq!(winner(&standing(1, 0, 5), &standing(2, 0, 5)), (1, 1));
    }
}

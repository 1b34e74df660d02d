//! Imported events that are older than any that is kept: they go straight into the bases of their customers, once by the digest of
//! their file and their line.

use std::collections::BTreeMap;

use shared::import::EventRow;
use shared::reason::topics;
use shared::state::EventFact;
use shared::time::{Day, Millis};

use super::resolve::{Draft, Identity};
use crate::db::imports::Import;
use crate::db::retention::{self, FileRow, NewBase};
use crate::db::{Db, DbError, Statement, leases, reasons};
use crate::jobs::retention::{Added, added};

/// A row with the place of its customer's draft.
#[derive(Debug, Clone, Copy)]
pub struct Owned<'a> {
    pub row: &'a EventRow,
    pub draft: usize,
}

/// What becomes of a batch's events.
#[derive(Debug, Default)]
pub struct Older {
    pub statements: Vec<Statement>,
    /// Rows that went into bases.
    pub accepted: u32,
    pub rows_written: u64,
    /// Places of the rows that stay rows.
    pub stay: Vec<usize>,
}

/// Tells rows that stay rows from older ones, and those of the older ones that no import of the same file brought before.
///
/// # Errors
/// What the database says.
pub async fn plan(db: &Db, import: &Import, rows: &[Owned<'_>], drafts: &[Draft], now: Millis) -> Result<Older, DbError> {
    let file = retention::file(db, import.id).await?;
    let FileRow { events_from, lines, .. } = file;
    let is_older = |row: &EventRow| events_from.is_some_and(|day| row.occurred_at < Day(day).start());
    let mut by_draft: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, Owned { row, draft }) in rows.iter().enumerate() {
        if is_older(row) && lines.is_none_or(|lines| row.line > lines) {
            by_draft.entry(*draft).or_default().push(place);
        }
    }
    let known_id = |place: &usize| drafts.get(*place).and_then(Draft::known_id);
    let known: Vec<i64> = by_draft.keys().filter_map(known_id).collect();
    let bases: BTreeMap<i64, String> =
        retention::bases(db, &known).await?.into_iter().map(|row| (row.customer_id, row.base)).collect();
    let topics = if by_draft.is_empty() { topics::starting().clone() } else { reasons::topics(db).await? };
    let mut older = Older::default();
    let (mut of_known, mut of_new) = (Vec::new(), Vec::new());
    let mut accepted = 0;
    for (draft, places) in by_draft {
        let Some(identity) = drafts.get(draft).map(|draft| &draft.identity) else { continue };
        let facts: Vec<EventFact> = places.iter().filter_map(|place| Some(fact(rows.get(*place)?.row))).collect();
        let was = if let Identity::Known(id) = identity { bases.get(id) } else { None };
        match (added(was.map(String::as_str), &facts, &topics)?, identity) {
            (Added::Newer, _) => {
                older.stay.extend(places);
                continue;
            }
            (Added::Nothing, _) => {}
            (Added::Base(base), Identity::Known(id)) => of_known.push(NewBase(*id, base, was.cloned())),
            (Added::Base(base), Identity::New(id)) => of_new.push((id.clone(), base)),
        }
        accepted += places.len();
    }
    older.accepted = u32::try_from(accepted).unwrap_or(u32::MAX);
    older.stay.extend(rows.iter().enumerate().filter(|(_, owned)| !is_older(owned.row)).map(|(place, _)| place));
    older.stay.sort_unstable();
    // A base and the mark of its customer.
    older.rows_written = 2 * (of_known.len() + of_new.len()) as u64 + 1;
    let changed: Vec<i64> = of_known.iter().map(|base| base.0).collect();
    older.statements = retention::store_bases(&of_known, now)?;
    older.statements.extend(retention::store_bases_of_new(&of_new, now)?);
    older.statements.extend(retention::mark_dirty(&changed)?);
    if older.accepted > 0 {
        older.statements.push(leases::wake("score"));
    }
    if let Some(last) = rows.iter().map(|owned| owned.row.line).max() {
        older.statements.push(retention::note_lines(&file, last, import.id));
    }
    Ok(older)
}

fn fact(row: &EventRow) -> EventFact {
    EventFact { at: row.occurred_at, name: row.name.clone(), properties: row.properties.clone() }
}

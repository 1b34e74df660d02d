//! Once a day each issued code is looked at in its store: used there, or gone from there.

use futures_util::future::join_all;
use shared::offer::fulfilment::{Found, Grant, Issued, Trouble};
use shared::time::Millis;

use super::{AT_ONCE, Cursor, DAY, page_size, stopped};
use crate::db::DbError;
use crate::db::codes::{self, Checked, Due};
use crate::db::fulfilments::FulfilmentRow;
use crate::fulfilment::{self, Promise, Store};
use crate::jobs::run::{Held, JobError};

pub(super) async fn look(held: &mut Held<Cursor>, row: &FulfilmentRow, store: &Store) -> Result<(), JobError> {
    let now = held.now;
    let rows = codes::unchecked(&held.db, row.id, Millis(now.0 - DAY), page_size(held, None)).await?;
    let mut checked = Vec::new();
    let mut stop = None;
    for some in rows.chunks(AT_ONCE) {
        let found = join_all(some.iter().map(|due| one(store, due, now))).await;
        for (due, found) in some.iter().zip(found) {
            match said(due.id, found) {
                Ok(one) => checked.push(one),
                Err(trouble) => stop = Some(trouble),
            }
        }
        if stop.is_some() {
            break;
        }
    }
    held.count("checked", checked.len() as u64);
    let mut statements = vec![codes::check(&checked, now)];
    statements.extend(stop.map(|trouble| stopped(row, &trouble, now)));
    held.write(statements).await.map(drop)
}

async fn one(store: &Store, due: &Due, now: Millis) -> Result<Found, Trouble> {
    let grant: Grant = due.grant().map_err(|error: DbError| Trouble::Refused(error.to_string()))?;
    let promise = Promise { form: due.form(), grant: &grant, rung: due.rung, lot: due.lot_title.as_deref(), now };
    fulfilment::look_up(store, promise).await
}

fn said(id: i64, found: Result<Found, Trouble>) -> Result<Checked, Trouble> {
    Ok(match found {
        Ok(Found::Ours(Issued { uses, .. })) if uses > 0 => Checked(id, "used", None),
        Ok(Found::Ours(Issued { is_active: true, .. })) => Checked(id, "same", None),
        Ok(Found::Ours(_) | Found::Absent | Found::Foreign) => {
            Checked(id, "gone", Some("Somebody ended this code in the store: offer the customer another one".to_owned()))
        }
        Err(trouble @ (Trouble::Later(_) | Trouble::Account(_))) => return Err(trouble),
        // Nobody can tell today.
        Err(Trouble::Unknown(_) | Trouble::Exists) => Checked(id, "same", None),
        Err(Trouble::Wrong { text, .. } | Trouble::Refused(text)) => {
            let text = format!("{text}: somebody changed it in the store");
            Checked(id, "same", Some(text))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_is_gone_from_its_store_is_not_good_and_one_that_nobody_can_see_is() {
        let ours = |uses, is_active| Ok(Found::Ours(Issued { external_id: "1".to_owned(), uses, is_active }));
        let outcome = |found| said(1, found).map(|Checked(_, outcome, _)| outcome);
        assert_eq!(outcome(ours(0, true)), Ok("same"));
        assert_eq!(outcome(ours(1, false)), Ok("used"));
        assert_eq!(outcome(ours(0, false)), Ok("gone"));
        assert_eq!(outcome(Ok(Found::Absent)), Ok("gone"));
        assert_eq!(outcome(Err(Trouble::Unknown("503".to_owned()))), Ok("same"));
        assert_eq!(outcome(Err(Trouble::Later(3))), Err(Trouble::Later(3)));
    }
}

//! `POST /api/customers/bulk`.

use std::collections::BTreeSet;

use axum::Json;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::api::{Bulk, BulkChange, BulkResponse, CustomerQuery};
use shared::audit::Action;
use shared::id::Id;
use shared::tags;

use super::{change, query, set_aside};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::edits::{self, Alike, Carer, Edit, Editable, NewAside};
use crate::db::lists;
use crate::extract::JsonBody;
use crate::jobs;
use crate::problem::Problem;

/// Customers a call: memory and the time of one batch stay small however long the list is.
const PAGE: u32 = 1_000;

/// Chosen one by one, or left out.
const NAMED: usize = 1_000;

/// How often a page is made anew because somebody changed one of its customers meanwhile.
const TRIES: u32 = 4;

/// What is to be done to each of them.
struct Change {
    owner: Option<Option<Carer>>,
    add: Vec<String>,
    remove: Vec<String>,
    set_aside: Option<Option<NewAside>>,
}

/// Change who looks after many customers, their tags, or that they are not at risk: those chosen, or a whole list.
///
/// A call changes a page of about 1,000, all of them or none, and only those that are not so already. A list is walked in the
/// order in which its customers came, so that what the change itself does to the list leaves nobody out.
#[utoipa::path(post, path = "/api/customers/bulk", tag = "customers", request_body = BulkChange,
    responses((status = 200, body = BulkResponse)))]
#[worker::send]
pub async fn change(ctx: Ctx, JsonBody(asked): JsonBody<BulkChange>) -> Result<Json<BulkResponse>, Problem> {
    let change = checked(&ctx, &asked).await?;
    let (ids, next_cursor) = page(&ctx, &asked).await?;
    let mut tries = 1;
    loop {
        let (edits, bulk) = planned(edits::of(&ctx.db, &ids, ctx.now.day()).await?, &asked.except, &change);
        if edits.is_empty() {
            return Ok(Json(BulkResponse { bulk: Bulk { next_cursor, ..bulk } }));
        }
        let owner = change.owner.as_ref().map(|carer| carer.as_ref().map(|carer| carer.id));
        let alike = Alike { owner, set_aside: change.set_aside.clone(), objected: None };
        let log = audit::append(&ctx, entry(&change, bulk.changed));
        match edits::change(&ctx.db, &edits, &alike, ctx.now, log).await {
            Err(error) if error.is_stale("customers") && tries < TRIES => tries += 1,
            Err(error) if error.is_stale("customers") => return Err(Problem::Busy),
            done => {
                done?;
                if change.set_aside.is_some() {
                    jobs::ring(&ctx.env, &ctx.db).await;
                }
                return Ok(Json(BulkResponse { bulk: Bulk { next_cursor, ..bulk } }));
            }
        }
    }
}

async fn checked(ctx: &Ctx, asked: &BulkChange) -> Result<Change, Problem> {
    if asked.ids.is_some() == asked.query.is_some() {
        return Err(Problem::field("ids", "Name customers by ids, or a list by query: one of both"));
    }
    let named = asked.ids.iter().flatten().count();
    if named > NAMED || (asked.ids.is_some() && named == 0) {
        return Err(Problem::field("ids", format!("Use 1 to {NAMED} customers, or a query")));
    }
    if asked.except.len() > NAMED {
        return Err(Problem::field("except", format!("Leave out at most {NAMED} customers: narrow the list instead")));
    }
    if asked.cursor.is_some() && asked.ids.is_some() {
        return Err(Problem::field("cursor", "Customers named by ids are changed in one call"));
    }
    if asked.owner.is_none() && asked.add_tags.is_empty() && asked.remove_tags.is_empty() && asked.set_aside.is_none() {
        return Err(Problem::field("body", "Say what to change: owner, add_tags, remove_tags or set_aside"));
    }
    let add = tags::tidy(&asked.add_tags).map_err(|error| Problem::field("add_tags", error.to_string()))?;
    // A tag that an import brought may be longer than one that a person gives, and is to be removable.
    let remove = asked.remove_tags.iter().map(|tag| tag.trim().to_owned()).collect::<Vec<_>>();
    if remove.len() > NAMED || add.iter().any(|tag| remove.iter().any(|other| tags::is_same(tag, other))) {
        return Err(Problem::field("remove_tags", "A tag is either added or removed"));
    }
    let set_aside = set_aside::asked(ctx, &asked.set_aside)?;
    Ok(Change { owner: change::owner(ctx, &asked.owner).await?, add, remove, set_aside })
}

/// The numbers of this call's customers, and where the next call goes on.
async fn page(ctx: &Ctx, asked: &BulkChange) -> Result<(Vec<i64>, Option<String>), Problem> {
    let Some(text) = &asked.query else {
        let ids = asked.ids.as_deref().unwrap_or_default();
        return Ok((lists::ids_of(&ctx.db, ids).await?, None));
    };
    let list: CustomerQuery = query::parse(text)?;
    let filter = query::filter(ctx, &list).await?;
    let after = asked.cursor.as_deref().map_or(Ok(0), read_cursor)?;
    let ids = lists::ids_by_arrival(&ctx.db, &filter, after, PAGE).await?;
    let next = ids.last().filter(|_| ids.len() == PAGE as usize).copied().map(cursor);
    Ok((ids, next))
}

/// Who of the page is to be changed to what.
fn planned(rows: Vec<Editable>, except: &[Id], change: &Change) -> (Vec<Edit>, Bulk) {
    let except: BTreeSet<&str> = except.iter().map(Id::as_str).collect();
    let mut bulk = Bulk { seen: 0, changed: 0, full: 0, next_cursor: None };
    let mut edits = Vec::new();
    for row in rows.into_iter().filter(|row| !except.contains(row.public_id.as_str())) {
        bulk.seen += 1;
        let had = row.tags();
        let Some(tags) = tags::changed(&had, &change.add, &change.remove) else {
            bulk.full += 1;
            continue;
        };
        let is_new_owner = change.owner.as_ref().is_some_and(|carer| carer.as_ref().map(|carer| carer.id) != row.owner_id);
        if is_new_owner || tags != had || set_aside::changes(row.set_aside().as_ref(), &change.set_aside) {
            bulk.changed += 1;
            edits.push(Edit { id: row.id, version: row.version, had, tags });
        }
    }
    (edits, bulk)
}

/// How many, and what: names of the team are no secret, tags are the customers'.
fn entry(change: &Change, changed: u64) -> Entry {
    let entry = Entry::new(Action::CustomersChanged).value("customers", None, Some(changed.to_string()));
    let entry = match &change.owner {
        Some(carer) => {
            let name = carer.as_ref().map_or("nobody", |carer| carer.name.as_str());
            entry.value("owner", None, Some(name.to_owned()))
        }
        None => entry,
    };
    let entry = match &change.set_aside {
        Some(asked) => set_aside::told(entry, None, asked.as_ref()),
        None => entry,
    };
    if change.add.is_empty() && change.remove.is_empty() { entry } else { entry.field("tags") }
}

fn cursor(after: i64) -> String {
    URL_SAFE_NO_PAD.encode(after.to_string())
}

fn read_cursor(text: &str) -> Result<i64, Problem> {
    let number = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    number.ok_or_else(|| {
        Problem::field("cursor", "This is no cursor of a bulk change: take bulk.next_cursor, or start without one")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, owner_id: Option<i64>, tags: &str) -> Editable {
        let public_id = Id::from_parts(id, &[0; 10]);
        Editable {
            id,
            public_id,
            owner_id,
            owner_name: None,
            tags: tags.to_owned(),
            version: 3,
            set_aside: None,
            objected_at: None,
        }
    }

    fn tagging(add: &[&str], remove: &[&str]) -> Change {
        let list = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
        Change { owner: None, add: list(add), remove: list(remove), set_aside: None }
    }

    #[test]
    fn only_those_that_differ_are_written() {
        let rows = vec![row(1, None, r#"["VIP"]"#), row(2, None, "[]"), row(3, None, r#"["old"]"#), row(4, None, "[]")];
        let left_out = [Id::from_parts(4, &[0; 10])];
        let (edits, bulk) = planned(rows, &left_out, &tagging(&["vip"], &["old"]));
        assert_eq!((bulk.seen, bulk.changed, bulk.full), (3, 2, 0));
        assert_eq!(
            edits.iter().map(|edit| (edit.id, edit.tags.join(","))).collect::<Vec<_>>(),
            [(2, "vip".into()), (3, "vip".into())]
        );
    }

    #[test]
    fn who_looks_after_them_already_is_left_alone() {
        let change = Change { owner: Some(None), ..tagging(&[], &[]) };
        let (edits, bulk) = planned(vec![row(1, None, "[]"), row(2, Some(7), "[]")], &[], &change);
        assert_eq!((edits.len(), bulk.changed), (1, 1));
        assert_eq!(edits[0], Edit { id: 2, version: 3, had: Vec::new(), tags: Vec::new() });
    }

    #[test]
    fn a_full_customer_is_counted_and_left_as_they_are() {
        let full: Vec<String> = (0..tags::MOST).map(|n| n.to_string()).collect();
        let rows = vec![row(1, None, &serde_json::to_string(&full).expect("json")), row(2, None, "[]")];
        let (edits, bulk) = planned(rows, &[], &tagging(&["new"], &[]));
        assert_eq!((edits.len(), bulk.seen, bulk.changed, bulk.full), (1, 2, 1, 1));
    }

    #[test]
    fn a_cursor_reads_back() {
        assert_eq!(read_cursor(&cursor(100_000)).expect("number"), 100_000);
        assert!(read_cursor("*").is_err() && read_cursor("eA").is_err());
    }
}

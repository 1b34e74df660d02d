//! A page of one connection: asked for, looked up, raised, ended.

use futures_util::future::join_all;
use shared::offer::fulfilment::{Form, Found, Grant, Issued, Provider, Trouble, code};
use shared::time::Millis;

use super::{AT_ONCE, Cursor, MINUTE, again, lots, page_size, stopped};
use crate::db::DbError;
use crate::db::codes::{self, Due, Settled};
use crate::db::fulfilments::FulfilmentRow;
use crate::fulfilment::{self, Promise, Store};
use crate::jobs::run::{Held, JobError};
use crate::{random, seams};

/// A text that is taken by somebody else's code is drawn anew so often.
const DRAWS: u32 = 8;

/// A row with its terms.
#[derive(Debug)]
pub(super) struct Item {
    pub due: Due,
    pub grant: Grant,
}

/// What was heard of a page.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Of each code; none where it was never asked for, or nothing was made.
    pub said: Vec<(i64, Option<Settled>)>,
    /// What stops the connection; nothing more is asked of it in this page.
    pub stop: Option<Trouble>,
}

pub(super) async fn ask(held: &mut Held<Cursor>, row: &FulfilmentRow, store: &Store) -> Result<(), JobError> {
    let now = held.now;
    let rows = codes::due(&held.db, row.id, now, page_size(held, row.provider())).await?;
    let items: Vec<Item> = rows.into_iter().map(|due| Ok(Item { grant: due.grant()?, due })).collect::<Result<_, DbError>>()?;
    let items = lots::gather(held, row, items).await?;
    let fresh: Vec<(i64, Option<i64>)> =
        items.iter().filter(|item| item.due.state == "reserved").map(|item| (item.due.id, item.due.lot)).collect();
    held.write(vec![codes::mark_creating(&fresh, now)]).await?;
    seams::point("codes.marked").await;
    let mut heard = Heard::default();
    lots::ask(held, store, &items, &mut heard).await?;
    batch(store, &items, now, &mut heard).await?;
    singly(store, &items, now, &mut heard).await?;
    seams::point("codes.asked").await;
    settle(held, row, &items, heard).await
}

/// Many new codes of WooCommerce go in one request.
async fn batch(store: &Store, items: &[Item], now: Millis, heard: &mut Heard) -> Result<(), JobError> {
    let fresh: Vec<&Item> = items.iter().filter(|item| item.due.state == "reserved" && item.due.external_id.is_none()).collect();
    if store.provider != Provider::Woocommerce || fresh.len() < 2 {
        return Ok(());
    }
    let grants: Vec<&Grant> = fresh.iter().map(|item| &item.grant).collect();
    match fulfilment::create_all(store, &grants).await {
        Ok(results) => {
            for (item, result) in fresh.into_iter().zip(results) {
                // What exists already is looked at like any other that nobody is sure of.
                let result = result.map_err(|trouble| match trouble {
                    Trouble::Exists => Trouble::Unknown("it exists already".to_owned()),
                    other => other,
                });
                heard.add(item, result, now)?;
            }
        }
        Err(trouble) => {
            for item in fresh {
                heard.add(item, Err(trouble.clone()), now)?;
            }
        }
    }
    Ok(())
}

/// Whatever is left, some at a time.
async fn singly(store: &Store, items: &[Item], now: Millis, heard: &mut Heard) -> Result<(), JobError> {
    let left: Vec<&Item> = items.iter().filter(|item| !heard.has(item.due.id)).collect();
    for some in left.chunks(AT_ONCE) {
        if heard.stop.is_some() {
            return Ok(());
        }
        let results = join_all(some.iter().map(|item| one(store, item, now))).await;
        for (item, result) in some.iter().zip(results) {
            match result {
                Ok(Made::Issued(issued)) => heard.add(item, Ok(issued), now)?,
                Ok(Made::Ended) => heard.settle(item, item.ended(now)),
                Ok(Made::Nothing) => heard.settle(item, Settled { poll: None, ..item.as_it_is("reserved", now) }),
                Err(trouble) => heard.add(item, Err(trouble), now)?,
            }
        }
    }
    Ok(())
}

enum Made {
    Issued(Issued),
    Ended,
    /// It is not there: it goes into a lot again.
    Nothing,
}

async fn one(store: &Store, item: &Item, now: Millis) -> Result<Made, Trouble> {
    let Item { due, grant } = item;
    let promise = Promise { form: due.form(), grant, rung: due.rung, lot: due.lot_title.as_deref(), now };
    match (due.state.as_str(), due.external_id.as_deref()) {
        ("revoking", Some(external_id)) => fulfilment::revoke(store, promise, external_id).await.map(|()| Made::Ended),
        // The store was asked for it and nobody knows its name there.
        ("revoking", None) => match fulfilment::look_up(store, promise).await {
            Ok(Found::Ours(Issued { external_id, .. })) | Err(Trouble::Wrong { external_id, .. }) => {
                fulfilment::revoke(store, promise, &external_id).await.map(|()| Made::Ended)
            }
            Ok(Found::Absent | Found::Foreign) => Ok(Made::Ended),
            Err(trouble) => Err(trouble),
        },
        ("reserved", None) => fulfilment::create(store, promise).await.map(Made::Issued),
        (_, Some(external_id)) => fulfilment::raise(store, promise, external_id).await.map(Made::Issued),
        (_, None) => match fulfilment::look_up(store, promise).await? {
            Found::Ours(issued) => Ok(Made::Issued(issued)),
            Found::Foreign => Err(Trouble::Exists),
            Found::Absent if promise.lot.is_some() => Ok(Made::Nothing),
            Found::Absent => fulfilment::create(store, promise).await.map(Made::Issued),
        },
    }
}

async fn settle(held: &mut Held<Cursor>, row: &FulfilmentRow, items: &[Item], mut heard: Heard) -> Result<(), JobError> {
    let now = held.now;
    for item in items {
        // The connection stopped before its turn came.
        if !heard.has(item.due.id) {
            heard.said.push((item.due.id, None));
        }
    }
    let mut settled = Vec::new();
    for (id, said) in heard.said {
        let back = || items.iter().find(|item| item.due.id == id).map(|item| item.back(now));
        settled.extend(said.or_else(back));
    }
    let count = |state: &str| settled.iter().filter(|one| one.state == state).count() as u64;
    for state in ["issued", "failed", "unknown"] {
        held.count(state, count(state));
    }
    let mut statements = codes::settle(&settled, now).to_vec();
    statements.extend(heard.stop.map(|trouble| stopped(row, &trouble, now)));
    held.write(statements).await?;
    seams::point("codes.settled").await;
    Ok(())
}

impl Heard {
    pub fn has(&self, id: i64) -> bool {
        self.said.iter().any(|(other, _)| *other == id)
    }

    pub fn settle(&mut self, item: &Item, settled: Settled) {
        self.said.push((item.due.id, Some(settled)));
    }

    /// # Errors
    /// Where no random bytes are left for another text.
    pub fn add(&mut self, item: &Item, result: Result<Issued, Trouble>, now: Millis) -> Result<(), JobError> {
        let is_ending = item.due.state == "revoking";
        let settled = match result {
            Ok(issued) => item.issued(issued, now),
            Err(trouble @ (Trouble::Later(_) | Trouble::Account(_))) => {
                self.stop = Some(trouble);
                self.said.push((item.due.id, None));
                return Ok(());
            }
            Err(Trouble::Unknown(why)) => {
                let state = if is_ending { "revoking" } else { "unknown" };
                // Why it is ended is told, not how often that was tried.
                let lost = || Trouble::Unknown(why).to_string();
                let error = if is_ending { item.due.error.clone() } else { Some(lost()) };
                Settled { error, ..item.as_it_is(state, again(item.due.tries, now)) }
            }
            Err(Trouble::Exists) => item.another_text(now)?,
            Err(Trouble::Refused(text)) if is_ending => Settled { error: Some(text), ..item.as_it_is("issued", now) },
            // A code that could not be made deeper is as good as it was.
            Err(Trouble::Refused(text)) if item.due.external_id.is_some() => {
                Settled { error: Some(text), grant: item.due.before(), ..item.as_it_is("issued", now) }
            }
            Err(Trouble::Refused(text)) => Settled { error: Some(text), ..item.as_it_is("failed", now) },
            Err(Trouble::Wrong { external_id, text }) => {
                Settled { external_id: Some(external_id), error: Some(text), ..item.as_it_is("revoking", now) }
            }
        };
        self.settle(item, settled);
        Ok(())
    }
}

impl Item {
    pub fn as_it_is(&self, state: &'static str, due_at: Millis) -> Settled {
        let Due { id, external_id, poll, lot, .. } = self.due.clone();
        Settled { id, state, grant: None, external_id, poll, lot, error: None, due_at }
    }

    fn issued(&self, issued: Issued, now: Millis) -> Settled {
        Settled { external_id: Some(issued.external_id), ..self.as_it_is("issued", now) }
    }

    /// What was wrong with it, where something was, stays written down.
    fn ended(&self, now: Millis) -> Settled {
        let state = if self.due.error.is_some() { "failed" } else { "revoked" };
        Settled { error: self.due.error.clone(), ..self.as_it_is(state, now) }
    }

    /// Nothing was made.
    fn back(&self, now: Millis) -> Settled {
        let state = match self.due.state.as_str() {
            "creating" => "creating",
            "unknown" => "unknown",
            "revoking" => "revoking",
            _ => "reserved",
        };
        Settled { error: self.due.error.clone(), ..self.as_it_is(state, now) }
    }

    /// Nobody was told the text yet, so that the person gets another one.
    fn another_text(&self, now: Millis) -> Result<Settled, JobError> {
        if self.due.form() != Form::Code || self.due.tries >= DRAWS {
            let error = Some("The store has other codes of every text that was drawn: use another prefix".to_owned());
            return Ok(Settled { error, ..self.as_it_is("failed", now) });
        }
        let seed = random::bytes().map_err(|error| DbError::Bug(error.to_string()))?;
        let prefix =
            self.grant.code.split_once('-').filter(|_| self.grant.code.matches('-').count() > 1).map_or("", |(prefix, _)| prefix);
        let grant = Grant { code: code::text(prefix, &seed), ..self.grant.clone() };
        Ok(Settled { grant: Some(grant), external_id: None, poll: None, lot: None, ..self.as_it_is("reserved", now) })
    }
}

/// A minute is longer than any lot takes.
pub(super) fn poll_again(tries: u32, now: Millis) -> Millis {
    Millis(again(tries, now).0.min(now.0 + MINUTE))
}

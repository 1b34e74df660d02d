//! Codes of people whom Shopify does not know: added to one discount, up to 250 at once, and there once the poll says so.

use std::collections::BTreeMap;

use shared::offer::fulfilment::{Grant, Issued, Provider, Trouble, code, shopify};

use super::Cursor;
use super::page::{Heard, Item, poll_again};
use crate::db::DbError;
use crate::db::codes::{self, Lot, Settled};
use crate::db::fulfilments::FulfilmentRow;
use crate::fulfilment::{self, Adding, Store};
use crate::jobs::run::{Held, JobError};
use crate::random;

/// Puts codes that nobody is bound to into the lot of their terms, which is written down before the store hears of it.
pub(super) async fn gather(held: &mut Held<Cursor>, row: &FulfilmentRow, mut items: Vec<Item>) -> Result<Vec<Item>, JobError> {
    if row.provider() != Some(Provider::Shopify) {
        return Ok(items);
    }
    let mut known: BTreeMap<String, Lot> = BTreeMap::new();
    for item in
        items.iter_mut().filter(|item| item.grant.person.is_none() && item.due.lot.is_none() && item.due.external_id.is_none())
    {
        let title = shopify::lot_title(&item.grant);
        let lot = match known.get(&title) {
            Some(lot) => lot.clone(),
            None => lot(held, row.id, &title).await?,
        };
        item.due.lot = Some(lot.id);
        item.due.lot_title = Some(lot.title.clone());
        item.due.lot_text = Some(lot.text.clone());
        item.due.lot_external_id.clone_from(&lot.external_id);
        known.insert(title, lot);
    }
    Ok(items)
}

async fn lot(held: &mut Held<Cursor>, fulfilment: i64, title: &str) -> Result<Lot, JobError> {
    if let Some(lot) = codes::lot(&held.db, fulfilment, title).await? {
        return Ok(lot);
    }
    let seed = random::bytes().map_err(|error| DbError::Bug(error.to_string()))?;
    held.write(vec![codes::add_lot(fulfilment, title, &code::text("LOT", &seed), held.now)]).await?;
    let lot = codes::lot(&held.db, fulfilment, title).await?;
    Ok(lot.ok_or_else(|| DbError::Bug("a lot was not stored".to_owned()))?)
}

/// New ones are added, and those on their way are polled. What a try before left without a poll is looked up like any other code.
pub(super) async fn ask(held: &mut Held<Cursor>, store: &Store, items: &[Item], heard: &mut Heard) -> Result<(), JobError> {
    let mut lots: BTreeMap<i64, Vec<&Item>> = BTreeMap::new();
    let mut polls: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
    for item in items {
        match (item.due.lot, item.due.poll.as_deref(), item.due.state.as_str()) {
            (Some(_), Some(poll), "creating") => polls.entry(poll).or_default().push(item),
            (Some(lot), None, "reserved") if item.due.external_id.is_none() => lots.entry(lot).or_default().push(item),
            _ => {}
        }
    }
    for (lot, items) in lots {
        for some in items.chunks(shopify::LOT) {
            add(held, store, lot, some, heard).await?;
        }
    }
    for (poll, items) in polls {
        look(held, store, poll, &items, heard).await?;
    }
    Ok(())
}

async fn add(held: &mut Held<Cursor>, store: &Store, lot: i64, items: &[&Item], heard: &mut Heard) -> Result<(), JobError> {
    let (Some(first), None) = (items.first(), &heard.stop) else { return Ok(()) };
    let now = held.now;
    let base = Grant { code: first.due.lot_text.clone().unwrap_or_default(), person: None, email: None, ..first.grant.clone() };
    let codes: Vec<&str> = items.iter().map(|item| item.grant.code.as_str()).collect();
    match fulfilment::add_lot(store, &base, first.due.lot_external_id.as_deref(), &codes).await {
        Ok(Adding { discount, poll }) => {
            if first.due.lot_external_id.as_deref() != Some(&discount) {
                held.write(vec![codes::know_lot(lot, &discount)]).await?;
            }
            for item in items {
                heard.settle(item, Settled { poll: Some(poll.clone()), ..item.as_it_is("creating", poll_again(0, now)) });
            }
        }
        Err(trouble) => {
            for item in items {
                heard.add(item, Err(trouble.clone()), now)?;
            }
        }
    }
    Ok(())
}

async fn look(held: &Held<Cursor>, store: &Store, poll: &str, items: &[&Item], heard: &mut Heard) -> Result<(), JobError> {
    if heard.stop.is_some() {
        return Ok(());
    }
    let now = held.now;
    let lot = match fulfilment::poll_lot(store, poll).await {
        Ok(lot) => lot,
        Err(trouble) => {
            for item in items {
                // Forgotten there: each is looked up by itself.
                heard.add(item, Err(trouble.clone()), now)?;
            }
            return Ok(());
        }
    };
    for item in items {
        let named = lot.codes.iter().find(|named| item.grant.is_code(&named.code)).map(|named| &named.result);
        match named {
            Some(Ok(external_id)) => {
                let issued = Issued { external_id: external_id.clone(), uses: 0, is_active: true };
                heard.add(item, Ok(issued), now)?;
            }
            // Ours of a try before, or somebody else's: a look-up tells.
            Some(Err(code)) if code == "TAKEN" => {
                heard.settle(item, Settled { poll: None, ..item.as_it_is("unknown", now) });
            }
            Some(Err(code)) => {
                heard.add(item, Err(Trouble::Refused(format!("Shopify refuses this code ({})", shown(code)))), now)?;
            }
            None if lot.is_done => heard.settle(item, Settled { poll: None, ..item.as_it_is("unknown", now) }),
            None => heard.settle(item, item.as_it_is("creating", poll_again(item.due.tries, now))),
        }
    }
    Ok(())
}

fn shown(code: &str) -> String {
    code.chars().filter(|letter| letter.is_ascii_uppercase() || *letter == '_').take(60).collect()
}

//! Shopify: a discount for each person whom the store knows, and lots for the others.

use shared::offer::fulfilment::shopify::{self as words, Lot};
use shared::offer::fulfilment::{Found, Grant, Issued, Trouble};

use super::{Promise, Store};

/// A lot on its way: the discount that holds its terms, and what to poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adding {
    pub discount: String,
    pub poll: String,
}

pub async fn create(store: &Store, promise: Promise<'_>) -> Result<Issued, Trouble> {
    let title = words::title(promise.grant);
    words::read_created(promise.grant, &title, &store.ask(&words::create(promise.grant, &title)).await?.answer())
}

/// Adds the codes to the lot's discount, which is made first where `discount` is not known. `first` is the grant of that discount,
/// whose own code nobody gets.
///
/// # Errors
/// Where nothing was added, or nobody knows.
pub async fn add_lot(store: &Store, first: &Grant, discount: Option<&str>, codes: &[&str]) -> Result<Adding, Trouble> {
    let discount = match discount {
        Some(known) => known.to_owned(),
        None => lot(store, first).await?.external_id,
    };
    let poll = words::read_added(&store.ask(&words::add(&discount, codes)).await?.answer())?;
    Ok(Adding { discount, poll })
}

async fn lot(store: &Store, first: &Grant) -> Result<Issued, Trouble> {
    let title = words::lot_title(first);
    match words::read_created(first, &title, &store.ask(&words::create(first, &title)).await?.answer()) {
        // A try before made it, and its answer was lost.
        Err(Trouble::Exists) => {
            match words::read_look_up(first, &title, &store.ask(&words::look_up(&first.code)).await?.answer())? {
                Found::Ours(issued) => Ok(issued),
                Found::Foreign | Found::Absent => Err(Trouble::Exists),
            }
        }
        other => other,
    }
}

/// All pages of what a lot says of its codes.
///
/// # Errors
/// Where nobody can tell.
pub async fn poll_lot(store: &Store, poll: &str) -> Result<Lot, Trouble> {
    let mut all = words::read_poll(&store.ask(&words::poll(poll, None)).await?.answer())?;
    while let Some(after) = all.next.take() {
        let more = words::read_poll(&store.ask(&words::poll(poll, Some(&after))).await?.answer())?;
        all.is_done &= more.is_done;
        all.codes.extend(more.codes);
        // A page that names nothing more would be asked for for ever.
        all.next = more.next.filter(|next| *next != after);
    }
    Ok(all)
}

pub async fn look_up(store: &Store, promise: Promise<'_>) -> Result<Found, Trouble> {
    let title = promise.lot.map_or_else(|| words::title(promise.grant), str::to_owned);
    words::read_look_up(promise.grant, &title, &store.ask(&words::look_up(&promise.grant.code)).await?.answer())
}

pub async fn raise(store: &Store, promise: Promise<'_>, external_id: &str) -> Result<Issued, Trouble> {
    if promise.lot.is_some() {
        let text = "A code that was made in a lot keeps its depth, since it shares its terms with others: offer something else"
            .to_owned();
        return Err(Trouble::Refused(text));
    }
    words::read_raised(promise.grant, &store.ask(&words::raise(promise.grant, external_id)).await?.answer())
}

/// A code of a lot is taken out of it; a discount of one person is ended.
pub async fn revoke(store: &Store, promise: Promise<'_>, external_id: &str) -> Result<(), Trouble> {
    if promise.lot.is_none() {
        return words::read_revoked(&store.ask(&words::revoke(external_id)).await?.answer());
    }
    let found = look_up(store, promise).await?;
    let Found::Ours(issued) = found else { return Ok(()) };
    words::read_removed(&store.ask(&words::remove(&issued.external_id, &[external_id])).await?.answer())
}

pub async fn test(store: &Store) -> Result<(), Trouble> {
    words::read_test(&store.ask(&words::test()).await?.answer())
}

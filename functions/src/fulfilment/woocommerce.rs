//! WooCommerce: one coupon a person, up to a hundred in a request.

use shared::offer::fulfilment::woocommerce::{self as words};
use shared::offer::fulfilment::{Found, Grant, Issued, Trouble};

use super::{Promise, Store};

pub async fn create(store: &Store, promise: Promise<'_>) -> Result<Issued, Trouble> {
    words::read_created(promise.grant, &store.ask(&words::create(promise.grant)).await?.answer())
}

/// A result for each, in their order.
///
/// # Errors
/// Where nothing is known of any of them.
pub async fn create_all(store: &Store, grants: &[&Grant]) -> Result<Vec<Result<Issued, Trouble>>, Trouble> {
    words::read_all_created(grants, &store.ask(&words::create_all(grants)).await?.answer())
}

pub async fn look_up(store: &Store, promise: Promise<'_>) -> Result<Found, Trouble> {
    words::read_look_up(promise.grant, &store.ask(&words::look_up(promise.grant)).await?.answer())
}

pub async fn raise(store: &Store, promise: Promise<'_>, external_id: &str) -> Result<Issued, Trouble> {
    words::read_created(promise.grant, &store.ask(&words::raise(promise.grant, external_id)).await?.answer())
}

pub async fn revoke(store: &Store, external_id: &str) -> Result<(), Trouble> {
    words::read_revoked(&store.ask(&words::revoke(external_id)).await?.answer())
}

pub async fn test(store: &Store) -> Result<(), Trouble> {
    words::read_test(&store.ask(&words::test()).await?.answer())
}

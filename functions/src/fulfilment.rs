//! Stores asked to keep what was promised: making a code, looking for it, making it deeper, ending it.
//!
//! `shared::offer::fulfilment` says what is asked and what an answer means; here it is asked, through the one door out. Whoever calls
//! has written down before that it is about to be asked for, and writes down after what came of it.

mod ask;
mod shopify;
mod stripe;
mod webhook;
mod woocommerce;

pub use ask::Store;
pub use shopify::{Adding, add_lot, poll_lot};
pub use woocommerce::create_all;

use shared::offer::fulfilment::{Form, Found, Grant, Issued, Provider, Trouble};
use shared::time::Millis;

/// One promise, as a store is asked for it.
#[derive(Debug, Clone, Copy)]
pub struct Promise<'a> {
    pub form: Form,
    pub grant: &'a Grant,
    /// How often it was made deeper.
    pub rung: u32,
    /// Where it is one of a lot: the title of the discount that the lot belongs to.
    pub lot: Option<&'a str>,
    pub now: Millis,
}

/// Makes it.
///
/// # Errors
/// Where it was not made, or nobody knows.
pub async fn create(store: &Store, promise: Promise<'_>) -> Result<Issued, Trouble> {
    let created = match store.provider {
        Provider::Stripe => stripe::create(store, promise).await,
        Provider::Shopify => shopify::create(store, promise).await,
        Provider::Woocommerce => woocommerce::create(store, promise).await,
        Provider::Webhook => webhook::switch_on(store, promise).await,
        Provider::Pool | Provider::Booking | Provider::Task => Err(nothing()),
    };
    match created {
        Err(Trouble::Exists) => match look_up(store, promise).await? {
            Found::Ours(issued) => Ok(issued),
            Found::Foreign => Err(Trouble::Exists),
            Found::Absent => Err(Trouble::Unknown("it exists and is not found".to_owned())),
        },
        other => other,
    }
}

/// Looks for it by our own key.
///
/// # Errors
/// Where nobody can tell.
pub async fn look_up(store: &Store, promise: Promise<'_>) -> Result<Found, Trouble> {
    match store.provider {
        Provider::Stripe => stripe::look_up(store, promise).await,
        Provider::Shopify => shopify::look_up(store, promise).await,
        Provider::Woocommerce => woocommerce::look_up(store, promise).await,
        // It is told again under the same id: the shop's program knows it by that.
        Provider::Webhook => Ok(Found::Absent),
        Provider::Pool | Provider::Booking | Provider::Task => Err(nothing()),
    }
}

/// The same code with deeper terms.
///
/// # Errors
/// As [`create`]; the code is as it was, or is asked for again.
pub async fn raise(store: &Store, promise: Promise<'_>, external_id: &str) -> Result<Issued, Trouble> {
    match store.provider {
        Provider::Stripe => stripe::raise(store, promise, external_id).await,
        Provider::Shopify => shopify::raise(store, promise, external_id).await,
        Provider::Woocommerce => woocommerce::raise(store, promise, external_id).await,
        Provider::Webhook | Provider::Pool | Provider::Booking | Provider::Task => Err(nothing()),
    }
}

/// Ends it, so that nobody can use it any more.
///
/// # Errors
/// Where it may still be good.
pub async fn revoke(store: &Store, promise: Promise<'_>, external_id: &str) -> Result<(), Trouble> {
    match store.provider {
        Provider::Stripe => stripe::revoke(store, promise, external_id).await,
        Provider::Shopify => shopify::revoke(store, promise, external_id).await,
        Provider::Woocommerce => woocommerce::revoke(store, external_id).await,
        Provider::Webhook => webhook::switch_off(store, promise).await,
        Provider::Pool | Provider::Booking | Provider::Task => Err(nothing()),
    }
}

/// Tries the connection without making anything.
///
/// # Errors
/// What a person must mend.
pub async fn test(store: &Store, now: Millis) -> Result<(), Trouble> {
    match store.provider {
        Provider::Stripe => stripe::test(store).await,
        Provider::Shopify => shopify::test(store).await,
        Provider::Woocommerce => woocommerce::test(store).await,
        Provider::Webhook => webhook::test(store, now).await,
        Provider::Pool | Provider::Booking | Provider::Task => Ok(()),
    }
}

fn nothing() -> Trouble {
    Trouble::Refused("Nothing is asked of anybody for this".to_owned())
}

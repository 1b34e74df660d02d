//! Stripe: a coupon of the terms, then the person's promotion code; time and credit of a subscription.

use shared::offer::fulfilment::stripe::{self as words};
use shared::offer::fulfilment::{Form, Found, Grant, Issued, Trouble};

use super::{Promise, Store};

pub async fn create(store: &Store, promise: Promise<'_>) -> Result<Issued, Trouble> {
    let Promise { form, grant, rung, .. } = promise;
    match form {
        Form::Trial => {
            let customer = grant.person.as_deref().ok_or_else(|| {
                Trouble::Refused("Stripe does not know this customer: connect Stripe as a source first".to_owned())
            })?;
            let subscriptions = store.ask(&words::subscriptions(customer)).await?;
            let subscription = words::read_subscription(&subscriptions.answer())?;
            words::read_extended(grant, &store.ask(&words::extend(grant, &subscription)).await?.answer())
        }
        Form::Credit => words::read_credit(grant, &store.ask(&words::credit(grant)?).await?.answer()),
        _ => {
            coupon(store, grant).await?;
            words::read_created(grant, &store.ask(&words::create(grant, rung)).await?.answer())
        }
    }
}

/// The coupon of these terms, made by whoever needs it first.
async fn coupon(store: &Store, grant: &Grant) -> Result<(), Trouble> {
    match words::read_coupon(grant, &store.ask(&words::create_coupon(grant)).await?.answer()) {
        Err(Trouble::Exists) => words::read_coupon(grant, &store.ask(&words::find_coupon(grant)).await?.answer()),
        // It is no person's: nothing of theirs has to be ended.
        Err(Trouble::Wrong { text, .. }) => Err(Trouble::Refused(text)),
        other => other,
    }
}

pub async fn look_up(store: &Store, promise: Promise<'_>) -> Result<Found, Trouble> {
    let Promise { form, grant, .. } = promise;
    match form {
        // The same end, set again, is the same end.
        Form::Trial => Ok(Found::Absent),
        Form::Credit => words::read_credits(grant, &store.ask(&words::look_up_credit(grant)).await?.answer()),
        _ => words::read_look_up(grant, &store.ask(&words::look_up(grant)).await?.answer()),
    }
}

/// Terms of a promotion code never change: it is switched off, and made again with the same text.
pub async fn raise(store: &Store, promise: Promise<'_>, external_id: &str) -> Result<Issued, Trouble> {
    coupon(store, promise.grant).await?;
    words::read_revoked(&store.ask(&words::revoke(external_id)).await?.answer())?;
    // The one before is off by now, so that a refusal leaves the person without a code.
    create(store, promise).await.map_err(|trouble| match trouble {
        Trouble::Refused(text) => Trouble::Wrong { external_id: external_id.to_owned(), text },
        other => other,
    })
}

pub async fn revoke(store: &Store, promise: Promise<'_>, external_id: &str) -> Result<(), Trouble> {
    if promise.form != Form::Code {
        return Err(Trouble::Refused("Time and credit that were given are taken back in Stripe, by hand".to_owned()));
    }
    words::read_revoked(&store.ask(&words::revoke(external_id)).await?.answer())
}

pub async fn test(store: &Store) -> Result<(), Trouble> {
    words::read_test(&store.ask(&words::test()).await?.answer())
}

//! What a customer may ask for, and what only a person can decide about their record: everything that is held, no profiling, two
//! records that are one, and being forgotten.

mod erase;
mod export;
mod find;
mod merge;
mod merges;
mod objection;
mod record;
mod undo;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::Permission;

use self::erase::Erase;
use self::export::Export;
pub use self::find::FindCustomer;
use self::merge::Merging;
use self::objection::Objection;
pub use self::record::Record;
use self::record::{Held, load};
pub use self::undo::UndoMerge;
use crate::client::Failure;
use crate::components::{ButtonLink, EmptyState, FailureNotice, Notice, PageHead, Skeleton};
use crate::router::use_location;
use crate::session::use_session;

/// At the address of a customer and `/privacy`; a hash opens what it names: `#merge`, `#erase`.
#[component]
pub fn RightsPage(id: String) -> impl IntoView {
    let held = RwSignal::new(None::<Result<Held, Failure>>);
    let path = StoredValue::new(format!("/api/customers/{id}"));
    let read = Callback::new(move |()| {
        held.set(None);
        spawn_local(async move {
            let answer = load(&path.get_value()).await;
            held.try_set(Some(answer));
        });
    });
    read.run(());
    let back = format!("/customers/{id}");
    let name = move || held.with(|held| held.as_ref().and_then(|held| held.as_ref().ok()).map(|held| held.record.shown()));
    let title =
        Signal::derive(move || name().map_or_else(|| "Personal data".to_owned(), |name| format!("Personal data of {name}")));
    view! {
        <p class="back s"><a href=back dir="auto">{move || name().map_or_else(|| "Back to the customer".to_owned(), |name| format!("Back to {name}"))}</a></p>
        <PageHead title lead=|| "What they may ask for, and what you decide about their record." />
        {move || match held.get() {
            None => view! { <div class="panel pad"><Skeleton lines=8 /></div> }.into_any(),
            Some(Err(failure)) if failure.status() == Some(404) => view! {
                <EmptyState title="No such customer">
                    <p>"They were erased, or the address is mistyped."</p>
                    <ButtonLink href="/customers">"See all customers"</ButtonLink>
                </EmptyState>
            }
            .into_any(),
            Some(Err(failure)) => view! { <FailureNotice failure retry=read /> }.into_any(),
            Some(Ok(held)) => view! { <Shown held /> }.into_any(),
        }}
    }
}

#[component]
fn Shown(held: Held) -> impl IntoView {
    let session = use_session();
    let hash = use_location().hash;
    let may = move |permission| Memo::new(move |_| session.may(permission));
    let (exports, edits, owns) = (may(Permission::Export), may(Permission::Edit), may(Permission::Admin));
    let nothing = move || !exports.get() && !edits.get() && !owns.get();
    let Held { record, version, objected_at } = held;
    // Opens once: a dialog that was closed stays closed.
    let (erases, merges) = hash.with_untracked(|hash| (hash == "erase", hash == "merge"));
    let record = StoredValue::new(record);
    view! {
        {move || {
            nothing()
                .then(|| view! { <Notice title="You may look, but not change this">"Ask an owner of this shop to export, merge or erase."</Notice> })
        }}
        <div class="two">
            <div class="stack">
                {move || exports.get().then(|| view! { <Export record=record.get_value() /> })}
                <Objection id=record.with_value(|record| record.id.clone()) version objected_at may=edits />
                {move || owns.get().then(|| view! { <Erase record=record.get_value() at_once=erases /> })}
            </div>
            <div class="stack">
                <Merging record=record.get_value() may=edits at_once=merges />
            </div>
        </div>
    }
}

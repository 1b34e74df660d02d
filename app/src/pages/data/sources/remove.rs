//! Removing a source: cannot be undone, so its name is typed first.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::Done;

use super::held::Held;
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Field, announce};
use crate::router::{Step, go};

#[component]
pub(super) fn Remove(held: Held) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <section class="panel pad stack">
            <h2>"Remove this source"</h2>
            <p class="m">
                "Its address and keys are refused from then on, and its secrets are deleted. What it brought stays: customers, orders and every opt-out."
            </p>
            <Button on_press=move |_| open.set(true)>"Remove"</Button>
        </section>
        <Dialog open title="Remove the source for good?">
            <Ask held open />
        </Dialog>
    }
}

#[component]
fn Ask(held: Held, open: RwSignal<bool>) -> impl IntoView {
    let name = held.source.with_untracked(|source| source.as_ref().map(|source| source.name.clone())).unwrap_or_default();
    let typed = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let wanted = StoredValue::new(name.clone());
    let fits = move || typed.with(|typed| wanted.with_value(|wanted| typed.trim() == wanted.trim()));
    let error = Signal::derive(move || {
        (tried.get() && !fits()).then(|| wanted.with_value(|wanted| format!("Type {wanted}, as it is written above.")))
    });
    let remove = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if busy.get_untracked() || !untrack(fits) {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let version = held.source.with_untracked(|source| source.as_ref().map_or(0, |source| source.version));
            let answer = client::delete_version::<Done>(&held.path(), version).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The source is removed. What it brought stays.");
                    open.try_set(false);
                    go("/data/sources", Step::Page);
                }
                Err(refused) => {
                    failure.try_set(Some(refused));
                    // Somebody may have changed it meanwhile: the next try knows their version.
                    held.load();
                }
            }
        });
    };
    view! {
        <form novalidate on:submit=remove>
            <p>"This cannot be taken back. To go on, type the source's name: " <b dir="auto">{name}</b></p>
            <Field label="Name of the source" value=typed error autocomplete="off" />
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| open.set(false)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Remove the source"</Button>
            </div>
        </form>
    }
}

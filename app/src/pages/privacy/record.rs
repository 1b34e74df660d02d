//! Recording what somebody asked for by mail or on the phone.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{NewPrivacyRequest, PrivacyKind, PrivacyRequestAnswer};

use super::register::kind_title;
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Field, TextArea, announce, unique_id};
use crate::pages::rights::{FindCustomer, Record};

/// Those that are recorded by hand; a whole shop is erased only by its store.
const KINDS: [(PrivacyKind, &str); 3] = [
    (PrivacyKind::Export, "A file with everything, to be handed to them."),
    (PrivacyKind::Erasure, "Everything goes but a fingerprint of the address, so that it is never written to again."),
    (PrivacyKind::Objection, "They stay a customer, but are neither scored nor part of a model. It holds from now on."),
];

#[component]
pub(super) fn RecordDialog(open: RwSignal<bool>, on_recorded: Callback<()>) -> impl IntoView {
    view! {
        <Dialog open title="Record a request">
            <Form open on_recorded />
        </Dialog>
    }
}

#[component]
fn Form(open: RwSignal<bool>, on_recorded: Callback<()>) -> impl IntoView {
    let chosen = RwSignal::new(None::<Record>);
    let kind = RwSignal::new(PrivacyKind::Export);
    let note = RwSignal::new(String::new());
    let day = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let theirs = move |field: &'static str| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
    };
    let who_error = Signal::derive(move || {
        let missing = tried.get() && chosen.with(Option::is_none);
        missing.then(|| "Search for the customer, and choose one of those found.".to_owned()).or_else(|| theirs("customer").get())
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Some(customer) = chosen.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        let filled = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let new = NewPrivacyRequest {
            kind: kind.get_untracked(),
            customer: customer.id,
            note: filled(note.get_untracked()),
            // At its beginning: no due date is told later than it is.
            received_at: filled(day.get_untracked()).map(|day| format!("{day}T00:00:00Z")),
        };
        spawn_local(async move {
            let answer = client::post::<_, PrivacyRequestAnswer>("/api/privacy-requests", &new).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The request is recorded.");
                    on_recorded.run(());
                    open.try_set(false);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let name = unique_id();
    let kinds = KINDS
        .into_iter()
        .map(|(choice, meaning)| {
            let id = unique_id();
            let hint = format!("{id}-hint");
            view! {
                <div class="field check">
                    <input
                        id=id.clone()
                        type="radio"
                        name=name.clone()
                        aria-describedby=hint.clone()
                        prop:checked=move || kind.get() == choice
                        on:change=move |_| kind.set(choice)
                    />
                    <label for=id>{kind_title(choice)}</label>
                    <p class="hint" id=hint>{meaning}</p>
                </div>
            }
        })
        .collect_view();
    let known = ["customer", "note", "received_at"];
    let general = move || failure.get().filter(|failure| known.iter().all(|field| failure.field(field).is_none()));
    view! {
        <form novalidate on:submit=send>
            <FindCustomer chosen label="Customer" error=who_error />
            <fieldset class="stack tight"><legend>"What they asked for"</legend>{kinds}</fieldset>
            <Field label="When they asked, if not today" value=day error=theirs("received_at") kind="date" />
            <TextArea label="Note, if you like" value=note error=theirs("note") rows=2 hint="Such as the mail it came by. No more about them than is needed: a note outlives their data." />
            {move || {
                (kind.get() != PrivacyKind::Objection)
                    .then(|| view! { <p class="m">"This only writes it down, with the date until which it is to be done. The register leads to where it is done."</p> })
            }}
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| open.set(false)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Record it"</Button>
            </div>
        </form>
    }
}

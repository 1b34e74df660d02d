//! What the team writes beside a request.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{PrivacyRequest, PrivacyRequestChange};

use super::change;
use crate::client::Failure;
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, TextArea, announce, open_while, standing};

#[component]
pub(super) fn NoteDialog(noting: RwSignal<Option<PrivacyRequest>>, on_saved: Callback<()>) -> impl IntoView {
    let open = open_while(noting);
    view! {
        <Dialog open title="Note on this request">
            {move || noting.get_untracked().map(|request| view! { <Form request noting on_saved /> })}
        </Dialog>
    }
}

#[component]
fn Form(request: PrivacyRequest, noting: RwSignal<Option<PrivacyRequest>>, on_saved: Callback<()>) -> impl IntoView {
    let text = RwSignal::new(request.note.clone().unwrap_or_default());
    let subject = request.subject.clone();
    let request = StoredValue::new(request);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    // What somebody else wrote meanwhile; saving again writes over it knowingly.
    let theirs = RwSignal::new(None::<String>);
    let error = Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("note"))));
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let note = text.with_untracked(|text| Some(text.trim().to_owned()).filter(|text| !text.is_empty()));
        let known = request.get_value();
        spawn_local(async move {
            let asked = PrivacyRequestChange { note: Some(note), ..PrivacyRequestChange::default() };
            let answer = change(&known, &asked, |theirs| theirs.note == known.note).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The note is saved.");
                    on_saved.run(());
                    noting.try_set(None);
                }
                Err(refused) => match standing::<PrivacyRequest>(&refused) {
                    Some((version, stands)) => {
                        theirs.try_set(Some(stands.note.clone().unwrap_or_default()));
                        request.try_update_value(|request| *request = PrivacyRequest { version, ..stands });
                    }
                    None => drop(failure.try_set(Some(refused))),
                },
            }
        });
    };
    let general = move || failure.get().filter(|failure| failure.field("note").is_none());
    let met = move || {
        theirs.get().map(|theirs| {
            let said = if theirs.is_empty() {
                "Somebody took the note away meanwhile.".to_owned()
            } else {
                format!("Somebody else wrote meanwhile: {theirs}")
            };
            view! { <p role="alert" dir="auto">{said} " Saving now puts yours in its place."</p> }
        })
    };
    view! {
        <form novalidate on:submit=save>
            <p class="m" dir="auto">{subject}</p>
            <TextArea label="Note" value=text error rows=4 hint="Such as how they asked and what you answered. No more about them than is needed: a note outlives their data." />
            {met}
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| noting.set(None)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Save the note"</Button>
            </div>
        </form>
    }
}

//! One message to oneself, as the shown person would get it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{NewTestSend, TestSendResponse};
use shared::id::Id;
use shared::message::Channel;

use super::state::use_editor;
use crate::client::{self, Failure};
use crate::components::{Button, FailureNotice, announce};
use crate::format::plural;

#[component]
pub(super) fn TestSend() -> impl IntoView {
    let editor = use_editor();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let sent = RwSignal::new(None::<String>);
    // What was sent was another message.
    Effect::new(move || {
        editor.at.track();
        sent.set(None);
        failure.set(None);
    });
    let clean = Memo::new(move |_| editor.is_clean());
    let send = move |_| {
        busy.set(true);
        failure.set(None);
        sent.set(None);
        let at = editor.at.get_untracked();
        let recipient = untrack(|| editor.audience.person()).and_then(|person| Id::parse(&person.recipient.id).ok());
        let new = NewTestSend {
            step: at.step,
            channel: at.channel,
            variant: editor.variant.get_untracked(),
            look: Some(editor.look.get_untracked()),
            recipient,
        };
        spawn_local(async move {
            let Some(id) = editor.id.try_get_value() else { return };
            let answer = client::post::<_, TestSendResponse>(&format!("/api/campaigns/{id}/test"), &new).await;
            busy.try_set(false);
            match answer {
                Ok(TestSendResponse { test }) => {
                    let left = test.left_today;
                    let words =
                        format!("Sent to {}. {left} {} left today.", test.to, plural(left.into(), "test is", "tests are"));
                    announce(words.clone());
                    sent.try_set(Some(words));
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    view! {
        // Only mail goes to an address that is known to be theirs.
        <Show when=move || editor.may.get() && editor.at.with(|at| at.channel == Channel::Email)>
            <div class="row">
                <Button small=true busy disabled=Signal::derive(move || !clean.get()) on_press=send>"Send a test to me"</Button>
                <span class="s">{move || match (clean.get(), sent.get()) {
                    (_, Some(words)) => words,
                    (false, None) => "Once it is saved.".to_owned(),
                    (true, None) => "To your own address, never to a customer.".to_owned(),
                }}</span>
            </div>
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        </Show>
    }
}

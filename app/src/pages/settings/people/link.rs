//! A one-time sign-in link, to be handed over where Rekindle sends no mail.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::api::{Person, SignInLink, SignInLinkResponse};
use shared::id::Id;

use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Once, announce, open_while};
use crate::locale;
use crate::session::use_session;

#[component]
pub(super) fn LinkDialog(person: RwSignal<Option<Person>>) -> impl IntoView {
    let open = open_while(person);
    view! {
        <Dialog open title="Sign-in link">
            {move || person.get_untracked().map(|person| view! { <LinkMaker id=person.id name=person.name /> })}
        </Dialog>
    }
}

/// A button that makes the link, and then the link in its place.
#[component]
pub(super) fn LinkMaker(id: Id, name: String) -> impl IntoView {
    let session = use_session();
    let link = RwSignal::new(None::<SignInLink>);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let path = StoredValue::new(format!("/api/people/{id}/link"));
    let make = move |_| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let Some(path) = path.try_get_value() else { return };
            let answer = client::post::<_, SignInLinkResponse>(&path, &json!({})).await;
            busy.try_set(false);
            match answer {
                Ok(answer) => {
                    link.try_set(Some(answer.link));
                    announce("The link is made.");
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let shown = move |link: SignInLink| {
        let until = locale::time_of(&link.expires_at, &session.zone());
        view! {
            <Once label="Sign-in link" value=link.address />
            <p class="m">{format!("It works once, within 15 minutes (until {until}), and is not shown again. Who opens it is signed in: give it to nobody else.")}</p>
        }
    };
    view! {
        <div class="stack">
            {move || match link.get() {
                Some(link) => shown(link).into_any(),
                None => {
                    view! {
                        <p class="m">"Make a link for " <b dir="auto">{name.clone()}</b> " and hand it over yourself, such as in a chat. It signs in the first browser that opens it."</p>
                        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
                        <Button kind=ButtonKind::Primary busy on_press=make>"Make the link"</Button>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

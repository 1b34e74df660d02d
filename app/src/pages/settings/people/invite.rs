//! Adding somebody to the team.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{NewPerson, Person, PersonResponse, Role};

use super::Team;
use super::link::LinkMaker;
use super::role::RolePicker;
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Field, announce};

#[component]
pub(super) fn InviteDialog(team: Team, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title="Add somebody to the team">
            <Invite team />
        </Dialog>
    }
}

#[component]
fn Invite(team: Team) -> impl IntoView {
    let email = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Marketer);
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let added = RwSignal::new(None::<Person>);
    let missing = move |field: &'static str, value: RwSignal<String>, text: &'static str| {
        Signal::derive(move || {
            let empty = tried.get() && value.with(|value| value.trim().is_empty());
            empty
                .then(|| text.to_owned())
                .or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
        })
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let (email, name) = (email.get_untracked().trim().to_owned(), name.get_untracked().trim().to_owned());
        if email.is_empty() || name.is_empty() || busy.get_untracked() {
            return;
        }
        let new = NewPerson { email, name, role: role.get_untracked() };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::post::<_, PersonResponse>("/api/people", &new).await;
            busy.try_set(false);
            match answer {
                Ok(answer) => {
                    announce(format!("{} is added.", answer.person.name));
                    team.put(answer.person.clone());
                    added.try_set(Some(answer.person));
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let general = move || failure.get().filter(|failure| failure.fields().is_none_or(|fields| fields.is_empty()));
    let form = move || {
        view! {
            <form novalidate on:submit=send>
                <Field label="E-mail address" kind="email" value=email error=missing("email", email, "Type the address they sign in with.") autocomplete="off" />
                <Field label="Name" value=name error=missing("name", name, "Say who this is: the team sees this name.") autocomplete="off" />
                <RolePicker value=role />
                {move || general().map(|failure| view! { <FailureNotice failure /> })}
                <div class="dialog-actions">
                    <Button kind=ButtonKind::Primary submit=true busy>"Add"</Button>
                </div>
            </form>
        }
    };
    move || match added.get() {
        None => form().into_any(),
        Some(person) => view! {
            <p class="gain">{format!("{} is added.", person.name)}</p>
            <LinkMaker id=person.id name=person.name />
        }
        .into_any(),
    }
}

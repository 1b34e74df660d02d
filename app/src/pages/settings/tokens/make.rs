//! Making a token, and showing it this once.

use std::collections::BTreeSet;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{NewToken, Permission, Token, TokenResponse};

use super::words::permission;
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Dialog, FailureNotice, Field, Notice, NoticeKind, Once, Select, announce, unique_id,
};
use crate::session::use_session;

const DAYS: [(&str, &str); 5] =
    [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("180", "Half a year"), ("365", "A year")];

#[component]
pub(super) fn MakeDialog(open: RwSignal<bool>, on_made: Callback<()>) -> impl IntoView {
    view! {
        <Dialog open title="Make a token">
            <Make on_made />
        </Dialog>
    }
}

#[component]
fn Make(on_made: Callback<()>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let permissions = RwSignal::new(BTreeSet::from([Permission::View]));
    let days = RwSignal::new("90".to_owned());
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let made = RwSignal::new(None::<Token>);
    let name_error = Signal::derive(move || {
        let empty = tried.get() && name.with(|name| name.trim().is_empty());
        let ours = empty.then(|| "Say which program uses it, so that you know it again.".to_owned());
        ours.or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("name"))))
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let chosen = name.with_untracked(|name| name.trim().to_owned());
        if chosen.is_empty() || busy.get_untracked() {
            return;
        }
        let permissions = permissions.with_untracked(|permissions| permissions.iter().copied().collect());
        let new = NewToken { name: chosen, permissions, expires_in_days: days.with_untracked(|days| days.parse().ok()) };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::post::<_, TokenResponse>("/api/tokens", &new).await;
            busy.try_set(false);
            match answer {
                Ok(answer) => {
                    announce("The token is made. Copy it now: it is not shown again.");
                    made.try_set(Some(answer.token));
                    on_made.run(());
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let general = move || failure.get().filter(|failure| failure.field("name").is_none());
    let form = move || {
        view! {
            <form novalidate on:submit=send>
                <Field label="Name" value=name error=name_error autocomplete="off" hint="The program that uses it, such as “Nightly order import”." />
                <Permissions chosen=permissions />
                <Select label="Ends after" value=days options=DAYS.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec() />
                {move || general().map(|failure| view! { <FailureNotice failure /> })}
                <div class="dialog-actions">
                    <Button kind=ButtonKind::Primary submit=true busy>"Make the token"</Button>
                </div>
            </form>
        }
    };
    move || match made.get() {
        None => form().into_any(),
        Some(token) => view! { <Secret token /> }.into_any(),
    }
}

#[component]
fn Permissions(chosen: RwSignal<BTreeSet<Permission>>) -> impl IntoView {
    let session = use_session();
    // Nobody hands out more than they have.
    let offered = session.get_untracked().map(|session| session.user.permissions).unwrap_or_default();
    let boxes = Permission::ALL
        .into_iter()
        .filter(|may| offered.contains(may))
        .map(|may| {
            let id = unique_id();
            let hint = format!("{id}-hint");
            let (word, meaning) = permission(may);
            view! {
                <div class="field check">
                    <input
                        id=id.clone()
                        type="checkbox"
                        disabled=may == Permission::View
                        prop:checked=move || chosen.with(|chosen| chosen.contains(&may))
                        on:change=move |event| {
                            chosen.update(|chosen| if event_target_checked(&event) { chosen.insert(may); } else { chosen.remove(&may); });
                        }
                        aria-describedby=hint.clone()
                    />
                    <label for=id>{word}</label>
                    <p class="hint" id=hint>{meaning}</p>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="roles">
            <legend>"What it may do"</legend>
            {boxes}
        </fieldset>
    }
}

#[component]
fn Secret(token: Token) -> impl IntoView {
    let name = token.name;
    match token.secret {
        Some(secret) => view! {
            <div class="stack">
                <Notice kind=NoticeKind::Warning title="Copy it now">
                    "Rekindle keeps only a fingerprint of the token and cannot show it again. Whoever holds it may do what you ticked: keep it where passwords are kept."
                </Notice>
                <Once label=format!("Token {name}") value=secret />
            </div>
        }
        .into_any(),
        // The answer got lost and was asked for again; secrets are not kept for that.
        None => view! {
            <Notice kind=NoticeKind::Problem title="The token was made, but got lost on its way to you">
                "It cannot be shown again. Revoke it in the list, and make another."
            </Notice>
        }
        .into_any(),
    }
}

//! A file that is fetched: when, with which token, and what each new one brought.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Import, ImportsResponse, Permission, SourceAnswer, SourceChange, SourceStatus};

use super::Since;
use super::held::{Held, LOOK};
use super::secret::secret_error;
use crate::client::{self, Failure};
use crate::components::{Button, DateText, FailureNotice, Field, Table, announce};
use crate::pages::data::words as files;
use crate::poll::poll;
use crate::session::use_session;
use crate::{locale, query};

const SHOWN: &str = "10";

/// When the file was new last and is asked for next, and the files that came.
#[component]
pub(super) fn Pulls(held: Held) -> impl IntoView {
    let session = use_session();
    let imports = RwSignal::new(None::<Vec<Import>>);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let path = StoredValue::new(format!("/api/imports{}", query::address(&[("source", &held.id()), ("limit", SHOWN)])));
    let look = move || async move {
        let Some(path) = path.try_get_value() else { return false };
        let Ok(ImportsResponse { imports: found, .. }) = client::get(&path).await else { return false };
        if imports.try_with_untracked(|known| known.as_ref() != Some(&found)) == Some(true) {
            imports.set(Some(found));
        }
        true
    };
    spawn_local(async move {
        look().await;
    });
    poll(LOOK, look);
    let part = move |read: fn(&shared::api::Source) -> Option<String>| {
        Memo::new(move |_| held.source.with(|source| source.as_ref().and_then(read)))
    };
    let received = part(|source| source.received_at.clone());
    let next = part(|source| source.next_pull_at.clone());
    let is_paused = Memo::new(move |_| {
        held.source.with(|source| source.as_ref().is_some_and(|source| source.status == SourceStatus::Paused))
    });
    let may = Memo::new(move |_| session.may(Permission::Edit) && !is_paused.get());
    let now = move |_| {
        busy.set(true);
        failure.set(None);
        let path = format!("{}/pull", held.path());
        spawn_local(async move {
            let answer = client::post::<_, SourceAnswer>(&path, &()).await;
            busy.try_set(false);
            match answer {
                Ok(SourceAnswer { source }) => {
                    announce("The file is being fetched.");
                    held.take(source);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    view! {
        <section class="panel pad stack">
            <h2>"Fetching"</h2>
            <dl class="facts">
                <div>
                    <dt>"Last new file"</dt>
                    <dd>
                        {move || match received.get() {
                            Some(at) => view! { <Since at /> }.into_any(),
                            None => "none yet".into_any(),
                        }}
                    </dd>
                </div>
                <div>
                    <dt>"Asked for next"</dt>
                    <dd>
                        {move || match next.get().filter(|_| !is_paused.get()) {
                            Some(at) => view! { <DateText at /> }.into_any(),
                            None => "not while it is paused".into_any(),
                        }}
                        <span class="s">"a file that has not changed is not read again"</span>
                    </dd>
                </div>
            </dl>
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <Show when=move || may.get()>
                <div class="row"><Button busy on_press=now>"Pull now"</Button></div>
            </Show>
            <h3>"The last files"</h3>
            {move || match imports.get() {
                None => ().into_any(),
                Some(found) if found.is_empty() => view! { <p class="m">"No file has come yet."</p> }.into_any(),
                Some(found) => view! { <Files found /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Files(found: Vec<Import>) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let row = move |import: Import| {
        let count = locale::count(import.rows_rejected);
        let rejected = if import.rows_rejected > 0 && may.get_untracked() {
            let label = format!("Download the {count} rejected rows");
            let href = format!("/api/imports/{}/rejected.csv", import.id);
            view! { <a href=href download rel="external" aria-label=label>{count}</a> }.into_any()
        } else {
            count.into_any()
        };
        view! {
            <tr>
                <th scope="row"><DateText at=import.created_at /></th>
                <td>{files::status_title(import.status)} {import.error.map(|error| view! { <div class="s loss">{error}</div> })}</td>
                <td class="num">{locale::count(import.rows_read)}</td>
                <td class="num">{locale::count(import.rows_accepted)}</td>
                <td class="num">{rejected}</td>
            </tr>
        }
    };
    view! {
        <Table caption="The last files" unseen_caption=true>
            <thead>
                <tr>
                    <th scope="col">"Fetched"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col" class="num">"Rows"</th>
                    <th scope="col" class="num">"New or changed"</th>
                    <th scope="col" class="num">"Rejected"</th>
                </tr>
            </thead>
            <tbody>{found.into_iter().map(row).collect_view()}</tbody>
        </Table>
        <p class="s"><a href="/data/history">"All imports"</a></p>
    }
}

/// What the address asks for, where it asks: written here, and never shown again.
#[component]
pub(super) fn Token(held: Held) -> impl IntoView {
    let token = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let stored = Memo::new(move |_| held.source.with(|source| source.as_ref().is_some_and(|source| !source.secrets.is_empty())));
    let error = Signal::derive(move || {
        let ours = tried.get().then(|| token.with(|token| secret_error(token))).flatten();
        ours.or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("secrets"))))
    });
    let send = move |secrets: Vec<String>, told: &'static str| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = held.change(&SourceChange { secrets: Some(secrets), ..SourceChange::default() }).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce(told);
                    tried.try_set(false);
                    token.try_set(String::new());
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let given = token.with_untracked(|token| token.trim().to_owned());
        if secret_error(&given).is_none() {
            send(vec![given], "The token is stored, encrypted.");
        }
    };
    let general = move || failure.get().filter(|failure| failure.field("secrets").is_none());
    view! {
        <form class="panel pad" novalidate on:submit=save>
            <h2>"Token"</h2>
            <p class="m" aria-live="polite">
                {move || match stored.get() {
                    true => "A token is stored. It is sent to this address only, and forgotten when the address moves to another host.",
                    false => "None is stored: the address is asked without one.",
                }}
            </p>
            <Field label="Token" value=token error autocomplete="off" hint="Sent as “Authorization: Bearer …”. Stored encrypted, and never shown again." />
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="row">
                <Button submit=true busy>{move || if stored.get() { "Replace the token" } else { "Store the token" }}</Button>
                <Show when=move || stored.get()>
                    <Button busy on_press=move |_| send(Vec::new(), "The token is forgotten.")>"Forget it"</Button>
                </Show>
            </div>
        </form>
    }
}

//! Where one is signed in, and ending it; an owner sees everybody's.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Done, Permission, SessionEntry, SessionsResponse};

use super::{Answer, loaded};
use crate::client::{self, Failure};
use crate::components::{Ago, Button, Confirm, DateText, Pick, PickAll, Picked, PickedBar, Table, announce, keep_picked};
use crate::format::plural;
use crate::keyboard;
use crate::query;
use crate::router::{Step, go, use_location};
use crate::session::use_session;

/// What is to be ended.
#[derive(Debug, Clone, PartialEq)]
enum Ending {
    /// Every one of one's own but this.
    Others,
    These(Vec<SessionEntry>),
}

#[component]
pub fn Sessions() -> impl IntoView {
    let session = use_session();
    let search = use_location().search;
    let may = Memo::new(move |_| session.may(Permission::Admin));
    let all = Memo::new(move |_| {
        may.get() && search.with(|search| query::pairs(search).iter().any(|(name, value)| name == "who" && value == "all"))
    });
    let answer: Answer<Vec<SessionEntry>> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        let path = if all.get_untracked() { "/api/sessions?all=true" } else { "/api/sessions" };
        spawn_local(async move {
            let sessions = client::get::<SessionsResponse>(path).await.map(|answer| answer.sessions);
            answer.try_set(Some(sessions));
        });
    });
    Effect::new(move || {
        all.track();
        load.run(());
    });
    let picked: Picked = RwSignal::new(BTreeSet::new());
    let ending = RwSignal::new(None::<Ending>);
    let whose = move |everybody: bool, words: &'static str| {
        let go_there = move |_| go(if everybody { "/settings/sessions?who=all" } else { "/settings/sessions" }, Step::Within);
        view! {
            <button type="button" class="btn small" aria-pressed=move || (all.get() == everybody).to_string() on:click=go_there>{words}</button>
        }
    };
    view! {
        <p class="lead-in">"Each browser that is signed in. End one that you do not know or no longer use: it is out with its next request."</p>
        <Show when=move || may.get()>
            <div class="row below" role="group" aria-label="Whose sessions">{whose(false, "Yours")} {whose(true, "Everybody's")}</div>
        </Show>
        {loaded(answer, load, move |sessions| view! { <List sessions everybody=all.get_untracked() picked ending /> }.into_any())}
        <End ending picked on_done=load />
    }
}

#[component]
fn List(sessions: Vec<SessionEntry>, everybody: bool, picked: Picked, ending: RwSignal<Option<Ending>>) -> impl IntoView {
    let ids: Vec<_> = sessions.iter().filter(|entry| !entry.current).map(|entry| entry.id.clone()).collect();
    keep_picked(picked, &ids);
    let others = !everybody && !ids.is_empty();
    let rows = sessions.iter().cloned().map(|entry| view! { <Row entry everybody picked ending /> }).collect_view();
    let sessions = StoredValue::new(sessions);
    let ask = move |_| {
        let chosen = sessions.with_value(|sessions| {
            let wanted = |entry: &&SessionEntry| picked.with_untracked(|picked| picked.contains(&entry.id));
            sessions.iter().filter(wanted).cloned().collect::<Vec<_>>()
        });
        ending.set(Some(Ending::These(chosen)));
    };
    view! {
        <section class="panel">
            <div class="picked-head">
                <PickedBar picked>
                    <Button small=true disabled=Signal::derive(move || picked.with(BTreeSet::is_empty)) on_press=ask>"End"</Button>
                </PickedBar>
                {others.then(|| view! { <Button on_press=move |_| ending.set(Some(Ending::Others))>"End all others"</Button> })}
            </div>
            <Table caption="Sessions" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col" class="tick"><PickAll picked ids /></th>
                        {everybody.then(|| view! { <th scope="col">"Person"</th> })}
                        <th scope="col">"Device"</th>
                        <th scope="col">"Last seen"</th>
                        <th scope="col">"Signed in"</th>
                        <th scope="col">"Ends"</th>
                        <th scope="col"><span class="unseen">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
}

#[component]
fn Row(entry: SessionEntry, everybody: bool, picked: Picked, ending: RwSignal<Option<Ending>>) -> impl IntoView {
    let device = if entry.device.is_empty() { "Unknown device".to_owned() } else { entry.device.clone() };
    let name = if everybody { format!("{device} of {}", entry.person.name) } else { device.clone() };
    let how = if entry.method == "access" { "through Cloudflare Access" } else { "by a link" };
    let SessionEntry { id, person, created_at, seen_at, expires_at, current, .. } = entry.clone();
    let entry = StoredValue::new(entry);
    let label = name.clone();
    view! {
        <tr>
            <td class="tick">{(!current).then(|| view! { <Pick picked id label=format!("Select {label}") /> })}</td>
            {everybody.then(|| view! { <td><span dir="auto">{person.name}</span></td> })}
            <th scope="row">{device} {current.then(|| view! { <div class="s">"This one"</div> })}</th>
            <td><Ago at=seen_at /></td>
            <td><DateText at=created_at /> <div class="s">{how}</div></td>
            <td><DateText at=expires_at /></td>
            <td class="num acts">
                <Button small=true on_press=move |_| ending.set(Some(Ending::These(vec![entry.get_value()])))>
                    {if current { "Sign out" } else { "End" }} <span class="unseen">" " {name}</span>
                </Button>
            </td>
        </tr>
    }
}

#[component]
fn End(ending: RwSignal<Option<Ending>>, picked: Picked, on_done: Callback<()>) -> impl IntoView {
    let session = use_session();
    let open = crate::components::open_while(ending);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    Effect::new(move || {
        if open.get() {
            failure.set(None);
        }
    });
    let confirm = move |()| {
        let Some(chosen) = ending.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let done = end(chosen, session).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(true) => go("/sign-in", Step::Page),
                Ok(false) => {
                    announce("Ended.");
                    ending.set(None);
                    picked.set(BTreeSet::new());
                    on_done.run(());
                    keyboard::focus_heading();
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    on_done.run(());
                }
            }
        });
    };
    view! {
        <Confirm open title="End the session?" action="End" busy failure on_confirm=confirm>
            <p class="m">{move || ending.get().map(|ending| words(&ending))}</p>
        </Confirm>
    }
}

/// Whether this browser itself is signed out now.
async fn end(chosen: Ending, session: crate::session::SessionState) -> Result<bool, Failure> {
    let entries = match chosen {
        Ending::Others => return client::delete::<Done>("/api/sessions").await.map(|_| false),
        Ending::These(entries) => entries,
    };
    // This browser's own last: after it nothing more is allowed.
    for entry in entries.iter().filter(|entry| !entry.current) {
        client::delete::<Done>(&format!("/api/sessions/{}", entry.id)).await?;
    }
    let own = entries.iter().any(|entry| entry.current);
    if own {
        session.sign_out().await?;
    }
    Ok(own)
}

fn words(ending: &Ending) -> String {
    match ending {
        Ending::Others => "Every other browser that you are signed in with is signed out at once. This one stays.".to_owned(),
        Ending::These(entries) if entries.iter().any(|entry| entry.current) => {
            "You are signed out of this browser. Signing in again takes a new link.".to_owned()
        }
        Ending::These(entries) => {
            let count = entries.len() as u64;
            let what = plural(
                count,
                "browser is signed out at once. Signing in there",
                "browsers are signed out at once. Signing in there",
            );
            format!("{count} {what} takes a new link.")
        }
    }
}

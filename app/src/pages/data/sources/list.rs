//! All sources with their health at a glance.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, Source, SourceStats, SourceStatsAnswer, Sources};
use shared::time::Millis;

use super::status::StatusWord;
use super::{Since, words};
use crate::client::{self, Failure};
use crate::components::{ButtonKind, ButtonLink, EmptyState, FailureNotice, Skeleton, Table};
use crate::pages::data::head::DataHead;
use crate::poll::poll;
use crate::session::use_session;
use crate::{format, locale};

/// Milliseconds between two looks.
const LOOK: u32 = 15_000;

/// The list so far.
#[derive(Clone, Copy)]
struct List {
    sources: RwSignal<Option<Vec<Source>>>,
    stats: RwSignal<BTreeMap<String, SourceStats>>,
    failure: RwSignal<Option<Failure>>,
}

#[component]
pub fn SourcesPage() -> impl IntoView {
    let session = use_session();
    let list = List { sources: RwSignal::new(None), stats: RwSignal::new(BTreeMap::new()), failure: RwSignal::new(None) };
    let load = Callback::new(move |()| {
        list.failure.set(None);
        spawn_local(async move {
            list.look().await;
        });
    });
    load.run(());
    poll(LOOK, move || list.look());
    let may = Memo::new(move |_| session.may(Permission::Admin));
    let known = Memo::new(move |_| list.sources.with(|sources| sources.as_ref().map(Vec::is_empty)));
    view! {
        <DataHead lead="What keeps Rekindle up to date by itself: your store, your payments, your help desk, your app." />
        {move || match known.get() {
            None => list
                .failure
                .get()
                .map_or_else(
                    || view! { <div class="panel pad"><Skeleton lines=6 /></div> }.into_any(),
                    |failure| view! { <FailureNotice failure retry=load /> }.into_any(),
                ),
            Some(true) => view! { <Nothing may /> }.into_any(),
            Some(false) => view! { <Rows list may /> }.into_any(),
        }}
    }
}

impl List {
    /// The sources, then the counts of each. Answers with whether they came.
    async fn look(self) -> bool {
        let sources = match client::get::<Sources>("/api/sources").await {
            Ok(answer) => answer.sources,
            Err(failure) => {
                self.failure.try_set(Some(failure));
                return false;
            }
        };
        let ids: Vec<_> = sources.iter().map(|source| source.id.clone()).collect();
        if self.sources.try_with_untracked(|known| known.as_ref() != Some(&sources)) == Some(true) {
            self.sources.set(Some(sources));
        }
        for id in ids {
            let Ok(answer) = client::get::<SourceStatsAnswer>(&format!("/api/sources/{id}/stats")).await else { return false };
            if self.stats.try_update(|stats| stats.insert(id.as_str().to_owned(), answer.stats)).is_none() {
                return false;
            }
        }
        true
    }
}

#[component]
fn Nothing(may: Memo<bool>) -> impl IntoView {
    view! {
        <EmptyState title="No source is connected">
            <p>
                "Connect your store, and customers, orders and opt-outs arrive within seconds of happening. What happened before comes as a file, on the first tab."
            </p>
            {move || match may.get() {
                true => view! { <ButtonLink kind=ButtonKind::Primary href="/data/sources/new">"Connect a source"</ButtonLink> }.into_any(),
                false => view! { <p>"Ask an owner of this shop to connect one."</p> }.into_any(),
            }}
        </EmptyState>
    }
}

#[component]
fn Rows(list: List, may: Memo<bool>) -> impl IntoView {
    let session = use_session();
    let count = move || {
        let count = list.sources.with(|sources| sources.as_ref().map_or(0, Vec::len)) as u64;
        format!("{} {}", locale::count(count), format::plural(count, "source", "sources"))
    };
    let ids = move || {
        list.sources.with(|sources| {
            let sources = sources.as_deref().unwrap_or_default();
            sources.iter().map(|source| source.id.as_str().to_owned()).collect::<Vec<_>>()
        })
    };
    let row = move |id: String| {
        let wanted = id.clone();
        let source = Memo::new(move |_| {
            list.sources.with(|sources| sources.iter().flatten().find(|source| source.id.as_str() == wanted).cloned())
        });
        let today = move || Millis(session.clock() as i64).day().iso();
        // Accepted today, refused today, refused since it was made.
        let counts = Memo::new(move |_| {
            list.stats.with(|stats| {
                let stats = stats.get(&id)?;
                let (accepted, refused) = words::counts_of(stats, &today()).map_or((0, 0), |day| (day.accepted, day.rejected));
                Some((accepted, refused, words::rejected(stats), stats.dead))
            })
        });
        view! { <Row source counts /> }
    };
    view! {
        <section class="panel">
            <div class="picked-head">
                <p class="s">{count}</p>
                <Show when=move || may.get()>
                    <ButtonLink kind=ButtonKind::Primary href="/data/sources/new">"Connect a source"</ButtonLink>
                </Show>
            </div>
            <Table caption="Sources" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Source"</th>
                        <th scope="col">"Health"</th>
                        <th scope="col">"Last event"</th>
                        <th scope="col" class="num">"Accepted today"</th>
                        <th scope="col" class="num">"Rejected today"</th>
                        <th scope="col" class="num">"Dead letters"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=ids key=Clone::clone children=row />
                </tbody>
            </Table>
        </section>
    }
}

type Counts = (u64, u64, u64, u64);

#[component]
fn Row(source: Memo<Option<Source>>, counts: Memo<Option<Counts>>) -> impl IntoView {
    let figure = move |pick: fn(Counts) -> u64| move || counts.get().map(|counts| locale::count(pick(counts)));
    let href = move || source.with(|source| source.as_ref().map(|source| format!("/data/sources/{}", source.id)));
    let status = Memo::new(move |_| source.with(|source| source.as_ref().map(|source| (source.status, source.error.is_some()))));
    let received = Memo::new(move |_| source.with(|source| source.as_ref().and_then(|source| source.received_at.clone())));
    let dead = move || match counts.get() {
        Some((.., dead)) if dead > 0 => {
            let id = source.with(|source| source.as_ref().map(|source| source.id.as_str().to_owned())).unwrap_or_default();
            let name = source.with(|source| source.as_ref().map(|source| source.name.clone())).unwrap_or_default();
            let label = format!("{} dead letters of {name}", locale::count(dead));
            view! { <a href=format!("/data/dead-letters?source={id}") aria-label=label>{locale::count(dead)}</a> }.into_any()
        }
        Some(_) => "0".into_any(),
        None => ().into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                <a href=href dir="auto">{move || source.with(|source| source.as_ref().map(|source| source.name.clone()))}</a>
                <div class="s">{move || source.with(|source| source.as_ref().map(|source| words::kind_title(source.kind)))}</div>
            </th>
            <td>{move || status.get().map(|(status, has_error)| view! { <StatusWord status has_error /> })}</td>
            <td>
                {move || match received.get() {
                    Some(at) => view! { <Since at /> }.into_any(),
                    None => view! { <span class="s">"none yet"</span> }.into_any(),
                }}
            </td>
            <td class="num">{figure(|(accepted, ..)| accepted)}</td>
            <td class="num">
                {figure(|(_, refused, ..)| refused)}
                {move || {
                    counts
                        .get()
                        .filter(|(_, refused, all, _)| all > refused)
                        .map(|(_, _, all, _)| view! { <div class="s nowrap">{format!("{} in all", locale::count(all))}</div> })
                }}
            </td>
            <td class="num">{dead}</td>
        </tr>
    }
}

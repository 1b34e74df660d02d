use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use shared::api::{Permission, TimelineItem, TimelineResponse};
use shared::id::Id;

use crate::client::{self, Failure};
use crate::components::{Button, DateText, FailureNotice, Money, Skeleton};
use crate::pages::rights::UndoMerge;
use crate::query;
use crate::session::use_session;

/// Of a merge, only what this list needs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Undoable {
    id: Id,
    can_undo: bool,
}

#[derive(Deserialize)]
struct Merges {
    merges: Vec<Undoable>,
}

/// Of an item, what it is where two records became one.
const MERGED: &str = "merge";

/// Everything that happened, newest first, more on request.
#[component]
pub(super) fn Timeline(id: String, on_undone: Callback<()>) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let merges = RwSignal::new(None::<Vec<Undoable>>);
    let items = RwSignal::new(Vec::<TimelineItem>::new());
    let cursor = RwSignal::new(None::<String>);
    let failure = RwSignal::new(None::<Failure>);
    let loaded = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let id = StoredValue::new(id);
    let load = Callback::new(move |()| {
        let after = cursor.get_untracked().unwrap_or_default();
        let path = format!("/api/customers/{}/timeline{}", id.get_value(), query::address(&[("cursor", &after)]));
        busy.set(true);
        spawn_local(async move {
            let answer = client::get::<TimelineResponse>(&path).await;
            if busy.is_disposed() {
                return;
            }
            match answer {
                Ok(answer) => {
                    failure.set(None);
                    if merges.with_untracked(Option::is_none) && answer.timeline.iter().any(|item| item.kind == MERGED) {
                        merges.set(Some(Vec::new()));
                        want_merges(&id.get_value(), merges);
                    }
                    items.update(|items| items.extend(answer.timeline));
                    cursor.set(answer.meta.next_cursor);
                    loaded.set(true);
                }
                Err(refused) => failure.set(Some(refused)),
            }
            busy.set(false);
        });
    });
    load.run(());
    let is_empty = move || loaded.get() && items.with(Vec::is_empty);
    view! {
        <ol class="timeline">
            <For each=move || items.get().into_iter().enumerate() key=|(at, _)| *at let((_, item))>
                <li>
                    <DateText at=item.at />
                    <div class="what">
                        <span dir="auto">{item.title}</span>
                        {item.detail.map(|detail| view! { <div class="s" dir="auto">{detail}</div> })}
                        {item
                            .id
                            .filter(|_| item.kind == MERGED)
                            .map(|id| {
                                let id = StoredValue::new(id.as_str().to_owned());
                                view! {
                                    <Show when=move || may.get() && merges.with(|merges| can_undo(merges.as_deref(), &id.get_value()))>
                                        <UndoMerge id=id.get_value() what="this merge" on_done=on_undone />
                                    </Show>
                                }
                            })}
                    </div>
                    {item.amount.map(|amount| view! { <Money amount /> })}
                </li>
            </For>
        </ol>
        <Show when=is_empty>
            <p class="pad m">"Nothing has happened yet."</p>
        </Show>
        <div class="pad">
            {move || failure.get().map(|failure| view! { <FailureNotice failure retry=load /> })}
            <Show when=move || !loaded.get() && failure.with(Option::is_none)>
                <Skeleton lines=6 />
            </Show>
            <Show when=move || cursor.with(Option::is_some)>
                <Button small=true busy on_press=move |_| load.run(())>"Show older"</Button>
            </Show>
        </div>
    }
}

fn want_merges(customer: &str, merges: RwSignal<Option<Vec<Undoable>>>) {
    let path = format!("/api/merges{}", query::address(&[("customer", customer)]));
    spawn_local(async move {
        // Without them the timeline is whole; a merge is undone from the page of personal data too.
        if let Ok(answer) = client::get::<Merges>(&path).await {
            merges.try_set(Some(answer.merges));
        }
    });
}

fn can_undo(merges: Option<&[Undoable]>, id: &str) -> bool {
    merges.is_some_and(|merges| merges.iter().any(|merge| merge.id.as_str() == id && merge.can_undo))
}

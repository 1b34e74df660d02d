//! What just came, newest first: in a sentence, or as it came.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Message, Messages};

use super::held::Held;
use super::{Since, raw, words};
use crate::client::{self, Failure};
use crate::components::{Button, EmptyState, FailureNotice, Skeleton};
use crate::poll::poll;
use crate::query;

/// Milliseconds between two looks.
const LOOK: u32 = 3_000;
/// Of the first page, and of each look after it.
const PAGE: u32 = 50;
/// Rows that stand on the page; older ones make room.
const MOST: usize = 200;

#[component]
pub(super) fn Tail(held: Held) -> impl IntoView {
    let messages = RwSignal::new(None::<Vec<Message>>);
    let failure = RwSignal::new(None::<Failure>);
    let is_raw = RwSignal::new(false);
    let stands_still = RwSignal::new(false);
    let path = format!("{}/messages", held.path());
    let look = move || {
        let after = messages.try_with_untracked(|known| known.as_deref().map(after)).flatten();
        let after = after.map(|after| after.to_string()).unwrap_or_default();
        let path = format!("{path}{}", query::address(&[("limit", &PAGE.to_string()), ("after", &after)]));
        async move {
            match client::get::<Messages>(&path).await {
                Ok(answer) => {
                    failure.try_set(None);
                    let changed = messages.try_with_untracked(|known| merged(known.as_deref(), answer.messages));
                    if let Some(Some(changed)) = changed {
                        messages.set(Some(changed));
                    }
                    true
                }
                Err(refused) => {
                    // What stands is still true: only an empty page says why it is empty.
                    if messages.try_with_untracked(Option::is_none) == Some(true) {
                        failure.try_set(Some(refused));
                    }
                    false
                }
            }
        }
    };
    let again = look.clone();
    let load = Callback::new(move |()| {
        let answer = again();
        spawn_local(async move {
            answer.await;
        });
    });
    load.run(());
    poll(LOOK, move || {
        let answer = (!stands_still.get_untracked()).then(&look);
        async move {
            match answer {
                Some(answer) => answer.await,
                None => true,
            }
        }
    });
    let known = Memo::new(move |_| messages.with(|messages| messages.as_ref().map(Vec::is_empty)));
    let mode = move |raw: bool, label: &'static str| {
        view! {
            <button type="button" class="btn small" aria-pressed=move || (is_raw.get() == raw).to_string() on:click=move |_| is_raw.set(raw)>
                {label}
            </button>
        }
    };
    view! {
        <section class="panel">
            <div class="section-head">
                <h2>"Live"</h2>
                <div class="row">
                    <div class="row" role="group" aria-label="Show messages">
                        {mode(false, "Readable")} {mode(true, "As they came")}
                    </div>
                    <Button small=true on_press=move |_| stands_still.update(|still| *still = !*still)>
                        {move || if stands_still.get() { "Go on" } else { "Hold still" }}
                    </Button>
                </div>
            </div>
            {move || match (known.get(), failure.get()) {
                (None, Some(failure)) => view! { <div class="pad"><FailureNotice failure retry=load /></div> }.into_any(),
                (None, None) => view! { <div class="pad"><Skeleton lines=5 /></div> }.into_any(),
                (Some(true), _) => view! {
                    <EmptyState title="Nothing came yet">
                        <p>"Each message stands here within seconds of its arrival, with what Rekindle read from it."</p>
                    </EmptyState>
                }
                .into_any(),
                (Some(false), _) => view! {
                    <ol class="tail" aria-label="Messages, newest first">
                        <For
                            each=move || messages.with(|messages| messages.clone().unwrap_or_default())
                            key=|message| (message.id, message.state.clone())
                            children=move |message| view! { <Line message is_raw /> }
                        />
                    </ol>
                }
                .into_any(),
            }}
        </section>
    }
}

#[component]
fn Line(message: Message, is_raw: RwSignal<bool>) -> impl IntoView {
    let Message { topic, received_at, state, summary, customer, body, .. } = message;
    let words = words::message_state(&state);
    let is_bad = state == "dead";
    let body = StoredValue::new(body);
    let whose = customer.map(|id| view! { <a href=format!("/customers/{id}")>"Open the customer"</a> });
    view! {
        <li>
            <div class="row spread">
                <span class="what" dir="auto">{if summary.is_empty() { "Nothing is read from such a message".to_owned() } else { summary }}</span>
                <span class="s"><Since at=received_at /></span>
            </div>
            <div class="row s">
                <span class="chip">{topic}</span>
                <span class:loss=is_bad>{words}</span>
                {whose}
            </div>
            // Hidden or not, so that a switch of views moves no focus.
            {move || is_raw.get().then(|| view! { <pre tabindex="0" aria-label="As it came">{body.with_value(|body| raw::laid_out(body))}</pre> })}
        </li>
    }
}

/// Where the next look begins: behind what can no longer change. Those that still wait are asked for again.
fn after(known: &[Message]) -> u64 {
    let newest = known.first().map_or(0, |message| message.id);
    let recent = known.iter().take(PAGE as usize);
    recent.filter(|message| message.state == "waiting").map(|message| message.id.saturating_sub(1)).min().unwrap_or(newest)
}

/// What stands with what came, newest first, each once and as it is now; none where nothing changed.
fn merged(known: Option<&[Message]>, came: Vec<Message>) -> Option<Vec<Message>> {
    let Some(known) = known else { return Some(came) };
    let old = known.iter().filter(|message| came.iter().all(|other| other.id != message.id));
    let mut all: Vec<_> = came.iter().chain(old).cloned().collect();
    all.sort_by_key(|message| std::cmp::Reverse(message.id));
    all.truncate(MOST);
    (all != known).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: u64, state: &str) -> Message {
        Message {
            id,
            key: id.to_string(),
            topic: "track".into(),
            received_at: "2026-03-01T12:00:00Z".into(),
            state: state.into(),
            summary: String::new(),
            customer: None,
            body: "{}".into(),
        }
    }

    fn ids(messages: &[Message]) -> Vec<(u64, &str)> {
        messages.iter().map(|message| (message.id, message.state.as_str())).collect()
    }

    #[test]
    fn the_next_look_begins_behind_what_cannot_change_any_more() {
        assert_eq!(after(&[message(9, "applied"), message(8, "dead")]), 9);
        assert_eq!(after(&[message(9, "applied"), message(8, "waiting"), message(7, "applied")]), 7);
        assert_eq!(after(&[]), 0);
    }

    #[test]
    fn what_came_again_replaces_what_stood_and_nothing_stands_twice() {
        let known = [message(2, "waiting"), message(1, "applied")];
        let all = merged(Some(&known), vec![message(3, "waiting"), message(2, "applied")]).expect("news");
        assert_eq!(ids(&all), [(3, "waiting"), (2, "applied"), (1, "applied")]);
        assert_eq!(merged(Some(&all), vec![message(2, "applied")]), None);
        assert_eq!(merged(None, Vec::new()), Some(Vec::new()), "an empty answer is an answer");
    }

    #[test]
    fn the_oldest_make_room() {
        let known: Vec<_> = (1..=MOST as u64).rev().map(|id| message(id, "applied")).collect();
        let all = merged(Some(&known), vec![message(1_000, "applied")]).expect("news");
        assert_eq!((all.len(), all[0].id, all[MOST - 1].id), (MOST, 1_000, 2));
    }
}

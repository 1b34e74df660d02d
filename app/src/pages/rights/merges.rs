//! What was merged into this record or away from it, with the way back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Merge, Merges as Answer};

use super::UndoMerge;
use crate::client::{self, Failure};
use crate::components::{DateText, FailureNotice};
use crate::query;

#[component]
pub(super) fn Merges(id: String, may: Memo<bool>) -> impl IntoView {
    let merges = RwSignal::new(Vec::<Merge>::new());
    let failure = RwSignal::new(None::<Failure>);
    let path = StoredValue::new(format!("/api/merges{}", query::address(&[("customer", &id)])));
    let load = Callback::new(move |()| {
        failure.set(None);
        let path = path.get_value();
        spawn_local(async move {
            match client::get::<Answer>(&path).await {
                Ok(answer) => drop(merges.try_set(answer.merges)),
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    });
    load.run(());
    let row = move |merge: Merge| {
        let Merge { id, winner, winner_name, loser, loser_name, reason, by, at, undone_at, can_undo } = merge;
        let id = StoredValue::new(id.as_str().to_owned());
        let label = StoredValue::new(format!("the merge of {loser_name} into {winner_name}"));
        let who = by.map(|by| view! { ", by " <bdi>{by}</bdi> });
        view! {
            <li>
                <p>
                    <a href=format!("/customers/{loser}") dir="auto">{loser_name}</a> " into "
                    <a href=format!("/customers/{winner}") dir="auto">{winner_name}</a>
                </p>
                <p class="s">{why(&reason)} {who} ", " <DateText at /></p>
                {undone_at.map(|at| view! { <p class="s">"Undone " <DateText at /></p> })}
                <Show when=move || can_undo && may.get()>
                    <UndoMerge id=id.get_value() what=label.get_value() on_done=load />
                </Show>
            </li>
        }
    };
    view! {
        {move || failure.get().map(|failure| view! { <FailureNotice failure retry=load /> })}
        <Show when=move || !merges.with(Vec::is_empty)>
            <section class="panel pad stack">
                <h2>"Merged records"</h2>
                <ul class="merges">
                    <For each=move || merges.get() key=|merge| (merge.id.as_str().to_owned(), merge.can_undo) children=row />
                </ul>
            </section>
        </Show>
    }
}

/// What tied the two together.
fn why(reason: &str) -> &'static str {
    match reason {
        "same_address" => "Both have the same address",
        "same_visitor" => "The same visitor signed in as both",
        "linked" => "A message said that they are one",
        "member" => "A person of the account",
        "by_hand" => "By hand",
        _ => "For another reason",
    }
}

//! The segments of an audience, each with how many are in it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::SegmentsResponse;

use super::super::editor::use_editor;
use super::super::new::segment_options;
use crate::client;
use crate::components::{FailureNotice, Field, Skeleton};
use crate::pages::settings::frame::Answer;

/// So many are shown at once; the search finds the rest.
const SHOWN: usize = 12;

#[component]
pub(super) fn SegmentsPanel() -> impl IntoView {
    let editor = use_editor();
    let answer: Answer<Vec<(String, String)>> = RwSignal::new(None);
    spawn_local(async move {
        let got = client::get::<SegmentsResponse>("/api/segments").await.map(|found| segment_options(&found));
        answer.try_set(Some(got));
    });
    let search = RwSignal::new(String::new());
    let chosen = Memo::new(move |_| editor.now.with(|now| now.plan.audience.segments.clone()));
    let own = Memo::new(move |_| editor.segment_name.get());
    let offered = move || {
        let search = search.with(|search| search.trim().to_lowercase());
        let chosen = chosen.get();
        let all = answer.get().and_then(Result::ok).unwrap_or_default();
        // What is chosen and gone since is shown as well, so that it can be taken out.
        let gone = chosen.iter().filter(|id| all.iter().all(|(known, _)| known != *id));
        let gone: Vec<_> = gone.map(|id| (id.clone(), format!("{id} (gone)"))).collect();
        let (first, rest): (Vec<_>, Vec<_>) = gone.into_iter().chain(all).partition(|(id, _)| chosen.contains(id));
        let fitting = rest.into_iter().filter(|(_, name)| name.to_lowercase().contains(&search));
        let hidden = fitting.clone().count().saturating_sub(SHOWN);
        let boxes = first
            .into_iter()
            .chain(fitting.take(SHOWN))
            .map(|(id, name)| {
                let is_on = chosen.contains(&id);
                let choose = move |event| {
                    let on = event_target_checked(&event);
                    let id = id.clone();
                    editor.change_plan("audience.segments", |plan| {
                        plan.audience.segments.retain(|known| *known != id);
                        if on {
                            plan.audience.segments.push(id);
                        }
                    });
                };
                view! { <label class="tickable"><input type="checkbox" prop:checked=is_on on:change=choose /> <span dir="auto">{name}</span></label> }
            })
            .collect_view();
        let more = (hidden > 0).then(|| view! { <p class="s">{format!("{hidden} more: search for them by name.")}</p> });
        view! { <div class="tickables">{boxes}</div> {more} }
    };
    let unnarrowed = move || match (chosen.with(Vec::is_empty), own.get()) {
        (true, Some(name)) => format!("None ticked: those of the campaign's own segment, {name}."),
        (true, None) => "None ticked: everybody.".to_owned(),
        (false, _) => "Whoever is in any of the ticked.".to_owned(),
    };
    view! {
        <section class="panel pad stack tight">
            <h2>"In any of these segments"</h2>
            <p class="s two-lines" dir="auto">{unnarrowed}</p>
            <Field label="Search segments" value=search kind="search" />
            {move || match answer.with(|answer| answer.as_ref().map(|answer| answer.as_ref().err().cloned())) {
                None => view! { <Skeleton lines=4 /> }.into_any(),
                Some(Some(failure)) => view! { <FailureNotice failure /> }.into_any(),
                Some(None) => view! { {offered} }.into_any(),
            }}
            <p class="s"><a href="/segments/new">"Write a segment of your own"</a></p>
        </section>
    }
}

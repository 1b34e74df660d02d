//! A filter on the audience: it enters the plan once the server could count by it.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CountAsked, CountResponse, SegmentCount};

use super::super::editor::use_editor;
use crate::client::{self, Failure};
use crate::components::{Button, FailureNotice, announce};
use crate::format::plural;
use crate::locale;
use crate::pages::segments::{FilterWriter, Written};

/// Typing rests for so long before it is counted, in milliseconds.
const REST: u32 = 400;

#[component]
pub(super) fn FilterPanel() -> impl IntoView {
    let editor = use_editor();
    let stands = Memo::new(move |_| editor.now.with(|now| now.plan.audience.filter.clone()));
    let is_on = RwSignal::new(stands.with_untracked(Option::is_some));
    // Undo and others take it out and bring it back.
    Effect::watch(move || stands.with(Option::is_some), move |has, _, _| is_on.set(*has), false);
    let begin = move |_| is_on.set(true);
    let end = move |_| {
        is_on.set(false);
        editor.change_plan("audience.filter", |plan| plan.audience.filter = None);
        announce("The filter is taken out. Ctrl+Z brings it back.");
    };
    view! {
        <section class="panel pad stack tight">
            <h2>"And who fits this filter"</h2>
            <Show when=move || is_on.get() fallback=move || view! {
                <p class="s">"No filter: nothing is narrowed further."</p>
                <div class="row"><Button small=true on_press=begin>"Add a filter"</Button></div>
            }>
                <Writer />
                <div class="row"><Button small=true on_press=end>"Take the filter out"</Button></div>
            </Show>
        </section>
    }
}

#[component]
fn Writer() -> impl IntoView {
    let editor = use_editor();
    let written = Written::new();
    let known = editor.now.with_untracked(|now| now.plan.audience.filter.clone());
    if let Some(filter) = &known {
        written.show(filter);
    }
    let filter = Memo::new(move |_| written.filter());
    // What undo or somebody else brings is shown; what was just written here is there already.
    Effect::watch(
        move || editor.now.with(|now| now.plan.audience.filter.clone()),
        move |stands, _, _| {
            if let Some(stands) = stands
                && filter.with_untracked(|filter| filter != stands)
            {
                written.show(stands);
            }
        },
        false,
    );
    let counted = RwSignal::new(None::<Result<SegmentCount, Failure>>);
    let asked = StoredValue::new(0_u32);
    Effect::new(move || {
        let filter = filter.get();
        let turn = asked.get_value().wrapping_add(1);
        asked.set_value(turn);
        spawn_local(async move {
            TimeoutFuture::new(REST).await;
            if asked.try_get_value() != Some(turn) {
                return;
            }
            let ask = CountAsked { filter: filter.clone() };
            let answer = client::post::<_, CountResponse>("/api/segments/count", &ask).await.map(|answer| answer.count);
            if asked.try_get_value() != Some(turn) {
                return;
            }
            if answer.is_ok() {
                editor.change_plan("audience.filter", |plan| plan.audience.filter = Some(filter));
            }
            counted.try_set(Some(answer));
        });
    });
    let found = move || match counted.get() {
        None => view! { <p class="s two-lines">"Counting"</p> }.into_any(),
        Some(Ok(count)) => {
            let least = if count.is_least { "At least " } else { "" };
            let people = format!(
                "{least}{} {} fit it. ",
                locale::count(count.customers),
                plural(count.customers, "customer", "customers")
            );
            view! { <p class="s two-lines" dir="auto">{people} {count.sentence} "."</p> }.into_any()
        }
        Some(Err(Failure::Problem(problem))) if problem.status == 422 && !problem.fields.is_empty() => {
            let fixes = problem.fields.values().map(|fix| format!("{fix}.")).collect::<Vec<_>>().join(" ");
            view! { <p class="s two-lines">"Not part of the audience yet. " {fixes}</p> }.into_any()
        }
        Some(Err(failure)) => view! { <FailureNotice failure /> }.into_any(),
    };
    view! {
        <FilterWriter written />
        <div aria-live="polite">{found}</div>
    }
}

//! Whom a campaign is for: segments, tiers, a filter, a list, with how many it finds and why the rest gets nothing.

mod filter;
pub(super) mod reasons;
mod segments;

use leptos::prelude::*;
use shared::api::Tier;
use shared::campaign::Audience;

use self::filter::FilterPanel;
use self::reasons::{Counts, Reasons};
use self::segments::SegmentsPanel;
use super::editor::use_editor;
use super::launch::guests::use_guests;
use crate::components::{Button, FailureNotice, Skeleton, announce};
use crate::format;
use crate::locale;

/// Tiers that a campaign may narrow itself to.
const TIERS: [Tier; 5] = [Tier::Immediate, Tier::Moderate, Tier::Early, Tier::Healthy, Tier::Lost];

#[component]
pub(super) fn AudienceTab() -> impl IntoView {
    let editor = use_editor();
    let guests = use_guests();
    guests.want();
    let boxes = TIERS
        .map(|tier| {
            let is_on = move || editor.now.with(|now| now.plan.audience.tiers.contains(&tier));
            let choose = move |event| {
                let on = event_target_checked(&event);
                editor.change_plan("audience.tiers", |plan| {
                    plan.audience.tiers.retain(|known| *known != tier);
                    if on {
                        plan.audience.tiers.push(tier);
                        plan.audience.tiers.sort_by_key(|tier| TIERS.iter().position(|known| known == tier));
                    }
                });
            };
            view! {
                <label class="tickable">
                    <input type="checkbox" prop:checked=is_on on:change=choose />
                    {format::tier(tier)}
                    <span class="s">{format!(" {}", format::tier_meaning(tier))}</span>
                </label>
            }
        })
        .collect_view();
    let everybody = Memo::new(move |_| editor.now.with(|now| now.plan.audience == Audience::default()));
    view! {
        <div class="two">
            <fieldset class="stack" disabled=move || !editor.may.get()>
                <legend class="unseen">"Whom it is for"</legend>
                <SegmentsPanel />
                <section class="panel pad stack tight">
                    <h2>"And of these tiers"</h2>
                    <p class="s">"None ticked is all of them."</p>
                    <div class="tickables">{boxes}</div>
                </section>
                <FilterPanel />
                <ListPanel />
            </fieldset>
            <section class="panel pad stack audience-counts" aria-live="polite" aria-label="Whom it finds">
                <h2>"Whom it finds"</h2>
                {move || everybody.get().then(|| view! { <p class="s">"Nothing is narrowed: everybody in the campaign's own segment."</p> })}
                {move || match guests.answer.get() {
                    None => view! { <Skeleton lines=6 /> }.into_any(),
                    Some(Err(failure)) => view! { <FailureNotice failure retry=Callback::new(move |()| guests.again()) /> }.into_any(),
                    Some(Ok(forecast)) => view! {
                        <div class="stack tight fades" aria-busy=move || guests.is_old().then_some("true")>
                            <Counts forecast=forecast.clone() />
                            <Reasons left_out=forecast.left_out />
                        </div>
                    }.into_any(),
                }}
            </section>
        </div>
    }
}

/// Customers that somebody chose one by one.
#[component]
fn ListPanel() -> impl IntoView {
    let editor = use_editor();
    let count = Memo::new(move |_| editor.now.with(|now| now.plan.audience.customers.len() as u64));
    let clear = move |_| {
        editor.change_plan("audience.customers", |plan| plan.audience.customers.clear());
        announce("The list is taken away. Ctrl+Z brings it back.");
    };
    view! {
        <Show when=move || { count.get() > 0 }>
            <section class="panel pad stack tight">
                <h2>"And on this list"</h2>
                <p>{move || format!("{} {} that somebody chose.", locale::count(count.get()), format::plural(count.get(), "customer", "customers"))}</p>
                <div class="row"><Button small=true on_press=clear>"Take the list away"</Button></div>
            </section>
        </Show>
    }
}

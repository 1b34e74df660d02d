//! What the guardrails cut, whom the budget leaves out, and what a comparison could show.

use leptos::prelude::*;
use shared::api::{Forecast, GuardrailCount};

use super::super::editor::use_editor;
use super::super::words::per_cent;
use crate::components::{Button, announce};
use crate::format::{decimal, plural};
use crate::locale;

/// The smallest effect that the campaign could prove, in plain words.
#[component]
pub(super) fn Detectable(forecast: Forecast) -> impl IntoView {
    let editor = use_editor();
    let Forecast { detectable, better_holdout, eligible, held_out, .. } = forecast;
    let words = match detectable {
        Some(points) => format!(
            "With {} held out of {}, a difference of {} points of returns or more would be seen in four of five cases. A smaller one may be there and not show.",
            locale::count(held_out),
            locale::count(eligible.saturating_add(held_out)),
            decimal(points)
        ),
        None if held_out == 0 => {
            "Nobody is held out, so that nobody can say afterwards what the campaign itself brought.".to_owned()
        }
        None => "Too few people to see any difference: what it brings will be an estimate only.".to_owned(),
    };
    let better = better_holdout.map(|share| {
        let take = move |_| {
            editor.change_plan("holdout", |plan| plan.holdout = share);
            announce(format!("{} % are held out.", per_cent(share)));
        };
        view! {
            <p>
                {format!("Holding out {} % instead would make that a quarter smaller. ", per_cent(share))}
                <Show when=move || editor.may.get() && editor.campaign.with(|campaign| campaign.edition.is_none())>
                    <Button small=true on_press=take>{format!("Hold out {} %", per_cent(share))}</Button>
                </Show>
            </p>
        }
    });
    view! { <p class="m">{words}</p> {better} }
}

#[component]
pub(super) fn Limits(forecast: Forecast) -> impl IntoView {
    let Forecast { guardrails, beyond_budget, .. } = forecast;
    if guardrails.is_empty() && beyond_budget == 0 {
        return view! {
            <section class="panel pad stack tight" aria-label="Limits">
                <h2>"Limits"</h2>
                <p class="m">"No guardrail stops an offer, and the budget reaches for everybody."</p>
            </section>
        }
        .into_any();
    }
    let items = guardrails
        .into_iter()
        .map(|GuardrailCount { text, lift, customers, .. }| {
            view! {
                <li>
                    <b>{people(customers)}</b> " " <span dir="auto">{text}</span>
                    <div class="s" dir="auto">{lift}</div>
                </li>
            }
        })
        .collect_view();
    let budget = (beyond_budget > 0).then(|| {
        view! { <li><b>{people(beyond_budget)}</b> " get no offer, because the budget does not reach for them. Those with the most to win back come first."</li> }
    });
    view! {
        <section class="panel pad stack tight" aria-label="Limits">
            <h2>"Limits"</h2>
            <p class="s">"Whoever gets no offer may still get the messages without one. " <a href="/offers">"See the guardrails"</a></p>
            <ul class="reasons-list">{items} {budget}</ul>
        </section>
    }
    .into_any()
}

fn people(count: u64) -> String {
    format!("{} {}", locale::count(count), plural(count, "customer", "customers"))
}

//! The campaign in figures: who entered, who is held out, what it has cost.

use leptos::prelude::*;
use shared::api::Progress;

use crate::components;
use crate::locale;

#[component]
pub(super) fn Numbers(progress: Progress) -> impl IntoView {
    let Progress { contacted, held_out, global_holdout, left_out, is_entering, spent, budget, .. } = progress;
    let rest: u64 = left_out.iter().map(|one| one.customers).sum();
    let figure = |name: &'static str, count: u64| view! { <div><dt>{name}</dt><dd>{locale::count(count)}</dd></div> };
    let share = budget.filter(|budget| budget.minor > 0).map(|budget| (spent.minor as f64 / budget.minor as f64).clamp(0.0, 1.0));
    view! {
        {is_entering.then(|| view! { <p class="m">"The audience is still being gone through: more enter."</p> })}
        <dl class="facts small">
            {figure("Entered, to be contacted", contacted)}
            {figure("Held out", held_out)}
            {figure("Held out of all campaigns", global_holdout)}
            {figure("Left out", rest)}
        </dl>
        {match (share, budget) {
            (Some(share), Some(budget)) => {
                let text = format!("{} of {}", locale::money(spent), locale::money(budget));
                view! { <components::Progress label="Spent of the budget" share=Signal::stored(Some(share)) text=Signal::stored(text) /> }.into_any()
            }
            _ => view! { <p>"Spent so far: " <b>{locale::money(spent)}</b></p> }.into_any(),
        }}
    }
}

//! How far each goal is.

use leptos::prelude::*;
use shared::api::GoalProgress;

use super::super::words::{per_cent, stage_name};
use crate::components::Progress;
use crate::locale;

#[component]
pub(super) fn GoalsPanel(goals: Vec<GoalProgress>) -> impl IntoView {
    let empty = goals.is_empty();
    let rows = goals
        .into_iter()
        .map(|GoalProgress { goal, people, of, is_behind }| {
            let share = (of > 0).then(|| (people as f64 / of as f64).clamp(0.0, 1.0));
            let text = format!("{} of {} · goal {} %", locale::count(people), locale::count(of), per_cent(goal.target));
            view! {
                <li>
                    <Progress label=stage_name(goal.stage) share=Signal::stored(share.or(Some(0.0))) text=Signal::stored(text) />
                    {is_behind.then(|| view! { <p class="loss s">"Behind: it should stand higher by now, and chance does not explain it."</p> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="panel pad stack" aria-label="Goals">
            <h2>"Goals"</h2>
            {empty.then(|| view! { <p class="m">"No goal is set."</p> })}
            <ul class="reasons-list">{rows}</ul>
        </section>
    }
}

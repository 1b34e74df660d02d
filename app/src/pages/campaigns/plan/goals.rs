//! What the campaign is to reach, stage by stage.

use leptos::prelude::*;
use shared::campaign::{Goal, Plan, Stage};

use super::super::bound::bound;
use super::super::editor::use_editor;
use super::super::words::{per_cent, per_mille, stage_name};
use crate::components::Field;

#[component]
pub(super) fn GoalsPanel() -> impl IntoView {
    let editor = use_editor();
    let fields = Stage::ALL.map(|stage| view! { <Target stage /> }).collect_view();
    view! {
        <section class="panel pad">
            <fieldset class="form" disabled=move || !editor.may.get()>
                <h2>"Goals"</h2>
                <p class="s">"Per cent of the people of the stage before. You are told when one falls behind by more than chance. Leave a field empty for no goal."</p>
                <div class="options">{fields}</div>
            </fieldset>
        </section>
    }
}

#[component]
fn Target(stage: Stage) -> impl IntoView {
    let editor = use_editor();
    let known = bound(
        editor,
        format!("goals {stage:?}"),
        move |plan| target(plan, stage).map(per_cent).unwrap_or_default(),
        move |plan, typed| {
            if typed.trim().is_empty() {
                plan.goals.retain(|goal| goal.stage != stage);
                return true;
            }
            let Some(target) = per_mille(typed) else { return false };
            match plan.goals.iter_mut().find(|goal| goal.stage == stage) {
                Some(goal) => goal.target = target,
                None => plan.goals.push(Goal { stage, target }),
            }
            plan.goals.sort_by_key(|goal| goal.stage);
            true
        },
    );
    let error = Signal::derive(move || known.is_wrong.get().then(|| "Use per cent from 0 to 100.".to_owned()));
    view! { <Field label=stage_name(stage) value=known.value error /> }
}

fn target(plan: &Plan, stage: Stage) -> Option<u16> {
    plan.goals.iter().find(|goal| goal.stage == stage).map(|goal| goal.target)
}

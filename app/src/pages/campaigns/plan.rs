//! The plan of a campaign: its calendar of 30 days, the table of segments and channels, and what it is to reach at what cost.

mod budget;
mod calendar;
mod drag;
mod goals;
mod moves;
mod routes;
mod rules;
mod step;

use leptos::prelude::*;

use self::budget::BudgetPanel;
use self::calendar::Calendar;
use self::goals::GoalsPanel;
use self::routes::RoutesPanel;
use self::rules::RulesPanel;
use self::step::StepPanel;
use super::editor::use_editor;
use crate::components::{Notice, NoticeKind};

#[component]
pub(super) fn PlanTab() -> impl IntoView {
    let editor = use_editor();
    // The number of the step that is looked at.
    let chosen = RwSignal::new(editor.now.with_untracked(|now| now.plan.steps.first().map(|step| step.id)));
    let mend = Memo::new(move |_| editor.now.with(|now| now.check_plan().into_values().collect::<Vec<_>>()));
    view! {
        <div class="stack">
            {move || {
                let fixes = mend.get();
                (!fixes.is_empty()).then(|| {
                    let lines = fixes.into_iter().map(|fix| view! { <p>{fix}</p> }).collect_view();
                    view! { <Notice kind=NoticeKind::Warning title="To mend before it can be launched">{lines}</Notice> }
                })
            }}
            <div class="plan-board">
                <Calendar chosen />
                <StepPanel chosen />
            </div>
            <RoutesPanel />
            <div class="two">
                <RulesPanel />
                <div class="stack">
                    <GoalsPanel />
                    <BudgetPanel />
                </div>
            </div>
        </div>
    }
}

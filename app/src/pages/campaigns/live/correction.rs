//! A correction to exactly those who got a faulty version of a step.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CampaignResponse, NewCorrection, Permission};

use super::super::editor::use_editor;
use super::super::words::step_name;
use crate::client::{self, Failure};
use crate::components::{Button, FailureNotice, Field, Select, announce};
use crate::router::{Step, go};
use crate::session::use_session;

#[component]
pub(super) fn CorrectionPanel() -> impl IntoView {
    let editor = use_editor();
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let steps = editor.now.with_untracked(|now| {
        let option = |step: &shared::campaign::PlanStep| {
            (step.id.to_string(), format!("Step {}, day {}: {}", step.id, step.day, step_name(step.message)))
        };
        now.plan.steps.iter().map(option).collect::<Vec<_>>()
    });
    let newest = editor.campaign.with_untracked(|campaign| campaign.edition);
    let step = RwSignal::new(steps.first().map(|(id, _)| id.clone()).unwrap_or_default());
    let edition = RwSignal::new(newest.map(|edition| edition.to_string()).unwrap_or_default());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let error = Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("edition"))));
    let make = move |_| {
        let (Ok(step), false) = (step.get_untracked().parse(), busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        let new = NewCorrection { step, edition: edition.get_untracked().trim().parse().ok() };
        let path = editor.id.with_value(|id| format!("/api/campaigns/{id}/correction"));
        spawn_local(async move {
            let answer = client::post::<_, CampaignResponse>(&path, &new).await;
            busy.try_set(false);
            match answer {
                Ok(made) => {
                    announce("Here is the correction, as a draft. Write it, and launch it as any campaign.");
                    go(&format!("/campaigns/{}", made.campaign.row.id), Step::Page);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    view! {
        <Show when=move || may.get()>
            <section class="panel pad stack" aria-label="A correction">
                <h2>"Something in it was wrong?"</h2>
                <p class="m">"A correction is a campaign of one message to exactly those who got the faulty one. It begins as a draft."</p>
                <div class="options">
                    <Select label="The faulty step" value=step options=Signal::stored(steps.clone()) />
                    <Field label="Its version" value=edition kind="number" error hint="The newest where you leave it empty." />
                </div>
                {move || failure.get().filter(|failure| failure.field("edition").is_none()).map(|failure| view! { <FailureNotice failure /> })}
                <div class="row"><Button busy on_press=make>"Make a correction"</Button></div>
            </section>
        </Show>
    }
}

//! What a step of the calendar is: which message it carries, over which channel, when and for whom.

use leptos::prelude::*;
use shared::campaign::{Channel, Plan, PlanStep, When};
use shared::message::Angle;
use shared::offer::Step;
use shared::segment::ValueTier;

use super::super::bound::{Pick, bound, wrong};
use super::super::editor::use_editor;
use super::super::words::{STEPS, angles, step_name, step_number, values, ways, when_name};
use super::calendar::remove;
use super::moves;
use crate::components::{Button, Field, Select};

#[component]
pub(super) fn StepPanel(chosen: RwSignal<Option<u8>>) -> impl IntoView {
    let editor = use_editor();
    let shown = Memo::new(move |_| {
        let id = chosen.get()?;
        editor.now.with(|now| now.plan.steps.iter().any(|step| step.id == id)).then_some(id)
    });
    view! {
        <section class="panel pad step-panel" aria-label="Step">
            {move || match shown.get() {
                Some(id) => view! { <Form id chosen /> }.into_any(),
                None => view! { <p class="m">"Choose a step in the calendar, or add one."</p> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Form(id: u8, chosen: RwSignal<Option<u8>>) -> impl IntoView {
    let editor = use_editor();
    let place = Memo::new(move |_| editor.now.with(|now| now.plan.steps.iter().position(|step| step.id == id).unwrap_or(0)));
    let day = bound(
        editor,
        format!("steps {id} day"),
        move |plan| of(plan, id).map(|step| step.day.to_string()).unwrap_or_default(),
        move |plan, typed| match typed.trim().parse::<u16>() {
            Ok(day) if day < Plan::DAYS => {
                moves::put(&mut plan.steps, id, i32::from(day));
                true
            }
            _ => false,
        },
    );
    let wait = move || {
        let (place, wait) = editor.now.with(|now| (place.get(), moves::wait(&now.plan.steps, id).unwrap_or_default()));
        let days = crate::format::plural(u64::from(wait), "day", "days");
        if place == 0 { format!("{wait} {days} after the entry.") } else { format!("{wait} {days} after the step before.") }
    };
    let day_error = wrong(editor, day, format!("steps.{id}.day"), "Use a day from 0 to 29.");
    let message = move || editor.now.with(|now| of(&now.plan, id).map(|step| step.message));
    let messages = STEPS.map(|step| (code(step), format!("{}. {}", step_number(step), step_name(step)))).to_vec();
    let angle = RwSignal::new(String::new());
    let stands = Memo::new(move |_| {
        let message = message();
        editor.now.with(|now| {
            let step = now.draft.steps.iter().find(|step| Some(step.step) == message);
            step.map_or("", |step| step.angle.code()).to_owned()
        })
    });
    Effect::new(move || angle.set(stands.get()));
    Effect::watch(
        move || angle.get(),
        move |code, _, _| {
            let (Some(angle), Some(message)) = (Angle::of_code(code), untrack(message)) else { return };
            editor.change(&format!("{message:?} angle"), |draft| {
                if let Some(step) = draft.steps.iter_mut().find(|step| step.step == message) {
                    step.angle = angle;
                }
            });
        },
        false,
    );
    let by = || std::iter::once((String::new(), "By the table below".to_owned())).chain(ways()).collect::<Vec<_>>();
    let or = || std::iter::once((String::new(), "Then nothing, for them".to_owned())).chain(ways()).collect::<Vec<_>>();
    let is_own = Memo::new(move |_| editor.now.with(|now| of(&now.plan, id).is_some_and(|step| step.channel.is_some())));
    let conditions = [When::Always, When::Silent, When::Engaged]
        .map(|when| (when_code(when).to_owned(), when_name(when)))
        .into_iter()
        .chain([("value".to_owned(), "Who is worth enough".to_owned())])
        .collect::<Vec<_>>();
    let is_value =
        Memo::new(move |_| editor.now.with(|now| of(&now.plan, id).is_some_and(|step| matches!(step.when, When::Value { .. }))));
    let offers = move || match message() {
        Some(Step::Help) => "Makes no offer.",
        Some(Step::Proof) => "May bring a benefit that costs little.",
        Some(Step::SmallIncentive) => "Makes the smaller offer, as the matrix and the guardrails allow for each person.",
        Some(Step::FullIncentive) => "Makes the full offer, as the matrix and the guardrails allow for each person.",
        Some(Step::LastWord) => "Repeats the offer that still stands.",
        None => "",
    };
    let words = editor.id.with_value(|id| format!("/campaigns/{id}"));
    view! {
        <fieldset class="form" disabled=move || !editor.may.get()>
            <h2>{format!("Step {id}")}</h2>
            <Field label="Day" value=day.value kind="number" error=day_error />
            <p class="s">{wait}</p>
            <Pick
                label="Message"
                path=format!("steps.{id}.message")
                options=messages
                read=move |plan| of(plan, id).map(|step| code(step.message)).unwrap_or_default()
                write=move |plan, typed| {
                    STEPS.into_iter().find(|step| code(*step) == typed).is_some_and(|message| with(plan, id, |step| step.message = message))
                }
            />
            <p class="s two-lines">{offers} " All channels of a step share its theme, offer, code and last day. " <a href=words>"Its words"</a></p>
            <Select label="Angle of this message" value=angle options=Signal::stored(angles()) />
            <Pick
                label="Channel"
                path=format!("steps.{id}.channel")
                options=by()
                read=move |plan| of(plan, id).and_then(|step| step.channel).map_or("", Channel::code).to_owned()
                write=move |plan, typed| {
                    with(plan, id, |step| {
                        step.channel = Channel::of_code(typed);
                        if step.channel.is_none() || step.fallback == step.channel {
                            step.fallback = None;
                        }
                    })
                }
            />
            <Show when=move || is_own.get() fallback=|| view! { <p class="s">"For each person the first line of the table that fits; a channel that they asked for goes first."</p> }>
                <Pick
                    label="Where that is closed for somebody"
                    path=format!("steps.{id}.fallback")
                    options=or()
                    read=move |plan| of(plan, id).and_then(|step| step.fallback).map_or("", Channel::code).to_owned()
                    write=move |plan, typed| with(plan, id, |step| step.fallback = Channel::of_code(typed))
                />
            </Show>
            <Pick
                label="For"
                path=format!("steps.{id}.when")
                options=conditions
                read=move |plan| of(plan, id).map(|step| when_code(step.when)).unwrap_or_default().to_owned()
                write=move |plan, typed| {
                    let when = match typed {
                        "always" => When::Always,
                        "silent" => When::Silent,
                        "engaged" => When::Engaged,
                        "value" => When::Value { at_least: ValueTier::High },
                        _ => return false,
                    };
                    with(plan, id, |step| step.when = when)
                }
            />
            <Show when=move || is_value.get()>
                <Pick
                    label="Worth at least"
                    path=format!("steps.{id}.when.at_least")
                    options=values()
                    read=move |plan| match of(plan, id).map(|step| step.when) {
                        Some(When::Value { at_least }) => at_least.code().to_owned(),
                        _ => String::new(),
                    }
                    write=move |plan, typed| {
                        ValueTier::of_code(typed).is_some_and(|at_least| with(plan, id, |step| step.when = When::Value { at_least }))
                    }
                />
            </Show>
            <Show when=move || editor.may.get()>
                <div class="row"><Button small=true on_press=move |_| remove(editor, id, chosen)>"Take this step out"</Button></div>
            </Show>
        </fieldset>
    }
}

fn of(plan: &Plan, id: u8) -> Option<&PlanStep> {
    plan.steps.iter().find(|step| step.id == id)
}

/// Whether the step is there.
fn with(plan: &mut Plan, id: u8, act: impl FnOnce(&mut PlanStep)) -> bool {
    plan.steps.iter_mut().find(|step| step.id == id).map(act).is_some()
}

/// As the API names a message.
fn code(step: Step) -> String {
    serde_json::to_value(step).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
}

fn when_code(when: When) -> &'static str {
    match when {
        When::Always => "always",
        When::Silent => "silent",
        When::Engaged => "engaged",
        When::Value { .. } => "value",
    }
}

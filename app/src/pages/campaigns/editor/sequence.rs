//! The five messages in their order, each with its day, angle, subject and what the lint says.

use leptos::prelude::*;
use shared::message::Channel;
use shared::offer::Step;

use super::super::words::{STEPS, angle_name, channel_name, step_name, step_number};
use super::days::day_of;
use super::state::{At, Column, use_editor};
use crate::components::announce;
use crate::format::plural;

#[component]
pub(super) fn Sequence() -> impl IntoView {
    let items = STEPS.map(|step| view! { <Item step /> }).collect_view();
    let editor = use_editor();
    // Said once it stands still, and only where the number changed.
    let counts = Memo::new(move |_| {
        editor.composed.with(|composed| {
            let all = composed
                .as_ref()
                .map(|composed| composed.steps.iter().flat_map(|step| &step.messages).flat_map(|one| &one.findings));
            all.map(|found| {
                found.fold(
                    (0_u64, 0_u64),
                    |(errors, hints), one| if one.is_error { (errors + 1, hints) } else { (errors, hints + 1) },
                )
            })
        })
    });
    Effect::watch(
        move || counts.get(),
        move |now, before, _| {
            if let (Some((errors, _)), Some(Some((before, _)))) = (now, before)
                && errors != before
            {
                announce(match errors {
                    0 => "Nothing has to be mended any more.".to_owned(),
                    errors => format!("{errors} {} to mend.", plural(*errors, "thing", "things")),
                });
            }
        },
        false,
    );
    let sum = move || match counts.get() {
        None => String::new(),
        Some((0, 0)) => "Nothing to mend.".to_owned(),
        Some((0, hints)) => format!("Nothing to mend, {hints} {}.", plural(hints, "hint", "hints")),
        Some((errors, hints)) => format!("{errors} to mend, {hints} {}.", plural(hints, "hint", "hints")),
    };
    view! {
        <section class="press-sequence" aria-label="Sequence">
            <h2>"Sequence"</h2>
            <ol>{items}</ol>
            <p class="s two-lines">{sum}</p>
        </section>
    }
}

#[component]
fn Item(step: Step) -> impl IntoView {
    let editor = use_editor();
    let is_here = Memo::new(move |_| editor.at.with(|at| at.step == step));
    let timing = Memo::new(move |_| {
        editor.now.with(|now| {
            let angle = now.draft.steps.iter().find(|known| known.step == step).map(|known| angle_name(known.angle));
            (day_of(&now.plan, step), angle.unwrap_or_default())
        })
    });
    let subject = Memo::new(move |_| {
        let mail = editor.message(At { step, channel: Channel::Email })?;
        Some(mail.message.subjects.first()?.text.clone())
    });
    let found = Memo::new(move |_| {
        editor.composed.with(|composed| {
            let step = composed.as_ref()?.steps.iter().find(|known| known.step == step)?;
            let all = || step.messages.iter().flat_map(|one| &one.findings);
            let errors = all().filter(|one| one.is_error).count() as u64;
            Some((errors, all().count() as u64 - errors))
        })
    });
    let others = Memo::new(move |_| {
        editor.now.with(|now| {
            let step = now.draft.steps.iter().find(|known| known.step == step);
            let names = step.map(|step| {
                step.channels.iter().filter(|channel| **channel != Channel::Email).map(|channel| channel_name(*channel))
            });
            names.map(|names| names.collect::<Vec<_>>().join(", ")).unwrap_or_default()
        })
    });
    let choose = move |_| {
        editor.at.set(At { step, channel: Channel::Email });
        editor.column.set(Column::Words);
    };
    let badge = move || match found.get() {
        None | Some((0, 0)) => None,
        Some((0, hints)) => {
            Some(view! { <span class="badge hint">{format!("{hints} {}", plural(hints, "hint", "hints"))}</span> })
        }
        Some((errors, _)) => Some(view! { <span class="badge error">{format!("{errors} to mend")}</span> }),
    };
    view! {
        <li>
            <button type="button" class="press-step" aria-current=move || is_here.get().then_some("step") on:click=choose>
                <span class="row between">
                    <b>{step_number(step)} ". " {step_name(step)}</b>
                    {badge}
                </span>
                <span class="s">{move || { let (day, angle) = timing.get(); day.map_or_else(|| format!("Not in the plan · {angle}"), |day| format!("Day {day} · {angle}")) }}</span>
                <span class="cut-2" dir="auto">{move || subject.get()}</span>
                {move || Some(others.get()).filter(|others| !others.is_empty()).map(|others| view! { <span class="s">"Also: " {others}</span> })}
            </button>
        </li>
    }
}

//! The middle column: when and how a message comes, in which forms, and its words.

use leptos::prelude::*;
use shared::message::{Angle, Channel, Slot};
use shared::offer::Step;

use super::super::words::{angles, channel_name, step_name, step_number};
use super::days::day_of;
use super::findings::Findings;
use super::form::FormWords;
use super::slot::SlotCard;
use super::state::{At, Place, use_editor};
use crate::components::unique_id;

/// The parts of a mail in their order, below its subjects.
const SLOTS: [Slot; 7] = [Slot::Preheader, Slot::Opening, Slot::Value, Slot::Body, Slot::Offer, Slot::Action, Slot::Closing];

#[component]
pub(super) fn StepPanel() -> impl IntoView {
    let editor = use_editor();
    let step = Memo::new(move |_| editor.at.get().step);
    let channel = Memo::new(move |_| editor.at.get().channel);
    let heading = move || format!("{}. {}", step_number(step.get()), step_name(step.get()));
    view! {
        <section class="press-words" aria-label="Words">
            <h2>{heading}</h2>
            {move || view! { <When step=step.get() /> }}
            <Forms />
            {move || {
                step.get();
                match channel.get() {
                    Channel::Email => view! { <Mail /> }.into_any(),
                    channel => view! { <FormWords channel /> }.into_any(),
                }
            }}
        </section>
    }
}

/// The day, the angle, and the thread.
#[component]
fn When(step: Step) -> impl IntoView {
    let editor = use_editor();
    let number = step_number(step);
    let [angle_id, thread_id] = [unique_id(), unique_id()];
    let set_angle = move |event| {
        if let Some(angle) = Angle::of_code(&event_target_value(&event)) {
            editor.change_step("angle", |step| step.angle = angle);
        }
    };
    let day = Memo::new(move |_| editor.now.with(|now| day_of(&now.plan, step)));
    let plan = format!("/campaigns/{}/plan", editor.id.get_value());
    let angle = Memo::new(move |_| editor.step().map(|step| step.angle).unwrap_or_default());
    let thread = Memo::new(move |_| editor.step().is_some_and(|step| step.same_thread));
    let options = angles()
        .into_iter()
        .map(|(code, name)| {
            let known = code.clone();
            view! { <option value=code selected=move || angle.get().code() == known>{name}</option> }
        })
        .collect_view();
    let disabled = move || !editor.may.get();
    view! {
        <div class="press-when">
            <p class="field">
                {move || day.get().map_or_else(|| "Not in the plan yet.".to_owned(), |day| format!("Goes out on day {day}."))}
                " "
                <a href=plan.clone()>"Change the plan"</a>
            </p>
            <div class="field">
                <label for=angle_id.clone()>"Angle"</label>
                <select id=angle_id disabled=disabled on:change=set_angle>{options}</select>
            </div>
            {(number > 1).then(|| view! {
                <div class="field check">
                    <input
                        id=thread_id.clone()
                        type="checkbox"
                        disabled=disabled
                        prop:checked=move || thread.get()
                        on:change=move |event| {
                            let is_on = event_target_checked(&event);
                            editor.change_step("same_thread", |step| step.same_thread = is_on);
                        }
                    />
                    <label for=thread_id>"In the same thread as the mail before"</label>
                </div>
            })}
        </div>
    }
}

/// In which forms the message exists, and which of them is shown.
#[component]
fn Forms() -> impl IntoView {
    let editor = use_editor();
    let channels = Memo::new(move |_| editor.step().map(|step| step.channels).unwrap_or_default());
    let tabs = move || {
        let (known, at) = (channels.get(), editor.at.get());
        Channel::ALL
            .iter()
            .copied()
            .filter(|channel| known.contains(channel) || *channel == at.channel)
            .map(|channel| {
                view! {
                    <button
                        type="button"
                        aria-pressed=(at.channel == channel).to_string()
                        on:click=move |_| editor.at.set(At { channel, ..at })
                    >
                        {channel_name(channel)}
                    </button>
                }
            })
            .collect_view()
    };
    let boxes = Channel::ALL
        .iter()
        .copied()
        .filter(|channel| *channel != Channel::Email)
        .map(|channel| {
            let toggle = move |event| {
                let is_on = event_target_checked(&event);
                editor.change_step("channels", |step| {
                    step.channels.retain(|known| *known != channel);
                    if is_on {
                        step.channels.push(channel);
                        step.channels.sort_unstable();
                    }
                });
                let next = if is_on { channel } else { Channel::Email };
                editor.at.update(|at| at.channel = next);
            };
            view! {
                <label class="tickable">
                    <input
                        type="checkbox"
                        disabled=move || !editor.may.get()
                        prop:checked=move || channels.with(|channels| channels.contains(&channel))
                        on:change=toggle
                    />
                    {channel_name(channel)}
                </label>
            }
        })
        .collect_view();
    view! {
        <div class="press-forms">
            <div class="segmented" role="group" aria-label="Form that is shown">{tabs}</div>
            <details>
                <summary>"Other forms of this message"</summary>
                <fieldset class="tickables"><legend class="unseen">"It also goes out as"</legend>{boxes}</fieldset>
            </details>
        </div>
    }
}

#[component]
fn Mail() -> impl IntoView {
    let editor = use_editor();
    let slots = SLOTS.map(|slot| view! { <SlotCard place=Place::Slot(slot) /> }).collect_view();
    let whole = Signal::derive(move || {
        let at = At { channel: Channel::Email, ..editor.at.get() };
        let found = editor.message(at).map(|message| message.findings).unwrap_or_default();
        found.into_iter().filter(|one| one.slot.is_none()).collect::<Vec<_>>()
    });
    let words = Memo::new(move |_| {
        editor
            .message(At { channel: Channel::Email, ..editor.at.get() })
            .map(|message| (message.words, message.message.is_fallback))
    });
    view! {
        <p class="s two-lines">
            {move || words.get().map(|(words, is_fallback)| {
                let fallback = if is_fallback { " · too little is known of this person: the stated fallback" } else { "" };
                format!("{words} words, 150 to 200 read best{fallback}")
            })}
        </p>
        <Findings found=whole />
        <SlotCard place=Place::Subject(0) />
        <SlotCard place=Place::Subject(1) />
        {slots}
    }
}

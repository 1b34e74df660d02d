//! Thirty days with the steps as cards: moved by pointer or by the arrow keys, added, taken out.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::campaign::{Plan, PlanStep};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::super::editor::{Editor, use_editor};
use super::super::words::{step_name, way_name, when_name};
use super::drag::Drag;
use super::moves;
use crate::components::{Button, announce, unique_id};

#[component]
pub(super) fn Calendar(chosen: RwSignal<Option<u8>>) -> impl IntoView {
    let editor = use_editor();
    let drag = Drag::new();
    let help = unique_id();
    let described = StoredValue::new(help.clone());
    let days = (0..Plan::DAYS)
        .map(|day| {
            let steps = Memo::new(move |_| {
                editor.now.with(|now| now.plan.steps.iter().filter(|step| step.day == day).cloned().collect::<Vec<_>>())
            });
            let cards = move || {
                steps.get().into_iter().map(|step| view! { <Card step chosen drag help=described.get_value() /> }).collect_view()
            };
            view! {
                <li class="cal-day" class:no-step=move || steps.with(Vec::is_empty) class:over=move || drag.is_over(day) data-day=day.to_string()>
                    <span class="s">{if day == 0 { "Day 0, the entry".to_owned() } else { format!("Day {day}") }}</span>
                    {cards}
                    <Show when=move || editor.may.get()>
                        <button
                            type="button"
                            class="cal-add"
                            // The button above the calendar does the same for those who do not point.
                            tabindex="-1"
                            aria-hidden="true"
                            on:click=move |_| add(editor, day, chosen)
                        >
                            "+"
                        </button>
                    </Show>
                </li>
            }
        })
        .collect_view();
    let is_full = Signal::derive(move || editor.now.with(|now| now.plan.steps.len() >= Plan::MOST_STEPS));
    let count = move || {
        let (steps, last) = editor.now.with(|now| (now.plan.steps.len() as u64, now.plan.steps.last().map(|step| step.day)));
        let many = crate::format::plural(steps, "step", "steps");
        last.map_or_else(|| "No step yet".to_owned(), |last| format!("{steps} {many}, the last on day {last}"))
    };
    view! {
        <section class="panel pad stack" aria-label="Calendar">
            <div class="row spread">
                <h2>"30 days from the entry"</h2>
                <span class="row">
                    <span class="s">{count}</span>
                    <Show when=move || editor.may.get()>
                        <Button
                            small=true
                            disabled=is_full
                            on_press=move |_| add(editor, editor.now.with_untracked(|now| moves::next_day(&now.plan.steps)), chosen)
                        >
                            "Add a step"
                        </Button>
                    </Show>
                </span>
            </div>
            <ol class="calendar">{days}</ol>
            <p class="s" id=help>
                "Drag a step to another day, or press an arrow key on it: left and right move it by a day, up and down by a week. Delete takes it out; Ctrl+Z brings it back."
            </p>
        </section>
    }
}

#[component]
fn Card(step: PlanStep, chosen: RwSignal<Option<u8>>, drag: Drag, help: String) -> impl IntoView {
    let editor = use_editor();
    let id = step.id;
    let by = step.channel.map_or("By the table", way_name);
    let when = when_name(step.when);
    let is_all = step.when == Default::default();
    let place = format!("Step {id}, day {}: ", step.day);
    let on_key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let by = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            "ArrowUp" => -7,
            "ArrowDown" => 7,
            "Delete" | "Backspace" => {
                event.prevent_default();
                return remove(editor, id, chosen);
            }
            "Escape" if drag.cancel() => return,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let day =
            editor.now.with_untracked(|now| now.plan.steps.iter().find(|step| step.id == id).map(|step| i32::from(step.day)));
        if let Some(day) = day {
            put(editor, id, day + by);
        }
    };
    let drop_here = move |_| {
        if let Some((step, day)) = drag.release() {
            put(editor, step, i32::from(day));
        }
    };
    view! {
        <button
            type="button"
            class="cal-card"
            class:dragged=move || drag.is_of(id)
            data-step=id.to_string()
            aria-current=move || (chosen.get() == Some(id)).then_some("step")
            aria-describedby=help
            on:click=move |_| chosen.set(Some(id))
            on:keydown=on_key
            on:pointerdown=move |event| {
                if editor.may.get_untracked() {
                    drag.press(id, &event);
                }
            }
            on:pointermove=move |event| drag.stray(&event)
            on:pointerup=drop_here
            on:pointercancel=move |_| {
                drag.cancel();
            }
        >
            <span class="unseen">{place}</span>
            <b>{step_name(step.message)}</b>
            <span class="unseen">", "</span>
            <span class="s">{by}</span>
            {(!is_all).then(|| view! { <span class="s cut-2">{when}</span> })}
        </button>
    }
}

fn add(editor: Editor, day: u16, chosen: RwSignal<Option<u8>>) {
    let mut added = None;
    editor.change_plan("steps add", |plan| added = moves::add(&mut plan.steps, day));
    match added {
        Some(id) => {
            chosen.set(Some(id));
            focus(id);
            announce(format!("Step {id} is added on day {day}."));
        }
        None => announce("There is no room for another step."),
    }
}

fn put(editor: Editor, id: u8, day: i32) {
    let mut moved = None;
    editor.change_plan(&format!("steps {id} day"), |plan| moved = moves::put(&mut plan.steps, id, day));
    if let Some(day) = moved {
        // It is another element now.
        focus(id);
        announce(format!("Step {id} is on day {day}."));
    }
}

pub(super) fn remove(editor: Editor, id: u8, chosen: RwSignal<Option<u8>>) {
    let mut next = None;
    editor.change_plan("steps remove", |plan| next = moves::remove(&mut plan.steps, id));
    if !editor.may.get_untracked() {
        return;
    }
    chosen.set(next);
    if let Some(next) = next {
        focus(next);
    }
    announce(format!("Step {id} is taken out. Ctrl+Z brings it back."));
}

fn focus(id: u8) {
    request_animation_frame(move || {
        let card = document().query_selector(&format!("[data-step='{id}']")).ok().flatten();
        if let Some(card) = card.and_then(|card| card.dyn_into::<HtmlElement>().ok()) {
            let _ = card.focus();
        }
    });
}

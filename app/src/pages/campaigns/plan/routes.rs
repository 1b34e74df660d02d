//! The table of segments and channels: over which channel whom, with the reason. The first line that fits counts.

use leptos::prelude::*;
use shared::campaign::{Channel, Plan, Route};
use shared::reason::Reason;
use shared::segment::ValueTier;

use super::super::bound::bound;
use super::super::editor::{Editor, use_editor};
use super::super::words::{reasons, values, ways};
use crate::components::{Button, Select, Table, announce, unique_id};

#[component]
pub(super) fn RoutesPanel() -> impl IntoView {
    let editor = use_editor();
    let count = Memo::new(move |_| editor.now.with(|now| now.plan.routes.len()));
    let add = move |_| {
        editor.change_plan("routes add", |plan| {
            // A last line that fits everybody stays the last one.
            let is_rest = |route: &Route| route.value.is_none() && route.reason.is_none();
            let place = plan.routes.iter().position(is_rest).unwrap_or(plan.routes.len());
            plan.routes.insert(place, new_line(&plan.routes));
        });
        announce("A line is added.");
    };
    let is_full = Signal::derive(move || count.get() >= Plan::MOST_ROUTES);
    let rows = move || (0..count.get()).map(|place| view! { <Line place count /> }).collect_view();
    view! {
        <section class="panel routes">
            <div class="section-head">
                <h2>"Who is reached how"</h2>
                <span class="s">"The first line that fits somebody counts. A channel that they asked for goes before all."</span>
            </div>
            <fieldset disabled=move || !editor.may.get()>
            <legend class="unseen">"Channels by value and reason"</legend>
            <Table caption="Channels by value and reason" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Value"</th>
                        <th scope="col">"Reason"</th>
                        <th scope="col">"First choice"</th>
                        <th scope="col">"Else"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col"><span class="unseen">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
            </fieldset>
            {move || (count.get() == 0).then(|| view! { <p class="pad m">"Without a line, each person is reached by e-mail."</p> })}
            <Show when=move || editor.may.get()>
                <div class="pad row"><Button small=true disabled=is_full on_press=add>"Add a line"</Button></div>
            </Show>
        </section>
    }
}

/// For a value that no line fits as a whole yet.
fn new_line(known: &[Route]) -> Route {
    let is_free = |value: &ValueTier| known.iter().all(|route| route.value != Some(*value) || route.reason.is_some());
    Route {
        value: ValueTier::ALL.into_iter().rev().find(is_free),
        reason: None,
        first: Channel::Email,
        fallback: None,
        why: "Chosen by hand.".to_owned(),
    }
}

#[component]
fn Line(place: usize, count: Memo<usize>) -> impl IntoView {
    let editor = use_editor();
    let number = place + 1;
    let any = |words: &str, options: Vec<(String, String)>| {
        Signal::stored(std::iter::once((String::new(), words.to_owned())).chain(options).collect::<Vec<_>>())
    };
    let value = cell(
        editor,
        place,
        "value",
        |route| route.value.map_or("", ValueTier::code).to_owned(),
        |route, typed| {
            route.value = ValueTier::of_code(typed);
            true
        },
    );
    let reason = cell(
        editor,
        place,
        "reason",
        |route| route.reason.map_or("", Reason::code).to_owned(),
        |route, typed| {
            route.reason = Reason::of_code(typed);
            true
        },
    );
    let first = cell(
        editor,
        place,
        "first",
        |route| route.first.code().to_owned(),
        |route, typed| Channel::of_code(typed).inspect(|channel| route.first = *channel).is_some(),
    );
    let fallback = cell(
        editor,
        place,
        "fallback",
        |route| route.fallback.map_or("", Channel::code).to_owned(),
        |route, typed| {
            route.fallback = Channel::of_code(typed);
            true
        },
    );
    let why = cell(
        editor,
        place,
        "why",
        |route| route.why.clone(),
        |route, typed| {
            route.why = typed.to_owned();
            true
        },
    );
    let [why_id, error_id] = [unique_id(), unique_id()];
    let wrong = Memo::new(move |_| {
        let path = format!("routes.{place}");
        let is_its = |field: &str| field.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        editor.now.with(|now| now.check_plan().into_iter().find(|(field, _)| is_its(field)).map(|(_, fix)| fix))
    });
    let described = error_id.clone();
    let swap = move |up: bool| {
        editor.change_plan("routes order", |plan| {
            let other = if up { place.checked_sub(1) } else { place.checked_add(1) };
            if let Some(other) = other.filter(|other| *other < plan.routes.len()) {
                plan.routes.swap(place, other);
            }
        });
        announce(if up { "The line moves up." } else { "The line moves down." });
    };
    let remove = move |_| {
        editor.change_plan("routes remove", |plan| {
            if place < plan.routes.len() {
                plan.routes.remove(place);
            }
        });
        announce("The line is taken out.");
    };
    let unseen = move || view! { <span class="unseen">{format!(" line {number}")}</span> };
    view! {
        <tr>
            <td><Select label=format!("Value of line {number}") value options=any("Any value", values()) bare=true /></td>
            <td><Select label=format!("Reason of line {number}") value=reason options=any("Any reason", reasons()) bare=true /></td>
            <td><Select label=format!("First choice of line {number}") value=first options=Signal::stored(ways()) bare=true /></td>
            <td><Select label=format!("Else of line {number}") value=fallback options=any("Nothing", ways()) bare=true /></td>
            <td class="why-cell">
                <div class="field">
                    <label class="unseen" for=why_id.clone()>{format!("Why of line {number}")}</label>
                    <input
                        id=why_id
                        type="text"
                        dir="auto"
                        disabled=move || !editor.may.get()
                        prop:value=move || why.get()
                        on:input=move |event| why.set(event_target_value(&event))
                        aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                        aria-describedby=move || wrong.with(Option::is_some).then(|| described.clone())
                    />
                    {move || wrong.get().map(|fix| view! { <p class="error" id=error_id.clone()>{fix}</p> })}
                </div>
            </td>
            <td class="acts">
                <Show when=move || editor.may.get()>
                    <Button small=true disabled=place == 0 on_press=move |_| swap(true)>"Up" {unseen()}</Button>
                    " "
                    <Button small=true disabled=Signal::derive(move || number >= count.get()) on_press=move |_| swap(false)>"Down" {unseen()}</Button>
                    " "
                    <Button small=true on_press=remove>"Remove" {unseen()}</Button>
                </Show>
            </td>
        </tr>
    }
}

/// A field of one line; a line that was taken out meanwhile reads as nothing and takes nothing.
fn cell(
    editor: Editor,
    place: usize,
    name: &'static str,
    read: fn(&Route) -> String,
    write: fn(&mut Route, &str) -> bool,
) -> RwSignal<String> {
    let known = bound(
        editor,
        format!("routes {place} {name}"),
        move |plan| plan.routes.get(place).map(read).unwrap_or_default(),
        move |plan, typed| plan.routes.get_mut(place).is_some_and(|route| write(route, typed)),
    );
    known.value
}

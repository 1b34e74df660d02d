//! Everybody of the campaign: in which arm, at which step, or why not.

use leptos::prelude::*;
use shared::api::{Arm, EntriesResponse, EntryRow};
use shared::campaign::Reason;

use super::super::editor::use_editor;
use super::super::words::{state_name, way_name};
use crate::components::{Button, DateText, EmptyState, Growing, Grown, Select, Table, grow};
use crate::query::address;

const STATES: [(&str, &str); 5] =
    [("", "Everybody"), ("open", "On the way"), ("ended", "Through"), ("left_out", "Left out"), ("held_out", "Held out")];

#[component]
pub(super) fn EntriesPanel() -> impl IntoView {
    let editor = use_editor();
    let state = RwSignal::new(String::new());
    let reason = RwSignal::new(String::new());
    let shown = RwSignal::new(Grown::<EntryRow>::default());
    let id = editor.id.get_value();
    let load = grow(
        shown,
        "people",
        move |cursor| {
            let (state, reason) = (state.get_untracked(), reason.get_untracked());
            let query =
                address(&[("state", &state), ("reason", &reason), ("limit", "50"), ("cursor", cursor.unwrap_or_default())]);
            format!("/api/campaigns/{id}/entries{query}")
        },
        |answer: EntriesResponse| (answer.entries, answer.meta.next_cursor),
    );
    Effect::new(move || {
        state.track();
        reason.track();
        load.run(false);
    });
    let states = STATES.map(|(code, words)| (code.to_owned(), words.to_owned())).to_vec();
    let rows = move || shown.with(|shown| shown.items.iter().cloned().map(|one| view! { <Row one /> }).collect_view());
    view! {
        <Growing
            shown
            load
            nothing=|| view! { <EmptyState title="Nobody"><p>"Nobody stands there. Choose another state or reason."</p></EmptyState> }
            list=move || view! {
                <Table caption="People of the campaign" unseen_caption=true>
                    <thead>
                        <tr>
                            <th scope="col">"Customer"</th>
                            <th scope="col">"Stands"</th>
                            <th scope="col">"Newest message"</th>
                            <th scope="col">"Entered"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </Table>
            }
        >
            <div class="section-head">
                <h2>"People"</h2>
                <span class="row">
                    <Select label="Which people" value=state options=Signal::stored(states) bare=true />
                    <Select label="For which reason" value=reason options=Signal::stored(reason_options()) bare=true />
                    <Button small=true on_press=move |_| load.run(false)>"Look again"</Button>
                </span>
            </div>
        </Growing>
    }
}

pub(super) fn reason_options() -> Vec<(String, String)> {
    std::iter::once((String::new(), "Any reason".to_owned()))
        .chain(Reason::ALL.iter().map(|reason| (reason.code().to_owned(), reason.words().to_owned())))
        .collect()
}

#[component]
fn Row(one: EntryRow) -> impl IntoView {
    let EntryRow { customer, customer_name, number, arm, state, reason, text, entered_at, ended_at, last } = one;
    let stands = match (arm, state.as_str()) {
        (Arm::Holdout, _) => "Held out",
        (Arm::GlobalHoldout, _) => "Held out of all campaigns",
        (Arm::Contacted, "open") => "On the way",
        (Arm::Contacted, "left_out") => "Left out",
        (Arm::Contacted, _) => "Through",
    };
    let why = text.or_else(|| reason.map(|reason| reason.words().to_owned()));
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/customers/{customer}") dir="auto">{customer_name}</a>
                {(number > 1).then(|| view! { <span class="s">{format!(" entry {number}")}</span> })}
            </th>
            <td>{stands} {why.map(|why| view! { <div class="s" dir="auto">{why}</div> })}</td>
            <td>
                {last.map(|last| view! {
                    {format!("Step {}, {}: {}", last.step, way_name(last.channel), state_name(last.state).to_lowercase())}
                    <div class="s"><DateText at=last.due_at /></div>
                })}
            </td>
            <td><DateText at=entered_at /> {ended_at.map(|at| view! { <div class="s">"until " <DateText at /></div> })}</td>
        </tr>
    }
}

//! Why the text reads as it does: the block behind each part, and the facts that it rests on.

use leptos::prelude::*;
use shared::message::{FactKey, Part};

use super::super::words::{fact_name, fact_text, slot_name};
use super::state::use_editor;
use crate::components::Table;
use crate::locale;

#[component]
pub(super) fn Why() -> impl IntoView {
    let editor = use_editor();
    let message = Memo::new(move |_| editor.message(editor.at.get()).map(|message| message.message));
    let person = Memo::new(move |_| editor.audience.person());
    let parts = move || {
        message.with(|message| {
            let message = message.as_ref()?;
            let all = message.subjects.iter().chain(&message.preheader).chain(&message.parts);
            let rows = all
                .map(|Part { slot, block, facts, .. }| {
                    let from = match block.as_str() {
                        "own" => "your own words".to_owned(),
                        "model" => "a language model".to_owned(),
                        block => block.to_owned(),
                    };
                    let facts = facts.iter().map(|key| fact_name(*key)).collect::<Vec<_>>().join(", ");
                    view! {
                        <tr>
                            <th scope="row">{slot_name(*slot)}</th>
                            <td class="breaks">{from}</td>
                            <td>{if facts.is_empty() { "none".to_owned() } else { facts }}</td>
                        </tr>
                    }
                })
                .collect_view();
            Some(rows)
        })
    };
    let facts = move || {
        let used: Vec<FactKey> =
            message.with(|message| message.as_ref().map(|message| message.facts.clone()).unwrap_or_default());
        let known = person.get()?.recipient.facts;
        let items = known
            .into_iter()
            .map(|fact| {
                let is_used = used.contains(&fact.key);
                view! {
                    <li>
                        <b>{fact_name(fact.key)}</b> ": " <span dir="auto">{fact_text(&fact.value)}</span>
                        {is_used.then(|| view! { " " <span class="chip">"in this message"</span> })}
                        <span class="s block" dir="auto">{fact.source} {fact.day.map(|day| format!(", {}", locale::day(&day)))}</span>
                    </li>
                }
            })
            .collect_view();
        Some(items)
    };
    let promise = move || {
        let step = editor.at.get().step;
        let known = person.get()?.promises.into_iter().find(|known| known.step == step)?;
        let words = match &known.promise {
            Some(promise) => {
                let code = promise.code.as_ref().map(|code| {
                    format!(", code {code}{}", if known.is_sample { " (an example: the real one is reserved later)" } else { "" })
                });
                format!("{}, until {}{}", promise.name, locale::day(&promise.expires), code.unwrap_or_default())
            }
            None if known.why.is_empty() => "Nothing is offered in this step.".to_owned(),
            None => format!("Nothing is offered: {}", known.why.join("; ")),
        };
        Some(view! { <p dir="auto"><b>"Offer: "</b>{words}</p> })
    };
    view! {
        <details class="press-why">
            <summary>"Why this text"</summary>
            <Table caption="Where each part comes from" unseen_caption=true>
                <thead><tr><th scope="col">"Part"</th><th scope="col">"Text from"</th><th scope="col">"Rests on"</th></tr></thead>
                <tbody>{parts}</tbody>
            </Table>
            {promise}
            <h3>"What is known of them"</h3>
            <ul class="dots">{facts}</ul>
        </details>
    }
}

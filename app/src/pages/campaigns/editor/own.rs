//! Words that somebody writes for a slot: a template that may name facts of the person.

use leptos::html;
use leptos::prelude::*;
use shared::message::check::is_line;
use shared::message::{Choice, FactKey};

use super::super::words::{choice_name, fact_name, fact_text, slot_name};
use super::slot::paragraphs;
use super::state::{Place, use_editor};
use crate::components::{Button, Popover, unique_id};

#[component]
pub(super) fn OwnWords(place: Place) -> impl IntoView {
    let editor = use_editor();
    let id = unique_id();
    let text = Memo::new(move |_| match editor.choice(place) {
        Choice::Own { text } | Choice::Model { text, .. } => text,
        _ => String::new(),
    });
    let whose = Memo::new(move |_| choice_name(&editor.choice(place)));
    let area = NodeRef::<html::Textarea>::new();
    let write = move |text: String| {
        let text = if is_line(place.slot()) { text.replace(['\n', '\r'], " ") } else { text };
        editor.choose(place, Choice::Own { text });
    };
    let insert = move |key: FactKey| {
        let Some(area) = area.get_untracked() else { return };
        let text = text.get_untracked();
        // Places in a text area are counted in UTF-16.
        let at = area.selection_start().ok().flatten().unwrap_or(u32::MAX);
        let (before, after) = cut(&text, at);
        write(format!("{before}{{{{ {} }}}}{after}", key.code()));
        let _ = area.focus();
    };
    let facts = Memo::new(move |_| editor.audience.person().map(|person| person.recipient.facts).unwrap_or_default());
    let open = RwSignal::new(false);
    let list = move || {
        facts
            .get()
            .into_iter()
            .map(|fact| {
                let key = fact.key;
                view! {
                    <li>
                        <button type="button" class="btn small quiet fact" on:click=move |_| { insert(key); open.set(false); }>
                            <b>{fact_name(key)}</b> <span class="s breaks" dir="auto">{fact_text(&fact.value)}</span>
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    let told = Memo::new(move |_| editor.part(place).map(|part| part.text));
    let rows = if is_line(place.slot()) { "2" } else { "5" };
    let label = format!("{}: your own words", slot_name(place.slot()));
    view! {
        <div class="field">
            <label class="unseen" for=id.clone()>{label}</label>
            <textarea
                id=id
                node_ref=area
                rows=rows
                dir="auto"
                disabled=move || !editor.may.get()
                prop:value=move || text.get()
                on:input=move |event| write(event_target_value(&event))
            ></textarea>
        </div>
        <div class="row between">
            <span class="s">{move || whose.get()}</span>
            <Show when=move || facts.with(|facts| !facts.is_empty()) && editor.may.get()>
                <Popover words=|| "Insert a fact" title="Facts of this person" open=open>
                    <ul class="press-facts">{list()}</ul>
                </Popover>
            </Show>
            <Show when=move || text.with(|text| text.trim().is_empty())>
                <Button small=true on_press=move |_| editor.choose(place, Choice::Composer)>"Leave it to the composer"</Button>
            </Show>
        </div>
        {move || told.get().filter(|told| *told != text.get()).map(|told| view! {
            <div class="slot-words" dir="auto"><span class="s">"For this person:"</span> {paragraphs(&told)}</div>
        })}
    }
}

/// Before and after a place counted in UTF-16 units.
fn cut(text: &str, at: u32) -> (&str, &str) {
    let mut units = 0;
    for (byte, letter) in text.char_indices() {
        if units >= at {
            return text.split_at(byte);
        }
        units += letter.len_utf16() as u32;
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_place_in_a_text_area_is_found_beside_letters_of_two_units() {
        assert_eq!(cut("a😀b", 3), ("a😀", "b"));
        assert_eq!(cut("a😀b", 0), ("", "a😀b"));
        assert_eq!(cut("ab", 99), ("ab", ""));
    }
}

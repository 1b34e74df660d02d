//! One slot of a mail: its words for the shown person, where they come from, and what can be done about them.

use leptos::prelude::*;
use shared::api::composing::Found;
use shared::message::{Channel, Choice, Slot};

use super::super::words::{choice_name, slot_about, slot_name};
use super::diff::{Run, diff};
use super::findings::Findings;
use super::model::AskModel;
use super::own::OwnWords;
use super::state::{At, Place, use_editor};
use crate::components::{Button, announce, unique_id};

/// What a slot's words are made by, without the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Composer,
    Pinned,
    Person,
}

#[component]
pub(super) fn SlotCard(place: Place) -> impl IntoView {
    let editor = use_editor();
    let slot = place.slot();
    let name = match place {
        Place::Subject(0) => "Subject A".to_owned(),
        Place::Subject(_) => "Subject B".to_owned(),
        Place::Slot(slot) => slot_name(slot).to_owned(),
    };
    let choice = Memo::new(move |_| editor.choice(place));
    let by = Memo::new(move |_| {
        choice.with(|choice| match choice {
            Choice::Composer => By::Composer,
            Choice::Pinned { .. } => By::Pinned,
            Choice::Own { .. } | Choice::Model { .. } => By::Person,
        })
    });
    let part = Memo::new(move |_| editor.part(place));
    let found = Signal::derive(move || {
        of_slot(editor.message(mail(editor.at.get())).map(|message| message.findings).unwrap_or_default(), place)
    });
    let candidates = Memo::new(move |_| {
        editor.composed.with(|composed| {
            composed.as_ref().and_then(|composed| composed.slots.iter().find(|known| known.slot == slot).cloned())
        })
    });
    let is_diffed = RwSignal::new(false);
    let before = Memo::new(move |_| {
        let at = mail(editor.at.get());
        editor.before.with(|before| {
            before
                .as_ref()
                .filter(|(known, known_slot, _)| mail(*known) == at && *known_slot == slot)
                .map(|(.., words)| words.clone())
        })
    });
    // The next block that fits this person, and from the last the first.
    let another = move |_| {
        let Some(known) = candidates.get_untracked() else { return };
        let current = match choice.get_untracked() {
            Choice::Pinned { block } => Some(block),
            _ => part.get_untracked().map(|part| part.block),
        };
        let place_of = |name: &String| known.blocks.iter().position(|block| block == name);
        // Whose block is not told, such as a button's, is the composer's first.
        let next = current.as_ref().and_then(place_of).unwrap_or(0) + 1;
        if let Some(block) = known.blocks.get(next).or_else(|| known.blocks.first()) {
            editor.choose(place, Choice::Pinned { block: block.clone() });
            announce("Other words are taken.");
        }
    };
    let pin = move |_| {
        let block = part.get_untracked().map(|part| part.block).filter(|block| !block.is_empty());
        match (by.get_untracked(), block) {
            (By::Pinned, _) => editor.choose(place, Choice::Composer),
            (_, Some(block)) => editor.choose(place, Choice::Pinned { block }),
            _ => {}
        }
    };
    let write = move |_| {
        let template = candidates.get_untracked().and_then(|known| known.template);
        let text = template.or_else(|| part.get_untracked().map(|part| part.text)).unwrap_or_default();
        editor.choose(place, Choice::Own { text });
    };
    let no_block = Signal::derive(move || part.with(|part| part.as_ref().is_none_or(|part| part.block.is_empty())));
    let few = Signal::derive(move || candidates.with(|known| known.as_ref().is_none_or(|known| known.blocks.len() < 2)));
    let whose = StoredValue::new(format!(" {}", name.to_lowercase()));
    let unseen = move || view! { <span class="unseen">{whose.get_value()}</span> };
    let heading = unique_id();
    let named = heading.clone();
    let words = move || match part.get() {
        Some(part) => paragraphs(&part.text),
        None if editor.composed.with(Option::is_none) => view! { <p class="m">"Being written…"</p> }.into_any(),
        None if slot == Slot::Offer => view! { <p class="m">"This step offers this person nothing."</p> }.into_any(),
        None => view! { <p class="m">"Nothing stands here for this person."</p> }.into_any(),
    };
    view! {
        <section class="slot" aria-labelledby=named>
            <div class="row between">
                <h3 id=heading>{name} <span class="s">{slot_about(slot)}</span></h3>
                <span class="chip">{move || choice.with(choice_name)}</span>
            </div>
            {move || match by.get() {
                By::Person => view! { <OwnWords place /> }.into_any(),
                _ => view! { <div class="slot-words" dir="auto">{words}</div> }.into_any(),
            }}
            <Findings found />
            <Show when=move || editor.may.get()>
                <div class="row">
                    {move || match by.get() {
                        By::Person => view! {
                            <Button small=true on_press=move |_| editor.choose(place, Choice::Composer)>"Back to the composer's" {unseen()}</Button>
                        }.into_any(),
                        by => view! {
                            <Button small=true disabled=few on_press=another>"Other words" {unseen()}</Button>
                            <Button small=true disabled=no_block on_press=pin>{if by == By::Pinned { "Unpin" } else { "Pin" }} {unseen()}</Button>
                            <Button small=true on_press=write>"Write my own" {unseen()}</Button>
                        }.into_any(),
                    }}
                    <AskModel place />
                    <Show when=move || before.with(Option::is_some)>
                        <button
                            type="button"
                            class="btn small quiet"
                            aria-expanded=move || is_diffed.get().to_string()
                            on:click=move |_| is_diffed.update(|is_diffed| *is_diffed = !*is_diffed)
                        >
                            "What changed" {unseen()}
                        </button>
                    </Show>
                </div>
            </Show>
            {move || {
                let before = before.get().filter(|_| is_diffed.get())?;
                let after = part.get().map(|part| part.text).unwrap_or_default();
                Some(view! { <DiffText before after /> })
            }}
        </section>
    }
}

/// Two texts as one, with what went and what came marked by more than colour.
#[component]
pub(in crate::pages::campaigns) fn DiffText(before: String, after: String) -> impl IntoView {
    if before == after {
        return view! { <p class="s">"The words are the same for this person."</p> }.into_any();
    }
    let runs = diff(&before, &after)
        .into_iter()
        .map(|run| match run {
            Run::Same(text) => view! { <span>{text}</span> }.into_any(),
            Run::Gone(text) => view! { <del>{text}</del> }.into_any(),
            Run::New(text) => view! { <ins>{text}</ins> }.into_any(),
        })
        .collect_view();
    view! { <p class="diff" dir="auto">{runs}</p> }.into_any()
}

pub(super) fn paragraphs(text: &str) -> AnyView {
    text.split("\n\n").map(|paragraph| view! { <p>{paragraph.to_owned()}</p> }).collect_view().into_any()
}

fn mail(at: At) -> At {
    At { channel: Channel::Email, ..at }
}

/// Findings of a place: both subjects share a slot, so that one is told by its words.
fn of_slot(found: Vec<Found>, place: Place) -> Vec<Found> {
    let of_other = |one: &Found| match place {
        Place::Subject(variant) => one.variant.is_some_and(|known| usize::from(known) != variant),
        Place::Slot(_) => false,
    };
    found.into_iter().filter(|one| one.slot == Some(place.slot()) && !of_other(one)).collect()
}

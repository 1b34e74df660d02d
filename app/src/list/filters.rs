//! What narrows a list down: chosen in a panel, shown as chips that take it away again. The address keeps all of it.

use leptos::prelude::*;
use shared::api::{Lifecycle, TagCount, Tier};

use super::List;
use crate::components::{Button, ButtonKind, Popover, Select, unique_id};
use crate::format;
use crate::locale;
use crate::query::{ListQuery, ME, NOBODY, countries};

/// Opens the choice of filters. `tiers` offers tiers too, where no cards do.
#[component]
pub(super) fn FilterButton(list: List, tiers: bool) -> impl IntoView {
    let count = move || list.query.with(|query| chips(query).len());
    let words = move || match count() {
        0 => "Filter".to_owned(),
        count => format!("Filter ({count})"),
    };
    let open = RwSignal::new(false);
    Effect::new(move || {
        if open.get() {
            list.team.want_people();
            list.team.want_tags();
        }
    });
    view! {
        <Popover words=move || view! { <span>{words}</span> } title="Filters of this list" open>
            {tiers.then(|| view! { <Boxes list legend="Tier" all=Tier::ALL.map(Chip::Tier).to_vec() /> })}
            <Choice list label="Looked after by" options=owners read=|query| query.owner.clone() write=|query, value| query.owner = value />
            <Choice list label="Tag" options=tags read=|query| query.tag.clone() write=|query, value| query.tag = value />
            <Boxes list legend="Lifecycle" all=Lifecycle::ALL.map(Chip::Lifecycle).to_vec() />
            <Countries list />
            {move || list.team.failure.get().map(|failure| view! { <p class="error" role="alert">{failure.text()}</p> })}
            <Show when=move || list.is_filtered()>
                <Button small=true kind=ButtonKind::Quiet on_press=move |_| list.clear()>"Clear search and filters"</Button>
            </Show>
        </Popover>
    }
}

/// The filters in force, each with its way out.
#[component]
pub(super) fn Chips(list: List) -> impl IntoView {
    // A list opened by its address names its owner, too.
    Effect::new(move || {
        if list.query.with(|query| query.owner.as_ref().is_some_and(|owner| owner != ME && owner != NOBODY)) {
            list.team.want_people();
        }
    });
    let all = Memo::new(move |_| list.query.with(chips));
    let chip = move |chip: Chip| {
        let words = chip.words(list);
        let label = format!("Remove the filter {words}");
        view! {
            <button class="chip" type="button" aria-label=label on:click=move |_| list.show(|query| chip.remove(query), false)>
                <span class="cut" dir="auto">{words}</span>
                <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" stroke-width="1.5" /></svg>
            </button>
        }
    };
    view! {
        <div class="filter-chips" role="group" aria-label="Filters in force">
            {move || all.get().into_iter().map(chip).collect_view()}
        </div>
    }
}

/// A filter in force.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Chip {
    Tier(Tier),
    Owner(String),
    Tag(String),
    Segment(String),
    Lifecycle(Lifecycle),
    Country(String),
}

fn chips(query: &ListQuery) -> Vec<Chip> {
    let tiers = query.tiers.iter().copied().map(Chip::Tier);
    let lifecycles = query.lifecycle.iter().copied().map(Chip::Lifecycle);
    let owner = query.owner.iter().cloned().map(Chip::Owner);
    let tag = query.tag.iter().cloned().map(Chip::Tag);
    let countries = query.country.iter().cloned().map(Chip::Country);
    let segment = query.segment.iter().cloned().map(Chip::Segment);
    tiers.chain(owner).chain(tag).chain(segment).chain(lifecycles).chain(countries).collect()
}

impl Chip {
    fn words(&self, list: List) -> String {
        match self {
            Self::Tier(tier) => format::tier(*tier).to_owned(),
            Self::Owner(id) => match id.as_str() {
                ME => "Looked after by me".to_owned(),
                NOBODY => "Looked after by nobody".to_owned(),
                id => format!("Looked after by {}", list.team.name(id).unwrap_or_else(|| "somebody".to_owned())),
            },
            Self::Tag(tag) => format!("Tag: {tag}"),
            Self::Segment(_) => "In a segment".to_owned(),
            Self::Lifecycle(lifecycle) => capital(format::lifecycle(*lifecycle)),
            Self::Country(country) => country.clone(),
        }
    }

    fn add(&self, query: &mut ListQuery) {
        // Twice is once.
        self.remove(query);
        match self {
            Self::Tier(tier) => query.tiers.push(*tier),
            Self::Owner(owner) => query.owner = Some(owner.clone()),
            Self::Tag(tag) => query.tag = Some(tag.clone()),
            Self::Segment(segment) => query.segment = Some(segment.clone()),
            Self::Lifecycle(lifecycle) => query.lifecycle.push(*lifecycle),
            Self::Country(country) => query.country.push(country.clone()),
        }
    }

    fn remove(&self, query: &mut ListQuery) {
        match self {
            Self::Tier(tier) => query.tiers.retain(|known| known != tier),
            Self::Owner(_) => query.owner = None,
            Self::Tag(_) => query.tag = None,
            Self::Segment(_) => query.segment = None,
            Self::Lifecycle(lifecycle) => query.lifecycle.retain(|known| known != lifecycle),
            Self::Country(country) => query.country.retain(|known| known != country),
        }
    }
}

/// One of several, or any.
#[component]
fn Choice(
    list: List,
    label: &'static str,
    options: fn(List, Option<String>) -> Vec<(String, String)>,
    read: fn(&ListQuery) -> Option<String>,
    write: fn(&mut ListQuery, Option<String>),
) -> impl IntoView {
    let chosen = Memo::new(move |_| list.query.with(read));
    let value = RwSignal::new(chosen.get_untracked().unwrap_or_default());
    Effect::new(move || value.set(chosen.get().unwrap_or_default()));
    Effect::watch(
        move || value.get(),
        move |value, _, _| {
            let value = Some(value.clone()).filter(|value| !value.is_empty());
            list.show(|query| write(query, value), false);
        },
        false,
    );
    let options = Signal::derive(move || options(list, chosen.get()));
    view! { <Select label value options /> }
}

/// What a person sees of an owner's choice; one who has left the team stays as long as the address names them.
fn owners(list: List, chosen: Option<String>) -> Vec<(String, String)> {
    let mut options =
        vec![(String::new(), "Anybody".to_owned()), (ME.to_owned(), "Me".to_owned()), (NOBODY.to_owned(), "Nobody".to_owned())];
    options.extend(list.team.people.get().into_iter().map(|person| (person.id.to_string(), person.name)));
    keep(options, chosen)
}

fn tags(list: List, chosen: Option<String>) -> Vec<(String, String)> {
    let used = list.team.tags.get().into_iter().map(|TagCount { tag, customers }| {
        let words = format!("{tag} ({})", locale::count(customers));
        (tag, words)
    });
    keep(std::iter::once((String::new(), "Any".to_owned())).chain(used).collect(), chosen)
}

fn keep(mut options: Vec<(String, String)>, chosen: Option<String>) -> Vec<(String, String)> {
    if let Some(chosen) = chosen.filter(|chosen| !options.iter().any(|(value, _)| value == chosen)) {
        options.push((chosen.clone(), chosen));
    }
    options
}

/// Any of several; none is all.
#[component]
fn Boxes(list: List, legend: &'static str, all: Vec<Chip>) -> impl IntoView {
    let boxes = all
        .into_iter()
        .map(|chip| {
            let words = chip.words(list);
            let wanted = chip.clone();
            view! {
                <label>
                    <input
                        type="checkbox"
                        prop:checked=move || list.query.with(|query| chips(query).contains(&wanted))
                        on:change=move |event| {
                            let chosen = event_target_checked(&event);
                            list.show(|query| if chosen { chip.add(query) } else { chip.remove(query) }, false);
                        }
                    />
                    {words}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="boxes">
            <legend>{legend}</legend>
            {boxes}
        </fieldset>
    }
}

/// Countries by their two letters; what is no country leaves the field when it is left.
#[component]
fn Countries(list: List) -> impl IntoView {
    let id = unique_id();
    let hint = format!("{id}-hint");
    let shown = move || list.query.with(|query| query.country.join(", "));
    view! {
        <div class="field">
            <label for=id.clone()>"Country"</label>
            <input
                id=id
                type="text"
                autocomplete="off"
                aria-describedby=hint.clone()
                prop:value=shown
                on:change=move |event| {
                    let chosen = countries(&event_target_value(&event));
                    list.show(|query| query.country = chosen, false);
                }
            />
            <p class="hint" id=hint>"Two letters each, such as PT, ES"</p>
        </div>
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

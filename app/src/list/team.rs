//! Who may look after customers, and which tags are in use: what owners and tags are chosen from.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use shared::api::{Named, TagCount, TagsResponse};
use shared::id::Id;

use crate::client::{self, Failure};
use crate::components::unique_id;
use crate::format::plural;
use crate::locale;

/// The team and its tags, each as far as it has been asked for.
#[derive(Debug, Clone, Copy)]
pub struct Team {
    pub people: RwSignal<Vec<Named>>,
    pub tags: RwSignal<Vec<TagCount>>,
    pub failure: RwSignal<Option<Failure>>,
}

/// `GET /api/people` without what only its own page shows.
#[derive(Deserialize)]
struct People {
    people: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    id: Id,
    name: String,
    disabled: bool,
}

impl Team {
    pub fn new() -> Self {
        Self { people: RwSignal::new(Vec::new()), tags: RwSignal::new(Vec::new()), failure: RwSignal::new(None) }
    }

    /// Asks for people once, and again after a failure.
    pub fn want_people(self) {
        if self.people.with_untracked(Vec::is_empty) {
            spawn_local(async move {
                let answer = client::get::<People>("/api/people").await;
                self.keep(answer, |team, answer| {
                    let active = answer.people.into_iter().filter(|member| !member.disabled);
                    team.people.set(active.map(|member| Named { id: member.id, name: member.name }).collect());
                });
            });
        }
    }

    /// Asks for tags anew: they change with every tag that somebody gives.
    pub fn want_tags(self) {
        spawn_local(async move {
            let answer = client::get::<TagsResponse>("/api/tags").await;
            self.keep(answer, |team, answer| team.tags.set(answer.tags));
        });
    }

    /// The name of a person's id, as far as it is known.
    pub fn name(self, id: &str) -> Option<String> {
        self.people.with(|people| people.iter().find(|person| person.id.as_str() == id).map(|person| person.name.clone()))
    }

    fn keep<T>(self, answer: Result<T, Failure>, keep: impl FnOnce(Self, T)) {
        // The page may have been left meanwhile.
        if self.failure.try_set(None).is_some() {
            return;
        }
        match answer {
            Ok(answer) => keep(self, answer),
            Err(failure) => self.failure.set(Some(failure)),
        }
    }
}

/// A tag, chosen from those in use or newly written.
#[component]
pub fn TagField(
    team: Team,
    value: RwSignal<String>,
    #[prop(into)] label: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let id = unique_id();
    let (known, error_id) = (format!("{id}-known"), format!("{id}-error"));
    let options = move || {
        team.tags
            .get()
            .into_iter()
            .map(|TagCount { tag, customers }| {
                let used = format!("{} {}", locale::count(customers), plural(customers, "customer", "customers"));
                view! { <option value=tag>{used}</option> }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                type="text"
                list=known.clone()
                maxlength="50"
                autocomplete="off"
                dir="auto"
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=error_id.clone()
            />
            <datalist id=known>{options}</datalist>
            <p class="error" id=error_id hidden=move || error.with(Option::is_none)>{move || error.get()}</p>
        </div>
    }
}

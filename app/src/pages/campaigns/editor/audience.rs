//! The people of the campaign's audience as whom the preview shows a message, one after the other.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{PreviewPerson, PreviewResponse};

use super::state::{Editor, use_editor};
use crate::client::{self, Failure};
use crate::components::{Button, announce};
use crate::locale;
use crate::query::address;

#[derive(Clone, Copy)]
pub(in crate::pages::campaigns) struct Audience {
    /// A page of them; none until it came.
    page: RwSignal<Option<PreviewResponse>>,
    /// Within the page.
    place: RwSignal<usize>,
    /// How many stand before the page.
    before: RwSignal<u64>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
    asked: StoredValue<u32>,
}

/// Where on a page one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

impl Audience {
    pub(super) fn new() -> Self {
        Self {
            page: RwSignal::new(None),
            place: RwSignal::new(0),
            before: RwSignal::new(0),
            failure: RwSignal::new(None),
            busy: RwSignal::new(false),
            asked: StoredValue::new(0),
        }
    }

    /// As whom the message is shown; none where the campaign is written from its brief, or nobody is there.
    pub(super) fn person(self) -> Option<PreviewPerson> {
        let place = self.place.get();
        self.page.with(|page| page.as_ref()?.people.get(place).cloned())
    }

    /// ISO date from which promises count.
    pub(super) fn today(self) -> Option<String> {
        self.page.with(|page| page.as_ref().map(|page| page.meta.today.clone()))
    }

    /// Whether a person may still come.
    pub(super) fn is_coming(self) -> bool {
        self.busy.get() && self.page.with(Option::is_none)
    }

    fn cursor(self, is_next: bool) -> Option<String> {
        self.page.with(|page| {
            let meta = &page.as_ref()?.meta;
            if is_next { meta.next_cursor.clone() } else { meta.previous_cursor.clone() }
        })
    }

    fn load(self, id: &str, cursor: Option<&str>, end: End) {
        let path =
            format!("/api/campaigns/{id}/people{}", cursor.map(|cursor| address(&[("cursor", cursor)])).unwrap_or_default());
        let mine = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(mine);
        self.busy.set(true);
        self.failure.set(None);
        let is_first = cursor.is_none();
        spawn_local(async move {
            let answer = client::get::<PreviewResponse>(&path).await;
            if self.asked.try_get_value() != Some(mine) {
                return;
            }
            self.busy.try_set(false);
            match answer {
                Ok(page) => {
                    let last = page.people.len().saturating_sub(1);
                    let known = self.page.with_untracked(|page| page.as_ref().map_or(0, |page| page.people.len() as u64));
                    self.before.update(|before| {
                        *before = match end {
                            _ if is_first => 0,
                            End::First => before.saturating_add(known),
                            End::Last => before.saturating_sub(page.people.len() as u64),
                        };
                    });
                    batch(self, page, if end == End::Last { last } else { 0 });
                    if !is_first {
                        self.say();
                    }
                }
                Err(refused) => drop(self.failure.try_set(Some(refused))),
            }
        });
    }

    fn go(self, id: &str, is_next: bool) {
        if self.busy.get_untracked() {
            return;
        }
        let (place, count) =
            (self.place.get_untracked(), self.page.with_untracked(|page| page.as_ref().map_or(0, |page| page.people.len())));
        match is_next {
            true if place + 1 < count => self.place.set(place + 1),
            false if place > 0 => self.place.set(place - 1),
            _ => {
                if let Some(cursor) = untrack(|| self.cursor(is_next)) {
                    self.load(id, Some(&cursor), if is_next { End::First } else { End::Last });
                }
                return;
            }
        }
        self.say();
    }

    fn say(self) {
        if let Some(person) = untrack(|| self.person()) {
            announce(format!("Shown as {}.", person.name));
        }
    }
}

/// Puts page and place at once: no moment shows one with the other's.
fn batch(audience: Audience, page: PreviewResponse, place: usize) {
    audience.place.set(usize::MAX);
    audience.page.set(Some(page));
    audience.place.set(place);
}

/// Loads them, again when the campaign is for others.
pub(super) fn keep(editor: Editor) {
    let segment = Memo::new(move |_| editor.base.with(|base| base.segment.clone()));
    Effect::new(move || match segment.get() {
        Some(_) => editor.audience.load(&editor.id.get_value(), None, End::First),
        None => editor.audience.page.set(None),
    });
}

/// Who is shown, with those before and after.
#[component]
pub(super) fn Person() -> impl IntoView {
    let editor = use_editor();
    let audience = editor.audience;
    let person = Memo::new(move |_| audience.person());
    let step = move |is_next: bool| audience.go(&editor.id.get_value(), is_next);
    let is_end = move |is_next: bool| {
        Signal::derive(move || {
            let count = audience.page.with(|page| page.as_ref().map_or(0, |page| page.people.len()));
            let place = audience.place.get();
            let within = if is_next { place.saturating_add(1) < count } else { place > 0 };
            !within && audience.cursor(is_next).is_none()
        })
    };
    let of = move || {
        let at = audience.before.get().saturating_add(audience.place.get() as u64).saturating_add(1);
        let all = audience.page.with(|page| page.as_ref().and_then(|page| page.meta.customers));
        match all.filter(|all| *all >= at) {
            Some(all) => format!("{} of {}", locale::count(at), locale::count(all)),
            None => locale::count(at),
        }
    };
    move || {
        if editor.base.with(|base| base.segment.is_none()) {
            return view! { <p class="s">"Written from the brief alone: nobody's own facts are in it."</p> }.into_any();
        }
        if let Some(failure) = audience.failure.get() {
            return view! {
                <p class="loss">{failure.text()}</p>
                <Button small=true on_press=move |_| audience.load(&editor.id.get_value(), None, End::First)>"Try again"</Button>
            }
            .into_any();
        }
        let Some(person) = person.get() else {
            let words = if audience.busy.get() {
                "Looking for somebody…"
            } else {
                "Nobody is in this segment at present: the brief alone is shown."
            };
            return view! { <p class="s">{words}</p> }.into_any();
        };
        view! {
            <div class="as-person">
                <Button small=true disabled=is_end(false) on_press=move |_| step(false)><span aria-hidden="true">"‹"</span><span class="unseen">"The person before"</span></Button>
                <div class="grow">
                    <a href=format!("/customers/{}", person.recipient.id) class="breaks"><b dir="auto">{person.name}</b></a>
                    <span class="s">{of} " · " {person.recipient.reason.name()} " · " {person.recipient.value.name()}</span>
                </div>
                <Button small=true disabled=is_end(true) on_press=move |_| step(true)><span aria-hidden="true">"›"</span><span class="unseen">"The next person"</span></Button>
            </div>
        }
        .into_any()
    }
}

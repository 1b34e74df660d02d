//! Data: what came in, and how more gets in.

mod active;
pub mod center;
mod choose;
mod columns;
mod ended;
pub mod head;
mod history;
mod kinds;
pub mod letters;
mod options;
mod review;
mod sending;
pub mod sources;
mod words;

use leptos::prelude::*;
use shared::api::{ImportsResponse, Permission};

use self::center::{Phase, use_import_center};
use self::words::Pens;
use crate::client::{self, Failure};
use crate::components::{Notice, Skeleton};
use crate::locale;
use crate::pages::not_found::NotFoundPage;
use crate::router::use_location;
use crate::session::use_session;

/// What the browser's own formats write.
pub const PENS: Pens = Pens { count: locale::count, day: locale::day, money: locale::money, moment: locale::moment };

/// The newest imports and what the plan still allows, asked for when a page needs it and after each import.
#[derive(Clone, Copy)]
pub struct Imports {
    pub answer: RwSignal<Option<Result<ImportsResponse, Failure>>>,
    /// Rises with each import that ends while the page stands.
    ended: RwSignal<u32>,
}

#[component]
pub fn DataPage() -> impl IntoView {
    let path = use_location().pathname;
    let tab = Memo::new(move |_| path.get().trim_start_matches("/data").trim_matches('/').to_owned());
    let session = use_session();
    let imports = Imports { answer: RwSignal::new(None), ended: RwSignal::new(0) };
    provide_context(imports);
    if let Some(center) = use_import_center() {
        Effect::new(move |before: Option<Phase>| {
            let phase = center.phase.get();
            let ended = phase == Phase::Ended && before != Some(phase);
            if ended {
                imports.ended.update(|ended| *ended = ended.wrapping_add(1));
                // The shop may hold a sample shop now.
                session.load();
            }
            phase
        });
    }
    move || match tab.get().as_str() {
        "" => view! { <Frame><Import /></Frame> }.into_any(),
        "history" => view! { <Frame><history::History /></Frame> }.into_any(),
        _ => view! { <NotFoundPage /> }.into_any(),
    }
}

impl Imports {
    pub fn load(self) {
        leptos::task::spawn_local(async move {
            let answer = client::get::<ImportsResponse>("/api/imports").await;
            self.answer.try_set(Some(answer));
        });
    }
}

#[component]
fn Frame(children: Children) -> impl IntoView {
    view! {
        <head::DataHead />
        <active::ActiveNotice />
        {children()}
    }
}

#[component]
fn Import() -> impl IntoView {
    let session = use_session();
    // Memos: when the session is loaded again, what stands here must not be made anew.
    let known = Memo::new(move |_| session.get().is_some());
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let center = use_import_center();
    if let Some(imports) = use_context::<Imports>() {
        Effect::new(move || {
            imports.ended.track();
            imports.load();
        });
    }
    move || {
        match (known.get(), may.get(), center) {
        (false, ..) => view! { <Skeleton lines=6 /> }.into_any(),
        (true, false, _) | (_, _, None) => {
            view! { <Notice title="You may look, but not import">"Ask an owner of this shop for the role of marketer or manager."</Notice> }
                .into_any()
        }
        (true, true, Some(center)) => view! {
            {move || match center.phase.get() {
                Phase::Choose => view! { <choose::Choose center /> }.into_any(),
                Phase::Looking => view! { <Skeleton lines=8 /> }.into_any(),
                Phase::Review => view! { <review::Review center /> }.into_any(),
                Phase::Sending => view! { <sending::Sending center /> }.into_any(),
                Phase::Ended => view! { <ended::Ended center /> }.into_any(),
            }}
        }
        .into_any(),
    }
    }
}

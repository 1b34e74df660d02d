//! The shell's side of the other modules: fetches them, and gives their pages a place.

use std::cell::Cell;

use gloo_timers::future::TimeoutFuture;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::bridge::{self, Word};
use crate::client;
use crate::components::{Button, Notice, NoticeKind, PageHead, Skeleton};
use crate::places::{self, Module};
use crate::router::use_location;

/// Fetches and starts a module, once; after a failure, anew.
pub fn load(module: Module) {
    let stage = stage_of(module);
    if matches!(stage.get_untracked(), Stage::Coming | Stage::Here) {
        return;
    }
    stage.set(Stage::Coming);
    spawn_local(async move {
        let came = match address(module) {
            Some(address) => JsFuture::from(import(&address)).await.is_ok(),
            None => false,
        };
        stage.set(if came { Stage::Here } else { Stage::Failed });
    });
}

/// Fetches the office ahead of time, so that going to Data or Settings needs no wait: once the first view has its answers.
pub async fn load_when_quiet() {
    loop {
        TimeoutFuture::new(QUIET).await;
        if client::is_quiet() {
            return load(Module::Office);
        }
    }
}

/// Where a module's pages stand, with what is shown until they do.
#[component]
pub fn ModulePlace(module: Module) -> impl IntoView {
    load(module);
    let stage = stage_of(module);
    let place = NodeRef::<html::Div>::new();
    let give = move || {
        if let Some(place) = place.get_untracked() {
            bridge::tell(Word::Place(module), &place);
        }
    };
    place.on_load(move |_| give());
    bridge::hear(Word::PlaceWanted(module), move |_| give());
    view! {
        {move || match stage.get() {
            Stage::Here => ().into_any(),
            Stage::Unasked | Stage::Coming => view! { <Skeleton lines=8 /> }.into_any(),
            Stage::Failed => view! { <Missing module /> }.into_any(),
        }}
        <div node_ref=place></div>
    }
}

#[component]
fn Missing(module: Module) -> impl IntoView {
    let path = use_location().pathname;
    let title = move || path.with(|path| places::of_path(path).map_or("", |place| place.name).to_owned());
    view! {
        <PageHead title=Signal::derive(title) />
        <Notice kind=NoticeKind::Problem title="This page could not be loaded">
            <p>
                "Nothing is lost. Check your connection and try again; if that does not help, reload the page: a newer version may have been deployed."
            </p>
            <Button small=true on_press=move |_| load(module)>"Try again"</Button>
        </Notice>
    }
}

#[wasm_bindgen(inline_js = "export const load = (address) => import(address);")]
extern "C" {
    /// Resolves when the script at `address` has run to its end.
    #[wasm_bindgen(js_name = load)]
    fn import(address: &str) -> js_sys::Promise;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Unasked,
    Coming,
    Here,
    Failed,
}

/// Milliseconds: long enough for a page to draw its answers and to ask for what they name.
const QUIET: u32 = 1_500;

thread_local! {
    // Beside the reactive tree: a module once loaded outlives the shell that a sign-out takes down.
    static OFFICE: Load = Load::new();
    static LAB: Load = Load::new();
    static GATE: Load = Load::new();
    static STUDIO: Load = Load::new();
    static PRESS: Load = Load::new();
}

/// How far the loading of a module is, and how often it was tried.
struct Load {
    stage: ArcRwSignal<Stage>,
    tries: Cell<u32>,
}

impl Load {
    fn new() -> Self {
        Self { stage: ArcRwSignal::new(Stage::Unasked), tries: Cell::new(0) }
    }
}

fn with<T>(module: Module, read: impl FnOnce(&Load) -> T) -> T {
    match module {
        Module::Office => OFFICE.with(read),
        Module::Lab => LAB.with(read),
        Module::Gate => GATE.with(read),
        Module::Studio => STUDIO.with(read),
        Module::Press => PRESS.with(read),
    }
}

fn stage_of(module: Module) -> ArcRwSignal<Stage> {
    with(module, |load| load.stage.clone())
}

/// From `index.html`, where the build wrote the name with its hash. Browsers remember a script that failed and fail again without
/// asking, so that another try asks for another address.
fn address(module: Module) -> Option<String> {
    let mark = match module {
        Module::Office => "meta[name=rekindle-office]",
        Module::Lab => "meta[name=rekindle-lab]",
        Module::Gate => "meta[name=rekindle-gate]",
        Module::Studio => "meta[name=rekindle-studio]",
        Module::Press => "meta[name=rekindle-press]",
    };
    let address = document().query_selector(mark).ok().flatten()?.get_attribute("content")?;
    let tries = with(module, |load| load.tries.replace(load.tries.get().saturating_add(1)));
    Some(if tries == 0 { address } else { format!("{address}?try={tries}") })
}

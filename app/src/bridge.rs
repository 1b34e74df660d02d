//! What the modules of the app say to each other. They have memories of their own, so that none can call another: they meet on
//! the page's window, as events. A word reaches all modules, also the one that says it, before `tell` returns.

use leptos::prelude::{on_cleanup, window, window_event_listener_untyped};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, CustomEventInit};

use crate::places::Module;

/// What is said; each with what comes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The address is another one by our own doing; the browser tells its Back and Forward itself.
    Address,
    /// A text for the live region.
    Said,
    /// The session as JSON, or `null` once nobody is signed in.
    Session,
    /// Whoever knows the session is asked to say it.
    SessionWanted,
    /// The session may have changed: the shell reads it again.
    SessionStale,
    /// The element in which the module's pages stand from now on.
    Place(Module),
    /// The module has started and has no place yet.
    PlaceWanted(Module),
}

pub fn tell(word: Word, detail: &JsValue) {
    let init = CustomEventInit::new();
    init.set_detail(detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(word.name(), &init) {
        // False only where a listener prevented the event's default, and these have none.
        let _ = window().dispatch_event(&event);
    }
}

/// Calls `act` with what comes along, while the calling component lives.
pub fn hear(word: Word, act: impl Fn(JsValue) + 'static) {
    let listener = window_event_listener_untyped(word.name(), move |event| {
        if let Some(event) = event.dyn_ref::<CustomEvent>() {
            act(event.detail());
        }
    });
    on_cleanup(move || listener.remove());
}

impl Word {
    fn name(self) -> &'static str {
        match self {
            Self::Address => "rekindle:address",
            Self::Said => "rekindle:said",
            Self::Session => "rekindle:session",
            Self::SessionWanted => "rekindle:session-wanted",
            Self::SessionStale => "rekindle:session-stale",
            Self::Place(Module::Office) => "rekindle:place-office",
            Self::Place(Module::Lab) => "rekindle:place-lab",
            Self::Place(Module::Gate) => "rekindle:place-gate",
            Self::Place(Module::Studio) => "rekindle:place-studio",
            Self::Place(Module::Press) => "rekindle:place-press",
            Self::PlaceWanted(Module::Office) => "rekindle:place-office-wanted",
            Self::PlaceWanted(Module::Lab) => "rekindle:place-lab-wanted",
            Self::PlaceWanted(Module::Gate) => "rekindle:place-gate-wanted",
            Self::PlaceWanted(Module::Studio) => "rekindle:place-studio-wanted",
            Self::PlaceWanted(Module::Press) => "rekindle:place-press-wanted",
        }
    }
}

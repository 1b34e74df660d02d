//! Listens for keys on the whole page and tells the shell, the list in view and the dialog of keys.

pub mod keys;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use self::keys::{Command, Keys, Press};
use crate::router::{Step, go};

/// What the list in view does with the row keys.
#[derive(Debug, Clone, Copy)]
pub struct Keyboard {
    /// Whether the dialog with the list of keys is open.
    pub help: RwSignal<bool>,
    rows: StoredValue<Option<Callback<RowKey>>>,
}

/// What a key asks of the list in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKey {
    Next,
    Previous,
    /// Selects the row in focus, or gives that up.
    Choose,
    /// Says that the row in focus is not at risk.
    SetAside,
    /// Gives the whole selection up.
    Leave,
}

impl Keyboard {
    /// `act` gets the list's keys while the calling component lives.
    pub fn on_row(self, act: Callback<RowKey>) {
        self.rows.set_value(Some(act));
        on_cleanup(move || {
            self.rows.try_set_value(None);
        });
    }
}

/// From the context of the shell.
pub fn use_keyboard() -> Option<Keyboard> {
    use_context()
}

/// Starts listening; once, in the shell.
pub fn provide() -> Keyboard {
    let keyboard = Keyboard { help: RwSignal::new(false), rows: StoredValue::new(None) };
    provide_context(keyboard);
    let keys = StoredValue::new(Keys::default());
    let listener = window_event_listener(ev::keydown, move |event| {
        let press = Press {
            key: &event.key(),
            modified: event.ctrl_key() || event.alt_key() || event.meta_key(),
            typing: is_typing(),
            at: event.time_stamp(),
        };
        let command = keys.try_update_value(|keys| keys.press(press)).flatten();
        // Esc also closes what the browser itself has open.
        if command.is_some_and(|command| command != Command::Row(RowKey::Leave)) {
            event.prevent_default();
        }
        match command {
            Some(Command::Search) => focus("[data-search]"),
            Some(Command::Help) => keyboard.help.set(true),
            Some(Command::Go(path)) => go(path, Step::Page),
            Some(Command::Row(key)) => tell(keyboard, key),
            None => {}
        }
    });
    on_cleanup(move || listener.remove());
    keyboard
}

fn tell(keyboard: Keyboard, key: RowKey) {
    if let Some(rows) = keyboard.rows.get_value() {
        rows.run(key);
    }
}

/// Focuses the page's heading once a dialog has closed, which gives the focus back to what opened it: that is gone, or goes with its
/// row.
pub fn focus_heading() {
    request_animation_frame(|| focus("#main h1"));
}

/// Focuses the first element that `selector` finds.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

fn is_typing() -> bool {
    let in_field = document().active_element().is_some_and(|element| {
        matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT")
            || (element.tag_name() == "INPUT"
                && !matches!(element.get_attribute("type").as_deref(), Some("checkbox" | "radio" | "button" | "submit")))
            || element.get_attribute("contenteditable").is_some_and(|value| value != "false")
    });
    in_field || document().query_selector("dialog[open]").ok().flatten().is_some()
}

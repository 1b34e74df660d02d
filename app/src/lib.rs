//! Rekindle's single-page app: it shows what the API and `shared` return and does no business arithmetic of its own.
//!
//! It is built as six wasm modules, `app`, `office`, `lab`, `gate`, `studio` and `press`, from this one crate: each binary calls one of the functions below, and the
//! linker leaves out what that never reaches. They share the page but no memory; `bridge` is all they say to each other.
//!
//! Modules without Leptos types (`format`, `query`, `window`, `places`, `keyboard::keys`, `charts::geometry`) are pure and tested natively.

mod bridge;
mod charts;
mod client;
mod components;
mod format;
mod gate;
mod keyboard;
mod lab;
mod list;
mod locale;
mod module;
mod office;
mod pages;
mod places;
mod poll;
mod press;
mod query;
mod router;
mod routes;
mod screen;
mod session;
mod shell;
mod studio;
mod theme;
mod window;
mod worker_client;

/// The first module: the shell, and the pages that are looked at every day.
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(routes::App);
    // The skeleton that index.html paints has done its work once the first view stands.
    if let Some(skeleton) = leptos::prelude::document().get_element_by_id("boot") {
        skeleton.remove();
    }
}

/// The second module: one customer, Data and the first run. It shows them where the shell of the first gives it a place, and lives from
/// then on, so that an import goes on while other pages are looked at.
pub fn start_office() {
    console_error_panic_hook::set_once();
    office::start();
}

/// The fourth module: sources, dead letters, and what people may ask for.
pub fn start_gate() {
    console_error_panic_hook::set_once();
    gate::start();
}

/// The fifth module: segments, offers, improvements and the inbox, where win-back is planned.
pub fn start_studio() {
    console_error_panic_hook::set_once();
    studio::start();
}

/// The sixth module: campaigns and the editor of their messages.
pub fn start_press() {
    console_error_panic_hook::set_once();
    press::start();
}

/// The third module: Models and Settings. It too lives from then on, so that a fit goes on while other pages are looked at.
pub fn start_lab() {
    console_error_panic_hook::set_once();
    lab::start();
}

//! Rekindle's single-page app: it shows what the API and `shared` return and does no business arithmetic of its own.
//!
//! Modules without Leptos types (`format`, `query`, `window`, `places`, `keyboard::keys`, `charts::geometry`) are pure and tested natively.

mod charts;
mod client;
mod components;
mod format;
mod keyboard;
mod list;
mod locale;
mod pages;
mod places;
mod query;
mod router;
mod routes;
mod screen;
mod session;
mod shell;
mod theme;
mod window;
mod worker_client;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(routes::App);
    // The skeleton that index.html paints has done its work once the first view stands.
    if let Some(skeleton) = leptos::prelude::document().get_element_by_id("boot") {
        skeleton.remove();
    }
}

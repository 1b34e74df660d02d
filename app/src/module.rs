//! The root of a module that the first one fetches: its pages stand beside the document until the shell gives them a place.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use crate::bridge::{self, Word};
use crate::places::Module;
use crate::router::{self, Location, use_location};
use crate::session::{SessionState, sign_in_again};
use crate::{client, components};

/// Builds the pages and waits for a place. They are built once and moved from place to place: what a person has typed or begun
/// there outlives the shell's own pages. `mark` is what the ids of this module's elements begin with.
pub fn start(mark: char, pages: fn(HtmlElement) -> AnyView) {
    components::mark_ids(mark);
    let Some(root) = document().create_element("div").ok().and_then(|root| root.dyn_into::<HtmlElement>().ok()) else { return };
    leptos::mount::mount_to(root.clone(), move || pages(root)).forget();
}

/// Where we are and who is signed in, and `root` put wherever the shell says; once, in the module's root.
pub fn provide(module: Module, root: HtmlElement) -> (SessionState, Location) {
    router::provide();
    let session = SessionState::follow();
    let location = use_location();
    client::on_signed_out(move || sign_in_again(location));
    bridge::hear(Word::Place(module), move |place| {
        if let Some(place) = place.dyn_ref::<HtmlElement>() {
            // Refused only where a place stood inside of this root.
            let _ = place.append_child(&root);
        }
    });
    bridge::tell(Word::PlaceWanted(module), &JsValue::NULL);
    (session, location)
}

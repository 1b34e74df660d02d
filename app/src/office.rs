//! The root of the second module: one customer, Data, Settings and the first run, in a place that the shell gives it.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use crate::bridge::{self, Word};
use crate::pages::customer::CustomerPage;
use crate::pages::data::DataPage;
use crate::pages::data::center::provide_import_center;
use crate::pages::first_run::FirstRun;
use crate::pages::settings::SettingsPage;
use crate::places::{Desk, desk_of};
use crate::router::{self, use_location};
use crate::session::{SessionState, sign_in_again};
use crate::{client, components};

/// Builds the pages beside the document and waits for a place. They are built once and moved from place to place: what a person has
/// typed or begun here outlives the shell's own pages.
pub fn start() {
    components::mark_ids('o');
    let Some(root) = document().create_element("div").ok().and_then(|root| root.dyn_into::<HtmlElement>().ok()) else { return };
    leptos::mount::mount_to(root.clone(), move || view! { <Office root /> }).forget();
}

#[component]
fn Office(root: HtmlElement) -> impl IntoView {
    router::provide();
    let session = SessionState::follow();
    provide_import_center();
    let location = use_location();
    client::on_signed_out(move || sign_in_again(location));
    bridge::hear(Word::Place, move |place| {
        if let Some(place) = place.dyn_ref::<HtmlElement>() {
            // Refused only where a place stood inside of this root.
            let _ = place.append_child(&root);
        }
    });
    bridge::tell(Word::PlaceWanted, &JsValue::NULL);
    let asks = Memo::new(move |_| session.asks_first());
    let desk = Memo::new(move |_| {
        location.pathname.with(|path| desk_of(path).or_else(|| (path == "/" && asks.get()).then_some(Desk::FirstRun)))
    });
    move || match desk.get() {
        Some(Desk::Customer(id)) => view! { <CustomerPage id /> }.into_any(),
        Some(Desk::FirstRun) => session.get_untracked().map(|session| view! { <FirstRun shop=session.shop /> }).into_any(),
        Some(Desk::Data) => view! { <DataPage /> }.into_any(),
        Some(Desk::Settings) => view! { <SettingsPage /> }.into_any(),
        // Somebody looks at a page of the first module.
        None => ().into_any(),
    }
}

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::bridge::{self, Word};
use crate::router::use_location;
use crate::screen;

/// The mark of Rekindle, in a box of 24 by 24.
pub const FLAME: &str = "M12 2c1 4 6 6 6 12a6 6 0 0 1-12 0c0-3 2-4 2-7 2 1 3 2 3 4 1-2 2-5 1-9z";

/// As index.html has it: until the first page names itself, nothing was navigated to, in either module.
const UNNAMED: &str = "Rekindle";

/// The page's heading with its lead and its actions. Sets the title; after a navigation it takes the focus and is read out.
#[component]
pub fn PageHead(
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] lead: Option<ViewFn>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    // The first page leaves the focus where the browser puts it.
    let is_first = document().title() == UNNAMED;
    Effect::new(move || document().set_title(&format!("{} · Rekindle", title.get())));
    let path = use_location().pathname;
    Effect::new(move |before: Option<Option<String>>| {
        let path = path.get();
        let heading = heading.get()?;
        if before.flatten().map_or(!is_first, |before| before != path) {
            screen::when_in_place(heading.unchecked_into(), move |heading| {
                let options = web_sys::FocusOptions::new();
                // The router decides where the page stands, and after Back the list does.
                options.set_prevent_scroll(true);
                let _ = heading.unchecked_into::<web_sys::HtmlElement>().focus_with_options(&options);
                announce(title.try_get_untracked().unwrap_or_default());
            });
        }
        Some(path)
    });
    view! {
        <div class="head">
            <div class="grow">
                <h1 tabindex="-1" node_ref=heading dir="auto">{move || title.get()}</h1>
                {lead.map(|lead| view! { <div class="lead">{move || lead.run()}</div> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}

/// The polite live region; stands once on the page, in the root of the first module.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let said = RwSignal::new(String::new());
    bridge::hear(Word::Said, move |text| said.set(text.as_string().unwrap_or_default()));
    view! { <div class="unseen" role="status" aria-live="polite">{move || said.get()}</div> }
}

/// Says `text` to those who listen, when they have a moment.
pub fn announce(text: impl Into<String>) {
    bridge::tell(Word::Said, &text.into().into());
}

//! The address bar: where we are as signals, links of ours followed without loading the page anew, and going somewhere in code.
//!
//! A router crate brings nested routes, loading of routes on the way and rendering on a server. This app has a dozen flat addresses
//! that `places::page_of` tells apart, and a budget of bytes that those would take a tenth of.

use leptos::ev::{self, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlAnchorElement, Url};

use crate::bridge::{self, Word};

/// Where we are; all memos, so that a change of one part does not wake those who read another.
#[derive(Debug, Clone, Copy)]
pub struct Location {
    pub pathname: Memo<String>,
    /// Without its `?`.
    pub search: Memo<String>,
    /// Without its `#`.
    pub hash: Memo<String>,
}

/// How to go somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A new page, read from its top.
    Page,
    /// The same page showing something else, which Back takes back.
    Within,
    /// As `Within`, leaving no step to take back.
    Replace,
}

/// Keeps up with the address bar, whichever module changes it; once, in each module's root.
pub fn provide() {
    let url = ADDRESS.with(Clone::clone);
    url.set(Address::now());
    let part = move |part: fn(&Address) -> &String| {
        let url = url.clone();
        Memo::new(move |_| url.with(|address| part(address).clone()))
    };
    provide_context(Location {
        pathname: part(|address| &address.path),
        search: part(|address| &address.search),
        hash: part(|address| &address.hash),
    });
    bridge::hear(Word::Address, |_| ADDRESS.with(|url| url.set(Address::now())));
    let popped = window_event_listener(ev::popstate, |_| ADDRESS.with(|url| url.set(Address::now())));
    on_cleanup(move || popped.remove());
}

/// Follows links of ours; once on the page, in the root of the first module.
pub fn follow_links() {
    let clicked = window_event_listener(ev::click, follow);
    on_cleanup(move || clicked.remove());
}

/// From the context of the module's root.
///
/// # Panics
/// Outside of it.
pub fn use_location() -> Location {
    expect_context()
}

/// Goes to an address of ours.
pub fn go(to: &str, step: Step) {
    let Ok(history) = window().history() else { return };
    // Refused only for addresses of another origin, and those are not ours.
    let _ = match step {
        Step::Page | Step::Within => history.push_state_with_url(&JsValue::NULL, "", Some(to)),
        Step::Replace => history.replace_state_with_url(&JsValue::NULL, "", Some(to)),
    };
    bridge::tell(Word::Address, &JsValue::NULL);
    if step == Step::Page {
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// A link that says where we are. `exact` holds only for the address itself, not for those below it.
#[component]
pub fn A(href: &'static str, #[prop(optional)] exact: bool, children: Children) -> impl IntoView {
    let path = use_location().pathname;
    let is_here = move || {
        path.with(|path| match path.strip_prefix(href) {
            Some("") => true,
            Some(rest) => !exact && rest.starts_with('/'),
            None => false,
        })
    };
    view! { <a href=href aria-current=move || is_here().then_some("page")>{children()}</a> }
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Address {
    path: String,
    search: String,
    hash: String,
}

impl Address {
    fn now() -> Self {
        let location = window().location();
        let path = location.pathname().unwrap_or_default();
        Self {
            // `/radar/` is `/radar`.
            path: if path == "/" { path } else { path.trim_end_matches('/').to_owned() },
            search: location.search().unwrap_or_default().trim_start_matches('?').to_owned(),
            hash: location.hash().unwrap_or_default().trim_start_matches('#').to_owned(),
        }
    }
}

thread_local! {
    // Beside the reactive tree: answers that arrive later go places too, and they have no context.
    static ADDRESS: ArcRwSignal<Address> = ArcRwSignal::new(Address::default());
}

/// Takes over a plain click on a link to a page of ours; new tabs, downloads and marked ones stay the browser's.
fn follow(event: MouseEvent) {
    let is_plain = event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    if !is_plain || event.default_prevented() {
        return;
    }
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
    let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else { return };
    let is_the_browsers =
        link.has_attribute("download") || link.rel() == "external" || !matches!(link.target().as_str(), "" | "_self");
    let Ok(url) = Url::new(&link.href()) else { return };
    if is_the_browsers || window().location().origin().as_ref() != Ok(&url.origin()) {
        return;
    }
    event.prevent_default();
    go(&format!("{}{}{}", url.pathname(), url.search(), url.hash()), Step::Page);
}

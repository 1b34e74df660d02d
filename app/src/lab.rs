//! The root of the third module: Models, and the fit in this browser, which goes on while other pages are looked at.

use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::module;
use crate::pages::models::{ModelsPage, provide_fit_center};
use crate::places::{MODELS, Module};

pub fn start() {
    module::start('l', |root| view! { <Lab root /> }.into_any());
}

#[component]
fn Lab(root: HtmlElement) -> impl IntoView {
    let (_, location) = module::provide(Module::Lab, root);
    provide_fit_center();
    let is_here = Memo::new(move |_| location.pathname.with(|path| path == MODELS));
    move || is_here.get().then(|| view! { <ModelsPage /> })
}

//! The root of the third module: Settings, Models, and the fit in this browser, which goes on while other pages are looked at.

use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::module;
use crate::pages::models::{ModelsPage, provide_fit_center};
use crate::pages::settings::SettingsPage;
use crate::places::{Module, Study, study_of};

pub fn start() {
    module::start('l', |root| view! { <Lab root /> }.into_any());
}

#[component]
fn Lab(root: HtmlElement) -> impl IntoView {
    let (_, location) = module::provide(Module::Lab, root);
    provide_fit_center();
    let study = Memo::new(move |_| location.pathname.with(|path| study_of(path)));
    move || match study.get() {
        Some(Study::Models) => view! { <ModelsPage /> }.into_any(),
        Some(Study::Settings) => view! { <SettingsPage /> }.into_any(),
        // Somebody looks at a page of another module.
        None => ().into_any(),
    }
}

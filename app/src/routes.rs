//! The root of the first module: which page stands at which address.

use leptos::prelude::*;

use crate::components::LiveRegion;
use crate::pages::customers::CustomersPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::overview::OverviewPage;
use crate::pages::planned::PlannedPage;
use crate::pages::radar::RadarPage;
use crate::pages::sign_in::SignInPage;
use crate::places::{Page, page_of};
use crate::router::{self, use_location};
use crate::shell::{ModulePlace, Shell};
use crate::theme;

#[component]
pub fn App() -> impl IntoView {
    theme::provide();
    router::provide();
    router::follow_links();
    let path = use_location().pathname;
    // Memos: a change of the query shows something else on the same page.
    let page = Memo::new(move |_| path.with(|path| page_of(path)));
    let is_inside = Memo::new(move |_| page.with(|page| *page != Page::SignIn));
    view! {
        <LiveRegion />
        {move || match is_inside.get() {
            true => view! { <Shell page=move || show(page.get()) /> }.into_any(),
            false => view! { <SignInPage /> }.into_any(),
        }}
    }
}

fn show(page: Page) -> AnyView {
    match page {
        Page::Overview => view! { <OverviewPage /> }.into_any(),
        Page::Radar => view! { <RadarPage /> }.into_any(),
        Page::Customers => view! { <CustomersPage /> }.into_any(),
        Page::Of(module) => view! { <ModulePlace module /> }.into_any(),
        Page::Planned(place) => view! { <PlannedPage place /> }.into_any(),
        // Shown outside the shell; while the address changes to it, nothing more.
        Page::SignIn => ().into_any(),
        Page::None => view! { <NotFoundPage /> }.into_any(),
    }
}

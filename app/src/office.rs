//! The root of the second module: one customer, Data and the first run, in a place that the shell gives it.

use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::module;
use crate::pages::customer::CustomerPage;
use crate::pages::data::DataPage;
use crate::pages::data::center::provide_import_center;
use crate::pages::first_run::FirstRun;
use crate::places::{Desk, Module, desk_of};

pub fn start() {
    module::start('o', |root| view! { <Office root /> }.into_any());
}

#[component]
fn Office(root: HtmlElement) -> impl IntoView {
    let (session, location) = module::provide(Module::Office, root);
    provide_import_center();
    let asks = Memo::new(move |_| session.asks_first());
    let desk = Memo::new(move |_| {
        location.pathname.with(|path| desk_of(path).or_else(|| (path == "/" && asks.get()).then_some(Desk::FirstRun)))
    });
    move || match desk.get() {
        Some(Desk::Customer(id)) => view! { <CustomerPage id /> }.into_any(),
        Some(Desk::FirstRun) => session.get_untracked().map(|session| view! { <FirstRun shop=session.shop /> }).into_any(),
        Some(Desk::Data) => view! { <DataPage /> }.into_any(),
        // Somebody looks at a page of the first module.
        None => ().into_any(),
    }
}

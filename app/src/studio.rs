//! The root of the fifth module: segments, offers, improvements and the inbox, fetched when somebody goes there.

use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::module;
use crate::pages::fulfilment::FulfilmentPage;
use crate::pages::improvements::ImprovementsPage;
use crate::pages::inbox::InboxPage;
use crate::pages::offers::{CataloguePage, OffersPage};
use crate::pages::report::ReportPage;
use crate::pages::segments::topics::TopicsPage;
use crate::pages::segments::{SegmentPage, SegmentsPage, WriteSegmentPage};
use crate::places::{Bench, Module, bench_of};

pub fn start() {
    module::start('d', |root| view! { <Studio root /> }.into_any());
}

#[component]
fn Studio(root: HtmlElement) -> impl IntoView {
    let (_, location) = module::provide(Module::Studio, root);
    let bench = Memo::new(move |_| location.pathname.with(|path| bench_of(path)));
    move || match bench.get() {
        Some(Bench::Topics) => view! { <TopicsPage /> }.into_any(),
        Some(Bench::Segments) => view! { <SegmentsPage /> }.into_any(),
        Some(Bench::Segment(id)) => view! { <SegmentPage id /> }.into_any(),
        Some(Bench::NewSegment) => view! { <WriteSegmentPage /> }.into_any(),
        Some(Bench::Offers) => view! { <OffersPage /> }.into_any(),
        Some(Bench::Catalogue) => view! { <CataloguePage /> }.into_any(),
        Some(Bench::Fulfilment) => view! { <FulfilmentPage /> }.into_any(),
        Some(Bench::Improvements) => view! { <ImprovementsPage /> }.into_any(),
        Some(Bench::Inbox) => view! { <InboxPage /> }.into_any(),
        Some(Bench::Report) => view! { <ReportPage /> }.into_any(),
        // Somebody looks at a page of another module.
        None => ().into_any(),
    }
}

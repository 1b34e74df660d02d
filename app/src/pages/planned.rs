use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::not_found::NotFoundPage;
use crate::components::PageHead;
use crate::places::{self, Plan};

/// A place that is not built yet: what it will answer, and what helps until then. Any other address leads nowhere.
#[component]
pub fn PlannedPage() -> impl IntoView {
    let path = use_location().pathname;
    move || match places::of_path(&path.get()).and_then(|place| Some((place.name, place.plan?))) {
        Some((name, plan)) => planned(name, plan).into_any(),
        None => NotFoundPage().into_any(),
    }
}

fn planned(name: &'static str, plan: Plan) -> impl IntoView {
    let (words, path) = plan.meanwhile;
    view! {
        <PageHead title=name lead=move || plan.answers />
        <section class="panel pad planned">
            <h2>"Not built yet. It will:"</h2>
            <ul>{plan.will.iter().map(|line| view! { <li>{*line}</li> }).collect_view()}</ul>
            <p>"Until then: " <a href=path>{words}</a> "."</p>
        </section>
    }
}

use leptos::prelude::*;

use crate::components::PageHead;
use crate::places::Place;

/// A place that is not built yet: what it will answer, and what helps until then.
#[component]
pub fn PlannedPage(place: &'static Place) -> impl IntoView {
    place.plan.map(|plan| {
        let (words, path) = plan.meanwhile;
        view! {
            <PageHead title=place.name lead=move || plan.answers />
            <section class="panel pad planned">
                <h2>"Not built yet. It will:"</h2>
                <ul>{plan.will.iter().map(|line| view! { <li>{*line}</li> }).collect_view()}</ul>
                <p>"Until then: " <a href=path>{words}</a> "."</p>
            </section>
        }
    })
}

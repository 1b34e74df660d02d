use leptos::prelude::*;

/// Grey lines where text will stand. They appear after 200 ms, so that a quick answer shows no flicker.
#[component]
pub fn Skeleton(#[prop(default = 3)] lines: usize) -> impl IntoView {
    let lines = (0..lines)
        .map(|line| view! { <span class="bone" style=format!("width:{}%", 92 - (line * 17) % 40)></span> })
        .collect_view();
    view! {
        <div class="skeleton" aria-busy="true">
            <span class="unseen">"Loading"</span>
            {lines}
        </div>
    }
}

use leptos::prelude::*;

use crate::format;

/// A probability with its 90 % interval where there is one: `64 % (51–76)`.
#[component]
pub fn Chance(
    p: f64,
    /// (low, high)
    #[prop(into)]
    interval: Option<(f64, f64)>,
) -> impl IntoView {
    let around = interval.map(|(low, high)| {
        let ends = format::interval(low, high);
        let spoken = format!(", between {} and {} with 90 % certainty,", format::percent(low), format::percent(high));
        view! {
            " "
            <span class="interval" aria-hidden="true" title="90 % interval">{format!("({ends})")}</span>
            <span class="unseen">{spoken}</span>
        }
    });
    view! { <span class="nowrap">{format::percent(p)}{around}</span> }
}

use leptos::prelude::*;
use shared::api::Tier;

use super::geometry;

/// Twelve weeks of risk in the width of a word, in the tier's colour; the half-way line is 50 %.
#[component]
pub fn Sparkline(per_cent: Vec<u8>, tier: Tier) -> impl IntoView {
    let (width, height) = geometry::SPARK;
    let line = geometry::spark(&per_cent);
    let end = line.last().copied();
    view! {
        <svg
            class=format!("spark {}", tier.as_str())
            width=width
            height=height
            viewBox=format!("0 0 {width} {height}")
            role="img"
            aria-label=geometry::spark_text(&per_cent)
        >
            <line x1="0" x2=width y1=height / 2.0 y2=height / 2.0 />
            <polyline points=geometry::points(&line) />
            {end.map(|(x, y)| view! { <circle cx=x cy=y r="2.2" /> })}
        </svg>
    }
}

use leptos::prelude::*;
use shared::api::Tier;

use crate::format;

/// A tier as a word and a shape; the colour only repeats them.
#[component]
pub fn TierBadge(tier: Tier) -> impl IntoView {
    view! { <span class=format!("tier {}", tier.as_str())>{shape(tier)} {format::tier(tier)}</span> }
}

/// The tier's shape, in its colour, unseen by screen readers.
pub fn shape(tier: Tier) -> impl IntoView {
    let (path, class) = match tier {
        Tier::Immediate => ("M6 0a6 6 0 1 1 0 12A6 6 0 0 1 6 0z", ""),
        Tier::Moderate => ("M6 0l6 12H0z", ""),
        Tier::Early => ("M6 0l6 6-6 6-6-6z", ""),
        Tier::Lost => ("M1 5h10v2.4H1z", ""),
        Tier::Healthy => ("M6 1.6a4.4 4.4 0 1 1 0 8.8 4.4 4.4 0 0 1 0-8.8z", "hollow"),
        Tier::SetAside => ("M2 1.5h2.8v9H2zM7.2 1.5H10v9H7.2z", ""),
        Tier::NotScored => ("M1.5 1.5h9v9h-9z", "hollow"),
    };
    view! { <svg viewBox="0 0 12 12" aria-hidden="true" class=class><path d=path /></svg> }
}

use leptos::prelude::*;

/// placeholder until shared::risk::tier_counts stands
#[component]
pub(super) fn ThresholdsButton(#[prop(into)] on_saved: Callback<()>) -> impl IntoView {
    let _ = on_saved;
}

use leptos::prelude::*;

use super::unique_id;

/// Long work: how far, in words and as a bar. `share` in 0..=1; `None` while it cannot be told.
#[component]
pub fn Progress(
    #[prop(into)] label: String,
    #[prop(into)] share: Signal<Option<f64>>,
    /// Such as "120,000 of 1,000,000 rows".
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let id = unique_id();
    view! {
        <div class="progress">
            <label for=id.clone()>{label}</label>
            <progress id=id.clone() max="1" prop:value=move || share.get().unwrap_or(0.0) value=move || share.get().map(|share| share.to_string())></progress>
            <span class="s">{move || text.get()}</span>
        </div>
    }
}

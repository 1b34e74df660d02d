//! Choosing what a file holds.

use leptos::prelude::*;
use shared::import::{GROUPS, Kind};

use super::words;
use crate::components::unique_id;

/// Every kind under the heading that it belongs to. `bare`: the label is read out but not shown.
#[component]
pub fn KindSelect(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional)] bare: bool,
) -> impl IntoView {
    let id = unique_id();
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described = format!("{hint_id} {error_id}");
    let choice = move |kind: Kind| {
        view! { <option value=kind.as_str() selected=move || value.with(|value| value == kind.as_str())>{words::kind_title(kind)}</option> }
    };
    let groups = GROUPS.map(|(heading, kinds)| {
        view! { <optgroup label=heading>{kinds.iter().map(|&kind| choice(kind)).collect_view()}</optgroup> }
    });
    view! {
        <div class=if bare { "field bare" } else { "field" }>
            <label class=bare.then_some("unseen") for=id.clone()>{label}</label>
            <select
                id=id.clone()
                on:change=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
            >
                {groups.collect_view()}
            </select>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            {move || error.get().map(|text| view! { <p class="error" id=error_id.clone()>{text}</p> })}
        </div>
    }
}

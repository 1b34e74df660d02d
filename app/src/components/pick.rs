use std::collections::BTreeSet;

use leptos::html;
use leptos::prelude::*;

use super::{Button, ButtonKind};
use crate::locale;

/// The ids of what is ticked in a table.
pub type Picked = RwSignal<BTreeSet<String>>;

/// Ticks one row. `label` names it, such as "Select Ada".
#[component]
pub fn Pick(picked: Picked, #[prop(into)] id: String, #[prop(into)] label: String) -> impl IntoView {
    let known = id.clone();
    view! {
        <input
            type="checkbox"
            aria-label=label
            prop:checked=move || picked.with(|picked| picked.contains(&known))
            on:change=move |event| {
                let id = id.clone();
                picked.update(|picked| if event_target_checked(&event) { picked.insert(id); } else { picked.remove(&id); });
            }
        />
    }
}

/// Ticks all rows that can be ticked, in the table's head.
#[component]
pub fn PickAll(picked: Picked, #[prop(into)] ids: Signal<Vec<String>>) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let chosen = move || picked.with(|picked| ids.with(|ids| ids.iter().filter(|id| picked.contains(*id)).count()));
    let all = move || ids.with(|ids| !ids.is_empty() && ids.len() == chosen());
    Effect::new(move || {
        if let Some(input) = node.get() {
            input.set_indeterminate(chosen() > 0 && !all());
        }
    });
    view! {
        <input
            node_ref=node
            type="checkbox"
            aria-label="Select all"
            prop:checked=all
            disabled=move || ids.with(Vec::is_empty)
            on:change=move |event| {
                let ids = if event_target_checked(&event) { ids.get_untracked() } else { Vec::new() };
                picked.set(ids.into_iter().collect());
            }
        />
    }
}

/// What can be done with the ticked rows: always in its place, so that ticking moves nothing.
#[component]
pub fn PickedBar(picked: Picked, children: Children) -> impl IntoView {
    let none = move || picked.with(BTreeSet::is_empty);
    view! {
        <div class="picked" role="group" aria-label="With the selected rows">
            <span aria-live="polite">
                {move || match picked.with(BTreeSet::len) {
                    0 => "Nothing selected".to_owned(),
                    count => format!("{} selected", locale::count(count as u64)),
                }}
            </span>
            {children()}
            <Button small=true kind=ButtonKind::Quiet disabled=Signal::derive(none) on_press=move |_| picked.set(BTreeSet::new())>
                "Clear"
            </Button>
        </div>
    }
}

/// Gives up what is no longer in the table.
pub fn keep_picked(picked: Picked, ids: &[String]) {
    if picked.with_untracked(|picked| picked.iter().any(|id| !ids.contains(id))) {
        picked.update(|picked| picked.retain(|id| ids.contains(id)));
    }
}

//! What each role may do, in words, and choosing one.

use leptos::prelude::*;
use shared::api::Role;

use crate::components::unique_id;
use crate::format;

/// A role among all, each with what it may do.
#[component]
pub(super) fn RolePicker(value: RwSignal<Role>) -> impl IntoView {
    let name = unique_id();
    let roles = Role::ALL
        .into_iter()
        .map(|role| {
            let id = unique_id();
            let hint = format!("{id}-hint");
            view! {
                <div class="field check">
                    <input
                        id=id.clone()
                        type="radio"
                        name=name.clone()
                        prop:checked=move || value.get() == role
                        on:change=move |_| value.set(role)
                        aria-describedby=hint.clone()
                    />
                    <label for=id>{format::role(role)}</label>
                    <p class="hint" id=hint>{meaning(role)}</p>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="roles">
            <legend>"Role"</legend>
            {roles}
        </fieldset>
    }
}

pub(super) fn meaning(role: Role) -> &'static str {
    match role {
        Role::Owner => "Everything, and alone: people, tokens, the shop's settings, erasure.",
        Role::Manager => "All daily work: changes, approves, sends and exports.",
        Role::Marketer => "Changes and sends what a manager has approved. Exports nothing.",
        Role::Success => "Sees everything; changes only the customers given to them.",
        Role::Viewer => "Sees everything and changes nothing.",
    }
}

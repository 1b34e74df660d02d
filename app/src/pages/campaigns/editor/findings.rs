//! What the lint found, each with its reason and its fix.

use leptos::prelude::*;
use shared::api::composing::Found;

use super::state::use_editor;
use crate::components::Button;

/// What is left of the findings after those that were dismissed for good.
#[component]
pub(super) fn Findings(#[prop(into)] found: Signal<Vec<Found>>) -> impl IntoView {
    let editor = use_editor();
    let items = move || {
        found
            .get()
            .into_iter()
            .map(|one| {
                let Found { is_error, reason, fix, words, key, code, .. } = one;
                // What the brand's settings mend.
                let is_of_brand = ["no_postal_address", "sender_name", "low_contrast", "no_call"].contains(&code.as_str());
                let dismiss = move |_| {
                    let (key, code) = (key.clone(), code.clone());
                    editor.change("dismissed", |draft| drop(draft.dismissed.insert(key, code)));
                };
                view! {
                    <li class=if is_error { "finding error" } else { "finding hint" }>
                        <span>
                            <b>{if is_error { "To mend: " } else { "Hint: " }}</b>
                            {reason} {words.map(|words| view! { " " <q dir="auto">{words}</q> })}
                            <span class="s block">{fix} {is_of_brand.then(|| view! { " " <a href="/campaigns/brand">"To the brand"</a> })}</span>
                        </span>
                        {(!is_error).then(|| view! {
                            <Show when=move || editor.may.get()>
                                <Button small=true on_press=dismiss.clone()>"Dismiss"</Button>
                            </Show>
                        })}
                    </li>
                }
            })
            .collect_view()
    };
    view! { <Show when=move || found.with(|found| !found.is_empty())><ul class="findings">{items()}</ul></Show> }
}

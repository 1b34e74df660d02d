use leptos::prelude::*;
use shared::api::SourceStatus;

use super::words;

/// A word and a shape: colour is never the only carrier.
#[component]
pub(super) fn StatusWord(status: SourceStatus, #[prop(optional)] has_error: bool) -> impl IntoView {
    let words::Look { word, shape, class } = words::look(status, has_error);
    view! {
        <span class=format!("tier {class}")>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d=shape /></svg>
            <span>{word}</span>
        </span>
    }
}

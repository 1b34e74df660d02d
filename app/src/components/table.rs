use leptos::prelude::*;

use super::unique_id;

/// A table with its caption, in a box that scrolls sideways on its own where the table is too wide. Children are `thead` and
/// `tbody`.
#[component]
pub fn Table(
    #[prop(into)] caption: Signal<String>,
    /// Read out but not shown: where a heading above says the same.
    #[prop(optional)]
    unseen_caption: bool,
    children: Children,
) -> impl IntoView {
    let id = unique_id();
    view! {
        <div class="table" role="region" tabindex="0" aria-labelledby=id.clone()>
            <table>
                <caption id=id.clone() class=unseen_caption.then_some("unseen")>{move || caption.get()}</caption>
                {children()}
            </table>
        </div>
    }
}

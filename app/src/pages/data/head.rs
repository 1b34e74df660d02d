//! The heading and the tabs of Data, whose pages stand in two modules.

use leptos::prelude::*;

use crate::components::PageHead;
use crate::router::A;

#[component]
pub fn DataHead(
    #[prop(default = "Bring in what your shop knows: orders, customers, events. Importing the same file twice changes nothing.")]
    lead: &'static str,
) -> impl IntoView {
    view! {
        <PageHead title="Data" lead=move || lead />
        <nav class="tabs wrap" aria-label="Data">
            <A href="/data" exact=true>"Import"</A>
            <A href="/data/sources">"Sources"</A>
            <A href="/data/dead-letters">"Dead letters"</A>
            <A href="/data/history" exact=true>"History"</A>
        </nav>
    }
}

use leptos::prelude::*;

use crate::components::{ButtonLink, EmptyState, PageHead};

/// An address without a page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <PageHead title="No page here" />
        <EmptyState title="This address leads nowhere">
            <p>"The link may be old, or a letter is missing. The places on the left all exist."</p>
            <ButtonLink href="/">"Go to Overview"</ButtonLink>
        </EmptyState>
    }
}

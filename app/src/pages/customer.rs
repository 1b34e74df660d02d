use leptos::prelude::*;

use crate::components::{PageHead, Skeleton};

#[component]
pub fn CustomerPage() -> impl IntoView {
    view! {
        <PageHead title="Customer" />
        <Skeleton lines=6 />
    }
}

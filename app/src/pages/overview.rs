use leptos::prelude::*;

use crate::components::{PageHead, Skeleton};

#[component]
pub fn OverviewPage() -> impl IntoView {
    view! {
        <PageHead title="Overview" />
        <Skeleton lines=6 />
    }
}

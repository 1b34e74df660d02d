use leptos::prelude::*;

use crate::components::{PageHead, Skeleton};

#[component]
pub fn DataPage() -> impl IntoView {
    view! {
        <PageHead title="Data" />
        <Skeleton lines=6 />
    }
}

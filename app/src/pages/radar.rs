use leptos::prelude::*;

use crate::components::{PageHead, Skeleton};

#[component]
pub fn RadarPage() -> impl IntoView {
    view! {
        <PageHead title="Radar" />
        <Skeleton lines=6 />
    }
}

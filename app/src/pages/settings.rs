use leptos::prelude::*;

use crate::components::{PageHead, Skeleton};

#[component]
pub fn SettingsPage() -> impl IntoView {
    view! {
        <PageHead title="Settings" />
        <Skeleton lines=6 />
    }
}

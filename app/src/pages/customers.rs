use leptos::prelude::*;

use crate::components::{PageHead, Skeleton};

#[component]
pub fn CustomersPage() -> impl IntoView {
    view! {
        <PageHead title="Customers" />
        <Skeleton lines=6 />
    }
}

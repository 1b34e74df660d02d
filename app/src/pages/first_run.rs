//! The first run: a few questions about the shop, each of which may be passed over, and three ways on beside them.

use leptos::prelude::*;
use shared::api::Shop;

use crate::pages::overview::Ways;
use crate::pages::profile::ProfileForm;

#[component]
pub fn FirstRun(shop: Shop) -> impl IntoView {
    view! {
        <p class="lead-in">
            "Rekindle reads who bought what and when, and tells you who is about to leave. What you answer here turns people into money: leave out what you do not know, and change it later in Settings."
        </p>
        <div class="two">
            <section class="panel pad stack">
                <h2>"About your shop"</h2>
                <ProfileForm shop may=true first=true />
            </section>
            <section class="stack">
                <h2>"Three ways on"</h2>
                <Ways />
            </section>
        </div>
    }
}

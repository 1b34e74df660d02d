use leptos::prelude::*;
use shared::api::{ImportStatus, Overview};

use crate::components::{ButtonLink, Notice};

/// Nothing is here yet: three ways to a Radar with people on it.
#[component]
pub(super) fn Welcome(overview: Overview) -> impl IntoView {
    let under_way = overview.last_import.is_some_and(|import| {
        matches!(import.status, ImportStatus::Receiving | ImportStatus::Queued | ImportStatus::Running | ImportStatus::Paused)
    });
    view! {
        {under_way
            .then(|| {
                view! {
                    <Notice title="An import is under way">
                        <p>"Customers appear here as their rows are stored. " <a href="/data">"See its progress"</a></p>
                    </Notice>
                }
            })}
        <p class="lead-in">"Rekindle reads who bought what and when, and tells you who is about to leave. Choose a way to begin:"</p>
        <Ways />
    }
}

#[component]
pub fn Ways() -> impl IntoView {
    view! {
        <div class="ways">
            <section class="panel">
                <h2>"Look around first"</h2>
                <p>"Load a sample shop with made-up customers and two years of history. One click removes it again."</p>
                <ButtonLink href="/data">"Load a sample shop"</ButtonLink>
            </section>
            <section class="panel">
                <h2>"Bring your orders"</h2>
                <p>"A CSV file with who, when and how much is enough. Nothing is stored before you have seen what would happen."</p>
                <ButtonLink href="/data">"Import a CSV"</ButtonLink>
            </section>
            <section class="panel">
                <h2>"Connect a store"</h2>
                <p>"Shopify, WooCommerce, Stripe, a help desk or your own app send what happens from now on, within seconds."</p>
                <ButtonLink href="/data/sources/new">"Connect a source"</ButtonLink>
            </section>
        </div>
    }
}

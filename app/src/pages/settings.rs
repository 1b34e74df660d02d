//! Settings: the shop, when its customers count as lost, and the exchange rates that its totals are converted at.

mod churn;
mod rates;
mod shop;
pub mod zones;

use leptos::prelude::*;
use shared::api::Permission;

use crate::components::{Notice, PageHead, Skeleton};
use crate::pages::not_found::NotFoundPage;
use crate::router::{A, use_location};
use crate::session::use_session;

#[component]
pub fn SettingsPage() -> impl IntoView {
    let path = use_location().pathname;
    let tab = Memo::new(move |_| path.get().trim_start_matches("/settings").trim_matches('/').to_owned());
    move || match tab.get().as_str() {
        "" => view! { <Frame><Shop /></Frame> }.into_any(),
        "rates" => view! { <Frame><rates::Rates /></Frame> }.into_any(),
        _ => view! { <NotFoundPage /> }.into_any(),
    }
}

#[component]
fn Frame(children: Children) -> impl IntoView {
    view! {
        <PageHead
            title="Settings"
            lead=|| "People and roles, senders, providers, quiet hours and the audit log come here with the work that needs them."
        />
        <nav class="tabs" aria-label="Settings">
            <A href="/settings" exact=true>"Shop"</A>
            <A href="/settings/rates" exact=true>"Exchange rates"</A>
        </nav>
        {children()}
    }
}

#[component]
fn Shop() -> impl IntoView {
    let session = use_session();
    // Once it is known the form stands, and no later answer takes away what is being typed.
    let known = Memo::new(move |_| session.get().is_some());
    let may = Memo::new(move |_| session.may(Permission::Admin));
    move || match known.get().then(|| session.get_untracked()).flatten() {
        Some(known) => {
            let may = may.get();
            view! {
                {(!may).then(|| view! { <Notice title="You may look, but not change this">"Only an owner of this shop changes its settings."</Notice> })}
                <div class="stack">
                    <shop::ShopForm shop=known.shop.clone() may />
                    <churn::ChurnForm shop=known.shop may />
                </div>
            }
            .into_any()
        }
        None => view! { <Skeleton lines=6 /> }.into_any(),
    }
}

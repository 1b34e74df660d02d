//! Settings: the shop, the people of its team and what they may do, and what was done.

mod audit;
mod churn;
pub mod frame;
mod limits;
mod people;
mod rates;
mod senders;
mod sending;
mod sessions;
mod shop;
mod tokens;
pub mod zones;

use leptos::prelude::*;
use shared::api::Permission;

use self::frame::{Answer, ForOwners, Frame, loaded};
use crate::components::{Notice, Skeleton};
use crate::pages::not_found::NotFoundPage;
use crate::router::use_location;
use crate::session::use_session;

#[component]
pub fn SettingsPage() -> impl IntoView {
    let path = use_location().pathname;
    let tab = Memo::new(move |_| path.get().trim_start_matches("/settings").trim_matches('/').to_owned());
    move || {
        let shown: fn() -> AnyView = match tab.get().as_str() {
            "" => || view! { <Shop /> }.into_any(),
            "rates" => || view! { <rates::Rates /> }.into_any(),
            "people" => || view! { <ForOwners what="people"><people::People /></ForOwners> }.into_any(),
            "tokens" => || view! { <ForOwners what="tokens"><tokens::Tokens /></ForOwners> }.into_any(),
            "sessions" => || view! { <sessions::Sessions /> }.into_any(),
            "audit" => || view! { <ForOwners what="the audit log"><audit::AuditLog /></ForOwners> }.into_any(),
            "senders" => || view! { <senders::SendersPage /> }.into_any(),
            "sending" => || view! { <sending::Sending /> }.into_any(),
            "limits" => || view! { <limits::Limits /> }.into_any(),
            _ => return view! { <NotFoundPage /> }.into_any(),
        };
        view! { <Frame>{shown()}</Frame> }.into_any()
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

//! Settings: the shop, the people of its team and what they may do, and what was done.

mod audit;
mod churn;
mod limits;
mod people;
mod rates;
mod sessions;
mod shop;
mod tokens;
pub mod zones;

use leptos::prelude::*;
use shared::api::Permission;

use crate::client::Failure;
use crate::components::{FailureNotice, Notice, PageHead, Skeleton};
use crate::pages::not_found::NotFoundPage;
use crate::router::{A, use_location};
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
            "limits" => || view! { <limits::Limits /> }.into_any(),
            _ => return view! { <NotFoundPage /> }.into_any(),
        };
        view! { <Frame>{shown()}</Frame> }.into_any()
    }
}

#[component]
fn Frame(children: Children) -> impl IntoView {
    let session = use_session();
    let owner = Memo::new(move |_| session.may(Permission::Admin));
    view! {
        <PageHead
            title="Settings"
            lead=|| "Your shop, its team and what was done. Senders, providers and quiet hours come here with the work that needs them."
        />
        <nav class="tabs wrap" aria-label="Settings">
            <A href="/settings" exact=true>"Shop"</A>
            <A href="/settings/rates" exact=true>"Exchange rates"</A>
            {move || owner.get().then(|| view! { <A href="/settings/people" exact=true>"People"</A> <A href="/settings/tokens" exact=true>"Tokens"</A> })}
            <A href="/settings/sessions" exact=true>"Sessions"</A>
            {move || owner.get().then(|| view! { <A href="/settings/audit" exact=true>"Audit log"</A> })}
            <A href="/settings/limits" exact=true>"Limits"</A>
        </nav>
        {children()}
    }
}

/// What only an owner sees; others are told so, and whom to ask.
#[component]
fn ForOwners(what: &'static str, children: ChildrenFn) -> impl IntoView {
    let session = use_session();
    let known = Memo::new(move |_| session.get().is_some());
    let may = Memo::new(move |_| session.may(Permission::Admin));
    let ask = StoredValue::new(format!("Ask an owner of this shop if you need something of {what}."));
    move || match (known.get(), may.get()) {
        (false, _) => view! { <Skeleton lines=6 /> }.into_any(),
        (true, true) => children().into_any(),
        (true, false) => view! { <Notice title="Only an owner sees this">{ask.get_value()}</Notice> }.into_any(),
    }
}

/// What a page asked for: nothing yet, or the answer.
type Answer<T> = RwSignal<Option<Result<T, Failure>>>;

/// The page once its data has come; until then grey lines, and after a failure another try.
fn loaded<T: Clone + Send + Sync + 'static>(
    answer: Answer<T>,
    again: Callback<()>,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl Fn() -> AnyView + Send + Sync + 'static {
    move || match answer.get() {
        None => view! { <div class="panel pad"><Skeleton lines=6 /></div> }.into_any(),
        Some(Err(failure)) => view! { <FailureNotice failure retry=again /> }.into_any(),
        Some(Ok(found)) => show(found),
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

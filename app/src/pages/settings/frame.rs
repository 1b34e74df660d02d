//! The heading and the tabs of Settings, whose pages stand in two modules, and how such a page shows what it asked for.

use leptos::prelude::*;
use shared::api::Permission;

use crate::client::Failure;
use crate::components::{FailureNotice, Notice, PageHead, Skeleton};
use crate::router::A;
use crate::session::use_session;

#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let session = use_session();
    let owner = Memo::new(move |_| session.may(Permission::Admin));
    view! {
        <PageHead
            title="Settings"
            lead=|| "Your shop, its team, how it sends, and what was done."
        />
        <nav class="tabs wrap" aria-label="Settings">
            <A href="/settings" exact=true>"Shop"</A>
            <A href="/settings/rates" exact=true>"Exchange rates"</A>
            {move || owner.get().then(|| view! { <A href="/settings/people" exact=true>"People"</A> <A href="/settings/tokens" exact=true>"Tokens"</A> })}
            <A href="/settings/sessions" exact=true>"Sessions"</A>
            {move || owner.get().then(|| view! { <A href="/settings/audit" exact=true>"Audit log"</A> })}
            <A href="/settings/senders" exact=true>"Senders"</A>
            <A href="/settings/sending" exact=true>"Sending"</A>
            <A href="/settings/privacy" exact=true>"Privacy"</A>
            <A href="/settings/limits" exact=true>"Limits"</A>
        </nav>
        {children()}
    }
}

/// What only an owner sees; others are told so, and whom to ask.
#[component]
pub fn ForOwners(what: &'static str, children: ChildrenFn) -> impl IntoView {
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
pub type Answer<T> = RwSignal<Option<Result<T, Failure>>>;

/// The page once its data has come; until then grey lines, and after a failure another try.
pub fn loaded<T: Clone + Send + Sync + 'static>(
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
